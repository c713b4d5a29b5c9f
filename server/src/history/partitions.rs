//! The days of the partitioned tables.

use chrono::NaiveDate;
use sqlx::PgPool;

/// Makes every day that is missing around `today`, a week and more ahead; returns how many it made.
pub async fn make_partitions(system: &PgPool, today: NaiveDate) -> Result<i32, sqlx::Error> {
    sqlx::query_scalar("select vw_make_partitions($1)")
        .bind(today)
        .fetch_one(system)
        .await
}
