//! Customers.

mod create;
mod get;
mod list;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::ground::enums::{OrganisationState, PatientMode};
use crate::ground::ids::{CustomerId, DistributorId};
use crate::registry::organisations::Customer;

pub(super) fn operations(cfg: &mut ServiceConfig) {
    cfg.service(list::list).service(create::create).service(get::get);
}

#[derive(Serialize, ToSchema)]
#[schema(as = Customer)]
struct Out {
    id: CustomerId,
    /// The distributor whose portfolio it is in.
    #[schema(required)]
    distributor_id: Option<DistributorId>,
    name: String,
    time_zone: String,
    state: OrganisationState,
    patient_mode: PatientMode,
    created_at: DateTime<Utc>,
    /// Devices it holds now.
    devices: i64,
}

impl From<Customer> for Out {
    fn from(customer: Customer) -> Self {
        let Customer {
            id,
            distributor,
            name,
            time_zone,
            state,
            patient_mode,
            created_at,
            devices,
        } = customer;
        Self {
            id,
            distributor_id: distributor,
            name,
            time_zone,
            state,
            patient_mode,
            created_at,
            devices,
        }
    }
}
