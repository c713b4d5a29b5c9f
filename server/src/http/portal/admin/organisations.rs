//! `GET /admin/organisations`.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use web_templates::{AdminOrganisationsPage, OrganisationRow, Tag, Tone};

use crate::forwarding::admin as forwarding;
use crate::forwarding::admin::EndpointSummary;
use crate::ground::enums::{EndpointState, OrganisationState};
use crate::ground::ids::CustomerId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, frame};
use crate::http::portal::list::{ROWS, ask, filter, pager, select, typed};
use crate::http::portal::page::html;
use crate::http::portal::visitor::Visitor;
use crate::registry::organisations::OrganisationKey;
use crate::registry::overview::{self, Holder, HolderFilter};
use crate::tenancy::{AdminScope, Scope as _, Tx};

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    after: String,
}

/// Customers and distributors by name.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    let distributors = match asked.kind.as_str() {
        "customer" => Some(false),
        "distributor" => Some(true),
        _ => None,
    };
    let wanted = HolderFilter {
        q: typed(&asked.q),
        distributors,
    };
    let (ask, now) = (ask::<OrganisationKey>(&asked.after, ROWS)?, state.ground().now());
    let (page, endpoints, counts) = visitor
        .admin()?
        .run(state.database(), async |tx| {
            let page = overview::holders(tx, &wanted, now, &ask).await?;
            let endpoints = endpoints(tx, &page.rows).await?;
            Ok::<_, PageError>((page, endpoints, overview::counts(tx, now).await?))
        })
        .await?;
    let kinds = [("customer", "Customers"), ("distributor", "Distributors")];
    let selects = vec![select("kind", "What it is", "All", &asked.kind, kinds)];
    let mut frame = frame(&state, &visitor, Place::Customers, "Organizations", &counts);
    frame.search = None;
    let pairs = [("q", asked.q.as_str()), ("kind", asked.kind.as_str())];
    html(&AdminOrganisationsPage {
        frame,
        filter: filter("/admin/organisations", &asked.q, "Name", selects),
        rows: page.rows.iter().map(|holder| row(holder, &endpoints)).collect(),
        pager: pager(
            "/admin/organisations",
            &pairs,
            &asked.after,
            page.next.as_ref(),
            String::new(),
        ),
    })
}

/// The endpoints of the customers among these.
pub(super) async fn endpoints(
    tx: &Tx<AdminScope>,
    holders: &[Holder],
) -> Result<HashMap<CustomerId, Vec<EndpointSummary>>, PageError> {
    let customers: Vec<CustomerId> = holders.iter().filter_map(Holder::customer).collect();
    let mut all: HashMap<_, Vec<_>> = HashMap::new();
    for endpoint in forwarding::endpoints_of(tx, &customers).await? {
        all.entry(endpoint.customer).or_default().push(endpoint);
    }
    Ok(all)
}

/// The row of an organisation.
pub(super) fn row(holder: &Holder, endpoints: &HashMap<CustomerId, Vec<EndpointSummary>>) -> OrganisationRow {
    let own = holder.customer().and_then(|customer| endpoints.get(&customer));
    OrganisationRow {
        id: holder.id.to_string(),
        name: holder.name.clone(),
        kind: if holder.is_distributor {
            "distributor"
        } else {
            "customer"
        }
        .to_owned(),
        distributor: holder.distributor.clone(),
        devices: holder.devices.unsigned_abs(),
        silent: holder.silent.unsigned_abs(),
        hubs: holder.hubs.unsigned_abs(),
        endpoint: own.and_then(|own| tag(own)),
        state: match holder.state {
            OrganisationState::Active => Tag::new("active", Tone::Ok),
            OrganisationState::Suspended => Tag::new("suspended", Tone::Warn),
            OrganisationState::Closed => Tag::new("closed", Tone::Quiet),
        },
    }
}

/// How a customer's endpoints stand: the worst of them.
fn tag(endpoints: &[EndpointSummary]) -> Option<Tag> {
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
