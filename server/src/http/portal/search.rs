//! `GET /search?q=`: a serial or its end, an IMEI, a MAC, a hub, a customer.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use web_templates::{Hit, HitGroup, Icon, SearchPage};

use super::devices::held_row::holder;
use super::devices::parts::{kind, model, state as device_state};
use super::error::PageError;
use super::frame::{Place, frame};
use super::hubs::rows as hubs;
use super::list::typed;
use super::local::with_query;
use super::organisations::{place, state_tag};
use super::page::html;
use super::visitor::Visitor;
use super::{desk, orders, returns};
use crate::http::State;
use crate::http::numbered::{self, Numbered};
use crate::identity::{CallerScope, in_scope};
use crate::registry::devices::{Device, DeviceFilter};
use crate::registry::overview::{self, Counts};
use crate::registry::search::{self, Found, HANDFUL};
use crate::registry::{Ask, RegistryError, given_back};
use crate::tenancy::{Right, Scope as _};

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
}

/// What was found among what this person sees.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    let (q, now) = (typed(&asked.q).unwrap_or_default(), state.ground().now());
    let sees_devices = visitor.can(Right::SeeDevices);
    let (mut found, numbered, counts) = in_scope!(visitor.caller(), scope => {
        scope
            .run(state.database(), async |tx| {
                let found = search::search(tx, &q).await?;
                let numbered = numbered::find(tx, visitor.caller(), &q).await?;
                let counts = if sees_devices { overview::counts(tx, now).await? } else { Counts::default() };
                Ok::<_, RegistryError>((found, numbered, counts))
            })
            .await
    })?;
    found
        .devices
        .extend(given_back(&state, &visitor, &q, found.devices.len()).await?);
    let mut frame = frame(&state, &visitor, Place::Nowhere, "Search", &counts);
    // The page has the field itself, with what was typed.
    frame.search = None;
    html(&SearchPage {
        frame,
        hint: if sees_devices {
            "A serial or its last four digits, an IMEI, a MAC, a hub, a customer, the number of a case or an order"
        } else {
            "A customer, a distributor, or the number of an order"
        }
        .to_owned(),
        groups: [
            by_number(&visitor, &numbered),
            groups(&state, &visitor, &q, &found),
        ]
        .concat(),
        q,
    })
}

/// The devices that a customer gave back, while it still has their readings, as many as there is room for.
async fn given_back(
    state: &State,
    visitor: &Visitor,
    q: &str,
    found: usize,
) -> Result<Vec<Device>, RegistryError> {
    let room = HANDFUL.saturating_sub(u16::try_from(found).unwrap_or(HANDFUL));
    let CallerScope::Customer(scope) = visitor.scope() else {
        return Ok(Vec::new());
    };
    if room == 0 || q.chars().count() < search::SHORTEST || !visitor.can(Right::SeeMeasurements) {
        return Ok(Vec::new());
    }
    let wanted = DeviceFilter {
        q: Some(q.to_owned()),
        ..DeviceFilter::default()
    };
    let after = state.ground().now() - given_back::AS_LONG;
    let had = given_back::since(state.database(), scope, after, &wanted, &Ask::first(room)).await?;
    Ok(had.rows.into_iter().map(|had| had.device).collect())
}

/// What has the number that was typed.
fn by_number(visitor: &Visitor, found: &Numbered) -> Vec<HitGroup> {
    let group = |title: &str, icon, hit: Option<Hit>| {
        hit.map(|hit| HitGroup {
            title: title.to_owned(),
            icon,
            hits: vec![hit],
            more: None,
        })
    };
    let order = found.order.as_ref().map(|order| Hit {
        href: format!("/orders/{}", order.id),
        icon: None,
        title: order.distributor_name.clone(),
        code: order.number.clone(),
        detail: orders::words::about(order),
        state: Some(orders::words::tag(order.state)),
    });
    let back = found.back.as_ref().map(|back| Hit {
        href: format!("/returns/{}", back.id),
        icon: None,
        title: back.distributor_name.clone(),
        code: back.number.clone(),
        detail: returns::words::reason(back.reason).to_owned(),
        state: Some(returns::words::tag(back.state)),
    });
    let case = found.case.as_ref().map(|case| Hit {
        href: format!("/cases/{}", case.id),
        icon: None,
        title: case.title.clone(),
        code: case.number.to_string(),
        detail: case.subject.clone(),
        state: Some(desk::words::tag(case, desk::words::side(visitor))),
    });
    [
        group("Orders", Icon::Orders, order),
        group("Returns", Icon::Orders, back),
        group("Cases", Icon::Cases, case),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn groups(state: &State, visitor: &Visitor, q: &str, found: &Found) -> Vec<HitGroup> {
    let more =
        |count: usize, path: &str| (count >= usize::from(HANDFUL)).then(|| with_query(path, &[("q", q)]));
    let group = |title: &str, icon, hits: Vec<Hit>, path: &str| HitGroup {
        title: title.to_owned(),
        icon,
        more: more(hits.len(), path),
        hits,
    };
    let now = state.ground().now();
    let hub_hits = found.hubs.iter().map(|hub| Hit {
        href: format!("/hubs/{}", hub.id),
        icon: None,
        title: hub.name.clone(),
        code: hub.serial.clone(),
        detail: hub.customer_name.clone().unwrap_or_default(),
        state: Some(hubs::tag(hub, now)),
    });
    let customer_hits = found.customers.iter().map(|customer| Hit {
        href: format!("/customers/{}", customer.id),
        icon: None,
        title: customer.name.clone(),
        code: String::new(),
        detail: place(&customer.paper),
        state: Some(state_tag(customer.state)),
    });
    let distributor_hits = found.distributors.iter().map(|distributor| Hit {
        href: format!("/distributors/{}", distributor.id),
        icon: None,
        title: distributor.name.clone(),
        code: String::new(),
        detail: String::new(),
        state: Some(state_tag(distributor.state)),
    });
    let device_hits = found
        .devices
        .iter()
        .map(|device| device_hit(state, visitor, device));
    [
        group("Devices", Icon::Devices, device_hits.collect(), "/devices"),
        group("Hubs", Icon::Hubs, hub_hits.collect(), "/hubs"),
        group(
            "Customers",
            Icon::Customers,
            customer_hits.collect(),
            "/customers",
        ),
        group(
            "Distributors",
            Icon::Distributors,
            distributor_hits.collect(),
            "/distributors",
        ),
    ]
    .into_iter()
    .filter(|group| !group.hits.is_empty())
    .collect()
}

fn device_hit(state: &State, visitor: &Visitor, device: &Device) -> Hit {
    let whose = holder(visitor, device).map(|link| link.text);
    Hit {
        href: format!("/devices/{}", device.id),
        icon: Some(Icon::of(kind(device, None))),
        title: model(device),
        code: device.serial.clone(),
        detail: device.customer_reference.clone().or(whose).unwrap_or_default(),
        state: Some(device_state(device, state.ground().now())),
    }
}
