//! What the framework's own extractors refuse, as problems.

use actix_web::error::{JsonPayloadError, PathError, PayloadError, QueryPayloadError};
use actix_web::http::StatusCode;
use actix_web::{Error, HttpRequest};
use serde_json::error::Category;

use super::Problem;

/// A body that is no JSON, or not the JSON that was expected.
#[expect(clippy::needless_pass_by_value, reason = "actix hands the error over")]
pub fn json_error(error: JsonPayloadError, _request: &HttpRequest) -> Error {
    of_json(&error).into()
}

/// A path with a part that is no id.
pub fn path_error(_error: PathError, _request: &HttpRequest) -> Error {
    Problem::not_found("the path holds something that is not an id").into()
}

/// A query that cannot be read. The parser's message is not passed on: it repeats what was sent.
#[expect(clippy::needless_pass_by_value, reason = "actix hands the error over")]
pub fn query_error(error: QueryPayloadError, _request: &HttpRequest) -> Error {
    let detail = match &error {
        QueryPayloadError::Deserialize(error) => without_values(&error.to_string()),
        _ => None,
    };
    let problem = Problem::new("bad-query", StatusCode::BAD_REQUEST, "The query cannot be read");
    problem
        .detail(detail.unwrap_or_else(|| "a value of the query has the wrong form".to_owned()))
        .into()
}

fn of_json(error: &JsonPayloadError) -> Problem {
    match error {
        JsonPayloadError::OverflowKnownLength { limit, .. } | JsonPayloadError::Overflow { limit } => {
            Problem::new(
                "too-large",
                StatusCode::PAYLOAD_TOO_LARGE,
                "The body is too large",
            )
            .detail(format!("{limit} bytes at most"))
        }
        JsonPayloadError::Payload(PayloadError::Overflow) => Problem::new(
            "too-large",
            StatusCode::PAYLOAD_TOO_LARGE,
            "The body is too large",
        ),
        JsonPayloadError::ContentType => Problem::new(
            "unsupported-media-type",
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "The body is of another media type than expected",
        )
        .detail("send Content-Type: application/json"),
        JsonPayloadError::Deserialize(error) => of_serde(error),
        _ => Problem::new("incomplete", StatusCode::BAD_REQUEST, "The body broke off"),
    }
}

fn of_serde(error: &serde_json::Error) -> Problem {
    let place = format!("line {}, column {}", error.line(), error.column());
    match error.classify() {
        Category::Data => {
            let what =
                without_values(&error.to_string()).unwrap_or_else(|| "a value has the wrong type".to_owned());
            Problem::new(
                "bad-body",
                StatusCode::UNPROCESSABLE_ENTITY,
                "The body is not what is expected here",
            )
            .detail(format!("{what} ({place})"))
        }
        Category::Syntax | Category::Eof | Category::Io => {
            Problem::new("malformed-json", StatusCode::BAD_REQUEST, "The body is not JSON").detail(place)
        }
    }
}

/// What of serde's message speaks of names only: "missing field `name`", or what was expected. What was sent instead
/// stays out, because it may be a secret.
fn without_values(message: &str) -> Option<String> {
    let message = message.split(" at line ").next().unwrap_or(message);
    if message.starts_with("missing field") || message.starts_with("duplicate field") {
        return Some(message.to_owned());
    }
    if message.starts_with("unknown field") {
        return message
            .split_once(", expected ")
            .map(|(_, names)| format!("unknown field; expected {names}"));
    }
    message
        .rsplit_once("expected ")
        .map(|(_, wanted)| format!("expected {wanted}"))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct In {
        #[expect(dead_code, reason = "only its parsing is looked at")]
        password: String,
    }

    fn detail(text: &str) -> (&'static str, String) {
        let problem = of_json(&JsonPayloadError::Deserialize(
            serde_json::from_str::<In>(text).unwrap_err(),
        ));
        (problem.slug(), problem.detail_text().unwrap().to_owned())
    }

    #[test]
    fn names_are_told_and_values_are_not() {
        assert_eq!(
            detail("{}"),
            ("bad-body", "missing field `password` (line 1, column 2)".into())
        );
        assert_eq!(
            detail(r#"{"password": 123456}"#),
            ("bad-body", "expected a string (line 1, column 19)".into())
        );
        let (_, unknown) = detail(r#"{"hunter2": 1}"#);
        assert_eq!(unknown, "unknown field; expected `password` (line 1, column 10)");
        assert_eq!(detail(r#"{"password": "#).0, "malformed-json");
    }
}
