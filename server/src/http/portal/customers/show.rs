//! `GET /customers/{id}`: who it is, what it holds, what wants a person, its people. Never a measured value.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use web_templates::text::{grouped, noun};
use web_templates::{Action, CustomerPage, Fact, FactCard, Form, Icon, Link, Stat, Value};

use super::rows::endpoint_tag;
use crate::forwarding::admin::{self as forwarding, EndpointSummary};
use crate::ground::enums::{OrganisationState, PatientMode};
use crate::ground::ids::{CustomerId, HubId};
use crate::http::State;
use crate::http::portal::choose::Offer;
use crate::http::portal::devices::held_row::{self, LastHubs};
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, crumb, frame};
use crate::http::portal::hubs::rows::{behind, held};
use crate::http::portal::local::{see, with_query};
use crate::http::portal::organisations::{
    company, contact_actions, contact_rows, history, members, place, state_tag, zone,
};
use crate::http::portal::page::{html, html_with};
use crate::http::portal::said::SaidQuery;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::{CallerScope, FirstPerson, Organisation, User, UserScope};
use crate::registry::contacts::{self, Contact};
use crate::registry::devices::Device;
use crate::registry::figures::Figures;
use crate::registry::hubs::{self, Hub, HubsAsked};
use crate::registry::organisations::{self, Customer, Distributor, SeesDistributors};
use crate::registry::overview::{self, Counts};
use crate::registry::past::{self, PastEvent};
use crate::registry::{Ask, wanting};
use crate::tenancy::{Right, Scope as _, Tx};

/// Rows of each list.
const ROWS: u16 = 8;

/// What the page is made of.
struct Found {
    customer: Customer,
    distributor: Option<Distributor>,
    contacts: Vec<Contact>,
    figures: Figures,
    devices: Vec<Device>,
    last_hubs: LastHubs,
    hubs: Vec<Hub>,
    behind: HashMap<HubId, i64>,
    endpoints: Option<Vec<EndpointSummary>>,
    people: Vec<User>,
    /// The first of its people, as its distributor is told.
    first: Option<FirstPerson>,
    distributors: Offer,
    counts: Counts,
    past: Vec<PastEvent>,
}

/// A customer's page.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<CustomerId>,
    said: web::Query<SaidQuery>,
) -> Result<HttpResponse, PageError> {
    if let CallerScope::Customer(scope) = visitor.scope() {
        return if scope.id() == *id {
            Ok(see("/organization"))
        } else {
            Err(PageError::not_found())
        };
    }
    let found = find(&state, &visitor, *id).await?;
    let mut page = page(&state, &visitor, &found);
    page.frame.flashes = said.flashes();
    html(&page)
}

/// The page with a form on it that was not taken.
pub(super) async fn refused(
    state: &State,
    visitor: &Visitor,
    id: CustomerId,
    refused: Refused,
    tried: &str,
    sent: &Sent,
) -> Result<HttpResponse, PageError> {
    let found = find(state, visitor, id).await?;
    let mut page = page(state, visitor, &found);
    let status = refused.show_at(&mut page.frame, &mut page.actions, tried, sent)?;
    html_with(status, &page)
}

async fn find(state: &State, visitor: &Visitor, id: CustomerId) -> Result<Found, PageError> {
    match visitor.scope() {
        CallerScope::Admin(scope) => {
            scope
                .run(state.database(), async |tx| {
                    let mut found = held_by(state, tx, id).await?;
                    found.endpoints = Some(forwarding::endpoints_of(tx, &[id]).await?);
                    found.distributors = Offer::distributors(tx).await?;
                    if let Some(id) = found.customer.distributor {
                        found.distributor = Some(organisations::distributor(tx, id).await?);
                    }
                    Ok(found)
                })
                .await
        }
        CallerScope::Distributor(scope) => {
            let work = async |tx: &_| held_by(state, tx, id).await;
            let mut found: Found = scope.run(state.database(), work).await?;
            found.first = state.identity().first_person(scope, id).await?;
            Ok(found)
        }
        CallerScope::Finance(scope) => {
            let work = async |tx: &_| {
                let mut found = named(tx, id).await?;
                if let Some(id) = found.customer.distributor {
                    found.distributor = Some(organisations::distributor(tx, id).await?);
                }
                Ok(found)
            };
            scope.run(state.database(), work).await
        }
        CallerScope::Customer(_) => Err(PageError::not_found()),
    }
}

/// What finance sees as well.
async fn named<S: SeesDistributors>(tx: &Tx<S>, id: CustomerId) -> Result<Found, PageError> {
    Ok(Found {
        customer: organisations::customer(tx, id).await?,
        distributor: None,
        contacts: contacts::of_customer(tx, id).await?,
        past: past::of(tx, past::Whose::Customer(id)).await?,
        figures: Figures::default(),
        devices: Vec::new(),
        last_hubs: HashMap::new(),
        hubs: Vec::new(),
        behind: HashMap::new(),
        endpoints: None,
        people: Vec::new(),
        first: None,
        distributors: Offer::default(),
        counts: Counts::default(),
    })
}

