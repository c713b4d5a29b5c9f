//! `customer`: a clinic, the tenant of all patient data.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::enums::{CaseSide, OrganisationState, PatientMode};
use crate::ids::{CustomerId, DistributorId};
use crate::relations::belongs_to;

/// A customer.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "customer")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CustomerId,
    /// In whose portfolio it is; none: the platform's own.
    pub distributor_id: Option<DistributorId>,
    /// Its name, 1 to 200 characters.
    pub name: String,
    /// IANA name of the zone in which its days and months are drawn.
    pub time_zone: String,
    /// Whether it may act.
    pub state: OrganisationState,
    /// What its readings carry.
    pub patient_mode: PatientMode,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// Its name on paper, 1 to 200 characters.
    pub legal_name: Option<String>,
    /// Street and number, 1 to 200 characters.
    pub street: Option<String>,
    /// Postal code, 1 to 20 characters.
    pub postal_code: Option<String>,
    /// City, 1 to 100 characters.
    pub city: Option<String>,
    /// State, province or region, 1 to 100 characters.
    pub region: Option<String>,
    /// ISO 3166-1 alpha-2, in upper case.
    pub country: Option<String>,
    /// Whose people suspended or closed it.
    pub stopped_side: Option<CaseSide>,
    /// When it was last closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// Whether each of its days goes into the archive before it leaves the history.
    pub archive: bool,
}

belongs_to! {
    Distributor: DistributorId => distributor.Id,
}
