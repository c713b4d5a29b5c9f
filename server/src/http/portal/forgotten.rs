//! `GET` and `POST /forgot`: asks for a link for a new password.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use web_templates::{DoorPage, Field, Form, Width};

use super::door;
use super::error::PageError;
use super::local::own_form;
use super::page::html;
use crate::http::State;
use crate::http::auth::remote;
use crate::identity::IdentityError;

#[derive(Deserialize)]
pub(super) struct In {
    email: String,
}

/// The form.
pub(super) async fn get() -> Result<HttpResponse, PageError> {
    html(&form(""))
}

/// Whatever was typed, the answer is the same: it does not say whether there is an account.
pub(super) async fn post(
    state: web::Data<State>,
    request: HttpRequest,
    typed: web::Form<In>,
) -> Result<HttpResponse, PageError> {
    own_form(&request)?;
    let email = &typed.email;
    match state.identity().ask_for_reset(email, remote(&request)).await {
        Ok(()) => html(
            &DoorPage::new(
                "Look into your mail",
                "If there is an account for this address, a link is on its way to it. It works once, within an hour.",
            )
            .way("Back to the sign-in", "/login"),
        ),
        Err(IdentityError::TooManyAttempts { retry_after }) => {
            let seconds = retry_after.as_secs() + 1;
            let mut page = form(email);
            if let Some(form) = &mut page.form {
                form.error = Some(format!(
                    "There were too many requests. Wait {}, then try again.",
                    door::in_words(seconds)
                ));
            }
            door::wait(&page, seconds)
        }
        Err(error) => Err(error.into()),
    }
}

fn form(email: &str) -> DoorPage {
    let address = Field::email("email", "Email")
        .required()
        .autocomplete("username")
        .width(Width::Full)
        .value(email);
    DoorPage::new(
        "Forgotten your password?",
        "Type the address with which you sign in. We send you a link to choose a new one.",
    )
    .form(Form::new("/forgot", "", "Send the link").fields(vec![address]))
    .way("Back to the sign-in", "/login")
}
