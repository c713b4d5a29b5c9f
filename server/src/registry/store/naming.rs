//! `hub.name`, and names of organisations beside each other.
//!
//! One name is one open customer's of a portfolio, and one open distributor's: who adds, renames, opens again or moves one
//! is refused a name that another has there, whatever its case. It is asked once all is written: of two who take one name at
//! once the second waits until the first has it, and as the last thing, so that who has a name to themselves waits for
//! nothing that the other holds.
//!
//! Who renames their own organisation is not asked. They do not see the others, and a refusal would tell them who else is
//! there: whoever tried names could list the customers of their distributor, or the platform's distributors. So two may be
//! called the same after all. Those who see both are shown what tells them apart (`http/portal/namesakes.rs`), the history of
//! each says when it got its name, and a file that names a customer so is refused until it says which by the id.

use sea_orm::DbErr;

use super::{one, run};
use crate::ground::ids::{CustomerId, DistributorId, HubId};
use crate::registry::{RegistryError, RegistryScope};
use crate::tenancy::{Scope, Tx};

pub(in crate::registry) async fn name_hub<S: RegistryScope>(
    tx: &Tx<S>,
    id: HubId,
    name: &str,
) -> Result<(), DbErr> {
    let sql = "update hub set name = $2 where id = $1";
    run(tx, sql, [id.as_uuid().into(), name.into()]).await.map(drop)
}

/// What gave an organisation its name among others, or brought its name among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::registry) enum Because {
    /// It was added, or renamed by somebody else.
    Named,
    /// It was opened again.
    Opened,
    /// It was moved to another distributor, or to the platform.
    Moved,
}

impl Because {
    /// Why the name cannot be taken, and what to do.
    fn told(self, what: &str) -> RegistryError {
        let why = match self {
            Self::Named => {
                format!("another {what} is called so already; add what tells them apart, such as the city")
            }
            Self::Opened => format!(
                "another {what} is called so already; rename one of them, then this one can be opened again"
            ),
            Self::Moved => {
                format!(
                    "another {what} there is called so already; rename one of them, then this one can be moved"
                )
            }
        };
        RegistryError::invalid("name", why)
    }
}

/// Refuses a customer, as it was just written, beside another open one of its portfolio with its name. The lock names the
/// portfolio: nobody waits for what others do in theirs.
pub(in crate::registry) async fn customer_must_stand_alone<S: Scope>(
    tx: &Tx<S>,
    id: CustomerId,
    because: Because,
) -> Result<(), RegistryError> {
    let lock = "select pg_advisory_xact_lock(
          hashtextextended(concat_ws(' ', 'name of a customer of', distributor_id, lower(name)), 0))
        from customer where id = $1";
    run(tx, lock, [id.as_uuid().into()]).await?;
    let sql = "select 1 from customer own join customer other on lower(other.name) = lower(own.name) and other.id <> own.id
          and other.distributor_id is not distinct from own.distributor_id
        where own.id = $1 and own.state <> 'closed' and other.state <> 'closed' limit 1";
    match one(tx, sql, [id.as_uuid().into()]).await? {
        Some(_) => Err(because.told("customer")),
        None => Ok(()),
    }
}

/// The same of a distributor beside all others.
pub(in crate::registry) async fn distributor_must_stand_alone<S: Scope>(
    tx: &Tx<S>,
    id: DistributorId,
    because: Because,
) -> Result<(), RegistryError> {
    let lock = "select pg_advisory_xact_lock(hashtextextended('name of a distributor ' || lower(name), 0))
        from distributor where id = $1";
    run(tx, lock, [id.as_uuid().into()]).await?;
    let sql = "select 1 from distributor own join distributor other on lower(other.name) = lower(own.name)
          and other.id <> own.id
        where own.id = $1 and own.state <> 'closed' and other.state <> 'closed' limit 1";
    match one(tx, sql, [id.as_uuid().into()]).await? {
        Some(_) => Err(because.told("distributor")),
        None => Ok(()),
    }
}
