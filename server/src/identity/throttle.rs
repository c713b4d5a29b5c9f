//! How often somebody may try: per account and per place, on the injected clock.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::{Email, IdentityError};
use crate::ground::Clock;

/// Failures at one account from one place: ten in a row, then one in 15 s.
const ACCOUNT_AT_PLACE: (u32, Duration) = (10, Duration::from_secs(15));
/// Failures at one account from wherever: so loose that a few strangers, slowed down each for themselves, never use it
/// up and keep its owner out. It is there for guesses from very many places.
const ACCOUNT: (u32, Duration) = (100, Duration::from_secs(5));
/// Failures from one place at whatever accounts: a clinic behind one address starts its day in a row, then one in 2 s.
const PLACE: (u32, Duration) = (60, Duration::from_secs(2));
/// Requests for a new password from one place, and for one address from wherever.
const RESETS_AT_PLACE: (u32, Duration) = (20, Duration::from_secs(30));
const RESETS: (u32, Duration) = (5, Duration::from_mins(10));
/// After how many attempts those keys that have recovered are forgotten.
const SWEEP: u32 = 1024;

/// A burst of attempts a key, then one each period.
pub struct Throttle<K: Hash + Eq + Clone> {
    clock: Arc<dyn Clock>,
    burst: i64,
    /// Microseconds.
    each: i64,
    known: Mutex<Known<K>>,
}

/// When each key will have recovered wholly, in microseconds since 1970: every attempt puts that off by a period, and it
/// may lie a burst of periods ahead at most.
struct Known<K> {
    recovered: HashMap<K, i64>,
    attempts: u32,
}

impl<K: Hash + Eq + Clone> fmt::Debug for Throttle<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Throttle").finish_non_exhaustive()
    }
}

impl<K: Hash + Eq + Clone> Throttle<K> {
    /// Allows `burst` attempts in a row, and one more `each` period.
    pub fn new(clock: Arc<dyn Clock>, burst: u32, each: Duration) -> Self {
        let known = Known {
            recovered: HashMap::new(),
            attempts: 0,
        };
        Self {
            clock,
            burst: i64::from(burst.max(1)),
            each: i64::try_from(each.as_micros()).unwrap_or(i64::MAX).max(1),
            known: Mutex::new(known),
        }
    }

    /// Counts an attempt, or says how long it takes until the next one has a chance. One that is refused does not count.
    pub fn attempt(&self, key: &K) -> Result<(), Duration> {
        let now = self.clock.now().timestamp_micros();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.attempts += 1;
        if known.attempts >= SWEEP {
            known.attempts = 0;
            known.recovered.retain(|_, recovered| *recovered > now);
        }
        let recovered = known.recovered.get(key).copied().unwrap_or(now).max(now);
        let wait = recovered
            .saturating_add(self.each)
            .saturating_sub(self.each.saturating_mul(self.burst))
            .saturating_sub(now);
        if wait > 0 {
            return Err(Duration::from_micros(wait.unsigned_abs()));
        }
        known
            .recovered
            .insert(key.clone(), recovered.saturating_add(self.each));
        Ok(())
    }

    /// Takes an attempt back that turned out to be none.
    pub(super) fn take_back(&self, key: &K) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(recovered) = known.recovered.get_mut(key) {
            *recovered = recovered.saturating_sub(self.each);
        }
    }
}

/// The throttles of a sign-in. An attempt counts from its beginning, so that many at once are not more than many in a
/// row, and no longer once it has succeeded: only failures slow anybody down.
#[derive(Debug)]
pub(super) struct SignInThrottle {
    places: Throttle<IpAddr>,
    accounts_at_places: Throttle<(Email, IpAddr)>,
    accounts: Throttle<Email>,
}

/// An attempt that counts as a failure until it is said to be none.
#[derive(Debug)]
#[must_use = "who proves the password must not be slowed down"]
pub(super) struct Attempt<'a> {
    throttle: &'a SignInThrottle,
    key: (Email, IpAddr),
}

impl Attempt<'_> {
    /// The password was right, or nobody looked at it.
    pub(super) fn was_no_failure(self) {
        let (email, place) = &self.key;
        self.throttle.places.take_back(place);
        self.throttle.accounts_at_places.take_back(&self.key);
        self.throttle.accounts.take_back(email);
    }
}

impl SignInThrottle {
    pub(super) fn new(clock: &Arc<dyn Clock>) -> Self {
        let (place, account_at_place, account) = (PLACE, ACCOUNT_AT_PLACE, ACCOUNT);
        Self {
            places: Throttle::new(Arc::clone(clock), place.0, place.1),
            accounts_at_places: Throttle::new(Arc::clone(clock), account_at_place.0, account_at_place.1),
            accounts: Throttle::new(Arc::clone(clock), account.0, account.1),
        }
    }

    /// Counts an attempt. The place is asked first, so that one place cannot fill the memory with invented accounts; the
    /// account last, so that a stranger who is slowed down already uses up nothing of the owner's.
    pub(super) fn attempt(&self, email: &Email, remote: IpAddr) -> Result<Attempt<'_>, IdentityError> {
        let too_many = |retry_after| IdentityError::TooManyAttempts { retry_after };
        let place = place(remote);
        let key = (email.clone(), place);
        self.places.attempt(&place).map_err(too_many)?;
        if let Err(wait) = self.accounts_at_places.attempt(&key) {
            self.places.take_back(&place);
            return Err(too_many(wait));
        }
        if let Err(wait) = self.accounts.attempt(email) {
            self.places.take_back(&place);
            self.accounts_at_places.take_back(&key);
            return Err(too_many(wait));
        }
        Ok(Attempt { throttle: self, key })
    }
}

