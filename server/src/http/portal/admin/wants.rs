//! What wants a person, over all customers.

use chrono::{DateTime, Utc};
use web_templates::text::counted;
use web_templates::{Want, When};

use crate::desk::cases::{self, Case, CaseFilter, Standing, Waiting};
use crate::forwarding::admin as forwarding;
use crate::forwarding::admin::EndpointSummary;
use crate::ground::enums::{EndpointState, OrderState, ReturnState};
use crate::history::store::board::{self, Quarantined};
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::local::with_query;
use crate::http::portal::orders::words::about;
use crate::http::portal::visitor::Visitor;
use crate::identity::{Listed, UserFilter};
use crate::orders::returns::{self, Return};
use crate::orders::{self, Order};
use crate::registry::hubs::Hub;
use crate::registry::{Ask, RegistryError, organisations, quarantine};
use crate::tenancy::{AdminScope, Tx};

/// Entries of each sort.
pub(super) const MOST: u16 = 10;

/// What wants a person.
pub(super) struct Wants {
    endpoints: Vec<EndpointSummary>,
    hubs: Vec<Hub>,
    quarantined: Vec<(Quarantined, Option<String>)>,
    asking: Vec<Listed>,
    /// Cases that wait for this administrator.
    cases: Vec<Case>,
    /// People who ask to be confirmed.
    pub(super) asking_in_all: i64,
    orders: Vec<Order>,
    returns: Vec<Return>,
    /// Items in quarantine, of all customers.
    pub(super) waiting: i64,
}

/// Looks for it in the administrator's transaction; which hubs are to be confirmed is known already.
pub(super) async fn find(
    state: &State,
    visitor: &Visitor,
    tx: &Tx<AdminScope>,
    hubs: Vec<Hub>,
) -> Result<Wants, PageError> {
    let endpoints = forwarding::unwell(tx, MOST.into()).await?;
    let mut quarantined = Vec::new();
    for items in board::quarantined(tx, MOST).await? {
        quarantined.push((items, owner(tx, &items).await?));
    }
    let asks = UserFilter {
        asks: true,
        ..UserFilter::default()
    };
    let open = CaseFilter {
        standing: Standing::For(Waiting::on(visitor.caller())),
        ..CaseFilter::default()
    };
    Ok(Wants {
        cases: cases::list(tx, &open, &Ask::first(MOST)).await?.rows,
        asking: state.identity().users(tx, &asks, None, MOST).await?,
        asking_in_all: state.identity().asking(tx).await?,
        orders: orders::waiting(tx, MOST).await?,
        returns: returns::waiting(tx, MOST).await?,
        endpoints,
        hubs,
        quarantined,
        waiting: quarantine::waiting(tx).await?,
    })
}

async fn owner(tx: &Tx<AdminScope>, items: &Quarantined) -> Result<Option<String>, PageError> {
    let Some(customer) = items.customer else {
        return Ok(None);
    };
    match organisations::customer(tx, customer).await {
        Ok(customer) => Ok(Some(customer.name)),
        Err(RegistryError::NotFound(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

impl Wants {
    /// The oldest first.
    pub(super) fn rows(&self, state: &State, visitor: &Visitor) -> Vec<Want> {
        let (now, zone) = (state.ground().now(), visitor.zone());
        let mut rows: Vec<(DateTime<Utc>, Want)> = Vec::new();
        let mut add = |since: DateTime<Utc>, place: &str, text: String, who: String, href: String| {
            let (place, action) = (place.to_owned(), "Open".to_owned());
            rows.push((
                since,
                Want {
                    place,
                    text,
                    who,
                    since: When::ago(since, now, &zone),
                    href,
                    action,
                },
            ));
        };
        for endpoint in &self.endpoints {
            let (since, text) = unwell(endpoint);
            let who = endpoint.customer_name.clone();
            let href = with_query("/customers", &[("q", &who)]);
            add(since.unwrap_or(now), "endpoint", text, who, href);
        }
        for hub in &self.hubs {
            let who = hub.customer_name.clone().unwrap_or_default();
            let text = format!("the key of {} waits to be confirmed", hub.name);
            let href = with_query("/hubs", &[("q", &hub.serial)]);
            add(hub.claimed_at.unwrap_or(hub.created_at), "hub", text, who, href);
        }
        for Listed { user, organisation } in &self.asking {
            let text = format!("{} asks to be confirmed", user.name);
            let who = organisation.clone().unwrap_or_default();
            let href = format!("/users/{}", user.id);
            add(
                user.asked_at.unwrap_or(user.created_at),
                "person",
                text,
                who,
                href,
            );
        }
        for (items, who) in &self.quarantined {
            let text = counted(
                items.count.unsigned_abs(),
                "item waits unseen",
                "items wait unseen",
            );
            let href = with_query("/admin/quarantine", &[("q", who.as_deref().unwrap_or_default())]);
            let who = who.clone().unwrap_or_else(|| "unknown".to_owned());
            add(items.since, "quarantine", text, who, href);
        }
        for case in &self.cases {
            let waits = match case.assignee {
                Some(_) => "waits for you",
                None => "nobody looks after it",
            };
            let text = format!("{} {waits}: {}", case.number, case.title);
            let who = case.customer_name.as_ref().or(case.distributor_name.as_ref());
            let (who, href) = (who.cloned().unwrap_or_default(), format!("/cases/{}", case.id));
            add(case.updated_at, "case", text, who, href);
        }
        for (since, place, text, who, href) in self.ordered() {
            add(since, place, text, who, href);
        }
        rows.sort_by_key(|(since, _)| *since);
        rows.into_iter().map(|(_, want)| want).collect()
    }

    /// Orders and returns: since when, what, in words, whose, and where.
    fn ordered(&self) -> Vec<(DateTime<Utc>, &'static str, String, String, String)> {
        let order = |order: &Order| {
            let waits = match order.state {
                OrderState::Allocated => "waits to be sent",
                OrderState::Received => "waits for your word on what is missing",
                _ => "waits for serials",
            };
            let text = format!("{} {waits}: {}", order.number, about(order));
            let (who, href) = (order.distributor_name.clone(), format!("/orders/{}", order.id));
            (order.ordered_at, "order", text, who, href)
        };
        let back = |back: &Return| {
            let waits = match back.state {
                ReturnState::Asked => "waits for your word",
                _ => "is on its way to you",
            };
            let text = format!("{} {waits}", back.number);
            let (who, href) = (back.distributor_name.clone(), format!("/returns/{}", back.id));
            (back.updated_at, "return", text, who, href)
        };
        let orders = self.orders.iter().map(order);
        orders.chain(self.returns.iter().map(back)).collect()
    }
}

/// Since when an endpoint is unwell, and how.
fn unwell(endpoint: &EndpointSummary) -> (Option<DateTime<Utc>>, String) {
    let text = match endpoint.state {
        EndpointState::Disabled => "disabled".to_owned(),
        EndpointState::Active => counted(
            u64::from(endpoint.consecutive_failures.unsigned_abs()),
            "attempt failed",
            "attempts failed in a row",
        ),
    };
    (endpoint.last_success_at.or(endpoint.last_failure_at), text)
}
