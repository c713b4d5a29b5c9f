//! Made-up pages of an administrator, and of a customer's hubs.

use super::{before, filter, frame, nav, select};
use crate::components::Link;
use crate::field::Field;
use crate::forms::Form;
use crate::frame::{Crumb, Frame, Search, Status};
use crate::icon::Icon;
use crate::pages::admin::{
    AdminPage, AdminQuarantinePage, AdminRefusalsPage, QuarantineRow, RefusalRow, Want,
};
use crate::parts::{Attention, Pager, Stat, Tone, Value};
use crate::samples::registry::{customer_rows, held_device_rows, held_hub_rows};

fn admin_frame(title: &str, active: &str) -> Frame {
    Frame {
        organisation: "Platform".into(),
        organisation_note: "Administrator".into(),
        initials: "VW".into(),
        user: "Ada Devlin".into(),
        user_initials: "AD".into(),
        nav: nav(
            &[
                ("Today", Icon::Home, "/admin", "3", true),
                ("Customers", Icon::Customers, "/customers", "498", false),
                ("Devices", Icon::Devices, "/devices", "31,204", false),
                ("Hubs", Icon::Hubs, "/hubs", "1,912", false),
                ("Quarantine", Icon::Quarantine, "/admin/quarantine", "", false),
                ("Refusals", Icon::Refusals, "/admin/refusals", "", false),
            ],
            active,
        ),
        search: Some(Search {
            action: "/search".into(),
            placeholder: "Serial, model or customer".into(),
        }),
        status: Some(Status {
            tone: Tone::Warn,
            text: "1 endpoint is failing".into(),
        }),
        ..frame(title, active)
    }
}

/// The first page of an administrator.
pub fn admin() -> AdminPage {
    let mut frame = admin_frame("Today", "/admin");
    frame.crumbs = vec![Crumb {
        label: "Saturday, November 21, 08:25 UTC".into(),
        href: None,
    }];
    let want = |place: &str, text: &str, who: &str, minutes, action: &str| Want {
        place: place.into(),
        text: text.into(),
        who: who.into(),
        since: before(minutes),
        href: "/admin/hubs".into(),
        action: action.into(),
    };
    let curve = [27, 25, 26, 22, 24, 19, 21, 16, 18, 12, 15, 9, 13, 8, 11, 6, 8];
    AdminPage {
        frame,
        attention: Attention::of(&[
            (1, "endpoint is failing", "endpoints are failing"),
            (7, "reading waits in quarantine", "readings wait in quarantine"),
            (
                1,
                "hub waits for its fingerprint to be confirmed",
                "hubs wait for their fingerprints to be confirmed",
            ),
        ]),
        stats: vec![
            Stat::new("Readings a minute", Value::new("2,418", ""), "")
                .with_spark(curve.iter().map(|height| f64::from(34 - height)).collect()),
            Stat::new(
                "Accepted → customer, p99",
                Value::new("84", "ms"),
                "in the last hour",
            ),
            Stat::new(
                "Failing endpoints",
                Value::new("1", "of 512"),
                "3,120 events wait",
            )
            .warn_if(true),
            Stat::new("In quarantine", Value::new("7", "readings"), "the oldest for 2 h").warn_if(true),
        ],
        wants: vec![
            want(
                "quarantine",
                "7 readings of an unpaired cuff",
                "Northside Clinic",
                121,
                "Review",
            ),
            want(
                "hub",
                "fingerprint to be confirmed",
                "Northside Clinic",
                23,
                "Open",
            ),
            want(
                "endpoint",
                "503 from every attempt",
                "Lakeview Cardiology",
                11,
                "Open",
            ),
        ],
        customers: customer_rows(),
        devices: held_device_rows(),
        hubs: held_hub_rows(),
        refusals: refusals(),
    }
}

fn refusals() -> Vec<RefusalRow> {
    let row = |minutes, subject: &str, reason: &str, count| RefusalRow {
        at: before(minutes),
        subject: subject.into(),
        reason: reason.into(),
        count,
    };
    vec![
        row(
            3,
            "hub HB-00377",
            "token has expired: its clock is 4 minutes slow",
            18,
        ),
        row(41, "device D000990", "device is deactivated", 2),
        row(66, "vendor cloud Northside cuffs", "source inactive", 1_204),
    ]
}

fn pager(text: &str, href: &str) -> Pager {
    Pager {
        text: text.into(),
        first: Some(href.into()),
        next: Some(format!("{href}?after=c2")),
    }
}

/// Every refusal.
pub fn admin_refusals() -> AdminRefusalsPage {
    AdminRefusalsPage {
        frame: admin_frame("Refusals", "/admin/refusals"),
        filter: filter("/admin/refusals", "Device, hub, source or reason", vec![]),
        rows: refusals(),
        pager: Pager::default(),
    }
}

/// What waits in quarantine.
pub fn admin_quarantine() -> AdminQuarantinePage {
    let row = |minutes, reason: &str, detail: &str, device: &str, customer: Option<&str>| QuarantineRow {
        at: before(minutes),
        reason: reason.into(),
        detail: detail.into(),
        device: Some(device.into()),
        via: Some(Link::plain("Ward 3 East")),
        customer: customer.map(Into::into),
        size: "214 B".into(),
        id: Some(device.into()),
        dismissed: None,
    };
    let mut of_source = row(66, "Unknown device", "", "86447504000034", None);
    of_source.via = Some(Link::to("Northside cuffs", "/sources/northside"));
    AdminQuarantinePage {
        frame: admin_frame("Quarantine", "/admin/quarantine"),
        filter: filter(
            "/admin/quarantine",
            "Serial, hub, vendor cloud or customer",
            vec![select(
                "reason",
                "Why",
                &[("", "All reasons"), ("unknown_device", "Unknown device")],
            )],
        ),
        rows: vec![
            row(2, "Unknown device", "", "D000990", Some("Northside Clinic")),
            of_source,
            row(121, "Physically impossible", "systolic", "D000017", None),
        ],
        dismiss: Some(
            Form::new("/admin/quarantine/dismiss", "csrf-token", "Dismiss the chosen")
                .fields(vec![Field::text("reason", "Why").required()]),
        ),
        pager: pager("2 items", "/admin/quarantine"),
    }
}
