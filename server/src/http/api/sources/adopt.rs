//! `POST /api/v1/sources/{id}/adopt`.

use actix_web::{HttpResponse, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::called;
use crate::ground::ids::{CustomerId, DeviceId, DeviceModelId, SourceId};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::sources::{self, Adoption};
use crate::tenancy::Scope as _;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SourceAdoption)]
struct In {
    /// What the vendor calls it.
    #[schema(max_length = 64)]
    named: String,
    model_id: DeviceModelId,
    /// Its serial number, as on its label.
    #[schema(max_length = 64)]
    serial: String,
    /// For whom, where the platform adopts a device of its own source; without one it goes into the inventory.
    customer_id: Option<CustomerId>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = AdoptedFromSource)]
struct Out {
    device_id: DeviceId,
    /// Since when its holder has it: when the first of what waited was measured.
    since: DateTime<Utc>,
}

/// Adopt a device that waits, with its readings
///
/// It becomes the source's tenant's own; of a source of the platform an administrator says whose. A device that is known
/// already is given to the source instead.
#[utoipa::path(post, path = "/sources/{id}/adopt", tag = "sources", security(("token" = [])), request_body = In,
    params(("id" = SourceId, Path)), responses((status = 201, body = Out),
        (status = 409, description = "No device of this maker and serial can be added"), Refused))]
#[post("/sources/{id}/adopt")]
pub(super) async fn adopt(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<SourceId>,
    body: web::Json<In>,
) -> Result<HttpResponse, Problem> {
    let In {
        named,
        model_id,
        serial,
        customer_id,
    } = body.into_inner();
    let serial = serial
        .parse()
        .map_err(|error: vitals::BadText| Problem::invalid("serial", error.to_string()))?;
    let adopted = in_scope!(caller, scope => {
        let work = async |tx: &_| sources::get(tx, scope, *id).await;
        let source = scope.run(state.database(), work).await?;
        let adoption = Adoption {
            named: called(source.vendor, &named)?,
            model: model_id,
            serial,
            customer: customer_id,
        };
        state.intake().adopt_from_source(scope, *id, adoption).await
    })?;
    Ok(HttpResponse::Created().json(Out {
        device_id: adopted.device,
        since: adopted.since,
    }))
}
