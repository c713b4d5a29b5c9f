//! Orders, cases, and why nothing arrived.

use super::devices::{note_form, notes};
use super::{CSRF, crumbs, customer_frame, distributor_frame, event, platform_frame};
use crate::actions::Action;
use crate::components::{Fact, FactCard, Link, Step, Tab};
use crate::days::{DayBar, DayChart};
use crate::field::Field;
use crate::forms::Form;
use crate::icon::Icon;
use crate::pages::desk::{BeatRow, CasePage, CaseRow, CasesPage, Check, LateRow, TroublePage};
use crate::pages::orders::{OrderItem, OrderLine, OrderPage, OrderRow, OrdersPage};
use crate::pages::sites::{SiteRow, SitesPage, TeamRow};
use crate::parts::{Attention, Choice, Pager, Stat, Tag, Tone, Value};
use crate::samples::{admin_quarantine, admin_refusals, before, filter, model, select};
use vitals::Kind;

const STEPS: [&str; 5] = ["Ordered", "Allocated", "Shipped", "Received", "In stock"];

fn meridian() -> Link {
    Link::to("Meridian Medical Supply", "/distributors/meridian")
}

/// Every order.
pub fn orders() -> OrdersPage {
    let row = |number: &str, what: &str, state, ordered, changed| OrderRow {
        href: format!("/orders/{number}"),
        number: number.into(),
        what: what.into(),
        distributor: Some(meridian()),
        state,
        ordered: before(ordered),
        changed: before(changed),
    };
    OrdersPage {
        frame: platform_frame("Orders", "/admin/orders"),
        attention: Attention::of(&[(1, "order waits for its serials", "orders wait for their serials")]),
        actions: vec![],
        tabs: vec![
            Tab::new("Orders", "/orders", true).count(3),
            Tab::new("Returns", "/returns", false),
        ],
        what: "Orders",
        nothing: "A distributor orders devices and hubs from the platform; each step from the order to the stock stands here with its date.",
        filter: filter(
            "/orders",
            "Number, serial or distributor",
            vec![select(
                "state",
                "State",
                &[
                    ("", "Every state"),
                    ("ordered", "Ordered"),
                    ("shipped", "Shipped"),
                ],
            )],
        ),
        with_distributor: true,
        rows: vec![
            row("2026-0143", "12 hubs", Tag::new("ordered", Tone::Warn), 300, 300),
            row(
                "2026-0142",
                "40 devices, 2 hubs",
                Tag::new("shipped", Tone::Info),
                11_520,
                2_880,
            ),
            row(
                "2026-0118",
                "120 devices",
                Tag::new("in stock", Tone::Ok),
                43_000,
                30_000,
            ),
        ],
        pager: Pager {
            text: "3 orders".into(),
            ..Pager::default()
        },
        months: vec![
            Link::to("November 2026", "/orders/hardware.csv?month=2026-11"),
            Link::to("October 2026", "/orders/hardware.csv?month=2026-10"),
        ],
    }
}

/// An order on its way, as its distributor sees it.
pub fn order() -> OrderPage {
    let mut frame = distributor_frame("Order 2026-0142", "/orders");
    frame.crumbs = crumbs(&[("Orders", "/orders")]);
    let mut steps = Step::way(&STEPS, 3);
    steps[0].note = "Nov 12".into();
    steps[1].note = "Nov 14".into();
    steps[2].note = "Nov 18 · UPS".into();
    let item = |kind: Kind, state| OrderItem {
        kind: Some(kind),
        model: model(kind).0.into(),
        serial: Link::to(model(kind).1, format!("/devices/{}", model(kind).1)),
        state,
    };
    OrderPage {
        frame,
        state: Tag::new("shipped", Tone::Info),
        distributor: None,
        warnings: vec![],
        actions: vec![Action::print()],
        steps,
        lines: vec![
            OrderLine {
                kind: Some(Kind::BloodPressure),
                model: "Omron HEM-7142T1".into(),
                ordered: 40,
                allocated: 40,
                received: 0,
                note: String::new(),
            },
            OrderLine {
                kind: None,
                model: "Vitalwire Hub 2".into(),
                ordered: 2,
                allocated: 2,
                received: 0,
                note: String::new(),
            },
        ],
        items: vec![
            item(Kind::BloodPressure, Tag::new("on its way", Tone::Info)),
            item(Kind::Weight, Tag::new("on its way", Tone::Info)),
        ],
        item_count: 42,
        moves: order_moves(),
        cards: vec![FactCard::new(
            "Delivery",
            vec![
                Fact::text("To", "1180 Niagara Street\nBuffalo, NY 14213"),
                Fact::text("Carrier", "UPS Ground"),
                Fact::code("Tracking", "1Z999AA10123456784").copied(),
            ],
        )],
        history: vec![
            event(
                "Shipped",
                None,
                "UPS 1Z999AA10123456784",
                "Ada Devlin",
                3,
                Tone::Ok,
            ),
            event(
                "Allocated",
                None,
                "40 devices, 2 hubs",
                "Ada Devlin",
                7,
                Tone::Quiet,
            ),
            event("Ordered", None, "", "Dana Whitfield", 9, Tone::Quiet),
        ],
        notes: vec![],
        note_form: Some(note_form()),
    }
}

