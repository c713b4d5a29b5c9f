//! The customer's own server, and what was delivered to it.

mod attempts;
mod change;
mod create;
mod dead_letters;
mod get;
mod list;
mod retry;
mod rotate_secret;
mod test;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::forwarding::Endpoint;
use crate::ground::enums::{EndpointFormat, EndpointState};
use crate::ground::ids::EndpointId;

pub(super) fn operations(cfg: &mut ServiceConfig) {
    cfg.service(list::list)
        .service(create::create)
        .service(get::get)
        .service(change::change)
        .service(rotate_secret::rotate)
        .service(test::send)
        .service(attempts::list)
        .service(dead_letters::list)
        .service(retry::retry);
}

#[derive(Serialize, ToSchema)]
#[schema(as = Endpoint)]
struct Out {
    id: EndpointId,
    url: String,
    description: String,
    state: EndpointState,
    /// Why it was disabled.
    #[schema(required)]
    disabled_reason: Option<String>,
    format: EndpointFormat,
    /// Events in one request at most.
    batch_max: i16,
    /// Requests under way at once.
    max_concurrency: i16,
    /// For whoever verifies `v1a`.
    #[schema(example = "whpk_…")]
    public_key: String,
    #[schema(required)]
    last_success_at: Option<DateTime<Utc>>,
    #[schema(required)]
    last_failure_at: Option<DateTime<Utc>>,
    consecutive_failures: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<Endpoint> for Out {
    fn from(endpoint: Endpoint) -> Self {
        let Endpoint {
            id,
            url,
            description,
            state,
            disabled_reason,
            format,
            batch_max,
            max_concurrency,
            public_key,
            last_success_at,
            last_failure_at,
            consecutive_failures,
            created_at,
            updated_at,
        } = endpoint;
        Self {
            id,
            url,
            description,
            state,
            disabled_reason,
            format,
            batch_max,
            max_concurrency,
            public_key,
            last_success_at,
            last_failure_at,
            consecutive_failures,
            created_at,
            updated_at,
        }
    }
}
