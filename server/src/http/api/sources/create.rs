//! `POST /api/v1/sources`.

use actix_web::{HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Out;
use crate::ground::enums::{SourceScheme, Vendor};
use crate::ground::ids::CustomerId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::sources::{self, NewSource};
use crate::tenancy::Scope as _;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SourceIn)]
struct In {
    vendor: Vendor,
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// Whose account in the vendor's cloud it is; without one the platform's own. A customer's own people add their
    /// customer's.
    customer_id: Option<CustomerId>,
    /// How the vendor shows the secret; as it usually does, where nothing is said.
    scheme: Option<SourceScheme>,
    /// The user's name of HTTP Basic, or the header's name.
    #[schema(max_length = 64)]
    shown_as: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = NewSource)]
struct Made {
    source: Out,
    /// Shown this once: the password of HTTP Basic, or the header's value.
    #[schema(example = "vws_…")]
    secret: String,
}

/// Add a source
///
/// The vendor's cloud posts its messages to `source.address` and shows `secret` with each.
#[utoipa::path(post, path = "/sources", tag = "sources", security(("token" = [])), request_body = In,
    responses((status = 201, body = Made), Refused))]
#[post("/sources")]
pub(super) async fn create(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    body: web::Json<In>,
) -> Result<HttpResponse, Problem> {
    let In {
        vendor,
        name,
        customer_id,
        scheme,
        shown_as,
    } = body.into_inner();
    let new = NewSource {
        vendor,
        name,
        customer: customer_id,
        scheme,
        shown_as,
    };
    let (source, secret) = in_scope!(caller, scope => {
        let (id, secret) = sources::create(state.ground(), state.database(), scope, new).await?;
        let work = async |tx: &_| sources::get(tx, scope, id).await;
        scope.run(state.database(), work).await.map(|source| (source, secret))
    })?;
    Ok(HttpResponse::Created().json(Made {
        source: Out::of(&state, source),
        secret: secret.expose().to_owned(),
    }))
}
