//! `GET /api/v1/me`: who the token speaks for.

use actix_web::{get, web};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::openapi::Refused;
use crate::ground::ids::UserId;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::{Caller, CallerScope, Person};
use crate::tenancy::Permission;

#[derive(Serialize, ToSchema)]
#[schema(as = Me)]
struct Out {
    id: UserId,
    email: String,
    name: String,
    /// `admin`, `distributor` or `customer`.
    role: &'static str,
    /// The customer or distributor; null for the platform's own people.
    #[schema(required)]
    organisation_id: Option<Uuid>,
    #[schema(required)]
    organisation: Option<String>,
    /// The IANA time zone in which pages show times: this user's own, else the organisation's.
    time_zone: String,
    /// What this user may do.
    permissions: Vec<&'static str>,
}

/// Who you are
#[utoipa::path(get, path = "/me", tag = "access", security(("token" = [])), responses((status = 200, body = Out), Refused))]
#[get("/me")]
pub(super) async fn get(ApiCaller(caller): ApiCaller) -> Result<web::Json<Out>, Problem> {
    let permissions = Permission::ALL
        .into_iter()
        .filter(|permission| caller.allows(*permission))
        .map(Permission::as_str)
        .collect();
    let Caller { person, scope } = caller;
    let (role, organisation_id) = match &scope {
        CallerScope::Admin(_) => ("admin", None),
        CallerScope::Finance(_) => ("finance", None),
        CallerScope::Distributor(scope) => ("distributor", Some(scope.id().as_uuid())),
        CallerScope::Customer(scope) => ("customer", Some(scope.id().as_uuid())),
    };
    let Person {
        id,
        name,
        email,
        organisation,
        time_zone,
        preferences: _,
        units: _,
    } = person;
    let email = email.as_str().to_owned();
    Ok(web::Json(Out {
        id,
        email,
        name,
        role,
        organisation_id,
        organisation,
        time_zone,
        permissions,
    }))
}
