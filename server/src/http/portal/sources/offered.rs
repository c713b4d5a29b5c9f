//! What can be done with a source, each with its form.

use web_templates::{Action, Field, Form, Icon};

use super::{facts, show::Known, words};
use crate::ground::enums::SourceState;
use crate::http::State;
use crate::http::portal::visitor::Visitor;
use crate::identity::CallerScope;
use crate::registry::sources::Source;

/// The actions, those that are done most often first.
pub(super) fn moves(state: &State, visitor: &Visitor, known: &Known) -> Vec<Action> {
    let source = &known.source;
    let offer = Offered {
        source,
        is_own: matches!(visitor.scope(), CallerScope::Customer(_)),
        csrf: visitor.csrf(state),
    };
    let former = facts::former(source, state.ground().now());
    [
        Some(offer.give()),
        Some(offer.name()),
        Some(offer.exchange()),
        former.map(|_| offer.end_former()),
        Some(offer.activate()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

struct Offered<'a> {
    source: &'a Source,
    /// Whether it is that of who looks.
    is_own: bool,
    csrf: String,
}

impl Offered<'_> {
    fn form(&self, verb: &str, submit: &str) -> Form {
        Form::new(format!("/sources/{}/{verb}", self.source.id), &self.csrf, submit)
    }

    /// A form that asks once more, in a sentence, and nothing else.
    fn surely(&self, verb: &str, submit: &str, words: impl Into<String>) -> Form {
        self.form(verb, submit).section_with("", words, Vec::new())
    }

    fn vendor(&self) -> &'static str {
        words::vendor(self.source.vendor)
    }

    fn give(&self) -> Action {
        let hint = match (self.is_own, self.source.customer) {
            (true, _) => "One of your devices, by its serial or its IMEI.",
            (false, Some(_)) => "One of the customer's devices, by its serial or its IMEI.",
            (false, None) => "By its serial or its IMEI.",
        };
        let form = self.form("devices", "Give it").fields(vec![
            Field::code("serial", "Device")
                .required()
                .placeholder("100224300182")
                .hint(hint),
            Field::code("named", format!("What {} calls it", self.vendor()))
                .hint("Its IMEI, or its serial where it has none, unless something else is written."),
        ]);
        Action::ask("Give it a device", form)
            .icon(Icon::Add)
            .hint("It speaks for the device from then on. What waits of that name is taken in.")
    }

    fn name(&self) -> Action {
        let field = Field::text("name", "Name")
            .value(&self.source.name)
            .hint("What you call the account. No patient's name.");
        let form = self.form("name", "Save").fields(vec![field.required()]);
        Action::ask("Change its name", form).icon(Icon::Edit)
    }

    fn exchange(&self) -> Action {
        let words = format!(
            "The new secret is shown once, on the next page. The present one works for seven more days, so that there is time to \
             enter the new one at {}. A secret before that works no more.",
            self.vendor()
        );
        let form = self.surely("secret", "Make a new secret", words);
        Action::ask("Exchange the secret", form)
            .icon(Icon::Key)
            .hint("Where it is lost, or somebody else may know it.")
    }

    fn end_former(&self) -> Action {
        let words = format!(
            "What {} sends with the former secret is refused at once.",
            self.vendor()
        );
        let form = self.surely("end-former", "End the former secret", words).danger();
        Action::ask("End the former secret now", form)
            .icon(Icon::Close)
            .hint("As soon as the vendor shows the new one, or where somebody else knows the former.")
    }

    fn activate(&self) -> Action {
        if self.source.state == SourceState::Inactive {
            return Action::post(self.form("activate", "Activate"))
                .icon(Icon::Activate)
                .hint("What it sends is taken from its next message on.");
        }
        let words =
            "What it sends is refused from its next message on. Its devices keep what they have sent so far.";
        let form = self.surely("deactivate", "Deactivate it", words);
        Action::ask("Deactivate", form)
            .icon(Icon::Deactivate)
            .hint("Nothing is taken from it until it is activated again.")
    }
}
