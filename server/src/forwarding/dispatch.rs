//! The dispatcher: wakes become claims, claims become attempts. One task holds all its state, so nothing here is locked.
//!
//! The global slots are divided: a quarter is for endpoints that fail or answer slowly, so that however many of those
//! there are, the others find slots.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::PgPool;
use tokio::sync::mpsc;
use tokio::task::{Id, JoinSet};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::attempt::{Finished, Outcome, Sender, Target};
use super::claimer::{Claimer, Claims};
use super::event::Claimed;
use super::lane::{Class, Lane};
use super::store::claim::{self, Want};
use super::store::sweep;
use crate::ground::Ground;
use crate::ground::ids::EndpointId;
use crate::ground::swallow::swallow;
use crate::queue::{Queue, Wake};

const SWEEP: Duration = Duration::from_secs(2);
/// What is under way when the server stops may take this long; then it is left to its lease.
const DRAIN: Duration = Duration::from_secs(10);
/// An endpoint that has had nothing to do for this long is forgotten.
const FORGET: Duration = Duration::from_mins(2);
/// Claims under way at once, and endpoints in one of them.
const CLAIMS: usize = 2;
const ENDPOINTS_A_CLAIM: usize = 64;
/// Events in memory past which every endpoint is claimed one delivery at a time.
const EVENTS_AT_EASE: usize = 10_000;

pub(super) struct Dispatcher {
    pub(super) ground: Ground,
    pub(super) pool: PgPool,
    pub(super) queue: Arc<dyn Queue>,
    pub(super) sender: Sender,
    pub(super) completions: mpsc::Sender<Finished>,
    pub(super) slots: Slots,
}

/// The global slots.
#[derive(Debug)]
pub(super) struct Slots {
    fast: usize,
    slow: usize,
}

impl Slots {
    /// Divides the configured number; each class has at least one.
    pub(super) fn of(concurrency: usize) -> Self {
        let slow = (concurrency / 4).max(1);
        Self {
            fast: concurrency.saturating_sub(slow).max(1),
            slow,
        }
    }

    fn free(&mut self, class: Class) -> &mut usize {
        match class {
            Class::Fast => &mut self.fast,
            Class::Slow => &mut self.slow,
        }
    }
}

/// An attempt under way.
struct Running {
    endpoint: EndpointId,
    events: usize,
    class: Class,
    began: Instant,
}

/// How one ended.
struct Ended {
    outcome: Outcome,
    /// The receiver wants no more.
    gone: bool,
}

/// What the dispatcher works on.
struct State {
    parts: Dispatcher,
    lanes: HashMap<EndpointId, Lane>,
    /// Endpoints to look at: they may begin an attempt or want a claim.
    attention: VecDeque<EndpointId>,
    hungry: VecDeque<EndpointId>,
    attempts: JoinSet<Ended>,
    running: HashMap<Id, Running>,
    claims: JoinSet<Claims>,
    sweeps: JoinSet<Vec<Wake>>,
}

impl Dispatcher {
    /// Sends until `stop`; then gives back what was not begun and waits a bounded time for what was.
    pub(super) async fn run(self, stop: CancellationToken) {
        let mut state = State {
            parts: self,
            lanes: HashMap::new(),
            attention: VecDeque::new(),
            hungry: VecDeque::new(),
            attempts: JoinSet::new(),
            running: HashMap::new(),
            claims: JoinSet::new(),
            sweeps: JoinSet::new(),
        };
        let queue = Arc::clone(&state.parts.queue);
        let mut sweep = tokio::time::interval(SWEEP);
        sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                Some(ended) = state.attempts.join_next_with_id() => state.ended(ended),
                Some(claims) = state.claims.join_next() => state.claimed(claims),
                Some(found) = state.sweeps.join_next() => state.woken(found.unwrap_or_default()),
                wakes = queue.receive() => match wakes {
                    Ok(wakes) => state.woken(wakes),
                    Err(error) => {
                        tracing::warn!(%error, "no wakes can be had; the sweep finds what is due");
                        tokio::time::sleep(Duration::from_millis(250)).await;
                    }
                },
                _ = sweep.tick() => state.sweep(),
            }
            state.go_on();
        }
        state.finish().await;
    }
}

