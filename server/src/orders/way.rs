//! The way of an order and that of a return: how far each is, what can be done with it there, and whose turn it is. What
//! rooms do and what pages offer both ask here.

use crate::ground::enums::{OrderState, ReturnState};
use crate::registry::RegistryError;
use crate::tenancy::Right;

/// How many devices and hubs of an order are how far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// What is to come: ordered, and not waived.
    pub wanted: i64,
    /// Reserved, not sent.
    pub allocated: i64,
    /// On their way.
    pub shipped: i64,
    /// Missed in their parcel.
    pub missing: i64,
    /// In stock.
    pub received: i64,
    /// Written off, and none comes in their place.
    pub lost: i64,
}

impl Tally {
    /// How many still want a serial.
    pub fn open(self) -> i64 {
        self.wanted - self.allocated - self.shipped - self.missing - self.received - self.lost
    }

    /// Whether anything has been sent.
    fn was_sent(self) -> bool {
        self.shipped + self.missing + self.received + self.lost > 0
    }

    /// The state of the slowest part. Where nothing is waited for any more and nothing came, the order came to nothing.
    pub(super) fn state(self) -> OrderState {
        if self.open() > 0 {
            OrderState::Ordered
        } else if self.allocated > 0 {
            OrderState::Allocated
        } else if self.shipped > 0 {
            OrderState::Shipped
        } else if self.missing > 0 {
            OrderState::Received
        } else if self.received > 0 {
            OrderState::InStock
        } else {
            OrderState::Cancelled
        }
    }
}

/// What can be done with an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderMove {
    /// The platform finds serials.
    Allocate,
    /// The platform gives serials up that were not sent.
    Release,
    /// The platform sends a parcel.
    Ship,
    /// The distributor takes in what is on its way.
    Receive,
    /// The distributor takes in what was missing and arrived after all.
    TakeLate,
    /// The platform does not wait any more for what was sent and did not arrive.
    WriteOff,
    /// Either side: what has no serial yet will not come.
    Waive,
    /// Either side: nothing of it will come.
    Cancel,
}

impl OrderMove {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Allocate,
        Self::Release,
        Self::Ship,
        Self::Receive,
        Self::TakeLate,
        Self::WriteOff,
        Self::Waive,
        Self::Cancel,
    ];

    /// What it takes.
    pub fn right(self) -> Right {
        match self {
            Self::Allocate | Self::Release | Self::Ship | Self::WriteOff => Right::FulfilOrders,
            Self::Receive | Self::TakeLate => Right::PlaceOrders,
            Self::Waive | Self::Cancel => Right::HandleOrders,
        }
    }

    /// Why the system writes.
    pub(super) fn purpose(self) -> &'static str {
        match self {
            Self::Allocate => "find serials for an order that the caller sees",
            Self::Release => "give serials of an order up that the caller sees",
            Self::Ship => "send what was found for an order that the caller sees",
            Self::Receive | Self::TakeLate => "take in what arrived of an order that the caller sees",
            Self::WriteOff => "write off what did not arrive of an order that the caller sees",
            Self::Waive => "leave out what will not come of an order that the caller sees",
            Self::Cancel => "cancel an order that the caller sees",
        }
    }

    /// Whether it can be made with an order that is so far; where it cannot, says why, and what else to do.
    pub fn check(self, state: OrderState, tally: Tally) -> Result<(), RegistryError> {
        let refused = |why| Err(RegistryError::Conflict(why));
        match state {
            OrderState::Cancelled => return refused("the order is cancelled"),
            OrderState::InStock => return refused("all of the order is in stock"),
            OrderState::Ordered | OrderState::Allocated | OrderState::Shipped | OrderState::Received => {}
        }
        match self {
            Self::Allocate | Self::Waive if tally.open() < 1 => refused("it wants no more serials"),
            Self::Waive if tally.allocated == 0 && !tally.was_sent() => {
                refused("nothing was found for the order; cancel or decline it instead")
            }
            Self::Release if tally.allocated == 0 => refused("it has no serials that could be given up"),
            Self::Ship if tally.allocated == 0 => refused("there is nothing to send; find serials first"),
            Self::Receive if tally.shipped == 0 => refused("nothing of it is on its way"),
            Self::TakeLate if tally.missing == 0 => refused("nothing of it is missing"),
            Self::WriteOff if tally.missing + tally.shipped == 0 => {
                refused("nothing of it is missing or on its way")
            }
            Self::Cancel if tally.was_sent() => {
                refused("some of it was sent; it can no longer be cancelled, but the rest can be closed")
            }
            _ => Ok(()),
        }
    }
}

/// What can be done with a return.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReturnMove {
    /// The platform lets the distributor send it.
    Accept,
    /// The platform says why it may not be sent, or, once accepted, not any more: then what was promised to it is free again.
    Decline,
    /// The distributor keeps it after all.
    Cancel,
    /// The distributor says that it is on its way.
    Send,
    /// The platform takes in what came back.
    Receive,
}

