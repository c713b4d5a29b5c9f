//! `GET /api/v1/endpoints/{id}/dead-letters`.

use actix_web::{get, web};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::forwarding::{DeadLetter, webhook_id};
use crate::ground::ids::{DeliveryId, EndpointId};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::paging::{ListOut, PageQuery};
use crate::http::auth::ApiCustomer;
use crate::http::problem::Problem;
use crate::registry::Page;
use crate::tenancy::Scope as _;

#[derive(Serialize, ToSchema)]
#[schema(as = DeadLetter)]
struct Out {
    delivery_id: DeliveryId,
    /// It stays the same when it is sent again.
    webhook_id: String,
    sequences: Vec<i64>,
    created_at: DateTime<Utc>,
    /// Until then it can be sent again.
    kept_until: DateTime<Utc>,
    attempts: i16,
    #[schema(required)]
    last_attempt_at: Option<DateTime<Utc>>,
    #[schema(required)]
    last_status_code: Option<i16>,
    #[schema(required)]
    last_error: Option<String>,
}

impl From<DeadLetter> for Out {
    fn from(letter: DeadLetter) -> Self {
        let DeadLetter {
            delivery,
            sequences,
            created_at,
            kept_until,
            attempts,
            last_attempt_at,
            last_status,
            last_error,
        } = letter;
        Self {
            delivery_id: delivery,
            webhook_id: webhook_id(delivery),
            sequences,
            created_at,
            kept_until,
            attempts,
            last_attempt_at,
            last_status_code: last_status,
            last_error,
        }
    }
}

/// List what was given up, oldest first
#[utoipa::path(get, path = "/endpoints/{id}/dead-letters", tag = "endpoints", security(("token" = [])),
    params(("id" = EndpointId, Path), PageQuery), responses((status = 200, body = ListOut<Out>), Refused))]
#[get("/endpoints/{id}/dead-letters")]
pub(super) async fn list(
    state: web::Data<State>,
    customer: ApiCustomer,
    id: web::Path<EndpointId>,
    query: web::Query<PageQuery>,
) -> Result<web::Json<ListOut<Out>>, Problem> {
    let ask = query.into_inner().ask_below::<DeliveryId>(200)?;
    let (id, rows) = (id.into_inner(), u64::from(ask.limit) + 1);
    let work = async |tx: &_| state.endpoints().dead_letters(tx, id, ask.after, rows).await;
    let found = customer.scope.run(state.database(), work).await?;
    let page = Page::of(found, &ask, |row| row.delivery);
    Ok(web::Json(ListOut::of(page, Out::from)))
}
