//! `GET /returns/{id}`: how far a return is, and what can be done with it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use web_templates::{Action, Fact, FactCard, Field, Form, Icon, OrderItem, OrderPage, Step as WayStep, When};

use super::words::{item_tag, reason, tag};
use crate::ground::enums::{OrderStepKind, ReturnItemState, ReturnState};
use crate::ground::ids::ReturnId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, crumb, frame};
use crate::http::portal::orders::list::{is_distributor, of_distributor};
use crate::http::portal::orders::show::{note_form, refused_at, stopped, thing, tracking};
use crate::http::portal::orders::words::{CARRIERS, history, notes};
use crate::http::portal::page::html_with;
use crate::http::portal::said::SaidQuery;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::in_scope;
use crate::orders::returns::{self, Return, ReturnItem};
use crate::orders::{ReturnMove, Step};
use crate::registry::RegistryError;
use crate::tenancy::{Right, Scope as _};

/// What the page is made of.
struct Known {
    back: Return,
    items: Vec<ReturnItem>,
    steps: Vec<Step>,
}

/// The page.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<ReturnId>,
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
    id: ReturnId,
    (verb, sent): (&str, &Sent),
    refused: Refused,
) -> Result<HttpResponse, PageError> {
    let known = find(state, visitor, id).await?;
    let mut page = page(state, visitor, &known).await?;
    refused_at(&mut page, &format!("/returns/{id}/{verb}"), sent, refused)
}

async fn find(state: &State, visitor: &Visitor, id: ReturnId) -> Result<Known, PageError> {
    Ok(in_scope!(visitor.caller(), scope => {
        scope
            .run(state.database(), async |tx| {
                Ok::<_, RegistryError>(Known {
                    back: returns::get(tx, id).await?,
                    items: returns::items(tx, id).await?,
                    steps: returns::steps(tx, id).await?,
                })
            })
            .await
    })?)
}

async fn page(state: &State, visitor: &Visitor, known: &Known) -> Result<OrderPage, PageError> {
    let (back, now) = (&known.back, state.ground().now());
    let title = format!("Return {}", back.number);
    let mut frame = frame(
        state,
        visitor,
        Place::Orders,
        &title,
        &visitor.counts(state).await?,
    );
    frame.crumbs = vec![crumb("Orders", "/orders"), crumb("Returns", "/returns")];
    let may_write = visitor.can(Right::HandleOrders);
    Ok(OrderPage {
        frame,
        state: tag(back.state),
        distributor: of_distributor(visitor, back.distributor, &back.distributor_name),
        warnings: Vec::new(),
        actions: vec![Action::print()],
        steps: way(visitor, known, now),
        lines: Vec::new(),
        items: known.items.iter().map(|item| row(visitor, item)).collect(),
        item_count: known.items.len() as u64,
        moves: moves(state, visitor, back),
        cards: vec![card(visitor, back, now)],
        history: history(visitor, now, &known.steps),
        notes: notes(visitor, now, &known.steps),
        note_form: may_write.then(|| note_form(state, visitor, &format!("/returns/{}/notes", back.id))),
    })
}

/// Asked, accepted, sent, received.
fn way(visitor: &Visitor, known: &Known, now: DateTime<Utc>) -> Vec<WayStep> {
    let was_accepted = known
        .steps
        .iter()
        .any(|step| step.kind == OrderStepKind::Accepted);
    let over = if was_accepted { 2 } else { 1 };
    let (done, ended) = match known.back.state {
        ReturnState::Asked => (1, None),
        ReturnState::Accepted => (2, None),
        ReturnState::Sent => (3, None),
        ReturnState::Received => (4, None),
        ReturnState::Declined => (over, Some(("Declined", OrderStepKind::Declined))),
        ReturnState::Cancelled => (over, Some(("Cancelled", OrderStepKind::Cancelled))),
    };
    let mut way = WayStep::way(&["Asked", "Accepted", "On its way", "Received"], done);
    let kinds = [
        OrderStepKind::Asked,
        OrderStepKind::Accepted,
        OrderStepKind::Sent,
        OrderStepKind::Returned,
    ];
    for (step, kind) in way.iter_mut().zip(kinds) {
        if let Some(last) = known.steps.iter().rev().find(|step| step.kind == kind) {
            step.at = Some(When::clock(last.at, now, &visitor.zone()));
        }
    }
    if let Some((word, kind)) = ended {
        let at = known.steps.iter().rev().find(|step| step.kind == kind);
        stopped(&mut way[over], word, at.map(|step| step.at), visitor, now);
    }
    way
}

