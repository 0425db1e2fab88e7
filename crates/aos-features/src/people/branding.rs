//! How the agency shows itself to its clients: a colour and a logo.

use aos_kernel::{Actor, AgencyScope, Error, NewEvent, Result, Subject};
use aos_storage::{Conn, Db, FromRow, ObjectKey, Objects, Row, Tx};
use bytes::Bytes;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{
    audit::{self, NewAuditEntry},
    queries,
    store::branding as store,
};

/// Bytes of a logo.
pub const LARGEST_LOGO: usize = 512 << 10;

/// What was chosen; nothing of it has to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Branding {
    /// `#rrggbb`, in lower case.
    pub accent: Option<String>,
    pub logo_key: Option<ObjectKey>,
    pub logo_type: Option<String>,
    /// Of the logo's bytes.
    pub logo_hash: Option<String>,
}

impl FromRow for Branding {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            accent: row.get("accent")?,
            logo_key: row.get::<Option<String>>("logo_key")?.map(ObjectKey::from_text),
            logo_type: row.get("logo_type")?,
            logo_hash: row.get("logo_hash")?,
        })
    }
}

/// The agency's branding; the usual one where nobody chose any.
///
/// # Errors
/// `Storage`.
pub async fn branding(conn: &mut Conn) -> Result<Branding> {
    Ok(store::branding(conn).await?.unwrap_or_default())
}

/// Chooses the colour; `None` takes it back.
///
/// # Errors
/// `Invalid` for the field `accent`; `Denied` for a scope of some clients only.
pub async fn set_accent(tx: &mut Tx, agency: &AgencyScope, accent: Option<&str>) -> Result<()> {
    whole_agency(agency)?;
    let accent = accent.map(colour).transpose()?;
    let mut branding = branding(tx).await?;
    if branding.accent == accent {
        return Ok(());
    }
    branding.accent = accent;
    keep(tx, &branding).await
}

fn colour(text: &str) -> Result<String> {
    let text = text.trim().to_lowercase();
    let digits = text.strip_prefix('#').unwrap_or(&text);
    let hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    match digits.len() {
        6 if hex => Ok(format!("#{digits}")),
        3 if hex => Ok(digits.chars().fold("#".to_owned(), |sum, digit| format!("{sum}{digit}{digit}"))),
        _ => Err(Error::invalid("accent", format!("“{text}” is not a colour such as #1f6feb."))),
    }
}

/// Keeps a logo. What kind of image it is, its bytes say.
///
/// # Errors
/// `Invalid` for the field `logo`: too large, or no image that every browser shows; `Denied` as [`set_accent`].
pub async fn set_logo(db: &Db, objects: &Objects, agency: &AgencyScope, actor: Actor, bytes: Bytes) -> Result<()> {
    whole_agency(agency)?;
    if bytes.is_empty() {
        return Err(Error::invalid("logo", "Choose a file."));
    }
    if bytes.len() > LARGEST_LOGO {
        return Err(Error::invalid("logo", format!("At most {} kB.", LARGEST_LOGO >> 10)));
    }
    let kind = image_type(&bytes).ok_or_else(|| {
        Error::invalid("logo", "This is not a PNG, JPEG or WebP image. Save the logo as one of those.")
    })?;
    let hash: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    // Named by its bytes, so that nothing that somebody looks at changes under them.
    let key = ObjectKey::of_agency("branding", &hash);
    objects.put(&key, bytes).await?;
    let mut tx = db.begin(actor).await?;
    let mut branding = branding(&mut tx).await?;
    branding.logo_key = Some(key);
    branding.logo_type = Some(kind.to_owned());
    branding.logo_hash = Some(hash);
    keep(&mut tx, &branding).await?;
    tx.commit().await
}

/// Takes the logo back.
///
/// # Errors
/// `Denied` as [`set_accent`].
pub async fn remove_logo(tx: &mut Tx, agency: &AgencyScope) -> Result<()> {
    whole_agency(agency)?;
    let branding = Branding { accent: branding(tx).await?.accent, ..Branding::default() };
    keep(tx, &branding).await
}

/// The content type that the first bytes tell.
fn image_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

fn whole_agency(agency: &AgencyScope) -> Result<()> {
    if agency.limit().is_none() { Ok(()) } else { Err(Error::denied("Only the agency's administrators may do this.")) }
}

async fn keep(tx: &mut Tx, branding: &Branding) -> Result<()> {
    store::keep(tx, branding).await?;
    let subject = Subject::new("agency", queries::agency(tx).await?.id);
    let said = json!({ "accent": branding.accent, "logo": branding.logo_hash });
    tx.emit(NewEvent::new(None, "people.branding_changed", subject.clone()).with(said.clone()));
    audit::record(tx, NewAuditEntry::new(None, "people.branding_changed", subject).with(said)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_read_as_people_write_it_and_nothing_else_passes() {
        assert_eq!(colour(" #1F6FEB ").unwrap(), "#1f6feb");
        assert_eq!(colour("0af").unwrap(), "#00aaff");
        for bad in ["", "red", "#12345", "#1234567", "#gggggg", "url(x)"] {
            assert_eq!(colour(bad).unwrap_err().field(), Some("accent"), "{bad}");
        }
    }

    #[test]
    fn what_calls_itself_an_image_is_judged_by_its_bytes() {
        assert_eq!(image_type(b"\x89PNG\r\n\x1a\n...."), Some("image/png"));
        assert_eq!(image_type(b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>"), None);
        assert_eq!(image_type(b"RIFF1234WEBPVP8 "), Some("image/webp"));
        assert_eq!(image_type(b""), None);
    }
}
