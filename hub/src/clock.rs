//! The time as the platform sees it. A bedside box often has no battery-backed clock and starts in another year, so the
//! hub keeps an estimate of the difference and never sets the machine's clock.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

/// A source of the present moment.
pub trait Clock: Send + Sync {
    /// The present moment in UTC, as far as this clock knows.
    fn now(&self) -> DateTime<Utc>;
}

/// The machine's own clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock that everyone else is given"
    )]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// A larger difference is nonsense and would leave the calendar.
const LARGEST_OFFSET: TimeDelta = TimeDelta::days(200 * 365);
/// The platform tells its time cut to the millisecond.
const GRAIN: TimeDelta = TimeDelta::milliseconds(1);

/// The machine's clock and the estimated offset of the platform's from it.
pub struct HubClock {
    local: Arc<dyn Clock>,
    offset: Mutex<Option<TimeDelta>>,
}

impl fmt::Debug for HubClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HubClock")
            .field("offset", &self.offset())
            .finish_non_exhaustive()
    }
}

/// When a request left and when its answer was there, both by the local clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) sent: DateTime<Utc>,
    pub(crate) received: DateTime<Utc>,
}

impl HubClock {
    /// A clock that has not heard from the platform yet.
    pub fn new(local: Arc<dyn Clock>) -> Self {
        Self {
            local,
            offset: Mutex::new(None),
        }
    }

    /// The present moment by the platform's clock; by the local one until the platform was first heard.
    pub fn now(&self) -> DateTime<Utc> {
        let local = self.local();
        local
            .checked_add_signed(self.offset().unwrap_or_default())
            .unwrap_or(local)
    }

    /// Platform minus local; none until the platform was first heard. A reading whose `hub_time` was taken before that
    /// carries the box's own idea of the time, so ask [`crate::HubClient::me`] once at start.
    pub fn offset(&self) -> Option<TimeDelta> {
        *self.offset.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn local(&self) -> DateTime<Utc> {
        self.local.now()
    }

    /// Learns from an answer: the platform read its clock at some moment between sending and receiving. An estimate
    /// that agrees with that is kept, so that a slow answer does not spoil what a quick one told.
    pub(crate) fn observe(&self, server: DateTime<Utc>, span: Span) {
        let (least, most) = (server - span.received, server - span.sent + GRAIN);
        if self.offset().is_none_or(|offset| offset < least || offset > most) {
            self.correct(server, span);
        }
    }

    /// Takes the platform's word whatever the estimate was, as after a 401.
    pub(crate) fn correct(&self, server: DateTime<Utc>, span: Span) {
        let middle = (server - span.received) / 2 + (server - span.sent) / 2;
        if middle.abs() <= LARGEST_OFFSET {
            *self.offset.lock().unwrap_or_else(PoisonError::into_inner) = Some(middle);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::TestClock;

    fn at(millis: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(1_800_000_000_000 + millis).unwrap()
    }

    fn span(sent: i64, received: i64) -> Span {
        Span {
            sent: at(sent),
            received: at(received),
        }
    }

    #[test]
    fn before_the_first_answer_it_is_the_local_clock() {
        let clock = HubClock::new(Arc::new(TestClock::at(at(5))));
        assert_eq!((clock.now(), clock.offset()), (at(5), None));
    }

    #[test]
    fn a_quick_answer_is_not_spoilt_by_a_slow_one() {
        let clock = HubClock::new(Arc::new(TestClock::at(at(0))));
        clock.observe(at(60_010), span(0, 20));
        assert_eq!(clock.offset(), Some(TimeDelta::seconds(60)));
        clock.observe(at(63_500), span(3_000, 8_000));
        assert_eq!(clock.offset(), Some(TimeDelta::seconds(60)));
        clock.observe(at(99_000), span(9_000, 9_010));
        assert_eq!(clock.offset(), Some(TimeDelta::milliseconds(89_995)));
        assert_eq!(clock.now(), at(89_995));
    }

    #[test]
    fn nonsense_is_not_believed() {
        let clock = HubClock::new(Arc::new(TestClock::at(at(0))));
        clock.correct(DateTime::<Utc>::MAX_UTC, span(0, 0));
        clock.observe(DateTime::<Utc>::MIN_UTC, span(0, 0));
        assert_eq!(clock.offset(), None);
    }
}
