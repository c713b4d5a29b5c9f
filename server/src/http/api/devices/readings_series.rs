//! `GET /api/v1/devices/{id}/readings/series`: a chart's worth of them.

#![expect(
    unused_qualifications,
    reason = "utoipa writes the type of the query with its path"
)]

use std::collections::BTreeMap;

use actix_web::{get, web};
use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use vitals::{Kind, Quality};

use crate::ground::enums;
use crate::ground::ids::DeviceId;
use crate::history::store::buckets::{self, Bucket, Numbers, Stretches};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::readings::asked::Asked;
use crate::http::auth::ApiCustomer;
use crate::http::problem::Problem;
use crate::registry::given_back;
use crate::tenancy::Scope as _;

/// What is shown where nothing is said: as long as readings are kept, hour by hour.
const SPAN: TimeDelta = TimeDelta::days(7);
const USUAL: u16 = 168;
const MOST: u16 = 2_000;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SeriesQuery {
    /// What was measured. Needed.
    #[param(value_type = enums::Kind)]
    kind: Option<String>,
    /// Where the first bucket begins; seven days before `until` where nothing is said.
    #[param(value_type = Option<DateTime<Utc>>)]
    from: Option<String>,
    /// Nothing is measured at this time or later; now where nothing is said.
    #[param(value_type = Option<DateTime<Utc>>)]
    until: Option<String>,
    /// Into how many buckets of equal length the time is cut; 168 where nothing is said.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 2000)]
    buckets: Option<String>,
    /// Readings with one of these quality flags do not count, with commas between them. Those with `test` never do.
    #[param(example = "clock_suspect")]
    without: Option<String>,
}

/// What was measured, cut into stretches of equal length.
#[derive(Serialize, ToSchema)]
#[schema(as = ReadingSeries)]
struct SeriesOut {
    #[schema(value_type = enums::Kind)]
    kind: Kind,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    /// How long each bucket is, in milliseconds.
    bucket_ms: i64,
    /// The UCUM unit of each number.
    #[schema(value_type = BTreeMap<String, String>)]
    units: BTreeMap<&'static str, &'static str>,
    /// Those in which something was measured, oldest first.
    buckets: Vec<BucketOut>,
}

/// What was measured in one stretch of time.
#[derive(Serialize, ToSchema)]
#[schema(as = ReadingBucket)]
struct BucketOut {
    /// When it begins.
    from: DateTime<Utc>,
    /// Readings in it.
    count: i64,
    /// Each number that one of them has, under its name.
    #[schema(value_type = BTreeMap<String, NumbersOut>)]
    values: BTreeMap<&'static str, NumbersOut>,
}

/// What a number was in a stretch of time.
#[derive(Serialize, ToSchema)]
#[schema(as = ReadingNumbers)]
struct NumbersOut {
    /// How many readings have it.
    count: i64,
    /// In how many of these it is a limit and not a value, as a glucometer's HI and LO. They go into no mean.
    beyond: i64,
    min: f64,
    max: f64,
    /// Null where every one is a limit.
    #[schema(required)]
    mean: Option<f64>,
}

/// Draw a device's readings over time
///
/// Of every stretch of time how many readings there were, and of every number the lowest, the highest and the mean: a chart
/// of any length in one answer. Readings that were taken back, and tests, do not count.
#[utoipa::path(get, path = "/devices/{id}/readings/series", tag = "readings", security(("token" = [])),
    params(("id" = DeviceId, Path), SeriesQuery), responses((status = 200, body = SeriesOut), Refused))]
#[get("/devices/{id}/readings/series")]
pub(super) async fn series(
    state: web::Data<State>,
    customer: ApiCustomer,
    id: web::Path<DeviceId>,
    query: web::Query<SeriesQuery>,
) -> Result<web::Json<SeriesOut>, Problem> {
    let asked = query.into_inner().read(state.ground().now())?;
    let id = id.into_inner();
    given_back::had(state.database(), &customer.scope, id).await?;
    let buckets = customer
        .scope
        .run(state.database(), async |tx| buckets::buckets(tx, id, asked).await)
        .await?;
    let units = asked.kind.fields().iter();
    Ok(web::Json(SeriesOut {
        kind: asked.kind,
        from: asked.from,
        until: asked.until,
        bucket_ms: asked.length_ms,
        units: units.map(|field| (field.as_str(), field.ucum())).collect(),
        buckets: buckets.into_iter().map(BucketOut::from).collect(),
    }))
}

impl SeriesQuery {
    fn read(self, now: DateTime<Utc>) -> Result<Stretches, Problem> {
        let mut asked = Asked::default();
        let kind = asked.kind(self.kind.as_deref());
        if self.kind.is_none() {
            asked.refuse("kind", "must be said: a chart is of one kind".to_owned());
        }
        let (from, until) = asked.span(self.from.as_deref(), self.until.as_deref());
        let count = asked.number("buckets", self.buckets.as_deref(), (1, MOST));
        let without = asked.without(self.without.as_deref()) | Quality::TEST;
        // What was measured in this very millisecond counts; and a beginning without an end may lie ahead.
        let soon = (now + TimeDelta::milliseconds(1)).trunc_subsecs(3);
        let until =
            until.unwrap_or_else(|| from.map_or(soon, |from| soon.max(from + TimeDelta::milliseconds(1))));
        let from = from.unwrap_or(until - SPAN);
        asked.done()?;
        let Some(kind) = kind else {
            return Err(Problem::internal(&"a kind that cannot be taken was not noted"));
        };
        Ok(Stretches {
            kind,
            from,
            until,
            length_ms: buckets::length(from, until, count.unwrap_or(USUAL)).num_milliseconds(),
            without,
        })
    }
}

impl From<Bucket> for BucketOut {
    fn from(bucket: Bucket) -> Self {
        let Bucket { from, count, numbers } = bucket;
        let values = numbers.into_iter();
        Self {
            from,
            count,
            values: values
                .map(|(field, numbers)| (field.as_str(), numbers.into()))
                .collect(),
        }
    }
}

impl From<Numbers> for NumbersOut {
    fn from(numbers: Numbers) -> Self {
        let Numbers {
            count,
            beyond,
            min,
            max,
            mean,
        } = numbers;
        Self {
            count,
            beyond,
            min,
            max,
            // A mean is no more exact than that: the finest scale has three digits.
            mean: mean.map(|mean| (mean * 1e4).round() / 1e4),
        }
    }
}
