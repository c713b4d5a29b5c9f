//! First pages: a distributor's and a customer's; a stock.

use vitals::Kind;

use super::devices::rows;
use super::hubs::hub_rows;
use super::organisations::customer_rows;
use super::{customer_frame, distributor_frame};
use crate::actions::Action;
use crate::components::Link;
use crate::icon::Icon;
use crate::pages::home::{HomePage, RecentReading};
use crate::pages::portfolio::{MovementRow, PortfolioPage, StockModelRow, StockPage};
use crate::parts::{Attention, Pager, Stat, Tag, Tone, Value};
use crate::samples::{before, filter, kinds, model};

fn movements() -> Vec<MovementRow> {
    let row = |minutes, what, kind: Kind, from: &str, to: &str| {
        let (model, serial) = model(kind);
        MovementRow {
            at: before(minutes),
            entered: (minutes == 300).then(|| before(90)),
            what,
            kind: Some(kind),
            model: model.into(),
            serial: Link::to(serial, format!("/devices/{serial}")),
            from: from.into(),
            to: to.into(),
            who: "Dana Whitfield".into(),
        }
    };
    vec![
        row(
            42,
            Tag::new("placed", Tone::Ok),
            Kind::BloodPressure,
            "stock",
            "Northside Clinic",
        ),
        row(
            300,
            Tag::new("returned", Tone::Info),
            Kind::Weight,
            "Pine Street Practice",
            "stock",
        ),
        row(
            1_700,
            Tag::new("received", Tone::Quiet),
            Kind::Glucose,
            "platform",
            "stock",
        ),
    ]
}

/// A distributor's first page.
pub fn portfolio() -> PortfolioPage {
    let mut wants = rows();
    wants.retain(|row| row.state.tone == Tone::Warn);
    for row in &mut wants {
        row.href = Some(format!("/devices/{}", row.serial));
    }
    let mut customers = customer_rows();
    customers.remove(2);
    PortfolioPage {
        frame: distributor_frame("Portfolio", "/portfolio"),
        attention: Attention::of(&[
            (3, "device is silent", "devices are silent"),
            (2, "battery is low", "batteries are low"),
            (1, "signal is weak", "signals are weak"),
        ]),
        actions: vec![
            Action::go("Order devices", "/orders/new").icon(Icon::Orders),
            Action::go("Add a customer", "/customers/new")
                .icon(Icon::Add)
                .primary(),
        ],
        stats: vec![
            Stat::new("Heard today", Value::new("7,804", "of 7,922"), "").with_percent(98),
            Stat::new(
                "Want a person",
                Value::new("6", "devices"),
                "the longest for 3 days",
            )
            .warn_if(true),
            Stat::new("Hubs online", Value::new("401", "of 402"), "").with_percent(99),
            Stat::new("In stock", Value::new("318", "devices"), "40 on their way"),
        ],
        wants,
        wants_href: "/devices?attention=any".into(),
        customers,
        movements: movements(),
        stock_href: Some("/stock".to_owned()),
    }
}

/// A distributor's stock.
pub fn stock() -> StockPage {
    let row = |kind: Option<Kind>, name: &str, in_stock, incoming, placed| StockModelRow {
        kind,
        model: name.into(),
        in_stock,
        incoming,
        placed,
        href: "/devices?state=distributor".into(),
    };
    StockPage {
        frame: distributor_frame("Stock", "/stock"),
        attention: Attention::of(&[(1, "order waits to be received", "orders wait to be received")]),
        actions: vec![
            Action::go("Labels", "/devices/labels").icon(Icon::Label),
            Action::go("Order devices", "/orders/new")
                .icon(Icon::Orders)
                .primary(),
        ],
        stats: vec![
            Stat::new("In stock", Value::new("318", "devices"), "and 12 hubs"),
            Stat::new("On their way", Value::new("40", "devices"), "order 2026-0142"),
            Stat::new("Placed this month", Value::new("124", ""), "11 returned"),
        ],
        models: vec![
            row(Some(Kind::BloodPressure), "Omron HEM-7142T1", 204, 40, 4_870),
            row(Some(Kind::Weight), "A&D UC-352BLE", 114, 0, 2_211),
            row(None, "Vitalwire Hub 2", 12, 0, 390),
        ],
        filter: filter("/stock", "Serial, model or customer", vec![kinds()]),
        movements: movements(),
        pager: Pager {
            text: "3 of 1,904 movements".into(),
            first: None,
            next: Some("/stock?after=c1".into()),
        },
    }
}

/// A customer's first page.
pub fn home() -> HomePage {
    let mut wants = rows();
    wants.truncate(2);
    let reading = |kind: Kind, device: &str, value, out, minutes| RecentReading {
        href: format!("/devices/{}", model(kind).1),
        kind,
        device: device.into(),
        value,
        out,
        at: before(minutes),
    };
    HomePage {
        frame: customer_frame("Home", "/home"),
        attention: Attention::of(&[
            (2, "device is silent", "devices are silent"),
            (
                1,
                "hub waits for its fingerprint",
                "hubs wait for their fingerprints",
            ),
        ]),
        actions: vec![
            Action::go("Adopt a device", "/devices/adopt")
                .icon(Icon::Add)
                .primary(),
        ],
        stats: vec![
            Stat::new("Readings today", Value::new("1,204", ""), "58 in the last hour"),
            Stat::new("Devices heard today", Value::new("219", "of 231"), "").with_percent(95),
            Stat::new("Silent", Value::new("2", "devices"), "the longest for 3 days").warn_if(true),
            Stat::new(
                "Delivered to your server",
                Value::new("100", "%"),
                "the last 2 min ago",
            ),
        ],
        wants,
        readings: Some(vec![
            reading(
                Kind::BloodPressure,
                "bed 3",
                Value::pair("131", "82", "mmHg"),
                false,
                2,
            ),
            reading(Kind::Glucose, "D000104", Value::new("HI", "mg/dL"), true, 14),
            reading(Kind::Oximetry, "bed 6", Value::new("96", "%"), false, 31),
            reading(Kind::Weight, "bed 4", Value::new("82.4", "kg"), false, 95),
        ]),
        hubs: hub_rows(),
        in_part: false,
        has_devices: true,
    }
}

/// The same on the first day.
pub fn home_first() -> HomePage {
    HomePage {
        attention: Attention::of(&[]).or("Nothing is here yet."),
        stats: vec![],
        wants: vec![],
        readings: Some(vec![]),
        hubs: vec![],
        has_devices: false,
        ..home()
    }
}
