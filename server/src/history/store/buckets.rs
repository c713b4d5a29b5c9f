//! A device's readings of a kind as a chart of any length takes them: of every stretch of time how many there were, and of
//! every number the lowest, the highest and the mean. The database adds up, so that no more is read than is drawn.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait as _, DbErr, QueryResult};
use vitals::{Field, Kind, Quality};

use super::readings::Wanted;
use super::{get, sql};
use crate::ground::enums::ReadingStatus;
use crate::ground::ids::DeviceId;
use crate::tenancy::{CustomerScope, Tx};

/// Numbers that a kind has at most.
const NUMBERS: usize = 4;
/// The letters of their columns.
const LETTERS: [&str; NUMBERS] = ["a", "b", "c", "d"];

/// Which stretches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretches {
    /// Of this kind.
    pub kind: Kind,
    /// Where the first one begins.
    pub from: DateTime<Utc>,
    /// Nothing is measured at this time or later.
    pub until: DateTime<Utc>,
    /// How long each is, in milliseconds.
    pub length_ms: i64,
    /// Readings with one of these flags do not count.
    pub without: Quality,
}

/// One stretch of time in which something was measured. It holds a patient's values, so it has no `Debug`.
#[derive(Clone, PartialEq)]
pub struct Bucket {
    /// When it begins.
    pub from: DateTime<Utc>,
    /// Readings in it.
    pub count: i64,
    /// Each number that one of them has.
    pub numbers: Vec<(Field, Numbers)>,
}

/// What a number was in a stretch of time.
#[derive(Clone, Copy, PartialEq)]
pub struct Numbers {
    /// How many readings have it.
    pub count: i64,
    /// In how many of these it is a limit and not a value: a glucometer's HI and LO. They go into no mean.
    pub beyond: i64,
    /// The lowest.
    pub min: f64,
    /// The highest.
    pub max: f64,
    /// The mean; none where every one is a limit.
    pub mean: Option<f64>,
}

/// A number of a reading, and whether it is a limit.
macro_rules! number {
    ($letter:literal) => {
        concat!(
            "(case when jsonb_typeof(",
            $letter,
            ") = 'object' then ",
            $letter,
            "->'value' else ",
            $letter,
            " end)::float8 as ",
            $letter,
            ", ",
            $letter,
            " ? 'comparator' as ",
            $letter,
            "_beyond"
        )
    };
}

/// What is told of it.
macro_rules! told {
    ($letter:literal) => {
        concat!(
            "count(",
            $letter,
            ") as ",
            $letter,
            "_count, count(",
            $letter,
            ") filter (where ",
            $letter,
            "_beyond) as ",
            $letter,
            "_limits, min(",
            $letter,
            ") as ",
            $letter,
            "_min, max(",
            $letter,
            ") as ",
            $letter,
            "_max, avg(",
            $letter,
            ") filter (where not ",
            $letter,
            "_beyond) as ",
            $letter,
            "_mean"
        )
    };
}

/// Names of numbers are bound; one that is null costs nothing. Each `offset 0` keeps what is below it from being worked out
/// anew for every figure above it, which took three times as long.
const BUCKETS: &str = concat!(
    "select begins, count(*) as count, ",
    told!("a"),
    ", ",
    told!("b"),
    ", ",
    told!("c"),
    ", ",
    told!("d"),
    " from (select begins, ",
    number!("a"),
    ", ",
    number!("b"),
    ", ",
    number!("c"),
    ", ",
    number!("d"),
    " from (
        select begins, vals->$8 as a, vals->$9 as b, vals->$10 as c, vals->$11 as d
        from (
          select date_bin($7 * interval '1 millisecond', measured_at, $3) as begins, vals::jsonb as vals
          from reading
          where device_id = $1 and kind = $2 and measured_at >= $3 and measured_at < $4 and received_at >= $5
            and status = 'final' and quality & $6 = 0
          offset 0
        ) as apart
        offset 0
      ) as named offset 0
    ) as one group by begins order by begins"
);

/// The stretches in which the device measured that, oldest first; readings that were taken back do not count.
pub async fn buckets(
    tx: &Tx<CustomerScope>,
    device: DeviceId,
    asked: Stretches,
) -> Result<Vec<Bucket>, DbErr> {
    let wanted = Wanted {
        kind: Some(asked.kind),
        from: Some(asked.from),
        until: Some(asked.until),
        without: asked.without,
        status: Some(ReadingStatus::Final),
    };
    let [from, until, arrived] = wanted.span();
    let name = |place: usize| asked.kind.fields().get(place).map(|field| field.as_str());
    let values = [
        device.as_uuid().into(),
        asked.kind.as_str().into(),
        from.into(),
        until.into(),
        arrived.into(),
        wanted.without.to_bits().into(),
        asked.length_ms.into(),
        name(0).into(),
        name(1).into(),
        name(2).into(),
        name(3).into(),
    ];
    let rows = tx.connection().query_all_raw(sql(BUCKETS, values)).await?;
    rows.iter().map(|row| bucket(row, asked.kind)).collect()
}

fn bucket(row: &QueryResult, kind: Kind) -> Result<Bucket, DbErr> {
    let mut numbers = Vec::new();
    for (field, letter) in kind.fields().iter().zip(LETTERS) {
        let column = |what: &str| format!("{letter}_{what}");
        let count: i64 = get(row, &column("count"))?;
        if count == 0 {
            continue;
        }
        let told = Numbers {
            count,
            beyond: get(row, &column("limits"))?,
            min: get(row, &column("min"))?,
            max: get(row, &column("max"))?,
            mean: get(row, &column("mean"))?,
        };
        numbers.push((*field, told));
    }
    Ok(Bucket {
        from: get(row, "begins")?,
        count: get(row, "count")?,
        numbers,
    })
}

/// How long each of so many stretches is, that together reach from one time to another: whole milliseconds, one at least.
pub fn length(from: DateTime<Utc>, until: DateTime<Utc>, stretches: u16) -> TimeDelta {
    let span = (until - from).num_milliseconds().max(1);
    let count = i64::from(stretches.max(1));
    TimeDelta::milliseconds((span + count - 1) / count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_kind_has_more_numbers_than_there_are_columns() {
        for kind in Kind::ALL {
            assert!(kind.fields().len() <= NUMBERS, "{kind}");
        }
    }

    #[test]
    fn so_many_stretches_reach_to_the_end_and_not_one_more() {
        let from: DateTime<Utc> = "2026-11-14T00:00:00Z".parse().unwrap();
        for (span_ms, stretches) in [(1_000, 3), (1, 200), (604_800_000, 168), (7, 7), (8, 7)] {
            let length = length(from, from + TimeDelta::milliseconds(span_ms), stretches).num_milliseconds();
            assert!(
                length >= 1 && length * i64::from(stretches) >= span_ms,
                "{span_ms} {stretches}"
            );
            assert!(
                (length - 1) * i64::from(stretches) < span_ms,
                "longer than needed: {span_ms} {stretches}"
            );
        }
    }
}
