//! `GET /api/v1/devices`.

#![expect(
    unused_qualifications,
    reason = "utoipa writes the type of the query with its path"
)]

use actix_web::{get, web};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use vitals::Kind;

use super::Out;
use crate::ground::enums::{self, DeviceState};
use crate::ground::ids::{CustomerId, DeviceModelId, DistributorId};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::paging::{ListOut, ask};
use crate::http::api::sites::stands;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::devices::{self, DeviceFilter, Wants};
use crate::registry::sites::Stands;
use crate::registry::wanting::Silence;
use crate::tenancy::Scope as _;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Part of the serial, of a reference, of the model's or the customer's name, without regard to case; or the IMEI, the
    /// MAC or the SIM card's number, as they are written.
    q: Option<String>,
    /// Those that measure this.
    #[param(value_type = Option<enums::Kind>)]
    kind: Option<Kind>,
    /// Those in this state.
    state: Option<DeviceState>,
    /// Those of one customer, for who sees more than one.
    customer_id: Option<CustomerId>,
    /// Those of one distributor, in its stock or at its customers, for who sees more than one.
    distributor_id: Option<DistributorId>,
    /// Those of one model.
    model_id: Option<DeviceModelId>,
    /// Those in stock, with no customer.
    #[serde(default)]
    in_stock: bool,
    /// Those at this site, for a customer's people; `none`: those that stand nowhere in particular.
    #[serde(default, deserialize_with = "stands")]
    #[param(value_type = Option<String>)]
    site_id: Option<Stands>,
    /// Active ones that want a person: silent for three days or never heard a day after they were placed, a battery at 20 % or below, a signal at −105 dBm or below.
    wants: Option<WantsIn>,
    /// The `next` of the page before.
    after: Option<String>,
    /// Rows at most; 50 where nothing is said.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Wants)]
enum WantsIn {
    Silent,
    LowBattery,
    WeakSignal,
}

/// List devices by serial
#[utoipa::path(get, path = "/devices", tag = "devices", security(("token" = [])), params(ListQuery),
    responses((status = 200, body = ListOut<Out>), Refused))]
#[get("/devices")]
pub(super) async fn list(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    query: web::Query<ListQuery>,
) -> Result<web::Json<ListOut<Out>>, Problem> {
    let ListQuery {
        q,
        kind,
        state: wanted,
        customer_id,
        distributor_id,
        model_id,
        in_stock,
        site_id,
        wants,
        after,
        limit,
    } = query.into_inner();
    let wants = wants.map(|wants| match wants {
        WantsIn::Silent => Wants::Silent(Silence::at(state.ground().now())),
        WantsIn::LowBattery => Wants::LowBattery,
        WantsIn::WeakSignal => Wants::WeakSignal,
    });
    let ask = ask(after.as_deref(), limit)?;
    let filter = DeviceFilter {
        q,
        kind,
        state: wanted,
        customer: customer_id,
        distributor: distributor_id,
        model: model_id,
        in_use: false,
        in_stock,
        to_label: false,
        wants,
        site: site_id,
    };
    let page = in_scope!(caller, scope => {
        scope.run(state.database(), async |tx| devices::list(tx, &filter, &ask).await).await
    })?;
    Ok(web::Json(ListOut::of(page, Out::from)))
}
