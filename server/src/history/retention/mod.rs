//! Days that are over leave the history: what they hold of value to somebody is seen to first, then the day is taken out
//! of its table without holding up those who write, and dropped.
//!
//! Main types: [`Retention`], which one server at a time runs, and [`BeforeItGoes`], by which rooms above see to their own.
//! Every step is safe to run twice and to be killed at: what an earlier run left half done is finished first.

mod store;

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Days, NaiveDate, Utc};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::rows::{FIXED_DAY, OLDEST};
use crate::ground::Ground;
use crate::jobs::{Job, RunResult, Scheduler};
use crate::tenancy::Database;
use store::{Keeper, Partition};

/// So many whole days of arrival lie in the history beside the present one.
pub const HISTORY_DAYS: u64 = 7;
/// Refusals are shown to support for so long.
const REFUSAL_DAYS: u64 = 30;
/// A reading may come [`OLDEST`] after it was measured and be sent again as long after that: until then its key is looked
/// for under the day on which it was measured. One day more, because days are whole.
const KEY_DAYS: u64 = 91;
/// Counts a minute, for the health board.
const TALLY_DAYS: u64 = 7;

const EVERY: Duration = Duration::from_mins(10);
/// How long those who read may hold up a day that goes. After that the day is out for whoever begins to read, and the next
/// run finishes.
const PATIENCE: Duration = Duration::from_mins(10);

/// A table of days and how many of them stay behind the present one.
#[derive(Debug, Clone, Copy)]
struct Family {
    table: &'static str,
    days: u64,
}

/// The history itself: its days go together, once everybody has seen to what is theirs.
const HISTORY: [Family; 4] = [
    Family::keeping("reading", HISTORY_DAYS),
    Family::keeping("raw_message", HISTORY_DAYS),
    Family::keeping("event", HISTORY_DAYS),
    Family::keeping("delivery_attempt", HISTORY_DAYS),
];

/// Days that nobody waits for.
const REST: [Family; 2] = [
    Family::keeping("refusal", REFUSAL_DAYS),
    Family::keeping("reading_key", KEY_DAYS),
];

impl Family {
    const fn keeping(table: &'static str, days: u64) -> Self {
        Self { table, days }
    }

    /// The oldest day that stays.
    fn oldest(self, today: NaiveDate) -> NaiveDate {
        before(today, self.days)
    }
}

fn before(today: NaiveDate, days: u64) -> NaiveDate {
    today.checked_sub_days(Days::new(days)).unwrap_or(NaiveDate::MIN)
}

/// The oldest day of the history on this day.
pub fn oldest_day(today: NaiveDate) -> NaiveDate {
    before(today, HISTORY_DAYS)
}

/// The first moment after a UTC day.
pub fn end_of(day: NaiveDate) -> DateTime<Utc> {
    let next = day.succ_opt().unwrap_or(NaiveDate::MAX);
    next.and_time(chrono::NaiveTime::MIN).and_utc()
}

/// Whether the day of an arrival is still in the history, and will be for a while.
pub fn is_in_history(arrived: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    arrived.date_naive() > before(now.date_naive(), HISTORY_DAYS)
}

/// When the day of an arrival may go.
pub fn leaves_at(arrived: DateTime<Utc>) -> DateTime<Utc> {
    end_of(arrived.date_naive()) + chrono::TimeDelta::days(i64::try_from(HISTORY_DAYS).unwrap_or(i64::MAX))
}

/// What a room sees to before a day of arrival may go. It is asked again after a crash, and whenever it said that the day
/// must stay.
#[async_trait::async_trait]
pub trait BeforeItGoes: Send + Sync + fmt::Debug {
    /// Ends well once nothing that arrived on this day or before is needed in the history any more.
    async fn let_go(&self, day: NaiveDate) -> RunResult;
}

/// Takes days out that are over.
#[derive(Debug)]
pub struct Retention {
    ground: Ground,
    database: Database,
    before: Vec<Box<dyn BeforeItGoes>>,
}

impl Retention {
    /// With what is to be seen to before a day goes, in this order.
    pub fn new(ground: Ground, database: Database, before: Vec<Box<dyn BeforeItGoes>>) -> Self {
        Self {
            ground,
            database,
            before,
        }
    }

    /// Runs it as a job until `stop`; the handle ends when it has stopped.
    pub fn start(self, stop: CancellationToken) -> JoinHandle<()> {
        let scheduler = Scheduler::new(&self.ground, self.database.system_forwarding().clone());
        let retention = std::sync::Arc::new(self);
        let job = Job::new("history/retention", EVERY, move || {
            let retention = std::sync::Arc::clone(&retention);
            Box::pin(async move { retention.run().await })
        });
        scheduler.spawn(job, stop)
    }

    /// Takes out what is over now. Where another server is at it, nothing is done.
    pub async fn run(&self) -> RunResult {
        let today = self.ground.now().date_naive();
        let Some(mut keeper) = Keeper::alone(&self.database, PATIENCE).await? else {
            tracing::debug!("another server takes the days out");
            return Ok(());
        };
        let done = self.take_out(&mut keeper, today).await;
        keeper.close().await;
        done
    }

