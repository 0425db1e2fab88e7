//! Settings: the defaults that are compiled in, a file, the environment, the command line.

use std::{collections::BTreeMap, net::IpAddr, path::PathBuf, time::Duration};

use anyhow::{Context, Result, bail};
use aos_capabilities::{
    crawl::CrawlLimits,
    mail::{MailLogin, MailSecurity, MailServer, Mailbox},
    platform::ApiVersion,
};
use aos_kernel::Secret;
use aos_outbound::HostRule;
use chrono::NaiveDate;
use figment::{
    Figment,
    providers::{Env, Format, Toml},
};
use serde::Deserialize;
use url::Url;

const DEFAULTS: &str = include_str!("../default.toml");
/// The variable that holds the master key where no file shall.
const MASTER_KEY: &str = "AGENCY_OS_MASTER_KEY";

/// All settings. An unknown one is refused, because it would not be followed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub server: Server,
    pub data: Data,
    pub outbound: Outbound,
    pub crawl: Crawl,
    pub worker: Worker,
    pub models: Models,
    /// By the platform's id.
    pub platforms: BTreeMap<String, PlatformSettings>,
    /// Where the vendors' platforms are simulated; none: the vendors themselves. No setting of a file: the command line
    /// says it, by starting them.
    #[serde(skip)]
    pub simulated_vendors: Option<Url>,
    pub mail: Mail,
    pub log: Log,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    pub host: IpAddr,
    pub port: u16,
    pub public_url: String,
    pub trusted_proxies: Vec<IpAddr>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    pub folder: PathBuf,
    pub database: String,
    pub objects: String,
    pub connections: u32,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outbound {
    pub allow_hosts: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Crawl {
    pub pages: u32,
    pub depth: u32,
    pub page_bytes: u64,
    pub total_bytes: u64,
    pub seconds: u64,
    pub per_host: u32,
    pub delay_ms: u64,
    pub images: u32,
    pub documents: u32,
    pub browser: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Worker {
    pub concurrency: usize,
    pub per_tenant: u32,
    pub lease_seconds: u64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Models {
    pub log_payloads: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlatformSettings {
    pub api_version: String,
    #[serde(default)]
    pub sunset: Option<NaiveDate>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    pub host: String,
    pub port: u16,
    pub security: MailSecurity,
    pub user: String,
    pub password: Secret,
    pub sender: String,
    pub sender_name: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    pub filter: String,
    pub json: bool,
}

/// What the command line says about settings; it wins over everything else.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Overrides {
    /// A file of settings (TOML); see the defaults with `agency-os config`
    #[arg(long, global = true, env = "AGENCY_OS_CONFIG")]
    config: Option<PathBuf>,
    /// The folder for database, files and master key
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// sqlite:PATH or postgres://USER@HOST/NAME
    #[arg(long, global = true, value_name = "URL")]
    database: Option<String>,
    /// The port of the web faces; 0 takes any that is free
    #[arg(long, global = true, value_name = "N")]
    pub port: Option<u16>,
    /// A private or loopback host that may be reached; may be given several times
    #[arg(long = "allow-host", global = true, value_name = "HOST[:PORT]")]
    pub allow_host: Vec<String>,
}

impl Config {
    /// Reads everything and lists all mistakes at once.
    ///
    /// # Errors
    /// When a setting is unknown or makes no sense.
    pub fn load(overrides: &Overrides) -> Result<Self> {
        let mut figment = Figment::from(Toml::string(DEFAULTS));
        if let Some(file) = &overrides.config {
            if !file.is_file() {
                bail!("there is no settings file {}", file.display());
            }
            figment = figment.merge(Toml::file_exact(file));
        }
        // The variables that are read on their own are not settings of a section.
        let own = ["config", "master_key", "test_postgres"];
        let environment =
            Env::prefixed("AGENCY_OS_").filter(move |key| !own.iter().any(|name| key == *name)).split("__");
        let mut config: Self = figment.merge(environment).extract().map_err(|errors| {
            let lines: Vec<String> = errors.into_iter().map(|error| format!("  - {error}")).collect();
            anyhow::anyhow!("the settings can't be used:\n{}", lines.join("\n"))
        })?;
        if let Some(folder) = &overrides.data {
            config.data.folder.clone_from(folder);
        }
        if let Some(url) = &overrides.database {
            config.data.database.clone_from(url);
        }
        if let Some(port) = overrides.port {
            config.server.port = port;
        }
        config.outbound.allow_hosts.extend(overrides.allow_host.iter().cloned());
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<()> {
        let mut mistakes = Vec::new();
        if !self.server.public_url.is_empty() {
            let good = Url::parse(&self.server.public_url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
            if !good {
                mistakes.push("server.public_url is not an address such as https://agency.example".to_owned());
            }
        }
        for host in &self.outbound.allow_hosts {
            if let Err(error) = host.parse::<HostRule>() {
                mistakes.push(format!("outbound.allow_hosts: {error}"));
            }
        }
        for (name, value) in [
            ("crawl.pages", u64::from(self.crawl.pages)),
            ("crawl.page_bytes", self.crawl.page_bytes),
            ("crawl.total_bytes", self.crawl.total_bytes),
            ("crawl.seconds", self.crawl.seconds),
            ("crawl.per_host", u64::from(self.crawl.per_host)),
            ("worker.concurrency", self.worker.concurrency as u64),
            ("worker.per_tenant", u64::from(self.worker.per_tenant)),
            ("worker.lease_seconds", self.worker.lease_seconds),
            ("data.connections", u64::from(self.data.connections)),
        ] {
            if value == 0 {
                mistakes.push(format!("{name} must be at least 1"));
            }
        }
        for (id, platform) in &self.platforms {
            if platform.api_version.trim().is_empty() {
                mistakes.push(format!("platforms.{id}.api_version is empty"));
            }
        }
        if !self.mail.host.is_empty() {
            let sender = &self.mail.sender;
            if !sender.split_once('@').is_some_and(|(name, domain)| !name.is_empty() && !domain.is_empty()) {
                mistakes.push("mail.sender is not an address such as os@agency.example".to_owned());
            }
            if self.mail.port == 0 {
                mistakes.push("mail.port must be at least 1".to_owned());
            }
            if self.mail.user.is_empty() != self.mail.password.is_empty() {
                mistakes.push("mail.user and mail.password are given together or not at all".to_owned());
            }
        }
        if mistakes.is_empty() { Ok(()) } else { bail!("the settings can't be used:\n  - {}", mistakes.join("\n  - ")) }
    }

    /// The settings file that shows every default.
    pub fn defaults() -> &'static str {
        DEFAULTS
    }

    pub fn database_url(&self) -> String {
        match self.data.database.as_str() {
            "" => format!("sqlite:{}", self.data.folder.join("agency-os.sqlite").display()),
            url => url.to_owned(),
        }
    }
    pub fn master_key_file(&self) -> PathBuf {
        self.data.folder.join("master.key")
    }
    /// The master key, where the environment holds it instead of a file.
    pub fn master_key() -> Option<Secret> {
        std::env::var(MASTER_KEY).ok().map(Secret::new)
    }
    pub fn objects_folder(&self) -> PathBuf {
        self.data.folder.join("objects")
    }
    pub fn allowed_hosts(&self) -> Result<Vec<HostRule>> {
        self.outbound.allow_hosts.iter().map(|host| host.parse().map_err(|e| anyhow::anyhow!("{e}"))).collect()
    }
    pub fn crawl_limits(&self) -> CrawlLimits {
        CrawlLimits {
            pages: self.crawl.pages,
            page_bytes: self.crawl.page_bytes,
            total_bytes: self.crawl.total_bytes,
            depth: self.crawl.depth,
            time: Duration::from_secs(self.crawl.seconds),
            per_host: self.crawl.per_host,
            delay: Duration::from_millis(self.crawl.delay_ms),
            images: self.crawl.images,
            documents: self.crawl.documents,
        }
    }
    /// The version of a vendor's interface, where another one than the client's own is to be spoken.
    pub fn api_version(&self, platform: &str) -> Option<ApiVersion> {
        let settings = self.platforms.get(platform)?;
        Some(ApiVersion { name: settings.api_version.clone().into(), sunset: settings.sunset })
    }
    /// The mail server, where these settings name one.
    pub fn mail_server(&self) -> Option<MailServer> {
        let mail = &self.mail;
        let login = MailLogin { user: mail.user.clone(), password: mail.password.clone() };
        (!mail.host.is_empty()).then(|| MailServer {
            host: mail.host.clone(),
            port: mail.port,
            security: mail.security,
            login: Some(login).filter(|login| !login.user.is_empty()),
            sender: Mailbox { name: mail.sender_name.clone(), address: mail.sender.clone() },
        })
    }
    /// How people reach the web faces on `port`.
    pub fn public_url(&self, port: u16) -> Result<Url> {
        match self.server.public_url.as_str() {
            "" => Url::parse(&format!("http://{}", std::net::SocketAddr::new(self.server.host, port)))
                .context("the address that is listened on"),
            url => Url::parse(url).context("server.public_url"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_settings_that_can_be_used() {
        let config = Config::load(&Overrides::default()).unwrap();
        assert!(config.database_url().starts_with("sqlite:data"));
        assert_eq!(config.public_url(8080).unwrap().as_str(), "http://127.0.0.1:8080/");
    }

    #[test]
    fn an_unknown_setting_and_a_useless_one_are_both_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("settings.toml");
        std::fs::write(&file, "[server]\nprot = 1\n").unwrap();
        let overrides = Overrides { config: Some(file.clone()), ..Overrides::default() };
        assert!(Config::load(&overrides).unwrap_err().to_string().contains("prot"));
        std::fs::write(&file, "[crawl]\npages = 0\n[worker]\nconcurrency = 0\n").unwrap();
        let told = Config::load(&overrides).unwrap_err().to_string();
        assert!(told.contains("crawl.pages") && told.contains("worker.concurrency"), "{told}");
    }

    #[test]
    fn a_vendors_version_is_a_setting_with_the_day_on_which_it_ends() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("settings.toml");
        std::fs::write(&file, "[platforms.linkedin]\napi_version = \"202604\"\nsunset = \"2027-04-30\"\n").unwrap();
        let config = Config::load(&Overrides { config: Some(file), ..Overrides::default() }).unwrap();
        let version = config.api_version("linkedin").unwrap();
        assert_eq!((version.name.as_ref(), version.sunset), ("202604", NaiveDate::from_ymd_opt(2027, 4, 30)));
        assert_eq!(config.api_version("x"), None);
    }
}
