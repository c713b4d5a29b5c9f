//! `user_account`, for who asks to be confirmed, and whom to tell.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait as _;
use uuid::Uuid;

use super::{System, get, sql};
use crate::ground::ids::{CustomerId, UserId};
use crate::identity::{Email, IdentityError};

/// Letters that one event may cause.
const MOST: i64 = 40;

/// Somebody who asks, or could.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a question that the database answers"
)]
pub(in crate::identity) struct Asking {
    pub(in crate::identity) customer: Option<CustomerId>,
    pub(in crate::identity) organisation: String,
    pub(in crate::identity) name: String,
    pub(in crate::identity) email: String,
    /// Whether they have asked and nobody has answered.
    pub(in crate::identity) waits: bool,
    pub(in crate::identity) is_active: bool,
    pub(in crate::identity) manages_users: bool,
    pub(in crate::identity) sees_values: bool,
    /// Whether there is somebody at the customer who may give what is asked for.
    pub(in crate::identity) others_decide: bool,
    /// Whether nobody else knows the password: they chose it behind a link, or have changed it since.
    pub(in crate::identity) chose_password: bool,
}

/// Locks the account, so that one asks or is confirmed once.
pub(in crate::identity) async fn system_asking(
    tx: &System,
    user: UserId,
) -> Result<Option<Asking>, IdentityError> {
    let ask = sql(
        "select u.customer_id, coalesce(c.name, '') as organisation, u.display_name, u.email,
           u.asked_at is not null and u.confirmed_at is null as waits,
           u.state = 'active' and coalesce(c.state, 'active') <> 'closed' as is_active,
           'manage_users' = any (u.permissions) as manages_users, 'read_readings' = any (u.permissions) as sees_values,
           exists (select from user_account o where o.customer_id = u.customer_id and o.id <> u.id and o.state = 'active'
             and array['manage_users', 'read_readings'] <@ o.permissions) as others_decide,
           exists (select from invitation i where i.user_id = u.id)
             or coalesce((select p.changed_at > u.created_at from user_password p where p.user_id = u.id), false)
             as chose_password
         from user_account u left join customer c on c.id = u.customer_id
         where u.id = $1 for no key update of u",
        [user.as_uuid().into()],
    );
    let row = tx.connection().query_one_raw(ask).await?;
    row.map(|row| {
        Ok(Asking {
            customer: get::<Option<Uuid>>(&row, "customer_id")?.map(CustomerId::from),
            organisation: get(&row, "organisation")?,
            name: get(&row, "display_name")?,
            email: get(&row, "email")?,
            waits: get(&row, "waits")?,
            is_active: get(&row, "is_active")?,
            manages_users: get(&row, "manages_users")?,
            sees_values: get(&row, "sees_values")?,
            others_decide: get(&row, "others_decide")?,
            chose_password: get(&row, "chose_password")?,
        })
    })
    .transpose()
}

pub(in crate::identity) async fn system_ask(
    tx: &System,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<(), IdentityError> {
    let note = sql(
        "update user_account set asked_at = $2, confirmed_at = null, confirmed_by = null where id = $1",
        [user.as_uuid().into(), now.into()],
    );
    tx.connection().execute_raw(note).await?;
    Ok(())
}

pub(in crate::identity) async fn system_confirm(
    tx: &System,
    user: UserId,
    by: Option<UserId>,
    gained: Vec<String>,
    now: DateTime<Utc>,
) -> Result<(), IdentityError> {
    let confirm = sql(
        "update user_account set confirmed_at = $2, confirmed_by = $3,
           permissions = permissions || array(select g from unnest($4::text[]) as g where g <> all (permissions))
         where id = $1",
        [
            user.as_uuid().into(),
            now.into(),
            by.map(UserId::as_uuid).into(),
            gained.into(),
        ],
    );
    tx.connection().execute_raw(confirm).await?;
    Ok(())
}

/// Whether the administrator made an account of the customer, or invited somebody there who came.
pub(in crate::identity) async fn system_made_somebody(
    tx: &System,
    customer: CustomerId,
    by: UserId,
) -> Result<bool, IdentityError> {
    let ask = sql(
        "select 1 from user_account where customer_id = $1 and made_by = $2 limit 1",
        [customer.as_uuid().into(), by.as_uuid().into()],
    );
    Ok(tx.connection().query_one_raw(ask).await?.is_some())
}

pub(in crate::identity) async fn system_user_of(
    tx: &System,
    email: &Email,
) -> Result<Option<UserId>, IdentityError> {
    let ask = sql(
        "select id from user_account where email = $1",
        [email.as_str().into()],
    );
    let row = tx.connection().query_one_raw(ask).await?;
    Ok(row
        .map(|row| get::<Uuid>(&row, "id"))
        .transpose()?
        .map(UserId::from))
}

/// The addresses of the customer's contacts, and beside them the administrators' where somebody asks, the person's own where
/// they are answered.
pub(in crate::identity) async fn system_to_tell(
    tx: &System,
    customer: CustomerId,
    asks: bool,
    person: &str,
) -> Result<Vec<String>, IdentityError> {
    let ask = sql(
        "select distinct lower(told.email) as email from (
           select email from contact where customer_id = $1 and email is not null
           union all select email from user_account where $2 and role = 'admin' and state = 'active'
           union all select $3 where not $2
         ) as told limit $4",
        [customer.as_uuid().into(), asks.into(), person.into(), MOST.into()],
    );
    let rows = tx.connection().query_all_raw(ask).await?;
    rows.iter().map(|row| Ok(get(row, "email")?)).collect()
}
