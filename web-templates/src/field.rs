//! The fields of a [`crate::Form`].

use crate::parts::Choice;

/// One field.
#[derive(Debug, Clone)]
pub struct Field {
    /// The name under which it is sent.
    pub name: String,
    /// What it is.
    pub label: String,
    /// What is in it; of a choice its `Choice::selected` counts.
    pub value: String,
    /// What sort it is.
    pub kind: FieldKind,
    /// A line below it; may be empty.
    pub hint: String,
    /// What is wrong with it, a sentence.
    pub error: Option<String>,
    /// Whether it has to be filled.
    pub required: bool,
    /// What can be chosen.
    pub choices: Vec<Choice>,
    /// An example within an empty field, shown as `e.g. D000017`; may be empty.
    pub placeholder: String,
    /// The browser's `autocomplete`; `off` unless told.
    pub autocomplete: &'static str,
    /// How much of the line it takes.
    pub width: Width,
}

/// What sort of field it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// One line of words.
    Text,
    /// A serial, an address, a code: one line in figures that are compared one by one.
    Code,
    /// An email address.
    Email,
    /// A telephone number.
    Phone,
    /// A web address.
    Url,
    /// A password: never shown again.
    Password,
    /// A whole number.
    Number,
    /// A day.
    Date,
    /// Several lines.
    Area,
    /// One of many, folded.
    Select,
    /// One of few, each with its words.
    Radio,
    /// Any of some, for example permissions. Each is sent under the same name.
    Checks,
    /// Yes or no: sent as `on`.
    Check,
    /// What stands there and is not asked: it is not sent.
    Fixed,
    /// A file. The form becomes `multipart/form-data`.
    File {
        /// What the browser offers, for example `.csv,text/csv`.
        accept: &'static str,
    },
}

/// How much of a line a field takes where there is room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Width {
    /// All of it.
    Full,
    /// Half of it.
    #[default]
    Half,
    /// A third.
    Third,
}

impl Width {
    /// Its class in the stylesheet.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Half => "half",
            Self::Third => "third",
        }
    }
}

impl Choice {
    /// An entry of a choice.
    pub fn new(value: impl Into<String>, label: impl Into<String>, selected: bool) -> Self {
        Self {
            value: value.into(),
            label: label.into(),
            selected,
        }
    }
}

impl Field {
    /// A field of a sort.
    pub fn new(kind: FieldKind, name: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            label: label.into(),
            value: String::new(),
            kind,
            hint: String::new(),
            error: None,
            required: false,
            choices: Vec::new(),
            placeholder: String::new(),
            autocomplete: "off",
            width: if matches!(
                kind,
                FieldKind::Area
                    | FieldKind::Radio
                    | FieldKind::Checks
                    | FieldKind::Check
                    | FieldKind::File { .. }
            ) {
                Width::Full
            } else {
                Width::Half
            },
        }
    }

    /// One line of words.
    pub fn text(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(FieldKind::Text, name, label)
    }

    /// What stands there and is not asked.
    pub fn fixed(name: impl Into<String>, label: impl Into<String>, value: impl Into<String>) -> Self {
        Self::new(FieldKind::Fixed, name, label).value(value)
    }

    /// A serial, an address, a code.
    pub fn code(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(FieldKind::Code, name, label)
    }

    /// An email address.
    pub fn email(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(FieldKind::Email, name, label)
    }

    /// A telephone number.
    pub fn phone(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(FieldKind::Phone, name, label)
    }

    /// Several lines.
    pub fn area(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(FieldKind::Area, name, label)
    }

    /// One of many.
    pub fn select(name: impl Into<String>, label: impl Into<String>, choices: Vec<Choice>) -> Self {
        Self::new(FieldKind::Select, name, label).among(choices)
    }

    /// One of few.
    pub fn radio(name: impl Into<String>, label: impl Into<String>, choices: Vec<Choice>) -> Self {
        Self::new(FieldKind::Radio, name, label).among(choices)
    }

    /// Any of some.
    pub fn checks(name: impl Into<String>, label: impl Into<String>, choices: Vec<Choice>) -> Self {
        Self::new(FieldKind::Checks, name, label).among(choices)
    }

    /// Yes or no.
    pub fn check(name: impl Into<String>, label: impl Into<String>, checked: bool) -> Self {
        let mut field = Self::new(FieldKind::Check, name, label);
        if checked {
            "on".clone_into(&mut field.value);
        }
        field
    }

    /// A file of comma-separated values.
    pub fn csv(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(
            FieldKind::File {
                accept: ".csv,text/csv",
            },
            name,
            label,
        )
    }

    fn among(mut self, choices: Vec<Choice>) -> Self {
        self.choices = choices;
        self
    }

    /// With what is in it.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.set(&value.into());
        self
    }

    /// With a line below it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// With an example in it while it is empty.
    #[must_use]
    pub fn placeholder(mut self, placeholder: impl Into<String>) -> Self {
        self.placeholder = placeholder.into();
        self
    }

    /// With what is wrong with it.
    #[must_use]
    pub fn error(mut self, error: impl Into<String>) -> Self {
        self.error = Some(error.into());
        self
    }

    /// It has to be filled.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// With the browser's `autocomplete`.
    #[must_use]
    pub fn autocomplete(mut self, autocomplete: &'static str) -> Self {
        self.autocomplete = autocomplete;
        self
    }

    /// As wide as this.
    #[must_use]
    pub fn width(mut self, width: Width) -> Self {
        self.width = width;
        self
    }

    pub(crate) fn set(&mut self, value: &str) {
        value.clone_into(&mut self.value);
        if matches!(self.kind, FieldKind::Select | FieldKind::Radio) {
            for choice in &mut self.choices {
                choice.selected = choice.value == value;
            }
        }
    }

    /// The `type` of its `<input>`.
    pub(crate) fn input(&self) -> &'static str {
        match self.kind {
            FieldKind::Email => "email",
            FieldKind::Phone => "tel",
            FieldKind::Url => "url",
            FieldKind::Password => "password",
            FieldKind::Number => "number",
            FieldKind::Date => "date",
            _ => "text",
        }
    }

    /// Whether it may be left empty, and that is worth a word: a choice without an empty entry always has a value.
    pub(crate) fn is_optional(&self) -> bool {
        !self.required
            && match self.kind {
                FieldKind::Select | FieldKind::Radio => {
                    self.choices.iter().any(|choice| choice.value.is_empty())
                }
                FieldKind::Checks | FieldKind::Check | FieldKind::Fixed => false,
                _ => true,
            }
    }

    pub(crate) fn is_code(&self) -> bool {
        self.kind == FieldKind::Code
    }

    /// What a browser writes back into the field: never a password.
    pub(crate) fn shown(&self) -> &str {
        if self.kind == FieldKind::Password {
            ""
        } else {
            &self.value
        }
    }
}

/// A choice's words and what is said about it: `Manage devices – add, place, activate` has both.
pub(crate) fn parted(label: &str) -> (&str, &str) {
    label.split_once(" – ").unwrap_or((label, ""))
}
