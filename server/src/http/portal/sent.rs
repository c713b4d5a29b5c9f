//! A form as it was sent, and why it was not taken: what was typed is put back, and each refusal stands at its field.

use actix_web::http::StatusCode;
use sea_orm::DbErr;
use serde::Deserialize;
use web_templates::{Action, Choice, Does, Flash, Form, Frame, Tone};

use super::error::{PageError, sentence};
use crate::registry::{self, RegistryError};

/// The fields of a form, in order.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub(super) struct Sent(Vec<(String, String)>);

impl From<Vec<(String, String)>> for Sent {
    fn from(fields: Vec<(String, String)>) -> Self {
        Self(fields)
    }
}

impl Sent {
    /// What was typed into a field, without the blanks around it; empty where nothing was.
    pub(super) fn get(&self, name: &str) -> &str {
        let typed = self.0.iter().rev().find(|(field, _)| field == name);
        typed.map_or("", |(_, value)| value.trim())
    }

    /// The same; none where nothing was typed.
    pub(super) fn maybe(&self, name: &str) -> Option<&str> {
        Some(self.get(name)).filter(|value| !value.is_empty())
    }

    /// Every value that came under a name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let of_name = self.0.iter().filter(move |(field, _)| field == name);
        of_name.map(|(_, value)| value.trim())
    }

    /// Everything.
    pub(super) fn pairs(&self) -> &[(String, String)] {
        &self.0
    }
}

/// What is wrong with a field.
#[derive(Debug)]
pub(super) struct Fault {
    field: &'static str,
    why: String,
    /// Where what was typed fits several: their values and words, to choose among.
    which: Vec<(String, String)>,
}

/// Why a form was not taken.
#[derive(Debug)]
pub(super) enum Refused {
    /// Something is wrong with fields.
    At(Vec<Fault>),
    /// Something is in the way of the whole.
    Whole(String),
    /// It is no matter of the form.
    Page(PageError),
}

impl Refused {
    /// Something is wrong with a field.
    pub(super) fn at(field: &'static str, why: impl Into<String>) -> Self {
        Self::which(field, Vec::new(), why)
    }

    /// What was typed into a field fits several: their values and words, to choose among.
    pub(super) fn which(field: &'static str, which: Vec<(String, String)>, why: impl Into<String>) -> Self {
        let why = why.into();
        Self::At(vec![Fault { field, why, which }])
    }

    /// Says it on the form, where what was typed stays.
    pub(super) fn show(self, form: &mut Form, sent: &Sent) -> Result<StatusCode, PageError> {
        form.fill(sent.pairs());
        match self {
            Self::At(faults) => {
                for Fault { field, why, which } in faults {
                    if !which.is_empty() {
                        let choices = which
                            .into_iter()
                            .map(|(value, words)| Choice::new(value, words, false));
                        form.narrow(field, choices.collect());
                    }
                    form.refuse(field, why);
                }
                Ok(StatusCode::UNPROCESSABLE_ENTITY)
            }
            Self::Whole(why) => {
                form.error = Some(why);
                Ok(StatusCode::CONFLICT)
            }
            Self::Page(error) => Err(error),
        }
    }

    /// Says it at the one of a page's actions that was tried; at the top, where that is not offered or has no fields.
    pub(super) fn show_at(
        self,
        frame: &mut Frame,
        actions: &mut [Action],
        tried: &str,
        sent: &Sent,
    ) -> Result<StatusCode, PageError> {
        let form = actions.iter_mut().find_map(|action| match &mut action.does {
            Does::Ask(form) if form.action == tried => Some(form),
            _ => None,
        });
        if let Some(form) = form {
            return self.show(form, sent);
        }
        let (status, text) = match self {
            Self::At(faults) => {
                let told: Vec<String> = faults.into_iter().map(|fault| fault.why).collect();
                (StatusCode::UNPROCESSABLE_ENTITY, told.join(" "))
            }
            Self::Whole(why) => (StatusCode::CONFLICT, why),
            Self::Page(error) => return Err(error),
        };
        let tone = Tone::Warn;
        frame.flashes.push(Flash { tone, text });
        Ok(status)
    }
}

