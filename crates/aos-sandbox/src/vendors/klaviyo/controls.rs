//! What stories, the feed and the console look at and set up.

use axum::Router;
use url::Url;

use super::{
    Klaviyo,
    state::{Account, KlaviyoCampaign, KlaviyoStatus},
};
use crate::{
    faults::Service,
    html::{escape, plain_text},
    vendors::{
        feed::Shown,
        mailchimp::{MailAudience, MailFigures},
        switches::{self, Switch, alone, number, with},
    },
};

/// Buttons on the console.
const BUTTONS: &[Switch] = &[
    with("revoke", "removes the application and the keys", "anna"),
    alone("expire", "Access tokens end now"),
    with("limit", "next requests are refused with 429", "1"),
    with("looks", "looks that say a mail is being sent", "1"),
    alone("delete", "Delete the newest campaign"),
];

impl Klaviyo {
    fn press(&self, name: &str, value: &str) -> Result<(), String> {
        match name {
            "revoke" => self.revoke(value),
            "expire" => self.expire_tokens(),
            "limit" => self.limit(number(value)?, 5),
            "looks" => self.set_looks(number(value)?),
            "delete" => {
                let newest = self.campaigns().into_iter().max_by_key(|own| own.created_at);
                self.delete_campaign(&newest.ok_or("There is nothing to delete.")?.id);
            }
            _ => return Err("There is no such button.".to_owned()),
        }
        Ok(())
    }

    /// The console and what its buttons do.
    pub(super) fn console(&self) -> Router {
        let (shown, pressed) = (self.clone(), self.clone());
        let summary = move || format!("{}{}", shown.summary(), switches::forms(Service::Klaviyo, BUTTONS));
        let press = move |name: &str, value: &str| pressed.press(name, value);
        self.ground.console(Service::Klaviyo, summary).merge(switches::router(Service::Klaviyo, press))
    }

    /// A private key of Anna's account, for clients without consent.
    pub const API_KEY: &str = "pk_5a6b0c0de0f5a6b0c0de0f5a6b0c0de0f5";

    /// A person agrees to everything and is sent to the address that comes back.
    ///
    /// # Errors
    /// In words: the page would not have asked, or nobody has this name.
    pub fn agree(&self, departure: &Url, person: &str) -> Result<Url, String> {
        self.decide(departure, Some((person, None)))
    }
    /// A person agrees to these scopes only.
    ///
    /// # Errors
    /// As for [`Klaviyo::agree`].
    pub fn agree_to(&self, departure: &Url, person: &str, scopes: &[&str]) -> Result<Url, String> {
        self.decide(departure, Some((person, Some(scopes))))
    }
    /// The person cancels.
    ///
    /// # Errors
    /// As for [`Klaviyo::agree`].
    pub fn decline(&self, departure: &Url) -> Result<Url, String> {
        self.decide(departure, None)
    }

    /// All campaigns of everybody, after sending what is due.
    pub fn campaigns(&self) -> Vec<KlaviyoCampaign> {
        let mut state = self.kept.lock();
        state.send_due(self.ground.clock.now());
        state.accounts.values().flat_map(|account| account.campaigns.values().cloned()).collect()
    }
    /// Anna's lists.
    pub fn lists(&self) -> Vec<MailAudience> {
        self.kept.lock().accounts.get("anna").map(|account| account.lists.clone()).unwrap_or_default()
    }
    /// Changes Anna's lists: how many members.
    pub fn change_lists(&self, change: impl FnOnce(&mut Vec<MailAudience>)) {
        self.kept.change(|state| {
            if let Some(account) = state.accounts.get_mut("anna") {
                change(&mut account.lists);
            }
        });
    }
    /// Removes a campaign behind everyone's back.
    pub fn delete_campaign(&self, id: &str) -> bool {
        self.kept.change(|state| state.accounts.values_mut().any(|account| account.campaigns.remove(id).is_some()))
    }
    /// Sets what readers did with a mail. Whether there is one.
    pub fn set_figures(&self, id: &str, figures: MailFigures) -> bool {
        self.kept.change(|state| {
            let own = state.accounts.values_mut().find_map(|account: &mut Account| account.campaigns.get_mut(id));
            own.map(|own| own.figures = figures).is_some()
        })
    }
    /// The person uninstalls the application and deletes the account's keys.
    pub fn revoke(&self, person: &str) {
        self.kept.change(|state| {
            state.grants.revoke_person(person);
            state.keyless.push(person.to_owned());
        });
    }
    /// Access tokens end now, as time would end them.
    pub fn expire_tokens(&self) {
        let now = self.ground.clock.now();
        self.kept.change(|state| state.grants.expire_access(now));
    }
    /// Whether a refresh brings another refresh token and voids the old one. Not at first.
    pub fn set_rotates(&self, rotates: bool) {
        self.kept.change(|state| state.rotates = rotates);
    }
    /// The next requests are refused with 429 and these seconds to wait.
    pub fn limit(&self, requests: u32, seconds: u64) {
        self.kept.change(|state| state.limited = (requests, seconds));
    }
    /// After how many further requests a new campaign is in the list. 0 at first.
    pub fn set_lag(&self, requests: u64) {
        self.kept.change(|state| state.lag = requests);
    }
    /// How many looks at a campaign that was sent say `Sending`. 0 at first.
    pub fn set_looks(&self, looks: u32) {
        self.kept.change(|state| state.looks = looks);
    }

    /// Every campaign, as a card of the feed.
    pub(crate) fn shown(&self) -> Vec<Shown> {
        let mut state = self.kept.lock();
        state.send_due(self.ground.clock.now());
        let of = |account: &Account, own: &KlaviyoCampaign| Shown {
            service: Service::Klaviyo,
            account: account.name.clone(),
            id: own.id.clone(),
            kind: "campaign".to_owned(),
            state: match own.status {
                KlaviyoStatus::Sent => format!("Sent to {}", own.recipients),
                status => status.to_string(),
            },
            title: Some(own.subject().to_owned()),
            text: own.template.as_ref().map(|template| plain_text(&template.html)).unwrap_or_default(),
            images: Vec::new(),
            link: None,
            url: self.ground.at(&format!("https://www.klaviyo.com/campaign/{}/web-view", own.id)),
            at: own.send_at.unwrap_or(own.created_at),
        };
        state
            .accounts
            .values()
            .flat_map(|account| account.campaigns.values().map(move |own| of(account, own)))
            .collect()
    }

    fn summary(&self) -> String {
        let rows: String = self
            .campaigns()
            .iter()
            .map(|own| format!("<li>{}: {} ({})</li>", own.id, escape(own.subject()), own.status))
            .collect();
        format!("<p>Two accounts. Campaigns:</p><ul>{rows}</ul>")
    }
}
