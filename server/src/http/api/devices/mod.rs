//! Devices: what they are, who holds them, whether readings are taken from them.

mod adopt;
mod adopt_by_reading;
mod allocate;
mod assign;
mod call;
mod change;
mod create;
mod get;
mod give_back;
mod history;
mod issue_token;
mod label;
mod line;
mod list;
mod number;
mod place;
mod readings;
mod readings_series;
mod recall;
mod replace;
mod restock;
mod retire;
mod revoke_token;
mod see_token;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use vitals::Kind;

use crate::ground::enums::{self, DeviceState, Errand, Report, Transport};
use crate::ground::ids::{CustomerId, DeviceId, DeviceModelId, DistributorId, SiteId};
use crate::registry::devices::Device;

pub(super) fn operations(cfg: &mut ServiceConfig) {
    // Before the paths with an id, which `adopt` would fit.
    cfg.service(adopt::adopt)
        .service(adopt_by_reading::ask)
        .service(adopt_by_reading::adopt)
        .service(list::list)
        .service(create::create)
        .service(get::get)
        .service(change::change)
        .service(number::number)
        .service(call::call)
        .service(issue_token::issue)
        .service(see_token::see)
        .service(revoke_token::revoke)
        .service(assign::assign)
        .service(readings::list)
        .service(readings_series::series)
        .service(allocate::allocate)
        .service(recall::recall)
        .service(place::place)
        .service(give_back::give_back)
        .service(restock::restock)
        .service(replace::replace)
        .service(retire::retire)
        .service(history::history)
        .service(line::line)
        .service(label::label);
}

#[derive(Serialize, ToSchema)]
#[schema(as = Device)]
struct Out {
    id: DeviceId,
    maker: String,
    serial: String,
    model_id: DeviceModelId,
    model: String,
    /// What it measures.
    #[schema(value_type = Vec<enums::Kind>)]
    kinds: Vec<Kind>,
    transport: Transport,
    /// What its model reports besides.
    reports: Vec<Report>,
    /// In whose stock or portfolio it is.
    #[schema(required)]
    distributor_id: Option<DistributorId>,
    /// Null for customers.
    #[schema(required)]
    distributor_name: Option<String>,
    /// The distributor's own word for it; null for customers.
    #[schema(required)]
    distributor_reference: Option<String>,
    /// Who holds it now.
    #[schema(required)]
    customer_id: Option<CustomerId>,
    #[schema(required)]
    customer_name: Option<String>,
    /// The customer's own word for it; null for others than its people.
    #[schema(required)]
    customer_reference: Option<String>,
    /// The site where it stands; null for others than its customer's people.
    #[schema(required)]
    site_id: Option<SiteId>,
    /// Its modem's number, 15 digits.
    #[schema(required)]
    imei: Option<String>,
    /// Its radio's address, as `00:1A:2B:3C:4D:5E`.
    #[schema(required)]
    mac: Option<String>,
    /// Its SIM card's number, 18 to 20 digits.
    #[schema(required)]
    iccid: Option<String>,
    /// What it runs.
    #[schema(required)]
    firmware: Option<String>,
    state: DeviceState,
    /// The order or the return that it is promised to: nothing else is done with it meanwhile. Null for customers.
    #[schema(required)]
    reserved_for: Option<Errand>,
    /// Whether another customer held it before.
    ever_moved: bool,
    created_at: DateTime<Utc>,
    #[schema(required)]
    last_seen_at: Option<DateTime<Utc>>,
    #[schema(required)]
    last_reading_at: Option<DateTime<Utc>>,
    #[schema(required, value_type = Option<enums::Kind>)]
    last_kind: Option<Kind>,
    /// Charge in percent.
    #[schema(required)]
    battery_percent: Option<i16>,
    /// Strength of the signal in dBm.
    #[schema(required)]
    signal_dbm: Option<i16>,
}

impl From<Device> for Out {
    fn from(device: Device) -> Self {
        let Device {
            id,
            maker,
            serial,
            model_id,
            model,
            kinds,
            transport,
            reports,
            distributor,
            distributor_name,
            distributor_reference,
            customer,
            customer_name,
            customer_reference,
            site,
            imei,
            mac,
            iccid,
            firmware,
            state,
            reserved,
            ever_moved,
            held_since: _,
            created_at,
            last_seen_at,
            last_reading_at,
            last_kind,
            battery_percent,
            signal_dbm,
        } = device;
        Self {
            id,
            maker,
            serial,
            model_id,
            model,
            kinds,
            transport,
            reports,
            distributor_id: distributor,
            distributor_name,
            distributor_reference,
            customer_id: customer,
            customer_name,
            customer_reference,
            site_id: site.map(|(id, _)| id),
            imei,
            mac,
            iccid,
            firmware,
            state,
            reserved_for: reserved,
            ever_moved,
            created_at,
            last_seen_at,
            last_reading_at,
            last_kind,
            battery_percent,
            signal_dbm,
        }
    }
}
