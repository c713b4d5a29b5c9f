//! `GET /api/v1/users/{id}/sites`.

use actix_web::{get, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::ground::ids::{CareTeamId, SiteId, UserId};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCustomer;
use crate::http::problem::Problem;
use crate::identity::Belonging;
use crate::tenancy::Scope as _;

#[derive(Serialize, ToSchema)]
#[schema(as = Belonging)]
struct Out {
    /// Whether the person sees what stands at these sites and those of these care teams, and nothing else.
    confined: bool,
    sites: Vec<SiteId>,
    care_teams: Vec<CareTeamId>,
}

/// See where a colleague belongs
#[utoipa::path(get, path = "/users/{id}/sites", tag = "organisations", security(("token" = [])),
    params(("id" = UserId, Path)), responses((status = 200, body = Out), Refused))]
#[get("/users/{id}/sites")]
pub(super) async fn get(
    state: web::Data<State>,
    caller: ApiCustomer,
    id: web::Path<UserId>,
) -> Result<web::Json<Out>, Problem> {
    let identity = state.identity();
    let belonging = async |tx: &_| identity.belonging(tx, *id).await;
    let Belonging {
        confined,
        sites,
        teams,
    } = caller.scope.run(state.database(), belonging).await?;
    Ok(web::Json(Out {
        confined,
        sites,
        care_teams: teams,
    }))
}
