//! How long to wait after a failure.

use std::time::Duration;

/// A platform that asks for more is asked again after this.
const LONGEST_WISH: Duration = Duration::from_hours(1);

/// Waits that double from failure to failure, each cut at random to between half and all of itself, so that hubs that
/// lost the platform together do not come back together.
#[derive(Debug, Clone)]
pub(crate) struct Backoff {
    first: Duration,
    most: Duration,
    failures: u32,
}

impl Backoff {
    pub(crate) fn new(first: Duration, most: Duration) -> Self {
        Self {
            first,
            most,
            failures: 0,
        }
    }

    pub(crate) fn reset(&mut self) {
        self.failures = 0;
    }

    /// The next wait. `chance` is an evenly spread random byte; `wish` the platform's `Retry-After`, which is never
    /// undercut and gets up to one first wait on top.
    pub(crate) fn next(&mut self, chance: u8, wish: Option<Duration>) -> Duration {
        let full = self
            .first
            .saturating_mul(2_u32.saturating_pow(self.failures))
            .min(self.most);
        self.failures = self.failures.saturating_add(1);
        let own = full / 2 + part(full / 2, chance);
        match wish {
            Some(wish) => own.max(wish.min(LONGEST_WISH) + part(self.first, chance)),
            None => own,
        }
    }
}

fn part(of: Duration, chance: u8) -> Duration {
    of * u32::from(chance) / u32::from(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn waits_double_up_to_a_minute_and_never_pass_it() {
        let mut backoff = Backoff::new(seconds(1), seconds(60));
        let waits: Vec<_> = (0..8).map(|_| backoff.next(255, None)).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60].map(seconds));
        for _ in 0..100 {
            assert!(backoff.next(255, None) <= seconds(60));
        }
        assert_eq!(backoff.next(0, None), seconds(30), "chance takes half at most");
        backoff.reset();
        assert_eq!(backoff.next(255, None), seconds(1));
    }

    #[test]
    fn the_platforms_wish_is_never_undercut() {
        let mut backoff = Backoff::new(seconds(1), seconds(60));
        assert_eq!(backoff.next(0, Some(seconds(90))), seconds(90));
        assert_eq!(backoff.next(255, Some(seconds(90))), seconds(91));
        assert_eq!(
            backoff.next(255, Some(seconds(0))),
            seconds(4),
            "nor does it shorten the hub's own wait"
        );
        assert_eq!(backoff.next(0, Some(Duration::MAX)), LONGEST_WISH);
    }
}
