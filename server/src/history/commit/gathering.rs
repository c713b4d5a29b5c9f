//! What waits for a commit, and when it is worth one.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, OwnedSemaphorePermit, oneshot};

use super::{CommitError, Row, Verdict};

/// How long the next commit waits for its share of the messages: senders that wait for an answer before they send again
/// come back together, and a commit costs as much as several readings do, so that few large ones are better than
/// many small ones.
const PATIENCE: Duration = Duration::from_millis(1);
/// Messages that are worth a commit of their own beside another: from there on, what a commit costs before its first
/// reading is little beside what its readings cost.
const WORTH_A_TURN: usize = 128;

/// One message and the way back to its sender.
#[derive(Debug)]
pub(super) struct Unit {
    pub(super) rows: Vec<Row>,
    pub(super) reply: oneshot::Sender<Result<Vec<Verdict>, CommitError>>,
    /// Held until the answer is out.
    pub(super) _room: OwnedSemaphorePermit,
}

impl Unit {
    /// Whether its sender still waits. Else a commit that has not begun does not take it any more: he was told to send it
    /// again, and a reading without a time of its own would be another one then.
    pub(super) fn is_wanted(&self) -> bool {
        let wanted = !self.reply.is_closed();
        if !wanted {
            metrics::counter!("vitalwire_commit_given_up_total").increment(1);
        }
        wanted
    }

    /// A sender that went away gets its answer when it sends again.
    pub(super) fn answer(self, result: Result<Vec<Verdict>, CommitError>) {
        if self.reply.send(result).is_err() {
            metrics::counter!("vitalwire_commit_answers_unheard_total").increment(1);
        }
    }
}

/// The messages of one commit. The commit counts as under way until this is dropped.
#[derive(Debug)]
pub(super) struct Group<'a> {
    pub(super) units: Vec<Unit>,
    under_way: UnderWay<'a>,
}

impl Group<'_> {
    /// The commit takes unusually long. Its senders are not waited for by the others any more.
    pub(super) fn is_slow(&mut self) {
        let messages = std::mem::take(&mut self.under_way.messages);
        let gathering = self.under_way.gathering;
        let mut state = gathering.lock();
        state.messages_under_way -= messages;
        state.senders = state.senders.saturating_sub(messages);
        state.slow += 1;
        self.under_way.slow = true;
        drop(state);
        gathering.ready.notify_one();
    }
}

/// Where messages gather. Senders wake a committing task only when there is a commit to begin, so that a busy server
/// does not spend its time on waking.
///
/// Where there are many senders, commits take turns: while one is written, the senders of the other read their answers
/// and send again. For that each takes its share of all messages that were seen to be here at one time.
#[derive(Debug)]
pub(super) struct Gathering {
    state: Mutex<State>,
    ready: Notify,
    size: Size,
}

/// How commits are made.
#[derive(Debug, Clone, Copy)]
struct Size {
    /// At the same time.
    turns: usize,
    /// Readings in one, unless one message alone brings more.
    batch: usize,
}

#[derive(Debug, Default)]
struct State {
    units: Vec<Unit>,
    readings: usize,
    /// Commits.
    under_way: usize,
    /// Those of them that take unusually long.
    slow: usize,
    /// The messages in the others.
    messages_under_way: usize,
    /// The most messages that were here at one time, waiting and under way; anew once the wait for them was in vain.
    senders: usize,
    closed: bool,
}

/// What a committing task should do.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    Commit,
    /// Wait a little for more.
    Gather,
    /// Wait to be woken.
    Rest,
}

/// What a committing task found.
#[derive(Debug)]
enum Look<'a> {
    Group(Group<'a>),
    Gather,
    Rest,
    End,
}

#[derive(Debug)]
struct UnderWay<'a> {
    gathering: &'a Gathering,
    messages: usize,
    slow: bool,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let mut state = self.gathering.lock();
        state.under_way -= 1;
        state.slow -= usize::from(self.slow);
        state.messages_under_way -= self.messages;
        // Whoever ends a commit looks for the next one himself, unless he ends with it.
        if std::thread::panicking() {
            self.gathering.ready.notify_one();
        }
    }
}

impl State {
    fn next(&self, size: Size) -> Next {
        let share = self
            .senders
            .div_ceil((self.senders / WORTH_A_TURN).clamp(1, size.turns));
        if self.units.is_empty() || self.under_way >= size.turns {
            Next::Rest
        } else if self.units.len() >= share || self.readings >= size.batch {
            Next::Commit
        } else if self.under_way == self.slow {
            Next::Gather
        } else {
            Next::Rest
        }
    }

