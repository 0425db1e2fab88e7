//! The website that is read and the WordPress that is published on: real ones, or the sandbox's.

use std::{path::Path, sync::Arc};

use anyhow::{Context, Result, bail};
use aos_capabilities::mail::MailSecurity;
use aos_kernel::{Secret, SystemClock};
use aos_sandbox::{MailSink, Role as WordPressRole, SampleSite, Sandbox, SandboxConfig};
use url::Url;

use super::{Options, screen::Screen};
use crate::config::Mail;

/// Where the demonstration reads and publishes.
pub struct Places {
    pub website: Url,
    pub wordpress: Url,
    pub user: String,
    pub password: Secret,
    /// The sandbox's model endpoint, where it is to draft.
    pub model: Option<Url>,
    /// Where the platforms of vendors are simulated.
    pub vendors: Url,
    sample: Option<SampleSite>,
    sandbox: Sandbox,
    simulated_wordpress: bool,
    own_vendors: bool,
}

impl Places {
    pub async fn open(options: &Options, password: Option<Secret>, folder: &Path) -> Result<Self> {
        let sample = match options.website {
            Some(_) => None,
            None => Some(Sandbox::start_site(0).await.context("the sample site")?),
        };
        // Its mail server is used in any case: a demonstration writes to nobody.
        let sandbox = {
            let config = SandboxConfig {
                clock: Arc::new(SystemClock),
                folder: Some(folder.join("sandbox")),
                ..SandboxConfig::default()
            };
            Sandbox::start(config).await.context("the sandbox")?
        };
        let website = match (&options.website, &sample) {
            (Some(url), _) => url.clone(),
            (None, Some(sample)) => Url::parse(&sample.url())?,
            (None, None) => bail!("no website"),
        };
        let (wordpress, user, password) = match (&options.wordpress, &sandbox) {
            (Some(url), _) => {
                let user = options.user.clone().unwrap_or_default();
                let password =
                    password.context("give the application password on the standard input, with --password-stdin")?;
                (url.clone(), user, password)
            }
            (None, sandbox) => {
                let login = sandbox.wordpress().login(WordPressRole::Editor);
                (Url::parse(&sandbox.wordpress().url())?, login.user, Secret::new(login.password))
            }
        };
        let model = match options.sandbox_model {
            true => Some(Url::parse(&sandbox.models().openai_url())?),
            false => None,
        };
        let simulated_wordpress = options.wordpress.is_none();
        let vendors = match &options.vendors {
            Some(url) => url.clone(),
            None => Url::parse(&sandbox.vendors().url())?,
        };
        let own_vendors = options.vendors.is_none();
        Ok(Self {
            website,
            wordpress,
            user,
            password,
            model,
            vendors,
            sample,
            sandbox,
            simulated_wordpress,
            own_vendors,
        })
    }

    /// What the demonstration itself opened on loopback. Real places are let through by `--allow-host` only.
    pub fn hosts(&self) -> Vec<String> {
        let mut own = Vec::new();
        if self.sample.is_some() {
            own.push(&self.website);
        }
        if self.simulated_wordpress {
            own.push(&self.wordpress);
        }
        own.extend(&self.model);
        if self.own_vendors {
            own.push(&self.vendors);
        }
        own.into_iter()
            .filter_map(|url| Some(format!("{}:{}", url.host_str()?, url.port_or_known_default()?)))
            .chain([format!("{}:{}", MailSink::HOST, self.sandbox.mail().port())])
            .collect()
    }

    /// The sandbox's mail server, which delivers nowhere.
    pub fn mail(&self) -> Mail {
        Mail {
            host: MailSink::HOST.to_owned(),
            port: self.sandbox.mail().port(),
            security: MailSecurity::None,
            user: MailSink::USER.to_owned(),
            password: Secret::new(MailSink::PASSWORD),
            sender: "agency-os@demo.example".to_owned(),
            sender_name: String::new(),
        }
    }

    pub fn tell(&self, screen: &Screen) {
        let sample = if self.sample.is_some() { " (sample site, served by this program)" } else { "" };
        let simulated = if self.simulated_wordpress { " (sandbox: simulated by this program)" } else { "" };
        screen.line(&format!("Website     {}{sample}", self.website));
        screen.line(&format!("WordPress   {}{simulated}", self.wordpress));
        if let Some(model) = &self.model {
            screen.line(&format!("Model       {model} (sandbox: scripted answers, no real model)"));
        }
        let by = if self.own_vendors { "this" } else { "another" };
        screen.line(&format!("Platforms   {} (sandbox: simulated by {by} program)", self.vendors));
        screen.line(&format!("Mail        {} (sandbox: shown here, delivered nowhere)", self.sandbox.mail().url()));
        screen.line("");
    }

    pub async fn close(self) {
        self.sandbox.stop().await;
        if let Some(sample) = self.sample {
            sample.stop().await;
        }
    }
}
