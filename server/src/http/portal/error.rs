//! What goes wrong, as a page with a reference that support can look up; never what the database said.

use std::fmt;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use askama::Template as _;
use sea_orm::DbErr;
use web_templates::ErrorPage;

use super::local::login_path;
use crate::forwarding::EndpointError;
use crate::http::RequestId;
use crate::http::access::Refusal;
use crate::http::auth::AuthRefusal;
use crate::http::problem::{Fault, Problem};
use crate::identity::IdentityError;
use crate::registry::RegistryError;
use crate::tenancy::Denied;

/// Why a page is not shown.
#[derive(Debug)]
pub(super) enum PageError {
    /// Signed out: the login page comes first, and then this path.
    SignedOut(Option<String>),
    /// A page of this status, with a sentence of its own where the usual one says too little.
    Shown(StatusCode, Option<String>),
    /// Too much in too short a time: in how many seconds it is worth trying again, and a sentence.
    Later(String, String),
}

impl PageError {
    /// There is nothing, or nothing for this caller: the two are never told apart.
    pub(super) fn not_found() -> Self {
        Self::Shown(StatusCode::NOT_FOUND, None)
    }

    /// Signed in, but not for this.
    pub(super) fn forbidden() -> Self {
        Self::Shown(StatusCode::FORBIDDEN, None)
    }

    /// A request that no page of ours makes.
    pub(super) fn bad_request() -> Self {
        Self::Shown(StatusCode::BAD_REQUEST, None)
    }

    /// As many live pages as one person may have.
    pub(super) fn too_many_pages() -> Self {
        let words = "Too many pages with live readings are open. Close some of them, then reload this one.";
        Self::Shown(StatusCode::TOO_MANY_REQUESTS, Some(words.to_owned()))
    }

    /// As many files as one person, or all people together, may take at the same time.
    pub(super) fn too_many_files(is_own: bool) -> Self {
        let words = if is_own {
            "Other files with readings are still on their way to you. Wait until they are there."
        } else {
            "Many files with readings are on their way to other people just now. Try again in a minute."
        };
        Self::Later("60".to_owned(), words.to_owned())
    }

    /// The database is away. The cause goes to the log and stays there.
    pub(super) fn unavailable(cause: &dyn fmt::Display) -> Self {
        tracing::error!(%cause, "the database did not answer a page");
        Self::Shown(StatusCode::SERVICE_UNAVAILABLE, None)
    }

    /// Something beside the database is away: a sentence says what. The log has the cause already.
    pub(super) fn away(words: &str) -> Self {
        Self::Shown(StatusCode::SERVICE_UNAVAILABLE, Some(words.to_owned()))
    }

    /// Something is not as it was left: a sentence says what. The log has the cause already.
    pub(super) fn broken(words: &str) -> Self {
        Self::Shown(StatusCode::INTERNAL_SERVER_ERROR, Some(words.to_owned()))
    }

    /// Something that should not happen.
    pub(super) fn internal(cause: &dyn fmt::Display) -> Self {
        tracing::error!(%cause, "a page could not be made");
        Self::Shown(StatusCode::INTERNAL_SERVER_ERROR, None)
    }
}

impl fmt::Display for PageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SignedOut(_) => f.write_str("signed out"),
            Self::Shown(status, _) => write!(f, "a page of the status {status}"),
            Self::Later(seconds, _) => write!(f, "not before {seconds} s"),
        }
    }
}

impl ResponseError for PageError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::SignedOut(_) => StatusCode::SEE_OTHER,
            Self::Shown(status, _) => *status,
            Self::Later(..) => StatusCode::TOO_MANY_REQUESTS,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let (status, words, seconds) = match self {
            Self::SignedOut(next) => {
                let login = login_path(next.as_deref());
                // A fragment's request cannot follow to a whole page: the script is told to go there.
                let location = (header::LOCATION, login.clone());
                return HttpResponse::SeeOther()
                    .insert_header(location)
                    .insert_header(("hx-redirect", login))
                    .finish();
            }
            Self::Shown(StatusCode::SERVICE_UNAVAILABLE, words) => {
                (StatusCode::SERVICE_UNAVAILABLE, words.as_ref(), Some("5"))
            }
            Self::Shown(status, words) => (*status, words.as_ref(), None),
            Self::Later(seconds, words) => {
                (StatusCode::TOO_MANY_REQUESTS, Some(words), Some(seconds.as_str()))
            }
        };
        // So that the reference that the page names is in the log; what went wrong here has a line of its own. A flood that is
        // turned away is not to fill the log instead.
        if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS {
            tracing::info!(status = status.as_u16(), "a page was refused");
        }
        let mut page = ErrorPage::new(status.as_u16(), RequestId::current().map(|id| id.to_string()));
        if let Some(words) = words {
            page.advice.clone_from(words);
        }
        let mut response = HttpResponse::build(status);
        response.insert_header((header::CACHE_CONTROL, "no-store"));
        if let Some(seconds) = seconds {
            response.insert_header((header::RETRY_AFTER, seconds));
        }
        match page.render() {
            Ok(html) => response.content_type("text/html; charset=utf-8").body(html),
            Err(_) => response
                .content_type("text/plain; charset=utf-8")
                .body(page.title),
        }
    }
}

