//! Distributors and customers.

use super::devices::rows;
use super::hubs::hub_rows;
use super::{crumbs, days_ago, event, platform_frame};
use crate::actions::Action;
use crate::components::{Contact, Fact, FactCard, Link, TimelineEntry};
use crate::icon::Icon;
use crate::pages::registry::customers::{CustomerPage, CustomerRow, CustomersPage};
use crate::pages::registry::distributors::{DistributorPage, DistributorRow, DistributorsPage, MemberRow};
use crate::parts::{Attention, Pager, Select, Stat, Tag, Tone, Value};
use crate::samples::{before, filter, select};

fn states() -> Select {
    select(
        "state",
        "State",
        &[
            ("", "Every state"),
            ("active", "Active"),
            ("suspended", "Suspended"),
        ],
    )
}

/// Every distributor.
pub fn distributors() -> DistributorsPage {
    let row = |name: &str, place: &str, contact: &str, customers, devices, attention| DistributorRow {
        href: format!("/admin/distributors/{}", name.to_lowercase().replace(' ', "-")),
        name: name.into(),
        place: place.into(),
        contact: contact.into(),
        state: Tag::new("active", Tone::Ok),
        customers,
        devices,
        in_stock: devices / 26,
        attention,
        hubs: devices / 20,
    };
    let mut rows = vec![
        row(
            "Meridian Medical Supply",
            "Buffalo, NY",
            "Dana Whitfield",
            61,
            8_240,
            61,
        ),
        row("CareLine Devices", "Columbus, OH", "Peter Obi", 44, 6_112, 48),
        row("Atlas Home Health", "Tucson, AZ", "Marisol Vega", 18, 2_930, 33),
        row("Harbor Monitoring", "Portland, ME", "", 3, 214, 0),
    ];
    rows[3].state = Tag::new("suspended", Tone::Quiet);
    DistributorsPage {
        frame: platform_frame("Distributors", "/admin/distributors"),
        attention: Attention::of(&[(
            142,
            "device of a distributor wants a person",
            "devices of distributors want a person",
        )]),
        actions: vec![
            Action::go("Add a distributor", "/admin/distributors/new")
                .icon(Icon::Add)
                .primary(),
        ],
        filter: filter("/admin/distributors", "Name, city or contact", vec![states()]),
        with_figures: true,
        rows,
        pager: Pager {
            text: "4 of 12 distributors".into(),
            first: None,
            next: Some("/admin/distributors?after=c1".into()),
        },
    }
}

pub(super) fn customer_rows() -> Vec<CustomerRow> {
    let row =
        |name: &str, place: &str, distributor: Option<&str>, devices, attention, endpoint| CustomerRow {
            href: format!("/admin/customers/{}", name.to_lowercase().replace(' ', "-")),
            name: name.into(),
            place: place.into(),
            distributor: distributor.map(|name| Link::to(name, "/admin/distributors/meridian")),
            state: Tag::new("active", Tone::Ok),
            devices,
            attention,
            hubs: devices / 13,
            endpoint,
        };
    let healthy = || Some(Tag::new("healthy", Tone::Ok));
    let mut rows = vec![
        row(
            "Lakeview Cardiology",
            "Cleveland, OH",
            Some("CareLine Devices"),
            112,
            4,
            Some(Tag::new("failing", Tone::Warn)),
        ),
        row(
            "Northside Clinic",
            "Rochester, NY",
            Some("Meridian Medical Supply"),
            231,
            3,
            healthy(),
        ),
        row("Riverside Hospital", "Albany, NY", None, 1_806, 14, healthy()),
        row(
            "Pine Street Practice",
            "Ithaca, NY",
            Some("Meridian Medical Supply"),
            12,
            0,
            None,
        ),
    ];
    rows[3].state = Tag::new("new", Tone::Info);
    rows
}

/// Every customer.
pub fn customers() -> CustomersPage {
    CustomersPage {
        frame: platform_frame("Customers", "/admin/customers"),
        attention: Attention::of(&[
            (1, "endpoint is failing", "endpoints are failing"),
            (21, "device wants a person", "devices want a person"),
        ]),
        actions: vec![
            Action::go("Add a customer", "/admin/customers/new")
                .icon(Icon::Add)
                .primary(),
        ],
        filter: filter(
            "/admin/customers",
            "Name, city or contact",
            vec![
                select(
                    "distributor",
                    "Distributor",
                    &[
                        ("", "Every distributor"),
                        ("none", "None"),
                        ("d1", "Meridian Medical Supply"),
                    ],
                ),
                states(),
            ],
        ),
        with_distributor: true,
        with_figures: true,
        with_endpoint: true,
        rows: customer_rows(),
        pager: Pager {
            text: "4 of 486 customers".into(),
            first: None,
            next: Some("/admin/customers?after=c1".into()),
        },
    }
}

pub(super) fn contacts() -> Vec<Contact> {
    let contact = |name: &str, role: &str, email: &str, phone: &str| Contact {
        name: name.into(),
        role: role.into(),
        email: email.into(),
        phone: phone.into(),
        edit: Some("/admin/contacts/1/edit".into()),
    };
    vec![
        contact(
            "Dana Whitfield",
            "Main contact",
            "dana.whitfield@meridian.example",
            "+1 716 555 0142",
        ),
        contact("Accounts payable", "Billing", "ap@meridian.example", ""),
    ]
}

