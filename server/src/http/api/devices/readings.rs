//! `GET /api/v1/devices/{id}/readings`.

#![expect(
    unused_qualifications,
    reason = "utoipa writes the type of the query with its path"
)]

use actix_web::{get, web};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;
use vitals::Kind;

use crate::ground::enums;
use crate::ground::ids::{DeviceId, ReadingId};
use crate::history::store::page::Before;
use crate::history::store::readings::{self, Wanted};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::paging::{ListOut, ask};
use crate::http::api::readings::Out;
use crate::http::auth::ApiCustomer;
use crate::http::problem::Problem;
use crate::registry::{Page, given_back};
use crate::tenancy::Scope as _;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Those of one kind.
    #[param(value_type = Option<enums::Kind>)]
    kind: Option<Kind>,
    /// Those measured at this time or later.
    from: Option<DateTime<Utc>>,
    /// Those measured before this time.
    to: Option<DateTime<Utc>>,
    /// The `next` of the page before.
    after: Option<String>,
    /// Rows at most; 50 where nothing is said.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
}

/// List a device's readings, newest first
///
/// Those that the device measured while the customer held it, the newest first.
#[utoipa::path(get, path = "/devices/{id}/readings", tag = "readings", security(("token" = [])),
    params(("id" = DeviceId, Path), ListQuery), responses((status = 200, body = ListOut<Out>), Refused))]
#[get("/devices/{id}/readings")]
pub(super) async fn list(
    state: web::Data<State>,
    customer: ApiCustomer,
    id: web::Path<DeviceId>,
    query: web::Query<ListQuery>,
) -> Result<web::Json<ListOut<Out>>, Problem> {
    let ListQuery {
        kind,
        from,
        to,
        after,
        limit,
    } = query.into_inner();
    let ask = ask::<(DateTime<Utc>, ReadingId)>(after.as_deref(), limit)?;
    let before = ask.after.map(|(measured_at, id)| Before { measured_at, id });
    let (id, wanted) = (id.into_inner(), Wanted { kind, from, to });
    let work = async |tx: &_| -> Result<_, Problem> {
        Ok(readings::readings(tx, id, &wanted, before, ask.rows()).await?)
    };
    given_back::had(state.database(), &customer.scope, id).await?;
    let rows = customer.scope.run(state.database(), work).await?;
    let page = Page::of(rows, &ask, |row| (row.measured_at, row.id));
    Ok(web::Json(ListOut::of(page, Out::from)))
}
