//! `POST /api/v1/invitations`.

use actix_web::{HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ground::enums::UserRole;
use crate::ground::ids::{CareTeamId, CustomerId, DistributorId, InvitationId, SiteId};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::users::{organisation, permissions};
use crate::http::auth::ApiCaller;
use crate::http::problem::{Problem, both};
use crate::identity::{Belonging, NewInvitation, checked_name};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = InvitationIn)]
struct In {
    email: String,
    name: String,
    role: UserRole,
    /// For the role `distributor`; the caller's own, where nothing is said.
    distributor_id: Option<DistributorId>,
    /// For the role `customer`; the caller's own, where nothing is said.
    customer_id: Option<CustomerId>,
    /// All that the caller may give, where nothing is said. The first user of a customer may get all, whoever invites.
    permissions: Option<Vec<String>>,
    /// Whether they will see only what stands at these sites and those of these care teams, from the first sign-in on. For
    /// colleagues of a customer's people who manage both people and sites.
    #[serde(default)]
    confined: bool,
    /// The sites they will belong to.
    #[serde(default)]
    #[schema(max_items = 200)]
    sites: Vec<SiteId>,
    /// The care teams they will be in.
    #[serde(default)]
    #[schema(max_items = 200)]
    care_teams: Vec<CareTeamId>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = InvitationCreated)]
struct Out {
    id: InvitationId,
}

/// Invite a person
///
/// They get a mail with a link that works once, for seven days, and choose their password themselves. An administrator
/// invites anybody, a distributor its own staff and the first user of a customer, a customer its own staff.
#[utoipa::path(post, path = "/invitations", tag = "organisations", security(("token" = [])), request_body = In,
    responses((status = 201, body = Out),
        (status = 409, description = "The address is invited already, or belongs to a user whom the caller can see"),
        (status = 429, description = "Too many invitations"), Refused))]
#[post("/invitations")]
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
        permissions: names,
        confined,
        sites,
        care_teams: teams,
    } = body.into_inner();
    let permissions = names.map(|names| permissions(&names)).transpose();
    let person = both(email.parse(), checked_name(&name));
    let ((email, name), permissions) = both(person, permissions)?;
    let new = NewInvitation {
        email,
        name,
        role,
        organisation: organisation(&caller, role, distributor_id, customer_id)?,
        permissions,
        belonging: Belonging {
            confined,
            sites,
            teams,
        },
    };
    let id = state.identity().invite(&caller, new).await?;
    Ok(HttpResponse::Created().json(Out { id }))
}
