//! What can be done with a hub, by whom and in which state, each with its form.

use web_templates::{Action, Field, Form, Icon};

use super::show::Known;
use crate::ground::enums::HubState;
use crate::http::State;
use crate::http::portal::sites;
use crate::http::portal::visitor::Visitor;
use crate::identity::CallerScope;
use crate::tenancy::Right;

use HubState::{Active, Claimed, Inactive, Retired, Unclaimed};

/// The actions, those that are done first in a hub's life first.
pub(super) fn moves(state: &State, visitor: &Visitor, known: &Known) -> Vec<Action> {
    let offer = Offered {
        csrf: visitor.csrf(state),
        visitor,
        known,
    };
    let all = [
        offer.claim_code(),
        offer.activate(),
        offer.allocate(),
        offer.place(),
        offer.site(),
        offer.name(),
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
        let path = format!("/hubs/{}/{verb}", self.known.hub.id);
        Form::new(path, &self.csrf, submit)
    }

    fn can(&self, right: Right) -> bool {
        self.visitor.can(right)
    }

    fn state(&self) -> HubState {
        self.known.hub.state
    }

    /// Whether it is promised to an order or a return: then it is moved by that alone.
    fn is_promised(&self) -> bool {
        self.known.hub.reserved.is_some()
    }

    fn is_held(&self) -> bool {
        self.known.hub.customer.is_some()
    }

    fn is_customer(&self) -> bool {
        matches!(self.visitor.scope(), CallerScope::Customer(_))
    }

    fn claim_code(&self) -> Option<Action> {
        let is_claimable = matches!(self.state(), Unclaimed | Claimed | Inactive);
        if !self.can(Right::ManageHubs) || !self.is_held() || !is_claimable {
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
        let action = Action::post(self.form("claim-code", label));
        Some(action.icon(Icon::Label).hint(hint))
    }

    fn activate(&self) -> Option<Action> {
        if !self.can(Right::ManageHubs) {
            return None;
        }
        match self.state() {
            Active => {
                let form = self.form("deactivate", "Deactivate it").section_with(
                    "",
                    "What it sends is refused from the next request on.",
                    Vec::new(),
                );
                let action = Action::ask("Deactivate", form).icon(Icon::Deactivate);
                Some(action.hint("It keeps its readings meanwhile."))
            }
            Inactive if self.known.hub.confirmed_at.is_some() => {
                let action = Action::post(self.form("activate", "Activate")).icon(Icon::Activate);
                Some(action.hint("What it sends is taken from the next request on."))
            }
            _ => None,
        }
    }

    fn allocate(&self) -> Option<Action> {
        let is_ours = self.known.hub.distributor.is_none()
            && !self.is_held()
            && self.state() != Retired
            && !self.is_promised();
        if !self.can(Right::ManageStock) || !is_ours || self.known.distributors.is_empty() {
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
        let is_there = !self.is_held() && self.state() != Retired;
        let is_there = is_there && !self.is_promised();
        if !self.can(Right::PlaceDevices) || !is_there || self.known.customers.is_empty() {
            return None;
        }
        let field = self
            .known
            .customers
            .field("customer", "Customer", "Choose a customer …", "");
        let form = self.form("place", "Place it").fields(vec![field.required()]);
        let action = Action::ask("Place with a customer", form).icon(Icon::Place);
        Some(action.hint("It is claimed with a code where it stands, and takes readings of their devices."))
    }

    fn site(&self) -> Option<Action> {
        if !sites::may_place(self.visitor) || !self.is_held() || self.known.sites.is_empty() {
            return None;
        }
        let at = self.known.hub.site.as_ref().map(|(id, _)| *id);
        let form = self
            .form("site", "Save")
            .fields(vec![sites::field(&self.known.sites, at)]);
        let action = Action::ask("Say where it stands", form).icon(Icon::Sites);
        Some(action.hint("At one of your sites, or nowhere in particular."))
    }

    fn name(&self) -> Option<Action> {
        (self.can(Right::ManageHubs) && self.state() != Retired).then(|| {
            let field = Field::text("name", "Name")
                .value(&self.known.hub.name)
                .placeholder("Ward 3 East")
                .hint("Where it stands. No patient's name.");
            let form = self.form("name", "Save").fields(vec![field.required()]);
            Action::ask("Change its name", form).icon(Icon::Edit)
        })
    }

    fn give_back(&self) -> Option<Action> {
        (self.can(Right::ManageHubs) && self.is_held() && self.state() != Retired).then(|| {
            let (label, hint) = if self.is_customer() {
                ("Give it back", "It leaves your hubs.")
            } else {
                ("Take it back", "It leaves the customer and lies in stock again.")
            };
            let words =
                "Its key is forgotten: nothing that it signs is believed any more, also what it still keeps.";
            let form = self
                .form("return", label)
                .danger()
                .section_with("", words, Vec::new());
            Action::ask(label, form).icon(Icon::Return).hint(hint)
        })
    }

    fn recall(&self) -> Option<Action> {
        let is_there = self.known.hub.distributor.is_some() && !self.is_held() && self.state() != Retired;
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
                "Its key is forgotten, and it never comes back.",
                Vec::new(),
            );
            Action::ask("Retire", form)
                .icon(Icon::Retire)
                .hint("Out of use for good.")
        })
    }
}
