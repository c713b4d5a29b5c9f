//! The people who sign in.

mod change;
mod create;
mod list;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::ground::enums::{UserRole, UserState};
use crate::ground::ids::{CustomerId, DistributorId, UserId};
use crate::http::problem::Problem;
use crate::identity::{Organisation, User};
use crate::tenancy::{Permission, PermissionSet};

pub(super) fn operations(cfg: &mut ServiceConfig) {
    cfg.service(list::list)
        .service(create::create)
        .service(change::change);
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
        }
    }
}

/// Where a body says that somebody belongs.
pub(super) fn organisation(
    distributor: Option<DistributorId>,
    customer: Option<CustomerId>,
) -> Result<Organisation, Problem> {
    match (distributor, customer) {
        (None, None) => Ok(Organisation::Platform),
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
