//! A mail as a message of RFC 5322, written here: it is a few lines of head and a text.

use std::fmt::Write as _;

use data_encoding::BASE64;
use lettre::Address;
use lettre::address::Envelope;
use url::Host;

use super::{Mail, MailError};

/// Bytes of a text in one encoded word of RFC 2047, so that the word stays below 75 characters.
const WORD: usize = 42;
/// Characters of a line of base64 (RFC 2045).
const LINE: usize = 76;

/// Who mail is from, with or without a name: `Vitalwire <vitalwire@example.org>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    name: String,
    address: Address,
}

impl Sender {
    /// Reads it; none where it is no address.
    pub fn parse(text: &str) -> Option<Self> {
        if text.chars().any(char::is_control) {
            return None;
        }
        let (name, address) = match text.trim().strip_suffix('>') {
            Some(rest) => rest.split_once('<')?,
            None => ("", text),
        };
        Some(Self {
            name: name.trim().trim_matches('"').to_owned(),
            address: plain_address(address.trim())?,
        })
    }

    /// What is behind the `@`.
    pub(super) fn domain(&self) -> &str {
        self.address.domain()
    }

    /// The message and whom it goes to. No line of the head may hold what ends a line: nobody who is written about writes a
    /// header.
    pub(super) fn message(&self, mail: &Mail) -> Result<(Envelope, Vec<u8>), MailError> {
        if mail.to.chars().any(char::is_control) || mail.subject.chars().any(char::is_control) {
            return Err(MailError::Malformed(
                "a line of its head holds a control character",
            ));
        }
        let to = plain_address(&mail.to).ok_or(MailError::Malformed("its address is none"))?;
        let from = match self.name.as_str() {
            "" => self.address.to_string(),
            name => format!("{} <{}>", phrase(name), self.address),
        };
        let mut text = format!(
            "Message-ID: <{}@{}>\r\nDate: {}\r\nFrom: {from}\r\nTo: {to}\r\nSubject: {}\r\nMIME-Version: 1.0\r\n",
            mail.id,
            self.domain(),
            mail.date.to_rfc2822(),
            words(&mail.subject),
        );
        let boundary = mail.id.simple().to_string();
        if let Some(html) = &mail.html {
            let parts = [part("plain", &mail.text), part("html", html)];
            text.push_str("Content-Type: multipart/alternative; boundary=\"");
            text.push_str(&boundary);
            text.push_str("\"\r\n\r\n");
            for part in parts {
                text.push_str("--");
                text.push_str(&boundary);
                text.push_str("\r\n");
                text.push_str(&part);
            }
            text.push_str("--");
            text.push_str(&boundary);
            text.push_str("--\r\n");
        } else {
            text.push_str(&part("plain", &mail.text));
        }
        let envelope = Envelope::new(Some(self.address.clone()), vec![to])
            .map_err(|_| MailError::Malformed("it goes to nobody"))?;
        Ok((envelope, text.into_bytes()))
    }
}

/// One address, its domain as the net knows it.
fn plain_address(text: &str) -> Option<Address> {
    let (user, domain) = text.rsplit_once('@')?;
    let domain = match Host::parse(domain).ok()? {
        Host::Domain(domain) => domain,
        Host::Ipv4(_) | Host::Ipv6(_) => return None,
    };
    Address::new(user, domain).ok()
}

/// A name in front of an address.
fn phrase(name: &str) -> String {
    let is_plain = name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    match (is_plain, name.is_ascii()) {
        (true, _) => name.to_owned(),
        (false, true) => format!("\"{}\"", name.replace(['\\', '"'], "")),
        (false, false) => words(name),
    }
}

