//! The secrets that the installation keeps: what each is for, whose it is, who entered it and which master key wraps it.
//! No function here reads a secret itself.

use aos_kernel::{
    Actor, AgencyScope, ChannelId, CredentialId, Cursor, ModelProviderId, Page, PageSize, Result, TenantId, Timestamp,
    UserId,
};
use aos_storage::{Conn, FromRow, Row, Sql, ToValue};
use chrono::DateTime;

use super::{condition, limited};

aos_kernel::text_enum! {
    /// What a secret opens.
    pub enum CredentialKind {
        /// The password of a client's account on a platform.
        Channel = "channel",
        /// The secret of the agency's application at a platform.
        PlatformApp = "platform_app",
        /// The key of a model provider.
        ModelProvider = "model_provider",
        /// The password of the mail server.
        MailServer = "mail_server",
        /// What this installation proves itself with at the provider that people sign in with.
        SignInProvider = "sign_in_provider",
        /// What a person's app makes its codes from.
        TwoFactor = "two_factor",
        /// What the installation made for itself: signatures of cookies and forms.
        Internal = "internal",
    }
}

/// A half minute: what the codes of a second factor count in.
const STEP_SECONDS: i64 = 30;

/// Where a secret is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Used {
    Channel {
        id: ChannelId,
        label: String,
        platform: String,
        state: String,
    },
    PlatformApp {
        platform: String,
    },
    ModelProvider {
        id: ModelProviderId,
        name: String,
    },
    MailServer {
        host: String,
    },
    SignInProvider {
        name: String,
    },
    Person {
        id: UserId,
        name: String,
    },
    /// By the installation itself; the word says for what.
    Inside {
        purpose: String,
    },
    /// By nothing that is there: what used it is gone.
    Nowhere,
}

/// One secret, without its value.
#[derive(Clone, Debug)]
pub struct CredentialLine {
    pub id: CredentialId,
    pub kind: CredentialKind,
    /// The client whose it is with its name; none for the agency's own.
    pub tenant: Option<(TenantId, String)>,
    pub used: Used,
    /// None where that was not noted.
    pub made_by: Option<Actor>,
    /// When this value was entered; entering another one makes another secret.
    pub made_at: Timestamp,
    /// The name of the master key that wraps it.
    pub key: String,
    /// When it was last wrapped.
    pub wrapped_at: Timestamp,
    /// When it last worked, as far as that is known: a check, a call, a mail, a sign-in.
    pub worked_at: Option<Timestamp>,
}

/// Which secrets.
#[derive(Clone, Debug, Default)]
pub struct CredentialFilter {
    pub kind: Option<CredentialKind>,
    pub tenant: Option<TenantId>,
    /// Only those that are not under this master key.
    pub not_under: Option<String>,
}

fn kind_of(purpose: &str) -> CredentialKind {
    match purpose {
        "platform app" => CredentialKind::PlatformApp,
        "model provider" => CredentialKind::ModelProvider,
        "mail server" => CredentialKind::MailServer,
        "identity provider" => CredentialKind::SignInProvider,
        "two-factor" => CredentialKind::TwoFactor,
        purpose if purpose.starts_with("channel ") => CredentialKind::Channel,
        _ => CredentialKind::Internal,
    }
}

/// The condition that picks one kind; the words are those under which the slices keep their secrets.
fn of_kind(kind: CredentialKind) -> &'static str {
    match kind {
        CredentialKind::Channel => " AND c.purpose LIKE 'channel %'",
        CredentialKind::PlatformApp => " AND c.purpose = 'platform app'",
        CredentialKind::ModelProvider => " AND c.purpose = 'model provider'",
        CredentialKind::MailServer => " AND c.purpose = 'mail server'",
        CredentialKind::SignInProvider => " AND c.purpose = 'identity provider'",
        CredentialKind::TwoFactor => " AND c.purpose = 'two-factor'",
        CredentialKind::Internal => {
            " AND c.purpose NOT IN ('platform app', 'model provider', 'mail server', 'identity provider', 'two-factor')
              AND c.purpose NOT LIKE 'channel %'"
        }
    }
}

fn used(row: &Row, kind: CredentialKind) -> Result<Option<Used>> {
    Ok(match kind {
        CredentialKind::Channel => match row.get::<Option<ChannelId>>("channel")? {
            Some(id) => Some(Used::Channel {
                id,
                label: row.get("channel_label")?,
                platform: row.get("platform")?,
                state: row.get("channel_state")?,
            }),
            None => None,
        },
        CredentialKind::ModelProvider => match row.get::<Option<ModelProviderId>>("provider")? {
            Some(id) => Some(Used::ModelProvider { id, name: row.get("provider_name")? }),
            None => None,
        },
        CredentialKind::PlatformApp => {
            row.get::<Option<String>>("app_platform")?.map(|platform| Used::PlatformApp { platform })
        }
        CredentialKind::MailServer => row.get::<Option<String>>("mail_host")?.map(|host| Used::MailServer { host }),
        CredentialKind::SignInProvider => {
            row.get::<Option<String>>("sign_in_name")?.map(|name| Used::SignInProvider { name })
        }
        CredentialKind::TwoFactor => match row.get::<Option<UserId>>("person")? {
            Some(id) => Some(Used::Person { id, name: row.get("person_name")? }),
            None => None,
        },
        CredentialKind::Internal => Some(Used::Inside { purpose: row.get("purpose")? }),
    })
}

