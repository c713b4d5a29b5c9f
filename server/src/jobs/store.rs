//! The room's SQL.

use chrono::NaiveDate;
use sqlx::PgPool;

/// Makes every day that is missing around `today`; the same as `history::make_partitions`, which stands above this room.
pub(super) async fn system_make_partitions(pool: &PgPool, today: NaiveDate) -> Result<i32, sqlx::Error> {
    sqlx::query_scalar("select vw_make_partitions($1)")
        .bind(today)
        .fetch_one(pool)
        .await
}
