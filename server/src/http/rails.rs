//! What every request and every answer carries: a request id, a log span without bodies and query values, and headers
//! that tell a browser to be strict.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, web};
use tracing::Span;
use tracing_actix_web::RootSpanBuilder;
use uuid::Uuid;

use super::State;

/// Pages load from the server itself alone; a page that needs more sets its own policy.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'";
/// What is not a page loads nothing.
const DATA_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";
const HSTS: &str = "max-age=31536000; includeSubDomains";
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

tokio::task_local! {
    static CURRENT: RequestId;
}

/// Names one request in answers, problems and the log.
#[derive(Debug, Clone, Copy)]
pub struct RequestId(Uuid);

impl RequestId {
    /// The request that this task works for.
    pub fn current() -> Option<Self> {
        CURRENT.try_with(|id| *id).ok()
    }
}

impl std::fmt::Display for RequestId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// The outermost middleware of pages and API.
pub async fn every_answer(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let state = request.app_data::<web::Data<State>>();
    let id = RequestId(state.map_or_else(Uuid::nil, |state| state.ground().id()));
    let is_https = state.is_some_and(|state| state.site().is_https);
    let is_data = is_data(request.path());
    let is_told_nowhere = holds_a_secret(request.path());
    request.extensions_mut().insert(id);
    let mut response = CURRENT.scope(id, next.call(request)).await?;
    let headers = response.headers_mut();
    put(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(
        headers,
        header::REFERRER_POLICY,
        if is_told_nowhere {
            "no-referrer"
        } else {
            "same-origin"
        },
    );
    put(
        headers,
        header::CONTENT_SECURITY_POLICY,
        if is_data { DATA_POLICY } else { PAGE_POLICY },
    );
    if is_data {
        put(headers, header::CACHE_CONTROL, "no-store");
    } else {
        put(
            headers,
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        );
        put(
            headers,
            HeaderName::from_static("permissions-policy"),
            "camera=(), microphone=(), geolocation=()",
        );
    }
    if is_https {
        put(headers, header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        headers.insert(REQUEST_ID, value);
    }
    Ok(response)
}

/// Addresses that hold what works once, or a label's code: no other page is told of them.
fn holds_a_secret(path: &str) -> bool {
    ["/invitation/", "/reset/", "/devices/adopt"]
        .iter()
        .any(|begin| path.starts_with(begin))
}

/// What is answered as data and not as a page.
fn is_data(path: &str) -> bool {
    path.starts_with("/api/")
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    if !headers.contains_key(&name) {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// Log spans that name the route and the request, never a body, a query or a path that fits no route.
#[derive(Debug)]
pub struct Spans;

impl RootSpanBuilder for Spans {
    fn on_request_start(request: &ServiceRequest) -> Span {
        let route = request.match_pattern().unwrap_or_else(|| "no route".to_owned());
        let id = request.extensions().get::<RequestId>().copied();
        let id = id.map(tracing::field::display);
        let method = request.method().as_str();
        tracing::info_span!("request", method, route, id, status = tracing::field::Empty)
    }

    fn on_request_end<B: MessageBody>(span: Span, outcome: &Result<ServiceResponse<B>, Error>) {
        let status = match outcome {
            Ok(response) => response.status(),
            Err(error) => error.as_response_error().status_code(),
        };
        span.record("status", status.as_u16());
        span.in_scope(|| tracing::debug!("answered"));
    }
}
