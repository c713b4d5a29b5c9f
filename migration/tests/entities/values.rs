//! That a reading holds nothing that its columns must not hold.

use chrono::{DateTime, Utc};
use sqlx::error::DatabaseError;

use crate::support::Cluster;
use crate::support::rows::World;

const CHECK_VIOLATION: &str = "23514";

#[tokio::test]
async fn a_reading_holds_only_what_its_columns_may_hold() {
    let cluster = Cluster::start().await;
    let database = cluster.migrated("values").await;
    let superuser = database.as_superuser().await;
    let now: DateTime<Utc> = sqlx::query_scalar("select now()")
        .fetch_one(&superuser)
        .await
        .expect("ask for the time");
    World::new(1, now).write(&database.as_app().await.into()).await;

    for fine in [
        "user_slot = 0",
        "user_slot = 255",
        "user_slot = null",
        "utc_offset_minutes = -1080",
        "utc_offset_minutes = 1080",
        "utc_offset_minutes = null",
        "content_hash = decode(repeat('ab', 32), 'hex')",
        "kind = 'sleep'",
        "proof = 'vendor_asserted'",
        "status = 'entered_in_error'",
    ] {
        let changed = sqlx::query(sqlx::AssertSqlSafe(format!("update reading set {fine}")))
            .execute(&superuser)
            .await
            .unwrap_or_else(|error| panic!("{fine}: {error}"));
        assert_eq!(changed.rows_affected(), 1, "{fine}");
    }
    for wrong in [
        "user_slot = -1",
        "user_slot = 256",
        "utc_offset_minutes = -1081",
        "utc_offset_minutes = 1081",
        "content_hash = decode(repeat('ab', 31), 'hex')",
        "content_hash = decode(repeat('ab', 33), 'hex')",
        "kind = 'pulse'",
        "proof = ''",
        "status = 'Final'",
    ] {
        let refused = sqlx::query(sqlx::AssertSqlSafe(format!("update reading set {wrong}")))
            .execute(&superuser)
            .await
            .expect_err(wrong);
        let code = refused.as_database_error().and_then(DatabaseError::code);
        assert_eq!(code.as_deref(), Some(CHECK_VIOLATION), "{wrong}: {refused}");
    }
}
