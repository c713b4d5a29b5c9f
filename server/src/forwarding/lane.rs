//! One endpoint's place in the dispatcher: what is claimed and not yet sent, how much may be under way, and how it fares.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::attempt::{Outcome, Target};
use super::event::Claimed;

/// Slower than this on average, and an endpoint draws from the slots of the slow.
const SLOW: Duration = Duration::from_secs(1);
/// What is claimed ahead must be under way within this, well inside the lease.
const AHEAD: Duration = Duration::from_secs(8);
/// How many rounds of its concurrency are claimed ahead for a fast endpoint.
const ROUNDS: f64 = 8.0;
/// Events that one endpoint may have claimed at a time, fast or not; they are in memory.
const EVENTS: usize = 1600;
const SLOW_EVENTS: usize = 200;
/// A claimed delivery that has waited this long is left to its lease: an attempt must end before that does.
const STALE: Duration = Duration::from_secs(25);

/// Which of the global slots an attempt takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Fast,
    Slow,
}

/// The state of one endpoint in this process.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "they are independent facts")]
pub(super) struct Lane {
    pub(super) target: Option<Arc<Target>>,
    queue: VecDeque<(Instant, Claimed)>,
    /// Events in the queue and under way.
    held: usize,
    in_flight: usize,
    /// Attempts that may be under way at once: begins small, grows with success, falls to one with a failure, so that
    /// an endpoint that fails holds one slot.
    window: usize,
    failing: bool,
    average: Option<Duration>,
    /// Whether the database may have more that is due.
    more: bool,
    claiming: bool,
    /// Whether it stands in the dispatcher's line already.
    pub(super) in_line: bool,
    pub(super) used_at: Instant,
}

impl Lane {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            target: None,
            queue: VecDeque::new(),
            held: 0,
            in_flight: 0,
            window: 2,
            failing: false,
            average: None,
            more: false,
            claiming: false,
            in_line: false,
            used_at: now,
        }
    }

    /// Something may be due.
    pub(super) fn wake(&mut self) {
        self.more = true;
    }

    /// How many deliveries to claim now; none while enough is at hand or a claim is under way.
    pub(super) fn wants(&self) -> usize {
        if !self.more || self.claiming {
            return 0;
        }
        let at_hand = self.queue.len() + self.in_flight;
        let capacity = self.capacity();
        // Half empty before asking again, so that claims are few and large.
        if at_hand * 2 > capacity {
            0
        } else {
            capacity - at_hand
        }
    }

    fn capacity(&self) -> usize {
        let rounds = match self.average {
            Some(average) if !self.failing => {
                (AHEAD.as_secs_f64() / average.as_secs_f64().max(0.001)).clamp(1.0, ROUNDS)
            }
            _ => 1.0,
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 1 and 8"
        )]
        let ahead = self.window * rounds as usize;
        let batch = self.target.as_ref().map_or(100, |target| target.batch_max);
        let events = if self.class() == Class::Fast {
            EVENTS
        } else {
            SLOW_EVENTS
        };
        ahead.min((events / batch.max(1)).max(1))
    }

    pub(super) fn claim_begins(&mut self) {
        self.claiming = true;
        self.more = false;
    }

    /// A claim that brought all that was asked for may have left some behind.
    pub(super) fn claim_ended(&mut self, asked: usize, got: usize) {
        self.claiming = false;
        self.more |= got >= asked;
    }

    pub(super) fn push(&mut self, claimed: Claimed, now: Instant) {
        self.held += claimed.events.len();
        self.queue.push_back((now, claimed));
    }

    pub(super) fn class(&self) -> Class {
        let slow = self.average.is_some_and(|average| average > SLOW);
        if self.failing || slow {
            Class::Slow
        } else {
            Class::Fast
        }
    }

    /// Whether another attempt may begin, as far as this endpoint is concerned.
    pub(super) fn is_ready(&self) -> bool {
        !self.queue.is_empty() && self.in_flight < self.window
    }

    /// The next delivery to send, unless what is left has waited for too long.
    pub(super) fn begin(&mut self, now: Instant) -> Option<Claimed> {
        while let Some((claimed_at, claimed)) = self.queue.pop_front() {
            if now.duration_since(claimed_at) < STALE {
                self.in_flight += 1;
                return Some(claimed);
            }
            self.held = self.held.saturating_sub(claimed.events.len());
            metrics::counter!("vitalwire_delivery_claims_dropped_total").increment(1);
        }
        None
    }

    /// An attempt with so many events ended; `None`: it broke off and nothing is known.
    pub(super) fn ended(&mut self, outcome: Option<Outcome>, events: usize, took: Duration) {
        self.in_flight = self.in_flight.saturating_sub(1);
        self.held = self.held.saturating_sub(events);
        if outcome == Some(Outcome::Delivered) {
            let most = self.target.as_ref().map_or(1, |target| target.max_concurrency);
            self.failing = false;
            self.window = (self.window + 1).min(most);
            self.average = Some(self.average.map_or(took, |average| (average * 7 + took) / 8));
        } else {
            self.failing = true;
            self.window = 1;
        }
    }

    pub(super) fn is_idle(&self) -> bool {
        self.queue.is_empty() && self.in_flight == 0 && !self.claiming && !self.more
    }

    /// Events that it holds in memory.
    pub(super) fn held(&self) -> usize {
        self.held
    }

    /// What was claimed and not begun.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = Claimed> + '_ {
        let held = &mut self.held;
        self.queue.drain(..).map(|(_, claimed)| {
            *held = held.saturating_sub(claimed.events.len());
            claimed
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn lane() -> Lane {
        Lane::new(Instant::now())
    }

    #[test]
    fn a_failure_leaves_one_slot_and_success_opens_the_window_again() {
        let mut lane = lane();
        lane.in_flight = 3;
        lane.ended(Some(Outcome::Dead), 1, MS);
        assert_eq!((lane.window, lane.class(), lane.capacity()), (1, Class::Slow, 1));
        lane.ended(Some(Outcome::Delivered), 1, MS);
        assert_eq!(lane.class(), Class::Fast);
        lane.ended(None, 1, MS);
        assert_eq!((lane.window, lane.in_flight), (1, 0));
    }

    #[test]
    fn a_slow_endpoint_draws_from_the_slow_slots_and_is_claimed_little_for() {
        let mut lane = lane();
        lane.window = 8;
        lane.ended(Some(Outcome::Delivered), 1, Duration::from_secs(5));
        assert_eq!(lane.class(), Class::Slow);
        assert_eq!(
            lane.capacity(),
            lane.window,
            "one round: at 5 s each, more would outlive the lease"
        );
    }

    #[test]
    fn claims_are_asked_for_when_half_is_gone_and_never_twice_at_once() {
        let mut lane = lane();
        assert_eq!(lane.wants(), 0, "nothing is due");
        lane.wake();
        assert_eq!(lane.wants(), 2);
        lane.claim_begins();
        lane.wake();
        assert_eq!(lane.wants(), 0);
        lane.claim_ended(2, 1);
        assert_eq!(lane.wants(), 2, "the wake during the claim is not forgotten");
        lane.in_flight = 2;
        assert_eq!(lane.wants(), 0);
    }
}