pub(super) fn members() -> Vec<MemberRow> {
    let member = |name: &str, email: &str, role: &str, state, minutes: Option<i64>| MemberRow {
        name: name.into(),
        initials: crate::text::initials(name),
        email: email.into(),
        role: role.into(),
        state,
        last_seen: minutes.map(before),
    };
    vec![
        member(
            "Rosa Keller",
            "rosa.keller@northside.example",
            "Administrator",
            Tag::new("active", Tone::Ok),
            Some(4),
        ),
        member(
            "Theo Lindqvist",
            "theo@northside.example",
            "Technician",
            Tag::new("invited", Tone::Info),
            None,
        ),
    ]
}

pub(super) fn history() -> Vec<TimelineEntry> {
    vec![
        event(
            "40 devices allocated",
            None,
            "order 2026-0118",
            "Ada Devlin",
            3,
            Tone::Ok,
        ),
        event(
            "Time zone changed",
            None,
            "to America/New_York",
            "Dana Whitfield",
            41,
            Tone::Quiet,
        ),
        event("Added", None, "", "Ada Devlin", 265, Tone::Quiet),
    ]
}

fn address(edit: &str) -> Vec<FactCard> {
    vec![
        FactCard::new(
            "Company",
            vec![
                Fact::text("Legal name", "Meridian Medical Supply, Inc."),
                Fact::text("Address", "1180 Niagara Street\nBuffalo, NY 14213\nUnited States"),
                Fact::maybe("Tax number", None::<String>),
                Fact::time("With us since", Some(days_ago(265))),
            ],
        )
        .edit(edit),
        FactCard::new(
            "Settings",
            vec![
                Fact::text("Time zone", "America/New_York").note("08:25 there now"),
                Fact::text("Units", "as usual in the United States"),
            ],
        )
        .edit(edit),
    ]
}

/// A distributor.
pub fn distributor() -> DistributorPage {
    let mut frame = platform_frame("Meridian Medical Supply", "/admin/distributors");
    frame.crumbs = crumbs(&[("Distributors", "/admin/distributors")]);
    let mut customers = customer_rows();
    customers.remove(0);
    DistributorPage {
        frame,
        state: Tag::new("active", Tone::Ok),
        notes: vec!["Buffalo, NY".into(), "Eastern time".into()],
        actions: vec![
            Action::go("Allocate devices", "/admin/devices?state=inventory"),
            Action::go("Edit", "/admin/distributors/meridian/edit").icon(Icon::Edit),
        ],
        stats: vec![
            Stat::new("Customers", Value::new("61", ""), "2 new this month"),
            Stat::new("Devices with customers", Value::new("7,922", "of 8,240"), "").with_percent(96),
            Stat::new("In stock", Value::new("318", "devices"), "40 on their way"),
            Stat::new(
                "Want a person",
                Value::new("61", "devices"),
                "48 silent, 13 low batteries",
            )
            .warn_if(true),
        ],
        cards: address("/admin/distributors/meridian/edit"),
        contacts: contacts(),
        contacts_add: Some("/admin/contacts/new?organisation=1".into()),
        with_figures: true,
        with_people: true,
        customers,
        customers_href: "/admin/customers?distributor=meridian".into(),
        users: members(),
        users_href: Some("/admin/users?organisation=meridian".into()),
        history: history(),
    }
}

/// A customer.
pub fn customer() -> CustomerPage {
    let mut frame = platform_frame("Northside Clinic", "/admin/customers");
    frame.crumbs = crumbs(&[("Customers", "/admin/customers")]);
    let mut cards = address("/admin/customers/northside/edit");
    cards.push(FactCard::new(
        "Their server",
        vec![
            Fact::tag("Health", Tag::new("healthy", Tone::Ok)),
            Fact::code("Address", "https://ehr.northside.example/hooks/vitalwire"),
            Fact::time("Last delivery", Some(before(2))),
            Fact::text("Waiting", "0 events").note("dead-letter shelf empty"),
        ],
    ));
    CustomerPage {
        may_place: true,
        frame,
        state: Tag::new("active", Tone::Ok),
        distributor: Some(Link::to(
            "Meridian Medical Supply",
            "/admin/distributors/meridian",
        )),
        notes: vec!["Rochester, NY".into(), "anonymous patients".into()],
        actions: vec![
            Action::go("Place a device", "/admin/devices?state=distributor").icon(Icon::Place),
            Action::go("Edit", "/admin/customers/northside/edit").icon(Icon::Edit),
        ],
        stats: vec![
            Stat::new("Devices heard today", Value::new("219", "of 231"), "").with_percent(95),
            Stat::new("Readings today", Value::new("1,204", ""), "58 in the last hour"),
            Stat::new("Silent", Value::new("2", "devices"), "the longest for 3 days").warn_if(true),
            Stat::new("Hubs online", Value::new("17", "of 18"), "Ward 3 West is offline").warn_if(true),
        ],
        cards,
        contacts: contacts(),
        contacts_add: Some("/admin/contacts/new?organisation=1".into()),
        with_devices: true,
        with_people: true,
        devices: rows().into_iter().take(4).collect(),
        devices_href: "/admin/devices?q=Northside".into(),
        hubs: hub_rows(),
        hubs_href: "/admin/hubs?q=Northside".into(),
        users: members(),
        users_href: Some("/admin/users?organisation=northside".into()),
        history: history(),
    }
}
