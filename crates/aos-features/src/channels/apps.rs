//! The agency's applications at the platforms: what a consent is asked in the name of.

use aos_capabilities::{
    Descriptor, PlatformErrorKind,
    connect::{OAuthApp, Visit},
};
use aos_kernel::{Actor, AgencyScope, Error, NewEvent, Result, Secret, Subject, Timestamp};
use aos_storage::{Conn, Db, Tx};
use serde_json::json;
use url::Url;
use uuid::Uuid;

use super::{commands::Connections, store::apps as store};
use crate::people;

/// What a simulated platform knows the agency as.
const SIMULATED: (&str, &str) = ("agency-os", "sandbox-client-secret");
/// What the secret's envelope is for.
const PURPOSE: &str = "platform app";
const LONGEST_ID: usize = 300;

/// How an application stands.
#[derive(Clone, Debug)]
pub struct AppState {
    pub descriptor: Descriptor,
    /// None: nobody entered it yet.
    pub client_id: Option<String>,
    /// Known without anybody entering it.
    pub simulated: bool,
    pub tested_at: Option<Timestamp>,
    /// Why the last test failed.
    pub problem: Option<String>,
    pub updated_by: Option<Actor>,
    pub updated_at: Option<Timestamp>,
}

impl AppState {
    /// Consents can be asked for.
    pub fn is_known(&self) -> bool {
        self.client_id.is_some()
    }
}

/// What a test of an application found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tested {
    Known,
    /// The platform does not know it, or its secret is wrong: in words.
    Refused(String),
    /// It could not be found out now: in words.
    Unclear(String),
}

