//! Newsletters, and mails to one person at another site.

use aos_capabilities::{
    campaign::Sender,
    drafts::{NewsletterDraft, OutreachDraft},
};
use aos_kernel::{ContentHash, Error, Result};
use aos_storage::content_hash;
use serde::{Deserialize, Serialize};

use super::lines;
use crate::content::model::{LONGEST_TITLE, request::is_mail_address};

/// The parts of a newsletter that a version holds and a person may edit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CampaignText {
    pub subject: String,
    /// What mail programs show beside the subject.
    pub preview: String,
    /// The link to leave the list is added to it.
    pub markdown: String,
    pub sender: Sender,
    pub audience: AudienceRef,
}

/// Whom it goes to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AudienceRef {
    /// The platform's; empty: not chosen yet.
    pub id: String,
    pub name: String,
}

impl CampaignText {
    /// Trimmed and complete. The audience may be missing until somebody approves it.
    ///
    /// # Errors
    /// `Invalid` with the field.
    pub fn cleaned(mut self) -> Result<Self> {
        self.subject = one_line(&self.subject);
        self.preview = one_line(&self.preview);
        self.markdown = lines(&self.markdown);
        self.sender.name = one_line(&self.sender.name);
        self.sender.address = self.sender.address.trim().to_owned();
        self.audience.id = self.audience.id.trim().to_owned();
        check_subject(&self.subject)?;
        if self.markdown.is_empty() {
            return Err(Error::invalid("markdown", "The newsletter is empty."));
        }
        if !self.sender.address.is_empty() && !is_mail_address(&self.sender.address) {
            return Err(Error::invalid("sender", "The sender’s address is not a mail address."));
        }
        Ok(self)
    }

    pub(super) fn hash(&self) -> ContentHash {
        content_hash(&[
            "campaign",
            &self.subject,
            &self.preview,
            &self.markdown,
            &self.sender.name,
            &self.sender.address,
            &self.audience.id,
        ])
    }
}

impl From<NewsletterDraft> for CampaignText {
    fn from(draft: NewsletterDraft) -> Self {
        Self { subject: draft.subject, preview: draft.preview, markdown: draft.markdown, ..Self::default() }
    }
}

/// The parts of an outreach mail that a version holds and a person may edit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OutreachText {
    pub recipient_name: String,
    /// Empty: nobody knows it yet.
    pub recipient_address: String,
    /// The site that is asked.
    pub site: String,
    pub subject: String,
    /// Plain text.
    pub body: String,
}

impl OutreachText {
    /// Trimmed and complete.
    ///
    /// # Errors
    /// `Invalid` with the field.
    pub fn cleaned(mut self) -> Result<Self> {
        self.recipient_name = one_line(&self.recipient_name);
        self.recipient_address = self.recipient_address.trim().to_owned();
        self.site = self.site.trim().to_owned();
        self.subject = one_line(&self.subject);
        self.body = lines(&self.body);
        check_subject(&self.subject)?;
        if self.body.is_empty() {
            return Err(Error::invalid("body", "The mail is empty."));
        }
        if !self.recipient_address.is_empty() && !is_mail_address(&self.recipient_address) {
            return Err(Error::invalid("recipient_address", "This is not a mail address."));
        }
        Ok(self)
    }

    pub(super) fn hash(&self) -> ContentHash {
        content_hash(&[
            "outreach",
            &self.recipient_name,
            &self.recipient_address,
            &self.site,
            &self.subject,
            &self.body,
        ])
    }
}

impl From<OutreachDraft> for OutreachText {
    fn from(draft: OutreachDraft) -> Self {
        Self { subject: draft.subject, body: draft.text, ..Self::default() }
    }
}

fn check_subject(subject: &str) -> Result<()> {
    if subject.is_empty() || subject.chars().count() > LONGEST_TITLE {
        return Err(Error::invalid("subject", format!("Give a subject of at most {LONGEST_TITLE} characters.")));
    }
    Ok(())
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
