//! A mail as it goes over the wire: headers, a text part and an HTML part.

use aos_capabilities::mail::{Mail, MailError, MailErrorKind, Mailbox};
use lettre::{
    Address, Message,
    address::Envelope,
    message::{
        Mailbox as WireMailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
};

/// # Errors
/// `Settings` or `Recipient` for an address that can't be written.
pub(super) fn build(sender: &Mailbox, mail: &Mail) -> Result<(Envelope, Vec<u8>), MailError> {
    let from = mailbox(sender, MailErrorKind::Settings)?;
    let to = mailbox(&mail.to, MailErrorKind::Recipient)?;
    let broken = |error: &dyn std::fmt::Display| {
        MailError::new(MailErrorKind::Refused, format!("The mail could not be written: {error}."))
    };
    let message = Message::builder()
        .from(from)
        .to(to)
        .date(mail.date.into())
        .message_id(Some(format!("<{}>", mail.message_id)))
        .subject(one_line(&mail.subject))
        // Tells answering machines to keep quiet (RFC 3834).
        .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()))
        .multipart(MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone()))
        .map_err(|error| broken(&error))?;
    Ok((message.envelope().clone(), message.formatted()))
}

fn mailbox(mailbox: &Mailbox, kind: MailErrorKind) -> Result<WireMailbox, MailError> {
    let address: Address = mailbox
        .address
        .parse()
        .map_err(|_| MailError::new(kind, format!("“{}” is not an e-mail address.", mailbox.address)))?;
    let name = one_line(&mailbox.name);
    Ok(WireMailbox::new((!name.is_empty()).then_some(name), address))
}

/// Without line ends and other control characters, which have no place in a header.
fn one_line(text: &str) -> String {
    text.split(char::is_control).map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(subject: &str, name: &str) -> String {
        let sender = Mailbox { name: "Büro & Co".to_owned(), address: "os@agency.example".to_owned() };
        let mail = Mail {
            message_id: "abc@agency.example".to_owned(),
            date: "2026-04-01T09:00:00Z".parse().unwrap(),
            to: Mailbox { name: name.to_owned(), address: "ana@client.example".to_owned() },
            subject: subject.to_owned(),
            text: "Hello\n".to_owned(),
            html: "<p>Hello</p>".to_owned(),
        };
        String::from_utf8(build(&sender, &mail).unwrap().1).unwrap()
    }

    #[test]
    fn a_mail_carries_its_own_id_and_date_and_both_parts() {
        let wire = text("For you", "Ana");
        for part in [
            "Message-ID: <abc@agency.example>",
            "Date: Wed, 01 Apr 2026 09:00:00 +0000",
            "Auto-Submitted: auto-generated",
            "multipart/alternative",
            "text/plain",
            "text/html",
        ] {
            assert!(wire.contains(part), "{part} in {wire}");
        }
    }

    #[test]
    fn nothing_typed_becomes_a_header() {
        let wire = text("Hi\r\nBcc: everybody@evil.example", "Ana\r\nBcc: you@evil.example");
        let head = wire.split("\r\n\r\n").next().unwrap();
        assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
    }
}
