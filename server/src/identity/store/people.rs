//! Accounts as lists show them.

use sea_orm::ConnectionTrait as _;

use super::{USER, get, sql, user};
use crate::ground::enums::{UserRole, UserState};
use crate::ground::ids::{CustomerId, DistributorId, UserId};
use crate::identity::IdentityError;
use crate::identity::first_person::FirstPerson;
use crate::identity::users::{Listed, Organisation, User, UserFilter, UserScope};
use crate::tenancy::{AdminScope, Scope as _, SystemScope, Tx};

/// The name of a user's organisation, for an administrator, who sees those of many. To others it is their own, and a
/// customer's role may not read distributors.
fn organisation_for<S: UserScope>() -> &'static str {
    if S::ROLE == AdminScope::ROLE {
        "coalesce((select c.name from customer c where c.id = u.customer_id),
           (select d.name from distributor d where d.id = u.distributor_id))"
    } else {
        "null::text"
    }
}

pub(in crate::identity) async fn people_of<S: UserScope>(
    tx: &Tx<S>,
    organisation: Organisation,
    limit: u16,
) -> Result<Vec<User>, IdentityError> {
    let (distributor, customer) = match organisation {
        Organisation::Platform => (None, None),
        Organisation::Distributor(id) => (Some(id.as_uuid()), None),
        Organisation::Customer(id) => (None, Some(id.as_uuid())),
    };
    let text = format!(
        "select {USER} from user_account u
         where u.distributor_id is not distinct from $1 and u.customer_id is not distinct from $2
         order by u.display_name, u.id limit $3"
    );
    let values = [distributor.into(), customer.into(), i64::from(limit).into()];
    let rows = tx.connection().query_all_raw(sql(&text, values)).await?;
    rows.iter().map(user).collect()
}

pub(in crate::identity) async fn users<S: UserScope>(
    tx: &Tx<S>,
    filter: &UserFilter,
    after: Option<&str>,
    limit: u16,
) -> Result<Vec<Listed>, IdentityError> {
    let text = format!(
        "select {USER}, {} as organisation from user_account u
         where ($1::text is null or u.email > $1)
           and ($2::text is null or strpos(u.email, lower($2)) > 0 or strpos(lower(u.display_name), lower($2)) > 0)
           and ($3::text is null or u.role = $3) and ($4::text is null or u.state = $4)
           and ($5::uuid is null or u.customer_id = $5 or u.distributor_id = $5)
           and (not $7 or u.asked_at is not null and u.confirmed_at is null and u.state = 'active')
         order by u.email limit $6",
        organisation_for::<S>()
    );
    let UserFilter {
        q,
        role,
        state,
        organisation,
        asks,
    } = filter;
    let ask = sql(
        &text,
        [
            after.into(),
            q.as_deref().into(),
            role.map(UserRole::as_str).into(),
            state.map(UserState::as_str).into(),
            (*organisation).into(),
            i64::from(limit).into(),
            (*asks).into(),
        ],
    );
    let rows = tx.connection().query_all_raw(ask).await?;
    rows.iter()
        .map(|row| {
            Ok(Listed {
                user: user(row)?,
                organisation: get(row, "organisation")?,
            })
        })
        .collect()
}

/// How many of the people whom the scope sees wait for the platform to make sure of them.
pub(in crate::identity) async fn asking<S: UserScope>(tx: &Tx<S>) -> Result<i64, IdentityError> {
    let ask = sql(
        "select count(*) as asking from user_account
         where asked_at is not null and confirmed_at is null and state = 'active'",
        [],
    );
    let row = tx.connection().query_one_raw(ask).await?;
    Ok(row.map_or(Ok(0), |row| get(&row, "asking"))?)
}

/// One user whom the scope sees.
pub(in crate::identity) async fn one_user<S: UserScope>(
    tx: &Tx<S>,
    id: UserId,
) -> Result<Listed, IdentityError> {
    let text = format!(
        "select {USER}, {} as organisation from user_account u
         where u.id = $1",
        organisation_for::<S>()
    );
    let row = tx
        .connection()
        .query_one_raw(sql(&text, [id.as_uuid().into()]))
        .await?;
    let row = row.ok_or(IdentityError::NoSuchUser)?;
    Ok(Listed {
        user: user(&row)?,
        organisation: get(&row, "organisation")?,
    })
}

/// Whether there is an account of an administrator.
pub(in crate::identity) async fn system_has_administrator(
    tx: &Tx<SystemScope>,
) -> Result<bool, IdentityError> {
    let text = "select exists (select from user_account where role = 'admin') as found";
    let row = tx.connection().query_one_raw(sql(text, [])).await?;
    Ok(row.map_or(Ok(false), |row| get(&row, "found"))?)
}

/// The oldest account of a customer, as far as it is in this distributor's portfolio.
pub(in crate::identity) async fn system_first(
    tx: &Tx<SystemScope>,
    distributor: DistributorId,
    customer: CustomerId,
) -> Result<Option<FirstPerson>, IdentityError> {
    let ask = sql(
        "select case when m.distributor_id = $1 then u.display_name end as name
         from user_account u join customer c on c.id = u.customer_id left join user_account m on m.id = u.made_by
         where u.customer_id = $2 and c.distributor_id = $1 order by u.created_at, u.id limit 1",
        [distributor.as_uuid().into(), customer.as_uuid().into()],
    );
    let row = tx.connection().query_one_raw(ask).await?;
    let first = |row| {
        Ok::<_, IdentityError>(FirstPerson {
            name: get(row, "name")?,
        })
    };
    row.as_ref().map(first).transpose()
}
