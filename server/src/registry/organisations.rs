//! Customers and distributors.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::page::{Ask, Page};
use super::scope::RegistryScope;
use super::{RegistryError, store};
use crate::ground::Ground;
use crate::ground::enums::{OrganisationState, PatientMode};
use crate::ground::ids::{CustomerId, DistributorId};
use crate::tenancy::{AdminScope, DistributorScope, Tx};

/// Where a list of organisations goes on: name and id.
pub type OrganisationKey = (String, Uuid);

/// A clinic or whoever else receives readings.
#[derive(Debug, Clone)]
pub struct Customer {
    /// Its id.
    pub id: CustomerId,
    /// The distributor whose portfolio it is in.
    pub distributor: Option<DistributorId>,
    /// Its name.
    pub name: String,
    /// Its IANA time zone.
    pub time_zone: String,
    /// Whether it is served.
    pub state: OrganisationState,
    /// Whether its readings belong to devices or to patients.
    pub patient_mode: PatientMode,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// Devices it holds now.
    pub devices: i64,
}

/// A company that places devices with customers.
#[derive(Debug, Clone)]
pub struct Distributor {
    /// Its id.
    pub id: DistributorId,
    /// Its name.
    pub name: String,
    /// Its IANA time zone.
    pub time_zone: String,
    /// Whether it is served.
    pub state: OrganisationState,
    /// When it was added.
    pub created_at: DateTime<Utc>,
}

/// An organisation to add.
#[derive(Debug, Clone)]
pub struct NewOrganisation {
    /// Its name, 1 to 200 characters.
    pub name: String,
    /// Its IANA time zone; UTC where none is given.
    pub time_zone: Option<String>,
}

impl NewOrganisation {
    pub(super) fn checked(self) -> Result<(String, String), RegistryError> {
        let zone = self.time_zone.unwrap_or_else(|| "UTC".to_owned());
        if zone.parse::<chrono_tz::Tz>().is_err() {
            return Err(RegistryError::invalid(
                "time_zone",
                "must be an IANA time zone, such as America/New_York",
            ));
        }
        Ok((named(&self.name)?, zone))
    }
}

/// A name as people write it: trimmed, 1 to 200 characters, none of them a control character.
pub(super) fn named(name: &str) -> Result<String, RegistryError> {
    let name = name.trim();
    let length = name.chars().count();
    if length == 0 || length > 200 || name.chars().any(char::is_control) {
        return Err(RegistryError::invalid(
            "name",
            "must have 1 to 200 characters, none of them a control character",
        ));
    }
    Ok(name.to_owned())
}

/// Adds a customer to the platform or to a distributor's portfolio.
pub async fn create_customer(
    tx: &Tx<AdminScope>,
    ground: &Ground,
    new: NewOrganisation,
    distributor: Option<DistributorId>,
) -> Result<CustomerId, RegistryError> {
    let (name, zone) = new.checked()?;
    let id = ground.id();
    store::organisations::insert_customer(tx, id, &name, &zone, distributor, ground.now()).await?;
    Ok(id)
}

/// Adds a customer to the distributor's own portfolio.
pub async fn create_customer_of(
    tx: &Tx<DistributorScope>,
    by: &DistributorScope,
    ground: &Ground,
    new: NewOrganisation,
) -> Result<CustomerId, RegistryError> {
    by.must_manage_devices()?;
    let (name, zone) = new.checked()?;
    let id = ground.id();
    store::organisations::insert_customer(tx, id, &name, &zone, Some(by.id()), ground.now()).await?;
    Ok(id)
}

/// Adds a distributor.
pub async fn create_distributor(
    tx: &Tx<AdminScope>,
    ground: &Ground,
    new: NewOrganisation,
) -> Result<DistributorId, RegistryError> {
    let (name, zone) = new.checked()?;
    let id = ground.id();
    store::organisations::insert_distributor(tx, id, &name, &zone, ground.now()).await?;
    Ok(id)
}

/// The customers that the scope sees, by name.
pub async fn customers<S: RegistryScope>(
    tx: &Tx<S>,
    ask: &Ask<OrganisationKey>,
) -> Result<Page<Customer, OrganisationKey>, RegistryError> {
    let rows = store::organisations::customers(tx, ask).await?;
    Ok(Page::of(rows, ask, |row| (row.name.clone(), row.id.as_uuid())))
}

/// One customer.
pub async fn customer<S: RegistryScope>(tx: &Tx<S>, id: CustomerId) -> Result<Customer, RegistryError> {
    store::organisations::customer(tx, id)
        .await?
        .ok_or(RegistryError::NotFound("customer"))
}

/// All distributors, by name.
pub async fn distributors(
    tx: &Tx<AdminScope>,
    ask: &Ask<OrganisationKey>,
) -> Result<Page<Distributor, OrganisationKey>, RegistryError> {
    let rows = store::organisations::distributors(tx, ask).await?;
    Ok(Page::of(rows, ask, |row| (row.name.clone(), row.id.as_uuid())))
}

/// One distributor.
pub async fn distributor(tx: &Tx<AdminScope>, id: DistributorId) -> Result<Distributor, RegistryError> {
    store::organisations::distributor(tx, id)
        .await?
        .ok_or(RegistryError::NotFound("distributor"))
}
