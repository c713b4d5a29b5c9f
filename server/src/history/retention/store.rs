//! The SQL of days that go. The names of tables in it come from the list of this room and from the catalogue's own days,
//! never from input.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, PgPool, Row as _};
use uuid::Uuid;

use crate::ground::swallow::swallow;
use crate::tenancy::Database;

/// Held by whoever takes days out, for as long as their connection lives. The number is this lock's own.
const ALONE: i64 = 7_205_759_403_792_796;
/// Keys that are forgotten at once.
const KEYS: i64 = 10_000;

/// A day's table.
#[derive(Debug)]
pub(super) struct Partition {
    pub(super) table: String,
    pub(super) day: NaiveDate,
    /// Whether it still counts as one of its table's.
    pub(super) is_in: bool,
}

/// The one who takes days out: a connection in the role that may do that and sees no row, and one of the system's that drops
/// them.
#[derive(Debug)]
pub(super) struct Keeper {
    connection: PgConnection,
    system: PgPool,
}

impl Keeper {
    /// None while somebody else is at it, on whatever server.
    pub(super) async fn alone(database: &Database, patience: Duration) -> Result<Option<Self>, sqlx::Error> {
        let mut connection = database.system_keeper(patience).await?;
        let is_alone: bool = sqlx::query_scalar("select pg_try_advisory_lock($1)")
            .bind(ALONE)
            .fetch_one(&mut connection)
            .await?;
        let keeper = Self {
            connection,
            system: database.system_forwarding().clone(),
        };
        if is_alone {
            return Ok(Some(keeper));
        }
        keeper.close().await;
        Ok(None)
    }

    /// Lets the next one at it. Said before the connection ends, of which the database hears only a while after we have gone
    /// on: a run that followed at once would find the lock still held, and do nothing.
    pub(super) async fn close(mut self) {
        swallow(
            sqlx::query("select pg_advisory_unlock_all()")
                .execute(&mut self.connection)
                .await,
            "the lock ends with the connection",
        );
        swallow(
            self.connection.close().await,
            "the database notices the end by itself",
        );
    }

    /// The days of a table, in no order.
    pub(super) async fn days(&mut self, table: &'static str) -> Result<Vec<NaiveDate>, sqlx::Error> {
        sqlx::query_scalar(
            "select to_date(right(c.relname, 8), 'YYYYMMDD') from pg_inherits i join pg_class c on c.oid = i.inhrelid
             where i.inhparent = to_regclass('public.' || $1) and not i.inhdetachpending and c.relname ~ '_p[0-9]{8}$'",
        )
        .bind(table)
        .fetch_all(&mut self.connection)
        .await
    }

    /// Days that were begun to be taken out, and such as are out.
    pub(super) async fn half_done(&mut self) -> Result<Vec<Partition>, sqlx::Error> {
        let rows = sqlx::query(
            "select f.name as table, to_date(right(c.relname, 8), 'YYYYMMDD') as day, c.relispartition as is_in
             from unnest(array['reading', 'raw_message', 'event', 'delivery_attempt', 'refusal', 'reading_key']) as f(name)
             join pg_class c on c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
               and c.relname ~ ('^' || f.name || '_p[0-9]{8}$')
             left join pg_inherits i on i.inhrelid = c.oid
             where not c.relispartition or i.inhdetachpending",
        )
        .fetch_all(&mut self.connection)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(Partition {
                    table: row.try_get("table")?,
                    day: row.try_get("day")?,
                    is_in: row.try_get("is_in")?,
                })
            })
            .collect()
    }

    /// Takes a day out without holding up who writes; waits for those who read it.
    pub(super) async fn detach(&mut self, table: &str, day: NaiveDate) -> Result<(), sqlx::Error> {
        self.alter(table, day, "concurrently").await
    }

    /// Goes on where somebody was killed.
    pub(super) async fn finalize(&mut self, table: &str, day: NaiveDate) -> Result<(), sqlx::Error> {
        self.alter(table, day, "finalize").await
    }

    async fn alter(&mut self, table: &str, day: NaiveDate, how: &str) -> Result<(), sqlx::Error> {
        let text = format!(
            "alter table public.{table} detach partition public.{table}_p{} {how}",
            day.format("%Y%m%d")
        );
        sqlx::raw_sql(AssertSqlSafe(text))
            .execute(&mut self.connection)
            .await
            .map(drop)
    }

    /// Drops a day that is out.
    pub(super) async fn drop(&mut self, table: &str, day: NaiveDate) -> Result<(), sqlx::Error> {
        sqlx::query("select vw_drop_detached($1, $2)")
            .bind(table)
            .bind(day)
            .execute(&self.system)
            .await
            .map(drop)
    }
}

/// Forgets keys of readings without a time that arrived before the id's moment; returns how many, at most some thousand.
pub(super) async fn system_forget_keys(
    system: &PgPool,
    day: NaiveDate,
    oldest: Uuid,
) -> Result<u64, sqlx::Error> {
    sqlx::query(
        "delete from reading_key where measured_on = $1 and (customer_id, content_hash) in (
           select customer_id, content_hash from reading_key where measured_on = $1 and reading_id < $2 limit $3)",
    )
    .bind(day)
    .bind(oldest)
    .bind(KEYS)
    .execute(system)
    .await
    .map(|done| done.rows_affected())
}

/// Forgets how many readings came a minute.
pub(super) async fn system_forget_tally(system: &PgPool, until: DateTime<Utc>) -> Result<(), sqlx::Error> {
    sqlx::query("delete from minute_tally where minute < $1")
        .bind(until)
        .execute(system)
        .await
        .map(drop)
}
