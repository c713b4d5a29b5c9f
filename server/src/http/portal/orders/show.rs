//! `GET /orders/{id}`: how far an order is, and what can be done with it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use vitals::Kind;
use web_templates::{
    Action, Fact, FactCard, Field, Form, Link, OrderItem, OrderLine, OrderPage, Step as WayStep, StepState,
    Tag, When,
};

use super::list::of_distributor;
use super::moves::{Known, moves};
use super::words::{history, item_tag, notes, tag, tracking_href};
use crate::ground::enums::{OrderItemState, OrderState, OrderStepKind};
use crate::ground::ids::OrderId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, crumb, frame};
use crate::http::portal::page::html_with;
use crate::http::portal::said::SaidQuery;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::in_scope;
use crate::orders::{self, Item, Parcel};
use crate::registry::errands::Thing;
use crate::registry::{RegistryError, countries};
use crate::tenancy::{Right, Scope as _};

/// Items that a page shows.
const ITEMS: usize = 100;
/// Parcels that a page shows.
const PARCELS: usize = 5;

/// The page.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<OrderId>,
    said: web::Query<SaidQuery>,
) -> Result<HttpResponse, PageError> {
    let known = find(&state, &visitor, *id).await?;
    let mut page = page(&state, &visitor, &known).await?;
    page.frame.flashes = said.flashes();
    html_with(StatusCode::OK, &page)
}

/// The page after something could not be done: the reason stands where it was tried.
pub(super) async fn refused(
    state: &State,
    visitor: &Visitor,
    id: OrderId,
    (verb, sent): (&str, &Sent),
    refused: Refused,
) -> Result<HttpResponse, PageError> {
    let known = find(state, visitor, id).await?;
    let mut page = page(state, visitor, &known).await?;
    refused_at(&mut page, &format!("/orders/{id}/{verb}"), sent, refused)
}

/// The page of an order or a return that says why something could not be done, at the form that tried it.
pub(in crate::http::portal) fn refused_at(
    page: &mut OrderPage,
    tried: &str,
    sent: &Sent,
    refused: Refused,
) -> Result<HttpResponse, PageError> {
    let status = match &mut page.note_form {
        Some(form) if form.action == tried => refused.show(form, sent)?,
        _ => refused.show_at(&mut page.frame, &mut page.moves, tried, sent)?,
    };
    html_with(status, page)
}

async fn find(state: &State, visitor: &Visitor, id: OrderId) -> Result<Known, PageError> {
    let mut known = in_scope!(visitor.caller(), scope => {
        scope
            .run(state.database(), async |tx| {
                Ok::<_, RegistryError>(Known {
                    order: orders::get(tx, id).await?,
                    tally: orders::tally(tx, id).await?,
                    lines: orders::lines(tx, id).await?,
                    parcels: orders::parcels(tx, id).await?,
                    items: orders::items(tx, id).await?,
                    steps: orders::steps(tx, id).await?,
                    free: Vec::new(),
                })
            })
            .await
    })?;
    if visitor.can(Right::FulfilOrders) && known.tally.open() > 0 {
        known.free = state.orders().free(visitor.caller(), id).await?;
    }
    Ok(known)
}

async fn page(state: &State, visitor: &Visitor, known: &Known) -> Result<OrderPage, PageError> {
    let (order, now) = (&known.order, state.ground().now());
    let title = format!("Order {}", order.number);
    let mut frame = frame(
        state,
        visitor,
        Place::Orders,
        &title,
        &visitor.counts(state).await?,
    );
    frame.crumbs = vec![crumb("Orders", "/orders")];
    let found: i64 = known.lines.iter().map(|line| line.found).sum();
    let shown = known.items.iter().take(ITEMS);
    let may_write = visitor.can(Right::HandleOrders);
    Ok(OrderPage {
        frame,
        state: tag(order.state),
        distributor: of_distributor(visitor, order.distributor, &order.distributor_name),
        warnings: warnings(known),
        actions: vec![Action::print()],
        steps: way(visitor, known, now),
        lines: lines(known),
        items: shown.map(|item| row(visitor, item)).collect(),
        item_count: found.unsigned_abs().max(known.items.len().min(ITEMS) as u64),
        moves: moves(state, visitor, known),
        cards: cards(visitor, known, now),
        history: history(visitor, now, &known.steps),
        notes: notes(visitor, now, &known.steps),
        note_form: may_write.then(|| note_form(state, visitor, &format!("/orders/{}/notes", order.id))),
    })
}

/// The form for another note.
pub(in crate::http::portal) fn note_form(state: &State, visitor: &Visitor, path: &str) -> Form {
    let text = Field::area("text", "Note")
        .required()
        .hint("Both sides read it. No patient data.");
    Form::new(path, visitor.csrf(state), "Write").fields(vec![text])
}

fn warnings(known: &Known) -> Vec<String> {
    let what = match known.tally.missing {
        0 => return Vec::new(),
        1 => "One device or hub is missing. It is".to_owned(),
        many => format!("{many} devices and hubs are missing. They are"),
    };
    vec![format!(
        "{what} waited for until the rest arrives after all, or the platform writes it off."
    )]
}

