//! Who makes a request: extractors for the API (an access token) and for the portal (a session's cookie). Neither takes
//! the other's proof, so the API has no surface for cross-site request forgery.

use std::marker::PhantomData;

use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::Payload;
use actix_web::http::uri::Authority;
use actix_web::http::{StatusCode, header};
use actix_web::{Error, FromRequest, HttpRequest, web};
use futures_util::future::LocalBoxFuture;

use super::access::{self, Refusal};
use super::problem::Problem;
pub use super::remote::remote;
use super::{Site, State};
use crate::ground::enums::UserRole;
use crate::identity::{Caller, CallerScope, IdentityError, Person, Session, SessionSecret};
use crate::tenancy::{AdminScope, CustomerScope, Denied, Right};

/// Anybody with an access token.
#[derive(Debug)]
pub struct ApiCaller(pub Caller);

/// An administrator of the platform with an access token.
#[derive(Debug)]
pub struct ApiAdmin {
    /// What they may touch.
    pub scope: AdminScope,
    /// Who it is.
    pub person: Person,
}

/// A customer's user with an access token.
#[derive(Debug)]
pub struct ApiCustomer {
    /// What they may touch.
    pub scope: CustomerScope,
    /// Who it is.
    pub person: Person,
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Denied(Denied::Lacks(permission)) => {
                Self::forbidden(format!("it takes the permission {}", permission.as_str()))
            }
            Refusal::Denied(Denied::OtherRole(right)) => {
                let roles: Vec<&str> = right.roles().map(UserRole::as_str).collect();
                Self::forbidden(format!("this is for users of the role {}", roles.join(", ")))
            }
            Refusal::Denied(Denied::Confined) => {
                Self::forbidden("it concerns the whole customer, and you see some of its sites alone")
            }
            Refusal::NoRow => Self::forbidden("nobody may do that"),
        }
    }
}

impl FromRequest for ApiCaller {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let (state, request) = (state(request), request.clone());
        Box::pin(async move {
            let token = bearer(&request).ok_or(IdentityError::NotSignedIn)?;
            let caller = state?.identity().caller_of_token(token).await?;
            access::check(&request, &caller)?;
            Ok(Self(caller))
        })
    }
}

impl FromRequest for ApiAdmin {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let caller = ApiCaller::from_request(request, payload);
        Box::pin(async move {
            let ApiCaller(Caller { person, scope }) = caller.await?;
            match scope {
                CallerScope::Admin(scope) => Ok(Self { scope, person }),
                _ => Err(Problem::forbidden("this is for administrators of the platform")),
            }
        })
    }
}

impl FromRequest for ApiCustomer {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let caller = ApiCaller::from_request(request, payload);
        Box::pin(async move {
            let ApiCaller(Caller { person, scope }) = caller.await?;
            match scope {
                CallerScope::Customer(scope) => Ok(Self { scope, person }),
                _ => Err(Problem::forbidden("this is for a customer's own users")),
            }
        })
    }
}

/// What the person of a token may see of measurements by now, for an answer that takes its time.
///
/// # Errors
/// The problem with which a new request of theirs would be answered.
pub async fn reads_by_now(state: &State, token: &str) -> Result<CustomerScope, Problem> {
    of_customer_by_now(state, token, Right::SeeMeasurements).await
}

/// The same of whatever takes this right.
///
/// # Errors
/// The problem with which a new request of theirs would be answered.
pub async fn of_customer_by_now(state: &State, token: &str, right: Right) -> Result<CustomerScope, Problem> {
    let caller = state.identity().caller_of_token(token).await?;
    caller.check(right).map_err(Refusal::Denied)?;
    match caller.scope {
        CallerScope::Customer(scope) => Ok(scope),
        _ => Err(Problem::forbidden("this is for a customer's own users")),
    }
}

/// Why a page is not shown. The portal turns it into its own error: the login page, or a page that says why not.
#[derive(Debug)]
pub enum AuthRefusal {
    /// No session, or one that is over.
    SignedOut,
    /// Signed in, but the page is for somebody else.
    OtherRole,
    /// Signed in, but the table of rights does not let them.
    Refused(Refusal),
    /// A form that another site sent, or whose token does not belong to the session.
    Forged,
    /// The database did not answer.
    Unavailable(IdentityError),
}

impl From<AuthRefusal> for Problem {
    fn from(refusal: AuthRefusal) -> Self {
        match refusal {
            AuthRefusal::SignedOut => {
                Self::new("signed-out", StatusCode::UNAUTHORIZED, "The session is over")
                    .detail("sign in again")
            }
            AuthRefusal::OtherRole => Self::forbidden("this page is not for this user"),
            AuthRefusal::Refused(refusal) => refusal.into(),
            AuthRefusal::Forged => Self::new(
                "forged-form",
                StatusCode::FORBIDDEN,
                "The form could not be taken",
            )
            .detail("it does not come from this session; load the page again"),
            AuthRefusal::Unavailable(error) => error.into(),
        }
    }
}

/// Somebody signed in to the portal. `E` is the portal's error, which decides what a refusal looks like.
#[derive(Debug)]
pub struct SessionCaller<E = Problem> {
    /// The session with its caller and its secret.
    pub session: Session,
    refusal: PhantomData<fn() -> E>,
}

impl<E> SessionCaller<E> {
    /// What a form of this session carries in the field `csrf`.
    pub fn csrf_token(&self, state: &State) -> String {
        state.identity().csrf_token(&self.session.secret)
    }

    /// Refuses a form that does not carry it.
    pub fn check_csrf(&self, state: &State, token: &str) -> Result<(), AuthRefusal> {
        if state.identity().check_csrf(&self.session.secret, token) {
            Ok(())
        } else {
            Err(AuthRefusal::Forged)
        }
    }

