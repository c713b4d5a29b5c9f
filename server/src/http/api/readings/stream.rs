//! `GET /api/v1/readings/stream`: what arrives, as it does, by server-sent events.

#![expect(
    unused_qualifications,
    reason = "utoipa writes the type of the query with its path"
)]

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{DateTime, Utc};
use futures_util::stream as streams;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Out;
use super::asked::Asked;
use super::following::{Following, begin};
use crate::ground::enums;
use crate::ground::ids::DeviceId;
use crate::history::store::live;
use crate::history::store::stream::Followed;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::{ApiCustomer, bearer};
use crate::http::problem::Problem;
use crate::registry::given_back;
use crate::tenancy::Scope as _;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct StreamQuery {
    /// Those of one device.
    #[param(value_type = Option<DeviceId>)]
    device_id: Option<String>,
    /// Those of one kind.
    #[param(value_type = Option<enums::Kind>)]
    kind: Option<String>,
    /// What the stream goes on behind: the `id` of the last event that you have. The header `Last-Event-ID` says the same
    /// and goes before it. From now on, where neither says anything.
    #[param(value_type = Option<i64>)]
    after: Option<String>,
}

/// One event of the stream.
#[derive(Serialize, ToSchema)]
#[schema(as = StreamedReading)]
pub(super) struct EventOut {
    /// Its number in the customer's stream, and the event's `id`.
    pub(super) sequence: i64,
    /// `reading.created` or `reading.withdrawn`, as in the webhook that it is sent by.
    #[serde(rename = "type")]
    pub(super) event_type: String,
    /// When it was numbered.
    pub(super) created_at: DateTime<Utc>,
    /// The reading, as it stands now.
    pub(super) reading: Out,
}

/// Follow readings as they arrive
///
/// Server-sent events (`text/event-stream`) without an end, in the order of the customer's stream of events. Each has the
/// event's number as its `id`: come back with `Last-Event-ID` and nothing is missed, as long as readings are kept. Where
/// something is not kept any more, an event `missed` says from where to where. A quiet stream sends a comment every 15 s,
/// and one that looks through much sends more of them, each with the `id` it has come to. It ends with the access token, with the right to see readings, and with the server.
#[utoipa::path(get, path = "/readings/stream", tag = "readings", security(("token" = [])),
    params(StreamQuery, ("Last-Event-ID" = Option<i64>, Header, description = "The `id` of the last event that you have.")),
    responses((status = 200, body = EventOut, content_type = "text/event-stream"), Refused))]
#[get("/readings/stream")]
pub(super) async fn stream(
    state: web::Data<State>,
    customer: ApiCustomer,
    request: HttpRequest,
    query: web::Query<StreamQuery>,
) -> Result<HttpResponse, Problem> {
    let (followed, after) = query.into_inner().read(&request)?;
    let ApiCustomer { scope, person } = customer;
    if let Some(device) = followed.device {
        given_back::had(state.database(), &scope, device).await?;
    }
    // Whatever is announced from here on is looked for.
    let signals = state.signals().subscribe();
    let end = scope
        .run(state.database(), async |tx| live::end(&scope, tx).await)
        .await?;
    let (at, preamble) = begin(end, after)?;
    let open = state
        .streams()
        .open_for(person.id, scope.id())
        .ok_or_else(too_many)?;
    let token = bearer(&request).unwrap_or_default().to_owned();
    let following = Following::new(&state, (scope, token), followed, (at, signals), open);
    let events = streams::unfold((Some(preamble), following), async |(preamble, mut following)| {
        let bytes = match preamble {
            Some(preamble) => preamble.into(),
            None => following.next().await?,
        };
        Some((Ok::<web::Bytes, actix_web::Error>(bytes), (None, following)))
    });
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        // A proxy must not gather what is meant to be seen at once.
        .insert_header(("x-accel-buffering", "no"))
        .streaming(Box::pin(events)))
}

fn too_many() -> Problem {
    Problem::new(
        "too-many-streams",
        StatusCode::TOO_MANY_REQUESTS,
        "Too many streams are open",
    )
    .detail("20 of one person and 60 of one customer at most: end some of them, or follow all devices by one")
    .header(header::RETRY_AFTER, "60")
}

impl StreamQuery {
    fn read(self, request: &HttpRequest) -> Result<(Followed, Option<i64>), Problem> {
        let mut asked = Asked::default();
        let wish = "must be a device's id";
        let device = asked.read("device_id", self.device_id.as_deref(), wish, |text| {
            text.parse().ok()
        });
        let kind = asked.kind(self.kind.as_deref());
        let header = request
            .headers()
            .get("last-event-id")
            .map(|id| id.to_str().unwrap_or("unreadable"))
            .filter(|id| !id.is_empty());
        let (field, said) = match header {
            Some(id) => ("Last-Event-ID", Some(id)),
            None => ("after", self.after.as_deref()),
        };
        let after = asked.read(field, said, "must be the id of an event of this stream", |text| {
            text.parse().ok().filter(|place: &i64| *place >= 0)
        });
        asked.done()?;
        Ok((Followed { device, kind }, after))
    }
}
