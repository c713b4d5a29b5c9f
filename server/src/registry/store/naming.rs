//! `hub.name`, and names of organisations beside each other.

use sea_orm::DbErr;

use super::{one, run};
use crate::ground::ids::{CustomerId, DistributorId, HubId};
use crate::registry::typed::Name;
use crate::registry::{RegistryError, RegistryScope};
use crate::tenancy::Tx;

pub(in crate::registry) async fn name_hub<S: RegistryScope>(
    tx: &Tx<S>,
    id: HubId,
    name: &str,
) -> Result<(), DbErr> {
    let sql = "update hub set name = $2 where id = $1";
    run(tx, sql, [id.as_uuid().into(), name.into()]).await.map(drop)
}

/// Of two who take one name at once, the second waits until the first has it.
async fn hold<S: RegistryScope>(tx: &Tx<S>, name: &Name) -> Result<(), DbErr> {
    let sql = "select pg_advisory_xact_lock(hashtextextended('organisation_name ' || lower($1), 0))";
    run(tx, sql, [name.as_str().into()]).await.map(drop)
}

/// Refuses the name of another open customer of the same portfolio, whatever its case: the distributor's, or that of the
/// customer that gets the name. Whoever has the name already keeps it. What the scope does not see is not in the way, so nobody learns of others' customers.
pub(super) async fn must_be_free_for_customer<S: RegistryScope>(
    tx: &Tx<S>,
    name: &Name,
    distributor: Option<DistributorId>,
    customer: Option<CustomerId>,
) -> Result<(), RegistryError> {
    hold(tx, name).await?;
    let sql = "select 1 from customer
        where lower(name) = lower($1) and state <> 'closed' and id is distinct from $3::uuid
          and distributor_id is not distinct from case when $3::uuid is null then $2::uuid
            else (select c.distributor_id from customer c where c.id = $3) end
          and not exists (select from customer c where c.id = $3 and lower(c.name) = lower($1)) limit 1";
    let values = [
        name.as_str().into(),
        distributor.map(DistributorId::as_uuid).into(),
        customer.map(CustomerId::as_uuid).into(),
    ];
    taken(one(tx, sql, values).await?.is_some(), "customer")
}

/// The same of another open distributor.
pub(super) async fn must_be_free_for_distributor<S: RegistryScope>(
    tx: &Tx<S>,
    name: &Name,
    distributor: Option<DistributorId>,
) -> Result<(), RegistryError> {
    hold(tx, name).await?;
    let sql = "select 1 from distributor
        where lower(name) = lower($1) and state <> 'closed' and id is distinct from $2::uuid
          and not exists (select from distributor d where d.id = $2 and lower(d.name) = lower($1)) limit 1";
    let values = [
        name.as_str().into(),
        distributor.map(DistributorId::as_uuid).into(),
    ];
    taken(one(tx, sql, values).await?.is_some(), "distributor")
}

fn taken(is_taken: bool, what: &str) -> Result<(), RegistryError> {
    if is_taken {
        return Err(RegistryError::invalid(
            "name",
            format!("another {what} is called so already; add what tells them apart, such as the city"),
        ));
    }
    Ok(())
}
