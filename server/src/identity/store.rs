//! Everything identity asks the database. Accounts are found before a tenant is known, hence `system_…`.

pub(super) mod confirmation;
pub(super) mod invitations;
pub(super) mod membership;
pub(super) mod people;
pub(super) mod preferences;
pub(super) mod resets;

use chrono::{DateTime, Utc};
use sea_orm::{
    ConnectionTrait as _, DatabaseBackend, DbErr, QueryResult, SqlErr, Statement, TryGetable, Value,
};
use uuid::Uuid;

use super::users::{Made, Maker, Organisation, User};
use super::{Caller, CallerScope, Email, IdentityError, Person, Preferences};
use crate::ground::enums::{CaseSide, UserRole, UserState};
use crate::ground::ids::{CustomerId, DistributorId, SessionId, SiteId, UserId};
use crate::tenancy::{
    Actor, AdminScope, CustomerScope, DistributorScope, FinanceScope, PermissionSet, Reach, SystemScope, Tx,
};

type System = Tx<SystemScope>;

const CHOSEN: &str = preferences::COLUMNS;

const USER: &str =
    "u.id, u.email, u.display_name, u.role, u.distributor_id, u.customer_id, u.permissions, u.state,
    u.created_at, u.last_sign_in_at, u.made_side, u.made_by_name, u.asked_at, u.confirmed_at, u.disabled_side,
    u.confined";

const BESIDE: &str = "coalesce(c.name, d.name) as organisation,
    coalesce(c.time_zone, d.time_zone, 'UTC') as time_zone,
    coalesce(c.state, d.state, 'active') <> 'closed' as is_open, u.sign_in_generation,
    coalesce(c.closed_at, d.closed_at) as closed_at,
    case when u.confined then vw_sites_of(u.id) end as sites";

const ACCOUNT_FROM: &str = "user_account u
    left join customer c on c.id = u.customer_id
    left join distributor d on d.id = u.distributor_id";

/// A user and what a sign-in needs to know beside.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub(super) user: User,
    organisation: Option<String>,
    time_zone: String,
    preferences: Preferences,
    is_open: bool,
    reach: Reach,
    /// When its organisation was last closed: what was given out before is over, even where it was opened again.
    pub(super) closed_at: Option<DateTime<Utc>>,
    /// What is given out under it ends for good with the next disabling.
    pub(super) generation: i32,
}

impl Account {
    pub(super) fn may_sign_in(&self) -> bool {
        self.is_open && self.user.state == UserState::Active
    }

    pub(super) fn into_caller(self) -> Result<Caller, IdentityError> {
        if !self.may_sign_in() {
            return Err(IdentityError::NotSignedIn);
        }
        let User {
            id,
            email,
            name,
            role,
            organisation,
            permissions,
            ..
        } = self.user;
        let actor = Actor {
            user: id,
            permissions,
        };
        let scope = match organisation {
            Organisation::Platform if role == UserRole::Finance => {
                CallerScope::Finance(FinanceScope::new(actor))
            }
            Organisation::Platform => CallerScope::Admin(AdminScope::new(actor)),
            Organisation::Distributor(of) => CallerScope::Distributor(DistributorScope::new(of, actor)),
            Organisation::Customer(of) => CallerScope::Customer(CustomerScope::new(of, actor, self.reach)),
        };
        let (organisation, preferences) = (self.organisation, self.preferences);
        let time_zone = preferences.time_zone.clone().unwrap_or(self.time_zone);
        Ok(Caller {
            person: Person {
                id,
                name,
                email,
                organisation,
                time_zone,
                units: preferences.units,
                preferences,
            },
            scope,
        })
    }
}

pub(super) struct NewAccount {
    pub(super) id: UserId,
    pub(super) email: Email,
    pub(super) name: String,
    pub(super) role: UserRole,
    pub(super) organisation: Organisation,
    pub(super) permissions: PermissionSet,
    /// Whether they see some sites of their customer alone.
    pub(super) confined: bool,
    pub(super) password_hash: String,
    pub(super) created_at: DateTime<Utc>,
    /// None: at the command line.
    pub(super) made_by: Option<Maker>,
}

pub(super) struct NewSession {
    pub(super) id: SessionId,
    pub(super) user: UserId,
    pub(super) secret_hmac: [u8; 32],
    pub(super) created_at: DateTime<Utc>,
    pub(super) expires_at: DateTime<Utc>,
    pub(super) forget_before: DateTime<Utc>,
}

