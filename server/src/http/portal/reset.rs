//! `GET` and `POST /reset/{token}`: somebody who asked for it chooses a new password.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use web_templates::DoorPage;

use super::door::{self, Chosen};
use super::error::PageError;
use super::local::{own_form, see};
use super::page::{html, html_with};
use crate::http::State;
use crate::http::auth::no_session_cookie;
use crate::identity::{Email, IdentityError};

/// Whose password, and the form.
pub(super) async fn get(state: web::Data<State>, link: web::Path<String>) -> Result<HttpResponse, PageError> {
    match whose(&state, &link).await {
        Ok(email) => html(&page(&link, &email)),
        Err(error) => door::refused(error),
    }
}

/// Sets it. Every session has ended with that, also one of this browser, so the sign-in comes next.
pub(super) async fn post(
    state: web::Data<State>,
    request: HttpRequest,
    link: web::Path<String>,
    chosen: web::Form<Chosen>,
) -> Result<HttpResponse, PageError> {
    own_form(&request)?;
    let email = match whose(&state, &link).await {
        Ok(email) => email,
        Err(error) => return door::refused(error),
    };
    let mut page = page(&link, &email);
    let Some(form) = &mut page.form else {
        return Err(PageError::bad_request());
    };
    let Some(password) = chosen.into_inner().password() else {
        form.refuse("again", "This is not the same password.");
        return html_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    let token = door::token(&link)?;
    if let Err(error) = state.identity().reset_password(&token, password).await {
        return match door::fault(form, error) {
            Ok(()) => html_with(StatusCode::UNPROCESSABLE_ENTITY, &page),
            Err(error) => door::refused(error),
        };
    }
    let mut response = see("/login?said=password-changed");
    response
        .add_cookie(&no_session_cookie(state.site()))
        .map_err(|error| PageError::internal(&error))?;
    Ok(response)
}

async fn whose(state: &State, link: &str) -> Result<Email, IdentityError> {
    state.identity().reset_of(&door::token(link)?).await
}

fn page(link: &str, email: &Email) -> DoorPage {
    DoorPage::new(
        "Choose a new password",
        format!("For {email}. All sessions of the account end with that, on every device."),
    )
    .form(door::choose(format!("/reset/{link}"), "Set the password"))
}