/// Every case.
pub fn cases() -> CasesPage {
    let row = |title: &str, icon, subject: &str, state, assignee: &str, minutes| CaseRow {
        href: "/cases/1".into(),
        title: title.into(),
        icon,
        subject: subject.into(),
        holder: "Northside Clinic".into(),
        state,
        assignee: assignee.into(),
        changed: before(minutes),
    };
    CasesPage {
        frame: platform_frame("Cases", "/admin/cases"),
        attention: Attention::of(&[(2, "case waits for an answer", "cases wait for an answer")]),
        actions: vec![Action::go("Open a case", "/cases/new").icon(Icon::Add).primary()],
        filter: filter(
            "/cases",
            "Serial, customer or words",
            vec![select(
                "state",
                "State",
                &[("", "Open ones"), ("solved", "Solved"), ("all", "All")],
            )],
        ),
        rows: vec![
            row(
                "Nothing arrives since Tuesday",
                Icon::BloodPressure,
                "D000017",
                Tag::new("waits for you", Tone::Warn),
                "",
                42,
            ),
            row(
                "Hub restarts every night",
                Icon::Hubs,
                "HB-00377",
                Tag::new("open", Tone::Info),
                "Ada Devlin",
                900,
            ),
            row(
                "Who sees our readings?",
                Icon::Customers,
                "Northside Clinic",
                Tag::new("solved", Tone::Quiet),
                "Ada Devlin",
                9_000,
            ),
        ],
        pager: Pager {
            text: "3 of 41 cases".into(),
            ..Pager::default()
        },
    }
}

/// A case with two answers.
pub fn case() -> CasePage {
    let mut frame = platform_frame("Nothing arrives since Tuesday", "/admin/cases");
    frame.crumbs = crumbs(&[("Cases", "/cases")]);
    CasePage {
        frame,
        state: Tag::new("waits for you", Tone::Warn),
        subject: Link::to("Omron HEM-7142T1 D000017", "/devices/d1"),
        holder: Some(Link::to("Northside Clinic", "/customers/northside")),
        actions: vec![Action::go("Why did nothing arrive?", "/devices/d1/trouble").icon(Icon::Health)],
        notes: notes(),
        answer: Some(Form::new("/cases/1/notes", CSRF, "Answer").fields(vec![
            Field::area("text", "Your answer")
                .required()
                .hint("Northside Clinic and the platform read it too: name no patient and no value."),
        ])),
        moves: vec![
            Action::ask(
                "Assign",
                Form::new("/cases/1/assign", CSRF, "Assign it").fields(vec![Field::select(
                    "assignee",
                    "Who",
                    vec![
                        Choice::new("", "Nobody", true),
                        Choice::new("u1", "Ada Devlin", false),
                    ],
                )]),
            )
            .icon(Icon::Users)
            .hint("Nobody looks after it yet."),
            Action::post_as("Solved", Form::new("/cases/1/solve", CSRF, "Close it"))
                .icon(Icon::Check)
                .hint("Another answer opens it again."),
        ],
        cards: vec![FactCard::new(
            "About",
            vec![
                Fact::text("Opened by", "Rosa Keller").note("Northside Clinic"),
                Fact::time("Opened", Some(before(1_500))),
                Fact::tag("Device", Tag::new("silent for 3 days", Tone::Warn)),
            ],
        )],
    }
}

/// Why nothing arrived from a device.
pub fn trouble() -> TroublePage {
    let mut frame = platform_frame("Why did nothing arrive?", "/admin/devices");
    frame.crumbs = crumbs(&[("Devices", "/devices"), ("D000017", "/devices/d1")]);
    let check = |title: &str, detail: &str, tone, link| Check {
        title: title.into(),
        detail: detail.into(),
        tone,
        link,
    };
    TroublePage {
        frame,
        subject: Link::to("D000017", "/devices/d1"),
        verdict: "The hub has not heard the device since Tuesday; its battery was at 9 % then.".into(),
        warn: true,
        actions: vec![
            Action::go("Open a case", "/cases/new?device=d1")
                .icon(Icon::Cases)
                .primary(),
        ],
        checks: vec![
            check(
                "The device measures",
                "Last heard on Tuesday at 07:28, with a battery of 9 %.",
                Tone::Warn,
                None,
            ),
            check(
                "Its hub is there",
                "Online; its last heartbeat came a minute ago, nothing waits in it.",
                Tone::Ok,
                Some(Link::to("Ward 3 East", "/hubs/h1")),
            ),
            check(
                "It may send",
                "Active; its token was used on Tuesday.",
                Tone::Ok,
                None,
            ),
            check(
                "It has an owner",
                "With Northside Clinic since August 24.",
                Tone::Ok,
                None,
            ),
            check(
                "Nothing was refused",
                "2 requests in the last 7 days, both early on Monday.",
                Tone::Info,
                None,
            ),
            check(
                "The customer's server takes it",
                "Healthy; the last delivery 2 min ago.",
                Tone::Ok,
                None,
            ),
        ],
        stats: vec![
            Stat::new("Battery", Value::new("9", "%"), "when it was last heard").warn_if(true),
            Stat::new("Signal", Value::new("−81", "dBm"), "when it was last heard"),
            Stat::new("Readings, 30 days", Value::new("54", ""), "on 27 days"),
        ],
        days: day_charts(),
        late: late_rows(),
        nothing_came: false,
        beats: beat_rows(),
        refusals: admin_refusals().rows.into_iter().skip(1).take(1).collect(),
        quarantine: admin_quarantine().rows.into_iter().take(1).collect(),
        events: vec![
            event(
                "Hub online again",
                None,
                "Ward 3 East was offline for 12 min",
                "",
                2,
                Tone::Ok,
            ),
            event("Last reading", None, "through Ward 3 East", "", 3, Tone::Quiet),
            event("Activated", None, "", "Rosa Keller", 87, Tone::Quiet),
        ],
    }
}