pub(super) async fn system_insert_account(tx: &System, new: &NewAccount) -> Result<(), IdentityError> {
    let (distributor, customer) = match new.organisation {
        Organisation::Platform => (None, None),
        Organisation::Distributor(id) => (Some(id.as_uuid()), None),
        Organisation::Customer(id) => (None, Some(id.as_uuid())),
    };
    let made_by = new.made_by.as_ref();
    let account = sql(
        "insert into user_account (id, email, display_name, role, distributor_id, customer_id, permissions, created_at,
           made_by, made_side, made_by_name, confined)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        [
            new.id.as_uuid().into(),
            new.email.as_str().into(),
            new.name.as_str().into(),
            new.role.as_str().into(),
            distributor.into(),
            customer.into(),
            new.permissions.to_texts().into(),
            new.created_at.into(),
            made_by.map(|maker| maker.id.as_uuid()).into(),
            made_by.map(|maker| maker.made.side.as_str()).into(),
            made_by.map(|maker| maker.made.name.as_str()).into(),
            new.confined.into(),
        ],
    );
    tx.connection()
        .execute_raw(account)
        .await
        .map_err(|error| match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => IdentityError::EmailTaken,
            Some(SqlErr::ForeignKeyConstraintViolation(_)) => IdentityError::NoSuchOrganisation,
            _ => error.into(),
        })?;
    let password = sql(
        "insert into user_password (user_id, hash, changed_at) values ($1, $2, $3)",
        [
            new.id.as_uuid().into(),
            new.password_hash.as_str().into(),
            new.created_at.into(),
        ],
    );
    tx.connection().execute_raw(password).await?;
    Ok(())
}

/// The account of an address, with its password's hash.
pub(super) async fn system_credentials(
    tx: &System,
    email: &Email,
) -> Result<Option<(Account, String)>, IdentityError> {
    let text = format!(
        "select {USER}, {BESIDE}, {CHOSEN}, p.hash from {ACCOUNT_FROM} join user_password p on p.user_id = u.id where u.email = $1"
    );
    let row = tx
        .connection()
        .query_one_raw(sql(&text, [email.as_str().into()]))
        .await?;
    row.map(|row| Ok((account(&row)?, row.try_get("", "hash")?)))
        .transpose()
}

pub(super) async fn system_account(tx: &System, user: UserId) -> Result<Option<Account>, IdentityError> {
    let text = format!("select {USER}, {BESIDE}, {CHOSEN} from {ACCOUNT_FROM} where u.id = $1");
    let row = tx
        .connection()
        .query_one_raw(sql(&text, [user.as_uuid().into()]))
        .await?;
    row.map(|row| account(&row)).transpose()
}

/// Notes a sign-in. An account that was disabled since its password was looked at is refused; one that somebody is about
/// to disable waits for this transaction, and then finds what it gave out.
pub(super) async fn system_note_sign_in(
    tx: &System,
    account: &Account,
    now: DateTime<Utc>,
) -> Result<(), IdentityError> {
    let note = sql(
        "update user_account set last_sign_in_at = $2 where id = $1 and state = 'active' and sign_in_generation = $3",
        [
            account.user.id.as_uuid().into(),
            now.into(),
            account.generation.into(),
        ],
    );
    match tx.connection().execute_raw(note).await?.rows_affected() {
        0 => Err(IdentityError::WrongCredentials),
        _ => Ok(()),
    }
}

/// Begins a session and forgets the user's old ones.
pub(super) async fn system_begin_session(tx: &System, new: &NewSession) -> Result<(), IdentityError> {
    let begin = sql(
        "with swept as (delete from session where user_id = $2 and expires_at < $6)
         insert into session (id, user_id, secret_hmac, created_at, last_seen_at, expires_at)
         values ($1, $2, $3, $4, $4, $5)",
        [
            new.id.as_uuid().into(),
            new.user.as_uuid().into(),
            new.secret_hmac.to_vec().into(),
            new.created_at.into(),
            new.expires_at.into(),
            new.forget_before.into(),
        ],
    );
    tx.connection().execute_raw(begin).await?;
    Ok(())
}

