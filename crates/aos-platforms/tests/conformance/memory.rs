//! The practice site under test.

use std::{sync::Arc, time::Duration};

use aos_capabilities::{Account, Platform, publish::PublishedState};
use aos_kernel::{ChannelId, Secret, TenantId};
use aos_platforms::{Memory, memory};
use url::Url;

use crate::{
    Running, Subject,
    bench::{Bench, Mishap, Request, StandingClock, now},
};

struct Practice {
    memory: Memory,
    account: Account,
}

pub fn subject() -> Subject {
    Subject {
        descriptor: Memory::new(Arc::new(StandingClock(now()))).descriptor().clone(),
        open: || Box::pin(async { Box::new(Practice::new()) as Box<dyn Bench> }),
        mishaps: vec![Mishap::Unreachable, Mishap::DroppedAfterEffect, Mishap::Busy, Mishap::BusyForSevenSeconds],
        own: Vec::new(),
    }
}

impl Practice {
    fn new() -> Self {
        let account = Account {
            tenant: TenantId::new(),
            channel: ChannelId::new(),
            base_url: Url::parse("https://practice.test/").unwrap(),
            login: None,
            secret: Secret::new("canary-5e1d"),
            settings: serde_json::Value::Null,
        };
        Self { memory: Memory::new(Arc::new(StandingClock(now()))), account }
    }
}

impl Bench for Practice {
    fn platform(&self) -> &dyn Platform {
        &self.memory
    }
    fn account(&self) -> Account {
        self.account.clone()
    }
    fn arrange(&self, mishap: Mishap, _on: Request) {
        self.memory.fail_next(match mishap {
            Mishap::Unreachable => memory::Mishap::Down,
            Mishap::DroppedAfterEffect => memory::Mishap::AnswerLost,
            Mishap::Busy => memory::Mishap::Busy(None),
            Mishap::BusyForSevenSeconds => memory::Mishap::Busy(Some(Duration::from_secs(7))),
            other => unreachable!("the practice site does not know {other:?}"),
        });
    }
    fn standing(&self) -> usize {
        let all = self.memory.standing(self.account.channel);
        all.iter().filter(|standing| standing.state != PublishedState::Trashed).count()
    }
    fn revoke(&self) {
        self.memory.revoke(self.account.channel);
    }
    fn delete(&self, id: &str) {
        self.memory.delete(self.account.channel, id);
        self.memory.delete(self.account.channel, id);
    }
    fn bin<'a>(&'a self, id: &'a str) -> Running<'a> {
        Box::pin(async move { self.memory.delete(self.account.channel, id) })
    }
    fn requests(&self) -> usize {
        0
    }
    fn records(&self) -> String {
        format!("{:?}", self.memory)
    }
}
