//! How long a body may take, how much of all bodies is held at once, and what becomes of a body that nobody reads: a
//! sender that has proved nothing, or sends a byte now and then, must not cost memory or keep a connection for ever.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{Error, HttpMessage as _, HttpResponse, ResponseError as _};
use futures_util::Stream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep};

use super::problem::Problem;

/// How long a body may take before its speed counts, and how long it may pause at any time.
const PAUSE: Duration = Duration::from_secs(10);
/// The slowest honest link, bytes a second: what a modem at the edge of its cell still carries.
const SLOWEST: u64 = 16 * 1024;
/// What the room for bodies is counted in, bytes.
const UNIT: usize = 1024;

/// When the next bytes of one body have to be there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    began: Instant,
    last: Instant,
    received: u64,
}

impl Patience {
    /// Begins now.
    pub(super) fn new() -> Self {
        Self::from(Instant::now())
    }

    fn from(now: Instant) -> Self {
        Self {
            began: now,
            last: now,
            received: 0,
        }
    }

    /// Bytes have come.
    pub(super) fn received(&mut self, bytes: usize) {
        self.received_at(bytes, Instant::now());
    }

    fn received_at(&mut self, bytes: usize, now: Instant) {
        self.last = now;
        self.received = self.received.saturating_add(bytes as u64);
    }

    /// After this the sender is given up: it paused, or what came until now took longer than the slowest link takes.
    pub(super) fn deadline(&self) -> Instant {
        let link = Duration::from_millis(self.received.saturating_mul(1_000) / SLOWEST);
        (self.last + PAUSE).min(self.began + PAUSE + link)
    }
}

/// What all bodies that are being read or worked on may take of the memory. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct BodyRoom(Arc<Semaphore>);

/// A part of it, given back when dropped.
#[derive(Debug, Default)]
pub(super) struct Room {
    held: Option<OwnedSemaphorePermit>,
    bytes: usize,
}

impl BodyRoom {
    /// Room for so many bytes.
    pub(super) fn new(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(
            (bytes / UNIT).min(Semaphore::MAX_PERMITS),
        )))
    }

    /// Makes `room` hold so many bytes. False where there is no room left; nobody waits for it, because what is held may
    /// be held by somebody who never goes on.
    pub(super) fn grow(&self, room: &mut Room, bytes: usize) -> bool {
        let units = |bytes: usize| bytes.div_ceil(UNIT);
        let more = units(bytes).saturating_sub(units(room.bytes));
        if more > 0 {
            let more = u32::try_from(more).ok();
            let Some(permit) = more.and_then(|more| Arc::clone(&self.0).try_acquire_many_owned(more).ok())
            else {
                return false;
            };
            match &mut room.held {
                Some(held) => held.merge(permit),
                none => *none = Some(permit),
            }
        }
        room.bytes = room.bytes.max(bytes);
        true
    }
}

/// The problem of a body that took too long.
pub(super) fn too_slow() -> Problem {
    Problem::new(
        "too-slow",
        StatusCode::REQUEST_TIMEOUT,
        "The body took too long to arrive",
    )
    .detail(format!(
        "a pause may last {} s, and all of it must come with at least {SLOWEST} bytes a second",
        PAUSE.as_secs()
    ))
}

/// A problem whose request's body is not read to its end: the connection ends with the answer.
pub(super) fn refuse_unread(problem: &Problem, unread: Payload) -> HttpResponse {
    let unread = Unread::Own(unread);
    problem.error_response().map_body(|_, body| {
        BoxBody::new(Answer {
            body,
            _unread: unread,
        })
    })
}

/// A body that nobody reads on. While it lives, the framework knows that the request is not over and closes the
/// connection after the answer; once it is dropped, a chunked body would be read to an end that may never come.
enum Unread {
    Own(#[expect(dead_code, reason = "kept alive, not used")] Payload),
    Shared(#[expect(dead_code, reason = "kept alive, not used")] Rc<RefCell<Arriving>>),
}

/// An answer that keeps it.
struct Answer {
    body: BoxBody,
    _unread: Unread,
}

impl MessageBody for Answer {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.get_mut().body).poll_next(cx)
    }
}

