//! `GET /customers`.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use web_templates::{Action, Attention, Choice, CustomersPage, Filter, Icon, Link, Select};

use super::rows::{customer_row, endpoint_tag};
use crate::forwarding::admin::{self as forwarding, EndpointSummary};
use crate::ground::enums::OrganisationState;
use crate::ground::ids::CustomerId;
use crate::http::State;
use crate::http::portal::choose::Offer;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, frame};
use crate::http::portal::list::{ROWS, ask, chosen, filter, pager, select, typed};
use crate::http::portal::local::see;
use crate::http::portal::namesakes::{Apart, Known, apart};
use crate::http::portal::page::html;
use crate::http::portal::said::SaidQuery;
use crate::http::portal::visitor::Visitor;
use crate::identity::CallerScope;
use crate::registry::figures::{self, Figures};
use crate::registry::organisations::{self, Customer, CustomerFilter, OrganisationKey};
use crate::registry::overview::{self, Counts};
use crate::registry::{Ask, Page, RegistryError, RegistryScope};
use crate::tenancy::{Right, Scope as _, Tx};

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    distributor: String,
    #[serde(default)]
    after: String,
    #[serde(default)]
    said: String,
}

impl Asked {
    fn wanted(&self) -> CustomerFilter {
        CustomerFilter {
            q: typed(&self.q),
            state: chosen(&self.state),
            distributor: chosen(&self.distributor),
            is_counted: false,
        }
    }

    fn pairs(&self) -> [(&str, &str); 3] {
        [
            ("q", &self.q),
            ("state", &self.state),
            ("distributor", &self.distributor),
        ]
    }
}

/// What the page is made of.
struct Found {
    page: Page<Customer, OrganisationKey>,
    figures: HashMap<CustomerId, Figures>,
    endpoints: HashMap<CustomerId, Vec<EndpointSummary>>,
    distributors: Offer,
    counts: Counts,
}

/// Customers by name: all, or a distributor's own. A customer's people have their own organisation alone.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    let (ask, now) = (ask::<OrganisationKey>(&asked.after, ROWS)?, state.ground().now());
    let found = match visitor.scope() {
        CallerScope::Admin(scope) => {
            scope
                .run(state.database(), async |tx| {
                    let mut found = counted(tx, &asked, &ask, now).await?;
                    found.distributors = Offer::distributors(tx).await?;
                    let ids: Vec<_> = found.page.rows.iter().map(|customer| customer.id).collect();
                    for endpoint in forwarding::endpoints_of(tx, &ids).await? {
                        found
                            .endpoints
                            .entry(endpoint.customer)
                            .or_default()
                            .push(endpoint);
                    }
                    Ok::<_, PageError>(found)
                })
                .await?
        }
        CallerScope::Distributor(scope) => {
            let work = async |tx: &_| counted(tx, &asked, &ask, now).await;
            scope.run(state.database(), work).await?
        }
        CallerScope::Finance(scope) => {
            let work = async |tx: &_| {
                let mut found = names(tx, &asked, &ask).await?;
                found.distributors = Offer::distributors(tx).await?;
                Ok::<_, RegistryError>(found)
            };
            scope.run(state.database(), work).await?
        }
        CallerScope::Customer(_) => return Ok(see("/organization")),
    };
    html(&page(&state, &visitor, &asked, &found))
}

async fn names<S: RegistryScope>(
    tx: &Tx<S>,
    asked: &Asked,
    ask: &Ask<OrganisationKey>,
) -> Result<Found, RegistryError> {
    Ok(Found {
        page: organisations::customers_like(tx, &asked.wanted(), ask).await?,
        figures: HashMap::new(),
        endpoints: HashMap::new(),
        distributors: Offer::default(),
        counts: Counts::default(),
    })
}

async fn counted<S: RegistryScope>(
    tx: &Tx<S>,
    asked: &Asked,
    ask: &Ask<OrganisationKey>,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Found, RegistryError> {
    let found = names(tx, asked, ask).await?;
    let ids: Vec<_> = found.page.rows.iter().map(|customer| customer.id).collect();
    Ok(Found {
        figures: figures::of_customers(tx, &ids, now).await?,
        counts: overview::counts(tx, now).await?,
        ..found
    })
}

fn page(state: &State, visitor: &Visitor, asked: &Asked, found: &Found) -> CustomersPage {
    let mut frame = frame(state, visitor, Place::Customers, "Customers", &found.counts);
    frame.flashes = SaidQuery::of(&asked.said).flashes();
    let wanting: i64 = found.figures.values().map(|figures| figures.attention).sum();
    let with_distributor = visitor.can(Right::SeeDistributors);
    let known: Vec<Known<'_>> = found.page.rows.iter().map(Known::from).collect();
    let row = |(customer, apart): (&Customer, Apart)| {
        let distributor = with_distributor.then(|| through(customer, found)).flatten();
        let endpoint = found
            .endpoints
            .get(&customer.id)
            .and_then(|all| endpoint_tag(all));
        let mut row = customer_row(customer, distributor, found.figures.get(&customer.id), endpoint);
        row.place = apart.beside(row.place);
        row
    };
    CustomersPage {
        frame,
        attention: Attention::of(&[(
            wanting.unsigned_abs(),
            "device on this page wants a person",
            "devices on this page want a person",
        )])
        .or(if visitor.can(Right::SeeDevices) {
            "No device on this page is silent, low on battery or weak in signal."
        } else {
            "Who the customers are; their devices are not for finance."
        }),
        actions: actions(visitor),
        filter: search(asked, found, with_distributor),
        with_distributor,
        with_figures: visitor.can(Right::SeeDevices),
        with_endpoint: visitor.can(Right::SeePlatform),
        rows: found.page.rows.iter().zip(apart(&known)).map(row).collect(),
        pager: pager(
            "/customers",
            &asked.pairs(),
            &asked.after,
            found.page.next.as_ref(),
            String::new(),
        ),
    }
}

fn through(customer: &Customer, found: &Found) -> Option<Link> {
    let id = customer.distributor?;
    let name = found
        .distributors
        .names()
        .and_then(|named| named.iter().find(|(one, _)| *one == id.to_string()))
        .map_or_else(|| "a distributor".to_owned(), |(_, name)| name.clone());
    Some(Link::to(name, format!("/distributors/{id}")))
}

fn search(asked: &Asked, found: &Found, with_distributor: bool) -> Filter {
    let states = OrganisationState::ALL
        .iter()
        .map(|state| (state.as_str(), state.as_str()));
    let mut selects = vec![select("state", "State", "Every state", &asked.state, states)];
    if let Some(named) = found
        .distributors
        .names()
        .filter(|named| with_distributor && !named.is_empty())
    {
        let all = named
            .iter()
            .map(|(id, name)| Choice::new(id, name, *id == asked.distributor));
        let every = Choice::new("", "Every distributor", asked.distributor.is_empty());
        selects.insert(
            0,
            Select {
                name: "distributor".to_owned(),
                label: "Distributor".to_owned(),
                choices: std::iter::once(every).chain(all).collect(),
            },
        );
    }
    filter("/customers", &asked.q, "Name", selects)
}

fn actions(visitor: &Visitor) -> Vec<Action> {
    let add = Action::go("Add a customer", "/customers/new")
        .icon(Icon::Add)
        .primary();
    visitor
        .can(Right::ManageCustomers)
        .then_some(add)
        .into_iter()
        .collect()
}
