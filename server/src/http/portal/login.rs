//! `GET /login` and `POST /login`.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use web_templates::{Flash, LoginPage, Theme};

use super::error::{PageError, sentence};
use super::home::first_page;
use super::local::{local_path, own_form, see};
use super::page::{html, html_with};
use super::said::SaidQuery;
use super::unsent;
use super::visitor::Visitor;
use crate::http::State;
use crate::http::auth::{remote, session_cookie};
use crate::identity::{IdentityError, Password};

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
pub(super) struct In {
    email: String,
    password: String,
    #[serde(default)]
    next: String,
}

/// The form; who is signed in already goes on.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Result<Visitor, PageError>,
    asked: web::Query<Asked>,
    said: web::Query<SaidQuery>,
) -> Result<HttpResponse, PageError> {
    match visitor {
        Ok(visitor) => Ok(see(
            local_path(&asked.next).unwrap_or_else(|| first_page(visitor.scope()))
        )),
        Err(PageError::SignedOut(_)) => {
            let mut flashes = said.flashes();
            flashes.extend(unsent::on_the_way(&asked.next));
            let form = form("", &asked.next, None, flashes);
            html(&LoginPage {
                is_new: state.identity().system_lacks_administrator().await?,
                ..form
            })
        }
        Err(error) => Err(error),
    }
}

/// Signs in. Whatever is wrong with address or password, the answer is the same.
pub(super) async fn post(
    state: web::Data<State>,
    request: HttpRequest,
    typed: web::Form<In>,
) -> Result<HttpResponse, PageError> {
    own_form(&request)?;
    let In {
        email,
        password,
        next,
    } = typed.into_inner();
    let session = match state
        .identity()
        .sign_in(&email, Password::typed(password), remote(&request))
        .await
    {
        Ok(session) => session,
        Err(error) => return refused(error, &email, &next),
    };
    let mut response = see(local_path(&next).unwrap_or_else(|| first_page(&session.caller.scope)));
    let cookie = session_cookie(&session, &state);
    response
        .add_cookie(&cookie)
        .map_err(|error| PageError::internal(&error))?;
    Ok(response)
}

fn refused(error: IdentityError, email: &str, next: &str) -> Result<HttpResponse, PageError> {
    let (status, words, wait) = match &error {
        IdentityError::WrongCredentials => (StatusCode::UNAUTHORIZED, sentence(&error.to_string()), None),
        IdentityError::TooManyAttempts { retry_after } => {
            let seconds = retry_after.as_secs() + 1;
            let wait = if seconds < 90 {
                format!("{seconds} seconds")
            } else {
                format!("{} minutes", seconds.div_ceil(60))
            };
            let words = format!("There were too many attempts. Wait {wait}, then try again.");
            (StatusCode::TOO_MANY_REQUESTS, words, Some(seconds))
        }
        IdentityError::Busy => {
            let words = "Many people sign in right now. Try again in a few seconds.".to_owned();
            (StatusCode::SERVICE_UNAVAILABLE, words, Some(3))
        }
        _ => return Err(error.into()),
    };
    let mut response = html_with(status, &form(email, next, Some(words), Vec::new()))?;
    if let Some(seconds) = wait {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    Ok(response)
}

/// The form has no session to bind a token to; it is guarded by where the browser says that it comes from.
fn form(email: &str, next: &str, error: Option<String>, flashes: Vec<Flash>) -> LoginPage {
    LoginPage {
        email: email.to_owned(),
        error,
        flashes,
        csrf: String::new(),
        next: local_path(next).unwrap_or_default().to_owned(),
        is_new: false,
        theme: Theme::Auto,
    }
}
