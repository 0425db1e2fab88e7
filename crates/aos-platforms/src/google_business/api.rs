//! What travels over the wire, as far as it is used. Source: contract `google.md`, sections 6 and 7.

use aos_kernel::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::google::api::{Page, whole_number};

pub(super) const ACCOUNTS: &str = "https://mybusinessaccountmanagement.googleapis.com/v1/accounts";
pub(super) const INFORMATION: &str = "https://mybusinessbusinessinformation.googleapis.com/v1";
/// Posts and reviews are still in the older interface.
pub(super) const V4: &str = "https://mybusiness.googleapis.com/v4";

#[derive(Deserialize)]
pub(super) struct Accounts {
    #[serde(default)]
    accounts: Vec<Group>,
    #[serde(default, rename = "nextPageToken")]
    next: String,
}

/// An account: a person's own, or a group of locations.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Group {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub account_name: String,
}

impl Page for Accounts {
    type Item = Group;
    fn into_parts(self) -> (Vec<Group>, String) {
        (self.accounts, self.next)
    }
}

#[derive(Deserialize)]
pub(super) struct Locations {
    #[serde(default)]
    locations: Vec<Location>,
    #[serde(default, rename = "nextPageToken")]
    next: String,
}

impl Page for Locations {
    type Item = Location;
    fn into_parts(self) -> (Vec<Location>, String) {
        (self.locations, self.next)
    }
}

/// A profile. Which parts come depends on the read mask.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Location {
    /// `locations/2`, without the account.
    pub name: String,
    pub title: String,
    pub storefront_address: Option<Address>,
    pub metadata: Option<Metadata>,
    pub website_uri: String,
    pub phone_numbers: Phones,
    pub regular_hours: Hours,
    pub profile: Profile,
    pub categories: Categories,
}

impl Location {
    pub const LISTED: &str = "name,title,storefrontAddress,metadata";
    pub const WHOLE: &str =
        "name,title,phoneNumbers,websiteUri,regularHours,metadata,categories,storefrontAddress,profile";
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Address {
    pub address_lines: Vec<String>,
    pub postal_code: String,
    pub locality: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Metadata {
    pub maps_uri: String,
    /// Absent means no.
    pub has_voice_of_merchant: bool,
    pub has_pending_edits: bool,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Phones {
    pub primary_phone: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Hours {
    pub periods: Vec<Value>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Profile {
    pub description: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Categories {
    pub primary_category: Option<Value>,
    pub additional_categories: Vec<Value>,
}

/// What is sent to make a post.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewPost<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language_code: Option<&'a str>,
    pub topic_type: &'static str,
    pub summary: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_to_action: Option<NewAction<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<NewMedia<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewAction<'a> {
    pub action_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<&'a str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewMedia<'a> {
    pub media_format: &'static str,
    pub source_url: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LocalPosts {
    #[serde(default)]
    local_posts: Vec<LocalPost>,
    #[serde(default, rename = "nextPageToken")]
    next: String,
}

impl Page for LocalPosts {
    type Item = LocalPost;
    fn into_parts(self) -> (Vec<LocalPost>, String) {
        (self.local_posts, self.next)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LocalPost {
    pub name: String,
    #[serde(default)]
    pub summary: String,
    #[serde(default)]
    pub topic_type: String,
    #[serde(default)]
    pub state: String,
    pub search_url: Option<String>,
    pub create_time: Option<Timestamp>,
    #[serde(default)]
    pub media: Vec<Media>,
    pub call_to_action: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Media {
    #[serde(default)]
    pub media_format: String,
}

/// One page of reviews, which is all that is read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reviews {
    #[serde(default)]
    pub reviews: Vec<Review>,
    pub average_rating: Option<f64>,
    #[serde(default, deserialize_with = "whole_number")]
    pub total_review_count: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Review {
    pub review_reply: Option<Reply>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reply {
    #[serde(default)]
    pub review_reply_state: String,
}

/// The profile's photos, counted.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MediaItems {
    #[serde(default)]
    pub media_items: Vec<Value>,
}
