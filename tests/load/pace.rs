//! When each request is sent.
//!
//! A closed loop sends the next request when the last one is answered, so it shows what a server can do at most. Its
//! latencies say little: while the server stalls, nobody asks it anything, and the stall shows as a single slow request.
//! Gil Tene calls that **coordinated omission**. An open loop therefore makes a plan beforehand, in which request n is due
//! n / rate seconds after the beginning whatever the server does, and a request's latency runs **from the moment it was due**,
//! also while it waits for a connection of ours.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;

use crate::error::LoadError;
use crate::tally::float;

/// After its end, an open loop goes on for so long with what is still to be sent.
const GRACE: Duration = Duration::from_secs(10);
/// The clock of an open loop: how early or late it wakes, and how long it sleeps at most before it looks whether to end.
const TICK: Duration = Duration::from_micros(100);
const LONGEST_SLEEP: Duration = Duration::from_millis(50);

/// How a run is paced.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Pace {
    /// Each connection sends as soon as it has its answer.
    Closed,
    /// So many requests a second, whatever the answers.
    Open(f64),
}

/// A request's turn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turn {
    /// Its number in the run, from 0.
    pub(crate) number: u64,
    /// When it should be sent; none in a closed loop, where that is when it is.
    pub(crate) due: Option<Instant>,
}

/// Hands out turns to all connections of a run.
#[derive(Debug)]
pub(crate) struct Turns {
    began: Instant,
    ends: Instant,
    next: AtomicU64,
    plan: Option<Plan>,
}

#[derive(Debug)]
struct Plan {
    rate: f64,
    total: u64,
    /// A permit for each turn that is due.
    due: Semaphore,
    over: AtomicBool,
}

impl Turns {
    /// Begins now. In an open loop a thread of its own keeps the time, to about 0.1 ms; tokio's timers know whole ms only.
    pub(crate) fn begin(pace: Pace, duration: Duration, connections: usize) -> Result<Arc<Self>, LoadError> {
        let began = Instant::now();
        let (plan, grace) = match pace {
            Pace::Closed => (None, Duration::ZERO),
            Pace::Open(rate) => (Some(Plan::new(rate, duration)), GRACE),
        };
        let is_open = plan.is_some();
        let turns = Arc::new(Self {
            began,
            ends: began + duration + grace,
            next: AtomicU64::new(0),
            plan,
        });
        if is_open {
            let own = Arc::clone(&turns);
            let what = "the thread that keeps the time cannot be started";
            let started = std::thread::Builder::new().spawn(move || own.keep_time(connections));
            started.map_err(|source| LoadError::System { what, source })?;
        }
        Ok(turns)
    }

    /// When the run began.
    pub(crate) fn began(&self) -> Instant {
        self.began
    }

    /// The next turn, as soon as it is due; none when the run is over.
    pub(crate) async fn next(&self) -> Option<Turn> {
        let Some(plan) = &self.plan else {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            return (Instant::now() < self.ends).then_some(Turn { number, due: None });
        };
        plan.due.acquire().await.ok()?.forget();
        if Instant::now() >= self.ends {
            return None;
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let due = Some(self.due(plan, number));
        (number < plan.total).then_some(Turn { number, due })
    }

    /// How long each request has waited that was due and found no turn before the end; asked when all connections are done.
    pub(crate) fn not_sent(&self) -> Vec<Duration> {
        let Some(plan) = &self.plan else {
            return Vec::new();
        };
        let now = Instant::now();
        let first = self.next.load(Ordering::Relaxed).min(plan.total);
        (first..plan.total)
            .map(|number| now.saturating_duration_since(self.due(plan, number)))
            .collect()
    }

    fn due(&self, plan: &Plan, number: u64) -> Instant {
        self.began + Duration::from_secs_f64(float(number) / plan.rate)
    }

    fn keep_time(&self, connections: usize) {
        let Some(plan) = &self.plan else { return };
        let mut given = 0;
        while given < plan.total && Instant::now() < self.ends && !plan.over.load(Ordering::Relaxed) {
            let now = Instant::now();
            let mut due = 0;
            while given < plan.total && self.due(plan, given) <= now {
                (given, due) = (given + 1, due + 1);
            }
            plan.due.add_permits(due);
            let pause = self.due(plan, given).saturating_duration_since(Instant::now());
            std::thread::park_timeout(pause.clamp(TICK, LONGEST_SLEEP));
        }
        // Whoever still waits for a turn is to see that there is none.
        plan.due.add_permits(connections);
    }
}

impl Drop for EndOnDrop {
    fn drop(&mut self) {
        if let Some(plan) = &self.0.plan {
            plan.over.store(true, Ordering::Relaxed);
        }
    }
}

/// Ends the thread that keeps the time, however the run ends.
#[derive(Debug)]
pub(crate) struct EndOnDrop(pub(crate) Arc<Turns>);

impl Plan {
    fn new(rate: f64, duration: Duration) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a rate is above zero, and a cast that overflows stops at the largest number"
        )]
        let total = (rate * duration.as_secs_f64()).round() as u64;
        Self {
            rate,
            total: total.max(1),
            due: Semaphore::new(0),
            over: AtomicBool::new(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_open_loop_is_due_by_its_plan_and_never_early() {
        let turns = Turns::begin(Pace::Open(1000.0), Duration::from_millis(100), 1).unwrap();
        for number in 0..100 {
            let turn = turns.next().await.unwrap();
            let due = turn.due.unwrap();
            assert_eq!(turn.number, number);
            assert_eq!(
                due - turns.began(),
                Duration::from_secs_f64(float(number) / 1000.0)
            );
            assert!(Instant::now() >= due, "{number} was early");
        }
        assert!(turns.next().await.is_none());
        assert!(turns.not_sent().is_empty());
    }

    #[tokio::test]
    async fn what_found_no_turn_is_not_forgotten() {
        let turns = Turns::begin(Pace::Open(100.0), Duration::from_millis(500), 1).unwrap();
        for _ in 0..10 {
            turns.next().await.unwrap();
        }
        let missing = turns.not_sent();
        assert_eq!(missing.len(), 40);
        assert!(missing.is_sorted_by(|earlier, later| earlier >= later));
        drop(EndOnDrop(turns));
    }

    #[tokio::test]
    async fn a_closed_loop_ends_by_the_clock() {
        let turns = Turns::begin(Pace::Closed, Duration::ZERO, 1).unwrap();
        assert!(turns.next().await.is_none());
        let turns = Turns::begin(Pace::Closed, Duration::from_hours(1), 1).unwrap();
        assert!(
            turns
                .next()
                .await
                .is_some_and(|turn| turn.due.is_none() && turn.number == 0)
        );
    }
}
