//! What can be done with a device and with a hub in the same way: whose it is, where it stands, whether it is in use. Their
//! pages add what is their own.

use web_templates::{Action, Form, Icon};

use super::choose::Offer;
use super::sites;
use super::visitor::Visitor;
use crate::ground::ids::{DistributorId, SiteId};
use crate::identity::CallerScope;
use crate::tenancy::Right;

/// A device or a hub on its page, before somebody.
pub(super) struct Offering<'a> {
    /// Its page, as `/hubs/{id}`.
    pub(super) path: String,
    /// The token of the forms.
    pub(super) csrf: String,
    /// Who looks at it.
    pub(super) visitor: &'a Visitor,
    /// Whether a customer has it.
    pub(super) is_held: bool,
    /// Whose it is, in stock or with customers; none: the platform's.
    pub(super) distributor: Option<DistributorId>,
    /// Whether it is promised to an order or a return: then it is moved by that alone.
    pub(super) is_promised: bool,
    /// Whether it is out of use for good.
    pub(super) is_retired: bool,
    /// Where it stands.
    pub(super) site: Option<SiteId>,
    /// To whom it could go.
    pub(super) customers: &'a Offer,
    /// In whose stock it could lie.
    pub(super) distributors: &'a Offer,
    /// Where it could stand.
    pub(super) sites: &'a [(SiteId, String)],
}

impl Offering<'_> {
    /// A form that does something with it.
    pub(super) fn form(&self, verb: &str, submit: &str) -> Form {
        Form::new(format!("{}/{verb}", self.path), &self.csrf, submit)
    }

    /// A form that asks once more, in a sentence, and nothing else.
    pub(super) fn surely(&self, verb: &str, submit: &str, words: impl Into<String>) -> Form {
        self.form(verb, submit).section_with("", words, Vec::new())
    }

    pub(super) fn can(&self, right: Right) -> bool {
        self.visitor.can(right)
    }

    pub(super) fn is_customer(&self) -> bool {
        matches!(self.visitor.scope(), CallerScope::Customer(_))
    }

    pub(super) fn is_distributor(&self) -> bool {
        matches!(self.visitor.scope(), CallerScope::Distributor(_))
    }

    /// Out of use for a while.
    pub(super) fn deactivate(&self, words: &str, hint: &str) -> Action {
        let form = self.surely("deactivate", "Deactivate it", words);
        Action::ask("Deactivate", form).icon(Icon::Deactivate).hint(hint)
    }

    /// In use again.
    pub(super) fn activate(&self, hint: &str) -> Action {
        Action::post(self.form("activate", "Activate"))
            .icon(Icon::Activate)
            .hint(hint)
    }

    /// From the platform's stock into a distributor's.
    pub(super) fn allocate(&self) -> Option<Action> {
        let is_ours = self.distributor.is_none() && !self.is_held && !self.is_retired && !self.is_promised;
        if !self.can(Right::ManageStock) || !is_ours || self.distributors.is_empty() {
            return None;
        }
        let field = self
            .distributors
            .field("distributor", "Distributor", "Choose a distributor …", "");
        let form = self
            .form("allocate", "Allocate it")
            .fields(vec![field.required()]);
        let action = Action::ask("Allocate to a distributor", form).icon(Icon::Truck);
        Some(action.hint("It lies in the distributor's stock, who places it with a customer."))
    }

    /// To a customer, in the words of the page.
    pub(super) fn place(&self, (label, hint): (&str, &str)) -> Option<Action> {
        if !self.can(Right::PlaceDevices) || self.is_promised || self.customers.is_empty() {
            return None;
        }
        let field = self
            .customers
            .field("customer", "Customer", "Choose a customer …", "");
        let form = self.form("place", "Place it").fields(vec![field.required()]);
        Some(Action::ask(label, form).icon(Icon::Place).hint(hint))
    }

    /// At one of the customer's sites, for its own people.
    pub(super) fn stand(&self) -> Option<Action> {
        if !sites::may_place(self.visitor) || !self.is_held || self.sites.is_empty() {
            return None;
        }
        let form = self
            .form("site", "Save")
            .fields(vec![sites::field(self.sites, self.site)]);
        let action = Action::ask("Say where it stands", form).icon(Icon::Sites);
        Some(action.hint("At one of your sites, or nowhere in particular."))
    }

    /// From the customer back into stock: what its own people read beside the button, what others do, and the sentence before.
    pub(super) fn give_back(&self, own: &str, others: &str, words: impl Into<String>) -> Action {
        let (label, hint) = if self.is_customer() {
            ("Give it back", own)
        } else {
            ("Take it back", others)
        };
        let form = self.surely("return", label, words).danger();
        Action::ask(label, form).icon(Icon::Return).hint(hint)
    }

    /// From a distributor's stock into the platform's.
    pub(super) fn recall(&self) -> Option<Action> {
        let is_there = self.distributor.is_some() && !self.is_held && !self.is_retired && !self.is_promised;
        (self.can(Right::ManageStock) && is_there).then(|| {
            let words = "It leaves the distributor's stock and lies in the platform's again.";
            let form = self.surely("recall", "Recall it", words);
            Action::ask("Recall from the distributor", form)
                .icon(Icon::Return)
                .hint("Back into the platform's own stock.")
        })
    }

    /// Out of use for good.
    pub(super) fn retire(&self, words: &str) -> Option<Action> {
        (self.can(Right::ManageStock) && !self.is_retired && !self.is_promised).then(|| {
            let form = self.surely("retire", "Retire it for good", words).danger();
            Action::ask("Retire", form)
                .icon(Icon::Retire)
                .hint("Out of use for good.")
        })
    }
}
