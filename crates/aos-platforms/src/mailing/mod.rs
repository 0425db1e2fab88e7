//! What the mail platforms share: the rules of a campaign, the mark by which it is found again, and the refusals of
//! their token addresses. Source: contract `email.md`.

use aos_capabilities::{
    PlatformError, PlatformErrorKind as Kind,
    campaign::{Campaign, CampaignRules, SendMode},
    platform::Descriptor,
};
use aos_kernel::{ContentItemId, Retry, Timestamp};
use chrono::Timelike;
use serde_json::Value;

use crate::verb::Verb;

/// Of the inner name, before the mark.
const NAME_CHARACTERS: usize = 80;
/// Of the platform's own reason.
const REASON_CHARACTERS: usize = 240;

/// What an item's campaign carries in its inner name.
pub(crate) fn mark(item: ContentItemId) -> String {
    format!("[aos {item}]")
}

/// The inner name: what people called it, and the mark.
pub(crate) fn title(campaign: &Campaign) -> String {
    let name: String = campaign.name.trim().chars().take(NAME_CHARACTERS).collect();
    format!("{name} {}", mark(campaign.item)).trim_start().to_owned()
}

/// The first thing that a campaign breaks of its platform's rules, as a refusal.
///
/// # Errors
/// `Invalid` with the field.
pub(crate) fn check(descriptor: &Descriptor, campaign: &Campaign, now: Timestamp) -> Result<(), PlatformError> {
    let Some(rules) = &descriptor.campaigns else {
        unreachable!("a platform that sends campaigns describes them");
    };
    match problem(rules, descriptor.name, campaign, now) {
        None => Ok(()),
        Some((field, message)) => Err(PlatformError {
            kind: Kind::Invalid(field.to_owned()),
            retry: Retry::Never,
            outcome_unknown: false,
            platform: descriptor.id.to_owned(),
            operation: "send".to_owned(),
            provider_code: None,
            message,
            help: Some("Change the campaign; then send it again.".to_owned()),
        }),
    }
}

/// Our field and the words for a person.
fn problem(rules: &CampaignRules, name: &str, campaign: &Campaign, now: Timestamp) -> Option<(&'static str, String)> {
    for (field, noun, text, most) in [
        ("subject", "subject", &campaign.subject, rules.subject_characters),
        ("preview", "preview text", &campaign.preview, rules.preview_characters),
    ] {
        let length = text.chars().count();
        if length > most {
            let over = length - most;
            return Some((field, format!("The {noun} may have {most} characters; this one is {over} too long.")));
        }
        if text.contains(['\n', '\r']) {
            return Some((field, format!("The {noun} must be a single line.")));
        }
    }
    if campaign.subject.trim().is_empty() {
        return Some(("subject", "The campaign has no subject.".to_owned()));
    }
    if campaign.html.trim().is_empty() {
        return Some(("html", "The campaign has no text.".to_owned()));
    }
    if campaign.html.len() > rules.html_bytes {
        let most = rules.html_bytes / 1_000;
        return Some(("html", format!("{name} takes texts of up to {most} kB; this one is larger.")));
    }
    if !campaign.html.contains(rules.unsubscribe) {
        let words = format!(
            "The text has no link with which readers leave: {name} puts it where {} stands.",
            rules.unsubscribe
        );
        return Some(("html", words));
    }
    if campaign.audience.trim().is_empty() {
        return Some(("audience", "No audience is chosen.".to_owned()));
    }
    if !is_address(&campaign.sender.address) {
        return Some(("sender", "The address of the sender is not an e-mail address.".to_owned()));
    }
    if campaign.sender.name.trim().is_empty() {
        return Some(("sender", "The sender has no name.".to_owned()));
    }
    if let SendMode::At(time) = campaign.mode {
        if time <= now {
            return Some(("time", "The planned time has passed.".to_owned()));
        }
        let even = |minutes: u32| time.minute().is_multiple_of(minutes) && time.second() == 0;
        if let Some(minutes) = rules.minutes.filter(|minutes| !even(*minutes)) {
            return Some(("time", format!("{name} sends at every {minutes} minutes of an hour only, as in 09:00.")));
        }
    }
    None
}

fn is_address(text: &str) -> bool {
    let whole = !text.contains(char::is_whitespace) && text.len() <= 254;
    whole && text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
}

/// The platform's own reason, short and on one line, to stand at the end of our words.
pub(crate) fn reason(text: Option<&str>) -> String {
    let words: Vec<&str> = text.unwrap_or_default().split_whitespace().collect();
    if words.is_empty() {
        return String::new();
    }
    let short: String = words.join(" ").chars().take(REASON_CHARACTERS).collect();
    format!(" It says: “{short}”")
}

/// After the draft was made, only its own refusal is final: anything that passes leaves a draft that is gone on with.
pub(crate) fn with_draft_standing(error: PlatformError) -> PlatformError {
    let outcome_unknown = error.outcome_unknown || error.retry != Retry::Never;
    PlatformError { outcome_unknown, ..error }
}