    async fn take_out(&self, keeper: &mut Keeper, today: NaiveDate) -> RunResult {
        finish(keeper).await?;
        self.forget(today).await?;
        for (family, day) in over(keeper, &REST, today).await? {
            drop_day(keeper, family, day).await?;
        }
        let mut seen_to = None;
        let over = over(keeper, &HISTORY, today).await?;
        metrics::gauge!("vitalwire_retention_days_over").set(days(&over));
        for (left, (family, day)) in over.iter().enumerate() {
            if seen_to != Some(*day) {
                self.see_to(*day).await?;
                seen_to = Some(*day);
            }
            drop_day(keeper, family, *day).await?;
            metrics::gauge!("vitalwire_retention_days_over").set(days(&over[left + 1..]));
        }
        Ok(())
    }

    async fn see_to(&self, day: NaiveDate) -> RunResult {
        for room in &self.before {
            room.let_go(day).await.inspect_err(|error| {
                tracing::error!(%day, %error, "a day that is over has to stay in the history");
            })?;
        }
        Ok(())
    }

    /// Rows that are not in a table of days, or in one whose day never goes.
    async fn forget(&self, today: NaiveDate) -> RunResult {
        let system = self.database.system_forwarding();
        let arrived = end_of(today) - OLDEST - chrono::TimeDelta::days(1);
        let oldest = uuid_at(arrived);
        while store::system_forget_keys(system, FIXED_DAY, oldest).await? > 0 {}
        store::system_forget_tally(system, end_of(before(today, TALLY_DAYS + 1))).await?;
        Ok(())
    }
}

/// The first UUIDv7 of a moment (RFC 9562, section 5.7): an id of a reading says when it arrived.
fn uuid_at(moment: DateTime<Utc>) -> uuid::Uuid {
    let millis = u64::try_from(moment.timestamp_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid()
}

/// How many different days these are, for a gauge.
fn days(over: &[(&'static str, NaiveDate)]) -> f64 {
    let mut days: Vec<NaiveDate> = over.iter().map(|(_, day)| *day).collect();
    days.dedup();
    f64::from(u32::try_from(days.len()).unwrap_or(u32::MAX))
}

/// What an earlier run left: a day that was half out of its table, and one that was out and not dropped.
async fn finish(keeper: &mut Keeper) -> RunResult {
    for Partition {
        table, day, is_in, ..
    } in keeper.half_done().await?
    {
        if is_in {
            keeper.finalize(&table, day).await?;
        }
        keeper.drop(&table, day).await?;
        tracing::info!(table, %day, "finished a day that an earlier run had begun to take out");
    }
    Ok(())
}

/// The days of these tables that are over, the oldest first, and of one day in the order of the tables.
async fn over(
    keeper: &mut Keeper,
    families: &[Family],
    today: NaiveDate,
) -> Result<Vec<(&'static str, NaiveDate)>, sqlx::Error> {
    let mut over = Vec::new();
    for (place, family) in families.iter().enumerate() {
        for day in keeper.days(family.table).await? {
            if day < family.oldest(today) && day != FIXED_DAY {
                over.push((day, place, family.table));
            }
        }
    }
    over.sort_unstable();
    Ok(over.into_iter().map(|(day, _, table)| (table, day)).collect())
}

async fn drop_day(keeper: &mut Keeper, table: &'static str, day: NaiveDate) -> RunResult {
    keeper.detach(table, day).await?;
    keeper.drop(table, day).await?;
    metrics::counter!("vitalwire_retention_days_dropped_total", "table" => table).increment(1);
    tracing::info!(table, %day, "a day left the history");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_stays_for_seven_days_whenever_it_came() {
        let today: NaiveDate = "2026-11-20".parse().unwrap();
        let oldest = HISTORY[0].oldest(today);
        assert_eq!(oldest.to_string(), "2026-11-13");
        // The last that goes came at the end of the day before, which is seven days before today began.
        assert_eq!(
            end_of(before(today, 8)),
            end_of(oldest) - chrono::TimeDelta::days(1)
        );
        assert_eq!(end_of(before(today, 8)).to_string(), "2026-11-13 00:00:00 UTC");
    }

    #[test]
    fn an_arrival_s_day_is_in_the_history_until_the_day_before_it_may_go() {
        let now: DateTime<Utc> = "2026-11-20T23:59:59Z".parse().unwrap();
        assert!(is_in_history("2026-11-14T00:00:00Z".parse().unwrap(), now));
        assert!(!is_in_history("2026-11-13T23:59:59Z".parse().unwrap(), now));
    }

    #[test]
    fn an_id_of_a_moment_lies_between_those_of_before_and_after() {
        let at: DateTime<Utc> = "2026-11-20T08:00:00.500Z".parse().unwrap();
        let made = |millis| {
            let at = at + chrono::TimeDelta::milliseconds(millis);
            let millis = u64::try_from(at.timestamp_millis()).unwrap();
            uuid::Builder::from_unix_timestamp_millis(millis, &[7; 10]).into_uuid()
        };
        assert!(made(-1) < uuid_at(at) && uuid_at(at) < made(0));
    }
}
