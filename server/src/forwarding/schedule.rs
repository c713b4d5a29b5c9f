//! When to try again. The schedule is DESIGN §6's: nine retries over three days, then the dead-letter shelf.

use std::time::Duration;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// Seconds from a failed attempt to the next one.
const DELAYS: [u64; 9] = [
    5,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
];
/// Attempts of one delivery in all.
pub const ATTEMPTS: usize = DELAYS.len() + 1;

/// How long at least lies between the first attempt and the last.
pub fn spread() -> Duration {
    Duration::from_secs(DELAYS.iter().sum())
}

/// A server may ask for more time than the schedule gives, but for no more than this.
const LONGEST_WISH: Duration = Duration::from_secs(24 * HOUR);

/// How long to wait after the attempt of this number (the first is 1) failed; `None`: no more attempts.
///
/// `wish` is the server's `Retry-After`, `chance` an evenly spread random byte: up to a fifth is added, so that what
/// failed together does not come back together.
pub(super) fn delay_after(attempt: i16, wish: Option<Duration>, chance: u8) -> Option<Duration> {
    let index = usize::try_from(attempt.max(1) - 1).ok()?;
    let base = Duration::from_secs(*DELAYS.get(index)?);
    let jitter = base.mul_f64(0.2 * f64::from(chance) / 255.0);
    Some((base + jitter).max(wish.unwrap_or_default().min(LONGEST_WISH)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schedule_is_the_published_one() {
        let delays: Vec<_> = (1..=10)
            .map(|n| delay_after(n, None, 0).map(|delay| delay.as_secs()))
            .collect();
        let hours = |n: u64| Some(n * 3600);
        assert_eq!(delays[..3], [Some(5), Some(300), Some(1800)]);
        assert_eq!(
            delays[3..9],
            [hours(2), hours(5), hours(10), hours(14), hours(20), hours(24)]
        );
        assert_eq!(delays[9], None, "after the tenth attempt the shelf is next");
        let seconds: u64 = delays.iter().flatten().sum();
        assert_eq!((ATTEMPTS, spread().as_secs()), (10, seconds));
    }

    #[test]
    fn jitter_only_adds_and_never_more_than_a_fifth() {
        for chance in [0, 1, 128, 255] {
            let delay = delay_after(2, None, chance).unwrap();
            assert!((300.0..=360.0).contains(&delay.as_secs_f64()), "{delay:?}");
        }
    }

    #[test]
    fn a_server_s_wish_is_honoured_within_bounds() {
        let wish = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(delay_after(1, wish(60), 0), wish(60));
        assert_eq!(
            delay_after(2, wish(1), 0),
            wish(300),
            "asking for less changes nothing"
        );
        assert_eq!(delay_after(1, wish(u64::MAX), 0), wish(86_400));
    }

    #[test]
    fn odd_attempt_numbers_are_harmless() {
        assert_eq!(delay_after(0, None, 0), Some(Duration::from_secs(5)));
        assert_eq!(delay_after(i16::MIN, None, 0), Some(Duration::from_secs(5)));
        assert_eq!(delay_after(i16::MAX, None, 0), None);
    }
}
