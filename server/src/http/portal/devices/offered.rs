//! What can be done with a device, by whom and in which state: the same that the registry's rules allow, each with its form.

use web_templates::{Action, Field, Icon};

use super::about::Known;
use super::numbers;
use crate::ground::enums::{DeviceState, UserRole};
use crate::http::State;
use crate::http::portal::offering::Offering;
use crate::http::portal::visitor::Visitor;
use crate::tenancy::Right;

use DeviceState::{Active, Inactive, Replaced, Retired, Returned, Stock};

/// The actions, those that are done every day first.
pub(super) fn moves(state: &State, visitor: &Visitor, known: &Known) -> Vec<Action> {
    let device = &known.device;
    let offer = Offered {
        with: Offering {
            path: format!("/devices/{}", device.id),
            csrf: visitor.csrf(state),
            visitor,
            is_held: device.customer.is_some(),
            distributor: device.distributor,
            is_promised: device.reserved.is_some(),
            is_retired: device.state == Retired,
            site: device.site.as_ref().map(|(id, _)| *id),
            customers: &known.customers,
            distributors: &known.distributors,
            sites: &known.sites,
        },
        known,
    };
    let all = [
        offer.activate(),
        offer.allocate(),
        offer.place(),
        offer.restock(),
        offer.replace(),
        offer.with.stand(),
        offer.reference(),
        offer.token(),
        offer.revoke_token(),
        offer.numbers(),
        offer.give_back(),
        offer.with.recall(),
        offer
            .with
            .retire("A retired device never comes back. Its readings stay."),
    ];
    all.into_iter().flatten().collect()
}

struct Offered<'a> {
    with: Offering<'a>,
    known: &'a Known,
}

impl Offered<'_> {
    fn state(&self) -> DeviceState {
        self.known.device.state
    }

    fn activate(&self) -> Option<Action> {
        if !self.with.can(Right::ManageDevices) || !self.with.is_held {
            return None;
        }
        match self.state() {
            Active => Some(self.with.deactivate(
                "Its readings are refused from the next one on.",
                "Nothing more is taken from it until it is activated again.",
            )),
            Inactive => Some(self.with.activate("Its readings are taken from the next one on.")),
            _ => None,
        }
    }

    fn allocate(&self) -> Option<Action> {
        (self.state() == Stock).then(|| self.with.allocate()).flatten()
    }

    fn place(&self) -> Option<Action> {
        let is_there = match self.state() {
            Stock => true,
            Active | Inactive | Returned => !self.with.is_distributor(),
            Replaced | Retired => false,
        };
        let words = if self.with.is_held {
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
        is_there.then(|| self.with.place(words)).flatten()
    }

    fn restock(&self) -> Option<Action> {
        (self.with.can(Right::PlaceDevices) && self.state() == Returned && !self.with.is_promised).then(
            || {
                let action = Action::post(self.with.form("restock", "Put into stock")).icon(Icon::Stock);
                action.hint("It was looked at and is fit to be placed again.")
            },
        )
    }

    fn replace(&self) -> Option<Action> {
        let is_used = self.with.is_held && matches!(self.state(), Active | Inactive);
        (self.with.can(Right::ManageDevices) && is_used).then(|| {
            let hint = if self.with.is_customer() {
                "One of your inactive devices. Its last four digits are enough where only one has them."
            } else {
                "One in stock. Its last four digits are enough where only one has them."
            };
            let form = self.with.form("replace", "Replace it").fields(vec![
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
        if !self.with.can(Right::CallDevices) {
            return None;
        }
        let device = &self.known.device;
        let value = if self.with.is_distributor() {
            &device.distributor_reference
        } else {
            &device.customer_reference
        };
        let field = Field::text("reference", "Your reference")
            .value(value.clone().unwrap_or_default())
            .placeholder("bed 3")
            .hint("No patient's name.");
        let form = self.with.form("reference", "Save").fields(vec![field]);
        let action = Action::ask("Change its reference", form).icon(Icon::Edit);
        Some(action.hint("A word of your own by which you find it."))
    }

    fn token(&self) -> Option<Action> {
        if !self.with.can(Right::ManageDevices) || matches!(self.state(), Retired | Replaced) {
            return None;
        }
        // While a customer has it, its own people issue its token.
        let is_theirs = self.with.visitor.caller().role() == UserRole::Customer;
        if self.known.device.customer.is_some() && !is_theirs {
            return None;
        }
        let hint = "It is shown once. A device that sends by itself proves with it who it is.";
        let action = if self.known.token_since.is_some() {
            let form = self
                .with
                .form("token", "Issue another one")
                .danger()
                .section_with(
                    "",
                    "The token that it uses now stops working at once.",
                    Vec::new(),
                );
            Action::ask("Issue another token", form)
        } else {
            Action::post(self.with.form("token", "Issue a token"))
        };
        Some(action.icon(Icon::Key).hint(hint))
    }

    fn revoke_token(&self) -> Option<Action> {
        let is_there = self.known.token_since.is_some() && self.with.can(Right::ManageDevices);
        is_there.then(|| {
            let form = self.with.form("revoke-token", "Revoke it").danger().section_with(
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
        self.with.can(Right::ManageStock).then(|| {
            let form = self
                .with
                .form("numbers", "Save")
                .fields(numbers::fields(&self.known.device));
            Action::ask("Change its numbers", form)
                .icon(Icon::Edit)
                .hint("IMEI, MAC, ICCID and firmware, as they are printed on it.")
        })
    }

    fn give_back(&self) -> Option<Action> {
        (self.with.can(Right::ManageDevices) && self.with.is_held).then(|| {
            let to = if self.with.is_customer() {
                "to whoever placed it with you"
            } else {
                "into stock"
            };
            self.with.give_back(
                "It leaves your devices. Its readings stay yours: for 7 days you find it among the returned ones.",
                "It leaves the customer and waits to be put into stock.",
                format!("It goes back {to}. Nothing that it sends is taken from then on."),
            )
        })
    }
}
