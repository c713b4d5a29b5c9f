//! Everything that goes wrong leaves as `application/problem+json` (RFC 9457): a stable `type`, what was wrong, and
//! where; never a measured value, a secret or what the database said.

mod database;
mod extract;
mod rooms;
mod together;

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Map, Value};

use super::rails::RequestId;

pub(in crate::http) use database::Fault;
pub use extract::{json_error, path_error, query_error};
pub use together::both;

/// A problem to answer with.
#[derive(Debug, Clone)]
pub struct Problem {
    slug: &'static str,
    status: StatusCode,
    title: &'static str,
    detail: Option<String>,
    members: Map<String, Value>,
    headers: Vec<(HeaderName, String)>,
}

impl Problem {
    /// A problem of the type `urn:vitalwire:problem:<slug>`. The title stays the same for one type.
    pub fn new(slug: &'static str, status: StatusCode, title: &'static str) -> Self {
        Self {
            slug,
            status,
            title,
            detail: None,
            members: Map::new(),
            headers: Vec::new(),
        }
    }

    /// What was wrong this time, and where.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// A further member of the answer.
    #[must_use]
    pub fn member(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }

    /// A header of the answer.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// What a header of the answer says.
    pub fn header_text(&self, name: &HeaderName) -> Option<&str> {
        let header = self.headers.iter().find(|(header, _)| header == name);
        header.map(|(_, value)| value.as_str())
    }

    /// The word that ends the type.
    pub fn slug(&self) -> &'static str {
        self.slug
    }

    /// The answer's status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The type in words.
    pub fn title(&self) -> &'static str {
        self.title
    }

    /// What was wrong this time.
    pub fn detail_text(&self) -> Option<&str> {
        self.detail.as_deref()
    }

    /// Nothing is there, or nothing for this caller: the two are never told apart.
    pub fn not_found(what: &'static str) -> Self {
        Self::new("not-found", StatusCode::NOT_FOUND, "There is no such thing here").detail(what)
    }

    /// An address under which nothing is done.
    pub fn no_such_operation() -> Self {
        Self::new(
            "no-such-operation",
            StatusCode::NOT_FOUND,
            "There is no such operation",
        )
        .detail("GET /api/openapi.json describes those there are")
    }

    /// An address under which something is done, but with other methods: those that are named.
    pub fn method_not_allowed(allowed: &str) -> Self {
        Self::new(
            "method-not-allowed",
            StatusCode::METHOD_NOT_ALLOWED,
            "This cannot be done with that method",
        )
        .header(header::ALLOW, allowed)
    }

    /// Signed in, but not for this.
    pub fn forbidden(why: impl Into<String>) -> Self {
        Self::new("forbidden", StatusCode::FORBIDDEN, "This is not allowed").detail(why)
    }

    /// A value that cannot be taken, and the field that it stands in.
    pub fn invalid(field: &str, why: impl Into<String>) -> Self {
        Self::new(
            "invalid",
            StatusCode::UNPROCESSABLE_ENTITY,
            "A value cannot be taken",
        )
        .detail(why)
        .member("field", field)
    }

    /// It would be fine, were it not for what is there already.
    pub fn conflict(why: impl Into<String>) -> Self {
        Self::new(
            "conflict",
            StatusCode::CONFLICT,
            "This does not fit what is there",
        )
        .detail(why)
    }

    /// The database is away. The cause goes to the log and stays there.
    pub fn unavailable(cause: &dyn fmt::Display) -> Self {
        tracing::error!(%cause, "the database did not answer a request");
        Self::new(
            "unavailable",
            StatusCode::SERVICE_UNAVAILABLE,
            "The platform cannot do this right now",
        )
        .detail("nothing was changed; try again")
        .header(header::RETRY_AFTER, "2")
    }

    /// Something that should not happen, and that trying again does not mend. The cause goes to the log and stays there.
    pub fn internal(cause: &dyn fmt::Display) -> Self {
        tracing::error!(%cause, "a request met a fault of the platform's own");
        Self::new(
            "internal",
            StatusCode::INTERNAL_SERVER_ERROR,
            "The platform has a fault",
        )
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.slug)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut body = Map::new();
        body.insert(
            "type".to_owned(),
            format!("urn:vitalwire:problem:{}", self.slug).into(),
        );
        body.insert("title".to_owned(), self.title.into());
        body.insert("status".to_owned(), self.status.as_u16().into());
        if let Some(detail) = &self.detail {
            body.insert("detail".to_owned(), detail.as_str().into());
        }
        if let Some(id) = RequestId::current() {
            body.insert("instance".to_owned(), format!("urn:uuid:{id}").into());
        }
        body.extend(self.members.clone());
        let mut response = HttpResponse::build(self.status);
        for (name, value) in &self.headers {
            if let Ok(value) = HeaderValue::from_str(value) {
                response.insert_header((name.clone(), value));
            }
        }
        response
            .content_type("application/problem+json")
            .body(Value::Object(body).to_string())
    }
}

#[cfg(test)]
mod tests {
    use actix_web::body::to_bytes;

    use super::*;

    #[actix_web::test]
    async fn a_problem_is_a_problem_document() {
        let problem = Problem::invalid("serial", "must not be empty").header(header::RETRY_AFTER, "3");
        let response = problem.error_response();
        assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(
            response.headers().get(header::CONTENT_TYPE).unwrap(),
            "application/problem+json"
        );
        assert_eq!(response.headers().get(header::RETRY_AFTER).unwrap(), "3");
        let body: Value = serde_json::from_slice(&to_bytes(response.into_body()).await.unwrap()).unwrap();
        assert_eq!(
            body,
            serde_json::json!({
                "type": "urn:vitalwire:problem:invalid",
                "title": "A value cannot be taken",
                "status": 422,
                "detail": "must not be empty",
                "field": "serial"
            })
        );
    }
}
