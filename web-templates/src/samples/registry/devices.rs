//! Devices without a value, and their models.

use vitals::Kind;

use super::{CSRF, crumbs, days_ago, event, platform_frame, signal};
use crate::actions::Action;
use crate::components::{Comment, Fact, FactCard, Link};
use crate::field::Field;
use crate::forms::Form;
use crate::icon::Icon;
use crate::pages::registry::devices::{HeldDevicePage, HeldDeviceRow, HeldDevicesPage};
use crate::pages::registry::models::{ModelRow, ModelsPage};
use crate::parts::{Attention, Battery, Choice, Pager, Stat, Tag, Tone, Value};
use crate::samples::{before, filter, kinds, model, select};

pub(super) fn rows() -> Vec<HeldDeviceRow> {
    let holders = ["Northside Clinic", "Riverside Hospital", "Lakeview Cardiology"];
    let mut rows: Vec<HeldDeviceRow> = Kind::ALL
        .iter()
        .enumerate()
        .map(|(index, kind)| {
            let (model, serial) = model(*kind);
            let (via_icon, via) = match kind {
                Kind::Weight | Kind::Glucose => (Icon::Cellular, "cellular"),
                Kind::Activity | Kind::Sleep => (Icon::Cloud, "Withings cloud"),
                Kind::HeartRate => (Icon::Direct, "MQTT"),
                _ => (Icon::Bluetooth, "Ward 3 East"),
            };
            HeldDeviceRow {
                href: Some(format!("/admin/devices/{serial}")),
                kind: *kind,
                model: model.into(),
                serial: serial.into(),
                holder: Some(Link::to(holders[index % 3], "/admin/customers/northside")),
                state: match index {
                    1 => Tag::new("silent for 3 days", Tone::Warn),
                    2 => Tag::new("weak signal", Tone::Warn),
                    4 => Tag::new("in stock", Tone::Quiet),
                    6 => Tag::new("inactive", Tone::Quiet),
                    _ => Tag::new("active", Tone::Ok),
                },
                last_seen: (index != 4).then(|| before([2, 4_400, 14, 31, 0, 1, 640, 210][index % 8])),
                battery: (index < 6).then(|| Battery {
                    percent: [78, 64, 91, 9, 100, 55][index % 6],
                    low: index == 3,
                }),
                signal: matches!(index, 0..=3).then(|| signal([3, 2, 1, 4][index % 4])),
                via_icon,
                via: via.into(),
            }
        })
        .collect();
    rows[3].state = Tag::new("low battery", Tone::Warn);
    rows[4].holder = None;
    rows.sort_by_key(|row| row.state.tone != Tone::Warn);
    rows
}

/// Every device.
pub fn held_devices() -> HeldDevicesPage {
    HeldDevicesPage {
        frame: platform_frame("Devices", "/admin/devices"),
        attention: Attention::of(&[
            (214, "device is silent", "devices are silent"),
            (38, "battery is low", "batteries are low"),
            (12, "signal is weak", "signals are weak"),
        ]),
        actions: vec![
            Action::go("Import", "/admin/devices/import").icon(Icon::Upload),
            Action::go("Labels", "/admin/devices/labels").icon(Icon::Label),
            Action::go("Add a device", "/admin/devices/new")
                .icon(Icon::Add)
                .primary(),
        ],
        stats: vec![],
        filter: filter(
            "/admin/devices",
            "Serial, IMEI, MAC, model or customer",
            vec![
                kinds(),
                select(
                    "state",
                    "State",
                    &[
                        ("", "Every state"),
                        ("inventory", "In stock"),
                        ("active", "Active"),
                        ("inactive", "Inactive"),
                        ("retired", "Retired"),
                    ],
                ),
                select(
                    "attention",
                    "Attention",
                    &[
                        ("", "Well or not"),
                        ("silent", "Silent"),
                        ("battery", "Low battery"),
                        ("signal", "Weak signal"),
                    ],
                ),
            ],
        ),
        rows: rows(),
        pager: Pager {
            text: "8 of 31,204 devices".into(),
            first: None,
            next: Some("/admin/devices?after=c1".into()),
        },
    }
}

