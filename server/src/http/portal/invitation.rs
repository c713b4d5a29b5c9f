//! `GET` and `POST /invitation/{token}`: somebody who is invited chooses a password, and is signed in.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use web_templates::DoorPage;

use super::door::{self, Chosen};
use super::error::PageError;
use super::home::first_page;
use super::local::{own_form, see};
use super::page::{html, html_with};
use crate::http::State;
use crate::http::auth::session_cookie;
use crate::identity::{IdentityError, Invited};

/// Who is invited to what, and the form.
pub(super) async fn get(state: web::Data<State>, link: web::Path<String>) -> Result<HttpResponse, PageError> {
    match invited(&state, &link).await {
        Ok(invited) => html(&page(&link, &invited)),
        Err(error) => door::refused(error),
    }
}

/// Makes the account and signs it in. A second click finds that the link was used.
pub(super) async fn post(
    state: web::Data<State>,
    request: HttpRequest,
    link: web::Path<String>,
    chosen: web::Form<Chosen>,
) -> Result<HttpResponse, PageError> {
    own_form(&request)?;
    let invited = match invited(&state, &link).await {
        Ok(invited) => invited,
        Err(error) => return door::refused(error),
    };
    let mut page = page(&link, &invited);
    let Some(password) = chosen.into_inner().password() else {
        return again(page, "again", "This is not the same password.");
    };
    let accepted = state
        .identity()
        .accept_invitation(&door::token(&link)?, password)
        .await;
    let session = match accepted {
        Ok(session) => session,
        Err(error) => {
            let Some(form) = &mut page.form else {
                return Err(error.into());
            };
            return match door::fault(form, error) {
                Ok(()) => html_with(StatusCode::UNPROCESSABLE_ENTITY, &page),
                Err(error) => door::refused(error),
            };
        }
    };
    let mut response = see(first_page(&session.caller.scope));
    response
        .add_cookie(&session_cookie(&session, &state))
        .map_err(|error| PageError::internal(&error))?;
    Ok(response)
}

async fn invited(state: &State, link: &str) -> Result<Invited, IdentityError> {
    state.identity().invited(&door::token(link)?).await
}

fn page(link: &str, invited: &Invited) -> DoorPage {
    let to = invited
        .organisation
        .as_deref()
        .unwrap_or("the people who run this platform");
    let words = format!(
        "You are invited to {to}. Choose the password with which you will sign in as {}.",
        invited.email
    );
    DoorPage::new(format!("Welcome, {}", invited.name), words)
        .form(door::choose(format!("/invitation/{link}"), "Make my account"))
}

fn again(mut page: DoorPage, field: &str, fault: &str) -> Result<HttpResponse, PageError> {
    if let Some(form) = &mut page.form {
        form.refuse(field, fault);
    }
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}
