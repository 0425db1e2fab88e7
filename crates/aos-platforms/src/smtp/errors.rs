//! What an answer of a mail server, or none, means for us. Pure.

use aos_capabilities::mail::{MailError, MailErrorKind, MailServer};
use lettre::transport::smtp::Error;

/// Where the conversation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Greeting,
    Encryption,
    SignIn,
    Sender,
    Recipient,
    Data,
    /// The mail itself was written.
    Message,
}

/// No connection.
pub(super) fn unreachable(server: &MailServer, why: &str) -> MailError {
    MailError::new(
        MailErrorKind::Unavailable,
        format!("The mail server {}:{} can’t be reached: {why}.", server.host, server.port),
    )
    .with_help("Check its name and port in Manage → Mail. The mail is tried again by itself.")
}

/// The server said nothing in time.
pub(super) fn silent(server: &MailServer, step: Step) -> MailError {
    if step == Step::Message { unanswered(server) } else { unreachable(server, "it stopped answering") }
}

fn unanswered(server: &MailServer) -> MailError {
    MailError::new(
        MailErrorKind::Unanswered,
        format!("{} took the mail in but never said whether it keeps it.", server.host),
    )
    .with_help("It may have arrived, so it is not sent again by itself. Ask the person, then send it again if need be.")
}

/// The server's words, shortened: they are shown to administrators.
pub(super) fn words<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let text: Vec<&str> = lines.map(str::trim).filter(|line| !line.is_empty()).collect();
    text.join(" ").chars().filter(|c| !c.is_control()).take(300).collect()
}

/// What the library made of an answer, or of a connection that broke.
pub(super) fn refused(server: &MailServer, step: Step, error: &Error) -> MailError {
    let Some(code) = error.status().map(u16::from) else {
        if error.is_tls() {
            return MailError::new(
                MailErrorKind::Insecure,
                format!("The connection to {} could not be encrypted.", server.host),
            )
            .with_help("Its certificate may be out of date or for another name. Check the server’s name and port.");
        }
        if step == Step::SignIn && error.is_client() {
            return MailError::new(MailErrorKind::Auth, format!("{} does not let anybody sign in.", server.host))
                .with_help("Leave user and password empty, or use the port that the server signs people in at.");
        }
        return silent(server, step);
    };
    // The words of a refused sign-in can hold what was sent, so they are left out.
    let said = match step {
        Step::SignIn => String::new(),
        _ => std::error::Error::source(error).map(|own| words(own.to_string().lines())).unwrap_or_default(),
    };
    of_code(server, step, code, &said)
}

fn of_code(server: &MailServer, step: Step, code: u16, said: &str) -> MailError {
    let host = &server.host;
    let said = if said.is_empty() { format!("({code})") } else { format!("({code}: {said})") };
    let temporary = (400..500).contains(&code);
    let error = match step {
        _ if temporary => MailError::new(MailErrorKind::Busy, format!("{host} does not take the mail now {said}.")),
        Step::SignIn => MailError::new(MailErrorKind::Auth, format!("{host} refuses the user or the password {said}."))
            .with_help("Enter the password again in Manage → Mail."),
        Step::Sender => MailError::new(
            MailErrorKind::Sender,
            format!("{host} takes no mail from {} {said}.", server.sender.address),
        )
        .with_help("Use a sender address that this server sends for."),
        Step::Recipient => {
            MailError::new(MailErrorKind::Recipient, format!("{host} does not deliver to this address {said}."))
                .with_help("Check the person’s e-mail address.")
        }
        Step::Greeting | Step::Encryption | Step::Data | Step::Message => {
            MailError::new(MailErrorKind::Refused, format!("{host} refuses the mail {said}."))
        }
    };
    error.with_code(code)
}

#[cfg(test)]
mod tests {
    use aos_capabilities::mail::{MailSecurity, Mailbox};
    use aos_kernel::Retry;

    use super::*;

    fn server() -> MailServer {
        MailServer {
            host: "mail.agency.example".to_owned(),
            port: 587,
            security: MailSecurity::StartTls,
            login: None,
            sender: Mailbox { name: "Agency".to_owned(), address: "os@agency.example".to_owned() },
        }
    }

    #[test]
    fn what_is_refused_for_now_is_tried_again_and_what_is_refused_for_good_is_not() {
        for step in [Step::Greeting, Step::SignIn, Step::Sender, Step::Recipient, Step::Data, Step::Message] {
            let busy = of_code(&server(), step, 451, "later");
            assert_eq!((busy.kind, busy.retry, busy.outcome_unknown), (MailErrorKind::Busy, Retry::Backoff, false));
            let never = of_code(&server(), step, 550, "no");
            assert_eq!((never.retry, never.outcome_unknown, never.code), (Retry::Never, false, Some(550)), "{step:?}");
        }
    }

    #[test]
    fn silence_is_an_unknown_outcome_only_after_the_mail_was_written() {
        assert!(silent(&server(), Step::Message).outcome_unknown);
        let before = silent(&server(), Step::Data);
        assert_eq!((before.kind, before.outcome_unknown), (MailErrorKind::Unavailable, false));
    }
}
