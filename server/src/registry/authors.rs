//! Whose people did something, where their names are not for the caller to know.

use std::collections::HashMap;

use super::{RegistryError, store};
use crate::ground::enums::CaseSide;
use crate::ground::ids::UserId;
use crate::tenancy::{Database, Scope as _, SystemScope};

/// Who did something, as somebody may be told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Doer {
    /// Their name, where the caller may know it.
    pub name: Option<String>,
    /// Who it was.
    pub(super) user: Option<UserId>,
    /// Whose people they are; none until [`told`], and where nobody did it.
    pub side: Option<CaseSide>,
}

impl Doer {
    /// Somebody, with their name where the caller may know it.
    pub(super) const fn new(user: Option<UserId>, name: Option<String>) -> Self {
        Self {
            name,
            user,
            side: None,
        }
    }

    /// Their name, or else whose people they are: `customer` is what the caller calls the customer whom it was about. Empty
    /// where nobody is known to have done it.
    pub fn who(&self, customer: Option<&str>) -> String {
        let side = match self.side {
            Some(CaseSide::Platform) => "the platform",
            Some(CaseSide::Distributor) => "the distributor",
            Some(CaseSide::Customer) => customer.unwrap_or("the customer"),
            None => "",
        };
        self.name.clone().unwrap_or_else(|| side.to_owned())
    }
}

/// Finds out whose people those are, also where the caller does not know their names. One look-up for all of them.
pub async fn told<'a>(
    database: &Database,
    doers: impl Iterator<Item = &'a mut Doer>,
) -> Result<(), RegistryError> {
    let doers: Vec<&mut Doer> = doers.filter(|doer| doer.user.is_some()).collect();
    let users: Vec<UserId> = doers.iter().filter_map(|doer| doer.user).collect();
    if users.is_empty() {
        return Ok(());
    }
    let sides: HashMap<UserId, CaseSide> =
        SystemScope::for_purpose("tell whose people made a move that the caller sees")
            .run(database, async |tx| {
                store::authors::system_sides(tx, &users).await
            })
            .await?;
    for doer in doers {
        doer.side = doer.user.and_then(|user| sides.get(&user).copied());
    }
    Ok(())
}
