//! How many answers without an end are open at a time, live pages and the API's streams, and what wakes them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::ground::ids::{CustomerId, UserId};
use crate::queue::Published;

/// Live pages and streams that one person may have open at the same time.
const MOST_OF_A_PERSON: usize = 20;
/// Streams of the API that the people of one customer may have open; their live pages do not count.
const MOST_OF_A_CUSTOMER: usize = 60;

/// What is open in this process. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Streams {
    counts: Arc<Mutex<HashMap<Whose, usize>>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Whose {
    Person(UserId),
    Customer(CustomerId),
}

impl Whose {
    fn most(self) -> usize {
        match self {
            Self::Person(_) => MOST_OF_A_PERSON,
            Self::Customer(_) => MOST_OF_A_CUSTOMER,
        }
    }
}

impl Streams {
    /// One more live page, unless this person has too many.
    pub(super) fn open(&self, user: UserId) -> Option<Open> {
        self.count(vec![Whose::Person(user)])
    }

    /// One more stream of the API, unless this person or this customer has too many.
    pub(super) fn open_for(&self, user: UserId, customer: CustomerId) -> Option<Open> {
        self.count(vec![Whose::Person(user), Whose::Customer(customer)])
    }

    fn count(&self, whose: Vec<Whose>) -> Option<Open> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let is_full = |one: &Whose| counts.get(one).is_some_and(|count| *count >= one.most());
        if whose.iter().any(is_full) {
            return None;
        }
        for one in &whose {
            *counts.entry(*one).or_default() += 1;
        }
        drop(counts);
        Some(Open {
            streams: self.clone(),
            whose,
        })
    }
}

/// One of them; it is counted until it is dropped.
#[derive(Debug)]
#[must_use = "it is counted until this is dropped"]
pub(super) struct Open {
    streams: Streams,
    whose: Vec<Whose>,
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut counts = self.streams.counts.lock().unwrap_or_else(PoisonError::into_inner);
        for one in &self.whose {
            if let Some(count) = counts.get_mut(one) {
                *count -= 1;
                if *count == 0 {
                    counts.remove(one);
                }
            }
        }
    }
}

/// Why a stream goes on after it has waited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Woken {
    /// It does not: the server stops, or nothing will come any more.
    Ends,
    /// Some session, right or account has changed: it has to be seen again who may read.
    Told,
    /// Something may be new, or it is time for a look.
    Looks,
}

impl Woken {
    /// Whether the stream goes on; where somebody's right may have changed, what was seen of it is forgotten.
    pub(super) fn goes_on(self, checked: &mut Option<Instant>) -> bool {
        if self == Self::Told {
            *checked = None;
        }
        self != Self::Ends
    }
}

/// Waits for a reason to look: something of this customer was announced, or `wake` has come; but no look before `earliest`.
pub(super) async fn woken(
    ending: &CancellationToken,
    (signals, endings): (&mut Receiver<Published>, &mut watch::Receiver<()>),
    customer: CustomerId,
    (wake, earliest): (Instant, Instant),
) -> Woken {
    tokio::select! {
        () = ending.cancelled() => return Woken::Ends,
        _ = endings.changed() => return Woken::Told,
        () = tokio::time::sleep_until(wake) => {}
        goes_on = announced(signals, customer) => if !goes_on { return Woken::Ends },
    }
    tokio::select! {
        () = ending.cancelled() => return Woken::Ends,
        () = tokio::time::sleep_until(earliest) => {}
    }
    // What was announced meanwhile is seen by the same look.
    while !matches!(
        signals.try_recv(),
        Err(TryRecvError::Empty | TryRecvError::Closed)
    ) {}
    Woken::Looks
}

/// Waits until something of this customer may be new; false where nothing will come any more.
async fn announced(signals: &mut Receiver<Published>, customer: CustomerId) -> bool {
    loop {
        match signals.recv().await {
            Ok(published) if published.concerns(customer) => return true,
            Ok(_) => {}
            Err(RecvError::Lagged(_)) => return true,
            Err(RecvError::Closed) => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_person_has_a_limited_number_of_live_pages() {
        let streams = Streams::default();
        let [one, other] = [1, 2].map(|number| UserId::from(Uuid::from_u128(number)));
        let mut open: Vec<_> = (0..MOST_OF_A_PERSON).filter_map(|_| streams.open(one)).collect();
        assert_eq!(open.len(), MOST_OF_A_PERSON);
        assert!(streams.open(one).is_none());
        assert!(streams.open(other).is_some(), "others are not held back");
        open.pop();
        assert!(streams.open(one).is_some());
    }

    #[test]
    fn a_customer_has_a_limited_number_of_streams_and_live_pages_besides() {
        let streams = Streams::default();
        let person = |number| UserId::from(Uuid::from_u128(number));
        let [own, other] = [1, 2].map(|number| CustomerId::from(Uuid::from_u128(number)));
        let mut open: Vec<_> = (0..100)
            .filter_map(|number| streams.open_for(person(number), own))
            .collect();
        assert_eq!(open.len(), MOST_OF_A_CUSTOMER);
        assert!(streams.open(person(99)).is_some(), "a page is no stream");
        assert!(streams.open_for(person(99), other).is_some());
        open.pop();
        let last = streams.open_for(person(99), own);
        assert!(last.is_some());
        drop((open, last));
        let nothing = streams.counts.lock().unwrap().len();
        assert_eq!(nothing, 0, "what is closed is not remembered");
    }
}
