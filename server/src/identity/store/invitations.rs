//! Invitations in the database.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait as _, DbErr, QueryResult, SqlErr};
use uuid::Uuid;

use super::{System, get, sql};
use crate::ground::ids::{CareTeamId, CustomerId, DistributorId, InvitationId, SiteId, UserId};
use crate::identity::invitations::Invitation;
use crate::identity::users::{Made, Maker, Organisation, UserScope, side_of};
use crate::identity::{Belonging, Email, IdentityError};
use crate::tenancy::{CustomerScope, PermissionSet, Scope as _, Tx};

const INVITATION: &str =
    "i.id, i.email, i.display_name, i.role, i.distributor_id, i.customer_id, i.permissions,
    i.invited_by, i.created_at, i.expires_at, i.mail_id";

const BELONGING: &str = "i.confined, i.site_ids, i.care_team_ids";

/// A customer's inner structure is its own: nobody else's role may read these columns.
fn belonging_for<S: UserScope>() -> &'static str {
    if S::ROLE == CustomerScope::ROLE {
        BELONGING
    } else {
        "false as confined, '{}'::uuid[] as site_ids, '{}'::uuid[] as care_team_ids"
    }
}

/// An invitation whose link works, and what its page says beside.
pub(in crate::identity) struct Pending {
    pub(in crate::identity) invitation: Invitation,
    pub(in crate::identity) organisation: Option<String>,
    /// Who invited.
    pub(in crate::identity) maker: Maker,
}

/// Whether an account of this address is known to the inviter: one of the same organisation, or any.
pub(in crate::identity) async fn system_has_account(
    tx: &System,
    email: &Email,
    organisation: Organisation,
    any: bool,
) -> Result<bool, IdentityError> {
    let ask = sql(
        "select 1 from user_account
         where email = $1 and ($2 or coalesce(customer_id, distributor_id) is not distinct from $3)",
        [email.as_str().into(), any.into(), organisation.id().into()],
    );
    Ok(tx.connection().query_one_raw(ask).await?.is_some())
}

/// Makes room: an invitation that is over stands in nobody's way.
pub(in crate::identity) async fn system_forget_over(
    tx: &System,
    new: &Invitation,
    now: DateTime<Utc>,
) -> Result<(), IdentityError> {
    let forget = sql(
        "update invitation set revoked_at = $3
         where email = $1 and coalesce(customer_id, distributor_id) is not distinct from $2
           and accepted_at is null and revoked_at is null and expires_at <= $3",
        [
            new.email.as_str().into(),
            new.organisation.id().into(),
            now.into(),
        ],
    );
    tx.connection().execute_raw(forget).await?;
    Ok(())
}

pub(in crate::identity) async fn system_insert(
    tx: &System,
    new: &Invitation,
    secret_hmac: &[u8; 32],
) -> Result<(), IdentityError> {
    let (distributor, customer) = match new.organisation {
        Organisation::Platform => (None, None),
        Organisation::Distributor(id) => (Some(id), None),
        Organisation::Customer(id) => (new.through, Some(id)),
    };
    let insert = sql(
        "insert into invitation (id, email, display_name, role, distributor_id, customer_id, permissions, secret_hmac,
           invited_by, mail_id, created_at, expires_at, confined, site_ids, care_team_ids)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        [
            new.id.as_uuid().into(),
            new.email.as_str().into(),
            new.name.as_str().into(),
            new.role.as_str().into(),
            distributor.map(DistributorId::as_uuid).into(),
            customer.map(CustomerId::as_uuid).into(),
            new.permissions.to_texts().into(),
            secret_hmac.to_vec().into(),
            new.invited_by.as_uuid().into(),
            new.mail.as_uuid().into(),
            new.sent_at.into(),
            new.expires_at.into(),
            new.belonging.confined.into(),
            uuids(&new.belonging.sites).into(),
            uuids(&new.belonging.teams).into(),
        ],
    );
    tx.connection()
        .execute_raw(insert)
        .await
        .map(drop)
        .map_err(|error| match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => IdentityError::AlreadyInvited,
            Some(SqlErr::ForeignKeyConstraintViolation(_)) => IdentityError::NoSuchOrganisation,
            _ => error.into(),
        })
}

