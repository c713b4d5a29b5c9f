//! What can be done with an order, next things first.

use web_templates::text::counted;
use web_templates::{Action, Choice, Field, Form, Icon, When};

use super::words::CARRIERS;
use crate::ground::enums::{OrderItemState, OrderState};
use crate::http::State;
use crate::http::portal::visitor::Visitor;
use crate::orders::{Item, Line, Order, Parcel, Step};
use crate::tenancy::Right;

/// Serials that are ticked one by one; of more, those that are not there are typed.
const TICKED: usize = 40;
/// Parcels that are offered to be taken in; older ones follow when these are done.
const PARCELS: usize = 5;

/// What an order's page is made of.
pub(super) struct Known {
    pub(super) order: Order,
    pub(super) lines: Vec<Line>,
    pub(super) parcels: Vec<Parcel>,
    pub(super) items: Vec<Item>,
    pub(super) steps: Vec<Step>,
    /// What the inventory has of each line.
    pub(super) free: Vec<i64>,
}

impl Known {
    /// How many still want a serial.
    pub(super) fn open(&self) -> i64 {
        self.lines.iter().map(Line::open).sum()
    }

    /// How many of these the inventory has.
    fn there(&self) -> i64 {
        let each = self.lines.iter().zip(&self.free);
        each.map(|(line, free)| line.open().min(*free)).sum()
    }

    fn sent(&self) -> i64 {
        self.lines.iter().map(|line| line.sent).sum()
    }

    /// Found, and not sent.
    fn ready(&self) -> i64 {
        self.lines.iter().map(|line| line.found - line.sent).sum()
    }

    pub(super) fn missing(&self) -> impl Iterator<Item = &Item> {
        let items = self.items.iter();
        items.filter(|item| item.state == OrderItemState::Missing)
    }

    fn is_over(&self) -> bool {
        matches!(self.order.state, OrderState::InStock | OrderState::Cancelled)
    }
}

/// What makes a form of this order.
struct Maker<'a> {
    state: &'a State,
    visitor: &'a Visitor,
    known: &'a Known,
}

/// What the visitor can do.
pub(super) fn moves(state: &State, visitor: &Visitor, known: &Known) -> Vec<Action> {
    if known.is_over() {
        return Vec::new();
    }
    let maker = Maker {
        state,
        visitor,
        known,
    };
    let mut moves = Vec::new();
    if visitor.can(Right::FulfilOrders) {
        moves.extend(maker.platform());
    }
    if visitor.can(Right::PlaceOrders) {
        moves.extend(maker.distributor());
    }
    if visitor.can(Right::HandleOrders) && known.sent() == 0 {
        moves.push(maker.cancel());
    }
    moves
}