/// What an address for tokens (RFC 6749) refused.
pub(crate) fn token_refusal(
    descriptor: &Descriptor,
    verb: Verb,
    status: u16,
    body: &[u8],
    wait: Retry,
) -> PlatformError {
    let body: Option<Value> = serde_json::from_slice(body).ok();
    let code = body.as_ref().and_then(|body| body.get("error")?.as_str());
    let name = descriptor.name;
    let (kind, retry, message, help) = match (status, code) {
        (429, _) => (Kind::RateLimited, wait, format!("{name} asks for fewer requests."), "It is tried again."),
        (408 | 500..=599, _) => {
            let message = format!("{name} could not {} because it failed itself.", verb.words);
            (Kind::Unavailable, wait, message, "It is tried again.")
        }
        (_, Some("invalid_grant")) => {
            let message = format!("{name} no longer accepts the consent: it is used up, too old or taken back.");
            (Kind::AuthExpired, Retry::Never, message, "Connect the account again.")
        }
        (_, Some("invalid_client" | "unauthorized_client" | "redirect_uri_mismatch" | "invalid_scope")) | (401, _) => (
            Kind::PermissionMissing,
            Retry::Never,
            format!("{name} does not know this agency's application, or its secret is wrong."),
            "Ask an administrator to compare id, secret and redirect address under Credentials with the registration.",
        ),
        _ => (
            Kind::UnexpectedResponse,
            Retry::Never,
            format!("{name} answered in a way we do not understand when asked to {}.", verb.words),
            "Start connecting again. If it stays like this, tell an administrator.",
        ),
    };
    PlatformError {
        kind,
        retry,
        outcome_unknown: false,
        platform: descriptor.id.to_owned(),
        operation: verb.name.to_owned(),
        provider_code: Some(code.map_or_else(|| format!("http_{status}"), ToOwned::to_owned)),
        message,
        help: Some(help.to_owned()),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use aos_capabilities::campaign::Sender;
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;
    use crate::rehearsal::now;

    pub(crate) fn campaign(unsubscribe: &str, mode: SendMode) -> Campaign {
        Campaign {
            item: "0199c0de-0000-7000-8000-00000000abcd".parse().unwrap(),
            name: "Spring news".to_owned(),
            subject: "Spring in the workshop".to_owned(),
            preview: "Oak, oil and patience".to_owned(),
            html: format!("<html><body><p>Hello</p><a href=\"{unsubscribe}\">Leave</a></body></html>"),
            text: "Hello".to_owned(),
            sender: Sender { name: "Harbour & Pine".to_owned(), address: "news@harbour.test".to_owned() },
            audience: "a1b2c3".to_owned(),
            mode,
        }
    }

    const RULES: CampaignRules = CampaignRules {
        subject_characters: 40,
        preview_characters: 40,
        html_bytes: 1_000,
        minutes: Some(15),
        unsubscribe: "*|UNSUB|*",
    };

    #[test]
    fn what_a_platform_would_refuse_is_named_by_our_field() {
        let good = campaign("*|UNSUB|*", SendMode::At(now() + TimeDelta::minutes(15)));
        assert_eq!(problem(&RULES, "Mail", &good, now()), None);
        let at = |seconds| SendMode::At(now() + TimeDelta::seconds(seconds));
        let sender = |address: &str| Sender { name: "A".to_owned(), address: address.to_owned() };
        let wrong = [
            (Campaign { subject: "a".repeat(41), ..good.clone() }, "subject"),
            (Campaign { subject: "  ".to_owned(), ..good.clone() }, "subject"),
            (Campaign { subject: "a\nbcc: b".to_owned(), ..good.clone() }, "subject"),
            (Campaign { preview: "a".repeat(41), ..good.clone() }, "preview"),
            (Campaign { html: "<p>Hello</p>".to_owned(), ..good.clone() }, "html"),
            (Campaign { html: "*|UNSUB|*".repeat(200), ..good.clone() }, "html"),
            (Campaign { audience: String::new(), ..good.clone() }, "audience"),
            (Campaign { sender: sender("nobody"), ..good.clone() }, "sender"),
            (Campaign { mode: at(0), ..good.clone() }, "time"),
            (Campaign { mode: at(60), ..good.clone() }, "time"),
            (Campaign { mode: at(15 * 60 + 1), ..good.clone() }, "time"),
        ];
        for (campaign, field) in wrong {
            assert_eq!(problem(&RULES, "Mail", &campaign, now()).map(|(field, _)| field), Some(field));
        }
    }

    #[test]
    fn the_inner_name_ends_with_the_mark_whatever_people_called_it() {
        let item = campaign("x", SendMode::Now).item;
        for name in ["", "Spring", &"a".repeat(500)] {
            let campaign = Campaign { name: name.to_owned(), ..campaign("x", SendMode::Now) };
            let title = title(&campaign);
            assert!(title.ends_with(&mark(item)) && title.len() < 140, "{title}");
        }
    }

    proptest! {
        #[test]
        fn no_campaign_makes_the_check_fail(text in ".{0,80}", address in ".{0,30}") {
            let campaign = Campaign {
                subject: text.clone(), preview: text.clone(), html: text,
                sender: Sender { name: String::new(), address }, ..campaign("x", SendMode::Now)
            };
            let _ = problem(&RULES, "Mail", &campaign, now());
        }
    }
}
