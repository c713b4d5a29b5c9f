//! Made-up pages of an administrator, and of a customer's hubs.

use chrono::TimeDelta;
use vitals::Kind;

use super::{before, filter, frame, kinds, model, nav, now, select, zone};
use crate::frame::{Crumb, Frame, Search, Status};
use crate::icon::Icon;
use crate::pages::admin::{
    AdminDeviceRow, AdminDevicesPage, AdminHubsPage, AdminOrganisationsPage, AdminPage, AdminQuarantinePage,
    AdminRefusalsPage, OrganisationRow, QuarantineRow, RefusalRow, Want,
};
use crate::pages::hubs::{ClaimCode, HubRow, HubsPage};
use crate::parts::{Attention, Pager, Stat, Tag, Tone, Value, When};

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
                (
                    "Organizations",
                    Icon::Organisations,
                    "/admin/organisations",
                    "498",
                    false,
                ),
                ("Devices", Icon::Devices, "/admin/devices", "31,204", false),
                ("Hubs", Icon::Hubs, "/admin/hubs", "1,912", false),
                ("Quarantine", Icon::Quarantine, "/admin/quarantine", "", false),
                ("Refusals", Icon::Refusals, "/admin/refusals", "", false),
            ],
            active,
        ),
        search: Some(Search {
            action: "/admin/devices".into(),
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
        organisations: organisations(),
        devices: devices(),
        hubs: hub_rows(true),
        refusals: refusals(),
    }
}

fn organisations() -> Vec<OrganisationRow> {
    let row =
        |name: &str, kind: &str, distributor: Option<&str>, devices, silent, endpoint| OrganisationRow {
            id: name.to_lowercase().replace(' ', "-"),
            name: name.into(),
            kind: kind.into(),
            distributor: distributor.map(Into::into),
            devices,
            silent,
            hubs: devices / 13,
            endpoint,
            state: Tag::new("active", Tone::Ok),
        };
    vec![
        row(
            "Lakeview Cardiology",
            "clinic",
            Some("CareLine Devices"),
            112,
            1,
            Some(Tag::new("failing", Tone::Warn)),
        ),
        row(
            "Northside Clinic",
            "clinic",
            Some("Meridian Medical Supply"),
            231,
            2,
            Some(Tag::new("healthy", Tone::Ok)),
        ),
        row(
            "Riverside Hospital",
            "hospital",
            None,
            1_806,
            14,
            Some(Tag::new("healthy", Tone::Ok)),
        ),
        row("Meridian Medical Supply", "distributor", None, 8_240, 61, None),
    ]
}

fn devices() -> Vec<AdminDeviceRow> {
    let customers = ["Northside Clinic", "Riverside Hospital", "Lakeview Cardiology"];
    Kind::ALL
        .iter()
        .take(5)
        .enumerate()
        .map(|(index, kind)| {
            let (model, serial) = model(*kind);
            AdminDeviceRow {
                id: format!("dev-{serial}"),
                kind: *kind,
                serial: serial.into(),
                model: model.into(),
                customer: (index != 3).then(|| customers[index % 3].into()),
                state: if index == 3 {
                    Tag::new("in stock", Tone::Quiet)
                } else {
                    Tag::new("active", Tone::Ok)
                },
                last_seen: (index != 3).then(|| before([2, 9, 14, 0, 95][index])),
            }
        })
        .collect()
}

