//! The form of who an organisation is.

use web_templates::{Choice, Field, Form, Width};

use crate::ground::enums::{OrganisationState, PatientMode};
use crate::http::portal::sent::Sent;
use crate::registry::countries::COUNTRIES;
use crate::registry::organisations::{Draft, Paper};

/// The fields of name, address and time zone, in sections.
pub(in crate::http::portal) fn fields(form: Form, zone: &str) -> Form {
    let third = |field: Field| field.width(Width::Third);
    form.section(
        "Name",
        vec![
            Field::text("name", "Name")
                .hint("As everybody calls it; it stands on every page.")
                .required(),
            Field::text("legal_name", "Legal name").hint("As on contracts and statements."),
        ],
    )
    .section(
        "Address",
        vec![
            Field::text("street", "Street and number").width(Width::Full),
            third(Field::text("postal_code", "Postal code")),
            third(Field::text("city", "City")),
            third(Field::text("region", "State or region")),
            third(country("")),
        ],
    )
    .section(
        "Time",
        vec![
            Field::select("time_zone", "Time zone", zones(zone))
                .hint("Days and months are drawn in it, and times shown to its people."),
        ],
    )
}

/// A country to choose by its name.
pub(in crate::http::portal) fn country(chosen: &str) -> Field {
    let none = Choice::new("", "Choose a country …", chosen.is_empty());
    let all = COUNTRIES
        .iter()
        .map(|(code, name)| Choice::new(*code, *name, *code == chosen));
    Field::select("country", "Country", std::iter::once(none).chain(all).collect()).autocomplete("country")
}

/// Puts what is known into the fields.
pub(in crate::http::portal) fn fill(form: &mut Form, name: &str, paper: &Paper, zone: &str) {
    let Paper {
        legal_name,
        street,
        postal_code,
        city,
        region,
        country,
    } = paper;
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    form.fill(&[
        ("name", name.to_owned()),
        ("legal_name", text(legal_name)),
        ("street", text(street)),
        ("postal_code", text(postal_code)),
        ("city", text(city)),
        ("region", text(region)),
        ("country", text(country)),
        ("time_zone", zone.to_owned()),
    ]);
}

/// What was typed: every field was there, so an empty one takes the value away.
pub(in crate::http::portal) fn draft(sent: &Sent) -> Draft<'_> {
    Draft {
        name: Some(sent.maybe("name")),
        time_zone: Some(sent.maybe("time_zone")),
        legal_name: Some(sent.maybe("legal_name")),
        street: Some(sent.maybe("street")),
        postal_code: Some(sent.maybe("postal_code")),
        city: Some(sent.maybe("city")),
        region: Some(sent.maybe("region")),
        country: Some(sent.maybe("country")),
    }
}

fn zones(chosen: &str) -> Vec<Choice> {
    chrono_tz::TZ_VARIANTS
        .iter()
        .map(|zone| zone.name())
        .filter(|name| name.contains('/') || *name == "UTC")
        .filter(|name| !name.starts_with("Etc/"))
        .map(|name| Choice::new(name, name.replace('_', " "), name == chosen))
        .collect()
}

/// The states to choose from.
pub(in crate::http::portal) fn states(chosen: OrganisationState) -> Field {
    let choices = OrganisationState::ALL.iter().map(|state| {
        let label = match state {
            OrganisationState::Active => "Active",
            OrganisationState::Suspended => "Suspended: gets nothing new, its readings go on",
            OrganisationState::Closed => "Closed: its people cannot sign in",
        };
        Choice::new(state.as_str(), label, *state == chosen)
    });
    Field::select("state", "State", choices.collect())
}

/// Whether days go into the archive.
pub(in crate::http::portal) fn archives(chosen: bool) -> Field {
    let choices = [(false, "Deleted"), (true, "Archived, sealed, and then deleted")];
    let choices = choices.map(|(value, label)| Choice::new(value.to_string(), label, value == chosen));
    Field::select("archive", "Readings of more than seven days are", choices.into())
}

/// Whom readings belong to.
pub(in crate::http::portal) fn patient_modes(chosen: PatientMode) -> Field {
    let choices = PatientMode::ALL.iter().map(|mode| {
        let label = match mode {
            PatientMode::DeviceOnly => "To the device and the customer’s own reference",
            PatientMode::Paired => "To a patient who is paired with the device",
        };
        Choice::new(mode.as_str(), label, *mode == chosen)
    });
    Field::select("patient_mode", "Readings belong", choices.collect())
}
