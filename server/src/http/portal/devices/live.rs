//! `GET /devices/{id}/live`: new readings and what becomes of their delivery, as they happen. No transaction is open while
//! it waits; it ends with the session and with the server.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::stream;
use vitals::Kind;
use web_templates::live::PREAMBLE;

use super::follow::Follow;
use super::line;
use super::parts::kind;
use crate::ground::ids::{DeviceId, UserId};
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::visitor::Visitor;
use crate::registry::devices;
use crate::tenancy::Scope as _;

/// Live pages that one person may have open at the same time.
const MOST: usize = 20;

/// The live pages of this process, counted per person.
#[derive(Debug, Clone, Default)]
pub struct Streams {
    counts: Arc<Mutex<HashMap<UserId, usize>>>,
}

impl Streams {
    /// One more, unless this person has too many.
    pub(super) fn open(&self, user: UserId) -> Option<Open> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(user).or_default();
        if *count >= MOST {
            return None;
        }
        *count += 1;
        Some(Open {
            streams: self.clone(),
            user,
        })
    }
}

/// One of them; it is counted until it is dropped.
#[derive(Debug)]
pub(super) struct Open {
    streams: Streams,
    user: UserId,
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut counts = self.streams.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.user) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.user);
            }
        }
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_has_a_limited_number_of_live_pages() {
        let streams = Streams::default();
        let [one, other] = [1, 2].map(|number| UserId::from(uuid::Uuid::from_u128(number)));
        let mut open: Vec<_> = (0..MOST).filter_map(|_| streams.open(one)).collect();
        assert_eq!(open.len(), MOST);
        assert!(streams.open(one).is_none());
        assert!(streams.open(other).is_some(), "others are not held back");
        open.pop();
        assert!(streams.open(one).is_some());
    }
}