/// The account of a session that goes on, which notes its use where the last note is older than `noted_before`.
pub(super) async fn system_use_session(
    tx: &System,
    secret_hmac: &[u8; 32],
    now: DateTime<Utc>,
    idle_since: DateTime<Utc>,
    noted_before: DateTime<Utc>,
) -> Result<Option<(SessionId, DateTime<Utc>, Account)>, IdentityError> {
    let text = format!(
        "with found as (
           select id, user_id, created_at, expires_at, last_seen_at from session
           where secret_hmac = $1 and ended_at is null and expires_at > $2 and last_seen_at > $3
         ), noted as (
           update session s set last_seen_at = $2 from found f where s.id = f.id and f.last_seen_at < $4
         )
         select f.id as session_id, f.expires_at, {USER}, {BESIDE}, {CHOSEN} from {ACCOUNT_FROM} join found f on f.user_id = u.id
         where f.created_at > coalesce(c.closed_at, d.closed_at, '-infinity')"
    );
    let find = sql(
        &text,
        [
            secret_hmac.to_vec().into(),
            now.into(),
            idle_since.into(),
            noted_before.into(),
        ],
    );
    let row = tx.connection().query_one_raw(find).await?;
    row.map(|row| {
        Ok((
            SessionId::from(uuid(&row, "session_id")?),
            get(&row, "expires_at")?,
            account(&row)?,
        ))
    })
    .transpose()
}

/// The same question without noting a use.
pub(super) async fn system_watch_session(
    tx: &System,
    secret_hmac: &[u8; 32],
    now: DateTime<Utc>,
    idle_since: DateTime<Utc>,
) -> Result<Option<Account>, IdentityError> {
    let text = format!(
        "select {USER}, {BESIDE}, {CHOSEN} from {ACCOUNT_FROM} join session n on n.user_id = u.id
         where n.secret_hmac = $1 and n.ended_at is null and n.expires_at > $2 and n.last_seen_at > $3
           and n.created_at > coalesce(c.closed_at, d.closed_at, '-infinity')"
    );
    let find = sql(
        &text,
        [secret_hmac.to_vec().into(), now.into(), idle_since.into()],
    );
    let row = tx.connection().query_one_raw(find).await?;
    row.map(|row| account(&row)).transpose()
}

pub(super) async fn system_end_session(
    tx: &System,
    secret_hmac: &[u8; 32],
    now: DateTime<Utc>,
) -> Result<(), IdentityError> {
    let end = sql(
        "update session set ended_at = $2 where secret_hmac = $1 and ended_at is null",
        [secret_hmac.to_vec().into(), now.into()],
    );
    tx.connection().execute_raw(end).await?;
    Ok(())
}

/// Changes the state. A disabled account's sessions and access tokens end with it, and do not come back when it is enabled.
/// False: the platform's people disabled it, and others do not enable it.
pub(super) async fn system_set_user_state(
    tx: &System,
    user: UserId,
    (state, by): (UserState, CaseSide),
    now: DateTime<Utc>,
) -> Result<bool, IdentityError> {
    let set = sql(
        "update user_account set state = $2,
           disabled_side = case when $2 <> 'disabled' then null when disabled_side = 'platform' then 'platform' else $3 end,
           sign_in_generation = sign_in_generation + case when $2 = 'disabled' then 1 else 0 end
         where id = $1 and ($2 = 'disabled' or $3 = 'platform' or disabled_side is distinct from 'platform')",
        [user.as_uuid().into(), state.as_str().into(), by.as_str().into()],
    );
    if tx.connection().execute_raw(set).await?.rows_affected() == 0 {
        return Ok(false);
    }
    // Only now: whoever was about to sign in has done so, or never will.
    let end = sql(
        "update session set ended_at = $3 where user_id = $1 and ended_at is null and $2 = 'disabled'",
        [user.as_uuid().into(), state.as_str().into(), now.into()],
    );
    tx.connection().execute_raw(end).await?;
    Ok(true)
}

/// Makes whoever would add an account to the customer wait until this transaction has ended.
pub(super) async fn system_lock_customer(tx: &System, customer: CustomerId) -> Result<(), IdentityError> {
    let lock = sql(
        "select 1 from customer where id = $1 for update",
        [customer.as_uuid().into()],
    );
    tx.connection()
        .query_one_raw(lock)
        .await?
        .map(drop)
        .ok_or(IdentityError::NoSuchOrganisation)
}

