//! What can be done on a page: buttons, some of which first ask for a word more.

use crate::forms::Form;
use crate::icon::Icon;

/// Something that can be done: a link, a button, or a button that first asks for a word more.
#[derive(Debug, Clone)]
pub struct Action {
    /// The text of its button, for example `Deactivate`.
    pub label: String,
    /// Its picture.
    pub icon: Option<Icon>,
    /// What it does, a sentence; may be empty. Shown where actions stand in a list.
    pub hint: String,
    /// How strong it looks.
    pub weight: Weight,
    /// What happens.
    pub does: Does,
}

/// How strong a button looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Weight {
    /// What most people come for; at most one on a page.
    Primary,
    /// Any other.
    #[default]
    Quiet,
    /// What cannot be undone.
    Danger,
}

impl Weight {
    /// Its class in the stylesheet.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Primary => "btn-primary",
            Self::Quiet => "btn-quiet",
            Self::Danger => "btn-danger",
        }
    }
}

/// What an [`Action`] does.
#[derive(Debug, Clone)]
pub enum Does {
    /// Leads to a page.
    Go(String),
    /// Posts at once.
    Post(Form),
    /// Opens a form below the button, without any script: a question to be answered, or fields to be filled.
    Ask(Form),
    /// Prints the page.
    Print,
}

impl Action {
    /// Leads to a page.
    pub fn go(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self::new(label, Does::Go(href.into()))
    }

    /// Posts at once, with the form's hidden values.
    pub fn post(form: Form) -> Self {
        Self::new(form.submit.clone(), Does::Post(form))
    }

    /// The same under another name than its button, where actions stand in a list.
    pub fn post_as(label: impl Into<String>, form: Form) -> Self {
        Self::new(label, Does::Post(form))
    }

    /// Opens the form below a button of this text.
    pub fn ask(label: impl Into<String>, form: Form) -> Self {
        let weight = if form.danger {
            Weight::Danger
        } else {
            Weight::Quiet
        };
        let mut action = Self::new(label, Does::Ask(form));
        action.weight = weight;
        action
    }

    /// Prints the page.
    pub fn print() -> Self {
        Self::new("Print", Does::Print).icon(Icon::Print)
    }

    fn new(label: impl Into<String>, does: Does) -> Self {
        Self {
            label: label.into(),
            icon: None,
            hint: String::new(),
            weight: Weight::Quiet,
            does,
        }
    }

    /// With a picture.
    #[must_use]
    pub fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// With a sentence about what it does.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// What most people come for.
    #[must_use]
    pub fn primary(mut self) -> Self {
        self.weight = Weight::Primary;
        self
    }
}
