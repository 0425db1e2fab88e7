//! Addresses at which platforms fetch a file: each names one file, made to fit one rule, until one moment.

use aos_capabilities::post::MediaRule;
use aos_kernel::{MediaId, TenantId, Timestamp};
use aos_storage::ObjectKey;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::DateTime;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A change of how pictures are made to fit is a change of this, so that they are made anew.
const FITTER: u8 = 1;
const PURPOSE: &[u8] = b"media\0";
const RULE: usize = 16;
const NAMED: usize = 16 + 16 + RULE + 8;
const SIGNATURE: usize = 32;

/// What a rule asks of a file, as a short name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleName([u8; RULE]);

impl RuleName {
    pub fn of(rule: &MediaRule) -> Self {
        let asked = format!(
            "{FITTER} {} {:?} {:?} {:?} {:?} {:?}",
            rule.kind, rule.types, rule.bytes, rule.width, rule.height, rule.ratio
        );
        let mut name = [0; RULE];
        for (to, from) in name.iter_mut().zip(Sha256::digest(asked.as_bytes()).iter()) {
            *to = *from;
        }
        Self(name)
    }
}

/// What an address names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    pub tenant: TenantId,
    pub media: MediaId,
    pub rule: RuleName,
    pub until: Timestamp,
}

impl Named {
    /// Where the file that was made to fit is kept.
    pub fn object(&self) -> ObjectKey {
        let name: String = self.rule.0.iter().map(|byte| format!("{byte:02x}")).collect();
        ObjectKey::of_tenant(self.tenant, &fitted_kind(self.media), &name)
    }

    fn bytes(&self) -> [u8; NAMED] {
        let mut bytes = [0; NAMED];
        bytes[..16].copy_from_slice(self.tenant.uuid().as_bytes());
        bytes[16..32].copy_from_slice(self.media.uuid().as_bytes());
        bytes[32..32 + RULE].copy_from_slice(&self.rule.0);
        bytes[32 + RULE..].copy_from_slice(&self.until.timestamp().to_be_bytes());
        bytes
    }
    fn read(bytes: &[u8]) -> Option<Self> {
        let seconds = i64::from_be_bytes(bytes.get(32 + RULE..NAMED)?.try_into().ok()?);
        Some(Self {
            tenant: TenantId::from_uuid(Uuid::from_slice(bytes.get(..16)?).ok()?),
            media: MediaId::from_uuid(Uuid::from_slice(bytes.get(16..32)?).ok()?),
            rule: RuleName(bytes.get(32..32 + RULE)?.try_into().ok()?),
            until: DateTime::from_timestamp(seconds, 0)?,
        })
    }
}

/// All that was made of one file lies below this kind of object.
pub fn fitted_kind(media: MediaId) -> String {
    format!("fitted-{media}")
}

/// Writes and reads addresses; every process of one installation has the same key.
#[derive(Clone)]
pub struct Addresses {
    key: [u8; 32],
}

impl std::fmt::Debug for Addresses {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Addresses([secret])")
    }
}

impl Addresses {
    pub const fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    /// The last part of an address.
    pub fn token(&self, named: &Named) -> String {
        let mut bytes = named.bytes().to_vec();
        bytes.extend(self.mac(&named.bytes()).finalize().into_bytes().iter());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// What a token names, when it is one of ours and its time is not over. Compares in constant time.
    pub fn named(&self, token: &str, now: Timestamp) -> Option<Named> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok().filter(|bytes| bytes.len() == NAMED + SIGNATURE)?;
        let (named, signature) = bytes.split_at_checked(NAMED)?;
        self.mac(named).verify_slice(signature).ok()?;
        Named::read(named).filter(|named| named.until > now)
    }

    fn mac(&self, data: &[u8]) -> Hmac<Sha256> {
        let mut block = [0u8; 64];
        block[..32].copy_from_slice(&self.key);
        let mut mac = Hmac::<Sha256>::new(&block.into());
        mac.update(PURPOSE);
        mac.update(data);
        mac
    }
}

#[cfg(test)]
mod tests {
    use aos_capabilities::post::MediaKind;
    use proptest::prelude::*;

    use super::*;

    const RULE: MediaRule = MediaRule {
        kind: MediaKind::Image,
        most: 1,
        types: &["image/jpeg"],
        bytes: None,
        width: None,
        height: None,
        ratio: None,
        alt_characters: None,
    };

    fn named() -> Named {
        Named {
            tenant: TenantId::new(),
            media: MediaId::new(),
            rule: RuleName::of(&RULE),
            until: DateTime::from_timestamp(2_000, 0).unwrap(),
        }
    }

    #[test]
    fn an_address_holds_for_what_it_names_until_its_end() {
        let addresses = Addresses::new([3; 32]);
        let (named, at) = (named(), |seconds| DateTime::from_timestamp(seconds, 0).unwrap());
        let token = addresses.token(&named);
        assert_eq!(addresses.named(&token, at(1_999)), Some(named));
        assert_eq!(addresses.named(&token, at(2_000)), None, "its time is over");
        assert_eq!(Addresses::new([4; 32]).named(&token, at(0)), None, "another installation's");
        assert_ne!(RuleName::of(&RULE), RuleName::of(&MediaRule { bytes: Some(1), ..RULE }));
    }

    proptest! {
        #[test]
        fn no_other_token_is_read(at in 0_usize..NAMED + SIGNATURE, bit in 0_u8..8, noise in ".{0,140}") {
            let addresses = Addresses::new([3; 32]);
            let now = DateTime::from_timestamp(0, 0).unwrap();
            let mut bytes = URL_SAFE_NO_PAD.decode(addresses.token(&named())).unwrap();
            bytes[at] ^= 1 << bit;
            prop_assert_eq!(addresses.named(&URL_SAFE_NO_PAD.encode(bytes), now), None);
            prop_assert_eq!(addresses.named(&noise, now), None);
        }
    }
}
