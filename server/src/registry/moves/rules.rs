//! What a move makes of a device, and who may make it.

use super::{Held, Next};
use crate::ground::enums::{DeviceState, MoveReason};
use crate::ground::ids::{CustomerId, DistributorId};
use crate::registry::{RegistryError, RegistryScope};

/// For whom somebody acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::registry) enum Party {
    Platform,
    Distributor(DistributorId),
    Customer(CustomerId),
}

/// A move of one device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// From the platform's inventory to a distributor.
    Allocate(DistributorId),
    /// From a distributor's stock back to the inventory.
    Recall,
    /// To a customer, who comes through this distributor.
    Place {
        customer: CustomerId,
        through: Option<DistributorId>,
        state: Option<DeviceState>,
    },
    /// From a customer back to whoever it came from.
    GiveBack,
    /// One that came back is fit for use again.
    Restock,
    /// Out of use for good.
    Retire,
}

pub(super) const OUT_OF_USE: RegistryError = RegistryError::Conflict("the device is out of use for good");
const HELD: RegistryError = RegistryError::Conflict("a customer holds the device; it has to come back first");
const RETURNED: RegistryError =
    RegistryError::Conflict("the device has come back; it has to be put into stock first");
pub(super) const NOT_HELD: RegistryError = RegistryError::Conflict("no customer holds the device");
const PLATFORM_ALONE: RegistryError = RegistryError::NotAllowed("this is for the platform");

impl Party {
    /// For whom a scope acts; finance moves nothing.
    pub(in crate::registry) fn of<S: RegistryScope>(scope: &S) -> Result<Self, RegistryError> {
        match (scope.is_admin(), scope.distributor(), scope.customer()) {
            (true, ..) => Ok(Self::Platform),
            (false, Some(distributor), None) => Ok(Self::Distributor(distributor)),
            (false, None, Some(customer)) => Ok(Self::Customer(customer)),
            _ => Err(RegistryError::NotAllowed(
                "devices and hubs are not yours to move",
            )),
        }
    }

    /// Whether what is held so is there for it; the same as row-level security says.
    pub(in crate::registry) fn has(
        self,
        customer: Option<CustomerId>,
        distributor: Option<DistributorId>,
    ) -> bool {
        match self {
            Self::Platform => true,
            Self::Distributor(own) => distributor == Some(own),
            Self::Customer(own) => customer == Some(own),
        }
    }
}

/// What the move makes of the device, or why it cannot be made. The party has the device.
pub(super) fn after(party: Party, held: &Held, step: Step) -> Result<Next, RegistryError> {
    use DeviceState::{Active, Inactive, Replaced, Retired, Returned, Stock};
    if held.state == Retired {
        return Err(OUT_OF_USE);
    }
    let in_stock = |state, distributor, reason| Next {
        state,
        customer: None,
        distributor,
        reason,
    };
    let is_platform = party == Party::Platform;
    match step {
        Step::Allocate(_) | Step::Recall | Step::Retire if !is_platform => Err(PLATFORM_ALONE),
        Step::Retire => Ok(in_stock(Retired, held.distributor, Some(MoveReason::Retired))),
        Step::Allocate(_) | Step::Recall | Step::Restock if held.customer.is_some() => Err(HELD),
        Step::Allocate(_) if held.distributor.is_some() => Err(RegistryError::Conflict(
            "a distributor has the device; it has to be recalled first",
        )),
        Step::Allocate(_) if held.state != Stock => Err(RETURNED),
        Step::Allocate(to) => Ok(in_stock(Stock, Some(to), Some(MoveReason::Allocated))),
        Step::Recall if held.distributor.is_none() => {
            Err(RegistryError::Conflict("no distributor has the device"))
        }
        Step::Recall => Ok(in_stock(held.state, None, Some(MoveReason::Recalled))),
        Step::Restock if held.state != Returned => Err(RegistryError::Conflict(
            "the device has not come back from anywhere",
        )),
        Step::Restock => Ok(in_stock(Stock, held.distributor, None)),
        Step::GiveBack if held.customer.is_none() => Err(NOT_HELD),
        Step::GiveBack => Ok(in_stock(Returned, held.distributor, Some(MoveReason::Returned))),
        Step::Place {
            customer,
            through,
            state,
        } => {
            let state = match (state, held.state) {
                (Some(state @ (Active | Inactive)), _) => state,
                (Some(_), _) => return Err(RegistryError::invalid("state", "must be active or inactive")),
                (None, Stock | Returned) => Active,
                (None, state) => state,
            };
            match held.customer {
                _ if matches!(party, Party::Customer(_)) => Err(RegistryError::NotAllowed(
                    "devices are placed by the platform or a distributor",
                )),
                Some(holder) if holder == customer => {
                    Err(RegistryError::Conflict("the customer holds the device already"))
                }
                _ if held.state == Replaced => Err(RegistryError::Conflict(
                    "another device took its place; it has to come back first",
                )),
                Some(_) if !is_platform => Err(HELD),
                None if held.state == Returned && !is_platform => Err(RETURNED),
                holder => Ok(Next {
                    state,
                    customer: Some(customer),
                    distributor: through,
                    reason: Some(holder.map_or(MoveReason::Placed, |_| MoveReason::Moved)),
                }),
            }
        }
    }
}

