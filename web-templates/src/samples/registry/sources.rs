//! Vendors' clouds: an administrator's list, and one of them at work; a customer's first one.

use super::{CSRF, crumbs, customer_frame, platform_frame};
use crate::actions::Action;
use crate::components::{Fact, FactCard, Link};
use crate::field::Field;
use crate::forms::Form;
use crate::icon::Icon;
use crate::pages::registry::sources::{
    SourceDeviceRow, SourcePage, SourceRow, SourceSecret, SourcesPage, WaitingDeviceRow,
};
use crate::parts::{Attention, Pager, Stat, Tag, Tone, Value};
use crate::samples::{before, filter, select};

const ADDRESS: &str = "https://vitalwire.example/v1/sources/transtek/0192f0c1-2d3e-7a4b-8c5d-6e7f8091a2b3";

fn clinic() -> Link {
    Link::to("Northside Clinic", "/admin/customers/northside")
}

fn row(
    (name, vendor): (&str, &str),
    holder: Link,
    (state, minutes): (Tag, Option<i64>),
    (devices, waiting): (u64, &str),
) -> SourceRow {
    SourceRow {
        href: "/admin/sources/northside".into(),
        name: name.into(),
        vendor: vendor.into(),
        holder,
        state,
        last_heard: minutes.map(before),
        devices,
        waiting: waiting.into(),
    }
}

/// Those of the platform and of its customers.
pub fn sources() -> SourcesPage {
    let platform = || Link::plain("the platform");
    let active = || Tag::new("active", Tone::Ok);
    let vendors = [
        ("", "All vendors"),
        ("bodytrace", "BodyTrace"),
        ("telli", "Telli"),
    ];
    SourcesPage {
        frame: platform_frame("Vendor clouds", "/admin/sources"),
        attention: Attention::of(&[
            (2, "device waits to be adopted", "devices wait to be adopted"),
            (1, "vendor cloud is silent", "vendor clouds are silent"),
        ]),
        actions: vec![
            Action::go("Add a vendor cloud", "/admin/sources/new")
                .icon(Icon::Add)
                .primary(),
        ],
        filter: filter(
            "/admin/sources",
            "Name or customer",
            vec![select("vendor", "Vendor", &vendors)],
        ),
        with_holder: true,
        rows: vec![
            row(
                ("BodyTrace, all clinics", "BodyTrace"),
                platform(),
                (active(), Some(4)),
                (1_204, ""),
            ),
            row(
                ("Northside cuffs", "Transtek (MioConnect)"),
                clinic(),
                (active(), Some(11)),
                (38, "2"),
            ),
            row(
                ("Telli of last year", "Telli"),
                clinic(),
                (Tag::new("silent for 3 days", Tone::Warn), Some(4_700)),
                (6, ""),
            ),
            row(
                ("Tenovi, for the trial", "Tenovi"),
                platform(),
                (Tag::new("inactive", Tone::Quiet), None),
                (0, ""),
            ),
        ],
        pager: Pager {
            text: "4 vendor clouds in all".into(),
            ..Pager::default()
        },
    }
}

/// None yet, to a customer's person.
pub fn sources_empty() -> SourcesPage {
    let mut page = sources();
    page.frame = customer_frame("Vendor clouds", "/sources");
    page.attention.items.clear();
    page.attention.nothing = "No device waits to be adopted.".into();
    page.with_holder = false;
    page.rows.clear();
    page.pager = Pager::default();
    page
}

fn devices() -> Vec<SourceDeviceRow> {
    let row = |serial: &str, named: &str, minutes: Option<i64>, state: Tag| SourceDeviceRow {
        href: format!("/admin/devices/{serial}"),
        model: "Transtek TMB-2092-G".into(),
        serial: serial.into(),
        named: named.into(),
        holder: Some(clinic()),
        state,
        last_heard: minutes.map(before),
        take_away: Form::new("/admin/sources/northside/take-away", CSRF, "Take away")
            .hidden("device", serial),
    };
    vec![
        row(
            "100224300182",
            "86447504000000",
            Some(11),
            Tag::new("active", Tone::Ok),
        ),
        row(
            "100224300190",
            "86447504000018",
            Some(9_100),
            Tag::new("silent for 6 days", Tone::Warn),
        ),
        row(
            "100224300207",
            "86447504000026",
            None,
            Tag::new("waiting for its first reading", Tone::Info),
        ),
    ]
}

