//! What stories, the feed and the console look at and set up.

use std::collections::BTreeSet;

use axum::Router;
use url::Url;

use super::{
    Mailchimp, campaigns,
    state::{Account, MailAudience, MailFigures, MailchimpCampaign, MailchimpStatus},
};
use crate::{
    faults::Service,
    html::{escape, plain_text},
    vendors::{
        feed::Shown,
        switches::{self, Switch, alone, number, with},
    },
};

/// Buttons on the console.
const BUTTONS: &[Switch] = &[
    with("revoke", "removes the application and the keys", "anna"),
    with("limit", "next requests are refused with 429", "1"),
    with("looks", "looks that say a mail is being sent", "1"),
    alone("delete", "Delete the newest campaign"),
];

impl Mailchimp {
    fn press(&self, name: &str, value: &str) -> Result<(), String> {
        match name {
            "revoke" => self.revoke(value),
            "limit" => self.limit(number(value)?),
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
        let summary = move || format!("{}{}", shown.summary(), switches::forms(Service::Mailchimp, BUTTONS));
        let press = move |name: &str, value: &str| pressed.press(name, value);
        self.ground.console(Service::Mailchimp, summary).merge(switches::router(Service::Mailchimp, press))
    }

    /// A key of Anna's account, for clients without consent.
    pub const API_KEY: &str = "5a6b0c0de0f5a6b0c0de0f5a6b0c0de0-us21";

    /// A person agrees and is sent to the address that comes back.
    ///
    /// # Errors
    /// In words: the page would not have asked, or nobody has this name.
    pub fn agree(&self, departure: &Url, person: &str) -> Result<Url, String> {
        self.decide(departure, Some(person))
    }
    /// The person cancels.
    ///
    /// # Errors
    /// As for [`Mailchimp::agree`].
    pub fn decline(&self, departure: &Url) -> Result<Url, String> {
        self.decide(departure, None)
    }

    /// A token of somebody who agreed, for stories that are not about consent.
    pub fn token_of(&self, person: &str) -> String {
        self.kept.change(|state| state.grants.derive(person, BTreeSet::new(), None))
    }

    /// All campaigns of everybody, after sending what is due.
    pub fn campaigns(&self) -> Vec<MailchimpCampaign> {
        let mut state = self.kept.lock();
        state.send_due(self.ground.clock.now());
        state.accounts.values().flat_map(|account| account.campaigns.values().cloned()).collect()
    }
    /// Anna's audiences.
    pub fn audiences(&self) -> Vec<MailAudience> {
        self.kept.lock().accounts.get("anna").map(|account| account.audiences.clone()).unwrap_or_default()
    }
    /// Changes Anna's audiences: how many members, which segments.
    pub fn change_audiences(&self, change: impl FnOnce(&mut Vec<MailAudience>)) {
        self.kept.change(|state| {
            if let Some(account) = state.accounts.get_mut("anna") {
                change(&mut account.audiences);
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
    /// The person removes the application and deletes the keys of the account.
    pub fn revoke(&self, person: &str) {
        self.kept.change(|state| {
            state.grants.revoke_person(person);
            state.keyless.push(person.to_owned());
        });
    }
    /// The next requests are refused with 429.
    pub fn limit(&self, requests: u32) {
        self.kept.change(|state| state.limited = requests);
    }
    /// After how many further requests a new campaign is in the list. 0 at first.
    pub fn set_lag(&self, requests: u64) {
        self.kept.change(|state| state.lag = requests);
    }
    /// How many looks at a campaign that was sent say `sending`. 0 at first.
    pub fn set_looks(&self, looks: u32) {
        self.kept.change(|state| state.looks = looks);
    }
    /// The plan can't schedule.
    pub fn set_free_plan(&self, free: bool) {
        self.kept.change(|state| state.free_plan = free);
    }

    /// Every campaign, as a card of the feed.
    pub(crate) fn shown(&self) -> Vec<Shown> {
        let mut state = self.kept.lock();
        state.send_due(self.ground.clock.now());
        let of = |account: &Account, own: &MailchimpCampaign| {
            let list = account.audiences.iter().find(|list| Some(&list.id) == own.list_id.as_ref());
            Shown {
                service: Service::Mailchimp,
                account: list.map_or_else(|| account.name.clone(), |list| format!("{}: {}", account.name, list.name)),
                id: own.id.clone(),
                kind: "campaign".to_owned(),
                state: match own.status {
                    MailchimpStatus::Sent => format!("sent to {}", own.emails_sent),
                    status => status.to_string(),
                },
                title: Some(own.subject().to_owned()),
                text: plain_text(&campaigns::sent_html(own)),
                images: Vec::new(),
                link: None,
                url: campaigns::archive(self, &own.id),
                at: own.send_at.unwrap_or(own.created_at),
            }
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
