//! `GET /api/v1/sources/{id}/devices`.

use actix_web::{get, web};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::ground::enums::DeviceState;
use crate::ground::ids::{CustomerId, DeviceId, SourceId};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::sources::{self, SourceDevice};
use crate::tenancy::Scope as _;

#[derive(Serialize, ToSchema)]
#[schema(as = SourceDevice)]
struct Out {
    id: DeviceId,
    maker: String,
    serial: String,
    model: String,
    state: DeviceState,
    /// Who holds it now.
    #[schema(required)]
    customer_id: Option<CustomerId>,
    /// What the vendor calls it.
    named: String,
    #[schema(required)]
    last_seen_at: Option<DateTime<Utc>>,
}

impl From<SourceDevice> for Out {
    fn from(device: SourceDevice) -> Self {
        let SourceDevice {
            id,
            maker,
            serial,
            model,
            state,
            customer,
            named,
            last_seen_at,
        } = device;
        Self {
            id,
            maker,
            serial,
            model,
            state,
            customer_id: customer.map(|(id, _)| id),
            named,
            last_seen_at,
        }
    }
}

/// List the devices that a source speaks for
///
/// By what the vendor calls them; the first 200.
#[utoipa::path(get, path = "/sources/{id}/devices", tag = "sources", security(("token" = [])),
    params(("id" = SourceId, Path)), responses((status = 200, body = Vec<Out>), Refused))]
#[get("/sources/{id}/devices")]
pub(super) async fn list(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<SourceId>,
) -> Result<web::Json<Vec<Out>>, Problem> {
    let devices = in_scope!(caller, scope => {
        scope.run(state.database(), async |tx| sources::spoken_for(tx, scope, *id).await).await
    })?;
    Ok(web::Json(devices.into_iter().map(Out::from).collect()))
}
