//! What can be done with an order, next things first.

use web_templates::text::counted;
use web_templates::{Action, Choice, Field, Form, Icon, When};

use super::words::CARRIERS;
use crate::ground::enums::OrderItemState;
use crate::http::State;
use crate::http::portal::visitor::Visitor;
use crate::orders::{Item, Line, Order, OrderMove, Parcel, Step, Tally};
use crate::tenancy::Right;

/// Serials that are ticked one by one; of more, those that are not there are typed.
const TICKED: usize = 40;
/// Parcels that are offered to be taken in; older ones follow when these are done.
const PARCELS: usize = 5;

/// What an order's page is made of.
pub(super) struct Known {
    pub(super) order: Order,
    pub(super) tally: Tally,
    pub(super) lines: Vec<Line>,
    pub(super) parcels: Vec<Parcel>,
    pub(super) items: Vec<Item>,
    pub(super) steps: Vec<Step>,
    /// What the inventory has of each line.
    pub(super) free: Vec<i64>,
}

impl Known {
    /// How many of those that want a serial the inventory has.
    fn there(&self) -> i64 {
        let each = self.lines.iter().zip(&self.free);
        each.map(|(line, free)| line.open().min(*free)).sum()
    }

    fn are(&self, state: OrderItemState) -> Vec<&Item> {
        self.items.iter().filter(|item| item.state == state).collect()
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
    let maker = Maker {
        state,
        visitor,
        known,
    };
    let mut moves = maker.finding();
    moves.extend(maker.arriving());
    moves.extend(maker.ending());
    moves
}

impl Maker<'_> {
    fn form(&self, verb: &str, submit: &str) -> Form {
        let action = format!("/orders/{}/{verb}", self.known.order.id);
        Form::new(action, self.visitor.csrf(self.state), submit)
    }

    /// Whether the visitor can do it, and it is the time for it.
    fn may(&self, what: OrderMove) -> bool {
        let known = self.known;
        self.visitor.can(what.right()) && what.check(known.order.state, known.tally).is_ok()
    }

    /// From what is wanted to what is sent.
    fn finding(&self) -> Vec<Action> {
        let (tally, there) = (self.known.tally, self.known.there());
        let open = tally.open();
        let mut moves = Vec::new();
        if self.may(OrderMove::Allocate) && there > 0 {
            let find = self
                .form("allocate", &format!("Find {}", serial_count(there)))
                .hidden("next", "yes");
            let hint = format!(
                "The next ones of the inventory, for {} still wanted.",
                serial_count(open)
            );
            moves.push(Action::post(find).icon(Icon::Stock).hint(hint).primary());
        }
        if self.may(OrderMove::Ship) {
            let ship = self.form("ship", "Ship").icon(Icon::Orders).fields(vec![
                Field::text("carrier", "Carrier")
                    .required()
                    .value("UPS")
                    .hint(CARRIERS),
                Field::code("tracking", "Tracking number"),
                Field::area("serials", "Only these serials")
                    .hint("One a line. Left empty: everything that is found, up to 500."),
            ]);
            let hint = format!("{} wait to be sent.", serial_count(tally.allocated));
            let ship = Action::ask("Ship", ship).icon(Icon::Orders).hint(hint);
            moves.push(if open == 0 { ship.primary() } else { ship });
        }
        if self.may(OrderMove::Allocate) {
            let typed = self.form("allocate", "Allocate these").fields(vec![
                Field::area("serials", "Serials")
                    .required()
                    .hint("One a line, as scanned. All of them are taken, or none."),
            ]);
            moves.push(Action::ask("Allocate by serial", typed).icon(Icon::Label));
        }
        if self.may(OrderMove::Release) {
            let release = self.form("release", "Give up").fields(vec![
                Field::area("serials", "Serials").hint("One a line. Left empty: all that were not sent."),
            ]);
            let release = Action::ask("Give serials up", release).icon(Icon::Return);
            moves.push(release.hint("They are free for other orders again."));
        }
        moves
    }

    /// What was sent, as who ordered it takes it in.
    fn arriving(&self) -> Vec<Action> {
        let mut moves = Vec::new();
        if self.may(OrderMove::Receive) {
            let on_way = self.known.parcels.iter().filter(|parcel| parcel.on_its_way > 0);
            moves.extend(on_way.take(PARCELS).map(|parcel| self.receive(parcel)));
        }
        if self.may(OrderMove::TakeLate) {
            let missing = self.known.are(OrderItemState::Missing);
            let found = self
                .form("found", "It arrived")
                .fields(vec![serials(&missing, |_| false)]);
            moves.push(Action::ask("It arrived after all", found).icon(Icon::Stock));
        }
        moves
    }

    /// What will not come.
    fn ending(&self) -> Vec<Action> {
        let is_platform = self.visitor.can(Right::FulfilOrders);
        let mut moves = Vec::new();
        if self.may(OrderMove::WriteOff) {
            moves.push(self.write_off());
        }
        if self.may(OrderMove::Waive) {
            let (label, hint) = if is_platform {
                ("Close the rest", "would not be delivered")
            } else {
                ("Do without the rest", "would not come any more")
            };
            let rest = self
                .form("waive", "The rest will not come")
                .danger()
                .fields(vec![Field::text("reason", "Why")]);
            let hint = format!("{} {hint}.", serial_count(self.known.tally.open()));
            moves.push(Action::ask(label, rest).icon(Icon::Close).hint(hint));
        }
        if self.may(OrderMove::Cancel) {
            moves.push(self.cancel());
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

    /// What is missing is ticked; what is on its way may be lost there, or come back.
    fn write_off(&self) -> Action {
        let mut gone = self.known.are(OrderItemState::Missing);
        gone.extend(self.known.are(OrderItemState::Shipped));
        let became = vec![
            Choice::new("lost", "Lost: out of use for good", true),
            Choice::new(
                "inventory",
                "It never left, or came back: in the inventory",
                false,
            ),
        ];
        let form = self.form("write-off", "Write off").danger().fields(vec![
            serials(&gone, |item| item.state == OrderItemState::Missing),
            Field::select("became", "What became of it", became),
            Field::check("replace", "Send another one in its place", true),
        ]);
        Action::ask("Write off what did not arrive", form)
            .icon(Icon::Retire)
            .hint("What is missing, or what the carrier lost or brought back.")
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
        Action::ask(label, form)
            .icon(Icon::Retire)
            .hint("As long as nothing was sent. What was found for it is free again.")
    }
}

fn serial_count(count: i64) -> String {
    counted(count.unsigned_abs(), "serial", "serials")
}

/// Which of them; ticked are those that it is most likely about.
fn serials(items: &[&Item], ticked: fn(&Item) -> bool) -> Field {
    if items.len() <= TICKED {
        let choice = |item: &&Item| {
            let label = format!("{} · {}", item.serial, item.model);
            Choice::new(&item.serial, label, ticked(item))
        };
        Field::checks("serials", "Which", items.iter().map(choice).collect())
    } else {
        Field::area("serials", "Serials").hint("One a line.")
    }
}
