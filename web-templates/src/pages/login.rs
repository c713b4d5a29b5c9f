//! The page to sign in.

use askama::Template;

use crate::frame::{Flash, Theme};

/// `GET /login`; the form posts `csrf`, `next`, `email`, `password` to the same.
#[derive(Debug, Clone, Template)]
#[template(path = "login.html")]
pub struct LoginPage {
    /// What was typed before, so that only the password is typed again.
    pub email: String,
    /// Why it did not work, a whole sentence.
    pub error: Option<String>,
    /// For example that the session has ended.
    pub flashes: Vec<Flash>,
    /// The token of the form.
    pub csrf: String,
    /// Where to go afterwards, a path of the portal; may be empty.
    pub next: String,
    /// Whether nobody can sign in yet, because there is no administrator.
    pub is_new: bool,
    /// Light or dark.
    pub theme: Theme,
}
