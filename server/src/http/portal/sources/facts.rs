//! What is known of a source: warnings in words, tiles, what to enter at the vendor.

use chrono::{DateTime, Utc};
use web_templates::text::{grouped, noun, span};
use web_templates::{Fact, FactCard, SourceSecret, Stat, Value, When};

use super::list::waiting;
use super::words;
use crate::ground::enums::{SourceScheme, SourceState};
use crate::http::State;
use crate::http::portal::visitor::Visitor;
use crate::registry::sources::Source;

/// What a person should know first.
pub(super) fn warnings(state: &State, visitor: &Visitor, source: &Source) -> Vec<String> {
    let (now, zone) = (state.ground().now(), visitor.zone());
    let mut warnings = Vec::new();
    let vendor = words::vendor(source.vendor);
    match (source.state, source.last_seen_at) {
        (SourceState::Inactive, _) => warnings.push(
            "It is inactive: what the vendor sends is refused until it is activated again.".to_owned(),
        ),
        (SourceState::Active, Some(heard)) if source.is_silent(now) => warnings.push(format!(
            "Nothing has been heard of it for {}. Look at {vendor} whether it still sends to the address below, with the present \
             secret.",
            span(now - heard)
        )),
        (SourceState::Active, None) if source.is_silent(now) => {
            let added = When::clock(source.created_at, now, &zone);
            warnings.push(format!(
                "It was never heard since it was added, {}. Enter the address and the secret at {vendor}, and take a reading.",
                added.text
            ));
        }
        (SourceState::Active, _) => {}
    }
    if let Some(until) = former(source, now) {
        warnings.push(format!(
            "The secret before this one works until {}. End it once {vendor} shows the new one.",
            When::clock(until, now, &zone).text
        ));
    }
    warnings
}

/// Until when the secret before the present one works; none where it does not.
pub(super) fn former(source: &Source, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    source.former_until.filter(|until| now < *until)
}

/// The tiles.
pub(super) fn stats(state: &State, visitor: &Visitor, source: &Source) -> Vec<Stat> {
    let (now, zone) = (state.ground().now(), visitor.zone());
    let unknown = waiting(source);
    let since = source.secret_since.with_timezone(&zone);
    let (day, year) = (since.format("%b %-d").to_string(), since.format("%Y").to_string());
    let devices = source.devices.unsigned_abs();
    vec![
        Stat::new(
            "It speaks for",
            Value::new(grouped(devices), noun(devices, "device", "devices")),
            "",
        ),
        Stat::new(
            "Waiting",
            Value::new(
                unknown.as_deref().unwrap_or("0"),
                noun(source.unknown.unsigned_abs(), "device", "devices"),
            ),
            "to be adopted",
        )
        .warn_if(unknown.is_some()),
        Stat::ago("Last heard", source.last_seen_at, now, &zone, "").warn_if(source.is_silent(now)),
        Stat::new("Secret since", Value::new(day, year), "when it was made"),
    ]
}

/// What has to be entered at the vendor while the secret can be seen.
pub(super) fn secret(state: &State, source: &Source, secret: String) -> SourceSecret {
    let (called, before) = words::called(source.scheme);
    let address = state.intake().address_of(source.vendor, source.id);
    SourceSecret {
        called: called.to_lowercase(),
        enter: vec![
            ("Address".to_owned(), address),
            (before.to_owned(), source.shown_as.clone()),
            (called.to_owned(), secret),
        ],
    }
}

/// The same without the secret.
pub(super) fn cards(state: &State, source: &Source) -> Vec<FactCard> {
    let (secret, before) = words::called(source.scheme);
    let way = match source.scheme {
        SourceScheme::Basic => "by HTTP Basic",
        SourceScheme::Header => "in a header of each message",
    };
    let address = state.intake().address_of(source.vendor, source.id);
    let title = format!("What to enter at {}", words::vendor(source.vendor));
    vec![FactCard::new(
        title,
        vec![
            Fact::code("Address", address).copied(),
            Fact::text("Shows the secret", way),
            Fact::code(before, &source.shown_as).copied(),
            Fact::nothing(secret, "the secret, which is shown once when it is made"),
        ],
    )]
}