impl State {
    fn woken(&mut self, wakes: Vec<Wake>) {
        let now = Instant::now();
        for wake in wakes {
            let lane = self.lanes.entry(wake.endpoint).or_insert_with(|| Lane::new(now));
            lane.wake();
            lane.used_at = now;
            self.hungry.push_back(wake.endpoint);
        }
    }

    fn sweep(&mut self) {
        let now = Instant::now();
        self.lanes
            .retain(|_, lane| !lane.is_idle() || now.duration_since(lane.used_at) < FORGET);
        if !self.sweeps.is_empty() {
            return;
        }
        let (pool, now) = (self.parts.pool.clone(), self.parts.ground.now());
        self.sweeps.spawn(async move {
            swallow(sweep::system_due(&pool, now).await, "the next sweep looks again").unwrap_or_default()
        });
    }

    fn ended(&mut self, ended: Result<(Id, Ended), tokio::task::JoinError>) {
        let (id, ended) = match ended {
            Ok((id, ended)) => (id, Some(ended)),
            Err(error) => {
                tracing::error!(%error, "an attempt broke off; its lease ends by itself");
                (error.id(), None)
            }
        };
        let Some(Running {
            endpoint,
            events,
            class,
            began,
        }) = self.running.remove(&id)
        else {
            return;
        };
        *self.parts.slots.free(class) += 1;
        if let Some(lane) = self.lanes.get_mut(&endpoint) {
            lane.ended(ended.as_ref().map(|ended| ended.outcome), events, began.elapsed());
            lane.used_at = Instant::now();
            self.hungry.push_back(endpoint);
        }
        if ended.is_some_and(|ended| ended.gone) {
            self.give_back(endpoint);
        }
        self.stand_in_line(endpoint);
    }

    /// What is claimed for an endpoint that was just disabled waits in the database until it is enabled.
    fn give_back(&mut self, endpoint: EndpointId) {
        let unsent: Vec<_> = self
            .lanes
            .get_mut(&endpoint)
            .into_iter()
            .flat_map(Lane::drain)
            .map(|claimed| claim_of(&claimed))
            .collect();
        if !unsent.is_empty() {
            let pool = self.parts.pool.clone();
            tokio::spawn(async move {
                swallow(
                    claim::system_give_back(&pool, &unsent).await,
                    "their leases end by themselves",
                );
            });
        }
    }

    fn stand_in_line(&mut self, endpoint: EndpointId) {
        if let Some(lane) = self.lanes.get_mut(&endpoint)
            && !std::mem::replace(&mut lane.in_line, true)
        {
            self.attention.push_back(endpoint);
        }
    }

    fn claimed(&mut self, claims: Result<Claims, tokio::task::JoinError>) {
        let Some(Claims {
            asked,
            deliveries,
            targets,
        }) = swallow(claims, "its leases end by themselves")
        else {
            // Without knowing which claim broke off, every lane may ask again.
            self.lanes.values_mut().for_each(|lane| lane.claim_ended(0, 0));
            return;
        };
        let now = Instant::now();
        for target in targets {
            if let Some(lane) = self.lanes.get_mut(&target.endpoint) {
                lane.target = Some(target);
            }
        }
        let mut got: HashMap<EndpointId, usize> = HashMap::new();
        for delivery in deliveries {
            *got.entry(delivery.endpoint).or_default() += 1;
            if let Some(lane) = self.lanes.get_mut(&delivery.endpoint) {
                lane.push(delivery, now);
            }
        }
        for (endpoint, slots) in asked {
            if let Some(lane) = self.lanes.get_mut(&endpoint) {
                lane.claim_ended(slots, got.get(&endpoint).copied().unwrap_or(0));
                self.hungry.push_back(endpoint);
            }
            self.stand_in_line(endpoint);
        }
    }