impl FromRow for CredentialLine {
    fn from_row(row: &Row) -> Result<Self> {
        let kind = kind_of(&row.get::<String>("purpose")?);
        let tenant: Option<TenantId> = row.get("tenant_id")?;
        let client: Option<String> = row.get("client")?;
        let step: Option<i64> = row.get("last_step")?;
        let worked_at = match step {
            Some(step) => DateTime::from_timestamp(step.saturating_mul(STEP_SECONDS), 0),
            None => row.get("worked_at")?,
        };
        Ok(Self {
            id: row.get("id")?,
            kind,
            tenant: tenant.zip(client),
            used: used(row, kind)?.unwrap_or(Used::Nowhere),
            made_by: row.parse_opt("made_by")?,
            made_at: row.get("created_at")?,
            key: row.get("key_id")?,
            wrapped_at: row.get("updated_at")?,
            worked_at,
        })
    }
}

/// When each last worked is what the slices know anyhow; nothing is written when a secret is opened.
const LINE: &str = "SELECT c.id, c.tenant_id, c.purpose, c.key_id, c.created_at, c.updated_at, t.name AS client,
        COALESCE(c.made_by, h.connected_by, p.updated_by) AS made_by, a.platform AS app_platform,
        h.id AS channel, h.label AS channel_label, h.platform, h.state AS channel_state,
        p.id AS provider, p.name AS provider_name,
        m.host AS mail_host, s.name AS sign_in_name,
        f.user_id AS person, u.name AS person_name, f.last_step,
        CASE
          WHEN h.id IS NOT NULL THEN h.checked_at
          WHEN a.platform IS NOT NULL AND a.problem IS NULL THEN a.tested_at
          WHEN p.id IS NOT NULL THEN
            (SELECT l.settled_at FROM ledger_entry AS l
             WHERE l.provider = p.name AND l.state = 'settled' AND NOT l.failed ORDER BY l.created_at DESC LIMIT 1)
          WHEN m.id IS NOT NULL THEN
            (SELECT n.settled_at FROM mail AS n WHERE n.state = 'sent' ORDER BY n.created_at DESC LIMIT 1)
          WHEN s.id IS NOT NULL THEN (SELECT MAX(e.last_used_at) FROM external_identity AS e WHERE e.issuer = s.issuer)
        END AS worked_at
    FROM credential AS c
    LEFT JOIN tenant AS t ON t.id = c.tenant_id
    LEFT JOIN channel_grant AS g ON g.credential_id = c.id
    LEFT JOIN channel AS h ON h.id = COALESCE(
      (SELECT o.id FROM channel AS o WHERE o.credential_id = c.id ORDER BY o.id LIMIT 1),
      (SELECT o.id FROM channel AS o WHERE o.tenant_id = g.tenant_id AND o.grant_id = g.id ORDER BY o.id LIMIT 1))
    LEFT JOIN channel_app AS a ON a.credential_id = c.id
    LEFT JOIN model_provider AS p ON p.credential_id = c.id
    LEFT JOIN mail_server AS m ON m.credential_id = c.id
    LEFT JOIN identity_provider AS s ON s.credential_id = c.id
    LEFT JOIN two_factor AS f ON f.credential_id = c.id
    LEFT JOIN user_account AS u ON u.id = f.user_id
    WHERE TRUE";

/// The secrets, the latest first. A scope of some clients sees theirs and none of the agency's own.
///
/// # Errors
/// `Invalid` for a cursor that this query did not make; `Storage`.
pub async fn credentials(
    conn: &mut Conn,
    scope: &AgencyScope,
    filter: &CredentialFilter,
    after: Option<&Cursor>,
    size: PageSize,
) -> Result<Page<CredentialLine>> {
    let (mut sql, mut params) = (LINE.to_owned(), Vec::new());
    limited(&mut sql, &mut params, scope, "c.tenant_id");
    if let Some(kind) = filter.kind {
        sql.push_str(of_kind(kind));
    }
    if let Some(tenant) = filter.tenant {
        condition(&mut sql, &mut params, "c.tenant_id = ?", tenant);
    }
    if let Some(key) = &filter.not_under {
        condition(&mut sql, &mut params, "c.key_id <> ?", key);
    }
    if let Some(cursor) = after {
        let (at, id): (_, CredentialId) = cursor.row()?;
        params.push(at.to_value());
        params.push(id.to_value());
        let (at, id) = (params.len() - 1, params.len());
        sql.push_str(&format!(" AND (c.created_at, c.id) < (${at}, ${id})"));
    }
    params.push((size.get() + 1).to_value());
    sql.push_str(&format!(" ORDER BY c.created_at DESC, c.id DESC LIMIT ${}", params.len()));
    let rows = conn.all(Sql::built(sql), params).await?;
    Ok(Page::from_surplus(rows, size, |line: &CredentialLine| Cursor::after_row(line.made_at, line.id)))
}

/// How many secrets each master key wraps, by its name.
///
/// # Errors
/// `Storage`.
pub async fn by_key(conn: &mut Conn, scope: &AgencyScope) -> Result<Vec<(String, i64)>> {
    let (mut sql, mut params) = ("SELECT c.key_id, COUNT(*) AS n FROM credential AS c WHERE TRUE".to_owned(), vec![]);
    limited(&mut sql, &mut params, scope, "c.tenant_id");
    sql.push_str(" GROUP BY c.key_id ORDER BY c.key_id");
    let rows = conn.rows(Sql::built(sql), params).await?;
    rows.iter().map(|row| Ok((row.get("key_id")?, row.get("n")?))).collect()
}
