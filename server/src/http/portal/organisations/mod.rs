//! What the pages of distributors, of customers and of one's own organisation have in common: the form of who it is on
//! paper, its contacts, its facts.

mod contact;
mod contacts;
mod form;
pub(super) mod members;

use chrono_tz::Tz;
use web_templates::{Contact, Fact, FactCard, Link, Tag, TimelineEntry, Tone, When};

pub(super) use contact::OneContact;
pub(super) use contacts::{Contacts, contact_actions};
pub(super) use form::{archives, country, draft, fields, fill, patient_modes, states};

use crate::ground::enums::{CaseSide, ContactPurpose, OrganisationEventKind, OrganisationState};
use crate::http::State;
use crate::http::portal::visitor::Visitor;
use crate::registry::contacts as people;
use crate::registry::countries;
use crate::registry::organisations::Paper;
use crate::registry::past::PastEvent;
use crate::tenancy::Right;

/// How an organisation stands.
pub(super) fn state_tag(state: OrganisationState) -> Tag {
    match state {
        OrganisationState::Active => Tag::new("active", Tone::Ok),
        OrganisationState::Suspended => Tag::new("suspended", Tone::Warn),
        OrganisationState::Closed => Tag::new("closed", Tone::Quiet),
    }
}

/// Where it sits, in short: city and region.
pub(super) fn place(paper: &Paper) -> String {
    [&paper.city, &paper.region]
        .into_iter()
        .flatten()
        .cloned()
        .collect::<Vec<_>>()
        .join(", ")
}

/// The address as it stands on a letter.
fn address(paper: &Paper) -> Option<String> {
    let joined = |parts: [&Option<String>; 2], between: &str| {
        let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
        parts.join(between)
    };
    let town = joined([&paper.city, &paper.region], ", ");
    let town = [town, paper.postal_code.clone().unwrap_or_default()].join(" ");
    let lines = [
        paper.street.clone().unwrap_or_default(),
        town.trim().to_owned(),
        paper
            .country
            .as_deref()
            .map(countries::name)
            .unwrap_or_default()
            .to_owned(),
    ];
    let lines: Vec<String> = lines.into_iter().filter(|line| !line.is_empty()).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// The card of who it is on paper.
pub(super) fn company(
    state: &State,
    visitor: &Visitor,
    paper: &Paper,
    created_at: chrono::DateTime<chrono::Utc>,
) -> FactCard {
    let since = When::clock(created_at, state.ground().now(), &visitor.zone());
    FactCard::new(
        "Company",
        vec![
            Fact::maybe("Legal name", paper.legal_name.clone()),
            Fact::maybe("Address", address(paper)),
            Fact::time("With us since", Some(since)),
        ],
    )
}

/// The fact of its time zone, with the time there now.
pub(super) fn zone(state: &State, zone: &str) -> Fact {
    let there = zone.parse::<Tz>().unwrap_or(Tz::UTC);
    let now = state.ground().now().with_timezone(&there);
    Fact::text("Time zone", zone).note(format!("{} there now", now.format("%H:%M")))
}

/// The contacts as the page shows them; `base` is the organisation's page, for who may change them there.
pub(super) fn contact_rows(contacts: &[people::Contact], base: Option<&str>) -> Vec<Contact> {
    contacts
        .iter()
        .map(|contact| Contact {
            name: contact.name.clone(),
            role: purpose(contact.purpose).to_owned(),
            email: contact.email.clone().unwrap_or_default(),
            phone: contact.phone.clone().unwrap_or_default(),
            edit: base.map(|base| format!("{base}/contacts/{}", contact.id)),
        })
        .collect()
}

/// What a contact is for, as pages say it.
fn purpose(purpose: ContactPurpose) -> &'static str {
    match purpose {
        ContactPurpose::General => "Main contact",
        ContactPurpose::Clinical => "Clinical questions",
        ContactPurpose::Technical => "Devices and integration",
        ContactPurpose::Billing => "Statements and payments",
    }
}

/// What became of an organisation, newest first. One that was added before that was written down begins with its day.
pub(super) fn history(
    state: &State,
    visitor: &Visitor,
    events: &[PastEvent],
    created_at: chrono::DateTime<chrono::Utc>,
) -> Vec<TimelineEntry> {
    let now = state.ground().now();
    let entry = |event: &PastEvent| {
        let (title, tone) = match event.kind {
            OrganisationEventKind::Added => ("Added", Tone::Quiet),
            OrganisationEventKind::Renamed => ("Renamed", Tone::Quiet),
            OrganisationEventKind::Suspended => ("Suspended", Tone::Warn),
            OrganisationEventKind::Closed => ("Closed", Tone::Warn),
            OrganisationEventKind::Resumed => ("Served again", Tone::Ok),
            OrganisationEventKind::Moved if event.distributor.is_some() => ("Moved to", Tone::Info),
            OrganisationEventKind::Moved => ("Moved into the platform's own portfolio", Tone::Info),
        };
        let whose = match event.side {
            CaseSide::Platform => "the platform",
            CaseSide::Distributor => "the distributor",
            CaseSide::Customer => "the customer",
        };
        TimelineEntry {
            title: title.to_owned(),
            subject: event.distributor.as_ref().map(|(id, name)| {
                if visitor.can(Right::SeeDistributors) {
                    Link::to(name, format!("/distributors/{id}"))
                } else {
                    Link::plain(name)
                }
            }),
            detail: event
                .before
                .as_ref()
                .map(|name| format!("before: {name}"))
                .unwrap_or_default(),
            who: event.by.clone().unwrap_or_else(|| whose.to_owned()),
            at: When::clock(event.at, now, &visitor.zone()),
            tone,
        }
    };
    let told = events.iter().map(entry);
    let is_told = events
        .iter()
        .any(|event| event.kind == OrganisationEventKind::Added);
    told.chain((!is_told).then(|| added(state, visitor, created_at)))
        .collect()
}

/// The first entry of an organisation's history, where nobody wrote down who made it.
fn added(state: &State, visitor: &Visitor, created_at: chrono::DateTime<chrono::Utc>) -> TimelineEntry {
    TimelineEntry {
        title: "Added".to_owned(),
        subject: None,
        detail: String::new(),
        who: String::new(),
        at: When::clock(created_at, state.ground().now(), &visitor.zone()),
        tone: Tone::Quiet,
    }
}
