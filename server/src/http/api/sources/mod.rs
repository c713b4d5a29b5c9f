//! Vendors' clouds that push readings, and the devices that they speak for.

mod adopt;
mod change;
mod create;
mod devices;
mod end_former;
mod get;
mod give;
mod list;
mod rotate_secret;
mod take_away;
mod waiting;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::ground::enums::{SourceScheme, SourceState, Vendor};
use crate::ground::ids::{CustomerId, SourceId};
use crate::http::State;
use crate::http::problem::Problem;
use crate::intake::Intake;
use crate::registry::sources::{Source, SourceKey};

pub(super) fn operations(cfg: &mut ServiceConfig) {
    cfg.service(list::list)
        .service(create::create)
        .service(get::get)
        .service(change::change)
        .service(rotate_secret::rotate)
        .service(end_former::end)
        .service(devices::list)
        .service(give::give)
        .service(take_away::take)
        .service(waiting::list)
        .service(adopt::adopt);
}

#[derive(Serialize, ToSchema)]
#[schema(as = Source)]
struct Out {
    id: SourceId,
    vendor: Vendor,
    name: String,
    /// Whose account it is; null: the platform's own.
    #[schema(required)]
    customer_id: Option<CustomerId>,
    #[schema(required)]
    customer_name: Option<String>,
    state: SourceState,
    /// Where the vendor's cloud posts its messages.
    #[schema(example = "https://vitalwire.example/v1/sources/bodytrace/0192…")]
    address: String,
    /// How it shows the secret: by HTTP Basic, or in a header.
    scheme: SourceScheme,
    /// The user's name of HTTP Basic, or the header's name.
    shown_as: String,
    /// Since when the secret is the one.
    secret_since: DateTime<Utc>,
    /// Until when the secret before it works on; null: there is none.
    #[schema(required)]
    former_secret_until: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    #[schema(required)]
    last_seen_at: Option<DateTime<Utc>>,
    /// How many devices it speaks for, of those that you see.
    devices: i64,
    /// How many devices wait that it spoke of and does not speak for; counted to 100.
    waiting: i64,
}

impl Out {
    fn of(state: &State, source: Source) -> Self {
        let Source {
            id,
            vendor,
            name,
            customer,
            customer_name,
            state: stands,
            scheme,
            shown_as,
            secret_since,
            former_until,
            created_at,
            last_seen_at,
            devices,
            unknown,
        } = source;
        let now = state.ground().now();
        Self {
            id,
            vendor,
            name,
            customer_id: customer,
            customer_name,
            state: stands,
            address: state.intake().address_of(vendor, id),
            scheme,
            shown_as,
            secret_since,
            former_secret_until: former_until.filter(|until| now < *until),
            created_at,
            last_seen_at,
            devices,
            waiting: unknown,
        }
    }
}

/// The vendor's name of a device, as somebody wrote it.
fn called(vendor: Vendor, text: &str) -> Result<SourceKey, Problem> {
    Intake::called_by(vendor, text)
        .ok_or_else(|| Problem::invalid("named", "is no name that this vendor gives to a device"))
}
