//! Unpredictable bytes.

use std::cell::RefCell;

use aws_lc_rs::rand::{SecureRandom, SystemRandom as AwsRandom};

/// A source of unpredictable bytes.
pub trait Random: Send + Sync {
    /// Fills the whole slice.
    fn fill(&self, bytes: &mut [u8]);
}

/// What is asked for at most in one go to be taken from the bytes that a thread has fetched ahead: the random part of an
/// id, a nonce, a code for people to type. Keys and tokens are longer, and each is fetched on its own.
const SMALL: usize = 16;
/// Fetched ahead by each thread. The generator costs the same for a few bytes as for some hundred, and a reading needs it
/// three times.
const AHEAD: usize = 512;

/// The operating system's generator by way of aws-lc.
#[derive(Debug)]
pub struct SystemRandom(AwsRandom);

impl SystemRandom {
    /// A handle; costs nothing.
    pub fn new() -> Self {
        Self(AwsRandom::new())
    }

    #[expect(
        clippy::expect_used,
        reason = "a machine without randomness must not go on and make guessable secrets"
    )]
    fn fetch(&self, bytes: &mut [u8]) {
        self.0
            .fill(bytes)
            .expect("the operating system gives random bytes");
    }
}

impl Default for SystemRandom {
    fn default() -> Self {
        Self::new()
    }
}

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        if bytes.len() > SMALL {
            return self.fetch(bytes);
        }
        AHEAD_OF_THREAD.with_borrow_mut(|ahead| ahead.take(bytes, |all| self.fetch(all)));
    }
}

thread_local! {
    static AHEAD_OF_THREAD: RefCell<Ahead> = const { RefCell::new(Ahead::empty()) };
}

/// Random bytes that nobody has had yet.
struct Ahead {
    bytes: [u8; AHEAD],
    left: usize,
}

impl Ahead {
    const fn empty() -> Self {
        Self {
            bytes: [0; AHEAD],
            left: 0,
        }
    }

    /// Gives the last bytes away and forgets them.
    fn take(&mut self, wanted: &mut [u8], fetch: impl FnOnce(&mut [u8])) {
        if self.left < wanted.len() {
            fetch(&mut self.bytes);
            self.left = AHEAD;
        }
        let rest = self.left - wanted.len();
        wanted.copy_from_slice(&self.bytes[rest..self.left]);
        self.bytes[rest..self.left].fill(0);
        self.left = rest;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn keys_and_tokens_are_fetched_on_their_own() {
        let random = SystemRandom::new();
        let left = || AHEAD_OF_THREAD.with_borrow(|ahead| ahead.left);
        random.fill(&mut [0; SMALL]);
        let before = left();
        random.fill(&mut [0; SMALL + 1]);
        assert_eq!(left(), before);
        random.fill(&mut [0; SMALL]);
        assert_eq!(left(), before - SMALL);
    }

    #[test]
    fn nobody_gets_what_another_had() {
        let random = SystemRandom::new();
        let mut seen = HashSet::new();
        for _ in 0..1_000 {
            let mut bytes = [0; 12];
            random.fill(&mut bytes);
            assert!(seen.insert(bytes));
        }
    }

    #[test]
    fn bytes_are_given_whole_and_once_and_then_forgotten() {
        let mut ahead = Ahead::empty();
        let mut fetched = 0_u8;
        let mut take = |ahead: &mut Ahead, length: usize| {
            let mut wanted = vec![0; length];
            ahead.take(&mut wanted, |bytes| {
                fetched += 1;
                for (byte, value) in bytes.iter_mut().zip((1..=u8::MAX).cycle()) {
                    *byte = value;
                }
            });
            (wanted, fetched)
        };
        let (last, _) = take(&mut ahead, SMALL);
        assert_eq!(last[..2], [242, 243], "the end of 512 bytes of 1 to 255");
        assert!(ahead.bytes[AHEAD - SMALL..].iter().all(|byte| *byte == 0));
        for _ in 1..AHEAD / SMALL {
            assert_eq!(take(&mut ahead, SMALL).1, 1);
        }
        assert!(ahead.bytes.iter().all(|byte| *byte == 0));
        assert_eq!(take(&mut ahead, 1).1, 2, "all are gone");
        assert_eq!(ahead.left, AHEAD - 1);
        ahead.left = SMALL - 1;
        assert_eq!(take(&mut ahead, SMALL).1, 3, "too few are no reason to give less");
    }
}
