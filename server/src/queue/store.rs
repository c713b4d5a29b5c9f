//! The room's SQL: leases and notifications.

use std::time::Duration;

use sqlx::postgres::types::PgInterval;
use sqlx::{PgPool, Row as _};
use uuid::Uuid;

use super::lease::Held;

/// The channel on which servers hear of commits elsewhere.
pub(super) const COMMITTED: &str = "vw_committed";
/// The channel on which servers hear of new events elsewhere.
pub(super) const PUBLISHED: &str = "vw_published";

/// Takes what is free, renews what is held by this holder, in the order of names so that two holders cannot deadlock.
/// The fence grows only where the lease changes hands or had run out. What others evidently hold is left alone, since
/// even a conflict that comes to nothing would lock their row.
pub(super) async fn system_hold(
    pool: &PgPool,
    holder: Uuid,
    names: &[String],
    term: Duration,
) -> Result<Vec<Held>, sqlx::Error> {
    let term = PgInterval {
        months: 0,
        days: 0,
        microseconds: i64::try_from(term.as_micros()).unwrap_or(i64::MAX),
    };
    let rows = sqlx::query(
        "insert into job_lease as l (name, holder, fence, lease_until)
         select name, $1, 1, clock_timestamp() + $3 from unnest($2::text[]) as n(name)
         where not exists (
           select from job_lease h where h.name = n.name and h.holder <> $1 and h.lease_until >= clock_timestamp())
         order by name
         on conflict (name) do update
           set holder = excluded.holder, lease_until = clock_timestamp() + $3,
               fence = case when l.holder = excluded.holder and l.lease_until >= clock_timestamp()
                            then l.fence else l.fence + 1 end
           where l.holder = excluded.holder or l.lease_until < clock_timestamp()
         returning name, fence",
    )
    .bind(holder)
    .bind(names)
    .bind(term)
    .fetch_all(pool)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Held {
                name: row.try_get("name")?,
                fence: row.try_get("fence")?,
            })
        })
        .collect()
}

/// The fence stays, so that the next holder's is larger.
pub(super) async fn system_release(pool: &PgPool, holder: Uuid, names: &[String]) -> Result<(), sqlx::Error> {
    sqlx::query("update job_lease set lease_until = '-infinity' where holder = $1 and name = any ($2)")
        .bind(holder)
        .bind(names)
        .execute(pool)
        .await
        .map(drop)
}

/// Tells other processes; what is `None` is not told.
pub(super) async fn system_notify(
    pool: &PgPool,
    committed: Option<&str>,
    published: Option<&str>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "select case when $1::text is not null then pg_notify('vw_committed', $1) end,
                case when $2::text is not null then pg_notify('vw_published', $2) end",
    )
    .bind(committed)
    .bind(published)
    .execute(pool)
    .await
    .map(drop)
}
