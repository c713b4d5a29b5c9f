//! `GET /api/v1/endpoints/{id}/attempts`.

use actix_web::{get, web};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::forwarding::{Attempt, webhook_id};
use crate::ground::enums::AttemptOutcome;
use crate::ground::ids::{AttemptId, DeliveryId, EndpointId};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::paging::{ListOut, PageQuery};
use crate::http::auth::ApiCustomer;
use crate::http::problem::Problem;
use crate::registry::Page;
use crate::tenancy::Scope as _;

#[derive(Serialize, ToSchema)]
#[schema(as = Attempt)]
struct Out {
    id: AttemptId,
    at: DateTime<Utc>,
    delivery_id: DeliveryId,
    /// The same across retries and replays.
    webhook_id: String,
    event_type: String,
    /// The events that were sent, by their numbers in the customer's stream.
    sequences: Vec<i64>,
    /// The how-many-eth of its delivery, from 1.
    attempt: i16,
    outcome: AttemptOutcome,
    #[schema(required)]
    status_code: Option<i16>,
    #[schema(required)]
    error: Option<String>,
    /// The first kilobyte of the answer.
    #[schema(required)]
    answer: Option<String>,
    duration_ms: i32,
    /// From the commit of the newest reading in it to the answer.
    #[schema(required)]
    latency_ms: Option<i64>,
    #[schema(required)]
    next_attempt_at: Option<DateTime<Utc>>,
}

impl From<Attempt> for Out {
    fn from(tried: Attempt) -> Self {
        let Attempt {
            id,
            at,
            delivery,
            sequences,
            event_type,
            number,
            outcome,
            status,
            error,
            answer,
            duration_ms,
            latency_ms,
            next_attempt_at,
        } = tried;
        Self {
            id,
            at,
            delivery_id: delivery,
            webhook_id: webhook_id(delivery),
            event_type,
            sequences,
            attempt: number,
            outcome,
            status_code: status,
            error,
            answer,
            duration_ms,
            latency_ms,
            next_attempt_at,
        }
    }
}

/// List attempts to deliver, newest first
#[utoipa::path(get, path = "/endpoints/{id}/attempts", tag = "endpoints", security(("token" = [])),
    params(("id" = EndpointId, Path), PageQuery), responses((status = 200, body = ListOut<Out>), Refused))]
#[get("/endpoints/{id}/attempts")]
pub(super) async fn list(
    state: web::Data<State>,
    customer: ApiCustomer,
    id: web::Path<EndpointId>,
    query: web::Query<PageQuery>,
) -> Result<web::Json<ListOut<Out>>, Problem> {
    let ask = query.into_inner().ask_below::<(DateTime<Utc>, AttemptId)>(200)?;
    let (id, rows) = (id.into_inner(), u64::from(ask.limit) + 1);
    let work = async |tx: &_| state.endpoints().attempts(tx, id, ask.after, rows).await;
    let found = customer.scope.run(state.database(), work).await?;
    let page = Page::of(found, &ask, |row| (row.at, row.id));
    Ok(web::Json(ListOut::of(page, Out::from)))
}
