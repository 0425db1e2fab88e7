//! Bytes to text: what the answer, the page and the bytes say about their encoding, in the order browsers believe them.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// Browsers look for `<meta charset>` in so many bytes.
const PRESCAN: usize = 1_024;

/// Decodes a page. What can't be decoded becomes U+FFFD; nothing fails, because a page with a few bad bytes is still
/// a page. `content_type` is the header's value.
#[must_use]
pub fn decode<'a>(bytes: &'a [u8], content_type: Option<&str>) -> Cow<'a, str> {
    let declared = content_type.and_then(charset_parameter).or_else(|| declared_inside(bytes));
    // A byte order mark beats every declaration; `decode` looks for it.
    let encoding = declared.unwrap_or_else(|| if looks_like_utf8(bytes) { UTF_8 } else { WINDOWS_1252 });
    encoding.decode(bytes).0
}

fn charset_parameter(content_type: &str) -> Option<&'static Encoding> {
    let lower = content_type.to_ascii_lowercase();
    let (_, value) = lower.split_once("charset=")?;
    Encoding::for_label(value.split([';', ',']).next()?.trim_matches([' ', '"', '\'']).as_bytes())
}

/// `<meta charset=…>`, `<meta http-equiv content="…; charset=…">` or `<?xml encoding="…"?>` near the start.
fn declared_inside(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..PRESCAN).unwrap_or(bytes).to_ascii_lowercase();
    let head = String::from_utf8_lossy(&head);
    let value = ["charset=", "encoding="].iter().find_map(|word| head.split_once(word))?.1;
    let label = value.trim_start_matches(['"', '\'', ' ']).split(['"', '\'', ' ', ';', '/', '>', '?']).next()?;
    let encoding = Encoding::for_label(label.as_bytes())?;
    // The declaration was readable byte by byte, so it can't be UTF-16, whatever it says.
    Some(if encoding.is_ascii_compatible() { encoding } else { UTF_8 })
}

/// Valid, apart from a character that the size limit cut in two.
fn looks_like_utf8(bytes: &[u8]) -> bool {
    match std::str::from_utf8(bytes) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_the_page_and_the_bytes_are_believed_in_this_order() {
        let latin = b"<meta charset=iso-8859-1><p>Caf\xe9</p>";
        assert!(decode(latin, None).contains("Café"));
        assert!(decode(b"<p>Caf\xe9</p>", Some("text/html; charset=\"latin1\"")).contains("Café"));
        assert!(decode("<p>Café</p>".as_bytes(), Some("text/html")).contains("Café"));
        assert!(decode(b"<p>Caf\xe9</p>", None).contains("Café"));
        assert!(decode(b"\xef\xbb\xbf<p>x", Some("text/html; charset=latin1")).starts_with("<p>"));
    }

    #[test]
    fn nonsense_is_survived() {
        assert!(decode(b"<meta charset=klingon><p>Hi", None).contains("Hi"));
        assert!(decode(b"<meta charset=utf-8><p>Caf\xe9 \xff\xfe", None).contains("Caf\u{fffd}"));
        assert!(decode(b"<meta charset=utf-16><p>Hi", None).contains("Hi"));
        assert_eq!(decode(b"", Some("charset=")), "");
    }
}