    fn forget_unwanted(&mut self) {
        let before = self.units.len();
        self.units.retain(Unit::is_wanted);
        if self.units.len() < before {
            self.readings = self.units.iter().map(|unit| unit.rows.len()).sum();
        }
    }

    /// The oldest messages up to a number of readings; at least one message.
    fn split(&mut self, readings: usize) -> Vec<Unit> {
        let mut taken = 0;
        let fitting = self
            .units
            .iter()
            .take_while(|unit| {
                let fits = taken == 0 || taken + unit.rows.len() <= readings;
                taken += unit.rows.len();
                fits
            })
            .count();
        let rest = self.units.split_off(fitting);
        self.readings = rest.iter().map(|unit| unit.rows.len()).sum();
        std::mem::replace(&mut self.units, rest)
    }
}

impl Gathering {
    /// For so many commits at the same time, and so many readings in one.
    pub(super) fn new(turns: usize, batch: usize) -> Self {
        Self {
            state: Mutex::default(),
            ready: Notify::new(),
            size: Size {
                turns: turns.max(1),
                batch,
            },
        }
    }

    /// Adds a message.
    pub(super) fn add(&self, unit: Unit) {
        let mut state = self.lock();
        let before = state.next(self.size);
        state.readings += unit.rows.len();
        state.units.push(unit);
        let changed = state.next(self.size) != before;
        drop(state);
        if changed {
            self.ready.notify_one();
        }
    }

