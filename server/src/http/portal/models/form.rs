//! The fields of a model.

use vitals::Kind;
use web_templates::{Choice, Field, FormPage, Icon};

use crate::ground::enums::{Report, Transport};
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, crumb, frame};
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::registry::models::{DeviceModel, reports};
use crate::registry::overview;
use crate::tenancy::Scope as _;

/// How a model's devices send, as a picture and in words.
pub(super) fn transport(transport: Transport) -> (Icon, &'static str) {
    match transport {
        Transport::Cellular => (Icon::Cellular, "cellular"),
        Transport::Bluetooth => (Icon::Bluetooth, "Bluetooth, through a hub"),
        Transport::VendorCloud => (Icon::Cloud, "the vendor's cloud"),
        Transport::Mqtt => (Icon::Direct, "MQTT"),
    }
}

/// What a model reports besides, in words; empty where nobody has written it down.
pub(in crate::http::portal) fn told(all: &[Report]) -> String {
    let words: Vec<&str> = all.iter().map(|report| reports::label(*report)).collect();
    words.join(", ")
}

/// Name, kinds, transport, and what it reports besides.
pub(super) fn fields(name: &str, kinds: &[Kind], way: Option<Transport>, reported: &[Report]) -> Vec<Field> {
    let measured = |kind: &Kind| Choice::new(kind.as_str(), kind.label(), kinds.contains(kind));
    let sent = |one: &Transport| {
        let (_, words) = transport(*one);
        Choice::new(one.as_str(), words, way == Some(*one))
    };
    vec![
        Field::text("name", "Name")
            .value(name)
            .required()
            .placeholder("HEM-7142T1")
            .hint("What its maker calls it."),
        Field::checks(
            "kinds",
            "What it measures",
            Kind::ALL.iter().map(measured).collect(),
        )
        .required(),
        Field::radio(
            "transport",
            "How it sends",
            Transport::ALL.iter().map(sent).collect(),
        )
        .required(),
        reports_of(reported),
    ]
}

/// The same of a model that devices are of: what it reports besides is asked, the rest stands there.
pub(super) fn fields_in_use(model: &DeviceModel) -> Vec<Field> {
    let kinds: Vec<&str> = model.kinds.iter().map(|kind| kind.label()).collect();
    let (_, way) = transport(model.transport);
    vec![
        Field::fixed("name", "Name", &model.name),
        Field::fixed("kinds", "What it measures", kinds.join(", ")),
        Field::fixed("transport", "How it sends", way),
        reports_of(&model.reports),
    ]
}

fn reports_of(reported: &[Report]) -> Field {
    let choices = Report::ALL
        .iter()
        .map(|report| reported_choice(*report, reported));
    Field::checks("reports", "What it reports besides", choices.collect()).hint(
        "Readings are taken whatever is ticked. It tells people what to expect of a device, and why one shows no battery.",
    )
}

fn reported_choice(report: Report, reported: &[Report]) -> Choice {
    let label = reports::label(report);
    let beside: Vec<String> = reports::beside(report)
        .iter()
        .map(|kind| kind.label().to_lowercase())
        .collect();
    let words = if beside.is_empty() {
        format!("{label} – of the device itself")
    } else {
        format!("{label} – beside {}", beside.join(" or "))
    };
    Choice::new(report.as_str(), words, reported.contains(&report))
}

/// What it reports, as it was ticked.
pub(super) fn reported(sent: &Sent) -> Vec<Report> {
    sent.all("reports").filter_map(|word| word.parse().ok()).collect()
}

/// The kinds that were ticked.
pub(super) fn kinds(sent: &Sent) -> Vec<Kind> {
    sent.all("kinds").filter_map(|word| word.parse().ok()).collect()
}

/// The transport that was chosen.
pub(super) fn way(sent: &Sent) -> Result<Transport, Refused> {
    let chosen = sent.get("transport").parse();
    chosen.map_err(|_| Refused::at("transport", "Choose how it sends."))
}

/// The page around a form.
pub(super) async fn around(
    state: &State,
    visitor: &Visitor,
    (title, lead): (&str, &str),
    form: web_templates::Form,
) -> Result<FormPage, PageError> {
    let now = state.ground().now();
    let counts = visitor
        .admin()?
        .run(state.database(), async |tx| overview::counts(tx, now).await)
        .await?;
    let mut frame = frame(state, visitor, Place::Models, title, &counts);
    frame.crumbs = vec![crumb("Models", "/models")];
    Ok(FormPage::new(frame, lead, form))
}
