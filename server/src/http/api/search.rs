//! `GET /api/v1/search`.

#![expect(
    unused_qualifications,
    reason = "utoipa writes the type of the query with its path"
)]

use actix_web::{get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::openapi::Refused;
use crate::ground::enums::{DeviceState, HubState, OrganisationState};
use crate::ground::ids::{CaseId, CustomerId, DeviceId, DistributorId, HubId, OrderId, ReturnId};
use crate::http::State;
use crate::http::auth::ApiCaller;
use crate::http::numbered::{self, Numbered};
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::RegistryError;
use crate::registry::search::{self, Found};
use crate::tenancy::Scope as _;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SearchQuery {
    /// At least two characters: a serial or how it begins, its last four characters, an IMEI, a MAC in any writing, the
    /// number of a SIM card, part of a hub's serial or name, or of an organisation's name; or the whole number of an order,
    /// a return or a case: `2026-0142`, `R-2026-0007`, `C-000123`.
    q: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Found)]
struct Out {
    devices: Vec<FoundDevice>,
    hubs: Vec<FoundHub>,
    customers: Vec<FoundCustomer>,
    /// For the platform's own people.
    distributors: Vec<FoundDistributor>,
    /// The order that has this number.
    #[schema(required)]
    order: Option<FoundNumbered<OrderId>>,
    /// The return that has this number.
    #[schema(required, rename = "return")]
    #[serde(rename = "return")]
    back: Option<FoundNumbered<ReturnId>>,
    /// The case that has this number.
    #[schema(required)]
    case: Option<FoundNumbered<CaseId>>,
}

#[derive(Serialize, ToSchema)]
struct FoundNumbered<I: ToSchema> {
    id: I,
    number: String,
}

#[derive(Serialize, ToSchema)]
struct FoundDevice {
    id: DeviceId,
    maker: String,
    serial: String,
    model: String,
    state: DeviceState,
    #[schema(required)]
    customer_name: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct FoundHub {
    id: HubId,
    serial: String,
    name: String,
    state: HubState,
    #[schema(required)]
    customer_name: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct FoundCustomer {
    id: CustomerId,
    name: String,
    state: OrganisationState,
}

#[derive(Serialize, ToSchema)]
struct FoundDistributor {
    id: DistributorId,
    name: String,
    state: OrganisationState,
}

impl Out {
    fn of(found: Found, numbered: Numbered) -> Self {
        let Found {
            devices,
            hubs,
            customers,
            distributors,
        } = found;
        let device = |device: crate::registry::devices::Device| FoundDevice {
            id: device.id,
            maker: device.maker,
            serial: device.serial,
            model: device.model,
            state: device.state,
            customer_name: device.customer_name,
        };
        let hub = |hub: crate::registry::hubs::Hub| FoundHub {
            id: hub.id,
            serial: hub.serial,
            name: hub.name,
            state: hub.state,
            customer_name: hub.customer_name,
        };
        let customer = |customer: crate::registry::organisations::Customer| FoundCustomer {
            id: customer.id,
            name: customer.name,
            state: customer.state,
        };
        let distributor = |distributor: search::FoundDistributor| FoundDistributor {
            id: distributor.id,
            name: distributor.name,
            state: distributor.state,
        };
        Self {
            devices: devices.into_iter().map(device).collect(),
            hubs: hubs.into_iter().map(hub).collect(),
            customers: customers.into_iter().map(customer).collect(),
            distributors: distributors.into_iter().map(distributor).collect(),
            order: numbered.order.map(|order| FoundNumbered {
                id: order.id,
                number: order.number,
            }),
            back: numbered.back.map(|back| FoundNumbered {
                id: back.id,
                number: back.number,
            }),
            case: numbered.case.map(|case| FoundNumbered {
                id: case.id,
                number: case.number.to_string(),
            }),
        }
    }
}

/// Look for devices, hubs, organisations, orders, returns and cases
///
/// A handful of each, the best first; orders, returns and cases by their whole number. Less than two characters find nothing.
#[utoipa::path(get, path = "/search", tag = "devices", security(("token" = [])), params(SearchQuery),
    responses((status = 200, body = Out), Refused))]
#[get("/search")]
pub(super) async fn look(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    query: web::Query<SearchQuery>,
) -> Result<web::Json<Out>, Problem> {
    let SearchQuery { q } = query.into_inner();
    let (found, numbered) = in_scope!(caller, scope => {
        scope
            .run(state.database(), async |tx| {
                let found = search::search(tx, &q).await?;
                Ok::<_, RegistryError>((found, numbered::find(tx, &caller, &q).await?))
            })
            .await
    })?;
    Ok(web::Json(Out::of(found, numbered)))
}