/// What can be done with a device, each with its form.
pub(super) fn moves() -> Vec<Action> {
    let post = |verb: &str, label: &str| Form::new(format!("/admin/devices/d1/{verb}"), CSRF, label);
    let customers = || {
        vec![
            Choice::new("", "Choose a customer …", true),
            Choice::new("c1", "Northside Clinic", false),
            Choice::new("c2", "Riverside Hospital", false),
        ]
    };
    vec![
        Action::ask(
            "Deactivate",
            post("deactivate", "Deactivate").section_with(
                "",
                "Its readings are refused from the next one on.",
                vec![Field::text("reason", "Why").hint("Stands in its life below.")],
            ),
        )
        .icon(Icon::Deactivate)
        .hint("Nothing more is taken from it until it is activated again."),
        Action::ask(
            "Place with another customer",
            post("place", "Place it").fields(vec![
                Field::select("customer_id", "Customer", customers()).required(),
                Field::text("reference", "Their reference").placeholder("bed 3"),
            ]),
        )
        .icon(Icon::Place)
        .hint("Readings from then on are theirs; what it measured before stays where it is."),
        Action::ask(
            "Take it back",
            post("return", "Take it back").fields(vec![Field::text("reason", "Why")]),
        )
        .icon(Icon::Return)
        .hint("It leaves the customer and waits to be restocked."),
        Action::ask(
            "Replace",
            post("replace", "Replace it").fields(vec![
                Field::code("serial", "Serial of the new device")
                    .required()
                    .hint("The last four digits are enough where only one in stock has them."),
            ]),
        )
        .icon(Icon::Replace)
        .hint("Another device takes its place; the patient's line of readings goes on."),
        Action::ask(
            "Retire",
            post("retire", "Retire it for good").danger().section_with(
                "",
                "A retired device never comes back. Its readings stay.",
                vec![Field::text("reason", "Why").required()],
            ),
        )
        .icon(Icon::Retire)
        .hint("Out of use for good."),
    ]
}

pub(super) fn notes() -> Vec<Comment> {
    let note = |who: &str, from: &str, minutes, text: &str| Comment {
        who: who.into(),
        initials: crate::text::initials(who),
        from: from.into(),
        at: before(minutes),
        text: text.into(),
    };
    vec![
        note("", "", 4_400, "No reading for 24 hours: marked silent."),
        note(
            "Dana Whitfield",
            "Meridian Medical Supply",
            1_500,
            "Called the ward: the cuff was put away in a drawer.\nThey take it out again on Monday.",
        ),
    ]
}

/// A device that has fallen silent.
pub fn held_device() -> HeldDevicePage {
    let mut frame = platform_frame("Omron HEM-7142T1", "/admin/devices");
    frame.crumbs = crumbs(&[("Devices", "/admin/devices")]);
    let clinic = || Some(Link::to("Northside Clinic", "/admin/customers/northside"));
    HeldDevicePage {
        frame,
        kinds: vec![Kind::BloodPressure],
        model: "Omron HEM-7142T1".into(),
        serial: "D000017".into(),
        state: Tag::new("silent for 3 days", Tone::Warn),
        holder: clinic(),
        warnings: vec![
            "Nothing has arrived for 3 days; as a rule it sends twice a day. Its battery is low.".into(),
        ],
        token_once: None,
        actions: vec![
            Action::go("Why did nothing arrive?", "/admin/devices/d1/trouble").icon(Icon::Cases),
            Action::go("Print its label", "/admin/devices/labels?id=d1").icon(Icon::Label),
        ],
        stats: vec![
            Stat::new(
                "Last seen",
                Value::new("3", "days ago"),
                "Tue 07:28, through Ward 3 East",
            )
            .warn_if(true),
            Stat::new("Battery", Value::new("9", "%"), "low since Monday").warn_if(true),
            Stat::new("Signal", Value::new("−81", "dBm"), "good, at the hub"),
            Stat::new("Readings taken", Value::new("1,418", ""), "since March 2"),
        ],
        cards: cards(),
        moves: moves(),
        life: vec![
            event("Activated", None, "", "Rosa Keller", 87, Tone::Ok),
            event(
                "Placed with",
                clinic(),
                "reference bed 3",
                "Dana Whitfield",
                88,
                Tone::Ok,
            ),
            event(
                "Allocated to",
                Some(Link::to(
                    "Meridian Medical Supply",
                    "/admin/distributors/meridian",
                )),
                "order 2026-0118",
                "Ada Devlin",
                141,
                Tone::Quiet,
            ),
            event(
                "Added",
                None,
                "with the file march.csv",
                "Ada Devlin",
                265,
                Tone::Quiet,
            ),
        ],
        notes: notes(),
        note_form: Some(note_form()),
    }
}