/// The platform sees it from the beginning, a distributor as long as it has it.
fn row(visitor: &Visitor, item: &ReturnItem) -> OrderItem {
    let is_here = matches!(
        item.state,
        ReturnItemState::Waiting | ReturnItemState::Missing | ReturnItemState::Kept
    );
    let is_seen = visitor.can(Right::FulfilOrders) || is_distributor(visitor) && is_here;
    let what = (item.kinds.as_slice(), item.model.as_str(), item.serial.as_str());
    thing((item.thing, is_seen), what, item_tag(item.state))
}

fn moves(state: &State, visitor: &Visitor, back: &Return) -> Vec<Action> {
    let form = |verb: &str, submit: &str| {
        let action = format!("/returns/{}/{verb}", back.id);
        Form::new(action, visitor.csrf(state), submit)
    };
    let action = |what| match what {
        ReturnMove::Accept => Action::post(form("accept", "Accept"))
            .icon(Icon::Check)
            .hint("Its distributor may send it from then on.")
            .primary(),
        ReturnMove::Decline => decline(back, |submit| form("decline", submit)),
        ReturnMove::Receive => Action::ask("Take it in", receive(form("receive", "Take in")))
            .icon(Icon::Stock)
            .primary(),
        ReturnMove::Send => {
            let send = form("send", "It is on its way").fields(vec![
                Field::text("carrier", "Carrier").required().hint(CARRIERS),
                Field::code("tracking", "Tracking number"),
            ]);
            Action::ask("Say that it is sent", send)
                .icon(Icon::Orders)
                .hint(format!("Write {} on the parcel.", back.number))
                .primary()
        }
        ReturnMove::Cancel => Action::post(form("cancel", "Keep it after all").danger())
            .icon(Icon::Retire)
            .hint("The return is cancelled."),
    };
    let order = [
        ReturnMove::Accept,
        ReturnMove::Decline,
        ReturnMove::Receive,
        ReturnMove::Send,
        ReturnMove::Cancel,
    ];
    let can = |what: &ReturnMove| visitor.can(what.right()) && what.leads(back.state).is_ok();
    order.into_iter().filter(can).map(action).collect()
}

/// Says no, or, where it was accepted and nothing comes, that it is not waited for any more.
fn decline(back: &Return, form: impl Fn(&str) -> Form) -> Action {
    let why = Field::text("reason", "Why").required();
    if back.state == ReturnState::Asked {
        let decline = form("Decline").danger().fields(vec![why]);
        return Action::ask("Decline", decline).icon(Icon::Close);
    }
    let close = form("Close the return").danger();
    let close = close.fields(vec![why.hint("Both sides read it.")]);
    Action::ask("Wait for it no longer", close)
        .icon(Icon::Close)
        .hint("Its devices and hubs stay with the distributor, who can do with them as before.")
}

/// What came back, by what is not as usual.
fn receive(form: Form) -> Form {
    form.icon(Icon::Stock).fields(vec![
        Field::area("retired", "Out of use for good")
            .hint("Serials, one a line. Everything else goes into the inventory."),
        Field::area("missing", "Did not arrive")
            .hint("Serials, one a line. They stay in the distributor’s stock."),
        Field::text("condition", "In what condition it is")
            .hint("At most 500 characters. Both sides read it."),
    ])
}

fn card(visitor: &Visitor, back: &Return, now: DateTime<Utc>) -> FactCard {
    let mut facts = vec![
        Fact::code("Return number", &back.number).copied(),
        Fact::text("Why", reason(back.reason)),
        Fact::text("Asked by", &back.asker_name),
        Fact::time("Asked", Some(When::clock(back.asked_at, now, &visitor.zone()))),
    ];
    if let Some(carrier) = &back.carrier {
        facts.push(Fact::text("Carrier", carrier));
        facts.push(tracking(carrier, back.tracking.as_deref()));
    }
    FactCard::new("About", facts)
}
