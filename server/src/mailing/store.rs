//! The room's SQL. Time is the database's, so the servers' clocks need not agree about leases.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait as _, DatabaseBackend, DbErr, Statement};
use sqlx::postgres::types::PgInterval;
use sqlx::{PgPool, Row as _};
use uuid::Uuid;

use super::Sealed;
use crate::ground::enums::{MailKind, MailState};
use crate::ground::ids::MailId;
use crate::tenancy::{SystemScope, Tx};

/// How a mail fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailStanding {
    /// How far it got.
    pub state: MailState,
    /// How often it was tried.
    pub attempts: i32,
}

/// A mail that was claimed: nobody else is at it for a while.
pub(super) struct Claimed {
    pub(super) id: MailId,
    pub(super) kind: MailKind,
    pub(super) sealed: Vec<u8>,
    /// Which attempt this is; whoever comes later has a larger one, so it also is the fence.
    pub(super) attempt: i32,
    /// It was not worth sending any more.
    pub(super) is_over: bool,
}

pub(super) async fn system_insert(tx: &Tx<SystemScope>, mail: &Sealed) -> Result<(), DbErr> {
    let insert = Statement::from_sql_and_values(
        DatabaseBackend::Postgres,
        "insert into mail_outbox (id, created_at, kind, mail_sealed, expires_at) values ($1, $2, $3, $4, $5)",
        [
            mail.id.as_uuid().into(),
            mail.created_at.into(),
            mail.kind.as_str().into(),
            mail.letter.clone().into(),
            mail.expires_at.into(),
        ],
    );
    tx.connection().execute_raw(insert).await.map(drop)
}

pub(super) async fn system_standing(
    tx: &Tx<SystemScope>,
    ids: &[MailId],
) -> Result<Vec<(MailId, MailStanding)>, DbErr> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.as_uuid()).collect();
    let ask = Statement::from_sql_and_values(
        DatabaseBackend::Postgres,
        "select id, state, attempt from mail_outbox where id = any ($1)",
        [ids.into()],
    );
    let rows = tx.connection().query_all_raw(ask).await?;
    rows.iter()
        .map(|row| {
            let standing = MailStanding {
                state: row.try_get("", "state")?,
                attempts: row.try_get("", "attempt")?,
            };
            Ok((row.try_get("", "id")?, standing))
        })
        .collect()
}

/// Takes what is due, for `lease`. What another one holds, or has held and not finished in its time, is told apart by the
/// lease alone, so a carrier that was killed holds nobody up for longer.
pub(super) async fn system_claim(
    pool: &PgPool,
    at_most: i64,
    lease: Duration,
    now: DateTime<Utc>,
) -> Result<Vec<Claimed>, sqlx::Error> {
    let rows = sqlx::query(
        "with due as (
           select id from mail_outbox
           where state = 'waiting' and next_attempt_at <= clock_timestamp()
             and (lease_until is null or lease_until < clock_timestamp())
           -- News of cases wait behind what somebody needs to sign in.
           order by kind = 'case_note', next_attempt_at limit $1 for update skip locked
         )
         update mail_outbox m set attempt = m.attempt + 1, lease_until = clock_timestamp() + $2
         from due where m.id = due.id
         returning m.id, m.kind, m.mail_sealed, m.attempt, m.expires_at <= $3 as is_over",
    )
    .bind(at_most)
    .bind(interval(lease))
    .bind(now)
    .fetch_all(pool)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Claimed {
                id: row.try_get("id")?,
                kind: row.try_get("kind")?,
                sealed: row.try_get("mail_sealed")?,
                attempt: row.try_get("attempt")?,
                is_over: row.try_get("is_over")?,
            })
        })
        .collect()
}

/// How an attempt ended: sent or given up, and then nothing of the mail stays.
pub(super) async fn system_end(
    pool: &PgPool,
    id: MailId,
    attempt: i32,
    state: MailState,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update mail_outbox set state = $3, mail_sealed = null, lease_until = null, ended_at = clock_timestamp()
         where id = $1 and attempt = $2 and state = 'waiting'",
    )
    .bind(id)
    .bind(attempt)
    .bind(state)
    .execute(pool)
    .await
    .map(drop)
}

/// It is tried again after `pause`.
pub(super) async fn system_put_off(
    pool: &PgPool,
    id: MailId,
    attempt: i32,
    pause: Duration,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update mail_outbox set next_attempt_at = clock_timestamp() + $3, lease_until = null
         where id = $1 and attempt = $2 and state = 'waiting'",
    )
    .bind(id)
    .bind(attempt)
    .bind(interval(pause))
    .execute(pool)
    .await
    .map(drop)
}

/// Forgets what ended before `kept`, and tells how many wait.
pub(super) async fn system_sweep(pool: &PgPool, kept: Duration) -> Result<i64, sqlx::Error> {
    sqlx::query("delete from mail_outbox where state <> 'waiting' and ended_at < clock_timestamp() - $1")
        .bind(interval(kept))
        .execute(pool)
        .await?;
    sqlx::query_scalar("select count(*) from mail_outbox where state = 'waiting'")
        .fetch_one(pool)
        .await
}

fn interval(of: Duration) -> PgInterval {
    PgInterval {
        months: 0,
        days: 0,
        microseconds: i64::try_from(of.as_micros()).unwrap_or(i64::MAX),
    }
}
