//! The people who sign in.

mod belonging;
mod change;
mod confirm;
mod create;
mod list;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::ground::enums::{CaseSide, UserRole, UserState};
use crate::ground::ids::{CustomerId, DistributorId, UserId};
use crate::http::problem::Problem;
use crate::identity::{Caller, CallerScope, Made, Organisation, User};
use crate::tenancy::{Permission, PermissionSet};

pub(super) fn operations(cfg: &mut ServiceConfig) {
    cfg.service(list::list)
        .service(create::create)
        .service(change::change)
        .service(belonging::get)
        .service(confirm::ask)
        .service(confirm::confirm);
}

#[derive(Serialize, ToSchema)]
#[schema(as = User)]
struct Out {
    id: UserId,
    email: String,
    name: String,
    role: UserRole,
    #[schema(required)]
    distributor_id: Option<DistributorId>,
    #[schema(required)]
    customer_id: Option<CustomerId>,
    permissions: Vec<String>,
    state: UserState,
    created_at: DateTime<Utc>,
    #[schema(required)]
    last_sign_in_at: Option<DateTime<Utc>>,
    /// Whether the person sees some of their customer's sites alone, and what stands there.
    confined: bool,
    /// By whom the account was made; null where that was at the command line.
    #[schema(required)]
    made_by: Option<MadeOut>,
    /// When the person asked the platform to make sure of them.
    #[schema(required)]
    asked_at: Option<DateTime<Utc>>,
    /// When the platform did.
    #[schema(required)]
    confirmed_at: Option<DateTime<Utc>>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = UserMadeBy)]
struct MadeOut {
    side: CaseSide,
    /// The organisation's name, or the administrator's.
    name: String,
}

impl From<User> for Out {
    fn from(user: User) -> Self {
        let User {
            id,
            email,
            name,
            role,
            organisation,
            permissions,
            state,
            created_at,
            last_sign_in_at,
            made,
            asked_at,
            confirmed_at,
            disabled_side: _,
            confined,
        } = user;
        let (distributor_id, customer_id) = match organisation {
            Organisation::Platform => (None, None),
            Organisation::Distributor(id) => (Some(id), None),
            Organisation::Customer(id) => (None, Some(id)),
        };
        let (email, permissions) = (email.as_str().to_owned(), permissions.to_texts());
        Self {
            id,
            email,
            name,
            role,
            distributor_id,
            customer_id,
            permissions,
            state,
            created_at,
            last_sign_in_at,
            confined,
            made_by: made.map(|Made { side, name }| MadeOut { side, name }),
            asked_at,
            confirmed_at,
        }
    }
}

/// Where a body says that somebody belongs: where it says nothing, with the caller's own people, whose role it is.
pub(super) fn organisation(
    by: &Caller,
    role: UserRole,
    distributor: Option<DistributorId>,
    customer: Option<CustomerId>,
) -> Result<Organisation, Problem> {
    match (distributor, customer) {
        (None, None) => match (&by.scope, role) {
            (CallerScope::Distributor(scope), UserRole::Distributor) => {
                Ok(Organisation::Distributor(scope.id()))
            }
            (CallerScope::Customer(scope), UserRole::Customer) => Ok(Organisation::Customer(scope.id())),
            (_, UserRole::Distributor) => Err(Problem::invalid(
                "distributor_id",
                "must say whose people they are",
            )),
            (_, UserRole::Customer) => Err(Problem::invalid("customer_id", "must say whose people they are")),
            (_, UserRole::Admin | UserRole::Finance) => Ok(Organisation::Platform),
        },
        (Some(id), None) => Ok(Organisation::Distributor(id)),
        (None, Some(id)) => Ok(Organisation::Customer(id)),
        (Some(_), Some(_)) => Err(Problem::invalid(
            "customer_id",
            "a user belongs to one organisation",
        )),
    }
}

/// The permissions that a body names.
pub(super) fn permissions(names: &[String]) -> Result<PermissionSet, Problem> {
    let known = Permission::ALL.map(Permission::as_str).join(", ");
    names
        .iter()
        .map(|name| name.parse())
        .collect::<Result<_, _>>()
        .map_err(|_| Problem::invalid("permissions", format!("those there are: {known}")))
}
