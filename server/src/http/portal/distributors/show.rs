//! `GET /distributors/{id}`: who it is, its customers, what wants a person, its people.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use web_templates::text::{grouped, noun};
use web_templates::{Action, DistributorPage, FactCard, Icon, Stat, Value};

use crate::ground::ids::{CustomerId, DistributorId};
use crate::http::State;
use crate::http::portal::customers::rows::customer_row;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, crumb, frame};
use crate::http::portal::local::with_query;
use crate::http::portal::organisations::{
    company, contact_actions, contact_rows, history, members, place, state_tag, zone,
};
use crate::http::portal::page::{html, html_with};
use crate::http::portal::said::SaidQuery;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::{CallerScope, Organisation, User};
use crate::registry::contacts::{self, Contact};
use crate::registry::figures::{self, Figures};
use crate::registry::organisations::{self, Customer, CustomerFilter, Distributor, SeesDistributors};
use crate::registry::overview::{self, Counts};
use crate::registry::past::{self, PastEvent};
use crate::registry::{Ask, RegistryError};
use crate::tenancy::{Right, Scope as _, Tx};

/// Customers on the page.
const CUSTOMERS: u16 = 10;

/// What the page is made of.
struct Found {
    distributor: Distributor,
    contacts: Vec<Contact>,
    customers: Vec<Customer>,
    figures: Figures,
    of_customers: HashMap<CustomerId, Figures>,
    people: Vec<User>,
    counts: Counts,
    past: Vec<PastEvent>,
}

/// A distributor's page.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<DistributorId>,
    said: web::Query<SaidQuery>,
) -> Result<HttpResponse, PageError> {
    let found = find(&state, &visitor, *id).await?;
    let mut page = page(&state, &visitor, &found);
    page.frame.flashes = said.flashes();
    html(&page)
}

/// The page with a form on it that was not taken.
pub(super) async fn refused(
    state: &State,
    visitor: &Visitor,
    id: DistributorId,
    refused: Refused,
    tried: &str,
    sent: &Sent,
) -> Result<HttpResponse, PageError> {
    let found = find(state, visitor, id).await?;
    let mut page = page(state, visitor, &found);
    let status = refused.show_at(&mut page.frame, &mut page.actions, tried, sent)?;
    html_with(status, &page)
}

async fn find(state: &State, visitor: &Visitor, id: DistributorId) -> Result<Found, PageError> {
    let now = state.ground().now();
    match visitor.scope() {
        CallerScope::Admin(scope) => {
            scope
                .run(state.database(), async |tx| {
                    let mut found = names(tx, id).await?;
                    let ids: Vec<_> = found.customers.iter().map(|customer| customer.id).collect();
                    found.figures = figures::of_distributors(tx, &[id], now)
                        .await?
                        .remove(&id)
                        .unwrap_or_default();
                    found.of_customers = figures::of_customers(tx, &ids, now).await?;
                    found.people = members::find(state, tx, Organisation::Distributor(id)).await?;
                    found.counts = overview::counts(tx, now).await?;
                    Ok(found)
                })
                .await
        }
        CallerScope::Finance(scope) => {
            let work = async |tx: &_| Ok(names(tx, id).await?);
            scope.run(state.database(), work).await
        }
        CallerScope::Distributor(_) | CallerScope::Customer(_) => Err(PageError::forbidden()),
    }
}

/// What finance sees as well.
async fn names<S: SeesDistributors>(tx: &Tx<S>, id: DistributorId) -> Result<Found, RegistryError> {
    let wanted = CustomerFilter {
        distributor: Some(id),
        ..CustomerFilter::default()
    };
    Ok(Found {
        distributor: organisations::distributor(tx, id).await?,
        contacts: contacts::of_distributor(tx, id).await?,
        past: past::of(tx, past::Whose::Distributor(id)).await?,
        customers: organisations::customers_like(tx, &wanted, &Ask::first(CUSTOMERS))
            .await?
            .rows,
        figures: Figures::default(),
        of_customers: HashMap::new(),
        people: Vec::new(),
        counts: Counts::default(),
    })
}

fn page(state: &State, visitor: &Visitor, found: &Found) -> DistributorPage {
    let one = &found.distributor;
    let mut frame = frame(state, visitor, Place::Distributors, &one.name, &found.counts);
    frame.crumbs = vec![crumb("Distributors", "/distributors")];
    let row = |customer| customer_row(customer, None, found.of_customers.get(&customer.id), None);
    let manages_people = visitor.can(Right::ManageUsers);
    DistributorPage {
        frame,
        state: state_tag(one.state),
        notes: Some(place(&one.paper))
            .filter(|place| !place.is_empty())
            .into_iter()
            .collect(),
        actions: actions(state, visitor, found),
        stats: if visitor.can(Right::SeeDevices) {
            tiles(&found.figures)
        } else {
            Vec::new()
        },
        cards: vec![
            company(state, visitor, &one.paper, one.created_at),
            FactCard::new("Settings", vec![zone(state, &one.time_zone)]),
        ],
        contacts: contact_rows(
            &found.contacts,
            visitor
                .can(Right::ManageDistributors)
                .then(|| format!("/distributors/{}", one.id))
                .as_deref(),
        ),
        contacts_add: None,
        with_figures: visitor.can(Right::SeeDevices),
        with_people: visitor.can(Right::ManageUsers),
        customers: found.customers.iter().map(row).collect(),
        customers_href: format!("/customers?distributor={}", one.id),
        users: members::rows(state, visitor, &found.people),
        users_href: manages_people.then(|| with_query("/users", &[("organisation", &one.id.to_string())])),
        history: history(state, visitor, &found.past, one.created_at),
    }
}

fn actions(state: &State, visitor: &Visitor, found: &Found) -> Vec<Action> {
    if !visitor.can(Right::ManageDistributors) {
        return Vec::new();
    }
    let base = format!("/distributors/{}", found.distributor.id);
    let mut actions = vec![
        Action::go("Edit", format!("{base}/edit")).icon(Icon::Edit),
        Action::go(
            "Add a customer",
            format!("/customers/new?distributor={}", found.distributor.id),
        )
        .icon(Icon::Customers),
        Action::go(
            "Its stock",
            format!("/devices?holder={}&state=stock", found.distributor.id),
        )
        .icon(Icon::Stock),
    ];
    if visitor.can(Right::ManageUsers) {
        let invite = format!("/users/invite?distributor={}", found.distributor.id);
        actions.push(Action::go("Invite a person", invite).icon(Icon::Users));
    }
    actions.extend(contact_actions(state, visitor, &base, &found.contacts));
    actions
}

fn tiles(figures: &Figures) -> Vec<Stat> {
    let number = |count: i64, unit: &str| Value::new(grouped(count.unsigned_abs()), unit);
    let devices = |count: i64| number(count, noun(count.unsigned_abs(), "device", "devices"));
    vec![
        Stat::new("Customers", number(figures.customers, ""), ""),
        Stat::new(
            "Devices with customers",
            devices(figures.devices - figures.in_stock),
            "",
        ),
        Stat::new(
            "In stock",
            devices(figures.in_stock),
            "those that came back among them",
        ),
        Stat::new(
            "Want a person",
            devices(figures.attention),
            "silent, low battery or weak signal",
        )
        .warn_if(figures.attention > 0),
    ]
}
