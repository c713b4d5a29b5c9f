//! Hubs of every role.

use chrono::TimeDelta;
use vitals::Kind;

use super::labels::qr;
use super::{CSRF, crumbs, days_ago, event, platform_frame, signal};
use crate::actions::Action;
use crate::components::{Fact, FactCard, Link};
use crate::field::Field;
use crate::forms::Form;
use crate::icon::Icon;
use crate::pages::registry::hubs::{
    BoundDeviceRow, CommandRow, FingerprintCheck, HeldHubPage, HeldHubRow, HeldHubsPage, HubClaim,
};
use crate::parts::{Attention, Battery, Pager, Stat, Tag, Tone, Value, When};
use crate::samples::{before, filter, model, now, select, zone};

const PRINT: &str = "4f:2a:91:c0:77:be:03:d5:12:9e:60:af:31:c8:55:0b";

fn clinic() -> Link {
    Link::to("Northside Clinic", "/admin/customers/northside")
}

pub(super) fn hub_rows() -> Vec<HeldHubRow> {
    let row = |name: &str, serial: &str, state: Tag, minutes: Option<i64>, queue: Option<u64>| HeldHubRow {
        href: format!("/admin/hubs/{}", serial.to_lowercase()),
        name: name.into(),
        serial: serial.into(),
        holder: Some(clinic()),
        state,
        last_seen: minutes.map(before),
        devices: if minutes.is_some() { 9 } else { 0 },
        queue,
        version: queue.map(|_| "1.4.2".into()),
    };
    vec![
        row(
            "Ward 3 West",
            "HB-00412",
            Tag::new("confirm its fingerprint", Tone::Warn),
            Some(23),
            Some(0),
        ),
        row(
            "Dialysis",
            "HB-00377",
            Tag::new("offline for 3 h", Tone::Warn),
            Some(187),
            Some(41),
        ),
        row(
            "Ward 3 East",
            "HB-00398",
            Tag::new("online", Tone::Ok),
            Some(1),
            Some(0),
        ),
        row(
            "Ambulatory",
            "HB-00420",
            Tag::new("waits for its claim", Tone::Info),
            None,
            None,
        ),
    ]
}

/// Every hub.
pub fn held_hubs() -> HeldHubsPage {
    HeldHubsPage {
        frame: platform_frame("Hubs", "/admin/hubs"),
        attention: Attention::of(&[
            (
                1,
                "hub waits for its fingerprint",
                "hubs wait for their fingerprints",
            ),
            (1, "hub is offline", "hubs are offline"),
        ]),
        actions: vec![
            Action::go("Add a hub", "/admin/hubs/new")
                .icon(Icon::Add)
                .primary(),
        ],
        stats: vec![],
        filter: filter(
            "/admin/hubs",
            "Name, serial or customer",
            vec![select(
                "state",
                "State",
                &[
                    ("", "Every state"),
                    ("online", "Online"),
                    ("offline", "Offline"),
                    ("awaiting", "Waits for a person"),
                ],
            )],
        ),
        with_holder: true,
        rows: hub_rows(),
        pager: Pager {
            text: "4 of 1,912 hubs".into(),
            first: None,
            next: Some("/admin/hubs?after=c1".into()),
        },
    }
}

fn bound(kind: Kind, minutes: Option<i64>, percent: u8, bars: u8, state: Tag) -> BoundDeviceRow {
    let (model, serial) = model(kind);
    BoundDeviceRow {
        href: Some(format!("/admin/devices/{serial}")),
        kind,
        model: model.into(),
        serial: serial.into(),
        last_seen: minutes.map(before),
        battery: Some(Battery {
            percent,
            low: percent < 15,
        }),
        signal: Some(signal(bars)),
        state,
    }
}

fn commands() -> Vec<Action> {
    [
        ("ping", "Ping", Icon::Ping),
        ("rescan", "Rescan", Icon::Bluetooth),
        ("update_list", "Update its list", Icon::List),
        ("send_logs", "Send its logs", Icon::Log),
    ]
    .into_iter()
    .map(|(command, label, icon)| {
        Action::post(Form::new("/admin/hubs/h1/commands", CSRF, label).hidden("command", command)).icon(icon)
    })
    .collect()
}

fn sent() -> Vec<CommandRow> {
    let row = |command: &str, minutes, outcome, answer: &str| CommandRow {
        command: command.into(),
        who: "Rosa Keller".into(),
        at: before(minutes),
        outcome,
        answer: answer.into(),
        file: None,
    };
    let mut rows = vec![
        row("Rescan", 0, Tag::new("waits for the hub", Tone::Info), ""),
        row("Ping", 3, Tag::new("answered in 1.2 s", Tone::Ok), ""),
        row(
            "Send its logs",
            1_460,
            Tag::new("done", Tone::Ok),
            "214 kB since the last restart",
        ),
        row(
            "Update its list",
            2_900,
            Tag::new("no answer", Tone::Warn),
            "gave up after 10 min",
        ),
    ];
    rows[2].file = Some(Link::to("Download", "/admin/hubs/h1/logs/1"));
    rows
}