impl Maker<'_> {
    fn form(&self, verb: &str, submit: &str) -> Form {
        let action = format!("/orders/{}/{verb}", self.known.order.id);
        Form::new(action, self.visitor.csrf(self.state), submit)
    }

    fn platform(&self) -> Vec<Action> {
        let known = self.known;
        let (open, there, ready) = (known.open(), known.there(), known.ready());
        let mut moves = Vec::new();
        let things = |count: i64| counted(count.unsigned_abs(), "serial", "serials");
        if open > 0 && there > 0 {
            let find = self
                .form("allocate", &format!("Find {}", things(there)))
                .hidden("next", "yes");
            let hint = format!(
                "The next ones of the inventory, for {} still wanted.",
                things(open)
            );
            moves.push(Action::post(find).icon(Icon::Stock).hint(hint).primary());
        }
        if ready > 0 {
            let ship = self.form("ship", "Ship").icon(Icon::Orders).fields(vec![
                Field::text("carrier", "Carrier")
                    .required()
                    .value("UPS")
                    .hint(CARRIERS),
                Field::code("tracking", "Tracking number"),
                Field::area("serials", "Only these serials")
                    .hint("One a line. Left empty: everything that is found, up to 500."),
            ]);
            let hint = format!("{} wait to be sent.", things(ready));
            let ship = Action::ask("Ship", ship).icon(Icon::Orders).hint(hint);
            moves.push(if open == 0 { ship.primary() } else { ship });
        }
        if open > 0 {
            let typed = self.form("allocate", "Allocate these").fields(vec![
                Field::area("serials", "Serials")
                    .required()
                    .hint("One a line, as scanned. All of them are taken, or none."),
            ]);
            moves.push(Action::ask("Allocate by serial", typed).icon(Icon::Label));
        }
        if known.missing().next().is_some() {
            moves.push(self.write_off());
        }
        if ready > 0 {
            let release = self.form("release", "Give up").fields(vec![
                Field::area("serials", "Serials").hint("One a line. Left empty: all that were not sent."),
            ]);
            moves.push(Action::ask("Give serials up", release).hint("They are free for other orders again."));
        }
        if open > 0 && (ready > 0 || known.sent() > 0) {
            let rest = self
                .form("waive", "The rest will not come")
                .danger()
                .fields(vec![Field::text("reason", "Why")]);
            let hint = format!("{} would not be delivered.", things(open));
            moves.push(Action::ask("Close the rest", rest).hint(hint));
        }
        moves
    }

    fn distributor(&self) -> Vec<Action> {
        let on_way = self.known.parcels.iter().filter(|parcel| parcel.on_its_way > 0);
        let mut moves: Vec<Action> = on_way.take(PARCELS).map(|parcel| self.receive(parcel)).collect();
        let missing: Vec<&Item> = self.known.missing().collect();
        if !missing.is_empty() {
            let found = self
                .form("found", "It arrived")
                .fields(vec![serials(&missing, false)]);
            moves.push(Action::ask("It arrived after all", found).icon(Icon::Stock));
        }
        moves
    }

    /// Everything is ticked: whoever has all of it sends the form as it is.
    fn receive(&self, parcel: &Parcel) -> Action {
        let now = self.state.ground().now();
        let inside = self.known.items.iter();
        let inside: Vec<&Item> = inside
            .filter(|item| item.parcel == Some(parcel.id) && item.state == OrderItemState::Shipped)
            .collect();
        let mut form = self
            .form("receive", "Take in")
            .icon(Icon::Stock)
            .hidden("parcel", parcel.id.to_string());
        let all_are_here = inside.len() as u64 == parcel.on_its_way.unsigned_abs();
        form = if all_are_here && inside.len() <= TICKED {
            for item in &inside {
                form = form.hidden("offered", &item.serial);
            }
            let choices = inside.iter().map(|item| {
                let label = format!("{} · {}", item.serial, item.model);
                Choice::new(&item.serial, label, true)
            });
            form.fields(vec![
                Field::checks("arrived", "What arrived", choices.collect())
                    .hint("Take the tick from what is missing."),
            ])
        } else {
            form.fields(vec![
                Field::area("missing", "What is missing")
                    .hint("Serials, one a line. Left empty: everything arrived."),
            ])
        };
        let sent = When::clock(parcel.shipped_at, now, &self.visitor.zone()).text;
        let count = counted(
            parcel.on_its_way.unsigned_abs(),
            "device or hub",
            "devices and hubs",
        );
        Action::ask("Take in the parcel", form)
            .icon(Icon::Stock)
            .hint(format!("{count}, sent {sent} with {}.", parcel.carrier))
            .primary()
    }

    fn write_off(&self) -> Action {
        let missing: Vec<&Item> = self.known.missing().collect();
        let became = vec![
            Choice::new("lost", "Lost: out of use for good", true),
            Choice::new("inventory", "It never left: back in the inventory", false),
        ];
        let form = self.form("write-off", "Write off").danger().fields(vec![
            serials(&missing, true),
            Field::select("became", "What became of it", became),
            Field::check("replace", "Send another one in its place", true),
        ]);
        Action::ask("Write off what is missing", form)
    }

    fn cancel(&self) -> Action {
        let (label, submit) = if self.visitor.can(Right::FulfilOrders) {
            ("Decline the order", "Decline")
        } else {
            ("Cancel the order", "Cancel the order")
        };
        let form = self
            .form("cancel", submit)
            .danger()
            .fields(vec![Field::text("reason", "Why")]);
        Action::ask(label, form).hint("As long as nothing was sent. What was found for it is free again.")
    }
}

/// Which of them.
fn serials(items: &[&Item], ticked: bool) -> Field {
    if items.len() <= TICKED {
        let choice = |item: &&Item| {
            let label = format!("{} · {}", item.serial, item.model);
            Choice::new(&item.serial, label, ticked)
        };
        Field::checks("serials", "Which", items.iter().map(choice).collect())
    } else {
        Field::area("serials", "Serials").hint("One a line.")
    }
}