    /// The next commit's messages, as soon as they are worth one; `None` once it is closed and empty.
    pub(super) async fn take(&self) -> Option<Group<'_>> {
        loop {
            match self.look() {
                Look::Group(group) => return Some(group),
                Look::Gather => {
                    // Woken or not: what there is now decides.
                    if tokio::time::timeout(PATIENCE, self.ready.notified())
                        .await
                        .is_err()
                    {
                        self.give_up_waiting();
                    }
                }
                Look::Rest => self.ready.notified().await,
                Look::End => return None,
            }
        }
    }

    fn give_up_waiting(&self) {
        let mut state = self.lock();
        if state.next(self.size) == Next::Gather {
            state.senders = state.units.len();
        }
    }

    fn look(&self) -> Look<'_> {
        let mut state = self.lock();
        state.forget_unwanted();
        let found = match state.next(self.size) {
            Next::Rest if state.closed && state.units.is_empty() => Look::End,
            Next::Rest => Look::Rest,
            Next::Gather if !state.closed => Look::Gather,
            Next::Gather | Next::Commit => {
                state.senders = state.senders.max(state.units.len() + state.messages_under_way);
                let units = state.split(self.size.batch);
                let messages = units.len();
                state.under_way += 1;
                state.messages_under_way += messages;
                let under_way = UnderWay {
                    gathering: self,
                    messages,
                    slow: false,
                };
                Look::Group(Group { units, under_way })
            }
        };
        let others = matches!(found, Look::End) || state.next(self.size) == Next::Commit;
        drop(state);
        if others {
            self.ready.notify_one();
        }
        found
    }

    /// Nothing more will come; what waits is still committed.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.ready.notify_one();
    }

    /// Nobody panics with the lock held, and what it guards is whole between any two of its statements.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::sync::Semaphore;

    use super::*;
    use crate::history::commit::tests::row;

    /// The receiver of the answer, which must be kept: who drops it has given up.
    type Sender = oneshot::Receiver<Result<Vec<Verdict>, CommitError>>;

    #[must_use]
    fn sends(gathering: &Gathering, readings: usize) -> Sender {
        let room = Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap();
        let (reply, answer) = oneshot::channel();
        gathering.add(Unit {
            rows: (0..readings).map(|_| row()).collect(),
            reply,
            _room: room,
        });
        answer
    }

    /// Somebody who waits as long as it takes.
    fn add(gathering: &Gathering, readings: usize) {
        std::mem::forget(sends(gathering, readings));
    }

    /// Readings in a commit.
    const LARGEST: usize = 500;

    /// The messages of the commit that begins now, if one does.
    fn begins(gathering: &Gathering) -> Option<(usize, Group<'_>)> {
        match gathering.look() {
            Look::Group(group) => Some((group.units.len(), group)),
            Look::Gather | Look::Rest | Look::End => None,
        }
    }

    #[test]
    fn a_lone_message_is_committed_at_once() {
        let gathering = Gathering::new(2, LARGEST);
        assert!(begins(&gathering).is_none());
        add(&gathering, 1);
        assert_eq!(begins(&gathering).unwrap().0, 1);
    }

    #[test]
    fn many_senders_take_turns_with_half_of_them_in_each_commit() {
        let gathering = Gathering::new(2, LARGEST);
        let half = WORTH_A_TURN;
        let add = |messages: usize| (0..messages).for_each(|_| add(&gathering, 1));
        add(2 * half);
        let all = begins(&gathering).unwrap();
        assert_eq!(all.0, 2 * half);
        drop(all);
        add(half - 1);
        assert!(matches!(gathering.look(), Look::Gather));
        add(1);
        let one = begins(&gathering).unwrap();
        assert_eq!(one.0, half);
        add(half - 1);
        assert!(begins(&gathering).is_none(), "too few while another is under way");
        add(1);
        let other = begins(&gathering).unwrap();
        assert_eq!(other.0, half);
        add(half + 1);
        assert!(begins(&gathering).is_none(), "both turns are taken");
        drop(one);
        assert_eq!(begins(&gathering).unwrap().0, half + 1);
        drop(other);
    }

    #[test]
    fn a_few_senders_share_one_commit() {
        let gathering = Gathering::new(2, LARGEST);
        for _ in 0..8 {
            add(&gathering, 1);
        }
        let all = begins(&gathering).unwrap();
        assert_eq!(all.0, 8);
        for _ in 0..7 {
            add(&gathering, 1);
        }
        assert!(begins(&gathering).is_none());
        drop(all);
        assert!(matches!(gathering.look(), Look::Gather));
    }

    #[test]
    fn senders_that_came_together_are_waited_for_and_then_not() {
        let gathering = Gathering::new(1, LARGEST);
        for _ in 0..3 {
            add(&gathering, 1);
        }
        drop(begins(&gathering).unwrap());
        add(&gathering, 1);
        assert!(begins(&gathering).is_none());
        add(&gathering, 1);
        assert!(begins(&gathering).is_none());
        add(&gathering, 1);
        assert_eq!(begins(&gathering).unwrap().0, 3, "all are back");
        add(&gathering, 1);
        gathering.give_up_waiting();
        assert_eq!(begins(&gathering).unwrap().0, 1, "the others did not come back");
    }

    #[test]
    fn a_commit_holds_whole_messages_and_not_too_many_and_a_full_one_waits_for_nobody() {
        let gathering = Gathering::new(2, LARGEST);
        for readings in [300, 150, 100, 400, 2_500] {
            add(&gathering, readings);
        }
        let first = begins(&gathering).unwrap();
        assert_eq!(first.0, 2);
        let second = begins(&gathering).unwrap();
        assert_eq!(second.0, 2, "beside the first, because what is left fills it");
        drop((first, second));
        let third = begins(&gathering).unwrap();
        assert_eq!(third.0, 1, "one message alone may bring more");
        drop(third);
        add(&gathering, LARGEST - 1);
        assert!(matches!(gathering.look(), Look::Gather), "five were here before");
    }

    #[test]
    fn what_its_sender_has_given_up_is_not_stored() {
        let gathering = Gathering::new(2, LARGEST);
        drop(sends(&gathering, 7));
        assert!(matches!(gathering.look(), Look::Rest));
        let waits = sends(&gathering, 3);
        drop(sends(&gathering, 7));
        let commit = begins(&gathering).unwrap();
        assert_eq!(commit.0, 1);
        assert_eq!(commit.1.units[0].rows.len(), 3);
        drop(waits);
    }

    #[test]
    fn nobody_waits_for_a_commit_that_takes_unusually_long() {
        let gathering = Gathering::new(2, LARGEST);
        let add = |messages: usize| (0..messages).for_each(|_| add(&gathering, 1));
        add(20);
        let (_, mut hangs) = begins(&gathering).unwrap();
        add(12);
        assert!(begins(&gathering).is_none(), "the twenty may come back soon");
        hangs.is_slow();
        let all = begins(&gathering).unwrap();
        assert_eq!(all.0, 12, "and now they are not waited for");
        add(1);
        assert!(begins(&gathering).is_none(), "both turns are taken");
        drop(all);
        assert!(matches!(gathering.look(), Look::Gather), "for those twelve");
        gathering.give_up_waiting();
        drop(begins(&gathering).unwrap());
        drop(hangs);
        add(1);
        assert_eq!(begins(&gathering).unwrap().0, 1);
    }

    #[tokio::test]
    async fn what_waits_at_the_end_is_committed_and_everybody_goes_home() {
        let gathering = Gathering::new(2, LARGEST);
        add(&gathering, 1);
        add(&gathering, 1);
        drop(begins(&gathering));
        add(&gathering, 1);
        gathering.close();
        let last = gathering.take().await.unwrap();
        assert_eq!(last.units.len(), 1);
        drop(last);
        assert!(gathering.take().await.is_none());
        assert!(gathering.take().await.is_none());
    }
}
