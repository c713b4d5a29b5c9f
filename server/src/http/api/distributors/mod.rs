//! Distributors, for the platform's own people.

mod create;
mod list;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::ground::enums::OrganisationState;
use crate::ground::ids::DistributorId;
use crate::registry::organisations::Distributor;

pub(super) fn operations(cfg: &mut ServiceConfig) {
    cfg.service(list::list).service(create::create);
}

#[derive(Serialize, ToSchema)]
#[schema(as = Distributor)]
struct Out {
    id: DistributorId,
    name: String,
    time_zone: String,
    state: OrganisationState,
    created_at: DateTime<Utc>,
}

impl From<Distributor> for Out {
    fn from(distributor: Distributor) -> Self {
        let Distributor {
            id,
            name,
            time_zone,
            state,
            created_at,
        } = distributor;
        Self {
            id,
            name,
            time_zone,
            state,
            created_at,
        }
    }
}
