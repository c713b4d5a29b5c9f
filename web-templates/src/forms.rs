//! Forms: what a handler fills in a few lines, and the page draws with labels, hints and errors where they belong.
//!
//! ```
//! use web_templates::{Field, Form};
//!
//! let mut form = Form::new("/admin/distributors", "csrf-token", "Add the distributor")
//!     .cancel("/admin/distributors")
//!     .section("Company", vec![
//!         Field::text("legal_name", "Legal name").required(),
//!         Field::email("email", "Email").hint("Statements are sent there."),
//!     ]);
//! // After a refusal: what was typed stays, and each error stands at its field.
//! form.fill(&[("legal_name", "Meridian"), ("email", "meridian")]);
//! form.refuse("email", "This is no email address.");
//! assert_eq!(form.errors().count(), 1);
//! ```

use crate::field::{Field, FieldKind};
use crate::icon::Icon;
use crate::parts::Choice;

/// A form that posts. A field carries the id `f-<last part of the action>-<name>`, so that a page may hold several forms.
#[derive(Debug, Clone)]
pub struct Form {
    /// Where it is posted.
    pub action: String,
    /// The session's token, sent as `csrf`.
    pub csrf: String,
    /// The text of its button.
    pub submit: String,
    /// The picture on its button.
    pub icon: Option<Icon>,
    /// Where one goes without saving.
    pub cancel: Option<String>,
    /// Values that go along unseen.
    pub hidden: Vec<(String, String)>,
    /// What is wrong with the whole, a sentence.
    pub error: Option<String>,
    /// Its parts, in order.
    pub sections: Vec<Section>,
    /// Whether its button is the strong neutral one of what cannot be undone.
    pub danger: bool,
}

/// Fields that belong together.
#[derive(Debug, Clone)]
pub struct Section {
    /// Its title; empty where the form has only one part.
    pub title: String,
    /// A line below the title; may be empty.
    pub hint: String,
    /// Its fields, in order.
    pub fields: Vec<Field>,
}

impl Form {
    /// An empty form.
    pub fn new(action: impl Into<String>, csrf: impl Into<String>, submit: impl Into<String>) -> Self {
        Self {
            action: action.into(),
            csrf: csrf.into(),
            submit: submit.into(),
            icon: None,
            cancel: None,
            hidden: Vec::new(),
            error: None,
            sections: Vec::new(),
            danger: false,
        }
    }

    /// With a way out.
    #[must_use]
    pub fn cancel(mut self, href: impl Into<String>) -> Self {
        self.cancel = Some(href.into());
        self
    }

    /// With a picture on its button.
    #[must_use]
    pub fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// For what cannot be undone.
    #[must_use]
    pub fn danger(mut self) -> Self {
        self.danger = true;
        self
    }

    /// With a value that goes along unseen.
    #[must_use]
    pub fn hidden(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.hidden.push((name.into(), value.into()));
        self
    }

    /// With fields that belong together.
    #[must_use]
    pub fn section(self, title: impl Into<String>, fields: Vec<Field>) -> Self {
        self.section_with(title, "", fields)
    }

    /// The same with a line below the title.
    #[must_use]
    pub fn section_with(
        mut self,
        title: impl Into<String>,
        hint: impl Into<String>,
        fields: Vec<Field>,
    ) -> Self {
        self.sections.push(Section {
            title: title.into(),
            hint: hint.into(),
            fields,
        });
        self
    }

    /// With fields and no title.
    #[must_use]
    pub fn fields(self, fields: Vec<Field>) -> Self {
        self.section("", fields)
    }

    /// Puts back what was typed. A name that comes more than once ticks each of its boxes; a box whose name does not come
    /// at all is left as it was, so give every name that was sent or call it on a form without ticks.
    pub fn fill<N: AsRef<str>, V: AsRef<str>>(&mut self, pairs: &[(N, V)]) {
        let fields = self.sections.iter_mut().flat_map(|section| &mut section.fields);
        for field in fields.filter(|field| field.kind != FieldKind::Fixed) {
            let mut values = pairs
                .iter()
                .filter(|(name, _)| name.as_ref() == field.name)
                .map(|(_, value)| value.as_ref())
                .peekable();
            if values.peek().is_none() {
                continue;
            }
            if field.kind == FieldKind::Checks {
                let all: Vec<&str> = values.collect();
                for choice in &mut field.choices {
                    choice.selected = all.contains(&choice.value.as_str());
                }
            } else if let Some(value) = values.last() {
                field.set(value);
            }
        }
    }

    /// Offers a choice in place of a field into which something was typed that fits several; something else can be looked for
    /// in a field of its own below, `<name>_q`.
    pub fn narrow(&mut self, name: &str, choices: Vec<Choice>) {
        for section in &mut self.sections {
            let Some(at) = section.fields.iter().position(|field| field.name == name) else {
                continue;
            };
            let typed = section.fields[at].value.clone();
            let label = section.fields[at].label.clone();
            let none = Choice::new("", "None of these: look below", true);
            let all = std::iter::once(none).chain(choices).collect();
            section.fields[at] = Field::select(name, label, all);
            let other = Field::text(format!("{name}_q"), "Look for another")
                .value(typed)
                .hint("Part of the name is enough. It counts where none is chosen above.");
            section.fields.insert(at + 1, other);
            return;
        }
    }