async fn held_by<S: SeesDistributors + UserScope>(
    state: &State,
    tx: &Tx<S>,
    id: CustomerId,
) -> Result<Found, PageError> {
    let now = state.ground().now();
    let found = named(tx, id).await?;
    let (devices, figures) = wanting::of_customer(tx, id, now, ROWS).await?;
    let theirs = HubsAsked {
        customer: Some(id),
        ..HubsAsked::default()
    };
    let hubs = hubs::list(tx, &theirs, &Ask::first(ROWS)).await?.rows;
    Ok(Found {
        figures,
        last_hubs: held_row::last_hubs(tx, &devices).await?,
        devices,
        behind: behind(tx, &hubs).await?,
        hubs,
        people: members::find(state, tx, Organisation::Customer(id)).await?,
        counts: overview::counts(tx, now).await?,
        ..found
    })
}

fn page(state: &State, visitor: &Visitor, found: &Found) -> CustomerPage {
    let one = &found.customer;
    let mut frame = frame(state, visitor, Place::Customers, &one.name, &found.counts);
    frame.crumbs = vec![crumb("Customers", "/customers")];
    let distributor = found
        .distributor
        .as_ref()
        .map(|distributor| Link::to(&distributor.name, format!("/distributors/{}", distributor.id)));
    let manages_people = visitor.can(Right::ManageUsers);
    let hub = |hub| held(state, visitor, hub, &found.behind);
    CustomerPage {
        frame,
        state: state_tag(one.state),
        distributor,
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
        cards: cards(state, visitor, found),
        contacts: contact_rows(
            &found.contacts,
            visitor
                .can(Right::ManageCustomers)
                .then(|| format!("/customers/{}", one.id))
                .as_deref(),
        ),
        contacts_add: None,
        with_devices: visitor.can(Right::SeeDevices),
        with_people: visitor.can(Right::SeePlatform),
        devices: held_row::rows(state, visitor, &found.devices, &found.last_hubs),
        devices_href: format!("/devices?holder={}", one.id),
        hubs: found.hubs.iter().map(hub).collect(),
        hubs_href: with_query("/hubs", &[("holder", &one.id.to_string())]),
        users: members::rows(state, visitor, &found.people),
        users_href: manages_people.then(|| with_query("/users", &[("organisation", &one.id.to_string())])),
        may_place: visitor.can(Right::PlaceDevices),
        history: history(state, visitor, &found.past, one.created_at),
    }
}

fn cards(state: &State, visitor: &Visitor, found: &Found) -> Vec<FactCard> {
    let one = &found.customer;
    let readings = match one.patient_mode {
        PatientMode::DeviceOnly => "to the device and the customer’s own reference",
        PatientMode::Paired => "to the patient who is paired with the device",
    };
    let mut settings = vec![
        zone(state, &one.time_zone),
        Fact::text("Readings belong", readings),
    ];
    if let Some(endpoints) = &found.endpoints {
        settings.push(match endpoint_tag(endpoints) {
            Some(tag) => Fact::tag("Its server", tag),
            None => Fact::nothing("Its server", "none yet"),
        });
    }
    if let Some(FirstPerson { name }) = &found.first {
        settings.push(match name {
            Some(name) => Fact::text("First person", name).note("They invite the others."),
            None => Fact::text("Its people", "it has some, who invite the others"),
        });
    }
    vec![
        company(state, visitor, &one.paper, one.created_at),
        FactCard::new("Settings", settings),
    ]
}

fn actions(state: &State, visitor: &Visitor, found: &Found) -> Vec<Action> {
    if !visitor.can(Right::ManageCustomers) {
        return Vec::new();
    }
    let one = &found.customer;
    let base = format!("/customers/{}", one.id);
    let mut actions = vec![Action::go("Edit", format!("{base}/edit")).icon(Icon::Edit)];
    if visitor.can(Right::PlaceDevices) && one.state != OrganisationState::Closed {
        actions.push(Action::go("Place a device", format!("{base}/place")).icon(Icon::Place));
    }
    // Once there is a first person, the customer's own people invite the others.
    if visitor.can(Right::ManageUsers) && found.first.is_none() {
        let label = if visitor.can(Right::SeePlatform) {
            "Invite a person"
        } else {
            "Invite its first person"
        };
        actions.push(Action::go(label, format!("/users/invite?customer={}", one.id)).icon(Icon::Users));
    }
    actions.extend(contact_actions(state, visitor, &base, &found.contacts));
    if visitor.can(Right::ManageDistributors) && !found.distributors.is_empty() {
        let chosen = one.distributor.map(|id| id.to_string()).unwrap_or_default();
        let field =
            found
                .distributors
                .field("distributor", "Distributor", "None: the platform’s own", &chosen);
        let form = Form::new(
            format!("{base}/distributor"),
            visitor.csrf(state),
            "Move the customer",
        )
        .fields(vec![
            field.hint("Its devices, hubs and contacts go along; readings go on."),
        ]);
        actions.push(Action::ask("Move to a distributor", form).icon(Icon::Distributors));
    }
    actions
}

fn tiles(figures: &Figures) -> Vec<Stat> {
    let number = |count: i64, unit: &str| Value::new(grouped(count.unsigned_abs()), unit);
    let devices = |count: i64| number(count, noun(count.unsigned_abs(), "device", "devices"));
    vec![
        Stat::new("Devices", number(figures.devices, ""), ""),
        Stat::new("Hubs", number(figures.hubs, ""), ""),
        Stat::new(
            "Want a person",
            devices(figures.attention),
            "silent, never heard, low battery or weak signal",
        )
        .warn_if(figures.attention > 0),
    ]
}
