//! The caller's own organisation, and what customers and distributors have in common.

mod change;
mod get;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::given::{Given, given, text};
use crate::ground::enums::OrganisationState;
use crate::http::State;
use crate::http::problem::Problem;
use crate::identity::{Caller, CallerScope};
use crate::registry::organisations::{self, Customer, Distributor, Draft, Paper};
use crate::tenancy::Scope as _;

pub(super) fn operations(cfg: &mut ServiceConfig) {
    cfg.service(get::get).service(change::change);
}

/// Where an organisation is.
#[derive(Serialize, ToSchema)]
#[schema(as = Address)]
pub(super) struct AddressOut {
    /// Street and number.
    #[schema(required)]
    street: Option<String>,
    #[schema(required)]
    postal_code: Option<String>,
    #[schema(required)]
    city: Option<String>,
    /// State, province or region.
    #[schema(required)]
    region: Option<String>,
    /// ISO 3166-1, two letters.
    #[schema(required)]
    country: Option<String>,
}

impl AddressOut {
    /// The name on paper, and the address.
    pub(super) fn of(paper: Paper) -> (Option<String>, Self) {
        let Paper {
            legal_name,
            street,
            postal_code,
            city,
            region,
            country,
        } = paper;
        let address = Self {
            street,
            postal_code,
            city,
            region,
            country,
        };
        (legal_name, address)
    }
}

/// Parts of an address; those that are not there stay as they are, null takes one away.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AddressIn)]
pub(super) struct AddressIn {
    /// Street and number.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 200)]
    street: Given<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 20)]
    postal_code: Given<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 100)]
    city: Given<String>,
    /// State, province or region.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 100)]
    region: Given<String>,
    /// ISO 3166-1, two letters.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = "US")]
    country: Given<String>,
}

/// The address's part of what somebody typed.
pub(super) fn drafted(address: Option<&AddressIn>) -> Draft<'_> {
    let Some(AddressIn {
        street,
        postal_code,
        city,
        region,
        country,
    }) = address
    else {
        return Draft::default();
    };
    Draft {
        street: text(street.as_ref()),
        postal_code: text(postal_code.as_ref()),
        city: text(city.as_ref()),
        region: text(region.as_ref()),
        country: text(country.as_ref()),
        ..Draft::default()
    }
}

/// The caller's own organisation.
#[derive(Serialize, ToSchema)]
#[schema(as = Organisation)]
struct Out {
    /// The customer's or the distributor's id.
    id: Uuid,
    /// `customer` or `distributor`.
    r#type: &'static str,
    name: String,
    /// Its name on paper.
    #[schema(required)]
    legal_name: Option<String>,
    address: AddressOut,
    time_zone: String,
    state: OrganisationState,
    /// Of a customer: whether each of its days is put into the archive before it leaves the history.
    #[serde(skip_serializing_if = "Option::is_none")]
    archive: Option<bool>,
    created_at: DateTime<Utc>,
}

impl From<Customer> for Out {
    fn from(customer: Customer) -> Self {
        let (legal_name, address) = AddressOut::of(customer.paper);
        Self {
            id: customer.id.as_uuid(),
            r#type: "customer",
            name: customer.name,
            legal_name,
            address,
            time_zone: customer.time_zone,
            state: customer.state,
            archive: Some(customer.archive),
            created_at: customer.created_at,
        }
    }
}

impl From<Distributor> for Out {
    fn from(distributor: Distributor) -> Self {
        let (legal_name, address) = AddressOut::of(distributor.paper);
        Self {
            id: distributor.id.as_uuid(),
            r#type: "distributor",
            name: distributor.name,
            legal_name,
            address,
            time_zone: distributor.time_zone,
            state: distributor.state,
            archive: None,
            created_at: distributor.created_at,
        }
    }
}

/// What there is not for the platform's own people.
pub(super) fn nobody_s() -> Problem {
    Problem::not_found("the platform's own people have no organisation")
}

async fn own(state: &State, caller: &Caller) -> Result<Out, Problem> {
    match &caller.scope {
        CallerScope::Customer(scope) => Ok(scope
            .run(state.database(), async |tx| {
                organisations::customer(tx, scope.id()).await
            })
            .await?
            .into()),
        CallerScope::Distributor(scope) => Ok(scope
            .run(state.database(), async |tx| {
                organisations::distributor(tx, scope.id()).await
            })
            .await?
            .into()),
        CallerScope::Admin(_) | CallerScope::Finance(_) => Err(nobody_s()),
    }
}
