//! Made-up pages of the registry: who there is and what they hold.

mod archive;
mod desk;
mod devices;
mod forms;
mod hubs;
mod imports;
mod labels;
mod organisations;
mod portfolio;
mod search;
mod site;
mod sources;
mod style;

pub use archive::{archive, archive_empty};
pub use desk::{case, cases, order, orders, sites, trouble};
pub use devices::{held_device, held_device_new, held_devices, models};
pub use forms::{
    adopt_device, customer_form, device_form, distributor_form, distributor_refused, hub_form, model_form,
};
pub use hubs::{held_hub, held_hub_claim, held_hub_waiting, held_hubs};
pub use imports::{import, import_done, import_preview, import_running};
pub use labels::labels;
pub use organisations::{customer, customers, distributor, distributors};
pub use portfolio::{home, home_first, portfolio, stock};
pub use search::{search, search_nothing};
pub use site::site;
pub use sources::{source, source_secret, sources, sources_empty};
pub use style::style;

use askama::Template as _;
use chrono::TimeDelta;

use super::{frame, now, zone};
use crate::components::{Link, TimelineEntry};
use crate::frame::{Crumb, Frame, NavItem, Search, Status};
use crate::icon::Icon;
use crate::parts::{Signal, Tone, When};

/// Every page of the registry, rendered, under the path at which it may be looked at.
pub fn pages() -> Vec<(&'static str, askama::Result<String>)> {
    let mut forbidden = crate::ErrorPage::new(403, Some("01998c5e-7d1f".into()));
    forbidden.home_label = "Back to your devices".into();
    let mut books = customers();
    books.frame = finance_frame("Customers", "/admin/customers");
    books.actions.clear();
    let mut nobody = distributors();
    nobody.rows.clear();
    vec![
        ("style", style().render()),
        ("admin/distributors", distributors().render()),
        ("admin/distributors-empty", nobody.render()),
        ("admin/distributors/new", distributor_form().render()),
        ("admin/distributors/refused", distributor_refused().render()),
        ("admin/distributors/meridian", distributor().render()),
        ("admin/customers", customers().render()),
        ("admin/customers-finance", books.render()),
        ("admin/customers/new", customer_form().render()),
        ("admin/customers/northside", customer().render()),
        ("admin/held-devices", held_devices().render()),
        ("admin/devices/new", device_form().render()),
        ("admin/devices/D000017", held_device().render()),
        ("admin/devices/D000018", held_device_new().render()),
        ("admin/devices/labels", labels().render()),
        ("admin/devices/import", import().render()),
        ("admin/devices/import/preview", import_preview().render()),
        ("admin/devices/import/running", import_running().render()),
        ("admin/devices/import/done", import_done().render()),
        ("admin/held-hubs", held_hubs().render()),
        ("admin/hubs/new", hub_form().render()),
        ("admin/hubs/hb-00398", held_hub().render()),
        ("admin/hubs/hb-00412", held_hub_waiting().render()),
        ("admin/hubs/hb-00420", held_hub_claim().render()),
        ("admin/sources", sources().render()),
        ("admin/sources/northside", source().render()),
        ("sources", sources_empty().render()),
        ("sources/new-secret", source_secret().render()),
        ("admin/models", models().render()),
        ("admin/models/new", model_form().render()),
        ("search", search().render()),
        ("search-nothing", search_nothing().render()),
        ("portfolio", portfolio().render()),
        ("stock", stock().render()),
        ("home", home().render()),
        ("home-first", home_first().render()),
        ("devices/adopt", adopt_device().render()),
        ("orders", orders().render()),
        ("orders/2026-0142", order().render()),
        ("cases", cases().render()),
        ("cases/1", case().render()),
        ("trouble", trouble().render()),
        ("sites", sites().render()),
        ("sites/1", site().render()),
        ("archive", archive().render()),
        ("archive-empty", archive_empty().render()),
        ("error-403", forbidden.render()),
        (
            "error-500",
            crate::ErrorPage::new(500, Some("01998c5e-7d1f".into())).render(),
        ),
    ]
}

const CSRF: &str = "csrf-token";

