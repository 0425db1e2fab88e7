//! Business Profile v4: reviews and their replies (contract: section 7.2).

use aos_kernel::Timestamp;
use axum::http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Answered, Desk, Problem, listed, moment, paged, profile, token_of, token_offset};
use crate::vendors::{arrival::Arrival, grants::Holder};

const REPLY_BYTES: usize = 4_096;

/// What somebody said of a location.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    pub id: String,
    /// `locations/555`.
    pub location: String,
    pub reviewer: String,
    /// 1 to 5.
    pub stars: u8,
    /// None for a rating only.
    pub comment: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// What the owner answered, and when.
    pub reply: Option<(String, Timestamp)>,
}

impl Review {
    fn told(&self, parent: &str) -> Value {
        let stars = match self.stars {
            1 => "ONE",
            2 => "TWO",
            3 => "THREE",
            4 => "FOUR",
            _ => "FIVE",
        };
        let mut review = json!({
            "name": format!("{parent}/reviews/{}", self.id), "reviewId": self.id,
            "reviewer": {"displayName": self.reviewer, "isAnonymous": false}, "starRating": stars,
            "createTime": moment(self.created_at), "updateTime": moment(self.updated_at),
        });
        if let Some(comment) = &self.comment {
            review["comment"] = json!(comment);
        }
        if let Some((comment, at)) = &self.reply {
            review["reviewReply"] = json!({"comment": comment, "updateTime": moment(*at)});
        }
        review
    }
}

/// Reviews in the order that the call asks for.
fn ordered(desk: &Desk<'_>, location: &str, order: &str) -> Result<Vec<Review>, Problem> {
    let mut all: Vec<Review> = desk.state.reviews.iter().filter(|own| own.location == location).cloned().collect();
    all.sort_by(|a, b| b.updated_at.cmp(&a.updated_at).then_with(|| b.id.cmp(&a.id)));
    match order {
        "" | "updateTime desc" => {}
        "rating" => all.sort_by_key(|own| own.stars),
        "rating desc" => all.sort_by_key(|own| std::cmp::Reverse(own.stars)),
        _ => return Err(Problem::invalid("order_by", "Invalid order_by.")),
    }
    Ok(all)
}

/// Everything below `…/reviews`.
pub(super) fn route(desk: &mut Desk<'_>, arrival: &Arrival, location: &str, parent: &str, rest: &[&str]) -> Answered {
    let now = desk.now;
    if let (&Method::GET, []) = (&arrival.method, rest) {
        let all = ordered(desk, location, &arrival.param("orderBy").unwrap_or_default())?;
        let (count, sum) = (all.len(), all.iter().map(|own| f64::from(own.stars)).sum::<f64>());
        let (page, next) = paged(arrival, all, 50, 50)?;
        let mut body = listed("reviews", page.iter().map(|own| own.told(parent)).collect(), next);
        if let Ok(number) = u32::try_from(count)
            && number > 0
        {
            body["averageRating"] = json!(((sum / f64::from(number)) * 10.0).round() / 10.0);
            body["totalReviewCount"] = json!(number);
        }
        return Ok(body);
    }
    let [id, rest @ ..] = rest else { return Err(Problem::not_found()) };
    let found = desk.state.reviews.iter_mut().find(|own| own.location == location && own.id == *id);
    let review = found.ok_or_else(Problem::not_found)?;
    match (&arrival.method, rest) {
        (&Method::GET, []) => Ok(review.told(parent)),
        (&Method::PUT, ["reply"]) => {
            let body = arrival.json().unwrap_or_default();
            let comment = body["comment"].as_str().unwrap_or_default();
            if comment.trim().is_empty() {
                return Err(Problem::invalid("review_reply.comment", "A comment is required."));
            }
            if comment.len() > REPLY_BYTES {
                return Err(Problem::invalid("review_reply.comment", "The comment is longer than 4096 bytes."));
            }
            review.reply = Some((comment.to_owned(), now));
            Ok(json!({"comment": comment, "updateTime": moment(now)}))
        }
        (&Method::DELETE, ["reply"]) => review.reply.take().map(|_| json!({})).ok_or_else(Problem::not_found),
        _ => Err(Problem::not_found()),
    }
}

/// `POST …/locations:batchGetReviews`.
pub(super) fn batch(desk: &mut Desk<'_>, arrival: &Arrival, holder: &Holder, account: &str) -> Answered {
    let body = arrival.json().unwrap_or_default();
    let names = body["locationNames"].as_array().map(Vec::as_slice).unwrap_or_default();
    if arrival.method != Method::POST || names.is_empty() || names.len() > 50 {
        return Err(Problem::invalid("location_names", "1 to 50 locations are asked for."));
    }
    let mut all = Vec::new();
    for name in names {
        let parts: Vec<&str> = name.as_str().unwrap_or_default().split('/').collect();
        let ["accounts", own, "locations", location] = parts.as_slice() else {
            return Err(Problem::invalid("location_names", "Invalid location name."));
        };
        if own != &account {
            return Err(Problem::invalid("location_names", "Locations must be of the account."));
        }
        let location = profile::place(desk.state, holder, account, location)?.name.clone();
        let parent = format!("accounts/{account}/{location}");
        let reviews = ordered(desk, &location, body["orderBy"].as_str().unwrap_or_default())?;
        let rated = body["ignoreRatingOnlyReviews"] == true;
        all.extend(
            reviews
                .iter()
                .filter(|own| !rated || own.comment.is_some())
                .map(|own| json!({"name": parent, "review": own.told(&parent)})),
        );
    }
    let size = body["pageSize"].as_u64().and_then(|size| usize::try_from(size).ok()).filter(|size| *size > 0);
    let size = size.unwrap_or(50).min(50);
    let from = match body["pageToken"].as_str() {
        None | Some("") => 0,
        Some(token) => token_offset(token).ok_or_else(|| Problem::invalid("page_token", "Invalid page token."))?,
    };
    let next = if from + size < all.len() { token_of(from + size) } else { String::new() };
    Ok(listed("locationReviews", all.into_iter().skip(from).take(size).collect(), next))
}
