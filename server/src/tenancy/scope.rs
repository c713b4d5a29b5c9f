//! A caller is a type. What it may see is set for the length of one transaction, in the database itself.

use std::marker::PhantomData;

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, Statement, TransactionTrait};

use super::database::Database;
use super::permission::{Permission, PermissionSet};
use super::reach::Reach;
use super::right::{Denied, Right};
use crate::ground::enums::UserRole;
use crate::ground::ids::{CustomerId, DistributorId, UserId};

/// The person behind a scope.
#[derive(Debug, Clone)]
pub struct Actor {
    /// Who signed in.
    pub user: UserId,
    /// What that person may do inside the organisation.
    pub permissions: PermissionSet,
}

/// What a transaction is begun with: the database role, and the tenant for the policies.
pub trait Scope: Send + Sync {
    /// The database role that the transaction takes.
    const ROLE: &'static str;

    /// The customer whose rows are visible, if the scope is one customer's.
    fn customer(&self) -> Option<CustomerId> {
        None
    }

    /// The distributor whose rows are visible, if the scope is one distributor's.
    fn distributor(&self) -> Option<DistributorId> {
        None
    }

    /// The person whose rows are visible, and how much of the customer they see, if the scope is one customer's.
    fn seen_by(&self) -> Option<(UserId, &Reach)> {
        None
    }

    /// Begins the scope's transaction, runs `work` in it and commits. An error, or dropping the future, rolls back.
    ///
    /// Call it after the request's body has been read, and hold it over no network wait.
    #[expect(
        async_fn_in_trait,
        reason = "used with concrete scopes only; whether it is Send follows from the work"
    )]
    async fn run<T, E, F>(&self, database: &Database, work: F) -> Result<T, E>
    where
        Self: Sized,
        E: From<DbErr>,
        F: AsyncFnOnce(&Tx<Self>) -> Result<T, E>,
    {
        let tx = Tx::begin(self, database).await?;
        let value = work(&tx).await?;
        tx.commit().await?;
        Ok(value)
    }
}

/// An open transaction of a scope. Store functions take it by reference.
pub struct Tx<S> {
    inner: DatabaseTransaction,
    scope: PhantomData<fn() -> S>,
}

impl<S> std::fmt::Debug for Tx<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tx").finish_non_exhaustive()
    }
}

impl<S: Scope> Tx<S> {
    /// Begins a transaction and takes the scope's role and tenant in one statement.
    pub async fn begin(scope: &S, database: &Database) -> Result<Self, DbErr> {
        // In a task of its own, which ends even when a request is dropped in the middle of BEGIN: sqlx rolls back only
        // what it knows to have begun, and the connection would go back to the pool inside of a transaction.
        let orm = database.orm().clone();
        let inner = tokio::spawn(async move { orm.begin().await })
            .await
            .map_err(|error| DbErr::Custom(error.to_string()))??;
        let customer = scope.customer().map(|id| id.to_string()).unwrap_or_default();
        let distributor = scope.distributor().map(|id| id.to_string()).unwrap_or_default();
        let (user, sites) = scope
            .seen_by()
            .map(|(user, reach)| (user.to_string(), reach.setting()))
            .unwrap_or_default();
        inner
            .execute_raw(Statement::from_sql_and_values(
                sea_orm::DatabaseBackend::Postgres,
                "select set_config('role', $1, true), set_config('app.customer', $2, true), \
                 set_config('app.distributor', $3, true), set_config('app.user', $4, true), \
                 set_config('app.sites', $5, true)",
                [
                    S::ROLE.into(),
                    customer.into(),
                    distributor.into(),
                    user.into(),
                    sites.into(),
                ],
            ))
            .await?;
        Ok(Self {
            inner,
            scope: PhantomData,
        })
    }

    /// The connection for the stores' queries.
    pub fn connection(&self) -> &DatabaseTransaction {
        &self.inner
    }

    /// Makes the work visible. Without it, everything is undone.
    pub async fn commit(self) -> Result<(), DbErr> {
        self.inner.commit().await
    }
}

/// A signed-in user of one customer.
#[derive(Debug, Clone)]
pub struct CustomerScope {
    customer: CustomerId,
    actor: Actor,
    reach: Reach,
}

impl CustomerScope {
    /// Only identity makes these, from a verified session or token.
    pub(crate) fn new(customer: CustomerId, actor: Actor, reach: Reach) -> Self {
        let Actor { user, permissions } = actor;
        let actor = Actor {
            user,
            permissions: reach.within(permissions),
        };
        Self {
            customer,
            actor,
            reach,
        }
    }

    /// The customer.
    pub fn id(&self) -> CustomerId {
        self.customer
    }

    /// Who acts.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// How much of the customer this user sees.
    pub fn reach(&self) -> &Reach {
        &self.reach
    }

    /// Whether the table of rights lets this user do that, who may see some sites alone.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self, right: Right) -> Result<(), Denied> {
        if !self.reach.has(right) {
            return Err(Denied::Confined);
        }
        right.check(UserRole::Customer, &self.actor.permissions)
    }

    /// Whether this user may do that.
    pub fn allows(&self, permission: Permission) -> bool {
        self.actor.permissions.allows(permission)
    }
}

impl Scope for CustomerScope {
    const ROLE: &'static str = "vw_customer";

    fn customer(&self) -> Option<CustomerId> {
        Some(self.customer)
    }

    fn seen_by(&self) -> Option<(UserId, &Reach)> {
        Some((self.actor.user, &self.reach))
    }
}

/// A signed-in user of one distributor.
#[derive(Debug, Clone)]
pub struct DistributorScope {
    distributor: DistributorId,
    actor: Actor,
}

impl DistributorScope {
    /// Only identity makes these, from a verified session or token.
    pub(crate) fn new(distributor: DistributorId, actor: Actor) -> Self {
        Self { distributor, actor }
    }

    /// The distributor.
    pub fn id(&self) -> DistributorId {
        self.distributor
    }

    /// Who acts.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }
}

impl Scope for DistributorScope {
    const ROLE: &'static str = "vw_distributor";

    fn distributor(&self) -> Option<DistributorId> {
        Some(self.distributor)
    }
}

/// A signed-in administrator of the platform. Sees no measured value.
#[derive(Debug, Clone)]
pub struct AdminScope {
    actor: Actor,
}

impl AdminScope {
    /// Only identity makes these, from a verified session or token.
    pub(crate) fn new(actor: Actor) -> Self {
        Self { actor }
    }

    /// Who acts.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }
}

impl Scope for AdminScope {
    const ROLE: &'static str = "vw_admin";
}

/// Somebody who keeps the platform's books. Sees who the customers are, and neither devices nor people nor values.
#[derive(Debug, Clone)]
pub struct FinanceScope {
    actor: Actor,
}

impl FinanceScope {
    /// Only identity makes these, from a verified session or token.
    pub(crate) fn new(actor: Actor) -> Self {
        Self { actor }
    }

    /// Who acts.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }
}

impl Scope for FinanceScope {
    const ROLE: &'static str = "vw_finance";
}

/// The platform itself: jobs, circuits, sign-in. Sees every tenant, so functions that take it are named `system_…`.
#[derive(Debug, Clone, Copy)]
pub struct SystemScope {
    purpose: &'static str,
}

impl SystemScope {
    /// The platform acts by itself, for a purpose that a reader of the code understands.
    pub fn for_purpose(purpose: &'static str) -> Self {
        Self { purpose }
    }

    /// Why the platform acts by itself.
    pub fn purpose(&self) -> &'static str {
        self.purpose
    }
}

impl Scope for SystemScope {
    const ROLE: &'static str = "vw_system";
}