/// The frame of an administrator's page, with the whole menu; `active` is the entry of the menu.
pub fn platform_frame(title: &str, active: &str) -> Frame {
    let entry = |label: &str, icon, href: &str| NavItem::new(label, icon, href, href == active);
    Frame {
        organisation: "Platform".into(),
        organisation_note: "Administrator".into(),
        initials: "VW".into(),
        user: "Ada Devlin".into(),
        user_initials: "AD".into(),
        nav: vec![
            entry("Today", Icon::Home, "/admin").hot(3),
            entry("Distributors", Icon::Distributors, "/admin/distributors").count(12),
            entry("Customers", Icon::Customers, "/admin/customers").count(486),
            entry("Devices", Icon::Devices, "/admin/devices").count(31_204),
            entry("Hubs", Icon::Hubs, "/admin/hubs").count(1_912),
            entry("Vendor clouds", Icon::Cloud, "/admin/sources"),
            entry("Models", Icon::Models, "/admin/models"),
            NavItem::heading("Operations"),
            entry("Orders", Icon::Orders, "/admin/orders").count(4),
            entry("Cases", Icon::Cases, "/admin/cases").hot(2),
            entry("Quarantine", Icon::Quarantine, "/admin/quarantine").hot(7),
            entry("Refusals", Icon::Refusals, "/admin/refusals"),
            entry("Users", Icon::Users, "/admin/users"),
        ],
        search: Some(Search::everywhere("Serial, IMEI, MAC or customer …")),
        status: Some(Status {
            tone: Tone::Warn,
            text: "1 endpoint is failing".into(),
        }),
        ..frame(title, active)
    }
}

/// The frame of a distributor's page.
pub fn distributor_frame(title: &str, active: &str) -> Frame {
    let entry = |label: &str, icon, href: &str| NavItem::new(label, icon, href, href == active);
    Frame {
        organisation: "Meridian Medical Supply".into(),
        organisation_note: "Distributor · Eastern".into(),
        initials: "MS".into(),
        user: "Dana Whitfield".into(),
        user_initials: "DW".into(),
        nav: vec![
            entry("Portfolio", Icon::Portfolio, "/portfolio").hot(6),
            entry("Customers", Icon::Customers, "/customers").count(61),
            entry("Devices", Icon::Devices, "/devices").count(8_240),
            entry("Hubs", Icon::Hubs, "/hubs").count(402),
            entry("Stock", Icon::Stock, "/stock").count(318),
            entry("Orders", Icon::Orders, "/orders").count(1),
            entry("Cases", Icon::Cases, "/cases"),
            entry("Users", Icon::Users, "/users"),
        ],
        search: Some(Search::everywhere("Serial, IMEI, MAC or customer …")),
        ..frame(title, active)
    }
}

/// The frame of a customer's page with the whole menu.
pub fn customer_frame(title: &str, active: &str) -> Frame {
    let entry = |label: &str, icon, href: &str| NavItem::new(label, icon, href, href == active);
    Frame {
        nav: vec![
            entry("Home", Icon::Home, "/home"),
            entry("Devices", Icon::Devices, "/devices").count(231),
            entry("Hubs", Icon::Hubs, "/hubs").hot(1),
            entry("Vendor clouds", Icon::Cloud, "/sources"),
            entry("Your server", Icon::Endpoint, "/endpoint"),
            entry("Sites", Icon::Sites, "/sites"),
            entry("Cases", Icon::Cases, "/cases"),
            entry("Users", Icon::Users, "/users"),
        ],
        search: Some(Search::everywhere("Serial, IMEI, MAC or hub …")),
        ..frame(title, active)
    }
}

/// The frame of somebody who keeps the books.
pub fn finance_frame(title: &str, active: &str) -> Frame {
    let entry = |label: &str, icon, href: &str| NavItem::new(label, icon, href, href == active);
    Frame {
        organisation_note: "Finance".into(),
        user: "Ines Marchetti".into(),
        user_initials: "IM".into(),
        nav: vec![
            entry("Distributors", Icon::Distributors, "/admin/distributors").count(12),
            entry("Customers", Icon::Customers, "/admin/customers").count(486),
        ],
        status: None,
        ..platform_frame(title, active)
    }
}

fn crumbs(steps: &[(&str, &str)]) -> Vec<Crumb> {
    steps
        .iter()
        .map(|(label, href)| Crumb::to(*label, *href))
        .collect()
}

fn days_ago(days: i64) -> When {
    When::day(now() - TimeDelta::days(days), &zone())
}

fn signal(bars: u8) -> Signal {
    let title = ["−112 dBm", "−104 dBm", "−93 dBm", "−81 dBm", "−67 dBm"];
    Signal {
        bars,
        title: title.get(usize::from(bars)).copied().unwrap_or_default().into(),
    }
}

fn event(
    title: &str,
    subject: Option<Link>,
    detail: &str,
    who: &str,
    days: i64,
    tone: Tone,
) -> TimelineEntry {
    TimelineEntry {
        title: title.into(),
        subject,
        detail: detail.into(),
        who: who.into(),
        at: days_ago(days),
        tone,
    }
}

/// Devices as rows of somebody else's page.
pub(crate) fn held_device_rows() -> Vec<crate::HeldDeviceRow> {
    devices::rows()
}

/// Hubs likewise.
pub(crate) fn held_hub_rows() -> Vec<crate::HeldHubRow> {
    hubs::hub_rows()
}

/// Customers likewise.
pub(crate) fn customer_rows() -> Vec<crate::CustomerRow> {
    organisations::customer_rows()
}
