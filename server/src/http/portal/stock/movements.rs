//! What came and went, as rows.

use web_templates::{Link, MovementRow, Tag, Tone, When};

use crate::ground::enums::MoveReason;
use crate::http::State;
use crate::http::portal::devices::life::LATER;
use crate::http::portal::visitor::Visitor;
use crate::identity::CallerScope;
use crate::registry::movements::{Moved, Movement};

/// The rows.
pub(in crate::http::portal) fn rows(
    state: &State,
    visitor: &Visitor,
    movements: &[Movement],
) -> Vec<MovementRow> {
    let (now, zone) = (state.ground().now(), visitor.zone());
    let sees_all = matches!(visitor.scope(), CallerScope::Admin(_));
    let row = |moved: &Movement| {
        let (kind, href) = match &moved.what {
            Moved::Device(id, kinds) => (kinds.first().copied(), format!("/devices/{id}")),
            Moved::Hub(id) => (None, format!("/hubs/{id}")),
        };
        let stock = |of: Option<&String>| match of {
            Some(distributor) => format!("stock of {distributor}"),
            None if sees_all => "inventory".to_owned(),
            None => "stock".to_owned(),
        };
        MovementRow {
            at: When::clock(moved.at, now, &zone),
            what: tag(moved.reason),
            kind,
            model: moved.model.clone(),
            serial: Link::to(&moved.serial, href),
            from: match &moved.from {
                Some(name) => name.clone(),
                None if moved.was_held => stock(moved.from_stock.as_ref()),
                None => String::new(),
            },
            to: match (&moved.to, moved.reason) {
                (Some(name), _) => name.clone(),
                (None, MoveReason::Retired) => String::new(),
                (None, _) => stock(moved.to_stock.as_ref()),
            },
            entered: (moved.written_at - moved.at > LATER).then(|| When::clock(moved.written_at, now, &zone)),
            who: moved.who(),
        }
    };
    movements.iter().map(row).collect()
}

fn tag(reason: MoveReason) -> Tag {
    match reason {
        MoveReason::Added => Tag::new("added", Tone::Info),
        MoveReason::Allocated => Tag::new("received", Tone::Info),
        MoveReason::Placed => Tag::new("placed", Tone::Ok),
        MoveReason::Moved => Tag::new("moved", Tone::Ok),
        MoveReason::Returned => Tag::new("returned", Tone::Warn),
        MoveReason::Recalled => Tag::new("recalled", Tone::Quiet),
        MoveReason::Replaced => Tag::new("took a place", Tone::Ok),
        MoveReason::Retired => Tag::new("retired", Tone::Quiet),
    }
}
