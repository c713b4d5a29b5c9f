//! One field in which people type whatever they have at hand: a serial or its end, an IMEI, a MAC, a name. Every answer is
//! a handful, found by indexes wherever row-level security lets it be: plain columns compared for equality and by range.

use super::devices::Device;
use super::hubs::Hub;
use super::numbers::{Iccid, Imei, Mac};
use super::organisations::Customer;
use super::scope::RegistryScope;
use super::typed::Typed as _;
use super::{RegistryError, store};
use crate::ground::enums::OrganisationState;
use crate::ground::ids::DistributorId;
use crate::tenancy::{AdminScope, FinanceScope, Scope as _, Tx};

/// Of each sort.
pub const HANDFUL: u16 = 8;
/// Fewer characters find too much.
pub const SHORTEST: usize = 2;
const LONGEST: usize = 200;

/// What was found, of each sort a handful.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// Devices, those first whose serial or number it is, then those whose serial begins or ends with it.
    pub devices: Vec<Device>,
    /// Hubs by serial or name.
    pub hubs: Vec<Hub>,
    /// Customers by name.
    pub customers: Vec<Customer>,
    /// Distributors by name, for the platform's own people.
    pub distributors: Vec<FoundDistributor>,
}

/// A distributor that was found.
#[derive(Debug, Clone)]
pub struct FoundDistributor {
    /// Its id.
    pub id: DistributorId,
    /// Its name.
    pub name: String,
    /// Whether it is served.
    pub state: OrganisationState,
}

/// What was typed, as the different things that it could be.
#[derive(Debug, Clone)]
pub(super) struct Needle {
    /// As typed, trimmed.
    pub(super) text: String,
    /// In lower case, as serials are kept for searches.
    pub(super) key: String,
    /// Its last four characters, where it has no more.
    pub(super) tail: Option<String>,
    pub(super) imei: Option<Imei>,
    pub(super) mac: Option<Mac>,
    pub(super) iccid: Option<Iccid>,
}

impl Needle {
    fn of(text: &str) -> Option<Self> {
        let text: String = text
            .trim()
            .chars()
            .filter(|c| !c.is_control())
            .take(LONGEST)
            .collect();
        if text.chars().count() < SHORTEST {
            return None;
        }
        let key = text.to_ascii_lowercase();
        Some(Self {
            tail: (key.chars().count() == 4).then(|| key.clone()),
            imei: Imei::parse("q", &text).ok(),
            mac: Mac::parse("q", &text).ok(),
            iccid: Iccid::parse("q", &text).ok(),
            key,
            text,
        })
    }

    /// The first text after all that begin with the key, as the "C" collation orders them.
    pub(super) fn end(&self) -> String {
        format!("{}{}", self.key, char::MAX)
    }
}

/// Looks for a text among what the scope sees. Less than two characters find nothing.
pub async fn search<S: RegistryScope>(tx: &Tx<S>, text: &str) -> Result<Found, RegistryError> {
    let Some(needle) = Needle::of(text) else {
        return Ok(Found::default());
    };
    let is_finance = S::ROLE == FinanceScope::ROLE;
    let (devices, hubs) = if is_finance {
        (Vec::new(), Vec::new())
    } else {
        (
            store::search::devices(tx, &needle, HANDFUL).await?,
            store::search::hubs(tx, &needle, HANDFUL).await?,
        )
    };
    let distributors = if is_finance || S::ROLE == AdminScope::ROLE {
        store::search::distributors(tx, &needle, HANDFUL).await?
    } else {
        Vec::new()
    };
    Ok(Found {
        devices,
        hubs,
        customers: store::search::customers(tx, &needle, HANDFUL).await?,
        distributors,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_all_that_it_could_be() {
        let needle = Needle::of(" 00-1a-2b-3c-4d-5e ").unwrap();
        assert_eq!(needle.mac.unwrap().as_str(), "00:1A:2B:3C:4D:5E");
        assert!(needle.imei.is_none() && needle.tail.is_none());
        let needle = Needle::of("0A17").unwrap();
        assert_eq!(needle.tail.as_deref(), Some("0a17"));
        let needle = Needle::of("49-015420-323751-8").unwrap();
        assert_eq!(needle.imei.unwrap().as_str(), "490154203237518");
        assert!(Needle::of(" a ").is_none());
    }
}
