//! `GET /devices/{id}/live`: new readings and what becomes of their delivery, as they happen. No transaction is open while
//! it waits; it ends with the session and with the server.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::stream;
use vitals::Kind;
use web_templates::live::PREAMBLE;

use super::follow::Follow;
use super::line;
use super::parts::kind;
use crate::ground::ids::DeviceId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::visitor::Visitor;
use crate::registry::devices;
use crate::tenancy::Scope as _;

/// The stream of the kind that the device's page shows by itself.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    request: HttpRequest,
    id: web::Path<DeviceId>,
) -> Result<HttpResponse, PageError> {
    start(&state, &visitor, &request, *id, None).await
}

/// The stream of one kind.
pub(super) async fn get_kind(
    state: web::Data<State>,
    visitor: Visitor,
    request: HttpRequest,
    path: web::Path<(DeviceId, Kind)>,
) -> Result<HttpResponse, PageError> {
    start(&state, &visitor, &request, path.0, Some(path.1)).await
}

/// The event that the page has seen last: a browser that reconnects says it in a header, the page's script, which has to
/// make a new connection after a hard end, in the address.
fn read_until(request: &HttpRequest) -> Option<i64> {
    let header = request
        .headers()
        .get("last-event-id")
        .and_then(|id| id.to_str().ok()?.parse().ok());
    let asked = url::form_urlencoded::parse(request.query_string().as_bytes())
        .find(|(name, _)| name == "last_event_id")
        .and_then(|(_, id)| id.parse().ok());
    header.or(asked)
}

async fn start(
    state: &web::Data<State>,
    visitor: &Visitor,
    request: &HttpRequest,
    id: DeviceId,
    asked: Option<Kind>,
) -> Result<HttpResponse, PageError> {
    let scope = visitor.reader()?;
    let device = scope
        .run(state.database(), async |tx| devices::get(tx, id).await)
        .await?;
    let line = line::of(state, scope, id).await?;
    let open = state
        .streams()
        .open(visitor.person().id)
        .ok_or_else(PageError::too_many_pages)?;
    let after = read_until(request);
    let follow = Follow::new(
        state,
        visitor,
        scope.clone(),
        (line.devices, kind(&device, asked)),
        after,
        open,
    );
    let preamble = web::Bytes::from_static(PREAMBLE.as_bytes());
    let stream = stream::unfold((Some(preamble), follow), async |(preamble, mut follow)| {
        let bytes = match preamble {
            Some(preamble) => preamble,
            None => follow.next().await?,
        };
        Some((Ok::<_, actix_web::Error>(bytes), (None, follow)))
    });
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        // A proxy must not gather what is meant to be seen at once.
        .insert_header(("x-accel-buffering", "no"))
        .streaming(Box::pin(stream)))
}
