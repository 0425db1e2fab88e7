//! Bytes to text in the encoding they were written in.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// How far into a page its own declaration is looked for; the HTML standard says 1024 bytes.
const PRESCAN: usize = 1024;

/// Byte order mark first, then the header, then the page's `<meta charset>`, then UTF-8 where it is valid, then what
/// browsers take for old western pages. Never fails: what can't be read becomes U+FFFD.
pub(crate) fn decode(body: &[u8], content_type: Option<&str>) -> String {
    if let Some((encoding, mark)) = Encoding::for_bom(body) {
        return encoding.decode_without_bom_handling(&body[mark..]).0.into_owned();
    }
    let declared = content_type.and_then(from_header).or_else(|| from_page(&body[..body.len().min(PRESCAN)]));
    let encoding = declared.unwrap_or_else(|| if std::str::from_utf8(body).is_ok() { UTF_8 } else { WINDOWS_1252 });
    encoding.decode_without_bom_handling(body).0.into_owned()
}

fn from_header(content_type: &str) -> Option<&'static Encoding> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let label = value.trim().trim_matches(['"', '\'']);
        name.trim().eq_ignore_ascii_case("charset").then(|| Encoding::for_label(label.as_bytes()))?
    })
}

/// `<meta charset="x">` and `<meta http-equiv="content-type" content="text/html; charset=x">` alike.
fn from_page(start: &[u8]) -> Option<&'static Encoding> {
    let start = String::from_utf8_lossy(start).to_ascii_lowercase();
    start.split("<meta").skip(1).find_map(|tag| {
        let tag = tag.split('>').next()?;
        let value = tag.split("charset").nth(1)?.trim_start().strip_prefix('=')?.trim_start();
        let value = value.trim_start_matches(['"', '\'']);
        let label = value.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ';' | '/')).next()?;
        // A page that could be read this far is not UTF-16, whatever it says.
        Encoding::for_label(label.as_bytes()).map(Encoding::output_encoding)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_says_how_to_read() {
        assert_eq!(decode(b"caf\xe9", Some("text/html; charset=ISO-8859-1")), "café");
        assert_eq!(decode("café".as_bytes(), Some("text/html; Charset=\"utf-8\"")), "café");
    }

    #[test]
    fn a_page_that_declares_itself_is_believed_when_the_header_is_silent() {
        let page = b"<html><head><meta http-equiv='Content-Type' content='text/html; charset=windows-1251'>\xcf\xf0";
        assert!(decode(page, Some("text/html")).ends_with("Пр"));
        assert!(decode(b"<meta charset=\"shift_jis\">\x83\x65", None).ends_with('テ'));
    }

    #[test]
    fn a_byte_order_mark_outranks_the_header() {
        assert_eq!(decode(b"\xef\xbb\xbfcaf\xc3\xa9", Some("text/html; charset=iso-8859-1")), "café");
        assert_eq!(decode(b"\xff\xfea\0b\0", None), "ab");
    }

    #[test]
    fn without_any_sign_valid_utf_8_is_utf_8_and_the_rest_is_western() {
        assert_eq!(decode("naïve".as_bytes(), None), "naïve");
        assert_eq!(decode(b"na\xefve", Some("text/plain; charset=nonsense")), "naïve");
    }
}
