//! `distributor`: who places devices with clinics.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::enums::OrganisationState;
use crate::ids::DistributorId;
use crate::relations::belongs_to;

/// A distributor.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "distributor")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DistributorId,
    /// Its name, 1 to 200 characters.
    pub name: String,
    /// IANA name of the zone in which its days and months are drawn.
    pub time_zone: String,
    /// Whether it may act.
    pub state: OrganisationState,
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
    /// When it was last closed.
    pub closed_at: Option<DateTime<Utc>>,
}

belongs_to! {}
