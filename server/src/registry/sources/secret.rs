//! What a vendor's cloud shows: made by the platform, shown to a person once, kept as HMAC.

use std::fmt;

use data_encoding::BASE32_NOPAD;

use crate::ground::enums::{SourceScheme, Vendor};
use crate::ground::{Ground, Purpose};
use crate::registry::RegistryError;

/// Begins every secret, so that a leaked one is recognised.
const PREFIX: &str = "vws_";

/// A source's secret as it is shown once: `vws_` and 160 bits in base32.
#[derive(Clone)]
pub struct SourceSecret(String);

impl SourceSecret {
    pub(super) fn new(ground: &Ground) -> Self {
        let text = BASE32_NOPAD.encode(&ground.random::<20>());
        Self(format!("{PREFIX}{}", text.to_ascii_lowercase()))
    }

    pub(super) fn hmac(&self, ground: &Ground) -> [u8; 32] {
        ground.keys().hmac(Purpose::SourceSecret, self.0.as_bytes())
    }

    /// The secret, for the one answer that shows it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SourceSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SourceSecret(…)")
    }
}

/// How a vendor shows a secret where nobody says otherwise: BodyTrace by HTTP Basic, Telli in `x-api-key`, the others in a
/// header that the receiver chooses.
pub const fn usual(vendor: Vendor) -> (SourceScheme, &'static str) {
    match vendor {
        Vendor::BodyTrace => (SourceScheme::Basic, "vitalwire"),
        Vendor::Telli => (SourceScheme::Header, "x-api-key"),
        Vendor::Transtek | Vendor::Tenovi | Vendor::SmartMeter => (SourceScheme::Header, "x-vitalwire-key"),
    }
}

/// Headers that mean something else on the way, or that a proxy changes.
const NOT_FREE: [&str; 11] = [
    "host",
    "connection",
    "accept",
    "cookie",
    "date",
    "expect",
    "te",
    "trailer",
    "upgrade",
    "user-agent",
    "via",
];
/// What begins the names of such headers.
const NOT_FREE_FAMILIES: [&str; 6] = [
    "content-",
    "transfer-",
    "accept-",
    "x-forwarded-",
    "proxy-",
    "sec-",
];

/// The user's name or the header's name as it is kept, where the vendor can show a secret that way.
pub(super) fn shown_as(
    vendor: Vendor,
    scheme: SourceScheme,
    text: Option<&str>,
) -> Result<String, RegistryError> {
    let (usual_scheme, usual_name) = usual(vendor);
    let is_fixed = matches!(vendor, Vendor::BodyTrace | Vendor::Telli);
    if is_fixed && scheme != usual_scheme {
        let way = match usual_scheme {
            SourceScheme::Basic => "by HTTP Basic",
            SourceScheme::Header => "in a header",
        };
        return Err(RegistryError::invalid(
            "scheme",
            format!("this vendor's cloud can show a secret {way} alone"),
        ));
    }
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    let Some(text) = text else {
        let name = if scheme == usual_scheme {
            usual_name
        } else {
            "vitalwire"
        };
        return Ok(name.to_owned());
    };
    match scheme {
        SourceScheme::Basic => user_name(text),
        SourceScheme::Header => header_name(vendor, text),
    }
}

/// RFC 7617: no colon, no control character.
fn user_name(text: &str) -> Result<String, RegistryError> {
    let is_good = text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':');
    is_good.then(|| text.to_owned()).ok_or_else(|| {
        RegistryError::invalid(
            "shown_as",
            "a user's name has 1 to 64 letters, digits and signs, no colon",
        )
    })
}

/// RFC 9110: a token.
fn header_name(vendor: Vendor, text: &str) -> Result<String, RegistryError> {
    let name = text.to_ascii_lowercase();
    let (_, usual_name) = usual(vendor);
    if vendor == Vendor::Telli && name != usual_name {
        return Err(RegistryError::invalid(
            "shown_as",
            format!("this vendor's cloud sends {usual_name}"),
        ));
    }
    let is_token = name.len() <= 64
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte));
    let is_free = !NOT_FREE.contains(&name.as_str())
        && !NOT_FREE_FAMILIES.iter().any(|family| name.starts_with(family));
    if is_token && is_free {
        Ok(name)
    } else {
        Err(RegistryError::invalid(
            "shown_as",
            "must be the name of a header of its own, such as x-vitalwire-key",
        ))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::ground::enums::SourceScheme::{Basic, Header};

    #[rstest]
    #[case(Vendor::BodyTrace, Basic, None, "vitalwire")]
    #[case(Vendor::BodyTrace, Basic, Some(" clinic "), "clinic")]
    #[case(Vendor::Telli, Header, None, "x-api-key")]
    #[case(Vendor::Telli, Header, Some("X-API-Key"), "x-api-key")]
    #[case(Vendor::Transtek, Header, Some("X-Clinic"), "x-clinic")]
    #[case(Vendor::Tenovi, Header, Some("Authorization"), "authorization")]
    #[case(Vendor::Tenovi, Basic, None, "vitalwire")]
    fn a_secret_is_shown_as_the_vendor_can(
        #[case] vendor: Vendor,
        #[case] scheme: SourceScheme,
        #[case] text: Option<&str>,
        #[case] kept: &str,
    ) {
        assert_eq!(shown_as(vendor, scheme, text).unwrap(), kept);
    }

    #[rstest]
    #[case(Vendor::BodyTrace, Header, None)]
    #[case(Vendor::Telli, Basic, None)]
    #[case(Vendor::Telli, Header, Some("x-clinic"))]
    #[case(Vendor::BodyTrace, Basic, Some("a:b"))]
    #[case(Vendor::Tenovi, Header, Some("content-length"))]
    #[case(Vendor::Tenovi, Header, Some("Host"))]
    #[case(Vendor::Tenovi, Header, Some("x-forwarded-for"))]
    #[case(Vendor::Tenovi, Header, Some("x y"))]
    #[case(Vendor::Tenovi, Header, Some("x\u{e9}"))]
    fn what_no_vendor_could_show_is_refused(
        #[case] vendor: Vendor,
        #[case] scheme: SourceScheme,
        #[case] text: Option<&str>,
    ) {
        assert!(matches!(
            shown_as(vendor, scheme, text),
            Err(RegistryError::Invalid { .. })
        ));
    }
}
