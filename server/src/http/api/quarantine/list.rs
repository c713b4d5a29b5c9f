//! `GET /api/v1/quarantine`.

#![expect(
    unused_qualifications,
    reason = "utoipa writes the type of the query with its path"
)]

use actix_web::{get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Out;
use crate::ground::enums::QuarantineReason;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::paging::{ListOut, ask};
use crate::http::auth::ApiAdmin;
use crate::http::problem::Problem;
use crate::registry::quarantine::{self, QuarantineFilter};
use crate::tenancy::Scope as _;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Part of a serial, of the hub's, the vendor cloud's or the customer's name.
    #[param(max_length = 200)]
    q: Option<String>,
    /// Those kept for this reason.
    reason: Option<QuarantineReason>,
    /// Those that were dismissed, in place of those that wait.
    #[serde(default)]
    dismissed: bool,
    /// The `next` of the page before.
    after: Option<String>,
    /// Rows at most; 50 where nothing is said.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
}

/// List what waits in quarantine, or what was dismissed, newest first
///
/// Never what an item says: it is kept sealed.
#[utoipa::path(get, path = "/quarantine", tag = "support", security(("token" = [])), params(ListQuery),
    responses((status = 200, body = ListOut<Out>), Refused))]
#[get("/quarantine")]
pub(super) async fn list(
    state: web::Data<State>,
    admin: ApiAdmin,
    query: web::Query<ListQuery>,
) -> Result<web::Json<ListOut<Out>>, Problem> {
    let ListQuery {
        q,
        reason,
        dismissed,
        after,
        limit,
    } = query.into_inner();
    let ask = ask(after.as_deref(), limit)?;
    if q.as_ref().is_some_and(|q| q.chars().count() > 200) {
        return Err(Problem::invalid("q", "must have at most 200 characters"));
    }
    let filter = QuarantineFilter {
        q: q.filter(|q| !q.trim().is_empty()),
        reason,
        dismissed,
    };
    let page = admin
        .scope
        .run(state.database(), async |tx| {
            quarantine::list(tx, &filter, &ask).await
        })
        .await?;
    Ok(web::Json(ListOut::of(page, Out::from)))
}
