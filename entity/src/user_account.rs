//! `user_account`: people who sign in.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::enums::{
    CaseSide, GlucoseUnit, Look, MassUnit, PressureUnit, TemperatureUnit, UserRole, UserState,
};
use crate::ids::{CustomerId, DistributorId, UserId};
use crate::relations::belongs_to;

/// A person who signs in. The address is unique on the whole platform.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "user_account")]
pub struct Model {
    /// Their id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UserId,
    /// The address they sign in with, in lower case, 3 to 254 characters.
    pub email: String,
    /// What they are called, 1 to 200 characters.
    pub display_name: String,
    /// Whom they work for.
    pub role: UserRole,
    /// Their distributor, exactly where the role is `distributor`.
    pub distributor_id: Option<DistributorId>,
    /// Their customer, exactly where the role is `customer`.
    pub customer_id: Option<CustomerId>,
    /// What their own administrator lets them do, by the names of `tenancy`'s permissions.
    pub permissions: Vec<String>,
    /// Whether they may sign in.
    pub state: UserState,
    /// When they were added.
    pub created_at: DateTime<Utc>,
    /// When they last signed in.
    pub last_sign_in_at: Option<DateTime<Utc>>,
    /// How often it was disabled: what was issued under an earlier number never works again.
    pub sign_in_generation: i32,
    /// The zone in which they see times, as an IANA name; none: the organisation's.
    pub time_zone: Option<String>,
    /// The unit in which they read pressures.
    pub pressure_unit: PressureUnit,
    /// The unit in which they read weights.
    pub mass_unit: MassUnit,
    /// The unit in which they read glucose.
    pub glucose_unit: GlucoseUnit,
    /// The unit in which they read temperatures.
    pub temperature_unit: TemperatureUnit,
    /// How the pages look to them.
    pub look: Look,
    /// Who made the account, where that was a person.
    pub made_by: Option<UserId>,
    /// Whose people that was; none: it was made at the command line, or before this was written down.
    pub made_side: Option<CaseSide>,
    /// What who made it was called then, or their organisation, 1 to 200 characters.
    pub made_by_name: Option<String>,
    /// When the person said that they belong to their organisation, and asked to be confirmed.
    pub asked_at: Option<DateTime<Utc>>,
    /// When the platform made sure of them.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// Who did; none beside a time: at the command line.
    pub confirmed_by: Option<UserId>,
    /// Whose people disabled the account.
    pub disabled_side: Option<CaseSide>,
    /// Whether they see their own sites alone, and what stands there.
    pub confined: bool,
}

belongs_to! {
    Distributor: DistributorId => distributor.Id,
    Customer: CustomerId => customer.Id,
}
