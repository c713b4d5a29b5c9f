//! `PATCH /api/v1/customers/{id}`.

use actix_web::{patch, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Out;
use crate::ground::enums::{OrganisationState, PatientMode};
use crate::ground::ids::{CustomerId, DistributorId};
use crate::http::State;
use crate::http::api::given::{Given, given, text};
use crate::http::api::openapi::Refused;
use crate::http::api::organisation::{AddressIn, drafted};
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::{CallerScope, in_scope};
use crate::registry::organisations::{self, CustomerPatch, Draft};
use crate::tenancy::Scope as _;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CustomerPatch)]
struct Patch {
    name: Option<String>,
    /// An IANA time zone.
    time_zone: Option<String>,
    /// Its name on paper; null takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    legal_name: Given<String>,
    address: Option<AddressIn>,
    /// A customer is closed only when it holds no active device.
    state: Option<OrganisationState>,
    patient_mode: Option<PatientMode>,
    /// For administrators: whether each of its days is put into the archive before it leaves the history.
    archive: Option<bool>,
    /// For administrators: the distributor that it moves to with all that it holds; null makes it the platform's own.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<DistributorId>)]
    distributor_id: Given<DistributorId>,
}

/// Change a customer
///
/// For administrators, and for the distributor in whose portfolio it is. When it moves to another distributor, its
/// contacts, devices, hubs and open periods go along; whatever else changes is sent by itself (422, `field` is
/// `distributor_id`). Renamed, opened again or moved, it needs a name that no other open
/// customer of its portfolio has, whatever its case (422, `field` is `name`).
#[utoipa::path(patch, path = "/customers/{id}", tag = "organisations", security(("token" = [])), request_body = Patch,
    params(("id" = CustomerId, Path)), responses((status = 200, body = Out),
        (status = 409, description = "It holds active devices and cannot be closed"), Refused))]
#[patch("/customers/{id}")]
pub(super) async fn change(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<CustomerId>,
    body: web::Json<Patch>,
) -> Result<web::Json<Out>, Problem> {
    let Patch {
        name,
        time_zone,
        legal_name,
        address,
        state: wanted,
        patient_mode,
        archive,
        distributor_id,
    } = body.into_inner();
    let id = id.into_inner();
    let draft = Draft {
        name: name.as_deref().map(Some),
        time_zone: time_zone.as_deref().map(Some),
        legal_name: text(legal_name.as_ref()),
        ..drafted(address.as_ref())
    };
    let patch = CustomerPatch {
        organisation: draft.to_patch()?,
        state: wanted,
        patient_mode,
        archive,
    };
    match distributor_id {
        None => in_scope!(caller, scope => {
            scope.run(state.database(), async |tx| organisations::change_customer(tx, scope, state.ground(), id, patch).await).await
        })?,
        Some(distributor) => {
            let CallerScope::Admin(admin) = &caller.scope else {
                return Err(Problem::forbidden(
                    "customers are moved by administrators of the platform",
                ));
            };
            // A move is a transaction of its own: beside it, something could stay changed where it is refused.
            if patch != CustomerPatch::default() {
                return Err(Problem::invalid(
                    "distributor_id",
                    "moves the customer; send what else is to change in a request of its own",
                ));
            }
            organisations::move_customer(state.database(), admin, state.ground(), id, distributor).await?;
        }
    }
    let customer = in_scope!(caller, scope => {
        scope.run(state.database(), async |tx| organisations::customer_counted(tx, id).await).await
    })?;
    Ok(web::Json(customer.into()))
}
