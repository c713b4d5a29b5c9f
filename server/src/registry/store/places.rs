//! `site` and `care_team`, where it is the same of both.

use sea_orm::DbErr;

use super::{Violation, broken, get, one, violation};
use crate::ground::ids::CustomerId;
use crate::identity::Place;
use crate::registry::RegistryError;
use crate::registry::sites::What;
use crate::tenancy::{CustomerScope, SystemScope, Tx};

fn gone(place: Place) -> RegistryError {
    RegistryError::NotFound(match place {
        Place::Site(_) => "site",
        Place::Team(_) => "care team",
    })
}

pub(in crate::registry) async fn must_see(tx: &Tx<CustomerScope>, place: Place) -> Result<(), RegistryError> {
    let (sql, id) = match place {
        Place::Site(id) => ("select 1 from site where id = $1", id.as_uuid()),
        Place::Team(id) => ("select 1 from care_team where id = $1", id.as_uuid()),
    };
    let row = one(tx, sql, [id.into()]).await?;
    row.map(drop).ok_or(gone(place))
}

/// Whoever would change it, or put something there, comes before or after.
pub(in crate::registry) async fn system_lock(
    tx: &Tx<SystemScope>,
    customer: CustomerId,
    place: Place,
) -> Result<(), RegistryError> {
    let (sql, id) = match place {
        Place::Site(id) => (
            "select 1 from site where id = $1 and customer_id = $2 for update",
            id.as_uuid(),
        ),
        Place::Team(id) => (
            "select 1 from care_team where id = $1 and customer_id = $2 for update",
            id.as_uuid(),
        ),
    };
    let row = one(tx, sql, [id.into(), customer.as_uuid().into()]).await?;
    row.map(drop).ok_or(gone(place))
}

/// Makes whoever else would set something up for the customer wait until this transaction has ended.
pub(in crate::registry) async fn system_lock_customer(
    tx: &Tx<SystemScope>,
    customer: CustomerId,
) -> Result<(), RegistryError> {
    let sql = "select 1 from customer where id = $1 for no key update";
    let row = one(tx, sql, [customer.as_uuid().into()]).await?;
    row.map(drop).ok_or(RegistryError::NotFound("customer"))
}

/// How many a customer has in use.
pub(in crate::registry) async fn system_count(
    tx: &Tx<SystemScope>,
    customer: CustomerId,
    what: What,
) -> Result<i64, RegistryError> {
    let sql = match what {
        What::Site => "select count(*) as used from site where customer_id = $1 and archived_at is null",
        What::Team => "select count(*) as used from care_team where customer_id = $1",
    };
    let row = one(tx, sql, [customer.as_uuid().into()]).await?;
    Ok(row.map_or(Ok(0), |row| get(&row, "used"))?)
}

/// What a refused row says: that another one has the name.
pub(super) fn taken(error: DbErr) -> RegistryError {
    match violation(&error) {
        Some(Violation::Taken) if broken(&error, "site_by_name") => {
            RegistryError::Conflict("another site has this name")
        }
        Some(Violation::Taken) if broken(&error, "care_team_by_name") => {
            RegistryError::Conflict("another care team has this name")
        }
        _ => error.into(),
    }
}