impl ReturnMove {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Accept,
        Self::Decline,
        Self::Cancel,
        Self::Send,
        Self::Receive,
    ];

    /// What it takes.
    pub fn right(self) -> Right {
        match self {
            Self::Accept | Self::Decline | Self::Receive => Right::FulfilOrders,
            Self::Cancel | Self::Send => Right::PlaceOrders,
        }
    }

    /// Why the system writes.
    pub(super) fn purpose(self) -> &'static str {
        match self {
            Self::Accept => "accept a return that the caller sees",
            Self::Decline => "decline a return that the caller sees",
            Self::Cancel => "cancel a return that the caller sees",
            Self::Send => "send a return that the caller sees",
            Self::Receive => "take in a return that the caller sees",
        }
    }

    /// How far the return is afterwards; where the move cannot be made, why.
    pub fn leads(self, from: ReturnState) -> Result<ReturnState, RegistryError> {
        let refused = |why| Err(RegistryError::Conflict(why));
        match (self, from) {
            (Self::Accept, ReturnState::Asked) => Ok(ReturnState::Accepted),
            // Who accepted it may think better of it as long as nothing was sent.
            (Self::Decline, ReturnState::Asked | ReturnState::Accepted) => Ok(ReturnState::Declined),
            (Self::Cancel, ReturnState::Asked | ReturnState::Accepted) => Ok(ReturnState::Cancelled),
            (Self::Send, ReturnState::Accepted) => Ok(ReturnState::Sent),
            (Self::Receive, ReturnState::Sent) => Ok(ReturnState::Received),
            (Self::Decline, ReturnState::Sent) => {
                refused("the return is on its way; take it in and say what came")
            }
            (Self::Accept | Self::Decline, _) => refused("the return has been answered already"),
            (Self::Cancel, _) => refused("the return is on its way or over; it can no longer be cancelled"),
            (Self::Send, ReturnState::Asked) => refused("the platform has not accepted it yet"),
            (Self::Send, _) => refused("the return is on its way or over"),
            (Self::Receive, _) => refused("the return is not on its way"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use OrderState::{Allocated, Cancelled, InStock, Ordered, Received, Shipped};

    fn tally(wanted: i64, [allocated, shipped, missing, received, lost]: [i64; 5]) -> Tally {
        Tally {
            wanted,
            allocated,
            shipped,
            missing,
            received,
            lost,
        }
    }

    #[test]
    fn an_order_is_as_far_as_its_slowest_part() {
        for (wanted, parts, expected) in [
            (3, [0, 0, 0, 0, 0], Ordered),
            (3, [2, 0, 0, 0, 0], Ordered),
            (3, [3, 0, 0, 0, 0], Allocated),
            (3, [1, 2, 0, 0, 0], Allocated),
            (3, [0, 2, 0, 0, 0], Ordered),
            (3, [0, 3, 0, 0, 0], Shipped),
            (3, [0, 1, 1, 1, 0], Shipped),
            (3, [0, 0, 1, 2, 0], Received),
            (3, [0, 0, 0, 2, 1], InStock),
            (3, [0, 0, 0, 3, 0], InStock),
            (3, [0, 0, 0, 2, 0], Ordered),
            // Nothing of it ever came: that is no stock.
            (3, [0, 0, 0, 0, 3], Cancelled),
        ] {
            let tally = tally(wanted, parts);
            assert_eq!(tally.state(), expected, "{tally:?}");
        }
    }

    #[test]
    fn each_part_of_an_order_can_be_moved_in_its_time() {
        use OrderMove::{Allocate, Cancel, Receive, Release, Ship, TakeLate, Waive, WriteOff};
        for (wanted, parts, expected) in [
            (3, [0, 0, 0, 0, 0], vec![Allocate, Cancel]),
            (3, [2, 0, 0, 0, 0], vec![Allocate, Release, Ship, Waive, Cancel]),
            (3, [3, 0, 0, 0, 0], vec![Release, Ship, Cancel]),
            (3, [0, 2, 0, 0, 0], vec![Allocate, Receive, WriteOff, Waive]),
            (3, [0, 3, 0, 0, 0], vec![Receive, WriteOff]),
            (3, [1, 2, 0, 0, 0], vec![Release, Ship, Receive, WriteOff]),
            (3, [0, 0, 1, 2, 0], vec![TakeLate, WriteOff]),
            (3, [0, 0, 0, 2, 0], vec![Allocate, Waive]),
            (3, [0, 0, 0, 3, 0], vec![]),
            (3, [0, 0, 0, 0, 3], vec![]),
        ] {
            let tally = tally(wanted, parts);
            let can = OrderMove::ALL.into_iter();
            let can: Vec<OrderMove> = can
                .filter(|one| one.check(tally.state(), tally).is_ok())
                .collect();
            assert_eq!(can, expected, "{tally:?}");
        }
    }

    #[test]
    fn a_return_goes_one_way() {
        use ReturnState::{Accepted, Asked, Declined, Received, Sent};
        let to = |from| ReturnMove::ALL.map(|one| one.leads(from).ok());
        let kept = Some(ReturnState::Cancelled);
        assert_eq!(to(Asked), [Some(Accepted), Some(Declined), kept, None, None]);
        assert_eq!(to(Accepted), [None, Some(Declined), kept, Some(Sent), None]);
        assert_eq!(to(Sent), [None, None, None, None, Some(Received)]);
        for over in [Declined, Received, ReturnState::Cancelled] {
            assert_eq!(to(over), [None; 5], "{over:?}");
        }
    }

    #[test]
    fn who_refuses_a_move_says_why() {
        let nothing = Tally::default();
        for one in OrderMove::ALL {
            let why = one.check(Cancelled, nothing).unwrap_err().to_string();
            assert!(why.contains("cancelled"), "{one:?}: {why}");
        }
        let why = ReturnMove::Send
            .leads(ReturnState::Asked)
            .unwrap_err()
            .to_string();
        assert!(why.contains("not accepted it yet"), "{why}");
    }
}