/// What the old device and the one that takes its place become.
pub(super) fn replaced(
    party: Party,
    (old, new): (&Held, &Held),
) -> Result<(DeviceState, Next), RegistryError> {
    use DeviceState::{Active, Inactive, Stock};
    let Some(customer) = old.customer else {
        return Err(NOT_HELD);
    };
    if !matches!(old.state, Active | Inactive) {
        return Err(RegistryError::Conflict("the device is not in use"));
    }
    match (new.customer, new.state) {
        (Some(holder), Inactive) if holder == customer => {}
        (Some(holder), _) if holder == customer => {
            return Err(RegistryError::Conflict(
                "the other device is in use; it has to be inactive to take another's place",
            ));
        }
        (Some(_), _) => {
            return Err(RegistryError::Conflict("another customer holds the other device"));
        }
        // A customer sees no stock, so this is never one's.
        (None, Stock) => {}
        (None, _) => return Err(RegistryError::Conflict("the other device is not in stock")),
    }
    if new.customer.is_none()
        && party == Party::Platform
        && new.distributor.is_some()
        && new.distributor != old.distributor
    {
        return Err(RegistryError::Conflict(
            "the other device is in another distributor's stock",
        ));
    }
    if !old.kinds.iter().any(|kind| new.kinds.contains(kind)) {
        return Err(RegistryError::Conflict(
            "the other device measures nothing that this one does",
        ));
    }
    let next = Next {
        state: Active,
        customer: Some(customer),
        distributor: old.distributor,
        reason: Some(MoveReason::Replaced),
    };
    Ok((DeviceState::Replaced, next))
}