    /// Says what is wrong with a field. A name that the form does not have is said of the whole.
    pub fn refuse(&mut self, name: &str, error: impl Into<String>) {
        let error = error.into();
        let field = self
            .sections
            .iter_mut()
            .flat_map(|section| &mut section.fields)
            .find(|field| field.name == name);
        if let Some(field) = field {
            field.error = Some(error);
        } else {
            let before = self.error.take().map(|before| before + " ");
            self.error = Some(before.unwrap_or_default() + &error);
        }
    }

    /// The fields that were refused.
    pub fn errors(&self) -> impl Iterator<Item = &Field> {
        self.sections
            .iter()
            .flat_map(|section| &section.fields)
            .filter(|field| field.error.is_some())
    }

    /// Whether nothing was refused.
    pub fn is_well(&self) -> bool {
        self.error.is_none() && self.errors().next().is_none()
    }

    /// The id of a field on the page.
    pub fn id(&self, field: &Field) -> String {
        let path = self.action.split(['?', '#']).next().unwrap_or_default();
        let last = path.rsplit('/').next().unwrap_or_default();
        let plain = |text: &str| -> String {
            text.chars()
                .map(|letter| {
                    if letter.is_ascii_alphanumeric() {
                        letter
                    } else {
                        '-'
                    }
                })
                .collect()
        };
        format!("f-{}-{}", plain(last), plain(&field.name))
    }

    /// The ids of a field's error and hint, for `aria-describedby`; empty where it has neither.
    pub(crate) fn described(&self, field: &Field) -> String {
        let id = self.id(field);
        let error = field.error.is_some().then(|| format!("{id}-error"));
        let hint = (!field.hint.is_empty()).then(|| format!("{id}-hint"));
        error.into_iter().chain(hint).collect::<Vec<_>>().join(" ")
    }

    pub(crate) fn refused(&self) -> Vec<&Field> {
        self.errors().collect()
    }

    pub(crate) fn is_multipart(&self) -> bool {
        self.sections
            .iter()
            .flat_map(|section| &section.fields)
            .any(|field| matches!(field.kind, FieldKind::File { .. }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> Form {
        let choices = || vec![Choice::new("a", "A", true), Choice::new("b", "B", false)];
        Form::new("/x", "t", "Save").fields(vec![
            Field::text("name", "Name").hint("As on the contract."),
            Field::select("one", "One", choices()),
            Field::checks("any", "Any", choices()),
            Field::new(FieldKind::Password, "password", "Password"),
        ])
    }

    #[test]
    fn what_was_typed_is_put_back() {
        let mut form = form();
        form.fill(&[("name", "N"), ("one", "b"), ("any", "b"), ("password", "secret")]);
        let fields = &form.sections[0].fields;
        assert_eq!(fields[0].value, "N");
        assert_eq!(
            fields[1].choices.iter().map(|c| c.selected).collect::<Vec<_>>(),
            [false, true]
        );
        assert_eq!(
            fields[2].choices.iter().map(|c| c.selected).collect::<Vec<_>>(),
            [false, true]
        );
        assert_eq!(fields[3].shown(), "");
    }

    #[test]
    fn what_is_not_asked_stays_whatever_is_sent() {
        let mut form = Form::new("/x", "t", "Save").fields(vec![Field::fixed("name", "Name", "N")]);
        form.fill(&[("name", "other")]);
        let field = &form.sections[0].fields[0];
        assert_eq!((field.value.as_str(), field.is_optional()), ("N", false));
    }

    #[test]
    fn what_fits_several_is_chosen_among_them() {
        let mut form = form();
        form.fill(&[("name", "North")]);
        form.narrow("name", vec![Choice::new("Northside", "Northside", false)]);
        form.refuse("name", "Which one?");
        let fields = &form.sections[0].fields;
        assert_eq!(fields[0].choices.len(), 2);
        assert!(fields[0].choices[0].selected && fields[0].error.is_some());
        assert_eq!(
            (fields[1].name.as_str(), fields[1].value.as_str()),
            ("name_q", "North")
        );
        assert_eq!(fields[2].name, "one");
    }

    #[test]
    fn only_what_may_be_left_empty_is_called_optional() {
        let form = form();
        let optional: Vec<_> = form.sections[0].fields.iter().map(Field::is_optional).collect();
        assert_eq!(optional, [true, false, false, true]);
        let choices = vec![Choice::new("", "None", true)];
        assert!(Field::select("one", "One", choices).is_optional());
    }

    #[test]
    fn an_error_stands_at_its_field_or_above_all() {
        let mut form = form();
        assert!(form.is_well());
        form.refuse("name", "It is taken.");
        let described = form.described(&form.sections[0].fields[0]);
        assert_eq!(described, "f-x-name-error f-x-name-hint");
        form.refuse("other", "Try again.");
        assert_eq!(form.error.as_deref(), Some("Try again."));
        form.refuse("another", "Later.");
        assert_eq!(form.error.as_deref(), Some("Try again. Later."));
        assert_eq!(form.errors().count(), 1);
    }
}
