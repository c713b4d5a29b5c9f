//! Distributors, for the platform's own people.

mod change;
mod create;
mod get;
mod history;
mod list;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::organisation::AddressOut;
use crate::ground::enums::OrganisationState;
use crate::ground::ids::DistributorId;
use crate::http::problem::Problem;
use crate::registry::organisations::Distributor;

pub(super) fn operations(cfg: &mut ServiceConfig) {
    cfg.service(list::list)
        .service(create::create)
        .service(get::get)
        .service(history::history)
        .service(change::change);
}

fn unseen() -> Problem {
    Problem::forbidden("distributors are seen by the platform's own people; yours is /api/v1/organisation")
}

#[derive(Serialize, ToSchema)]
#[schema(as = Distributor)]
struct Out {
    id: DistributorId,
    name: String,
    /// Its name on paper.
    #[schema(required)]
    legal_name: Option<String>,
    address: AddressOut,
    time_zone: String,
    state: OrganisationState,
    created_at: DateTime<Utc>,
}

impl From<Distributor> for Out {
    fn from(distributor: Distributor) -> Self {
        let Distributor {
            id,
            name,
            paper,
            time_zone,
            state,
            created_at,
        } = distributor;
        let (legal_name, address) = AddressOut::of(paper);
        Self {
            id,
            name,
            legal_name,
            address,
            time_zone,
            state,
            created_at,
        }
    }
}
