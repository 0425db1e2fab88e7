//! Reading a mail: headers, the two parts, and the encodings that they come in (RFC 5322, 2045, 2047).

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// What a reader sees of a mail.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Parsed {
    pub headers: Vec<(String, String)>,
    pub text: String,
    pub html: String,
}

pub(super) fn mail(raw: &[u8]) -> Parsed {
    let (headers, body) = split(raw);
    let mut parsed = Parsed { headers: headers.clone(), ..Parsed::default() };
    part(&headers, body, &mut parsed);
    parsed
}

fn value<'a>(headers: &'a [(String, String)], name: &str) -> &'a str {
    headers.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value)
}

fn part(headers: &[(String, String)], body: &[u8], parsed: &mut Parsed) {
    let kind = value(headers, "content-type").to_ascii_lowercase();
    if kind.starts_with("multipart/") {
        let whole = value(headers, "content-type");
        let boundary = whole.split_once("boundary=").map_or("", |(_, rest)| rest.trim_start_matches('"'));
        let boundary = boundary.split(['"', ';']).next().unwrap_or("").trim();
        let text = String::from_utf8_lossy(body);
        for piece in text.split(&format!("--{boundary}")).skip(1) {
            if piece.starts_with("--") {
                break;
            }
            let (headers, body) = split(piece.trim_start_matches(['\r', '\n']).as_bytes());
            part(&headers, body, parsed);
        }
        return;
    }
    let bytes = match value(headers, "content-transfer-encoding").trim().to_ascii_lowercase().as_str() {
        "base64" => {
            let packed: Vec<u8> = body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
            STANDARD.decode(packed).unwrap_or_default()
        }
        "quoted-printable" => quoted_printable(body, false),
        _ => body.to_vec(),
    };
    let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n").trim_end().to_owned();
    if kind.starts_with("text/html") {
        parsed.html = text;
    } else {
        parsed.text = text;
    }
}

/// Headers with their folded lines put together, and the body.
fn split(raw: &[u8]) -> (Vec<(String, String)>, &[u8]) {
    let end = raw.windows(4).position(|window| window == b"\r\n\r\n");
    let (head, body) = match end {
        Some(end) => (&raw[..end], &raw[end + 4..]),
        None => (raw, &raw[raw.len()..]),
    };
    let head = String::from_utf8_lossy(head).replace("\r\n ", " ").replace("\r\n\t", " ");
    let headers = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim().to_ascii_lowercase(), words(value.trim())))
        .collect();
    (headers, body)
}

/// `=?utf-8?b?…?=` as the words that it stands for.
fn words(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    let mut after_word = false;
    while let Some(start) = rest.find("=?") {
        let (before, from) = rest.split_at(start);
        let mut fields = from[2..].splitn(4, '?');
        let (Some(_), Some(how), Some(data), Some(tail)) = (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            break;
        };
        let Some(tail) = tail.strip_prefix('=') else { break };
        let bytes = match how.to_ascii_lowercase().as_str() {
            "b" => STANDARD.decode(data).unwrap_or_default(),
            _ => quoted_printable(data.as_bytes(), true),
        };
        // Space between two encoded words only separates them.
        if !(after_word && before.trim().is_empty()) {
            out.push_str(before);
        }
        out.push_str(&String::from_utf8_lossy(&bytes));
        rest = tail;
        after_word = true;
    }
    out.push_str(rest);
    out
}

fn quoted_printable(body: &[u8], in_header: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut at = 0;
    while at < body.len() {
        match body[at] {
            b'_' if in_header => {
                out.push(b' ');
                at += 1;
            }
            b'=' if body[at + 1..].starts_with(b"\r\n") => at += 3,
            b'=' => {
                let hex = body.get(at + 1..at + 3).and_then(|pair| std::str::from_utf8(pair).ok());
                match hex.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
                    Some(byte) => {
                        out.push(byte);
                        at += 3;
                    }
                    None => {
                        out.push(b'=');
                        at += 1;
                    }
                }
            }
            byte => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_reads_as_it_was_meant() {
        let raw = "Subject: =?utf-8?b?R3LDvMOfZQ==?= =?utf-8?q?_f=C3=BCr?=\r\n you\r\nContent-Type: multipart/alternative;\r\n \
                   boundary=\"x y\"\r\n\r\n--x y\r\nContent-Type: text/plain; charset=utf-8\r\n\
                   Content-Transfer-Encoding: quoted-printable\r\n\r\nGr=C3=BC=\r\n=C3=9Fe\r\n--x y\r\n\
                   Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nPHA+SGk8L3A+\r\n--x y--\r\n";
        let mail = mail(raw.as_bytes());
        assert_eq!(value(&mail.headers, "subject"), "Grüße für you");
        assert_eq!((mail.text.as_str(), mail.html.as_str()), ("Grüße", "<p>Hi</p>"));
    }
}
