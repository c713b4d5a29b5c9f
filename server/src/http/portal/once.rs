//! A secret that a page shows once, after the form that made it was answered by a redirect: so a page that is loaded again
//! shows it no more, and makes no other. In between it travels sealed in a cookie of that page alone, for this session, for
//! a minute; no address, no log and no table ever holds it.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::BASE64URL_NOPAD;

use super::local::see;
use super::visitor::Visitor;
use crate::ground::Purpose;
use crate::http::State;

const NAME: &str = "vitalwire-once";
/// How long the page may take to come.
const LIVES: TimeDelta = TimeDelta::minutes(1);

/// A secret, and when it was made.
#[derive(Debug)]
pub(super) struct Once {
    pub(super) secret: String,
    pub(super) made: DateTime<Utc>,
}

/// Leads to the page at `path`, which shows it.
pub(super) fn lead(state: &State, visitor: &Visitor, path: &str, secret: &str) -> HttpResponse {
    let plain = format!("{} {secret}", state.ground().now().timestamp_millis());
    let sealed = state
        .ground()
        .keys()
        .seal(Purpose::ShownOnce, &context(visitor, path), plain.as_bytes());
    let mut response = see(path);
    add(
        &mut response,
        &cookie(state, path, BASE64URL_NOPAD.encode(&sealed), LIVES),
    );
    response
}

/// What the page of this request is to show; none where it was shown, is too old or was made for another session or page.
pub(super) fn take(state: &State, visitor: &Visitor, request: &HttpRequest) -> Option<Once> {
    let sealed = BASE64URL_NOPAD
        .decode(request.cookie(NAME)?.value().as_bytes())
        .ok()?;
    let context = context(visitor, request.path());
    let plain = state
        .ground()
        .keys()
        .open(Purpose::ShownOnce, &context, &sealed)
        .ok()?;
    let plain = String::from_utf8(plain).ok()?;
    let (made, secret) = plain.split_once(' ')?;
    let made = DateTime::from_timestamp_millis(made.parse().ok()?)?;
    let age = state.ground().now() - made;
    (TimeDelta::zero()..LIVES).contains(&age).then(|| Once {
        secret: secret.to_owned(),
        made,
    })
}

/// The page has shown it.
pub(super) fn forget(state: &State, request: &HttpRequest, response: &mut HttpResponse) {
    let gone = cookie(state, request.path(), String::new(), TimeDelta::zero());
    add(response, &gone);
}

fn context(visitor: &Visitor, path: &str) -> Vec<u8> {
    [path, " ", &visitor.secret().expose()].concat().into_bytes()
}

fn cookie(state: &State, path: &str, value: String, lives: TimeDelta) -> Cookie<'static> {
    Cookie::build(NAME, value)
        .path(path.to_owned())
        .http_only(true)
        .secure(state.site().secure_cookie)
        .same_site(SameSite::Strict)
        .max_age(Duration::seconds(lives.num_seconds()))
        .finish()
}

/// A cookie of our own making is always one.
fn add(response: &mut HttpResponse, cookie: &Cookie<'_>) {
    crate::ground::swallow::swallow(
        response.add_cookie(cookie).map_err(|error| error.to_string()),
        "a page without its secret offers to make another",
    );
}