fn late_rows() -> Vec<LateRow> {
    vec![
        LateRow {
            arrived: before(60),
            measured: Some(before(300)),
            late_by: "4 h".into(),
            way: Link::to("Ward 3 East", "/hubs/h1"),
        },
        LateRow {
            arrived: before(70),
            measured: None,
            late_by: String::new(),
            way: Link::plain("by itself"),
        },
    ]
}

fn beat_rows() -> Vec<BeatRow> {
    vec![
        BeatRow {
            at: before(1),
            after: "12 min".into(),
            is_gap: true,
            version: "1.4.0".into(),
            up_for: "40 s".into(),
            restarted: true,
            waiting: 3,
        },
        BeatRow {
            at: before(13),
            after: String::new(),
            is_gap: false,
            version: "1.4.0".into(),
            up_for: "3 days".into(),
            restarted: false,
            waiting: 0,
        },
    ]
}

/// Thirty days, on the last of which nothing was heard.
fn day_charts() -> Vec<DayChart> {
    let bar = |number: i32, text: String, height: f64, warn: bool| DayBar {
        day: format!("Nov {}", number + 1),
        text: if number < 27 { text } else { String::new() },
        height: (number < 27).then_some(height),
        warn,
    };
    let chart = |title: &str, latest: &str, limit, days: Vec<DayBar>| DayChart {
        title: title.into(),
        latest: latest.into(),
        summary: "nothing on 3 of 30 days".into(),
        days,
        limit,
    };
    let battery = (0..30).map(|number| {
        let percent = 63 - number * 2;
        bar(
            number,
            format!("{percent} %"),
            f64::from(percent) / 100.0,
            percent <= 20,
        )
    });
    let readings = (0..30).map(|number| bar(number, "2".into(), 0.5 + f64::from(number % 3) / 6.0, false));
    vec![
        chart("Battery", "11 % on Nov 27", Some(0.2), battery.collect()),
        chart("Readings", "2 on Nov 27", None, readings.collect()),
    ]
}

/// A customer's sites and care teams.
pub fn sites() -> SitesPage {
    let site = |name: &str, place: &str, devices, attention| SiteRow {
        href: "/sites/1".into(),
        name: name.into(),
        place: place.into(),
        devices,
        attention,
        hubs: 2,
        people: 6,
    };
    SitesPage {
        frame: customer_frame("Sites", "/sites"),
        actions: vec![
            Action::go("Add a care team", "/teams/new").icon(Icon::Teams),
            Action::go("Add a site", "/sites/new").icon(Icon::Add).primary(),
        ],
        sites: vec![
            site("Ward 3", "Main house, third floor", 112, 2),
            site("Ambulatory", "44 Park Avenue", 119, 0),
        ],
        teams: vec![TeamRow {
            href: "/teams/1".into(),
            name: "Heart failure".into(),
            sites: "Ward 3, Ambulatory".into(),
            people: "Rosa Keller, Theo Lindqvist".into(),
            devices: 48,
        }],
    }
}

fn order_moves() -> Vec<Action> {
    vec![
        Action::ask(
            "It arrived",
            Form::new("/orders/2026-0142/receive", CSRF, "Put them into stock").fields(vec![
                Field::area("missing", "Serials that are missing")
                    .hint("One in a line; leave it empty where all are there."),
            ]),
        )
        .icon(Icon::Stock)
        .hint("Everything goes into your stock."),
        Action::ask(
            "Return some",
            Form::new("/orders/2026-0142/return", CSRF, "Return them").fields(vec![
                Field::area("serials", "Serials").required(),
                Field::text("reason", "Why").required(),
            ]),
        )
        .icon(Icon::Return)
        .hint("They leave your stock as soon as the platform has received them."),
    ]
}
