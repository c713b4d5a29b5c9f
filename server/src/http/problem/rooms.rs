//! The one place that turns the rooms' errors into problems.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header;
use sea_orm::DbErr;

use super::Problem;
use super::database::Fault;
use crate::forwarding::EndpointError;
use crate::identity::IdentityError;
use crate::registry::{ClaimError, RegistryError};

impl From<DbErr> for Problem {
    fn from(error: DbErr) -> Self {
        match Fault::of(&error) {
            Fault::Asker => Self::new(
                "invalid",
                StatusCode::UNPROCESSABLE_ENTITY,
                "A value cannot be taken",
            )
            .detail("a text holds a character that cannot be stored, or a number is out of range"),
            Fault::Away => Self::unavailable(&error),
            Fault::Own => Self::internal(&error),
        }
    }
}

impl From<IdentityError> for Problem {
    fn from(error: IdentityError) -> Self {
        let told = error.to_string();
        match error {
            IdentityError::WrongCredentials => Self::new(
                "wrong-credentials",
                StatusCode::UNAUTHORIZED,
                "The sign-in was not accepted",
            )
            .detail(told),
            IdentityError::TooManyAttempts { retry_after } => too_many(retry_after),
            IdentityError::Busy => Self::new(
                "too-busy",
                StatusCode::SERVICE_UNAVAILABLE,
                "Too many sign-ins at once",
            )
            .header(header::RETRY_AFTER, "3"),
            IdentityError::NotSignedIn => Self::new(
                "not-signed-in",
                StatusCode::UNAUTHORIZED,
                "A valid access token is needed",
            )
            .detail("ask for one with POST /api/v1/token and send it as Authorization: Bearer …")
            .header(header::WWW_AUTHENTICATE, "Bearer"),
            IdentityError::NotAllowed(why) => Self::forbidden(why),
            IdentityError::NotNow(why) => Self::conflict(why),
            IdentityError::BadEmail => Self::invalid("email", told),
            IdentityError::BadPassword(_) => Self::invalid("password", told),
            IdentityError::BadName => Self::invalid("name", told),
            IdentityError::BadTimeZone => Self::invalid("time_zone", told),
            IdentityError::WrongPassword => Self::invalid("present", told),
            IdentityError::EmailTaken | IdentityError::AlreadyInvited => {
                Self::conflict(told).member("field", "email")
            }
            IdentityError::LinkOver | IdentityError::AddressHasAccount => Self::conflict(told),
            IdentityError::NoSuchOrganisation | IdentityError::NoSuchUser => {
                Self::not_found("user or organisation")
            }
            IdentityError::NoSuchSite => Self::not_found("site"),
            IdentityError::NoSuchTeam => Self::not_found("care team"),
            IdentityError::NoSuchInvitation => Self::not_found("open invitation"),
            IdentityError::Database(error) => error.into(),
            IdentityError::Machinery(why) => Self::internal(&why),
        }
    }
}

fn too_many(retry_after: Duration) -> Problem {
    let seconds = retry_after.as_secs() + 1;
    Problem::new(
        "too-many-attempts",
        StatusCode::TOO_MANY_REQUESTS,
        "Too many attempts",
    )
    .detail(format!("try again in {seconds} s"))
    .header(header::RETRY_AFTER, &seconds.to_string())
}

impl From<RegistryError> for Problem {
    fn from(error: RegistryError) -> Self {
        match error {
            RegistryError::NotFound(what) => Self::not_found(what),
            RegistryError::NotAllowed(why) => Self::forbidden(why),
            RegistryError::Invalid { field, why } => Self::invalid(field, why),
            RegistryError::Faults(faults) => Self::several(&faults),
            RegistryError::Conflict(why) => Self::conflict(why),
            RegistryError::TooMany { retry_after } => too_many(retry_after),
            RegistryError::Import(lines) => {
                Self::invalid("file", "some lines cannot be imported").member("lines", lines)
            }
            RegistryError::Database(error) => error.into(),
        }
    }
}

impl From<ClaimError> for Problem {
    fn from(error: ClaimError) -> Self {
        match error {
            ClaimError::UnknownCode => Self::new(
                "unknown-claim-code",
                StatusCode::NOT_FOUND,
                "The claim code is not valid",
            )
            .detail("codes live 10 minutes and work once; ask for a new one in the portal"),
            ClaimError::BadVersion => Self::invalid("version", "must have at most 64 printable characters"),
            ClaimError::Database(error) => error.into(),
        }
    }
}

impl From<EndpointError> for Problem {
    fn from(error: EndpointError) -> Self {
        let told = error.to_string();
        match error {
            EndpointError::NotFound => Self::not_found("endpoint or delivery"),
            EndpointError::Address(_) => Self::invalid("url", told),
            EndpointError::Description => Self::invalid("description", told),
            EndpointError::Batch => Self::invalid("batch_max", told),
            EndpointError::Concurrency => Self::invalid("max_concurrency", told),
            EndpointError::TooMany => Self::conflict(told),
            EndpointError::Keys(error) => Self::internal(&error),
            EndpointError::Database(error) => error.into(),
        }
    }
}