impl Connections {
    /// How the application of each platform that needs one stands.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn apps(&self, conn: &mut Conn) -> Result<Vec<AppState>> {
        let mut rows = store::apps(conn).await?;
        let mut apps = Vec::new();
        for platform in self.platforms().iter().filter(|platform| platform.authorize().is_some()) {
            let descriptor = platform.descriptor().clone();
            if descriptor.simulated {
                let client_id = Some(SIMULATED.0.to_owned());
                let empty = (None, None, None, None);
                apps.push(state(descriptor, client_id, true, empty));
                continue;
            }
            let row = rows.iter().position(|row| row.platform == descriptor.id).map(|at| rows.swap_remove(at));
            apps.push(match row {
                Some(row) => {
                    let rest = (row.tested_at, row.problem, Some(row.updated_by), Some(row.updated_at));
                    state(descriptor, Some(row.client_id), false, rest)
                }
                None => state(descriptor, None, false, (None, None, None, None)),
            });
        }
        apps.sort_by(|a, b| a.descriptor.name.cmp(b.descriptor.name));
        Ok(apps)
    }

    /// Keeps the agency's application at a platform. An empty secret leaves the one that is kept.
    ///
    /// # Errors
    /// `Denied` for a scope of some clients; `Invalid` for a field.
    pub async fn save_app(
        &self,
        tx: &mut Tx,
        agency: &AgencyScope,
        platform: &str,
        client_id: &str,
        secret: &Secret,
    ) -> Result<()> {
        let descriptor = self.needs_app(agency, platform)?;
        let client_id = client_id.trim();
        if client_id.is_empty() || client_id.chars().count() > LONGEST_ID {
            return Err(Error::invalid("client_id", "Enter the application’s id, as the platform shows it."));
        }
        let known = store::app(tx, platform).await?;
        let credential = match (&known, secret.expose().trim().is_empty()) {
            (Some(known), true) => known.credential_id,
            (None, true) => return Err(Error::invalid("client_secret", "Enter the application’s secret.")),
            (known, false) => {
                if let Some(known) = known {
                    self.credentials().delete(tx, None, known.credential_id).await?;
                }
                self.credentials().put(tx, None, PURPOSE, &Secret::new(secret.expose().trim())).await?
            }
        };
        store::put(tx, platform, client_id, credential).await?;
        note(tx, "channels.app_saved", &descriptor);
        Ok(())
    }

    /// Forgets an application. What was connected with it works until its tokens have to be renewed.
    ///
    /// # Errors
    /// `Denied` for a scope of some clients; `NotFound`.
    pub async fn remove_app(&self, tx: &mut Tx, agency: &AgencyScope, platform: &str) -> Result<()> {
        let descriptor = self.needs_app(agency, platform)?;
        let known = store::app(tx, platform).await?.ok_or_else(|| Error::not_found("application"))?;
        store::remove(tx, platform).await?;
        self.credentials().delete(tx, None, known.credential_id).await?;
        note(tx, "channels.app_removed", &descriptor);
        Ok(())
    }

    /// Asks the platform whether it knows the application: with a code that nobody got, which only a known one is told
    /// to be wrong.
    ///
    /// # Errors
    /// `Denied` for a scope of some clients; `Conflict` when none is entered; `Storage`.
    pub async fn test_app(
        &self,
        db: &Db,
        actor: Actor,
        agency: &AgencyScope,
        platform: &str,
        redirect: Url,
    ) -> Result<Tested> {
        let descriptor = self.needs_app(agency, platform)?;
        let app = self.app(&mut db.read().await?, &descriptor, redirect).await?;
        let client = self.platforms().get(platform).ok_or_else(|| Error::not_found("platform"))?;
        let authorize = client.authorize().ok_or_else(|| Error::not_found("platform"))?;
        let made_up = people::random_token;
        let visit = Visit { state: made_up(), verifier: made_up() };
        let tested = match authorize.redeem(&app, &visit, &made_up()).await {
            // A code that nobody got was taken: whoever answers so does not check anything.
            Ok(_) => Tested::Known,
            Err(error) => match error.kind {
                PlatformErrorKind::AuthExpired | PlatformErrorKind::Invalid(_) | PlatformErrorKind::NotFound => {
                    Tested::Known
                }
                PlatformErrorKind::PermissionMissing => {
                    Tested::Refused(in_words(&error.message, error.help.as_deref()))
                }
                _ => Tested::Unclear(in_words(&error.message, error.help.as_deref())),
            },
        };
        let mut tx = db.begin(actor).await?;
        match &tested {
            Tested::Known => store::tested(&mut tx, platform, None).await?,
            Tested::Refused(why) => store::tested(&mut tx, platform, Some(why)).await?,
            Tested::Unclear(_) => {}
        }
        tx.commit().await?;
        Ok(tested)
    }

    /// The application with its secret, for one exchange.
    ///
    /// # Errors
    /// `Conflict` `platform_app_missing`, with where it is entered.
    pub(super) async fn app(&self, conn: &mut Conn, descriptor: &Descriptor, redirect: Url) -> Result<OAuthApp> {
        if descriptor.simulated {
            let (client_id, secret) = SIMULATED;
            return Ok(OAuthApp { client_id: client_id.to_owned(), client_secret: Secret::new(secret), redirect });
        }
        let row = store::app(conn, descriptor.id).await?.ok_or_else(|| {
            let words = format!("The agency has not entered its application at {} yet.", descriptor.name);
            Error::conflict("platform_app_missing", words)
                .with_help("An administrator of the agency enters it under Manage → Credentials → Applications.")
        })?;
        let client_secret = self.credentials().reveal(conn, None, row.credential_id).await?;
        Ok(OAuthApp { client_id: row.client_id, client_secret, redirect })
    }

    fn needs_app(&self, agency: &AgencyScope, platform: &str) -> Result<Descriptor> {
        if agency.limit().is_some() {
            return Err(Error::denied("Only an administrator of the agency enters its applications."));
        }
        let known = self.platforms().get(platform).filter(|platform| platform.authorize().is_some());
        let descriptor = known.ok_or_else(|| Error::not_found("platform"))?.descriptor().clone();
        if descriptor.simulated {
            return Err(Error::conflict("platform_simulated", format!("{} is simulated here.", descriptor.name))
                .with_help("Its application is known without anybody entering it."));
        }
        Ok(descriptor)
    }
}

type Rest = (Option<Timestamp>, Option<String>, Option<Actor>, Option<Timestamp>);

fn state(descriptor: Descriptor, client_id: Option<String>, simulated: bool, rest: Rest) -> AppState {
    let (tested_at, problem, updated_by, updated_at) = rest;
    AppState { descriptor, client_id, simulated, tested_at, problem, updated_by, updated_at }
}

/// What happened with what to do.
pub(super) fn in_words(message: &str, help: Option<&str>) -> String {
    help.map_or_else(|| message.to_owned(), |help| format!("{message} {help}"))
}

fn note(tx: &mut Tx, kind: &'static str, descriptor: &Descriptor) {
    // An application has no id of its own: the agency is what it is about.
    let subject = Subject { kind: "platform_app".to_owned(), id: Uuid::nil() };
    tx.emit(NewEvent::new(None, kind, subject).with(json!({ "platform": descriptor.id, "name": descriptor.name })));
}
