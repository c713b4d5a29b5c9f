//! Who hashes next. Work waits in one line for two threads, each with memory of its own that it keeps and fills again: what
//! comes one after another is done by the first of them, so that the second one's memory is only ever needed by a rush.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::{io, thread};

use argon2::Block;

/// Hashes at the same time: each takes a core and the memory of a hash.
const AT_ONCE: usize = 2;
/// Sign-ins that may wait for their turn, about a second's worth.
pub(super) const WAITING: usize = 64;

/// What a thread does: it gets the memory for it.
pub(super) type Work = Box<dyn FnOnce(&mut Vec<Block>) + Send>;

/// Nobody can wait any more: [`WAITING`] do already.
#[derive(Debug)]
pub(super) struct Full;

/// The line and its threads, which end with it.
pub(super) struct Turns {
    line: Arc<Line>,
}

impl fmt::Debug for Turns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Turns").finish_non_exhaustive()
    }
}

impl Turns {
    /// Starts the threads.
    pub(super) fn start() -> io::Result<Self> {
        let turns = Self { line: Arc::default() };
        for place in 0..AT_ONCE {
            let line = Arc::clone(&turns.line);
            thread::Builder::new()
                .name("passwords".to_owned())
                .spawn(move || line.serve(place))?;
        }
        Ok(turns)
    }

    /// Puts work at the end of the line.
    pub(super) fn push(&self, work: Work) -> Result<(), Full> {
        let mut state = self.line.state();
        if state.waiting.len() >= WAITING {
            return Err(Full);
        }
        state.waiting.push_back(work);
        drop(state);
        self.line.changed.notify_all();
        Ok(())
    }
}

impl Drop for Turns {
    fn drop(&mut self) {
        self.line.state().over = true;
        self.line.changed.notify_all();
    }
}

/// What the threads share.
#[derive(Default)]
struct Line {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Work>,
    /// Which threads are at work.
    busy: [bool; AT_ONCE],
    /// Nobody asks any more.
    over: bool,
}

impl State {
    /// Whether the thread of this place has nothing to do: all before it take first.
    fn idle(&self, place: usize) -> bool {
        !self.over && (self.waiting.is_empty() || self.busy.iter().take(place).any(|busy| !busy))
    }
}

impl Line {
    /// One thread's life.
    fn serve(&self, place: usize) {
        let mut memory = Vec::new();
        while let Some(work) = self.next(place) {
            work(&mut memory);
        }
    }

    /// Waits for the thread's next work; `None` when it is over, which leaves undone what still waits.
    fn next(&self, place: usize) -> Option<Work> {
        let mut state = self.state();
        state.mark(place, false);
        let mut state = self
            .changed
            .wait_while(state, |state| state.idle(place))
            .unwrap_or_else(PoisonError::into_inner);
        if state.over {
            return None;
        }
        let work = state.waiting.pop_front();
        state.mark(place, true);
        drop(state);
        // What is left in the line may be the next thread's now.
        self.changed.notify_all();
        work
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn mark(&mut self, place: usize, busy: bool) {
        if let Some(mark) = self.busy.get_mut(place) {
            *mark = busy;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;

    /// Work that says which thread does it, and then ends when it is told to.
    fn work(told: &Sender<(thread::ThreadId, usize)>) -> (Work, Sender<()>) {
        let (end, ended): (Sender<()>, Receiver<()>) = channel();
        let told = told.clone();
        let work: Work = Box::new(move |memory| {
            memory.resize(memory.len() + 1, Block::new());
            told.send((thread::current().id(), memory.len())).unwrap();
            // What is dropped ends it.
            ended.recv().unwrap_err();
        });
        (work, end)
    }

    #[test]
    fn one_after_another_is_the_first_threads_and_fills_its_memory_again() {
        let turns = Turns::start().unwrap();
        let (told, tells) = channel();
        let mut threads = Vec::new();
        for round in 1..=50 {
            let (work, end) = work(&told);
            turns.push(work).unwrap();
            let (thread, blocks) = tells.recv().unwrap();
            assert_eq!(blocks, round, "the memory of the one before");
            threads.push(thread);
            drop(end);
            turns.settled();
        }
        threads.dedup();
        assert_eq!(threads.len(), 1);
    }

    #[test]
    fn two_work_at_once_and_the_rest_waits_up_to_a_bound() {
        let turns = Turns::start().unwrap();
        let (told, tells) = channel();
        let mut ends = Vec::new();
        let mut push = || {
            let (work, end) = work(&told);
            ends.push(end);
            turns.push(work)
        };
        push().unwrap();
        push().unwrap();
        let (one, two) = (tells.recv().unwrap(), tells.recv().unwrap());
        assert!(one.0 != two.0 && (one.1, two.1) == (1, 1));
        for _ in 0..WAITING {
            push().unwrap();
        }
        push().unwrap_err();
        assert!(tells.try_recv().is_err(), "two at once, and no third");
        ends.clear();
        assert_eq!(tells.iter().take(WAITING).count(), WAITING);
    }

    #[test]
    fn the_threads_end_when_nobody_can_ask_any_more() {
        let (told, tells) = channel();
        let turns = Turns::start().unwrap();
        let (work, end) = work(&told);
        turns.push(work).unwrap();
        tells.recv().unwrap();
        let line = Arc::downgrade(&turns.line);
        drop((turns, end, told));
        while line.strong_count() > 0 {
            thread::yield_now();
        }
    }

    impl Turns {
        /// Waits until no thread is at work.
        fn settled(&self) {
            while self.line.state().busy.contains(&true) {
                thread::yield_now();
            }
        }
    }
}
