//! Customers.

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
use crate::ground::enums::{OrganisationState, PatientMode};
use crate::ground::ids::{CustomerId, DistributorId};
use crate::registry::organisations::Customer;

pub(super) fn operations(cfg: &mut ServiceConfig) {
    cfg.service(list::list)
        .service(create::create)
        .service(get::get)
        .service(history::history)
        .service(change::change);
}

#[derive(Serialize, ToSchema)]
#[schema(as = Customer)]
pub(super) struct Out {
    id: CustomerId,
    /// The distributor whose portfolio it is in.
    #[schema(required)]
    distributor_id: Option<DistributorId>,
    name: String,
    /// Its name on paper.
    #[schema(required)]
    legal_name: Option<String>,
    address: AddressOut,
    time_zone: String,
    /// A suspended customer's readings are taken as before, and it is given no further devices; a closed one's people
    /// cannot sign in.
    state: OrganisationState,
    patient_mode: PatientMode,
    /// Whether each of its days is put into the archive before it leaves the history.
    archive: bool,
    created_at: DateTime<Utc>,
    /// Devices it holds now; null for finance.
    #[schema(required)]
    devices: Option<i64>,
}

impl From<Customer> for Out {
    fn from(customer: Customer) -> Self {
        let Customer {
            id,
            distributor,
            name,
            paper,
            time_zone,
            state,
            patient_mode,
            archive,
            created_at,
            devices,
        } = customer;
        let (legal_name, address) = AddressOut::of(paper);
        Self {
            id,
            distributor_id: distributor,
            name,
            legal_name,
            address,
            time_zone,
            state,
            patient_mode,
            archive,
            created_at,
            devices,
        }
    }
}
