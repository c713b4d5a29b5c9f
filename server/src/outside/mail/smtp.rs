//! Mail over SMTP.

use std::time::Duration;

use async_trait::async_trait;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};

use super::{Mail, MailError, Mailer, Sender};
use crate::config::{ConfigError, MailConfig, SmtpTls};

/// Replies to a wrong password or one that is missing: whoever runs the platform puts that right, and no mail is lost.
const NOT_LET_IN: [u16; 5] = [454, 530, 534, 535, 538];

/// A mail server that takes mail from us. Each mail has a connection of its own: they are few.
#[derive(Debug)]
pub struct SmtpMailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Sender,
    /// For all of it together; the transport's own is for each step.
    patience: Duration,
}

impl SmtpMailer {
    /// The server of a configuration. It is not asked for anything yet.
    pub fn new(config: &MailConfig, from: Sender) -> Result<Self, ConfigError> {
        let host = &config.smtp_host;
        let parameters = || {
            TlsParameters::new(host.clone()).map_err(|error| ConfigError::Value {
                key: "mail.smtp_host",
                why: error.to_string(),
            })
        };
        let tls = match config.smtp_tls {
            SmtpTls::Starttls => Tls::Required(parameters()?),
            SmtpTls::Tls => Tls::Wrapper(parameters()?),
            SmtpTls::None => Tls::None,
        };
        let timeout = Duration::from_secs(config.timeout_seconds);
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
            .port(config.port())
            .tls(tls)
            .timeout(Some(timeout))
            .hello_name(ClientId::Domain(from.domain().to_owned()));
        if !config.smtp_username.is_empty() {
            let (name, password) = (config.smtp_username.clone(), config.smtp_password.clone());
            transport = transport.credentials(Credentials::new(name, password));
        }
        Ok(Self {
            transport: transport.build(),
            from,
            patience: timeout * 3,
        })
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let (envelope, message) = self.from.message(mail)?;
        match tokio::time::timeout(self.patience, self.transport.send_raw(&envelope, &message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(verdict(&error)),
            Err(_) => Err(MailError::Later("the mail server takes too long".to_owned())),
        }
    }

    fn patience(&self) -> Duration {
        self.patience
    }
}

/// What a server's refusal means. Its own words are left out: they repeat the address.
fn verdict(error: &Error) -> MailError {
    let code = error.status().map(u16::from);
    match code {
        Some(code) if error.is_permanent() && !NOT_LET_IN.contains(&code) => {
            MailError::Refused(format!("reply {code}"))
        }
        Some(code) => MailError::Later(format!("reply {code}")),
        None if error.is_tls() => MailError::Later(format!("TLS: {error}")),
        None if error.is_timeout() => MailError::Later("the mail server takes too long".to_owned()),
        None => MailError::Later("the mail server cannot be reached or was not understood".to_owned()),
    }
}
