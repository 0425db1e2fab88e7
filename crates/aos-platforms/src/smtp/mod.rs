//! Mail servers over SMTP (RFC 5321), with STARTTLS (RFC 3207) or TLS from the start (RFC 8314).
//!
//! One connection for one mail: an agency sends hundreds a day, not thousands a second, and a connection that was not
//! kept can't have gone stale. The steps are ours rather than the library's `send`, because only whoever knows the step
//! at which it broke knows whether the server may have taken the mail.

mod errors;
mod message;
#[cfg(test)]
mod tests;

use std::{net::SocketAddr, time::Duration};

use aos_capabilities::mail::{Mail, MailAccepted, MailError, MailErrorKind, MailSecurity, MailServer, Mailer};
use aos_outbound::{HostRule, refusal};
use lettre::transport::smtp::{
    authentication::{Credentials, Mechanism},
    client::{AsyncSmtpConnection, TlsParameters},
    commands::{Data, Mail as MailFrom, Rcpt},
    extension::{ClientId, Extension, MailParameter},
};
use tokio::time::timeout;

use errors::{Step, refused, unreachable};

/// Opening a connection, encryption included.
const CONNECT: Duration = Duration::from_secs(15);
/// One command and its answer. RFC 5321 speaks of minutes; a worker waits no longer than this and comes back.
const COMMAND: Duration = Duration::from_secs(60);
/// The answer to the mail itself, which a server may take its time for while it looks for viruses.
const FINAL: Duration = Duration::from_secs(180);

/// The client. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Smtp {
    allow: Vec<HostRule>,
}

impl Smtp {
    /// `allow` names the private and loopback hosts that may be reached, as for every other request that leaves.
    pub fn new(allow: Vec<HostRule>) -> Self {
        Self { allow }
    }

    fn allows(&self, host: &str, port: u16) -> bool {
        let host = host.trim_end_matches('.');
        self.allow.iter().any(|rule| rule.host.eq_ignore_ascii_case(host) && rule.port.is_none_or(|own| own == port))
    }

    /// Addresses that may be called. Checked here, and then exactly these are called: a name that answers differently
    /// the next time gains nothing.
    async fn addresses(&self, server: &MailServer) -> Result<Vec<SocketAddr>, MailError> {
        let (host, port) = (server.host.as_str(), server.port);
        let found = timeout(CONNECT, tokio::net::lookup_host((host, port))).await;
        let found: Vec<SocketAddr> = match found {
            Ok(Ok(found)) => found.collect(),
            Ok(Err(_)) | Err(_) => Vec::new(),
        };
        if found.is_empty() {
            return Err(unreachable(server, "the name has no address"));
        }
        if self.allows(host, port) {
            return Ok(found);
        }
        let (open, closed): (Vec<_>, Vec<_>) = found.into_iter().partition(|at| refusal(at.ip()).is_none());
        if !open.is_empty() {
            return Ok(open);
        }
        let why = closed.first().and_then(|at| refusal(at.ip())).unwrap_or("a private network");
        Err(MailError::new(MailErrorKind::Settings, format!("{host} leads to {why}, which is not called."))
            .with_help(format!("If that is your mail server, add \"{host}:{port}\" to outbound.allow_hosts.")))
    }

    async fn connect(&self, server: &MailServer, hello: &ClientId) -> Result<AsyncSmtpConnection, MailError> {
        let tls = || {
            TlsParameters::new(server.host.clone()).map_err(|error| {
                MailError::new(MailErrorKind::Insecure, format!("No encryption is to be had: {error}."))
            })
        };
        let mut last = None;
        for address in self.addresses(server).await? {
            let parameters = match server.security {
                MailSecurity::Tls => Some(tls()?),
                MailSecurity::StartTls | MailSecurity::None => None,
            };
            let opening = AsyncSmtpConnection::connect_tokio1(address, Some(CONNECT), hello, parameters, None);
            match timeout(CONNECT * 2, opening).await {
                Ok(Ok(connection)) => return Ok(connection),
                Ok(Err(error)) => last = Some(refused(server, Step::Greeting, &error)),
                Err(_) => last = Some(unreachable(server, "it does not answer")),
            }
        }
        Err(last.unwrap_or_else(|| unreachable(server, "it does not answer")))
    }

    async fn hand_over(
        &self,
        connection: &mut AsyncSmtpConnection,
        server: &MailServer,
        mail: &Mail,
        hello: &ClientId,
    ) -> Result<MailAccepted, MailError> {
        let (envelope, bytes) = message::build(&server.sender, mail)?;
        if server.security == MailSecurity::StartTls {
            if !connection.can_starttls() {
                return Err(MailError::new(
                    MailErrorKind::Insecure,
                    format!("{} does not offer encryption, so nothing was sent.", server.host),
                )
                .with_help("Use its port for TLS, or say that this server needs no encryption."));
            }
            let parameters = TlsParameters::new(server.host.clone()).map_err(|error| {
                MailError::new(MailErrorKind::Insecure, format!("No encryption is to be had: {error}."))
            })?;
            step(server, Step::Encryption, COMMAND, connection.starttls(parameters, hello)).await?;
        }
        if let Some(login) = &server.login {
            let credentials = Credentials::new(login.user.clone(), login.password.expose().to_owned());
            let known = [Mechanism::Plain, Mechanism::Login];
            step(server, Step::SignIn, COMMAND, connection.auth(&known, &credentials)).await?;
        }
        let mut parameters = Vec::new();
        if !mail.to.address.is_ascii() || !server.sender.address.is_ascii() {
            if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                return Err(MailError::new(
                    MailErrorKind::Recipient,
                    "The mail server takes no addresses with letters beyond ASCII.",
                ));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        let from = MailFrom::new(envelope.from().cloned(), parameters);
        step(server, Step::Sender, COMMAND, connection.command(from)).await?;
        for to in envelope.to() {
            step(server, Step::Recipient, COMMAND, connection.command(Rcpt::new(to.clone(), Vec::new()))).await?;
        }
        step(server, Step::Data, COMMAND, connection.command(Data)).await?;
        // From here on the server may have the mail although we hear nothing of it.
        let answer = step(server, Step::Message, FINAL, connection.message(&bytes)).await?;
        Ok(MailAccepted { answer: errors::words(answer.message()) })
    }
}

/// One step, bounded in time.
async fn step<T>(
    server: &MailServer,
    at: Step,
    patience: Duration,
    doing: impl Future<Output = Result<T, lettre::transport::smtp::Error>>,
) -> Result<T, MailError> {
    match timeout(patience, doing).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(refused(server, at, &error)),
        Err(_) => Err(errors::silent(server, at)),
    }
}

#[async_trait::async_trait]
impl Mailer for Smtp {
    async fn send(&self, server: &MailServer, mail: &Mail) -> Result<MailAccepted, MailError> {
        let domain = server.sender.address.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
        let hello = ClientId::Domain(domain.to_owned());
        let mut connection = self.connect(server, &hello).await?;
        let answer = self.hand_over(&mut connection, server, mail, &hello).await;
        // The outcome is known by now; whether the goodbye arrives changes nothing.
        let _ = timeout(Duration::from_secs(5), connection.abort()).await;
        answer
    }
}