/// A text in the head: as it is, or in encoded words, of which none parts a character.
fn words(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut words: Vec<String> = vec![String::new()];
    for letter in text.chars() {
        if let Some(last) = words.last_mut()
            && last.len() + letter.len_utf8() <= WORD
        {
            last.push(letter);
        } else {
            words.push(letter.to_string());
        }
    }
    let encoded: Vec<String> = words
        .iter()
        .map(|word| format!("=?utf-8?B?{}?=", BASE64.encode(word.as_bytes())))
        .collect();
    encoded.join("\r\n ")
}

/// A part of the body with its own head: readable where it can be, else base64.
fn part(kind: &str, text: &str) -> String {
    let head = |encoding| {
        format!("Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n")
    };
    let is_plain = text.is_ascii()
        && text
            .lines()
            .all(|line| line.len() <= 900 && !line.contains(char::is_control));
    if is_plain {
        return text.lines().fold(head("7bit"), |mut whole, line| {
            whole.push_str(line);
            whole.push_str("\r\n");
            whole
        });
    }
    let encoded = BASE64.encode(text.as_bytes());
    let lines = encoded.as_bytes().chunks(LINE);
    lines.fold(head("base64"), |mut whole, line| {
        // Base64 is ASCII, and a string takes everything.
        let _written = write!(whole, "{}\r\n", String::from_utf8_lossy(line));
        whole
    })
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
            date: "2026-11-22T01:02:03Z".parse().unwrap(),
        }
    }

    fn sender() -> Sender {
        Sender::parse("Vitalwire <mail@vitalwire.example>").unwrap()
    }

    #[test]
    fn a_message_says_from_whom_to_whom_and_what() {
        let mail = mail("ann@clinic.example", "Ihre Einladung für Ännchen");
        let text = String::from_utf8(sender().message(&mail).unwrap().1).unwrap();
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
        assert!(
            text.contains("Date: Sun, 22 Nov 2026 01:02:03 +0000\r\n"),
            "{text}"
        );
        assert!(text.is_ascii(), "{text}");
        let body = text.split("\r\n\r\n").nth(1).unwrap().replace("\r\n", "");
        assert_eq!(BASE64.decode(body.as_bytes()).unwrap(), mail.text.as_bytes());
    }

    #[test]
    fn words_of_the_head_are_short_and_whole() {
        let text = "Grüße an Ännchen, die heute übermüdet Gerätschaften prüft und überträgt";
        let encoded = words(text);
        let mut decoded = Vec::new();
        for word in encoded.split("\r\n ") {
            assert!(word.len() <= 75, "{word}");
            let inner = word
                .strip_prefix("=?utf-8?B?")
                .unwrap()
                .strip_suffix("?=")
                .unwrap();
            let bytes = BASE64.decode(inner.as_bytes()).unwrap();
            assert!(std::str::from_utf8(&bytes).is_ok());
            decoded.extend(bytes);
        }
        assert_eq!(decoded, text.as_bytes());
        assert_eq!(words("plain"), "plain");
        assert_eq!(phrase("A, \"B\""), "\"A, B\"");
    }

    #[test]
    fn a_sender_is_an_address_with_or_without_a_name() {
        let from = |text| Sender::parse(text).map(|sender| (sender.name, sender.address.to_string()));
        let is = |name: &str, address: &str| Some((name.to_owned(), address.to_owned()));
        assert_eq!(from("a@v.example"), is("", "a@v.example"));
        assert_eq!(from("\"V, W\" <a@v.example>"), is("V, W", "a@v.example"));
        assert_eq!(from("a@münchen.example"), is("", "a@xn--mnchen-3ya.example"));
        for text in [
            "",
            "a",
            "a@",
            "@v.example",
            "V <a@v.example",
            "V a@v.example>",
            "a@[127.0.0.1]",
        ] {
            assert_eq!(from(text), None, "{text}");
        }
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
        let text = String::from_utf8(sender().message(&mail).unwrap().1).unwrap();
        assert!(text.contains("multipart/alternative"), "{text}");
        assert!(
            text.contains("text/plain") && text.contains("text/html"),
            "{text}"
        );
    }
}