/// A body on its way to an extractor.
struct Arriving {
    payload: Payload,
    patience: Patience,
    /// Set when the first bytes are waited for: most bodies come with their head and need none.
    timer: Option<Pin<Box<Sleep>>>,
    state: Arrival,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Arrival {
    Open,
    Whole,
    Late,
}

impl Arriving {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, PayloadError>>> {
        if let Poll::Ready(next) = Pin::new(&mut self.payload).poll_next(cx) {
            match &next {
                Some(Ok(chunk)) => self.patience.received(chunk.len()),
                Some(Err(_)) => {}
                None => self.state = Arrival::Whole,
            }
            return Poll::Ready(next);
        }
        let deadline = self.patience.deadline();
        let timer = self
            .timer
            .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline)));
        if timer.deadline() != deadline {
            timer.as_mut().reset(deadline);
        }
        if timer.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        self.state = Arrival::Late;
        Poll::Ready(Some(Err(PayloadError::Io(std::io::ErrorKind::TimedOut.into()))))
    }
}

/// What an extractor reads.
struct Timed(Rc<RefCell<Arriving>>);

impl Stream for Timed {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.borrow_mut().poll(cx)
    }
}

/// The middleware of everything whose body an extractor reads: 408 for a body that takes too long, and no connection
/// stays open for a body that was not read.
pub(super) async fn in_good_time(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if !has_body(request.headers()) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let arriving = Rc::new(RefCell::new(Arriving {
        payload: request.take_payload(),
        patience: Patience::new(),
        timer: None,
        state: Arrival::Open,
    }));
    request.set_payload(Payload::Stream {
        payload: Box::pin(Timed(Rc::clone(&arriving))),
    });
    let answer = next.call(request).await?.map_into_boxed_body();
    let state = arriving.borrow().state;
    let answer = match state {
        Arrival::Whole => return Ok(answer),
        Arrival::Open => answer,
        Arrival::Late => {
            let (request, _) = answer.into_parts();
            ServiceResponse::new(request, too_slow().error_response())
        }
    };
    let unread = Unread::Shared(arriving);
    Ok(answer.map_body(|_, body| {
        BoxBody::new(Answer {
            body,
            _unread: unread,
        })
    }))
}

fn has_body(headers: &HeaderMap) -> bool {
    let length = headers.get(header::CONTENT_LENGTH);
    length.is_some_and(|length| length.as_bytes() != b"0") || headers.contains_key(header::TRANSFER_ENCODING)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_but_honest_link_is_waited_for_and_a_trickle_is_not() {
        let began = Instant::now();
        let after = |seconds: u64| began + Duration::from_secs(seconds);
        let mut honest = Patience::from(began);
        for second in 1..=400 {
            assert!(after(second) < honest.deadline());
            honest.received_at(17 * 1024, after(second));
        }
        assert_eq!(honest.deadline(), after(410), "then it may pause, and not longer");

        let mut trickle = Patience::from(began);
        for second in 1..=10 {
            trickle.received_at(1, after(second));
        }
        assert!(trickle.deadline() < after(11));
    }

    #[test]
    fn room_is_given_once_and_given_back() {
        let all = BodyRoom::new(4 * UNIT);
        let (mut one, mut other) = (Room::default(), Room::default());
        assert!(all.grow(&mut one, 1) && all.grow(&mut one, UNIT) && all.grow(&mut one, 3 * UNIT));
        assert!(all.grow(&mut other, UNIT), "one unit is left");
        assert!(!all.grow(&mut other, UNIT + 1));
        drop(one);
        assert!(all.grow(&mut other, 4 * UNIT));
    }
}
