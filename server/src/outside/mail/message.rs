//! A mail as a message of RFC 5322.

use lettre::Message;
use lettre::address::Address;
use lettre::message::{Mailbox, MultiPart, SinglePart};

use super::{Mail, MailError};

/// Who mail is from, with or without a name: `Vitalwire <vitalwire@example.org>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender(Mailbox);

impl Sender {
    /// Reads it; none where it is no address.
    pub fn parse(text: &str) -> Option<Self> {
        let is_one_line = !text.chars().any(char::is_control);
        is_one_line.then(|| text.parse().ok().map(Self)).flatten()
    }

    /// What is behind the `@`.
    pub(super) fn domain(&self) -> &str {
        self.0.email.domain()
    }

    /// The message. No line of the head may hold what ends a line: nobody who is written about writes a header.
    pub(super) fn message(&self, mail: &Mail) -> Result<Message, MailError> {
        if mail.to.chars().any(char::is_control) || mail.subject.chars().any(char::is_control) {
            return Err(MailError::Malformed(
                "a line of its head holds a control character",
            ));
        }
        let to: Address = mail
            .to
            .parse()
            .map_err(|_| MailError::Malformed("its address is none"))?;
        let head = Message::builder()
            .message_id(Some(format!("<{}@{}>", mail.id, self.domain())))
            .date_now()
            .from(self.0.clone())
            .to(Mailbox::new(None, to))
            .subject(mail.subject.as_str());
        let text = SinglePart::plain(mail.text.clone());
        let message = match &mail.html {
            Some(html) => head.multipart(
                MultiPart::alternative()
                    .singlepart(text)
                    .singlepart(SinglePart::html(html.clone())),
            ),
            None => head.singlepart(text),
        };
        message.map_err(|_| MailError::Malformed("it lacks something"))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn mail(to: &str, subject: &str) -> Mail {
        Mail {
            id: Uuid::from_u128(7),
            to: to.to_owned(),
            subject: subject.to_owned(),
            text: "Your link: https://vitalwire.example/invitation/abc\n.\nGrüße".to_owned(),
            html: None,
        }
    }

    fn sender() -> Sender {
        Sender::parse("Vitalwire <mail@vitalwire.example>").unwrap()
    }

    #[test]
    fn a_message_says_from_whom_to_whom_and_what() {
        let mail = mail("ann@clinic.example", "Ihre Einladung für Ännchen");
        let text = String::from_utf8(sender().message(&mail).unwrap().formatted()).unwrap();
        assert!(
            text.contains("From: Vitalwire <mail@vitalwire.example>\r\n"),
            "{text}"
        );
        assert!(text.contains("To: ann@clinic.example\r\n"), "{text}");
        assert!(
            text.contains("Message-ID: <00000000-0000-0000-0000-000000000007@vitalwire.example>\r\n"),
            "{text}"
        );
        assert!(text.contains("Subject: "), "{text}");
        assert!(!text.split("\r\n\r\n").next().unwrap().contains('ä'), "{text}");
    }

    #[test]
    fn nothing_of_a_mail_becomes_a_header() {
        for (to, subject) in [
            ("ann@clinic.example\r\nBcc: eve@evil.example", "Hello"),
            ("ann@clinic.example", "Hello\r\nBcc: eve@evil.example"),
            ("ann@clinic.example", "Hello\nBcc: eve@evil.example"),
            ("ann@clinic.example", "Hello\r\n\r\nbody"),
            ("ann@clinic.example, eve@evil.example", "Hello"),
            ("Ann <ann@clinic.example>", "Hello"),
        ] {
            let refused = sender().message(&mail(to, subject));
            assert!(
                matches!(refused, Err(MailError::Malformed(_))),
                "{to:?} {subject:?}"
            );
        }
        assert_eq!(Sender::parse("A <a@b.example>\r\nBcc: eve@evil.example"), None);
    }

    #[test]
    fn html_goes_beside_the_text() {
        let mail = Mail {
            html: Some("<p>Your link</p>".to_owned()),
            ..mail("ann@clinic.example", "Hello")
        };
        let text = String::from_utf8(sender().message(&mail).unwrap().formatted()).unwrap();
        assert!(text.contains("multipart/alternative"), "{text}");
        assert!(
            text.contains("text/plain") && text.contains("text/html"),
            "{text}"
        );
    }
}
