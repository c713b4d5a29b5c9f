//! Pages for somebody who is not signed in and has a link from a mail.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use serde::Deserialize;
use web_templates::{DoorPage, Field, FieldKind, Form, Width};

use super::error::{PageError, sentence};
use super::page::html_with;
use crate::identity::{IdentityError, LinkToken, Password};

/// A new password, typed twice.
#[derive(Deserialize)]
pub(super) struct Chosen {
    password: String,
    again: String,
}

impl Chosen {
    /// The password, unless the two differ.
    pub(super) fn password(self) -> Option<Password> {
        (self.password == self.again).then(|| Password::typed(self.password))
    }
}

/// The token of a link; what cannot be one is a link that works no longer.
pub(super) fn token(text: &str) -> Result<LinkToken, IdentityError> {
    LinkToken::parse(text).ok_or(IdentityError::LinkOver)
}

/// A field for a password.
pub(super) fn password(name: &str, label: &str, autocomplete: &'static str) -> Field {
    Field::new(FieldKind::Password, name, label)
        .required()
        .autocomplete(autocomplete)
        .width(Width::Full)
}

/// The form to choose a password. It has no session to bind a token to, and needs none: the address holds a secret that no
/// other site knows, and the browser says where the form comes from.
pub(super) fn choose(action: String, submit: &str) -> Form {
    Form::new(action, "", submit).fields(vec![
        password("password", "Password", "new-password").hint(
            "At least 12 characters. A few words that you remember are better than signs that you do not.",
        ),
        password("again", "The same again", "new-password"),
    ])
}

/// What went wrong with a link, as a page of its own: that it is over is no fault of whoever clicked on it.
pub(super) fn refused(error: IdentityError) -> Result<HttpResponse, PageError> {
    let page = match &error {
        IdentityError::LinkOver => DoorPage::new(
            "This link works no longer",
            "It has been used already, was taken back, or is over. If you have an account, sign in; if you have \
             forgotten your password, ask for another link; if you were invited, ask for another invitation.",
        ),
        IdentityError::AddressHasAccount | IdentityError::NotAllowed(_) => {
            let words = match &error {
                IdentityError::NotAllowed(why) => sentence(why),
                told => sentence(&told.to_string()),
            };
            DoorPage::new("No account was made", words)
        }
        _ => return Err(error.into()),
    };
    let page = page
        .way("Sign in", "/login")
        .way("Forgotten your password?", "/forgot");
    html_with(StatusCode::GONE, &page)
}

/// What is wrong with a password that was chosen; other errors come back.
pub(super) fn fault(form: &mut Form, error: IdentityError) -> Result<(), IdentityError> {
    match error {
        IdentityError::BadPassword(_) => form.refuse("password", sentence(&error.to_string())),
        error => return Err(error),
    }
    Ok(())
}

/// That somebody must wait.
pub(super) fn wait(page: &DoorPage, seconds: u64) -> Result<HttpResponse, PageError> {
    let mut response = html_with(StatusCode::TOO_MANY_REQUESTS, page)?;
    response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    Ok(response)
}

/// How long, in words.
pub(super) fn in_words(seconds: u64) -> String {
    if seconds < 90 {
        format!("{seconds} seconds")
    } else {
        format!("{} minutes", seconds.div_ceil(60))
    }
}
