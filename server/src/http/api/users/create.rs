//! `POST /api/v1/users`.

use actix_web::{HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{organisation, permissions};
use crate::ground::enums::UserRole;
use crate::ground::ids::{CustomerId, DistributorId, UserId};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::{Problem, both};
use crate::identity::{NewUser, Password, checked_name};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UserIn)]
struct In {
    email: String,
    name: String,
    role: UserRole,
    /// For the role `distributor`; the caller's own, where nothing is said.
    distributor_id: Option<DistributorId>,
    /// For the role `customer`; the caller's own, where nothing is said.
    customer_id: Option<CustomerId>,
    /// At least 12 characters.
    #[schema(format = Password)]
    password: String,
    /// All that the caller may give, where nothing is said.
    permissions: Option<Vec<String>>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = UserCreated)]
struct Out {
    id: UserId,
    email: String,
}

/// Add a user
///
/// An administrator adds anybody, a distributor its own staff and the first user of a customer, a customer its own staff.
/// Only a customer's own people give `read_readings` and `manage_endpoints`.
#[utoipa::path(post, path = "/users", tag = "organisations", security(("token" = [])), request_body = In,
    responses((status = 201, body = Out), (status = 409, description = "The address belongs to a user already"), Refused))]
#[post("/users")]
pub(super) async fn create(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    body: web::Json<In>,
) -> Result<HttpResponse, Problem> {
    let In {
        email,
        name,
        role,
        distributor_id,
        customer_id,
        password,
        permissions: names,
    } = body.into_inner();
    let organisation = organisation(&caller, role, distributor_id, customer_id)?;
    let permissions = names.map(|names| permissions(&names)).transpose();
    let person = both(email.parse(), checked_name(&name));
    let ((email, name), permissions) = both(person, permissions)?;
    let password = Password::typed(password);
    let new = NewUser {
        email,
        name,
        role,
        organisation,
        password,
        permissions,
    };
    let email = new.email.as_str().to_owned();
    let id = state.identity().create_user(&caller, new).await?;
    Ok(HttpResponse::Created().json(Out { id, email }))
}
