//! What can be done with a hub, by whom and in which state, each with its form.

use web_templates::{Action, Field, Icon};

use super::show::Known;
use crate::ground::enums::HubState;
use crate::http::State;
use crate::http::portal::offering::Offering;
use crate::http::portal::visitor::Visitor;
use crate::tenancy::Right;

use HubState::{Active, Claimed, Inactive, Retired, Unclaimed};

/// The actions, those that are done first in a hub's life first.
pub(super) fn moves(state: &State, visitor: &Visitor, known: &Known) -> Vec<Action> {
    let hub = &known.hub;
    let offer = Offered {
        with: Offering {
            path: format!("/hubs/{}", hub.id),
            csrf: visitor.csrf(state),
            visitor,
            is_held: hub.customer.is_some(),
            distributor: hub.distributor,
            is_promised: hub.reserved.is_some(),
            is_retired: hub.state == Retired,
            site: hub.site.as_ref().map(|(id, _)| *id),
            customers: &known.customers,
            distributors: &known.distributors,
            sites: &known.sites,
        },
        known,
    };
    let all = [
        offer.claim_code(),
        offer.activate(),
        offer.with.allocate(),
        offer.place(),
        offer.with.stand(),
        offer.name(),
        offer.give_back(),
        offer.with.recall(),
        offer
            .with
            .retire("Its key is forgotten, and it never comes back."),
    ];
    all.into_iter().flatten().collect()
}

struct Offered<'a> {
    with: Offering<'a>,
    known: &'a Known,
}

impl Offered<'_> {
    fn state(&self) -> HubState {
        self.known.hub.state
    }

    fn claim_code(&self) -> Option<Action> {
        let is_claimable = matches!(self.state(), Unclaimed | Claimed | Inactive);
        if !self.with.can(Right::ManageHubs) || !self.with.is_held || !is_claimable {
            return None;
        }
        let (label, hint) = if self.state() == Unclaimed {
            (
                "Make a claim code",
                "It is typed into the hub, works once and lives for ten minutes.",
            )
        } else {
            (
                "New claim code",
                "For a hub that was reset. It has to be confirmed again.",
            )
        };
        let action = Action::post(self.with.form("claim-code", label));
        Some(action.icon(Icon::Label).hint(hint))
    }

    fn activate(&self) -> Option<Action> {
        if !self.with.can(Right::ManageHubs) {
            return None;
        }
        match self.state() {
            Active => Some(self.with.deactivate(
                "What it sends is refused from the next request on.",
                "It keeps its readings meanwhile.",
            )),
            Inactive if self.known.hub.confirmed_at.is_some() => Some(
                self.with
                    .activate("What it sends is taken from the next request on."),
            ),
            _ => None,
        }
    }

    fn place(&self) -> Option<Action> {
        let is_there = !self.with.is_held && self.state() != Retired;
        let words = (
            "Place with a customer",
            "It is claimed with a code where it stands, and takes readings of their devices.",
        );
        is_there.then(|| self.with.place(words)).flatten()
    }

    fn name(&self) -> Option<Action> {
        (self.with.can(Right::ManageHubs) && self.state() != Retired).then(|| {
            let field = Field::text("name", "Name")
                .value(&self.known.hub.name)
                .placeholder("Ward 3 East")
                .hint("Where it stands. No patient's name.");
            let form = self.with.form("name", "Save").fields(vec![field.required()]);
            Action::ask("Change its name", form).icon(Icon::Edit)
        })
    }

    fn give_back(&self) -> Option<Action> {
        let is_there = self.with.is_held && self.state() != Retired;
        (self.with.can(Right::ManageHubs) && is_there).then(|| {
            self.with.give_back(
                "It leaves your hubs.",
                "It leaves the customer and lies in stock again.",
                "Its key is forgotten: nothing that it signs is believed any more, also what it still keeps.",
            )
        })
    }
}
