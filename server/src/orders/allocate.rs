//! Serials are found for an order, or given up again.

use super::named::{self, Among, Meant};
use super::order::Line;
use super::store::items::NewItem;
use super::store::steps::{NewStep, Of};
use super::way::OrderMove;
use super::{MOST_AT_ONCE, Orders, invalid, list, must, rules, seen, store};
use crate::ground::enums::{Errand, OrderItemState, OrderStepKind};
use crate::ground::ids::{OrderId, OrderLineId};
use crate::identity::Caller;
use crate::registry::RegistryError;
use crate::registry::errands::{self, Found, Thing};
use crate::tenancy::{Right, Scope as _, SystemScope, Tx};

/// Which serials.
#[derive(Debug, Clone)]
pub enum Serials {
    /// The next ones of the inventory: of every line, or of one; all that it wants, or so many.
    Next {
        /// Of this line; none: of all.
        line: Option<OrderLineId>,
        /// At most so many.
        count: Option<i64>,
    },
    /// These, at most 500.
    Named(Vec<String>),
}

/// What allocating came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allocated {
    /// So many were found.
    pub found: usize,
    /// So many still want a serial.
    pub open: i64,
}

/// Serials that are told wrong at once.
const MOST_TOLD: usize = 10;

impl Orders<'_> {
    /// How many of what each line of an order wants lie in the inventory and are promised to nothing, in the order of the
    /// lines.
    pub async fn free(&self, by: &Caller, id: OrderId) -> Result<Vec<i64>, RegistryError> {
        must(by, Right::FulfilOrders)?;
        let lines = seen!(self, by, tx => list::lines(tx, id))?;
        SystemScope::for_purpose("count what an order that the caller sees could be given")
            .run(self.database, async |tx| {
                let mut free = Vec::with_capacity(lines.len());
                for line in &lines {
                    free.push(errands::system_free(tx, line.model).await?);
                }
                Ok(free)
            })
            .await
    }

    /// Finds serials for an order: all of those that are named, or none; or the next ones, as many as there are. At most 500
    /// at once.
    pub async fn allocate(
        &self,
        by: &Caller,
        id: OrderId,
        serials: Serials,
    ) -> Result<Allocated, RegistryError> {
        let act = self.begin(by, OrderMove::Allocate)?;
        let serials = match serials {
            Serials::Named(typed) => Serials::Named(rules::some_serials("serials", &typed)?),
            next @ Serials::Next { .. } => next,
        };
        act.on(id, async |tx, order| {
            errands::system_must_be_served(tx, order.distributor).await?;
            let lines = store::orders::lines(tx, id).await?;
            let new = match &serials {
                Serials::Next { line, count } => self.next(tx, &lines, *line, *count).await?,
                Serials::Named(named) => self.named(tx, &lines, named).await?,
            };
            let found = new.len();
            store::items::system_insert(tx, (id, order.distributor), &new, self.now()).await?;
            let step = NewStep::of(OrderStepKind::Allocated).count(found);
            self.step(tx, by, Of::Order(id), step).await?;
            let open = self.settle(tx, by, id).await?.open();
            Ok(Allocated { found, open })
        })
        .await
    }

    /// Gives serials up that have not been sent: those that are named, or all.
    pub async fn release(
        &self,
        by: &Caller,
        id: OrderId,
        serials: Option<Vec<String>>,
    ) -> Result<usize, RegistryError> {
        let act = self.begin(by, OrderMove::Release)?;
        let named = rules::maybe_serials("serials", serials.as_deref())?;
        act.on(id, async |tx, _| {
            let all = store::items::in_state(tx, id, &[OrderItemState::Allocated], None).await?;
            let gone = match &named {
                None => all,
                Some(named) => named::pick("serials", all, named)?,
            };
            if gone.is_empty() {
                return Err(RegistryError::Conflict(
                    "it has no serials that could be given up",
                ));
            }
            self.set_free(tx, id, &gone).await?;
            let step = NewStep::of(OrderStepKind::Released).count(gone.len());
            self.step(tx, by, Of::Order(id), step).await?;
            self.settle(tx, by, id).await?;
            Ok(gone.len())
        })
        .await
    }

    /// The next ones of the inventory.
    async fn next(
        &self,
        tx: &Tx<SystemScope>,
        lines: &[Line],
        line: Option<OrderLineId>,
        count: Option<i64>,
    ) -> Result<Vec<NewItem>, RegistryError> {
        if count.is_some_and(|count| count < 1) {
            return Err(invalid("count", "must be at least 1"));
        }
        if line.is_some_and(|wanted| lines.iter().all(|line| line.id != wanted)) {
            return Err(invalid("line_id", "must be a line of this order"));
        }
        let mut new = Vec::new();
        let of_one = |id| line.is_none_or(|wanted| wanted == id);
        let open = lines.iter().filter(|line| of_one(line.id) && line.open() > 0);
        let mut is_open = false;
        for line in open {
            is_open = true;
            let room = i64::try_from(MOST_AT_ONCE.saturating_sub(new.len())).unwrap_or(0);
            let wanted = line.open().min(count.unwrap_or(i64::MAX)).min(room);
            if wanted < 1 {
                break;
            }
            let taken = match line.model {
                Some(model) => errands::system_take_devices(tx, model, wanted).await?,
                None => errands::system_take_hubs(tx, wanted).await?,
            };
            new.extend(
                taken
                    .into_iter()
                    .map(|(thing, serial)| self.item(line.id, thing, serial)),
            );
        }
        match (is_open, new.is_empty()) {
            (false, _) => Err(RegistryError::Conflict("it wants no more serials")),
            (true, true) => Err(RegistryError::Conflict("the inventory has none of what it wants")),
            _ => Ok(new),
        }
    }

    /// Those that were named, each for a line that wants one of its model.
    async fn named(
        &self,
        tx: &Tx<SystemScope>,
        lines: &[Line],
        named: &[String],
    ) -> Result<Vec<NewItem>, RegistryError> {
        let found = errands::system_find(tx, &named::serials(named), None).await?;
        let mut found = Among::of(found);
        let mut open: Vec<i64> = lines.iter().map(Line::open).collect();
        let (mut new, mut wrong) = (Vec::new(), Vec::new());
        for typed in named {
            match fits(lines, &mut open, found.meant(typed)) {
                Ok((line, one)) => new.push(self.item(line, one.thing, one.serial)),
                Err(why) => wrong.push(format!("{typed} {why}")),
            }
        }
        if !wrong.is_empty() {
            let more = wrong.len().saturating_sub(MOST_TOLD);
            wrong.truncate(MOST_TOLD);
            let more = if more > 0 {
                format!("; and {more} more")
            } else {
                String::new()
            };
            let why = format!("cannot be taken, so none of them was: {}{more}", wrong.join("; "));
            return Err(invalid("serials", why));
        }
        let things: Vec<Thing> = new.iter().map(|item| item.thing).collect();
        errands::system_reserve(tx, &things, Errand::Order).await?;
        Ok(new)
    }

    fn item(&self, line: OrderLineId, thing: Thing, serial: String) -> NewItem {
        NewItem {
            id: self.ground.id(),
            line,
            thing,
            serial,
        }
    }
}

/// The one of those that may be meant that a line wants, and the line; or why none does.
fn fits(lines: &[Line], open: &mut [i64], meant: Meant<'_, Found>) -> Result<(OrderLineId, Found), String> {
    let line_of = |one: &Found| lines.iter().position(|line| line.model == one.model);
    let why = |one: &Found| match line_of(one) {
        None => Some("is of a model that was not ordered"),
        Some(_) if one.reserved.is_some() => Some("is reserved already"),
        Some(_) if one.came_back => Some("has come back and has to be put into stock first"),
        Some(_) if !one.is_ready => Some("is not ready to be sent"),
        Some(at) if open[at] < 1 => Some("is more than was ordered of its model"),
        Some(_) => None,
    };
    let last = meant.all().filter_map(why).last();
    let fitting = meant.keep(|one| why(one).is_none());
    if fitting.is_several() {
        return Err(fitting.instead());
    }
    let one = fitting.take();
    let (Some(one), Some(at)) = (one.as_ref(), one.as_ref().and_then(line_of)) else {
        return Err(last.unwrap_or("is not in the inventory").to_owned());
    };
    open[at] -= 1;
    Ok((lines[at].id, one.clone()))
}
