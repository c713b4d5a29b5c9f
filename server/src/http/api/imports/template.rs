//! `GET /api/v1/imports/template`.

use actix_web::{HttpResponse, get};

use super::file;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::imports::{self, Whose};

/// Download a file to begin with
///
/// CSV with the columns that you may bring, and a line as an example.
#[utoipa::path(get, path = "/imports/template", tag = "devices", security(("token" = [])),
    responses((status = 200, body = String, content_type = "text/csv"), Refused))]
#[get("/imports/template")]
pub(super) async fn template(ApiCaller(caller): ApiCaller) -> Result<HttpResponse, Problem> {
    let whose = in_scope!(caller, scope => Whose::of(scope))?;
    Ok(file("devices.csv", imports::template(whose)))
}
