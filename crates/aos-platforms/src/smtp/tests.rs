//! The client and the simulated mail server, over real SMTP on loopback.

use aos_capabilities::mail::{
    Mail, MailError, MailErrorKind, MailLogin, MailSecurity, MailServer, Mailbox, Mailer as _,
};
use aos_kernel::{Retry, Secret};
use aos_sandbox::{Fault, FaultKind, MailSink, Sandbox, SandboxConfig, Service};

use super::Smtp;

struct Stage {
    sandbox: Sandbox,
    smtp: Smtp,
    server: MailServer,
}

async fn stage() -> Stage {
    let sandbox = Sandbox::start(SandboxConfig::default()).await.unwrap();
    let port = sandbox.mail().port();
    let server = MailServer {
        host: MailSink::HOST.to_owned(),
        port,
        security: MailSecurity::None,
        login: Some(MailLogin { user: MailSink::USER.to_owned(), password: Secret::new(MailSink::PASSWORD) }),
        sender: Mailbox { name: "Büro Nord".to_owned(), address: "os@agency.example".to_owned() },
    };
    let smtp = Smtp::new(vec![format!("{}:{port}", MailSink::HOST).parse().unwrap()]);
    Stage { sandbox, smtp, server }
}

fn mail() -> Mail {
    Mail {
        message_id: "key-1@agency.example".to_owned(),
        date: "2026-04-01T09:00:00Z".parse().unwrap(),
        to: Mailbox { name: "Åsa".to_owned(), address: "asa@client.example".to_owned() },
        subject: "Grüße: ein langer Betreff, der über die Länge einer Zeile im Kopf der Nachricht hinausgeht"
            .to_owned(),
        text: "Guten Tag\n.\n.. und Punkte\n\nhttp://agency.example/a/b?c=d&e=f\n".to_owned(),
        html: "<p>Grüße</p>".to_owned(),
    }
}

impl Stage {
    async fn fails(&self, verb: &str, kind: FaultKind) -> MailError {
        self.sandbox.faults().push(Fault::new(Service::Mail, "", kind).method(verb));
        self.smtp.send(&self.server, &mail()).await.unwrap_err()
    }
    fn kept(&self) -> usize {
        self.sandbox.mail().mails().len()
    }
}

#[tokio::test]
async fn a_mail_arrives_as_it_was_written() {
    let stage = stage().await;
    let accepted = stage.smtp.send(&stage.server, &mail()).await.unwrap();
    assert!(accepted.answer.contains("Ok"), "{accepted:?}");
    let kept = stage.sandbox.mail().mails_to("asa@client.example").pop().unwrap();
    assert_eq!(kept.subject(), mail().subject);
    assert_eq!(kept.text, mail().text.trim_end());
    assert_eq!(kept.html, mail().html);
    assert_eq!(kept.header("message-id"), "<key-1@agency.example>");
    assert!(kept.header("from").contains("Büro Nord"), "{}", kept.header("from"));
    assert!(kept.signed_in);
}

#[tokio::test]
async fn each_refusal_says_what_it_means_and_whether_to_try_again() {
    let stage = stage().await;
    for (verb, code, kind) in [
        ("RCPT", 550, MailErrorKind::Recipient),
        ("MAIL", 553, MailErrorKind::Sender),
        ("AUTH", 535, MailErrorKind::Auth),
        ("MESSAGE", 554, MailErrorKind::Refused),
        ("MESSAGE", 451, MailErrorKind::Busy),
        ("RCPT", 450, MailErrorKind::Busy),
    ] {
        let error = stage.fails(verb, FaultKind::Status(code)).await;
        assert_eq!((error.kind, error.code, error.outcome_unknown), (kind, Some(code), false), "{verb} {code}");
        let retry = if code < 500 { Retry::Backoff } else { Retry::Never };
        assert_eq!(error.retry, retry, "{verb} {code}");
    }
    assert_eq!(stage.kept(), 0);
    // After all that the next mail goes through.
    stage.smtp.send(&stage.server, &mail()).await.unwrap();
}

#[tokio::test]
async fn a_connection_that_breaks_is_unknown_only_once_the_mail_was_handed_over() {
    let stage = stage().await;
    for verb in ["EHLO", "AUTH", "RCPT", "DATA"] {
        let error = stage.fails(verb, FaultKind::DropBeforeEffect).await;
        assert_eq!((error.kind, error.outcome_unknown), (MailErrorKind::Unavailable, false), "{verb}");
    }
    // The two can't be told apart from here: the mail is kept in the second case only.
    for (kind, kept) in [(FaultKind::DropBeforeEffect, 0), (FaultKind::DropAfterEffect, 1)] {
        let error = stage.fails("MESSAGE", kind).await;
        assert_eq!((error.kind, error.retry), (MailErrorKind::Unanswered, Retry::Never));
        assert!(error.outcome_unknown);
        assert_eq!(stage.kept(), kept);
    }
}

#[tokio::test]
async fn a_wrong_password_is_told_without_the_password() {
    let mut stage = stage().await;
    let login = MailLogin { user: MailSink::USER.to_owned(), password: Secret::new("canary-hunter2") };
    stage.server.login = Some(login);
    let error = stage.smtp.send(&stage.server, &mail()).await.unwrap_err();
    assert_eq!(error.kind, MailErrorKind::Auth);
    let said = format!("{error:?} {:?}", stage.server);
    assert!(!said.contains("canary-hunter2") && !said.contains("Y2FuYXJ5"), "{said}");
}

#[tokio::test]
async fn a_private_server_is_called_only_when_it_is_allowed_and_clear_text_only_when_it_is_wanted() {
    let mut stage = stage().await;
    let closed = Smtp::new(Vec::new()).send(&stage.server, &mail()).await.unwrap_err();
    assert_eq!(closed.kind, MailErrorKind::Settings);
    assert!(closed.help.unwrap().contains("outbound.allow_hosts"));
    stage.server.security = MailSecurity::StartTls;
    let clear = stage.smtp.send(&stage.server, &mail()).await.unwrap_err();
    assert_eq!(clear.kind, MailErrorKind::Insecure);
    stage.server.security = MailSecurity::Tls;
    let no_tls = stage.smtp.send(&stage.server, &mail()).await.unwrap_err();
    assert!(matches!(no_tls.kind, MailErrorKind::Insecure | MailErrorKind::Unavailable), "{no_tls:?}");
    assert_eq!(stage.kept(), 0);
}
