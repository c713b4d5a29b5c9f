//! The API's description (OpenAPI 3.1), made from the operations themselves.

use actix_web::http::StatusCode;
use serde::Serialize;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Components, OpenApi, RefOr};
use utoipa::{IntoResponses, OpenApi as _, ToSchema};
use utoipa_actix_web::OpenApiFactory as _;

use super::{PREFIX, operations};

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Vitalwire",
        description = "Devices, readings, hubs and deliveries of a customer. Ask for an access token with \
            `POST /api/v1/token` and send it as `Authorization: Bearer …`; it lives 15 minutes. Ids are UUIDs, times \
            are RFC 3339 in UTC. Lists are read page by page: pass `next` as `after` until it is null. What goes wrong \
            is answered as `application/problem+json` (RFC 9457) with a stable `type`; what belongs to somebody else \
            does not exist.",
        version = "1",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    tags(
        (name = "access", description = "Who you are"),
        (name = "organisations", description = "Customers, distributors and their users"),
        (name = "devices", description = "Devices, their models, who holds them, and their tokens"),
        (name = "readings", description = "What was measured"),
        (name = "hubs", description = "Hubs, and how they come to be trusted"),
        (name = "endpoints", description = "The customer's own server, and what was delivered to it"),
        (name = "sources", description = "Vendors' clouds that push readings, and the devices that they speak for"),
        (name = "orders", description = "Devices and hubs from the platform, and back"),
        (name = "support", description = "Why did nothing arrive?")
    ),
    components(schemas(ProblemOut))
)]
struct Description;

/// What goes wrong (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(super) struct ProblemOut {
    /// Stable: `urn:vitalwire:problem:<word>`.
    #[schema(example = "urn:vitalwire:problem:not-found")]
    r#type: String,
    /// The type in words.
    title: String,
    /// The answer's status.
    status: u16,
    /// What was wrong this time, and where.
    detail: Option<String>,
    /// The request, as it stands in the log: `urn:uuid:<id>`.
    instance: Option<String>,
    /// The value that cannot be taken, or the first of several.
    field: Option<String>,
    /// All of them, where there are several.
    errors: Option<Vec<FaultOut>>,
}

/// A value that cannot be taken.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Fault)]
struct FaultOut {
    /// Which.
    field: String,
    /// Why not.
    detail: String,
}

/// What any operation may answer besides.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes answers that Problem gives")]
pub(super) enum Refused {
    /// A query or a body that cannot be read.
    #[response(status = 400, content_type = "application/problem+json")]
    Unreadable(ProblemOut),
    /// No valid access token.
    #[response(status = 401, content_type = "application/problem+json")]
    NotSignedIn(ProblemOut),
    /// Signed in, but not for this.
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(ProblemOut),
    /// It does not exist, or not for this caller.
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(ProblemOut),
    /// A value that cannot be taken.
    #[response(status = 422, content_type = "application/problem+json")]
    Invalid(ProblemOut),
    /// The platform cannot do this right now.
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(ProblemOut),
}

/// The description as a document.
pub fn openapi() -> OpenApi {
    let scope = utoipa_actix_web::scope(PREFIX).configure(operations);
    let mut description = Description::openapi();
    description.paths = scope.paths();
    for (path, item) in &mut description.paths.paths {
        complete(path, item);
    }
    let components = description.components.get_or_insert_with(Components::new);
    let mut schemas = Vec::new();
    scope.schemas(&mut schemas);
    components.schemas.extend(schemas);
    let token = SecurityScheme::Http(
        Http::builder()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .build(),
    );
    components.add_security_scheme("token", token);
    description
}

/// What the standard asks for and the operations do not say: a name of its own for each, and a word for each answer.
fn complete(path: &str, item: &mut PathItem) {
    let parts = path.trim_start_matches(PREFIX).split('/');
    let words: Vec<String> = parts
        .filter(|part| !part.is_empty() && !part.starts_with('{'))
        .map(|part| part.replace('-', "_"))
        .collect();
    let operations = [&mut item.get, &mut item.post, &mut item.patch, &mut item.delete];
    for operation in operations.into_iter().flatten() {
        let Operation {
            operation_id,
            responses,
            ..
        } = operation;
        let verb = operation_id.take().unwrap_or_default();
        *operation_id = Some(match words.split_last() {
            Some((last, before)) if last.starts_with(&verb) => format!("{last}_{}", before.join("_")),
            _ => format!("{verb}_{}", words.join("_")),
        });
        for (status, response) in &mut responses.responses {
            let RefOr::T(response) = response else { continue };
            if response.description.is_empty() {
                let status = status.parse::<StatusCode>().ok();
                status
                    .and_then(|status| status.canonical_reason())
                    .unwrap_or_default()
                    .clone_into(&mut response.description);
            }
        }
    }
}

/// The description as the server and the command line print it.
pub fn openapi_json() -> String {
    openapi().to_pretty_json().unwrap_or_default()
}