    /// The customer's scope, where the page is a customer's.
    pub fn customer(&self) -> Result<&CustomerScope, AuthRefusal> {
        match &self.session.caller.scope {
            CallerScope::Customer(scope) => Ok(scope),
            _ => Err(AuthRefusal::OtherRole),
        }
    }

    /// The administrator's scope, where the page is one of the platform's own people.
    pub fn admin(&self) -> Result<&AdminScope, AuthRefusal> {
        match &self.session.caller.scope {
            CallerScope::Admin(scope) => Ok(scope),
            _ => Err(AuthRefusal::OtherRole),
        }
    }
}

impl<E: From<AuthRefusal> + Into<Error> + 'static> FromRequest for SessionCaller<E> {
    type Error = E;
    type Future = LocalBoxFuture<'static, Result<Self, E>>;

    /// Every request that may change something must come from a page of this server.
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let state = state(request);
        let is_foreign = !request.method().is_safe() && !is_same_origin(request);
        let request = request.clone();
        let secret = state
            .as_ref()
            .ok()
            .and_then(|state| session_secret(&request, state.site()));
        Box::pin(async move {
            if is_foreign {
                return Err(AuthRefusal::Forged.into());
            }
            let (Ok(state), Some(secret)) = (state, secret) else {
                return Err(AuthRefusal::SignedOut.into());
            };
            match state.identity().session(&secret).await {
                Ok(session) => {
                    access::check(&request, &session.caller).map_err(AuthRefusal::Refused)?;
                    Ok(Self {
                        session,
                        refusal: PhantomData,
                    })
                }
                Err(IdentityError::NotSignedIn) => Err(AuthRefusal::SignedOut.into()),
                Err(error) => Err(AuthRefusal::Unavailable(error).into()),
            }
        })
    }
}

/// The secret in the session's cookie.
pub fn session_secret(request: &HttpRequest, site: &Site) -> Option<SessionSecret> {
    SessionSecret::parse(request.cookie(cookie_name(site))?.value())
}

/// The cookie of a new session: out of reach for scripts, for other sites and for plain HTTP.
pub fn session_cookie(session: &Session, state: &State) -> Cookie<'static> {
    let lives = (session.expires_at - state.ground().now()).num_seconds().max(0);
    cookie(session.secret.expose(), lives, state.site())
}

/// The cookie that takes the session's away.
pub fn no_session_cookie(site: &Site) -> Cookie<'static> {
    cookie(String::new(), 0, site)
}

fn cookie(value: String, lives_seconds: i64, site: &Site) -> Cookie<'static> {
    Cookie::build(cookie_name(site), value)
        .path("/")
        .http_only(true)
        .secure(site.secure_cookie)
        // Lax and not Strict: a link in a mail opens the page signed in. It is sent with no cross-site form.
        .same_site(SameSite::Lax)
        .max_age(actix_web::cookie::time::Duration::seconds(lives_seconds))
        .finish()
}

/// With the prefix, browsers take the cookie from this host alone and over a secure connection alone.
fn cookie_name(site: &Site) -> &'static str {
    if site.secure_cookie {
        "__Host-vitalwire"
    } else {
        "vitalwire"
    }
}

/// Whether the browser says that a page of this server sent the request. Browsers add `Sec-Fetch-Site` over secure
/// connections and `Origin` to every form; a request with neither comes from no browser, so nobody's cookie was abused.
pub fn is_same_origin(request: &HttpRequest) -> bool {
    let text = |name: &str| {
        request
            .headers()
            .get(name)
            .map(|value| value.to_str().unwrap_or("unreadable"))
    };
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text("origin") else { return true };
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let host = host.or_else(|| request.uri().authority().map(Authority::as_str));
    origin
        .split_once("://")
        .is_some_and(|(_, authority)| Some(authority) == host)
}

/// The token of an `Authorization: Bearer …` header.
pub fn bearer(request: &HttpRequest) -> Option<&str> {
    let (scheme, token) = request
        .headers()
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .split_once(' ')?;
    Some(token.trim()).filter(|token| scheme.eq_ignore_ascii_case("bearer") && !token.is_empty())
}

fn state(request: &HttpRequest) -> Result<web::Data<State>, Problem> {
    request
        .app_data::<web::Data<State>>()
        .cloned()
        .ok_or_else(|| Problem::unavailable(&"no state was wired in"))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(&[], true)]
    #[case(&[("sec-fetch-site", "same-origin")], true)]
    #[case(&[("sec-fetch-site", "none")], true)]
    #[case(&[("sec-fetch-site", "same-site")], false)]
    #[case(&[("sec-fetch-site", "cross-site"), ("origin", "http://v.example")], false)]
    #[case(&[("origin", "http://v.example")], true)]
    #[case(&[("origin", "http://evil.example")], false)]
    #[case(&[("origin", "null")], false)]
    fn a_form_of_another_site_is_recognised(#[case] headers: &[(&str, &str)], #[case] expected: bool) {
        let request = headers.iter().fold(
            TestRequest::post().insert_header(("host", "v.example")),
            |request, header| request.insert_header(*header),
        );
        assert_eq!(is_same_origin(&request.to_http_request()), expected);
    }

    #[test]
    fn only_a_bearer_is_a_bearer() {
        let of = |value: &str| {
            let request = TestRequest::get()
                .insert_header(("authorization", value))
                .to_http_request();
            bearer(&request).map(str::to_owned)
        };
        assert_eq!(of("Bearer abc"), Some("abc".to_owned()));
        assert_eq!(of("bearer  abc "), Some("abc".to_owned()));
        assert_eq!(of("Basic abc"), None);
        assert_eq!(of("Bearer "), None);
    }
}