/// The name of an organisation.
pub(in crate::identity) async fn system_name_of(
    tx: &System,
    organisation: Organisation,
) -> Result<Option<String>, IdentityError> {
    let ask = match organisation {
        Organisation::Platform => return Ok(None),
        Organisation::Distributor(id) => sql(
            "select name from distributor where id = $1",
            [id.as_uuid().into()],
        ),
        Organisation::Customer(id) => sql("select name from customer where id = $1", [id.as_uuid().into()]),
    };
    let row = tx.connection().query_one_raw(ask).await?;
    let row = row.ok_or(IdentityError::NoSuchOrganisation)?;
    Ok(Some(get(&row, "name")?))
}

pub(in crate::identity) async fn open<S: UserScope>(
    tx: &Tx<S>,
    after: Option<&(String, InvitationId)>,
    limit: u16,
) -> Result<Vec<Invitation>, IdentityError> {
    let text = format!(
        "select {INVITATION}, {} from invitation i
         where i.accepted_at is null and i.revoked_at is null and ($1::text is null or (i.email, i.id) > ($1, $2::uuid))
         order by i.email, i.id limit $3",
        belonging_for::<S>()
    );
    let (email, id) = after.map_or((None, None), |(email, id)| {
        (Some(email.as_str()), Some(id.as_uuid()))
    });
    let ask = sql(&text, [email.into(), id.into(), i64::from(limit).into()]);
    let rows = tx.connection().query_all_raw(ask).await?;
    rows.iter().map(invitation).collect()
}

pub(in crate::identity) async fn one<S: UserScope>(
    tx: &Tx<S>,
    id: InvitationId,
) -> Result<Invitation, IdentityError> {
    let text = format!(
        "select {INVITATION}, {} from invitation i where i.id = $1 and i.accepted_at is null and i.revoked_at is null",
        belonging_for::<S>()
    );
    let row = tx
        .connection()
        .query_one_raw(sql(&text, [id.as_uuid().into()]))
        .await?;
    invitation(&row.ok_or(IdentityError::NoSuchInvitation)?)
}

/// Gives an open invitation another link.
pub(in crate::identity) async fn system_renew(
    tx: &System,
    new: &Invitation,
    secret_hmac: &[u8; 32],
) -> Result<(), IdentityError> {
    let renew = sql(
        "update invitation set secret_hmac = $2, mail_id = $3, created_at = $4, expires_at = $5, invited_by = $6
         where id = $1 and accepted_at is null and revoked_at is null",
        [
            new.id.as_uuid().into(),
            secret_hmac.to_vec().into(),
            new.mail.as_uuid().into(),
            new.sent_at.into(),
            new.expires_at.into(),
            new.invited_by.as_uuid().into(),
        ],
    );
    match tx.connection().execute_raw(renew).await?.rows_affected() {
        0 => Err(IdentityError::NoSuchInvitation),
        _ => Ok(()),
    }
}

pub(in crate::identity) async fn system_revoke(
    tx: &System,
    id: InvitationId,
    now: DateTime<Utc>,
) -> Result<(), IdentityError> {
    let revoke = sql(
        "update invitation set revoked_at = $2 where id = $1 and accepted_at is null and revoked_at is null",
        [id.as_uuid().into(), now.into()],
    );
    match tx.connection().execute_raw(revoke).await?.rows_affected() {
        0 => Err(IdentityError::NoSuchInvitation),
        _ => Ok(()),
    }
}

/// Whoever may not sign in any more invites nobody either.
pub(in crate::identity) async fn system_revoke_of(
    tx: &System,
    inviter: UserId,
    now: DateTime<Utc>,
) -> Result<(), IdentityError> {
    let revoke = sql(
        "update invitation set revoked_at = $2 where invited_by = $1 and accepted_at is null and revoked_at is null",
        [inviter.as_uuid().into(), now.into()],
    );
    tx.connection().execute_raw(revoke).await?;
    Ok(())
}

/// A customer has gone to another distributor, or to none: what one before invited to it leads nowhere any more.
pub(in crate::identity) async fn system_revoke_of_former(
    tx: &System,
    customer: CustomerId,
    present: Option<DistributorId>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let revoke = sql(
        "update invitation set revoked_at = $3
         where customer_id = $1 and distributor_id is not null and distributor_id is distinct from $2
           and accepted_at is null and revoked_at is null",
        [
            customer.as_uuid().into(),
            present.map(DistributorId::as_uuid).into(),
            now.into(),
        ],
    );
    tx.connection().execute_raw(revoke).await.map(drop)
}

