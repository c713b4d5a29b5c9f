//! What of a vendor's message there is room for.
//!
//! A vendor's cloud sends a message again that is refused, and knows nothing of its parts. Where one of the devices in it has
//! sent too much, or the customer of one, the others are therefore taken and the message is refused all the same: when it
//! comes again, theirs are duplicates. That is right of what is known again alone. What does not say when it was measured,
//! or could not be read, would be there twice, so it waits for the message to come again.

use std::collections::{HashMap, HashSet};

use super::Intake;
use super::rates::{Sender, TooMany};
use super::source::is_dated;
use super::vendors::{Content, Flaw, Item};
use crate::registry::sources::{SourceCandidate, SourceIdentity};

/// Whether an item does no harm when it comes again: it is known then, or it only says how a device is.
fn may_come_again(content: &Result<Content, Flaw>) -> bool {
    matches!(content, Ok(Content::Status)) || is_dated(content)
}

/// What is taken of a message.
pub(super) struct Room<'a> {
    /// The items that are taken now.
    pub(super) items: Vec<Item<'a>>,
    /// Why the rest is not; none where there is no rest.
    pub(super) refused: Option<TooMany>,
}

impl Intake {
    /// Counts the items of a message for each device in it, for the source, and for the source's customer.
    pub(super) fn room_for<'a>(
        &self,
        source: &SourceIdentity,
        items: Vec<Item<'a>>,
    ) -> Result<Room<'a>, TooMany> {
        let called = |item: &Item<'_>| self.called(source, item);
        let all = Room { items, refused: None };
        let room = self.narrowed(all, called, |_| Vec::new())?;
        self.rates
            .take(Sender::Source(source.source), source.customer, room.items.len())
            .inspect_err(|_| {
                for sender in room.items.iter().filter_map(called) {
                    self.rates.give_back(sender, 1);
                }
            })?;
        Ok(room)
    }

    /// Counts the items of a source of the platform for the customers who hold the devices.
    pub(super) fn room_of_holders<'a>(
        &self,
        source: &SourceIdentity,
        room: Room<'a>,
        candidates: &[SourceCandidate],
    ) -> Result<Room<'a>, TooMany> {
        if source.customer.is_some() {
            return Ok(room);
        }
        let holder = |item: &Item<'_>| {
            let called = item.device.as_ref()?.as_str();
            let device = candidates.iter().find(|device| device.named == called)?;
            device.customer.map(Sender::Customer)
        };
        self.narrowed(room, holder, |item| {
            let called = self.called(source, item);
            called
                .into_iter()
                .chain([Sender::Source(source.source)])
                .collect()
        })
    }

    fn called(&self, source: &SourceIdentity, item: &Item<'_>) -> Option<Sender> {
        let name = item.device.as_ref()?;
        Some(self.rates.called(source.source, name.as_str()))
    }

    /// Counts each item for `whose` it is. Where one of them has no room, what is left out is given back to those for whom it
    /// `was` counted before.
    fn narrowed<'a>(
        &self,
        room: Room<'a>,
        whose: impl Fn(&Item<'_>) -> Option<Sender>,
        was: impl Fn(&Item<'_>) -> Vec<Sender>,
    ) -> Result<Room<'a>, TooMany> {
        let mut counts: HashMap<Sender, usize> = HashMap::new();
        for sender in room.items.iter().filter_map(&whose) {
            *counts.entry(sender).or_default() += 1;
        }
        let mut over = HashSet::new();
        let mut longest = room.refused;
        for (sender, count) in counts {
            if let Err(refused) = self.rates.take(sender, None, count) {
                over.insert(sender);
                longest = longest
                    .into_iter()
                    .chain([refused])
                    .max_by_key(|refused| refused.retry_after);
            }
        }
        let Some(refused) = longest.filter(|_| !over.is_empty()) else {
            return Ok(room);
        };
        let has_room = |item: &Item<'_>| whose(item).is_none_or(|sender| !over.contains(&sender));
        let (items, left): (Vec<_>, Vec<_>) = room
            .items
            .into_iter()
            .partition(|item| has_room(item) && may_come_again(&item.content));
        for item in &left {
            let counted = whose(item).filter(|sender| !over.contains(sender));
            for sender in was(item).into_iter().chain(counted) {
                self.rates.give_back(sender, 1);
            }
        }
        if items.is_empty() {
            return Err(TooMany {
                rest_taken: false,
                ..refused
            });
        }
        let refused = Some(refused.of_some());
        Ok(Room { items, refused })
    }
}