/// A person's words for why: trimmed, 1 to 500 characters.
pub(super) fn note(field: &'static str, text: &str) -> Result<String, RegistryError> {
    let text = text.trim();
    let is_good =
        (1..=500).contains(&text.chars().count()) && !text.chars().any(|c| c.is_control() && c != '\n');
    if is_good {
        Ok(text.to_owned())
    } else {
        Err(RegistryError::invalid(
            field,
            "must have 1 to 500 characters, none of them a control character",
        ))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use uuid::Uuid;
    use vitals::Kind;

    use super::*;
    use DeviceState::{Active, Inactive, Replaced, Retired, Returned, Stock};

    fn customer(number: u128) -> CustomerId {
        Uuid::from_u128(number).into()
    }

    fn distributor(number: u128) -> DistributorId {
        Uuid::from_u128(number).into()
    }

    fn held(state: DeviceState, at: Option<u128>, through: Option<u128>) -> Held {
        Held {
            state,
            customer: at.map(customer),
            distributor: through.map(distributor),
            reference: None,
            kinds: vec![Kind::Weight],
            reserved: None,
        }
    }

    const PLATFORM: Party = Party::Platform;

    fn dora() -> Party {
        Party::Distributor(distributor(7))
    }

    fn anna() -> Party {
        Party::Customer(customer(1))
    }

    fn to_anna(state: Option<DeviceState>) -> Step {
        Step::Place {
            customer: customer(1),
            through: Some(distributor(7)),
            state,
        }
    }

    /// `(state, customer, distributor)` that the move makes.
    fn made(party: Party, held: &Held, step: Step) -> Option<(DeviceState, Option<u128>, Option<u128>)> {
        let next = after(party, held, step).ok()?;
        Some((
            next.state,
            next.customer.map(|id| id.as_uuid().as_u128()),
            next.distributor.map(|id| id.as_uuid().as_u128()),
        ))
    }

    #[rstest]
    #[case(PLATFORM, held(Stock, None, None), Step::Allocate(distributor(7)), Some((Stock, None, Some(7))))]
    #[case(PLATFORM, held(Returned, None, None), Step::Allocate(distributor(7)), None)]
    #[case(PLATFORM, held(Stock, None, Some(8)), Step::Allocate(distributor(7)), None)]
    #[case(PLATFORM, held(Active, Some(1), None), Step::Allocate(distributor(7)), None)]
    #[case(dora(), held(Stock, None, Some(7)), Step::Allocate(distributor(7)), None)]
    #[case(PLATFORM, held(Stock, None, Some(7)), Step::Recall, Some((Stock, None, None)))]
    #[case(PLATFORM, held(Returned, None, Some(7)), Step::Recall, Some((Returned, None, None)))]
    #[case(PLATFORM, held(Active, Some(1), Some(7)), Step::Recall, None)]
    #[case(PLATFORM, held(Stock, None, None), Step::Recall, None)]
    #[case(dora(), held(Stock, None, Some(7)), Step::Recall, None)]
    #[case(PLATFORM, held(Stock, None, None), to_anna(None), Some((Active, Some(1), Some(7))))]
    #[case(PLATFORM, held(Inactive, Some(2), Some(8)), to_anna(None), Some((Inactive, Some(1), Some(7))))]
    #[case(PLATFORM, held(Active, Some(1), Some(7)), to_anna(None), None)]
    #[case(PLATFORM, held(Replaced, Some(2), Some(7)), to_anna(None), None)]
    #[case(PLATFORM, held(Retired, None, None), to_anna(None), None)]
    #[case(dora(), held(Stock, None, Some(7)), to_anna(Some(Inactive)), Some((Inactive, Some(1), Some(7))))]
    #[case(dora(), held(Stock, None, Some(7)), to_anna(Some(Retired)), None)]
    #[case(dora(), held(Returned, None, Some(7)), to_anna(None), None)]
    #[case(dora(), held(Active, Some(2), Some(7)), to_anna(None), None)]
    #[case(anna(), held(Active, Some(1), Some(7)), to_anna(None), None)]
    #[case(anna(), held(Active, Some(1), Some(7)), Step::GiveBack, Some((Returned, None, Some(7))))]
    #[case(anna(), held(Replaced, Some(1), None), Step::GiveBack, Some((Returned, None, None)))]
    #[case(dora(), held(Inactive, Some(1), Some(7)), Step::GiveBack, Some((Returned, None, Some(7))))]
    #[case(dora(), held(Stock, None, Some(7)), Step::GiveBack, None)]
    #[case(dora(), held(Returned, None, Some(7)), Step::Restock, Some((Stock, None, Some(7))))]
    #[case(PLATFORM, held(Returned, None, None), Step::Restock, Some((Stock, None, None)))]
    #[case(dora(), held(Stock, None, Some(7)), Step::Restock, None)]
    #[case(anna(), held(Active, Some(1), Some(7)), Step::Restock, None)]
    #[case(PLATFORM, held(Active, Some(1), Some(7)), Step::Retire, Some((Retired, None, Some(7))))]
    #[case(PLATFORM, held(Retired, None, None), Step::Retire, None)]
    #[case(dora(), held(Stock, None, Some(7)), Step::Retire, None)]
    #[case(anna(), held(Active, Some(1), Some(7)), Step::Retire, None)]
    fn a_move_makes_of_a_device(
        #[case] party: Party,
        #[case] held: Held,
        #[case] step: Step,
        #[case] becomes: Option<(DeviceState, Option<u128>, Option<u128>)>,
    ) {
        assert_eq!(made(party, &held, step), becomes);
    }

    #[rstest]
    #[case::from_stock(dora(), held(Stock, None, Some(7)), true)]
    #[case::of_its_own(anna(), held(Inactive, Some(1), Some(7)), true)]
    #[case::in_use(anna(), held(Active, Some(1), Some(7)), false)]
    #[case::of_another(PLATFORM, held(Inactive, Some(2), Some(7)), false)]
    #[case::come_back(dora(), held(Returned, None, Some(7)), false)]
    #[case::inventory(PLATFORM, held(Stock, None, None), true)]
    #[case::its_distributor_s(PLATFORM, held(Stock, None, Some(7)), true)]
    #[case::another_distributor_s(PLATFORM, held(Stock, None, Some(8)), false)]
    fn one_device_takes_another_s_place(#[case] party: Party, #[case] new: Held, #[case] is_good: bool) {
        let old = held(Active, Some(1), Some(7));
        assert_eq!(replaced(party, (&old, &new)).is_ok(), is_good);
        let other_kind = Held {
            kinds: vec![Kind::Glucose],
            ..new
        };
        assert!(replaced(party, (&old, &other_kind)).is_err());
    }

    #[test]
    fn what_is_not_in_use_is_not_replaced() {
        let new = held(Stock, None, Some(7));
        for old in [
            held(Stock, None, Some(7)),
            held(Replaced, Some(1), Some(7)),
            held(Retired, None, Some(7)),
        ] {
            assert!(replaced(dora(), (&old, &new)).is_err(), "{old:?}");
        }
    }

    #[test]
    fn a_party_has_what_its_policies_show() {
        let at = (Some(customer(1)), Some(distributor(7)));
        let has = |party: Party| party.has(at.0, at.1);
        assert!(has(PLATFORM) && has(dora()) && has(anna()));
        assert!(!has(Party::Customer(customer(2))) && !has(Party::Distributor(distributor(8))));
        assert!(!anna().has(None, Some(distributor(7))) && !dora().has(None, None));
    }
}