/// The invitation of a link that works. It does no longer where the inviter may not give any more what it gives, or the
/// customer has gone to another distributor than the one that invites its first user, or it would let somebody outside of
/// a customer give its values away. `lock` makes others wait who would
/// accept it as well.
pub(in crate::identity) async fn system_pending(
    tx: &System,
    secret_hmac: &[u8; 32],
    now: DateTime<Utc>,
    lock: bool,
) -> Result<Option<Pending>, IdentityError> {
    let lock = if lock { "for update of i" } else { "" };
    let text = format!(
        "select {INVITATION}, {BELONGING}, coalesce(c.name, d.name) as organisation, w.role as maker_role,
           coalesce((select o.name from customer o where o.id = w.customer_id),
             (select o.name from distributor o where o.id = w.distributor_id), w.display_name) as maker_name
         from invitation i
         join user_account w on w.id = i.invited_by
         left join customer c on c.id = i.customer_id
         left join distributor d on d.id = i.distributor_id
         where i.secret_hmac = $1 and i.accepted_at is null and i.revoked_at is null and i.expires_at > $2
           and coalesce(c.state, d.state, 'active') <> 'closed'
           and (i.customer_id is null or i.distributor_id is null or c.distributor_id = i.distributor_id)
           and not (i.customer_id is not null and w.role <> 'customer'
             and i.permissions && array['read_readings', 'manage_endpoints'])
           and w.state = 'active' and (w.role = 'admin' or 'manage_users' = any (w.permissions) and (
             i.permissions <@ w.permissions or i.customer_id is not null and i.distributor_id is not null))
         {lock}"
    );
    let ask = sql(&text, [secret_hmac.to_vec().into(), now.into()]);
    let row = tx.connection().query_one_raw(ask).await?;
    row.map(|row| {
        let invitation = invitation(&row)?;
        Ok(Pending {
            organisation: get(&row, "organisation")?,
            maker: Maker {
                id: invitation.invited_by,
                made: Made {
                    side: side_of(get(&row, "maker_role")?),
                    name: get(&row, "maker_name")?,
                },
            },
            invitation,
        })
    })
    .transpose()
}

pub(in crate::identity) async fn system_accept(
    tx: &System,
    id: InvitationId,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<(), IdentityError> {
    let accept = sql(
        "update invitation set accepted_at = $3, user_id = $2 where id = $1",
        [id.as_uuid().into(), user.as_uuid().into(), now.into()],
    );
    tx.connection().execute_raw(accept).await?;
    Ok(())
}

fn uuids<I: Copy + Into<Uuid>>(ids: &[I]) -> Vec<Uuid> {
    ids.iter().copied().map(Into::into).collect()
}

fn invitation(row: &QueryResult) -> Result<Invitation, IdentityError> {
    let customer = get::<Option<Uuid>>(row, "customer_id")?;
    let distributor = get::<Option<Uuid>>(row, "distributor_id")?;
    let (organisation, through) = match (customer, distributor) {
        (Some(id), through) => (
            Organisation::Customer(id.into()),
            through.map(DistributorId::from),
        ),
        (None, Some(id)) => (Organisation::Distributor(id.into()), None),
        (None, None) => (Organisation::Platform, None),
    };
    Ok(Invitation {
        id: get(row, "id")?,
        email: Email::stored(get(row, "email")?),
        name: get(row, "display_name")?,
        role: get(row, "role")?,
        organisation,
        through,
        permissions: PermissionSet::from_texts(&get::<Vec<String>>(row, "permissions")?),
        belonging: Belonging {
            confined: get(row, "confined")?,
            sites: get::<Vec<Uuid>>(row, "site_ids")?
                .into_iter()
                .map(SiteId::from)
                .collect(),
            teams: get::<Vec<Uuid>>(row, "care_team_ids")?
                .into_iter()
                .map(CareTeamId::from)
                .collect(),
        },
        invited_by: get(row, "invited_by")?,
        sent_at: get(row, "created_at")?,
        expires_at: get(row, "expires_at")?,
        mail: get(row, "mail_id")?,
    })
}