    fn go_on(&mut self) {
        self.begin_attempts();
        self.begin_claims();
    }

    /// In turn, one attempt an endpoint, so that a large backlog does not take all free slots at once. An endpoint that
    /// finds no free slot of its class stays in line.
    fn begin_attempts(&mut self) {
        let mut blocked = VecDeque::new();
        while let Some(endpoint) = self.attention.pop_front() {
            let Some(lane) = self.lanes.get_mut(&endpoint) else {
                continue;
            };
            lane.in_line = false;
            let Some(target) = lane.target.clone() else {
                continue;
            };
            if !lane.is_ready() {
                continue;
            }
            let class = lane.class();
            let free = self.parts.slots.free(class);
            if *free == 0 {
                lane.in_line = true;
                blocked.push_back(endpoint);
                continue;
            }
            let began = Instant::now();
            let Some(delivery) = lane.begin(began) else {
                continue;
            };
            *free -= 1;
            let events = delivery.events.len();
            let (sender, completions) = (self.parts.sender.clone(), self.parts.completions.clone());
            let task = self.attempts.spawn(async move {
                let finished = sender.attempt(&target, &delivery).await;
                let ended = Ended {
                    outcome: finished.outcome,
                    gone: finished.disable,
                };
                // Waits while the completer is behind, and holds its slot meanwhile.
                swallow(completions.send(finished).await, "the lease ends by itself");
                ended
            });
            self.running.insert(
                task.id(),
                Running {
                    endpoint,
                    events,
                    class,
                    began,
                },
            );
            self.stand_in_line(endpoint);
        }
        self.attention = blocked;
    }

    fn begin_claims(&mut self) {
        while self.claims.len() < CLAIMS && !self.hungry.is_empty() {
            let at_ease = self.lanes.values().map(Lane::held).sum::<usize>() < EVENTS_AT_EASE;
            let mut wants = Vec::new();
            let mut known = HashMap::new();
            while wants.len() < ENDPOINTS_A_CLAIM
                && let Some(endpoint) = self.hungry.pop_front()
            {
                let Some(lane) = self.lanes.get_mut(&endpoint) else {
                    continue;
                };
                let slots = lane.wants().min(if at_ease { usize::MAX } else { 1 });
                if slots == 0 {
                    continue;
                }
                lane.claim_begins();
                wants.push(Want {
                    endpoint,
                    slots: i32::try_from(slots).unwrap_or(i32::MAX),
                });
                known.extend(lane.target.as_ref().map(|target| (endpoint, target.version)));
            }
            if !wants.is_empty() {
                let claimer = Claimer {
                    ground: self.parts.ground.clone(),
                    pool: self.parts.pool.clone(),
                };
                self.claims.spawn(claimer.run(wants, known));
            }
        }
    }

    async fn finish(mut self) {
        let give_back = async {
            while let Some(claims) = self.claims.join_next().await {
                self.claimed(claims);
            }
            let unsent: Vec<_> = self
                .lanes
                .values_mut()
                .flat_map(Lane::drain)
                .map(|claimed| claim_of(&claimed))
                .collect();
            if !unsent.is_empty() {
                swallow(
                    claim::system_give_back(&self.parts.pool, &unsent).await,
                    "their leases end by themselves",
                );
            }
            while self.attempts.join_next().await.is_some() {}
        };
        if tokio::time::timeout(DRAIN, give_back).await.is_err() {
            tracing::warn!(
                attempts = self.attempts.len(),
                "attempts under way are left to their leases"
            );
        }
    }
}

/// How a claim is named when it is given back.
fn claim_of(claimed: &Claimed) -> (uuid::Uuid, i16) {
    (claimed.id.as_uuid(), claimed.attempt)
}

/// What the lanes know of their endpoints, by the time of the last change.
pub(super) type Known = HashMap<EndpointId, chrono::DateTime<chrono::Utc>>;

/// Shared with the lanes.
pub(super) type SharedTarget = Arc<Target>;
