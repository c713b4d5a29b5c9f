//! What can be done with a device, by whom and in which state: the same that the registry's rules allow, each with its form.

use web_templates::{Action, Field, Form, Icon};

use super::about::Known;
use super::numbers;
use crate::ground::enums::{DeviceState, UserRole};
use crate::http::State;
use crate::http::portal::sites;
use crate::http::portal::visitor::Visitor;
use crate::identity::CallerScope;
use crate::tenancy::Right;

use DeviceState::{Active, Inactive, Replaced, Retired, Returned, Stock};

/// The actions, those that are done every day first.
pub(super) fn moves(state: &State, visitor: &Visitor, known: &Known) -> Vec<Action> {
    let offer = Offered {
        csrf: visitor.csrf(state),
        visitor,
        known,
    };
    let all = [
        offer.activate(),
        offer.allocate(),
        offer.place(),
        offer.restock(),
        offer.replace(),
        offer.site(),
        offer.reference(),
        offer.token(),
        offer.revoke_token(),
        offer.numbers(),
        offer.give_back(),
        offer.recall(),
        offer.retire(),
    ];
    all.into_iter().flatten().collect()
}

struct Offered<'a> {
    csrf: String,
    visitor: &'a Visitor,
    known: &'a Known,
}

impl Offered<'_> {
    fn form(&self, verb: &str, submit: &str) -> Form {
        let path = format!("/devices/{}/{verb}", self.known.device.id);
        Form::new(path, &self.csrf, submit)
    }

    fn can(&self, right: Right) -> bool {
        self.visitor.can(right)
    }

    fn state(&self) -> DeviceState {
        self.known.device.state
    }

    /// Whether it is promised to an order or a return: then it is moved by that alone.
    fn is_promised(&self) -> bool {
        self.known.device.reserved.is_some()
    }

    fn is_held(&self) -> bool {
        self.known.device.customer.is_some()
    }

    fn is_customer(&self) -> bool {
        matches!(self.visitor.scope(), CallerScope::Customer(_))
    }

    fn is_distributor(&self) -> bool {
        matches!(self.visitor.scope(), CallerScope::Distributor(_))
    }

    fn activate(&self) -> Option<Action> {
        if !self.can(Right::ManageDevices) || !self.is_held() {
            return None;
        }
        match self.state() {
            Active => {
                let form = self.form("deactivate", "Deactivate it").section_with(
                    "",
                    "Its readings are refused from the next one on.",
                    Vec::new(),
                );
                let action = Action::ask("Deactivate", form).icon(Icon::Deactivate);
                Some(action.hint("Nothing more is taken from it until it is activated again."))
            }
            Inactive => {
                let action = Action::post(self.form("activate", "Activate")).icon(Icon::Activate);
                Some(action.hint("Its readings are taken from the next one on."))
            }
            _ => None,
        }
    }

    fn allocate(&self) -> Option<Action> {
        let device = &self.known.device;
        let is_ours = device.distributor.is_none() && !self.is_held();
        if !self.can(Right::ManageStock)
            || !is_ours
            || self.is_promised()
            || self.state() != Stock
            || self.known.distributors.is_empty()
            || self.is_promised()
        {
            return None;
        }
        let field = self
            .known
            .distributors
            .field("distributor", "Distributor", "Choose a distributor …", "");
        let form = self
            .form("allocate", "Allocate it")
            .fields(vec![field.required()]);
        let action = Action::ask("Allocate to a distributor", form).icon(Icon::Truck);
        Some(action.hint("It lies in the distributor's stock, who places it with a customer."))
    }

    fn place(&self) -> Option<Action> {
        let is_there = match self.state() {
            Stock => true,
            Active | Inactive | Returned => !self.is_distributor(),
            Replaced | Retired => false,
        };
        let is_there = is_there && !self.is_promised();
        if !self.can(Right::PlaceDevices) || !is_there || self.known.customers.is_empty() {
            return None;
        }
        let field = self
            .known
            .customers
            .field("customer", "Customer", "Choose a customer …", "");
        let form = self.form("place", "Place it").fields(vec![field.required()]);
        let (label, hint) = if self.is_held() {
            (
                "Move to another customer",
                "Readings from then on are theirs; what it measured before stays where it is.",
            )
        } else {
            (
                "Place with a customer",
                "It is active at once: what it measures from then on is theirs.",
            )
        };
        Some(Action::ask(label, form).icon(Icon::Place).hint(hint))
    }

    fn restock(&self) -> Option<Action> {
        (self.can(Right::PlaceDevices) && self.state() == Returned && !self.is_promised()).then(|| {
            let action = Action::post(self.form("restock", "Put into stock")).icon(Icon::Stock);
            action.hint("It was looked at and is fit to be placed again.")
        })
    }

    fn replace(&self) -> Option<Action> {
        let is_used = self.is_held() && matches!(self.state(), Active | Inactive);
        (self.can(Right::ManageDevices) && is_used).then(|| {
            let hint = if self.is_customer() {
                "One of your inactive devices. Its last four digits are enough where only one has them."
            } else {
                "One in stock. Its last four digits are enough where only one has them."
            };
            let form = self.form("replace", "Replace it").fields(vec![
                Field::code("serial", "Serial of the new device")
                    .required()
                    .hint(hint),
                Field::text("reason", "Why")
                    .required()
                    .placeholder("the cuff leaks"),
            ]);
            let action = Action::ask("Replace", form).icon(Icon::Replace);
            action.hint("Another device takes its place; the line of readings goes on.")
        })
    }

    fn reference(&self) -> Option<Action> {
        if !self.can(Right::CallDevices) {
            return None;
        }
        let device = &self.known.device;
        let value = if self.is_distributor() {
            &device.distributor_reference
        } else {
            &device.customer_reference
        };
        let field = Field::text("reference", "Your reference")
            .value(value.clone().unwrap_or_default())
            .placeholder("bed 3")
            .hint("No patient's name.");
        let form = self.form("reference", "Save").fields(vec![field]);
        let action = Action::ask("Change its reference", form).icon(Icon::Edit);
        Some(action.hint("A word of your own by which you find it."))
    }

    fn site(&self) -> Option<Action> {
        if !sites::may_place(self.visitor) || !self.is_held() || self.known.sites.is_empty() {
            return None;
        }
        let at = self.known.device.site.as_ref().map(|(id, _)| *id);
        let form = self
            .form("site", "Save")
            .fields(vec![sites::field(&self.known.sites, at)]);
        let action = Action::ask("Say where it stands", form).icon(Icon::Sites);
        Some(action.hint("At one of your sites, or nowhere in particular."))
    }

    fn token(&self) -> Option<Action> {
        if !self.can(Right::ManageDevices) || matches!(self.state(), Retired | Replaced) {
            return None;
        }
        // While a customer has it, its own people issue its token.
        let is_theirs = self.visitor.caller().role() == UserRole::Customer;
        if self.known.device.customer.is_some() && !is_theirs {
            return None;
        }
        let hint = "It is shown once. A device that sends by itself proves with it who it is.";
        let action = if self.known.token_since.is_some() {
            let form = self.form("token", "Issue another one").danger().section_with(
                "",
                "The token that it uses now stops working at once.",
                Vec::new(),
            );
            Action::ask("Issue another token", form)
        } else {
            Action::post(self.form("token", "Issue a token"))
        };
        Some(action.icon(Icon::Key).hint(hint))
    }

    fn revoke_token(&self) -> Option<Action> {
        let is_there = self.known.token_since.is_some() && self.can(Right::ManageDevices);
        is_there.then(|| {
            let form = self.form("revoke-token", "Revoke it").danger().section_with(
                "",
                "Nothing is taken with it any more, from the next reading on.",
                Vec::new(),
            );
            Action::ask("Revoke its token", form)
                .icon(Icon::Refusals)
                .hint("Where somebody else may have seen it.")
        })
    }

    fn numbers(&self) -> Option<Action> {
        self.can(Right::ManageStock).then(|| {
            let form = self
                .form("numbers", "Save")
                .fields(numbers::fields(&self.known.device));
            Action::ask("Change its numbers", form)
                .icon(Icon::Edit)
                .hint("IMEI, MAC, ICCID and firmware, as they are printed on it.")
        })
    }

    fn give_back(&self) -> Option<Action> {
        (self.can(Right::ManageDevices) && self.is_held()).then(|| {
            let (label, hint, to) = if self.is_customer() {
                (
                    "Give it back",
                    "It leaves your devices. Its readings stay yours.",
                    "to whoever placed it with you",
                )
            } else {
                (
                    "Take it back",
                    "It leaves the customer and waits to be put into stock.",
                    "into stock",
                )
            };
            let words = format!("It goes back {to}. Nothing that it sends is taken from then on.");
            let form = self
                .form("return", label)
                .danger()
                .section_with("", words, Vec::new());
            Action::ask(label, form).icon(Icon::Return).hint(hint)
        })
    }

    fn recall(&self) -> Option<Action> {
        let is_there = self.known.device.distributor.is_some() && !self.is_held() && self.state() != Retired;
        (self.can(Right::ManageStock) && is_there && !self.is_promised()).then(|| {
            let form = self.form("recall", "Recall it").section_with(
                "",
                "It leaves the distributor's stock and lies in the platform's again.",
                Vec::new(),
            );
            Action::ask("Recall from the distributor", form)
                .icon(Icon::Return)
                .hint("Back into the platform's own stock.")
        })
    }

    fn retire(&self) -> Option<Action> {
        (self.can(Right::ManageStock) && self.state() != Retired && !self.is_promised()).then(|| {
            let form = self.form("retire", "Retire it for good").danger().section_with(
                "",
                "A retired device never comes back. Its readings stay.",
                Vec::new(),
            );
            Action::ask("Retire", form)
                .icon(Icon::Retire)
                .hint("Out of use for good.")
        })
    }
}
