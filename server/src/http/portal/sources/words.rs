//! What sources are called on pages.

use chrono::{DateTime, Utc};
use web_templates::text::span;
use web_templates::{Link, Tag, Tone};

use crate::ground::enums::{SourceScheme, SourceState, Vendor};
use crate::registry::sources::{Source, usual};

/// What a vendor calls itself.
pub(super) const fn vendor(vendor: Vendor) -> &'static str {
    match vendor {
        Vendor::BodyTrace => "BodyTrace",
        Vendor::Transtek => "Transtek (MioConnect)",
        Vendor::Telli => "Telli",
        Vendor::Tenovi => "Tenovi",
        Vendor::SmartMeter => "Smart Meter (Validic)",
    }
}

/// How a vendor shows its secret.
pub(super) fn shows(vendor: Vendor) -> String {
    match usual(vendor) {
        (SourceScheme::Basic, user) => format!("by HTTP Basic, as the user {user}"),
        (SourceScheme::Header, header) if vendor == Vendor::Telli => format!("in the header {header}"),
        (SourceScheme::Header, _) => "in a header that you name there".to_owned(),
    }
}

/// What vendors call the secret, and what stands before it.
pub(super) const fn called(scheme: SourceScheme) -> (&'static str, &'static str) {
    match scheme {
        SourceScheme::Basic => ("Password", "User name"),
        SourceScheme::Header => ("Header's value", "Header's name"),
    }
}

/// Whose account it is.
pub(super) fn holder(source: &Source) -> Link {
    match (source.customer, &source.customer_name) {
        (Some(id), Some(name)) => Link::to(name, format!("/customers/{id}")),
        _ => Link::plain("the platform"),
    }
}

/// How it stands, in a few words.
pub(super) fn tag(source: &Source, now: DateTime<Utc>) -> Tag {
    match (source.state, source.last_seen_at) {
        (SourceState::Inactive, _) => Tag::new("inactive", Tone::Quiet),
        (SourceState::Active, Some(heard)) if source.is_silent(now) => {
            Tag::new(format!("silent for {}", span(now - heard)), Tone::Warn)
        }
        (SourceState::Active, Some(_)) => Tag::new("active", Tone::Ok),
        (SourceState::Active, None) if source.is_silent(now) => Tag::new("never heard", Tone::Warn),
        (SourceState::Active, None) => Tag::new("waiting for its first message", Tone::Info),
    }
}
