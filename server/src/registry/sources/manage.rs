//! Adding a source, its name and state, and the exchange of its secret.

use chrono::TimeDelta;

use super::secret::{SourceSecret, shown_as};
use super::usual;
use crate::ground::Ground;
use crate::ground::enums::{SourceScheme, SourceState, Vendor};
use crate::ground::ids::{CustomerId, SourceId};
use crate::registry::faults::both;
use crate::registry::organisations;
use crate::registry::rights::HasRights;
use crate::registry::typed::{Line, Typed as _};
use crate::registry::{RegistryError, store};
use crate::tenancy::{Database, Right, Scope as _, SystemScope};

/// Sources that one customer, or the platform, may have.
const MOST: i64 = 200;
/// How long a secret works on after it was exchanged: somebody at the vendor has to write the new one in.
const FORMER_LIVES: TimeDelta = TimeDelta::days(7);

/// A source to add.
#[derive(Debug, Clone)]
pub struct NewSource {
    /// Whose cloud it is.
    pub vendor: Vendor,
    /// What people call it, 1 to 100 characters.
    pub name: String,
    /// Whose account it is; none: the platform's. A customer's own people add their customer's.
    pub customer: Option<CustomerId>,
    /// How the vendor shows the secret; none: as it usually does.
    pub scheme: Option<SourceScheme>,
    /// The user's name of HTTP Basic, or the header's name; none: the usual one.
    pub shown_as: Option<String>,
}

/// What is to change of a source.
#[derive(Debug, Clone, Default)]
pub struct SourcePatch {
    /// What people call it.
    pub name: Option<String>,
    /// Whether anything is taken from it.
    pub state: Option<SourceState>,
}

/// Whether a source can be called so.
pub fn check(name: &str) -> Result<(), RegistryError> {
    Line::<100>::parse("name", name).map(drop)
}

/// Adds a source. Its secret is shown this once.
pub async fn create<S: HasRights>(
    ground: &Ground,
    database: &Database,
    by: &S,
    new: NewSource,
) -> Result<(SourceId, SourceSecret), RegistryError> {
    by.must(Right::ManageSources)?;
    let scheme = new.scheme.unwrap_or(usual(new.vendor).0);
    let (name, shown_as): (Line<100>, String) = both(
        Line::parse("name", &new.name),
        shown_as(new.vendor, scheme, new.shown_as.as_deref()),
    )?;
    let customer = match (by.works_for_customer(), new.customer) {
        (Some(own), None) => Some(own),
        (Some(own), Some(wanted)) if own == wanted => Some(own),
        (Some(_), Some(_)) => return Err(RegistryError::NotFound("customer")),
        (None, wanted) => wanted,
    };
    if let Some(customer) = customer {
        by.run(database, async |tx| {
            organisations::customer(tx, customer).await?;
            store::organisations::must_be_open(tx, customer).await
        })
        .await?;
    }
    let (id, now, secret): (SourceId, _, _) = (ground.id(), ground.now(), SourceSecret::new(ground));
    let row = store::sources::NewRow {
        id,
        vendor: new.vendor,
        name: name.as_str(),
        customer,
        scheme,
        shown_as: &shown_as,
        secret_hmac: secret.hmac(ground),
        by: by.user(),
        now,
    };
    SystemScope::for_purpose("add a source, where for a customer, for one that the caller sees")
        .run(database, async |tx| {
            if store::sources::system_count(tx, customer).await? >= MOST {
                return Err(RegistryError::Conflict("there are too many sources already"));
            }
            store::sources::system_insert(tx, &row).await
        })
        .await?;
    Ok((id, secret))
}

/// Changes a source's name or state. From the next commit on nothing is taken from one that is inactive.
pub async fn change<S: HasRights>(
    database: &Database,
    by: &S,
    id: SourceId,
    patch: SourcePatch,
) -> Result<(), RegistryError> {
    let SourcePatch { name, state } = patch;
    let name: Option<Line<100>> = name.map(|name| Line::parse("name", &name)).transpose()?;
    by.run(database, async |tx| {
        let source = super::get(tx, by, id).await?;
        match source.customer.filter(|_| state == Some(SourceState::Active)) {
            Some(customer) => store::organisations::must_be_open(tx, customer).await,
            None => Ok(()),
        }
    })
    .await?;
    SystemScope::for_purpose("change a source that the caller sees")
        .run(database, async |tx| {
            store::sources::system_change(tx, id, name.as_ref().map(Line::as_str), state).await
        })
        .await
}

/// Exchanges a source's secret: the new one is shown this once, the one before works on for seven days, and the one before
/// that no more.
pub async fn rotate<S: HasRights>(
    ground: &Ground,
    database: &Database,
    by: &S,
    id: SourceId,
) -> Result<SourceSecret, RegistryError> {
    by.run(database, async |tx| super::get(tx, by, id).await).await?;
    let (now, secret) = (ground.now(), SourceSecret::new(ground));
    let hmac = secret.hmac(ground);
    SystemScope::for_purpose("exchange the secret of a source that the caller sees")
        .run(database, async |tx| {
            store::sources::system_rotate(tx, id, &hmac, (now, now + FORMER_LIVES)).await
        })
        .await?;
    Ok(secret)
}

/// Ends the secret before the present one at once; that there was none is no error.
pub async fn end_former<S: HasRights>(
    database: &Database,
    by: &S,
    id: SourceId,
) -> Result<(), RegistryError> {
    by.run(database, async |tx| super::get(tx, by, id).await).await?;
    SystemScope::for_purpose("end the former secret of a source that the caller sees")
        .run(database, async |tx| {
            store::sources::system_end_former(tx, id).await
        })
        .await
}
