//! The fields of a model.

use vitals::Kind;
use web_templates::{Choice, Field, FormPage, Icon};

use crate::ground::enums::Transport;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, crumb, frame};
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
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

/// Name, kinds and transport.
pub(super) fn fields(name: &str, kinds: &[Kind], way: Option<Transport>) -> Vec<Field> {
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
    ]
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