/// A distributor invites for its own customers alone, also where one goes to another while it does.
pub(super) async fn system_must_be_through(
    tx: &System,
    customer: CustomerId,
    through: Option<DistributorId>,
) -> Result<(), IdentityError> {
    let ask = sql(
        "select 1 from customer where id = $1 and ($2::uuid is null or distributor_id = $2)",
        [
            customer.as_uuid().into(),
            through.map(DistributorId::as_uuid).into(),
        ],
    );
    tx.connection()
        .query_one_raw(ask)
        .await?
        .map(drop)
        .ok_or(IdentityError::NoSuchOrganisation)
}

pub(super) async fn system_has_users(tx: &System, customer: CustomerId) -> Result<bool, IdentityError> {
    let ask = sql(
        "select 1 from user_account where customer_id = $1 limit 1",
        [customer.as_uuid().into()],
    );
    Ok(tx.connection().query_one_raw(ask).await?.is_some())
}

/// Changes what a user may do.
pub(super) async fn system_set_permissions(
    tx: &System,
    user: UserId,
    permissions: &PermissionSet,
) -> Result<(), IdentityError> {
    let set = sql(
        "update user_account set permissions = $2 where id = $1",
        [user.as_uuid().into(), permissions.to_texts().into()],
    );
    tx.connection().execute_raw(set).await?;
    Ok(())
}

/// Proves that the customer is in the distributor's portfolio.
pub(super) async fn customer_exists(tx: &Tx<DistributorScope>, id: CustomerId) -> Result<(), IdentityError> {
    let ask = sql("select 1 from customer where id = $1", [id.as_uuid().into()]);
    tx.connection()
        .query_one_raw(ask)
        .await?
        .map(drop)
        .ok_or(IdentityError::NoSuchOrganisation)
}

fn account(row: &QueryResult) -> Result<Account, IdentityError> {
    Ok(Account {
        user: user(row)?,
        organisation: get(row, "organisation")?,
        time_zone: get(row, "time_zone")?,
        preferences: preferences::preferences(row)?,
        is_open: get(row, "is_open")?,
        reach: get::<Option<Vec<Uuid>>>(row, "sites")?.map_or(Reach::Whole, |sites| {
            Reach::sites(sites.into_iter().map(SiteId::from))
        }),
        closed_at: get(row, "closed_at")?,
        generation: get(row, "sign_in_generation")?,
    })
}

fn user(row: &QueryResult) -> Result<User, IdentityError> {
    let organisation = match (
        get::<Option<Uuid>>(row, "distributor_id")?,
        get::<Option<Uuid>>(row, "customer_id")?,
    ) {
        (Some(id), _) => Organisation::Distributor(id.into()),
        (None, Some(id)) => Organisation::Customer(id.into()),
        (None, None) => Organisation::Platform,
    };
    Ok(User {
        id: uuid(row, "id")?.into(),
        email: Email::stored(get(row, "email")?),
        name: get(row, "display_name")?,
        role: parsed::<UserRole>(row, "role")?,
        organisation,
        permissions: PermissionSet::from_texts(&get::<Vec<String>>(row, "permissions")?),
        state: parsed::<UserState>(row, "state")?,
        created_at: get(row, "created_at")?,
        last_sign_in_at: get(row, "last_sign_in_at")?,
        made: get::<Option<CaseSide>>(row, "made_side")?
            .zip(get(row, "made_by_name")?)
            .map(|(side, name)| Made { side, name }),
        asked_at: get(row, "asked_at")?,
        confirmed_at: get(row, "confirmed_at")?,
        disabled_side: get(row, "disabled_side")?,
        confined: get(row, "confined")?,
    })
}

fn get<T: TryGetable>(row: &QueryResult, column: &str) -> Result<T, DbErr> {
    row.try_get("", column)
}

fn uuid(row: &QueryResult, column: &str) -> Result<Uuid, DbErr> {
    get(row, column)
}

fn parsed<T: std::str::FromStr>(row: &QueryResult, column: &str) -> Result<T, DbErr> {
    let text: String = get(row, column)?;
    text.parse()
        .map_err(|_| DbErr::Type(format!("{column}: a word that this version does not know")))
}

fn sql(text: &str, values: impl IntoIterator<Item = Value>) -> Statement {
    Statement::from_sql_and_values(DatabaseBackend::Postgres, text, values)
}
