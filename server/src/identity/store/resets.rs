//! New passwords in the database.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait as _;

use super::{System, get, sql};
use crate::ground::ids::{PasswordResetId, UserId};
use crate::identity::{Email, IdentityError};

pub(in crate::identity) struct NewReset {
    pub(in crate::identity) id: PasswordResetId,
    pub(in crate::identity) secret_hmac: [u8; 32],
    pub(in crate::identity) created_at: DateTime<Utc>,
    pub(in crate::identity) expires_at: DateTime<Utc>,
    pub(in crate::identity) forget_before: DateTime<Utc>,
}

const MAY_SIGN_IN: &str = "u.state = 'active' and coalesce(c.state, d.state, 'active') <> 'closed'";
const ACCOUNT_FROM: &str = "user_account u
    left join customer c on c.id = u.customer_id
    left join distributor d on d.id = u.distributor_id";

/// The account of an address, if it may sign in.
pub(in crate::identity) async fn system_who_may_sign_in(
    tx: &System,
    email: &Email,
) -> Result<Option<UserId>, IdentityError> {
    let text = format!("select u.id from {ACCOUNT_FROM} where u.email = $1 and {MAY_SIGN_IN}");
    let row = tx
        .connection()
        .query_one_raw(sql(&text, [email.as_str().into()]))
        .await?;
    row.map(|row| Ok(get(&row, "id")?)).transpose()
}

/// Writes a link down and forgets the user's old ones.
pub(in crate::identity) async fn system_insert(
    tx: &System,
    user: UserId,
    new: &NewReset,
) -> Result<(), IdentityError> {
    let insert = sql(
        "with swept as (delete from password_reset where user_id = $2 and expires_at < $6)
         insert into password_reset (id, user_id, secret_hmac, created_at, expires_at) values ($1, $2, $3, $4, $5)",
        [
            new.id.as_uuid().into(),
            user.as_uuid().into(),
            new.secret_hmac.to_vec().into(),
            new.created_at.into(),
            new.expires_at.into(),
            new.forget_before.into(),
        ],
    );
    tx.connection().execute_raw(insert).await?;
    Ok(())
}

/// Makes others wait who would use this link, or another one of its account, as well: a new password ends them all, so the
/// account comes before any link.
pub(in crate::identity) async fn system_lock_account(
    tx: &System,
    secret_hmac: &[u8; 32],
) -> Result<(), IdentityError> {
    let lock = sql(
        "select 1 from user_account where id = (select user_id from password_reset where secret_hmac = $1)
         for no key update",
        [secret_hmac.to_vec().into()],
    );
    tx.connection().query_one_raw(lock).await?;
    Ok(())
}

/// The account of a link that works.
pub(in crate::identity) async fn system_pending(
    tx: &System,
    secret_hmac: &[u8; 32],
    now: DateTime<Utc>,
) -> Result<Option<(UserId, Email)>, IdentityError> {
    let text = format!(
        "select u.id, u.email from {ACCOUNT_FROM} join password_reset r on r.user_id = u.id
         where r.secret_hmac = $1 and r.ended_at is null and r.expires_at > $2 and {MAY_SIGN_IN}
           and r.created_at > coalesce(c.closed_at, d.closed_at, '-infinity')"
    );
    let ask = sql(&text, [secret_hmac.to_vec().into(), now.into()]);
    let row = tx.connection().query_one_raw(ask).await?;
    row.map(|row| Ok((get(&row, "id")?, Email::stored(get(&row, "email")?))))
        .transpose()
}

/// Sets the password and begins another generation of the account: access tokens, links and all sessions but the one to
/// `keep` end. The account comes first: who is about to sign in with the old password waits for it, and is refused.
pub(in crate::identity) async fn system_set_password(
    tx: &System,
    user: UserId,
    hash: &str,
    keep: Option<&[u8; 32]>,
    now: DateTime<Utc>,
) -> Result<(), IdentityError> {
    let keep = keep.map(|hmac| hmac.to_vec());
    for change in [
        sql(
            "update user_account set sign_in_generation = sign_in_generation + 1 where id = $1",
            [user.as_uuid().into()],
        ),
        sql(
            "insert into user_password (user_id, hash, changed_at) values ($1, $2, $3)
             on conflict (user_id) do update set hash = excluded.hash, changed_at = excluded.changed_at",
            [user.as_uuid().into(), hash.into(), now.into()],
        ),
        sql(
            "update session set ended_at = $2
             where user_id = $1 and ended_at is null and secret_hmac is distinct from $3",
            [user.as_uuid().into(), now.into(), keep.into()],
        ),
        sql(
            "update password_reset set ended_at = $2 where user_id = $1 and ended_at is null",
            [user.as_uuid().into(), now.into()],
        ),
    ] {
        tx.connection().execute_raw(change).await?;
    }
    Ok(())
}