/// One of a customer's, as an administrator sees it.
pub fn source() -> SourcePage {
    let mut frame = platform_frame("Northside cuffs", "/admin/sources");
    frame.crumbs = crumbs(&[("Vendor clouds", "/admin/sources")]);
    let waiting = |named: &str, messages, first, last| WaitingDeviceRow {
        named: named.into(),
        messages,
        first: before(first),
        last: before(last),
        adopt: Some(format!("/admin/sources/northside/adopt?named={named}")),
    };
    SourcePage {
        frame,
        vendor: "Transtek (MioConnect)".into(),
        state: Tag::new("active", Tone::Ok),
        holder: Some(clinic()),
        warnings: vec![
            "The secret before this one works until Tue 08:25. End it once the vendor shows the new one."
                .into(),
        ],
        secret: None,
        stats: vec![
            Stat::new("Devices", Value::new("38", ""), "it speaks for"),
            Stat::new("Waiting", Value::new("2", "devices"), "to be adopted").warn_if(true),
            Stat::new("Last heard", Value::new("11", "min ago"), ""),
            Stat::new("Secret since", Value::new("Nov 17", "2026"), ""),
        ],
        with_holder: true,
        waiting: vec![
            waiting("86447504000034", 12, 4_300, 14),
            waiting("86447504000042", 1, 190, 190),
        ],
        devices: devices(),
        cards: cards(),
        moves: moves(),
    }
}

fn cards() -> Vec<FactCard> {
    vec![FactCard::new(
        "What to enter at the vendor",
        vec![
            Fact::code("Address", ADDRESS).copied(),
            Fact::text("Shows the secret", "in a header"),
            Fact::code("Header's name", "x-vitalwire-key").copied(),
            Fact::nothing(
                "Header's value",
                "the secret, which is shown once when it is made",
            ),
        ],
    )]
}

fn moves() -> Vec<Action> {
    let post = |verb: &str, label: &str| Form::new(format!("/admin/sources/northside/{verb}"), CSRF, label);
    vec![
        Action::ask(
            "Give it a device",
            post("devices", "Give it").fields(vec![
                Field::code("serial", "Serial or IMEI").required(),
                Field::code("named", "What the vendor calls it"),
            ]),
        )
        .icon(Icon::Add)
        .hint("It speaks for the device from its next message on."),
        Action::ask("Exchange the secret", post("secret", "Make a new secret"))
            .icon(Icon::Key)
            .hint("The present one works for seven more days."),
        Action::ask("Deactivate", post("deactivate", "Deactivate it"))
            .icon(Icon::Deactivate)
            .hint("What it sends is refused from its next message on."),
    ]
}

/// A customer's own, right after it was added.
pub fn source_secret() -> SourcePage {
    let mut page = source();
    page.frame = customer_frame("Northside cuffs", "/sources");
    page.frame.crumbs = crumbs(&[("Vendor clouds", "/sources")]);
    page.state = Tag::new("waiting for its first message", Tone::Info);
    page.holder = None;
    page.warnings.clear();
    let enter = [
        ("Address", ADDRESS),
        ("Header's name", "x-vitalwire-key"),
        ("Header's value", "vws_k7qf93xmtd2a4b6c8e0g2i4k6m8o0q2s"),
    ];
    page.secret = Some(SourceSecret {
        called: "header's value".into(),
        enter: enter.map(|(label, value)| (label.into(), value.into())).into(),
    });
    page.with_holder = false;
    page.waiting.clear();
    page.devices.clear();
    page
}
