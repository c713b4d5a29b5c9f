//! `[mail]`.

use std::fmt;

use serde::Deserialize;

use super::ConfigError;

/// How the way to the mail server is kept from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SmtpTls {
    /// TLS after a greeting; without it no mail is handed over.
    Starttls,
    /// TLS from the first byte.
    Tls,
    /// Not at all.
    None,
}

/// `[mail]`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the embedded default file documents every key")]
pub struct MailConfig {
    pub from: String,
    pub smtp_host: String,
    pub smtp_port: u16,
    pub smtp_tls: SmtpTls,
    pub smtp_username: String,
    pub smtp_password: String,
    pub timeout_seconds: u64,
}

impl fmt::Debug for MailConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailConfig")
            .field("from", &self.from)
            .field("smtp_host", &self.smtp_host)
            .finish_non_exhaustive()
    }
}

impl MailConfig {
    /// The mail server's port: the usual one, where none is given.
    pub fn port(&self) -> u16 {
        match (self.smtp_port, self.smtp_tls) {
            (0, SmtpTls::Starttls) => 587,
            (0, SmtpTls::Tls) => 465,
            (0, SmtpTls::None) => 25,
            (port, _) => port,
        }
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let bad = |key, why: &str| {
            Err(ConfigError::Value {
                key,
                why: why.to_owned(),
            })
        };
        // What exactly an address is, the room `outside` knows, which refuses the rest at the start as well.
        let is_sender = self.from.contains('@') && !self.from.chars().any(char::is_control);
        if !is_sender {
            return bad(
                "mail.from",
                "must be an address, such as \"Vitalwire <vitalwire@example.org>\"",
            );
        }
        if self.smtp_tls == SmtpTls::None && !self.smtp_password.is_empty() {
            return bad("mail.smtp_tls", "must not be none where a password would be sent");
        }
        if self.smtp_username.is_empty() != self.smtp_password.is_empty() {
            return bad(
                "mail.smtp_password",
                "must come with mail.smtp_username, and only with it",
            );
        }
        if self.smtp_host.contains(['/', '@', ' ']) {
            return bad(
                "mail.smtp_host",
                "must be a name or an address, without scheme and user",
            );
        }
        if !(1..=300).contains(&self.timeout_seconds) {
            return bad("mail.timeout_seconds", "must be 1 to 300");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail() -> MailConfig {
        MailConfig {
            from: "Vitalwire <vitalwire@example.org>".to_owned(),
            smtp_host: "mail.example.org".to_owned(),
            smtp_port: 0,
            smtp_tls: SmtpTls::Starttls,
            smtp_username: "vitalwire".to_owned(),
            smtp_password: "a secret".to_owned(),
            timeout_seconds: 20,
        }
    }

    fn fault(change: impl FnOnce(&mut MailConfig)) -> String {
        let mut mail = mail();
        change(&mut mail);
        mail.check()
            .map_or_else(|error| error.to_string(), |()| "none".to_owned())
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        assert_eq!(fault(|_| ()), "none");
        assert!(fault(|mail| mail.from = "nobody".to_owned()).contains("mail.from"));
        assert!(fault(|mail| mail.smtp_tls = SmtpTls::None).contains("mail.smtp_tls"));
        assert!(fault(|mail| mail.smtp_username.clear()).contains("mail.smtp_password"));
        assert!(fault(|mail| mail.smtp_host = "smtp://x".to_owned()).contains("mail.smtp_host"));
        assert!(fault(|mail| mail.timeout_seconds = 0).contains("mail.timeout_seconds"));
    }

    #[test]
    fn the_password_is_not_shown() {
        assert!(!format!("{:?}", mail()).contains("a secret"));
    }

    #[test]
    fn the_usual_ports_need_not_be_given() {
        let port = |smtp_tls, smtp_port| {
            MailConfig {
                smtp_port,
                smtp_tls,
                ..mail()
            }
            .port()
        };
        assert_eq!(port(SmtpTls::Starttls, 0), 587);
        assert_eq!(port(SmtpTls::Tls, 0), 465);
        assert_eq!(port(SmtpTls::None, 0), 25);
        assert_eq!(port(SmtpTls::None, 2525), 2525);
    }
}