/// Ordered, allocated, shipped, received, in stock.
fn way(visitor: &Visitor, known: &Known, now: DateTime<Utc>) -> Vec<WayStep> {
    let done = match known.order.state {
        OrderState::Ordered | OrderState::Cancelled => 1,
        OrderState::Allocated => 2,
        OrderState::Shipped => 3,
        OrderState::Received => 4,
        OrderState::InStock => 5,
    };
    let mut way = WayStep::way(&["Ordered", "Allocated", "Shipped", "Received", "In stock"], done);
    let kinds = [
        OrderStepKind::Ordered,
        OrderStepKind::Allocated,
        OrderStepKind::Shipped,
        OrderStepKind::Received,
        OrderStepKind::InStock,
    ];
    for (step, kind) in way.iter_mut().zip(kinds) {
        let last = known.steps.iter().rev().find(|step| step.kind == kind);
        if let Some(last) = last {
            step.at = Some(When::clock(last.at, now, &visitor.zone()));
        }
    }
    if known.order.state == OrderState::Cancelled {
        let at = known
            .steps
            .iter()
            .rev()
            .find(|step| step.kind == OrderStepKind::Cancelled);
        stopped(&mut way[1], "Cancelled", at.map(|step| step.at), visitor, now);
    }
    if known.order.state == OrderState::Received {
        way[4].state = StepState::Stuck;
        "Something is missing".clone_into(&mut way[4].note);
    }
    way
}

/// Where the way ended before its end.
pub(in crate::http::portal) fn stopped(
    step: &mut WayStep,
    word: &str,
    at: Option<DateTime<Utc>>,
    visitor: &Visitor,
    now: DateTime<Utc>,
) {
    word.clone_into(&mut step.label);
    step.at = at.map(|at| When::clock(at, now, &visitor.zone()));
    step.state = StepState::Stuck;
}

fn lines(known: &Known) -> Vec<OrderLine> {
    let line = |(at, line): (usize, &orders::Line)| {
        let mut notes = Vec::new();
        if line.waived > 0 {
            notes.push(format!("{} will not come", line.waived));
        }
        if let Some(free) = known.free.get(at).filter(|_| line.open() > 0) {
            notes.push(format!("{free} in the inventory"));
        }
        OrderLine {
            kind: line.kinds.first().copied(),
            model: line.name.clone(),
            ordered: u64::from(line.quantity.unsigned_abs()),
            allocated: line.found.unsigned_abs(),
            received: line.received.unsigned_abs(),
            note: notes.join(", "),
        }
    };
    known.lines.iter().enumerate().map(line).collect()
}

/// A device or a hub of an order or a return, with the way to its page for who sees it there.
pub(in crate::http::portal) fn thing(
    (thing, is_seen): (Thing, bool),
    (kinds, model, serial): (&[Kind], &str, &str),
    state: Tag,
) -> OrderItem {
    let href = match thing {
        Thing::Device(id) => format!("/devices/{id}/about"),
        Thing::Hub(id) => format!("/hubs/{id}"),
    };
    OrderItem {
        kind: kinds.first().copied(),
        model: model.to_owned(),
        serial: if is_seen {
            Link::to(serial, href)
        } else {
            Link::plain(serial)
        },
        state,
    }
}

/// The platform sees it from the beginning, a distributor once it has it.
fn row(visitor: &Visitor, item: &Item) -> OrderItem {
    let is_seen = visitor.can(Right::FulfilOrders)
        || visitor.can(Right::SeeDevices) && item.state == OrderItemState::Received;
    let what = (item.kinds.as_slice(), item.model.as_str(), item.serial.as_str());
    thing((item.thing, is_seen), what, item_tag(item.state))
}

fn cards(visitor: &Visitor, known: &Known, now: DateTime<Utc>) -> Vec<FactCard> {
    let (order, to) = (&known.order, &known.order.delivery);
    let place = [to.city.as_str(), to.region.as_deref().unwrap_or_default()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(", ");
    let code = to.postal_code.as_deref().unwrap_or_default();
    let address = [
        to.name.as_str(),
        &to.street,
        format!("{place} {code}").trim(),
        countries::name(&to.country),
    ]
    .join("\n");
    let when = |at| Some(When::clock(at, now, &visitor.zone()));
    let mut cards = vec![FactCard::new(
        "Delivery",
        vec![
            Fact::text("To", address),
            Fact::maybe("Ask for", to.contact.as_ref()),
            Fact::maybe("Phone", to.phone.as_ref()),
            Fact::maybe("Reference", order.reference.as_ref()),
            Fact::text("Ordered by", &order.orderer_name),
            Fact::time("Ordered", when(order.ordered_at)),
        ],
    )];
    cards.extend(
        (1..=known.parcels.len())
            .rev()
            .zip(&known.parcels)
            .take(PARCELS)
            .map(|(place, parcel)| carried(visitor, (place, parcel), known.parcels.len(), now)),
    );
    cards
}

/// One parcel of several, the newest of which comes first.
fn carried(visitor: &Visitor, (place, parcel): (usize, &Parcel), all: usize, now: DateTime<Utc>) -> FactCard {
    let when = When::clock(parcel.shipped_at, now, &visitor.zone());
    let title = match all {
        1 => "Parcel".to_owned(),
        _ => format!("Parcel {place} of {all}"),
    };
    FactCard::new(
        title,
        vec![
            Fact::text("Carrier", &parcel.carrier),
            tracking(&parcel.carrier, parcel.tracking.as_deref()),
            Fact::time("Sent", Some(when)),
            Fact::text("In it", parcel.items.to_string()),
        ],
    )
}

/// A carrier's number, with the way to its page where the carrier is known.
pub(in crate::http::portal) fn tracking(carrier: &str, tracking: Option<&str>) -> Fact {
    match tracking.map(|number| (number, tracking_href(carrier, number))) {
        Some((number, Some(href))) => Fact::link("Tracking", number, href),
        Some((number, None)) => Fact::code("Tracking", number).copied(),
        None => Fact::nothing("Tracking", "no number"),
    }
}
