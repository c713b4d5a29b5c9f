//! `PATCH /api/v1/devices/{id}`.

use actix_web::{patch, web};
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use super::Out;
use crate::ground::enums::DeviceState;
use crate::ground::ids::{DeviceId, SiteId};
use crate::http::State;
use crate::http::api::given::{Given, given as place};
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::{CallerScope, in_scope};
use crate::registry::devices::{self, DevicePatch, ReferenceChange};
use crate::registry::sites;
use crate::tenancy::Scope as _;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DevicePatch)]
struct Patch {
    /// `active` or `inactive`; an administrator may also set `stock`, `returned` and `retired`.
    state: Option<DeviceState>,
    /// The customer's own word for it, for its people alone; null takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 200)]
    customer_reference: Option<ReferenceChange>,
    /// Where it stands, for people of its customer who see all of it; null: nowhere in particular.
    #[serde(default, deserialize_with = "place")]
    #[schema(value_type = Option<SiteId>)]
    site_id: Given<SiteId>,
}

/// A null that is there is not the same as nothing.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<ReferenceChange>, D::Error> {
    let text = Option::deserialize(deserializer)?;
    Ok(Some(text.map_or(ReferenceChange::Clear, ReferenceChange::Set)))
}

/// Change a device
///
/// An inactive device's readings are refused from the next commit on.
#[utoipa::path(patch, path = "/devices/{id}", tag = "devices", security(("token" = [])), request_body = Patch,
    params(("id" = DeviceId, Path)), responses((status = 200, body = Out), Refused))]
#[patch("/devices/{id}")]
pub(super) async fn change(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<DeviceId>,
    body: web::Json<Patch>,
) -> Result<web::Json<Out>, Problem> {
    let Patch {
        state: wanted,
        customer_reference,
        site_id,
    } = body.into_inner();
    let (id, patch) = (
        id.into_inner(),
        DevicePatch {
            state: wanted,
            reference: customer_reference,
        },
    );
    if let Some(site) = site_id {
        let CallerScope::Customer(scope) = &caller.scope else {
            return Err(Problem::forbidden(
                "where a device stands is its customer's own to say",
            ));
        };
        sites::put_devices(state.ground(), state.database(), scope, &[id], site).await?;
    }
    let device = in_scope!(caller, scope => {
        scope.run(state.database(), async |tx| {
            devices::change(tx, scope, state.ground(), id, patch).await?;
            devices::get(tx, id).await
        })
        .await
    })?;
    Ok(web::Json(device.into()))
}
