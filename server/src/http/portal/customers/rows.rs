//! A customer as a row of a list.

use web_templates::{CustomerRow, Link, Tag, Tone};

use crate::forwarding::admin::EndpointSummary;
use crate::ground::enums::EndpointState;
use crate::http::portal::organisations::{place, state_tag};
use crate::registry::figures::Figures;
use crate::registry::organisations::Customer;
use crate::registry::overview::Holder;

/// The row. `distributor` where the list has that column.
pub(in crate::http::portal) fn customer_row(
    customer: &Customer,
    distributor: Option<Link>,
    figures: Option<&Figures>,
    endpoint: Option<Tag>,
) -> CustomerRow {
    let figures = figures.copied().unwrap_or_default();
    CustomerRow {
        href: format!("/customers/{}", customer.id),
        name: customer.name.clone(),
        place: place(&customer.paper),
        distributor,
        state: state_tag(customer.state),
        devices: figures.devices.unsigned_abs(),
        attention: figures.attention.unsigned_abs(),
        hubs: figures.hubs.unsigned_abs(),
        endpoint,
    }
}

/// The row of a customer of which no more is known than what it holds.
pub(in crate::http::portal) fn held_by(holder: &Holder) -> CustomerRow {
    CustomerRow {
        href: format!("/customers/{}", holder.customer),
        name: holder.name.clone(),
        place: String::new(),
        distributor: None,
        state: state_tag(holder.state),
        devices: holder.devices.unsigned_abs(),
        attention: holder.attention.unsigned_abs(),
        hubs: holder.hubs.unsigned_abs(),
        endpoint: None,
    }
}

/// How a customer's endpoints stand: the worst of them; none where there is none.
pub(in crate::http::portal) fn endpoint_tag(endpoints: &[EndpointSummary]) -> Option<Tag> {
    let disabled = endpoints
        .iter()
        .any(|endpoint| endpoint.state == EndpointState::Disabled);
    let failing = endpoints.iter().any(|endpoint| endpoint.consecutive_failures > 0);
    match (endpoints.is_empty(), disabled, failing) {
        (true, ..) => None,
        (_, true, _) => Some(Tag::new("disabled", Tone::Warn)),
        (.., true) => Some(Tag::new("failing", Tone::Warn)),
        _ => Some(Tag::new("healthy", Tone::Ok)),
    }
}
