//! Hubs, and how they come to be trusted.

mod allocate;
mod ask;
mod change;
mod claim_code;
mod commands;
mod confirm;
mod create;
mod devices;
mod get;
mod give_back;
mod history;
mod list;
mod log;
mod logs;
mod place;
mod recall;
mod retire;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::ground::enums::{Errand, HubState};
use crate::ground::ids::{CustomerId, DistributorId, HubId, SiteId};
use crate::registry::hubs::Hub;

pub(super) fn operations(cfg: &mut ServiceConfig) {
    cfg.service(list::list)
        .service(create::create)
        .service(get::get)
        .service(change::change)
        .service(claim_code::create)
        .service(confirm::confirm)
        .service(allocate::allocate)
        .service(recall::recall)
        .service(place::place)
        .service(give_back::give_back)
        .service(retire::retire)
        .service(history::history)
        .service(devices::list)
        .service(commands::list)
        .service(ask::ask)
        .service(logs::list)
        .service(log::read);
}

#[derive(Serialize, ToSchema)]
#[schema(as = Hub)]
struct Out {
    id: HubId,
    serial: String,
    name: String,
    #[schema(required)]
    distributor_id: Option<DistributorId>,
    #[schema(required)]
    customer_id: Option<CustomerId>,
    #[schema(required)]
    customer_name: Option<String>,
    /// The site where it stands; null for others than its customer's people.
    #[schema(required)]
    site_id: Option<SiteId>,
    state: HubState,
    /// The order or the return that it is promised to: nothing else is done with it meanwhile. Null for customers.
    #[schema(required)]
    reserved_for: Option<Errand>,
    /// What a person compares with the hub's own display.
    #[schema(required)]
    fingerprint: Option<String>,
    /// What the hub said its program's version is.
    #[schema(required)]
    version: Option<String>,
    #[schema(required)]
    claimed_at: Option<DateTime<Utc>>,
    #[schema(required)]
    confirmed_at: Option<DateTime<Utc>>,
    #[schema(required)]
    last_seen_at: Option<DateTime<Utc>>,
    /// Since when nothing is heard of an active hub; null while it is heard.
    #[schema(required)]
    offline_since: Option<DateTime<Utc>>,
    /// When its last heartbeat arrived.
    #[schema(required)]
    heartbeat_at: Option<DateTime<Utc>>,
    /// How long its program had been running then.
    #[schema(required)]
    uptime_seconds: Option<i64>,
    /// How many readings waited in its ledger then.
    #[schema(required)]
    queued: Option<i64>,
    created_at: DateTime<Utc>,
}

impl From<Hub> for Out {
    fn from(hub: Hub) -> Self {
        let Hub {
            id,
            serial,
            name,
            distributor,
            customer,
            customer_name,
            site,
            state,
            reserved,
            fingerprint,
            version,
            claimed_at,
            confirmed_at,
            last_seen_at,
            offline_since,
            heartbeat_at,
            uptime_seconds,
            queued,
            created_at,
        } = hub;
        Self {
            id,
            serial,
            name,
            distributor_id: distributor,
            customer_id: customer,
            customer_name,
            site_id: site.map(|(id, _)| id),
            state,
            reserved_for: reserved,
            fingerprint,
            version,
            claimed_at,
            confirmed_at,
            last_seen_at,
            offline_since,
            heartbeat_at,
            uptime_seconds,
            queued,
            created_at,
        }
    }
}