impl From<AuthRefusal> for PageError {
    fn from(refusal: AuthRefusal) -> Self {
        match refusal {
            AuthRefusal::SignedOut => Self::SignedOut(None),
            AuthRefusal::OtherRole | AuthRefusal::Refused(Refusal::Denied(Denied::OtherRole(_))) => {
                Self::forbidden()
            }
            AuthRefusal::Refused(Refusal::Denied(Denied::Lacks(permission))) => Self::Shown(
                StatusCode::FORBIDDEN,
                Some(format!(
                    "It takes the permission “{}”. Whoever manages the people of your organization can give it to you.",
                    permission.label()
                )),
            ),
            AuthRefusal::Refused(Refusal::Denied(Denied::Confined)) => Self::Shown(
                StatusCode::FORBIDDEN,
                Some(
                    "It concerns the whole organization, and you see some of its sites alone. Whoever manages the people of \
                     your organization can change that."
                        .into(),
                ),
            ),
            AuthRefusal::Refused(Refusal::NoRow) => {
                Self::internal(&"a route has no row in the table of rights")
            }
            AuthRefusal::Forged => Self::Shown(
                StatusCode::FORBIDDEN,
                Some(
                    "The form does not come from this session. Go back, reload the page and try once more."
                        .into(),
                ),
            ),
            AuthRefusal::Unavailable(error) => Self::unavailable(&error),
        }
    }
}

impl From<DbErr> for PageError {
    fn from(error: DbErr) -> Self {
        match Fault::of(&error) {
            Fault::Asker => Problem::from(error).into(),
            Fault::Away => Self::unavailable(&error),
            Fault::Own => Self::internal(&error),
        }
    }
}

impl From<askama::Error> for PageError {
    fn from(error: askama::Error) -> Self {
        Self::internal(&error)
    }
}

impl From<RegistryError> for PageError {
    fn from(error: RegistryError) -> Self {
        match error {
            RegistryError::NotFound(_) => Self::not_found(),
            RegistryError::NotAllowed(_) => Self::forbidden(),
            RegistryError::Invalid { why, .. } => {
                Self::Shown(StatusCode::UNPROCESSABLE_ENTITY, Some(sentence(&why)))
            }
            RegistryError::Faults(faults) => {
                let told = faults.iter().map(|fault| sentence(&fault.why));
                let told = told.collect::<Vec<_>>().join(" ");
                Self::Shown(StatusCode::UNPROCESSABLE_ENTITY, Some(told))
            }
            RegistryError::Conflict(why) => Self::Shown(StatusCode::CONFLICT, Some(sentence(why))),
            error @ RegistryError::TooMany { .. } => Problem::from(error).into(),
            RegistryError::Import(_) => Self::bad_request(),
            RegistryError::Database(error) => error.into(),
        }
    }
}

impl From<EndpointError> for PageError {
    fn from(error: EndpointError) -> Self {
        match error {
            EndpointError::NotFound => Self::not_found(),
            EndpointError::Keys(error) => Self::internal(&error),
            EndpointError::Database(error) => error.into(),
            error => Self::Shown(
                StatusCode::UNPROCESSABLE_ENTITY,
                Some(sentence(&error.to_string())),
            ),
        }
    }
}

impl From<IdentityError> for PageError {
    fn from(error: IdentityError) -> Self {
        match error {
            IdentityError::NotSignedIn => Self::SignedOut(None),
            error => Problem::from(error).into(),
        }
    }
}

impl From<Problem> for PageError {
    fn from(problem: Problem) -> Self {
        let words = problem.detail_text().map(sentence);
        match (problem.header_text(&header::RETRY_AFTER), words) {
            (Some(seconds), Some(words)) if problem.status() == StatusCode::TOO_MANY_REQUESTS => {
                Self::Later(seconds.to_owned(), words)
            }
            (_, words) => Self::Shown(problem.status(), words),
        }
    }
}

/// The rooms' words begin small and end without a point.
pub(super) fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters
        .next()
        .map(|letter| letter.to_uppercase().to_string())
        .unwrap_or_default();
    let end = if words.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}