pub(super) fn note_form() -> Form {
    Form::new("/admin/devices/d1/notes", CSRF, "Add the note").fields(vec![
        Field::area("text", "Another note")
            .required()
            .hint("The distributor and the customer see it too. No patient data."),
    ])
}

/// A device of the stock, right after it was added with a token.
pub fn held_device_new() -> HeldDevicePage {
    let mut page = held_device();
    page.state = Tag::new("in stock", Tone::Quiet);
    page.holder = None;
    page.warnings.clear();
    page.token_once = Some("vwd_7hK2mQx9ZpL4sT8vB3nR6wY1cF5gJ0dA".into());
    page.frame.flashes = vec![crate::frame::Flash {
        tone: Tone::Ok,
        text: "The device is added.".into(),
    }];
    page.stats.clear();
    page.life.drain(..3);
    page.notes.clear();
    page
}

/// Every model.
pub fn models() -> ModelsPage {
    let rows = Kind::ALL.iter().enumerate().map(|(index, kind)| {
        let (name, _) = model(*kind);
        let (maker, name) = name.split_once(' ').unwrap_or(("", name));
        ModelRow {
            href: Some(format!("/admin/models/m{index}")),
            maker: maker.into(),
            name: name.into(),
            kinds: if *kind == Kind::Oximetry {
                vec![*kind, Kind::HeartRate]
            } else {
                vec![*kind]
            },
            via_icon: [Icon::Bluetooth, Icon::Cellular][index % 2],
            via: ["Bluetooth", "cellular"][index % 2].into(),
            reports: if index < 4 { "battery, signal" } else { "" }.into(),
            devices: 8_412 / (index as u64 + 1),
            state: Tag::new("in use", Tone::Ok),
        }
    });
    ModelsPage {
        frame: platform_frame("Models", "/admin/models"),
        actions: vec![
            Action::go("Add a model", "/admin/models/new")
                .icon(Icon::Add)
                .primary(),
        ],
        filter: filter("/admin/models", "Maker or name", vec![kinds()]),
        rows: rows.collect(),
        pager: Pager {
            text: "8 models".into(),
            ..Pager::default()
        },
    }
}

fn cards() -> Vec<FactCard> {
    vec![
        FactCard::new(
            "Identity",
            vec![
                Fact::text("Maker", "Omron"),
                Fact::link("Model", "HEM-7142T1", "/admin/models/m1"),
                Fact::code("Serial", "D000017").copied(),
                Fact::maybe_code("IMEI", None::<String>),
                Fact::code("MAC", "C8:2B:96:4A:11:7E").copied(),
                Fact::maybe_code("ICCID", None::<String>),
                Fact::text("Firmware", "2.1.0"),
                Fact::text("Reference", "bed 3").note("the customer's own"),
            ],
        )
        .edit("/admin/devices/d1/edit"),
        FactCard::new(
            "Sending",
            vec![
                Fact::text("Transport", "Bluetooth through a hub"),
                Fact::link("Last hub", "Ward 3 East", "/admin/hubs/h1"),
                Fact::time("Last seen", Some(before(4_400))),
                Fact::battery(
                    "Battery",
                    Some(Battery {
                        percent: 9,
                        low: true,
                    }),
                ),
                Fact::signal("Signal", Some(signal(3))),
            ],
        ),
        FactCard::new(
            "Token",
            vec![
                Fact::tag("State", Tag::new("in use", Tone::Ok)),
                Fact::time("Issued", Some(days_ago(88))),
                Fact::text("By", "the maker, with the import of March 2"),
            ],
        ),
    ]
}
