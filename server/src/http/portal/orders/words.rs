//! Orders and returns in words.

use chrono::{DateTime, Utc};
use web_templates::text::{counted, initials};
use web_templates::{Comment, Tag, TimelineEntry, Tone, When};

use crate::ground::enums::{CaseSide, OrderItemState, OrderState, OrderStepKind};
use crate::http::portal::visitor::Visitor;
use crate::orders::{Order, Step};

/// How far an order is.
pub(in crate::http::portal) fn state_word(state: OrderState) -> &'static str {
    match state {
        OrderState::Ordered => "ordered",
        OrderState::Allocated => "allocated",
        OrderState::Shipped => "shipped",
        OrderState::Received => "something is missing",
        OrderState::InStock => "in stock",
        OrderState::Cancelled => "cancelled",
    }
}

/// The same with its colour.
pub(in crate::http::portal) fn tag(state: OrderState) -> Tag {
    let tone = match state {
        OrderState::Ordered | OrderState::Received => Tone::Warn,
        OrderState::Allocated | OrderState::Shipped => Tone::Info,
        OrderState::InStock => Tone::Ok,
        OrderState::Cancelled => Tone::Quiet,
    };
    Tag::new(state_word(state), tone)
}

/// What an order is about: `40 devices, 2 hubs`.
pub(in crate::http::portal) fn about(order: &Order) -> String {
    let of = |count: i32, one, many| {
        let count = u64::from(count.unsigned_abs());
        (count > 0).then(|| counted(count, one, many))
    };
    let all = [
        of(order.devices, "device", "devices"),
        of(order.hubs, "hub", "hubs"),
    ];
    all.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// How far a device or a hub is.
pub(super) fn item_tag(state: OrderItemState) -> Tag {
    match state {
        OrderItemState::Allocated => Tag::new("allocated", Tone::Info),
        OrderItemState::Shipped => Tag::new("on its way", Tone::Info),
        OrderItemState::Missing => Tag::new("missing", Tone::Warn),
        OrderItemState::Received => Tag::new("in stock", Tone::Ok),
        OrderItemState::Lost => Tag::new("written off", Tone::Quiet),
        OrderItemState::Replaced => Tag::new("replaced", Tone::Quiet),
    }
}

fn title(kind: OrderStepKind) -> &'static str {
    match kind {
        OrderStepKind::Ordered => "Ordered",
        OrderStepKind::Allocated => "Serials found",
        OrderStepKind::Released => "Serials given up",
        OrderStepKind::Shipped => "Shipped",
        OrderStepKind::Received => "Received into stock",
        OrderStepKind::Missing => "Missing on arrival",
        OrderStepKind::WrittenOff => "Written off",
        OrderStepKind::Waived => "Will not come",
        OrderStepKind::InStock => "All in stock",
        OrderStepKind::Cancelled => "Cancelled",
        OrderStepKind::Note => "Noted",
        OrderStepKind::Asked => "Asked",
        OrderStepKind::Accepted => "Accepted",
        OrderStepKind::Declined => "Declined",
        OrderStepKind::Sent => "Sent",
        OrderStepKind::Returned => "Received back",
    }
}

/// What happened, newest first, without the notes.
pub(in crate::http::portal) fn history(
    visitor: &Visitor,
    now: DateTime<Utc>,
    steps: &[Step],
) -> Vec<TimelineEntry> {
    let told = steps.iter().rev().filter(|step| step.kind != OrderStepKind::Note);
    let mut entries: Vec<TimelineEntry> = told.map(|step| entry(visitor, now, step)).collect();
    if let Some(first) = entries.first_mut() {
        first.tone = Tone::Ok;
    }
    entries
}

fn entry(visitor: &Visitor, now: DateTime<Utc>, step: &Step) -> TimelineEntry {
    let count = step.count.map(|count| {
        counted(
            u64::from(count.unsigned_abs()),
            "device or hub",
            "devices and hubs",
        )
    });
    let detail: Vec<String> = [count, step.text.clone()].into_iter().flatten().collect();
    TimelineEntry {
        title: title(step.kind).to_owned(),
        subject: None,
        detail: detail.join(" · "),
        who: format!("{}, {}", step.by_name, side(step.by_side).to_lowercase()),
        at: When::clock(step.at, now, &visitor.zone()),
        tone: Tone::Quiet,
    }
}

fn side(side: CaseSide) -> &'static str {
    match side {
        CaseSide::Platform => "Platform",
        CaseSide::Distributor => "Distributor",
        CaseSide::Customer => "Customer",
    }
}

/// What people wrote, oldest first.
pub(in crate::http::portal) fn notes(visitor: &Visitor, now: DateTime<Utc>, steps: &[Step]) -> Vec<Comment> {
    let written = steps.iter().filter(|step| step.kind == OrderStepKind::Note);
    let comment = |step: &Step| Comment {
        who: step.by_name.clone(),
        initials: initials(&step.by_name),
        from: side(step.by_side).to_owned(),
        at: When::clock(step.at, now, &visitor.zone()),
        text: step.text.clone().unwrap_or_default(),
    };
    written.map(comment).collect()
}

/// The page of a carrier that is known, for one of its numbers.
pub(in crate::http::portal) fn tracking_href(carrier: &str, tracking: &str) -> Option<String> {
    let before = match carrier.trim().to_ascii_lowercase().as_str() {
        "ups" => "https://www.ups.com/track?tracknum=",
        "fedex" => "https://www.fedex.com/fedextrack/?trknbr=",
        "usps" => "https://tools.usps.com/go/TrackConfirmAction?tLabels=",
        "dhl" => "https://www.dhl.com/en/express/tracking.html?AWB=",
        _ => return None,
    };
    let is_plain = tracking.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_plain.then(|| format!("{before}{tracking}"))
}

/// Carriers that a form names.
pub(in crate::http::portal) const CARRIERS: &str = "UPS, FedEx, USPS, DHL, or another one’s name.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_to_a_known_carrier_alone() {
        let ups = tracking_href("ups", "1Z999").unwrap();
        assert_eq!(ups, "https://www.ups.com/track?tracknum=1Z999");
        assert_eq!(tracking_href("Pigeon", "1Z999"), None);
        assert_eq!(tracking_href("UPS", "1Z999&x=\"<"), None);
    }
}
