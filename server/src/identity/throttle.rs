//! How often somebody may try a password: per account and per place, on the injected clock.

use std::fmt;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use governor::clock::Clock as GovernorClock;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

use super::{Email, IdentityError};
use crate::ground::Clock;

/// Per account: ten in a row, then one in 15 s. A stranger can slow an account's owner down, and no more than that.
const ACCOUNT: (u32, Duration) = (10, Duration::from_secs(15));
/// Per place: a clinic behind one address starts its day in a row, then one in 2 s.
const PLACE: (u32, Duration) = (60, Duration::from_secs(2));
/// After how many attempts those that have recovered are forgotten.
const SWEEP: u32 = 1024;

/// The injected clock as governor reads one: time since 1970.
#[derive(Clone)]
struct Ticks(Arc<dyn Clock>);

impl GovernorClock for Ticks {
    type Instant = Duration;

    fn now(&self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.now().timestamp_micros()).unwrap_or(0))
    }
}

/// A burst of attempts a key, then one each period.
pub struct Throttle<K: Hash + Eq + Clone> {
    ticks: Ticks,
    limiter: RateLimiter<K, DashMapStateStore<K>, Ticks, NoOpMiddleware<Duration>>,
    attempts: AtomicU32,
}

impl<K: Hash + Eq + Clone> fmt::Debug for Throttle<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Throttle").finish_non_exhaustive()
    }
}

impl<K: Hash + Eq + Clone> Throttle<K> {
    /// Allows `burst` attempts in a row, and one more `each` period.
    pub fn new(clock: Arc<dyn Clock>, burst: u32, each: Duration) -> Self {
        let ticks = Ticks(clock);
        let limiter = RateLimiter::new(quota(burst, each), DashMapStateStore::default(), ticks.clone());
        Self {
            ticks,
            limiter,
            attempts: AtomicU32::new(0),
        }
    }

    /// Counts an attempt, or says how long it takes until the next one has a chance.
    pub fn attempt(&self, key: &K) -> Result<(), Duration> {
        if self.attempts.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            self.limiter.retain_recent();
        }
        self.limiter
            .check_key(key)
            .map_err(|refused| refused.wait_time_from(self.ticks.now()))
    }
}

/// The two throttles of a sign-in.
#[derive(Debug)]
pub(super) struct SignInThrottle {
    accounts: Throttle<Email>,
    places: Throttle<IpAddr>,
}

impl SignInThrottle {
    pub(super) fn new(clock: &Arc<dyn Clock>) -> Self {
        let (burst, each) = ACCOUNT;
        let accounts = Throttle::new(Arc::clone(clock), burst, each);
        let (burst, each) = PLACE;
        Self {
            accounts,
            places: Throttle::new(Arc::clone(clock), burst, each),
        }
    }

    /// Counts an attempt. The place is asked first, so that one place cannot fill the memory with invented accounts.
    pub(super) fn attempt(&self, email: &Email, remote: IpAddr) -> Result<(), IdentityError> {
        self.places
            .attempt(&place(remote))
            .and_then(|()| self.accounts.attempt(email))
            .map_err(|retry_after| IdentityError::TooManyAttempts { retry_after })
    }
}

fn quota(burst: u32, each: Duration) -> Quota {
    let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
    Quota::with_period(each)
        .unwrap_or(Quota::per_second(NonZeroU32::MIN))
        .allow_burst(burst)
}

/// Where an attempt comes from: an address, or with IPv6 the /64 that one house has to try from.
pub fn place(remote: IpAddr) -> IpAddr {
    match remote.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::ground::TestClock;

    fn here() -> IpAddr {
        "192.0.2.1".parse().unwrap()
    }

    #[test]
    fn an_account_recovers_one_attempt_at_a_time() {
        let clock = Arc::new(TestClock::at("2026-11-20T12:00:00Z".parse().unwrap()));
        let throttle = SignInThrottle::new(&(Arc::clone(&clock) as Arc<dyn Clock>));
        let ann: Email = "ann@clinic.example".parse().unwrap();
        for _ in 0..10 {
            throttle.attempt(&ann, here()).unwrap();
        }
        let Err(IdentityError::TooManyAttempts { retry_after }) = throttle.attempt(&ann, here()) else {
            panic!("the eleventh attempt in a row must be refused")
        };
        assert!(retry_after > Duration::ZERO && retry_after <= Duration::from_secs(15));
        throttle
            .attempt(&"bob@clinic.example".parse().unwrap(), here())
            .unwrap();
        clock.advance(TimeDelta::seconds(15));
        throttle.attempt(&ann, here()).unwrap();
        assert!(throttle.attempt(&ann, here()).is_err());
    }

    #[test]
    fn a_place_is_slowed_whatever_accounts_it_invents() {
        let clock = Arc::new(TestClock::at("2026-11-20T12:00:00Z".parse().unwrap()));
        let throttle = SignInThrottle::new(&(clock as Arc<dyn Clock>));
        let refused = (0..100)
            .filter(|n| {
                throttle
                    .attempt(&format!("u{n}@clinic.example").parse().unwrap(), here())
                    .is_err()
            })
            .count();
        assert_eq!(refused, 40);
    }

    #[test]
    fn one_house_is_one_place() {
        let [a, b]: [IpAddr; 2] =
            ["2001:db8:1:2::7", "2001:db8:1:2:ffff::8"].map(|text| text.parse().unwrap());
        assert_eq!(place(a), place(b));
        assert_eq!(place("::ffff:192.0.2.1".parse().unwrap()), here());
    }
}
