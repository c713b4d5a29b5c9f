//! `HEAD` on a page: what asks whether the portal is up asks so, and is answered as `GET` is, without the body.

use actix_web::body::{self, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;

/// Middleware of the pages.
pub(super) async fn as_get<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, body::None>>, actix_web::Error> {
    if request.method() != Method::HEAD {
        return Ok(next.call(request).await?.map_into_left_body());
    }
    request.head_mut().method = Method::GET;
    let answer = next.call(request).await?;
    // Dropped, not left to be sent into nothing: a live page would never end.
    Ok(answer.map_body(|_, _| EitherBody::right(body::None::new())))
}
