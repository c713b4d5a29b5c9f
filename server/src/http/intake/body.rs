//! A body, read no sooner than its sender is believed, and no longer than an honest link takes.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use actix_web::error::PayloadError;
use actix_web::http::{StatusCode, header};
use actix_web::web::{self, Bytes, BytesMut};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::{Stream as _, StreamExt as _};

use crate::ground::enums::Encoding;
use crate::http::patience::{BodyRoom, Patience, Room, refuse_unread, too_slow};
use crate::http::problem::Problem;
use crate::intake::{Body, RefusalReason, TooLarge};

/// Memory set aside for a body before it comes, at most.
const FIRST: usize = 8 * 1024;

/// Why a body was not read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyError {
    TooLarge(usize),
    Encoded,
    Late,
    BrokenOff,
    NoRoom,
}

impl BodyError {
    /// The stable word that ends the problem's type and stands in the log of refusals.
    pub(super) fn reason(self) -> RefusalReason {
        match self {
            Self::TooLarge(_) => "too-large",
            Self::Encoded => "unsupported-encoding",
            Self::Late => "too-slow",
            Self::BrokenOff => "incomplete",
            Self::NoRoom => "too-busy",
        }
    }

    pub(super) fn problem(self) -> Problem {
        let slug = self.reason();
        match self {
            Self::TooLarge(limit) => {
                Problem::new(slug, StatusCode::PAYLOAD_TOO_LARGE, "The body is too large")
                    .detail(format!("{limit} bytes at most"))
            }
            Self::Encoded => Problem::new(
                slug,
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "The body is encoded in a way that is not taken",
            )
            .detail("a hub's batch and a vendor's message may be packed by gzip or zstd; anything else comes as plain JSON")
            .header(header::ACCEPT_ENCODING, "gzip, zstd"),
            Self::Late => too_slow(),
            Self::BrokenOff => Problem::new(slug, StatusCode::BAD_REQUEST, "The body broke off"),
            Self::NoRoom => Problem::new(
                slug,
                StatusCode::SERVICE_UNAVAILABLE,
                "Too many messages are arriving",
            )
            .detail("nothing was stored; send it again")
            .header(header::RETRY_AFTER, "2"),
        }
    }
}

/// What `Content-Encoding` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Plain,
    Packed(Encoding),
    Unknown,
}

impl Coding {
    fn of(name: &[u8]) -> Self {
        let name = name.trim_ascii();
        let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
        if is("identity") {
            return Self::Plain;
        }
        // RFC 9110, 8.4.1.3: the old name of gzip means the same.
        let known = Encoding::ALL.iter().find(|encoding| is(encoding.as_str()));
        match known {
            Some(encoding) => Self::Packed(*encoding),
            None if is("x-gzip") => Self::Packed(Encoding::Gzip),
            None => Self::Unknown,
        }
    }
}

/// A body on its way.
pub(super) struct Incoming {
    payload: web::Payload,
    limit: usize,
    declared: Option<usize>,
    encoding: Coding,
    /// Whether it may come packed.
    may_be_packed: bool,
    is_whole: bool,
    bytes: BytesMut,
    room: Room,
}

impl Incoming {
    pub(super) fn new(request: &HttpRequest, payload: web::Payload, limit: usize) -> Self {
        let headers = request.headers();
        let declared = headers.get(header::CONTENT_LENGTH);
        let encoding = headers.get(header::CONTENT_ENCODING);
        Self {
            payload,
            limit,
            declared: declared
                .and_then(|length| length.to_str().ok())
                .and_then(|length| length.parse().ok()),
            encoding: encoding.map_or(Coding::Plain, |name| Coding::of(name.as_bytes())),
            may_be_packed: false,
            is_whole: false,
            bytes: BytesMut::new(),
            room: Room::default(),
        }
    }

    /// The same for one that may come packed.
    pub(super) fn packed(request: &HttpRequest, payload: web::Payload, limit: usize) -> Self {
        Self {
            may_be_packed: true,
            ..Self::new(request, payload, limit)
        }
    }

    /// What it says, unpacked to the limit that the packed body has as well, in the room that all bodies share.
    pub(super) fn unpacked(&mut self, all: &BodyRoom) -> Result<Body<'_>, BodyError> {
        let Coding::Packed(encoding) = self.encoding else {
            return Ok(Body::plain(&self.bytes));
        };
        let body = Body::unpack(encoding, &self.bytes, self.limit)
            .map_err(|TooLarge| BodyError::TooLarge(self.limit))?;
        if all.grow(&mut self.room, self.bytes.len() + body.unpacked_bytes()) {
            Ok(body)
        } else {
            Err(BodyError::NoRoom)
        }
    }

    /// What was read.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Takes what has come together with the head and waits for nothing: the way of nearly every single reading. True
    /// when that was all.
    pub(super) async fn arrived(&mut self) -> Result<bool, BodyError> {
        self.check_head()?;
        let mut has_waited = false;
        poll_fn(|cx| {
            loop {
                match Pin::new(&mut self.payload).poll_next(cx) {
                    Poll::Ready(Some(chunk)) => self.take(chunk)?,
                    Poll::Ready(None) => {
                        self.is_whole = true;
                        return Poll::Ready(Ok(true));
                    }
                    // The handler is called before the framework looks at what follows the head.
                    Poll::Pending if !has_waited => {
                        has_waited = true;
                        cx.waker().wake_by_ref();
                        return Poll::Pending;
                    }
                    Poll::Pending => return Poll::Ready(Ok(false)),
                }
            }
        })
        .await
    }

    /// Reads to the end, in the room that all bodies share.
    pub(super) async fn rest(&mut self, all: &BodyRoom) -> Result<(), BodyError> {
        self.check_head()?;
        let mut patience = Patience::new();
        while !self.is_whole {
            let next = tokio::time::timeout_at(patience.deadline(), self.payload.next())
                .await
                .map_err(|_| BodyError::Late)?;
            let Some(chunk) = next else {
                self.is_whole = true;
                break;
            };
            let length = chunk.as_ref().map_or(0, Bytes::len);
            patience.received(length);
            if !all.grow(&mut self.room, self.bytes.len() + length) {
                return Err(BodyError::NoRoom);
            }
            self.take(chunk)?;
        }
        Ok(())
    }

    /// The answer to a request that is refused. What of the body has not come is not waited for.
    pub(super) fn refuse(self, problem: &Problem) -> HttpResponse {
        use actix_web::ResponseError as _;
        if self.is_whole {
            problem.error_response()
        } else {
            refuse_unread(problem, self.payload.into_inner())
        }
    }

    fn check_head(&self) -> Result<(), BodyError> {
        let is_readable = match self.encoding {
            Coding::Plain => true,
            Coding::Packed(_) => self.may_be_packed,
            Coding::Unknown => false,
        };
        if !is_readable {
            Err(BodyError::Encoded)
        } else if self.declared.is_some_and(|declared| declared > self.limit) {
            Err(BodyError::TooLarge(self.limit))
        } else {
            Ok(())
        }
    }

    fn take(&mut self, chunk: Result<Bytes, PayloadError>) -> Result<(), BodyError> {
        let chunk = chunk.map_err(|_| BodyError::BrokenOff)?;
        if self.bytes.len() + chunk.len() > self.limit {
            return Err(BodyError::TooLarge(self.limit));
        }
        if self.bytes.is_empty() {
            self.bytes
                .reserve(self.declared.unwrap_or(FIRST).min(FIRST).max(chunk.len()));
        }
        self.bytes.extend_from_slice(&chunk);
        Ok(())
    }
}