/// A hub at work.
pub fn held_hub() -> HeldHubPage {
    let mut frame = platform_frame("Ward 3 East", "/admin/hubs");
    frame.crumbs = crumbs(&[("Hubs", "/admin/hubs")]);
    let well = || Tag::new("active", Tone::Ok);
    HeldHubPage {
        frame,
        serial: "HB-00398".into(),
        state: Tag::new("online", Tone::Ok),
        holder: Some(clinic()),
        warnings: vec![],
        actions: vec![
            Action::go("Why did nothing arrive?", "/admin/hubs/h1/trouble").icon(Icon::Cases),
            Action::go("Print its label", "/admin/hubs/labels?id=h1").icon(Icon::Label),
        ],
        claim: None,
        fingerprint: None,
        stats: vec![
            Stat::new("Last heartbeat", Value::new("1", "min ago"), "every minute"),
            Stat::new(
                "Readings waiting in it",
                Value::new("0", ""),
                "everything is sent",
            ),
            Stat::new("Up for", Value::new("41", "days"), "restarted on October 11"),
            Stat::new("Devices heard today", Value::new("8", "of 9"), "").with_percent(89),
        ],
        cards: cards(),
        moves: moves(),
        devices: vec![
            bound(Kind::BloodPressure, Some(2), 78, 3, well()),
            bound(
                Kind::Oximetry,
                Some(31),
                9,
                4,
                Tag::new("low battery", Tone::Warn),
            ),
            bound(
                Kind::Temperature,
                None,
                100,
                2,
                Tag::new("never heard", Tone::Warn),
            ),
        ],
        commands: commands(),
        sent: sent(),
        life: vec![
            event("Fingerprint confirmed", None, "", "Rosa Keller", 262, Tone::Ok),
            event(
                "Claimed",
                None,
                "with a code of Dana Whitfield",
                "the hub",
                262,
                Tone::Quiet,
            ),
            event(
                "Placed with",
                Some(clinic()),
                "",
                "Dana Whitfield",
                263,
                Tone::Quiet,
            ),
        ],
    }
}

fn moves() -> Vec<Action> {
    let post = |verb: &str, label: &str| Form::new(format!("/admin/hubs/h1/{verb}"), CSRF, label);
    vec![
        Action::post_as("New claim code", post("claim-code", "Make one"))
            .icon(Icon::Label)
            .hint("For a hub that was reset. It has to be confirmed again."),
        Action::ask(
            "Deactivate",
            post("deactivate", "Deactivate").fields(vec![Field::text("reason", "Why")]),
        )
        .icon(Icon::Deactivate)
        .hint("What it sends is refused from the next request on; it keeps its readings meanwhile."),
        Action::ask(
            "Retire",
            post("retire", "Retire it for good")
                .danger()
                .section_with("", "Its key is forgotten.", vec![]),
        )
        .icon(Icon::Retire)
        .hint("Out of use for good."),
    ]
}

/// A hub whose key waits for a person.
pub fn held_hub_waiting() -> HeldHubPage {
    let mut page = held_hub();
    page.frame.title = "Ward 3 West".into();
    page.state = Tag::new("confirm its fingerprint", Tone::Warn);
    page.fingerprint = Some(FingerprintCheck {
        fingerprint: PRINT.into(),
        claimed: before(23),
        confirm: Some(
            Form::new("/hubs/h1/confirm", CSRF, "Yes, every group is the same").hidden("fingerprint", PRINT),
        ),
        refuse: Some(Form::new("/hubs/h1/refuse", CSRF, "No, refuse this key")),
    });
    page.devices.clear();
    page.commands.clear();
    page.sent.clear();
    page
}

/// A hub right after its claim code was made.
pub fn held_hub_claim() -> HeldHubPage {
    let mut page = held_hub_waiting();
    page.frame.title = "Ambulatory".into();
    page.state = Tag::new("waits for its claim", Tone::Info);
    page.fingerprint = None;
    page.claim = Some(HubClaim {
        code: "K7QF-93XM-TD".into(),
        qr: Some(qr("K7QF-93XM-TD")),
        expires: When::clock(now() + TimeDelta::minutes(10), now(), &zone()),
    });
    page.life = vec![crate::components::TimelineEntry {
        at: days_ago(1),
        ..page.life.remove(2)
    }];
    page
}

fn cards() -> Vec<FactCard> {
    vec![
        FactCard::new(
            "Identity",
            vec![
                Fact::code("Serial", "HB-00398").copied(),
                Fact::code("Fingerprint", "b8:1d:5c:2e:0a:94:f6:13:7d:20:4e:99:c3:18:a6:f4"),
                Fact::text("Confirmed by", "Rosa Keller").note("March 4, 2026"),
            ],
        )
        .edit("/admin/hubs/h1/edit"),
        FactCard::new(
            "Heartbeat",
            vec![
                Fact::time("Last", Some(before(1))),
                Fact::text("Version", "1.4.2").note("the newest"),
                Fact::text("Uptime", "41 days"),
                Fact::text("Queue", "0 readings"),
                Fact::text("Clock", "0.2 s fast"),
            ],
        ),
    ]
}
