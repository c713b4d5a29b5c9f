//! The page for what cannot be shown.

use askama::Template;

use crate::frame::Theme;
use crate::parts::Tone;

/// An error as a page. It needs no session, so it can be shown to anybody.
#[derive(Debug, Clone, Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    /// The HTTP status.
    pub status: u16,
    /// What happened, for example `This page is not here`.
    pub title: String,
    /// What can be done about it, a sentence or two.
    pub advice: String,
    /// What to tell support, the request's id.
    pub reference: Option<String>,
    /// Where to go from here.
    pub home: String,
    /// The text of that link, for example `Back to your devices`.
    pub home_label: String,
    /// Light or dark.
    pub theme: Theme,
}

impl ErrorPage {
    /// The page of a status with the house's words for it, leading to `/`.
    pub fn new(status: u16, reference: Option<String>) -> Self {
        let (title, advice) = match status {
            400 => (
                "That request does not make sense",
                "Go back, reload the page and try once more.",
            ),
            401 => (
                "Please sign in",
                "Your session has ended. Sign in and you will be where you were.",
            ),
            403 => (
                "This is not yours to open",
                "Your account does not have the permission for it. Ask whoever looks after your organization’s accounts.",
            ),
            404 => (
                "There is nothing here",
                "The address may be mistyped, or what was here belongs to another organization now.",
            ),
            409 => (
                "Somebody was faster",
                "This was changed in the meantime. Reload the page to see how it stands.",
            ),
            413 => ("That is too large", "Send less at once."),
            429 => ("A little too fast", "Wait a minute and try again."),
            503 => (
                "We will be right back",
                "The platform cannot reach its database. What it has accepted is kept; devices and hubs send the rest again. Try again in a minute.",
            ),
            _ => (
                "Something went wrong on our side",
                "We have a record of it. Try again; if it stays, tell support the reference below.",
            ),
        };
        Self {
            status,
            title: title.to_owned(),
            advice: advice.to_owned(),
            reference,
            home: "/".to_owned(),
            home_label: "Back to the start".to_owned(),
            theme: Theme::Auto,
        }
    }

    /// Warm only where it is we who have to look.
    fn tone(&self) -> Tone {
        if self.status >= 500 {
            Tone::Warn
        } else {
            Tone::Quiet
        }
    }
}