/// What is wrong with the fields of a form, found one by one and told all at once.
#[derive(Debug, Default)]
pub(super) struct Faults {
    found: Vec<Fault>,
    other: Option<Refused>,
}

impl Faults {
    /// What was read; none where it cannot be taken, which is kept.
    pub(super) fn note<T>(&mut self, read: Result<T, impl Into<Refused>>) -> Option<T> {
        match read.map_err(Into::into) {
            Ok(value) => return Some(value),
            Err(Refused::At(faults)) => self.found.extend(faults),
            Err(refused) => self.other = self.other.take().or(Some(refused)),
        }
        None
    }

    /// Whether nothing is wrong with a field so far.
    pub(super) fn is_well(&self, field: &str) -> bool {
        self.found.iter().all(|fault| fault.field != field)
    }

    /// Why the form is not taken; nothing where all of it was read. What is no matter of a field comes first.
    pub(super) fn told(self) -> Result<(), Refused> {
        match self.other {
            Some(refused) => Err(refused),
            None if self.found.is_empty() => Ok(()),
            None => Err(Refused::At(self.found)),
        }
    }

    /// The same of a form of which something was not read.
    pub(super) fn refuse(self) -> Refused {
        let unread = || Refused::Whole("It cannot be taken as it is.".to_owned());
        self.told().err().unwrap_or_else(unread)
    }
}

impl From<RegistryError> for Refused {
    fn from(error: RegistryError) -> Self {
        match error {
            RegistryError::Invalid { field, why } => Self::at(field, sentence(&why)),
            RegistryError::Faults(faults) => {
                let fault = |registry::Fault { field, why }| Fault {
                    field,
                    why: sentence(&why),
                    which: Vec::new(),
                };
                Self::At(faults.into_iter().map(fault).collect())
            }
            RegistryError::Conflict(why) => Self::Whole(sentence(why)),
            error => Self::Page(error.into()),
        }
    }
}

impl From<PageError> for Refused {
    fn from(error: PageError) -> Self {
        Self::Page(error)
    }
}

impl From<DbErr> for Refused {
    fn from(error: DbErr) -> Self {
        Self::Page(error.into())
    }
}

#[cfg(test)]
mod tests {
    use web_templates::Field;

    use super::*;

    fn sent() -> Sent {
        actix_web::web::Query::<Sent>::from_query("csrf=t&serial=+D+17+&kind=a&kind=b")
            .unwrap()
            .into_inner()
    }

    #[test]
    fn a_field_is_read_without_blanks() {
        let sent = sent();
        assert_eq!(sent.get("serial"), "D 17");
        assert_eq!(sent.maybe("other"), None);
        assert_eq!(sent.all("kind").collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn every_fault_of_a_form_stands_at_its_field() {
        let fields = || vec![Field::text("name", "Name"), Field::code("serial", "Serial")];
        let mut form = Form::new("/x", "t", "Save").fields(fields());
        let mut faults = Faults::default();
        faults.note::<()>(Err(Refused::at("serial", "This is no serial.")));
        let (field, why) = ("name", "must not be empty".to_owned());
        faults.note::<()>(Err(RegistryError::Invalid { field, why }));
        assert_eq!(faults.note(Ok::<_, Refused>(7)), Some(7));
        let status = faults.refuse().show(&mut form, &sent()).unwrap();
        assert_eq!((status.as_u16(), form.errors().count()), (422, 2));
        assert!(Faults::default().told().is_ok());
    }

    #[test]
    fn a_refusal_stands_where_it_was_tried() {
        let form =
            || Form::new("/devices/1/replace", "t", "Replace").fields(vec![Field::code("serial", "Serial")]);
        let mut form_alone = form();
        let refused = RegistryError::Invalid {
            field: "serial",
            why: "is unknown".to_owned(),
        };
        let status = Refused::from(refused).show(&mut form_alone, &sent()).unwrap();
        assert_eq!(status, 422);
        let field = &form_alone.sections[0].fields[0];
        assert_eq!(
            (field.value.as_str(), field.error.as_deref()),
            (" D 17 ", Some("Is unknown."))
        );
        let gone = Refused::from(RegistryError::NotFound("device")).show(&mut form(), &sent());
        assert!(gone.is_err());
    }
}