/// The throttles of requests for a new password: each sends a mail to somebody who may not have asked for it. Whether there
/// is an account makes no difference.
#[derive(Debug)]
pub(super) struct ResetThrottle {
    places: Throttle<IpAddr>,
    addresses: Throttle<Email>,
}

impl ResetThrottle {
    pub(super) fn new(clock: &Arc<dyn Clock>) -> Self {
        let ((places, each_place), (addresses, each_address)) = (RESETS_AT_PLACE, RESETS);
        Self {
            places: Throttle::new(Arc::clone(clock), places, each_place),
            addresses: Throttle::new(Arc::clone(clock), addresses, each_address),
        }
    }

    /// Counts a request for something that is no address.
    pub(super) fn place(&self, remote: IpAddr) -> Result<(), IdentityError> {
        let counted = self.places.attempt(&place(remote));
        counted.map_err(|retry_after| IdentityError::TooManyAttempts { retry_after })
    }

    /// Counts a request for an address.
    pub(super) fn attempt(&self, email: &Email, remote: IpAddr) -> Result<(), IdentityError> {
        self.place(remote)?;
        let counted = self.addresses.attempt(email);
        counted.map_err(|retry_after| IdentityError::TooManyAttempts { retry_after })
    }
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

    fn throttle() -> (Arc<TestClock>, SignInThrottle) {
        let clock = Arc::new(TestClock::at("2026-11-20T12:00:00Z".parse().unwrap()));
        let throttle = SignInThrottle::new(&(Arc::clone(&clock) as Arc<dyn Clock>));
        (clock, throttle)
    }

    fn ann() -> Email {
        "ann@clinic.example".parse().unwrap()
    }

    /// Whether an attempt was let through; it fails.
    fn fails(throttle: &SignInThrottle, email: &Email, from: IpAddr) -> bool {
        throttle.attempt(email, from).is_ok()
    }

    #[test]
    fn an_account_recovers_one_attempt_at_a_time() {
        let (clock, throttle) = throttle();
        for _ in 0..10 {
            assert!(fails(&throttle, &ann(), here()));
        }
        let Err(IdentityError::TooManyAttempts { retry_after }) = throttle.attempt(&ann(), here()) else {
            panic!("the eleventh attempt in a row must be refused")
        };
        assert!(retry_after > Duration::ZERO && retry_after <= Duration::from_secs(15));
        assert!(fails(&throttle, &"bob@clinic.example".parse().unwrap(), here()));
        clock.advance(TimeDelta::seconds(15));
        assert!(fails(&throttle, &ann(), here()));
        assert!(!fails(&throttle, &ann(), here()));
    }

    #[test]
    fn a_place_is_slowed_whatever_accounts_it_invents() {
        let (_clock, throttle) = throttle();
        let refused = (0..100)
            .filter(|n| {
                !fails(
                    &throttle,
                    &format!("u{n}@clinic.example").parse().unwrap(),
                    here(),
                )
            })
            .count();
        assert_eq!(refused, 40);
    }

    #[test]
    fn a_stranger_who_keeps_guessing_does_not_keep_the_owner_out() {
        let (clock, throttle) = throttle();
        let elsewhere = "198.51.100.7".parse().unwrap();
        for second in 0..3_600 {
            clock.advance(TimeDelta::seconds(1));
            if second % 2 == 0 {
                fails(&throttle, &ann(), elsewhere);
            }
            if second % 60 == 0 {
                throttle.attempt(&ann(), here()).unwrap().was_no_failure();
            }
        }
    }

    #[test]
    fn guesses_from_many_places_are_slowed_together() {
        let (_clock, throttle) = throttle();
        let let_through = (0..=255)
            .filter(|n| fails(&throttle, &ann(), IpAddr::from([203, 0, 113, *n])))
            .count();
        assert_eq!(let_through, 100);
    }

    #[test]
    fn who_knows_the_password_is_not_slowed_down() {
        let (_clock, throttle) = throttle();
        for _ in 0..1_000 {
            throttle.attempt(&ann(), here()).unwrap().was_no_failure();
        }
        // Ten at once are under way; the eleventh could be a guess as well.
        let under_way: Vec<_> = (0..10)
            .map(|_| throttle.attempt(&ann(), here()).unwrap())
            .collect();
        assert!(throttle.attempt(&ann(), here()).is_err());
        under_way.into_iter().for_each(Attempt::was_no_failure);
        assert!(throttle.attempt(&ann(), here()).is_ok());
    }

    #[test]
    fn what_has_recovered_is_forgotten() {
        let (clock, throttle) = throttle();
        for n in 0..2 * SWEEP {
            clock.advance(TimeDelta::seconds(20));
            assert!(fails(
                &throttle,
                &format!("u{n}@clinic.example").parse().unwrap(),
                here()
            ));
        }
        let known = throttle.accounts.known.lock().unwrap();
        assert!(
            known.recovered.len() <= SWEEP as usize + 1,
            "{}",
            known.recovered.len()
        );
    }

    #[test]
    fn one_house_is_one_place() {
        let [a, b]: [IpAddr; 2] =
            ["2001:db8:1:2::7", "2001:db8:1:2:ffff::8"].map(|text| text.parse().unwrap());
        assert_eq!(place(a), place(b));
        assert_eq!(place("::ffff:192.0.2.1".parse().unwrap()), here());
    }
}