fn hub_rows(admin: bool) -> Vec<HubRow> {
    let row = |name: &str, serial: &str, state: Tag, minutes: Option<i64>, print: Option<&str>| HubRow {
        id: serial.to_lowercase(),
        name: name.into(),
        serial: serial.into(),
        customer: if admin { "Northside Clinic" } else { "" }.into(),
        awaiting: state.text == "confirm fingerprint",
        can_claim: print.is_none() || state.text == "confirm fingerprint",
        state,
        last_seen: minutes.map(before),
        devices: 9,
        fingerprint: print.map(Into::into),
    };
    vec![
        row(
            "Ward 3 West",
            "HB-00412",
            Tag::new("confirm fingerprint", Tone::Warn),
            Some(23),
            Some("4f:2a:91:c0:77:be:03:d5:12:9e:60:af:31:c8:55:0b"),
        ),
        row(
            "Ward 3 East",
            "HB-00398",
            Tag::new("active", Tone::Ok),
            Some(1),
            Some("b8:1d:5c:2e:0a:94:f6:13:7d:20:4e:99:c3:18:a6:f4"),
        ),
        row(
            "Ambulatory",
            "HB-00420",
            Tag::new("not claimed", Tone::Info),
            None,
            None,
        ),
    ]
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
        row(66, "source withings-eu", "signature does not match", 1_204),
    ]
}

fn pager(text: &str, href: &str) -> Pager {
    Pager {
        text: text.into(),
        first: Some(href.into()),
        next: Some(format!("{href}?after=c2")),
    }
}

/// Every organization.
pub fn admin_organisations() -> AdminOrganisationsPage {
    AdminOrganisationsPage {
        frame: admin_frame("Organizations", "/admin/organisations"),
        filter: filter(
            "/admin/organisations",
            "Name",
            vec![select(
                "kind",
                "Kind",
                &[
                    ("", "All kinds"),
                    ("customer", "Customers"),
                    ("distributor", "Distributors"),
                ],
            )],
        ),
        rows: organisations(),
        pager: pager("4 of 498 organizations", "/admin/organisations"),
    }
}

/// Every device.
pub fn admin_devices() -> AdminDevicesPage {
    AdminDevicesPage {
        frame: admin_frame("Devices", "/admin/devices"),
        filter: filter("/admin/devices", "Serial, model or customer", vec![kinds()]),
        rows: devices(),
        pager: pager("5 of 31,204 devices", "/admin/devices"),
    }
}

/// A claim code that was just made.
pub fn claim() -> ClaimCode {
    ClaimCode {
        hub: "Ambulatory".into(),
        code: "K7QF-93XM-TD".into(),
        expires: When {
            text: "08:35".into(),
            ..When::ahead(now() + TimeDelta::minutes(10), now(), &zone())
        },
    }
}

/// Every hub, after a claim code was made.
pub fn admin_hubs() -> AdminHubsPage {
    AdminHubsPage {
        frame: admin_frame("Hubs", "/admin/hubs"),
        filter: filter(
            "/admin/hubs",
            "Name, serial or customer",
            vec![select(
                "state",
                "State",
                &[
                    ("", "Every state"),
                    ("awaiting", "Wants a person"),
                    ("silent", "Silent"),
                ],
            )],
        ),
        claim: Some(claim()),
        rows: hub_rows(true),
        pager: pager("3 of 1,912 hubs", "/admin/hubs"),
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
        hub: Some("Ward 3 East".into()),
        customer: customer.map(Into::into),
        size: "214 B".into(),
    };
    AdminQuarantinePage {
        frame: admin_frame("Quarantine", "/admin/quarantine"),
        filter: filter(
            "/admin/quarantine",
            "Serial, hub or customer",
            vec![select(
                "reason",
                "Why",
                &[("", "All reasons"), ("unknown_device", "Unknown device")],
            )],
        ),
        rows: vec![
            row(2, "Unknown device", "", "D000990", Some("Northside Clinic")),
            row(121, "Physically impossible", "systolic", "D000017", None),
        ],
        pager: pager("2 items", "/admin/quarantine"),
    }
}

/// A customer's hubs.
pub fn hubs() -> HubsPage {
    HubsPage {
        frame: frame("Hubs", "/hubs"),
        attention: Attention::of(&[(
            1,
            "hub waits for you to confirm its fingerprint",
            "hubs wait for you to confirm their fingerprints",
        )]),
        stats: vec![],
        claim: Some(claim()),
        rows: hub_rows(false),
    }
}
