//! What of the evidence the caller may know, and since when something is inactive.

use std::collections::HashSet;

use super::rules::Stopped;
use super::{Late, Way};
use crate::ground::enums::ThingState;
use crate::ground::ids::HubId;
use crate::registry::life::Life;
use crate::registry::{RegistryError, RegistryScope, hubs};
use crate::tenancy::Database;

/// Takes the names of hubs away that the caller does not see, as those of other sites than theirs.
pub(super) async fn ways<S: RegistryScope>(
    database: &Database,
    by: &S,
    late: Vec<Late>,
) -> Result<Vec<Late>, RegistryError> {
    let hub = |late: &Late| match late.way {
        Way::Hub(hub, _) => Some(hub),
        Way::Itself | Way::OtherHub => None,
    };
    let asked: HashSet<HubId> = late.iter().filter_map(hub).collect();
    let mut seen = HashSet::new();
    if !asked.is_empty() {
        by.run(database, async |tx| {
            for id in asked {
                match hubs::get(tx, id).await {
                    Ok(_) => drop(seen.insert(id)),
                    Err(RegistryError::NotFound(_)) => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(())
        })
        .await?;
    }
    let known = |late: Late| match late.way {
        Way::Hub(hub, _) if !seen.contains(&hub) => Late {
            way: Way::OtherHub,
            ..late
        },
        _ => late,
    };
    Ok(late.into_iter().map(known).collect())
}

/// Since when what is inactive now is so: since somebody made it so, or since it came to who holds it.
pub(super) fn stopped(life: &Life) -> Option<Stopped> {
    let period = life.periods.first();
    let made = life
        .changes
        .first()
        .filter(|change| change.became == ThingState::Inactive)
        .filter(|change| period.is_none_or(|period| change.at >= period.written_at));
    match made {
        Some(change) => Some(Stopped {
            at: change.at,
            by: Some(change.who()),
        }),
        None => period.map(|period| Stopped {
            at: period.from,
            by: None,
        }),
    }
}
