//! An e-mail address as the name of a sign-in.

use std::fmt;
use std::str::FromStr;

use super::IdentityError;

const LONGEST: usize = 254;

/// An address in lower case, without the spaces around it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What was stored was checked when it was stored.
    pub(super) fn stored(text: String) -> Self {
        Self(text)
    }
}

impl FromStr for Email {
    type Err = IdentityError;

    /// Takes what can be an address: something on both sides of one `@`, a dot-separated name behind it. Whether mail
    /// arrives there, only mail can tell.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim().to_lowercase();
        let (local, domain) = text.split_once('@').ok_or(IdentityError::BadEmail)?;
        let domain_is_good = !domain.is_empty()
            && domain.split('.').all(|label| {
                !label.is_empty()
                    && !label.starts_with('-')
                    && !label.ends_with('-')
                    && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            });
        let local_is_good = !local.is_empty()
            && local.len() <= 64
            && !local
                .chars()
                .any(|c| c.is_control() || c.is_whitespace() || "\"(),:;<>@[\\]".contains(c));
        if !domain_is_good || !local_is_good || text.len() > LONGEST {
            return Err(IdentityError::BadEmail);
        }
        Ok(Self(text))
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_compared_without_case_and_spaces() {
        assert_eq!(
            " Ann.Lee@Clinic.Example ".parse::<Email>().unwrap().as_str(),
            "ann.lee@clinic.example"
        );
    }

    #[test]
    fn what_cannot_be_an_address_is_refused() {
        let long = format!("{}@example.org", "a".repeat(65));
        for text in [
            "",
            "ann",
            "@x.org",
            "ann@",
            "a b@x.org",
            "ann@x..org",
            "ann@-x.org",
            "a@b@c.org",
            "a\u{0}@x.org",
            &long,
        ] {
            assert!(text.parse::<Email>().is_err(), "{text:?}");
        }
    }
}
