//! Codes of six digits that change every half minute: TOTP (RFC 6238) with HMAC-SHA-1, the form that every app knows.
//! Pure.

use aos_kernel::{Secret, Timestamp};
use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use url::form_urlencoded::byte_serialize;

/// How long a code counts, in seconds.
const STEP: i64 = 30;
/// Codes of one step before and after are taken too, as clocks differ and typing takes time.
const DRIFT: i64 = 1;
/// 160 bits, as RFC 4226 recommends.
const KEY_BYTES: usize = 20;

/// A new shared secret in base 32, as people type it into an app that can't scan.
pub(super) fn new_secret() -> Secret {
    let mut key = [0_u8; KEY_BYTES];
    rand::fill(&mut key);
    Secret::new(BASE32_NOPAD.encode(&key))
}

/// The step of a moment.
pub(super) fn step_at(now: Timestamp) -> i64 {
    now.timestamp().div_euclid(STEP)
}

/// The code of one step: the dynamic truncation of RFC 4226.
fn code(key: &[u8], step: i64) -> Option<u32> {
    let mut mac = Hmac::<Sha1>::new_from_slice(key).ok()?;
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let at = usize::from(hash.last()? & 0x0f);
    let part: [u8; 4] = hash.get(at..at + 4)?.try_into().ok()?;
    Some((u32::from_be_bytes(part) & 0x7fff_ffff) % 1_000_000)
}

/// The step whose code this is, near `now`; none when it is no code of that time.
pub(super) fn step_of(secret: &Secret, given: &str, now: Timestamp) -> Option<i64> {
    let key = BASE32_NOPAD.decode(secret.expose().as_bytes()).ok()?;
    let digits: String = given.chars().filter(|c| !c.is_whitespace()).collect();
    if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let given: u32 = digits.parse().ok()?;
    let now = step_at(now);
    // The newest first: it is the one that mostly is typed.
    (now - DRIFT..=now + DRIFT).rfind(|step| code(&key, *step) == Some(given))
}

/// What the picture holds: the form that authenticator apps read.
pub(super) fn uri(secret: &Secret, issuer: &str, account: &str) -> Secret {
    let escape = |text: &str| byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
    let issuer = escape(&issuer.replace(':', " "));
    Secret::new(format!(
        "otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits=6&period={STEP}",
        account = escape(account),
        secret = secret.expose(),
    ))
}

/// The code of this moment, for tests and the demonstration.
pub fn code_now(secret: &Secret, now: Timestamp) -> Option<String> {
    let key = BASE32_NOPAD.decode(secret.expose().as_bytes()).ok()?;
    Some(format!("{:06}", code(&key, step_at(now))?))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    /// RFC 6238, appendix B, in six digits.
    #[test]
    fn the_codes_are_those_of_the_standard() {
        let secret = Secret::new(BASE32_NOPAD.encode(b"12345678901234567890"));
        for (seconds, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code_now(&secret, at(seconds)).as_deref(), Some(expected));
            assert_eq!(step_of(&secret, expected, at(seconds)), Some(seconds / 30));
        }
    }

    #[test]
    fn a_code_counts_for_its_half_minute_and_one_around_it() {
        let secret = new_secret();
        let code = code_now(&secret, at(3_000)).unwrap();
        let spaced = format!(" {} {}", &code[..3], &code[3..]);
        for seconds in [2_975, 3_000, 3_029, 3_059] {
            assert_eq!(step_of(&secret, &spaced, at(seconds)), Some(100), "{seconds}");
        }
        assert_ne!(step_of(&secret, &code, at(3_060 + 30)), Some(100));
        for bad in ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦"] {
            assert_eq!(step_of(&secret, bad, at(3_000)), None);
        }
    }

    #[test]
    fn the_picture_names_the_agency_and_the_account() {
        let uri = uri(&Secret::new("ABC"), "Harbour: Pine & Co", "ana@example.com");
        assert_eq!(
            uri.expose(),
            "otpauth://totp/Harbour%20%20Pine%20%26%20Co:ana%40example.com?secret=ABC&issuer=Harbour%20%20Pine%20%26%20Co&algorithm=SHA1&digits=6&period=30"
        );
    }
}
