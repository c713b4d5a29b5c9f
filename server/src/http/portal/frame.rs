//! What stands around every page: who is signed in, and where they may go.

use web_templates::text::initials;
use web_templates::{Crumb, Frame, Icon, NavItem, Search, Theme, When};

use super::unsent;
use super::visitor::Visitor;
use crate::ground::enums::Look;
use crate::http::State;
use crate::identity::CallerScope;
use crate::registry::overview::Counts;
use crate::tenancy::Right;

/// An entry of the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// One's first page: an administrator's Today, a distributor's portfolio, a customer's home.
    Home,
    /// Distributors.
    Distributors,
    /// Customers.
    Customers,
    /// Devices: a customer's, a distributor's, or all.
    Devices,
    /// Hubs.
    Hubs,
    /// Accounts in vendors' clouds that push readings.
    Sources,
    /// A customer's sites and care teams.
    Sites,
    /// A distributor's stock, and what came and went.
    Stock,
    /// Orders of devices and hubs, and returns.
    Orders,
    /// Cases: questions, and what does not work.
    Cases,
    /// Models of devices.
    Models,
    /// A customer's own server.
    Endpoint,
    /// People.
    Users,
    /// One's own organisation.
    Organisation,
    /// What was authenticated but not believed.
    Quarantine,
    /// What was refused.
    Refusals,
    /// A page that is in no menu: a search, one's own account.
    Nowhere,
}

/// The frame of a page, with the counts of what this person sees.
pub(super) fn frame(state: &State, visitor: &Visitor, place: Place, title: &str, counts: &Counts) -> Frame {
    let person = visitor.person();
    let (platform, note, hint) = match visitor.scope() {
        CallerScope::Admin(_) => (
            "Vitalwire platform",
            "Administrator",
            "Serial, IMEI, MAC or customer …",
        ),
        CallerScope::Finance(_) => ("Vitalwire platform", "Finance", "Customer or distributor …"),
        CallerScope::Distributor(_) => ("", "Distributor", "Serial, IMEI, MAC or customer …"),
        CallerScope::Customer(_) => ("", "Customer", "Serial, IMEI, MAC or hub …"),
    };
    let organisation = person.organisation.clone().unwrap_or_else(|| platform.to_owned());
    Frame {
        title: title.to_owned(),
        initials: initials(&organisation),
        organisation,
        organisation_note: note.to_owned(),
        user: person.name.clone(),
        user_initials: initials(&person.name),
        nav: nav(visitor, place, counts),
        crumbs: Vec::new(),
        search: visitor.can(Right::Search).then(|| Search::everywhere(hint)),
        csrf: visitor.csrf(state),
        typed_key: unsent::key(state, visitor),
        flashes: visitor.sent_in_vain().then(unsent::flashes).unwrap_or_default(),
        theme: match person.preferences.look {
            Look::Auto => Theme::Auto,
            Look::Light => Theme::Light,
            Look::Dark => Theme::Dark,
        },
        made: When::full(state.ground().now(), &visitor.zone()),
        time_zone: visitor.zone().name().to_owned(),
        live: false,
        status: None,
    }
}

/// A step on the way to a page.
pub(super) fn crumb(label: &str, href: &str) -> Crumb {
    Crumb::to(label, href)
}

/// The menu, in order: each entry with the right that its page takes.
const MENU: [(Place, &str, Icon, &str, Right); 15] = [
    (
        Place::Distributors,
        "Distributors",
        Icon::Distributors,
        "/distributors",
        Right::SeeDistributors,
    ),
    (
        Place::Customers,
        "Customers",
        Icon::Customers,
        "/customers",
        Right::SeeCustomers,
    ),
    (
        Place::Devices,
        "Devices",
        Icon::Devices,
        "/devices",
        Right::SeeDevices,
    ),
    (Place::Hubs, "Hubs", Icon::Hubs, "/hubs", Right::SeeHubs),
    (
        Place::Sources,
        "Vendor clouds",
        Icon::Cloud,
        "/sources",
        Right::ManageSources,
    ),
    (Place::Sites, "Sites", Icon::Sites, "/sites", Right::SeeSites),
    (Place::Stock, "Stock", Icon::Stock, "/stock", Right::PlaceDevices),
    (Place::Orders, "Orders", Icon::Orders, "/orders", Right::SeeOrders),
    (Place::Cases, "Cases", Icon::Cases, "/cases", Right::SeeCases),
    (
        Place::Endpoint,
        "Your server",
        Icon::Endpoint,
        "/endpoint",
        Right::ManageEndpoints,
    ),
    (
        Place::Models,
        "Models",
        Icon::Models,
        "/models",
        Right::ManageModels,
    ),
    (Place::Users, "People", Icon::Users, "/users", Right::ManageUsers),
    (
        Place::Organisation,
        "Your organization",
        Icon::Settings,
        "/organization",
        Right::SeeOwnProfile,
    ),
    (
        Place::Quarantine,
        "Quarantine",
        Icon::Quarantine,
        "/admin/quarantine",
        Right::SeePlatform,
    ),
    (
        Place::Refusals,
        "Refusals",
        Icon::Refusals,
        "/admin/refusals",
        Right::SeePlatform,
    ),
];

fn nav(visitor: &Visitor, here: Place, counts: &Counts) -> Vec<NavItem> {
    let home = match visitor.scope() {
        CallerScope::Admin(_) => Some(("Today", Icon::Home, "/admin")),
        CallerScope::Distributor(_) => Some(("Portfolio", Icon::Portfolio, "/portfolio")),
        CallerScope::Customer(_) => Some(("Home", Icon::Home, "/home")),
        CallerScope::Finance(_) => None,
    };
    let home = home.map(|(label, icon, href)| NavItem::new(label, icon, href, here == Place::Home));
    let is_customer = matches!(visitor.scope(), CallerScope::Customer(_));
    let is_shown = |place: Place, right: Right| {
        // A customer is one: the list of those it sees is its own profile.
        visitor.can(right) && !(is_customer && place == Place::Customers)
    };
    let waits = visitor.waits();
    let entries = MENU
        .iter()
        .filter(|(place, .., right)| is_shown(*place, *right))
        .map(|(place, label, icon, href, _)| {
            let entry = NavItem::new(*label, *icon, *href, here == *place);
            match place {
                Place::Devices => entry.count(counts.devices.unsigned_abs()),
                Place::Hubs if counts.hubs_to_confirm > 0 => entry.hot(counts.hubs_to_confirm.unsigned_abs()),
                Place::Hubs => entry.count(counts.hubs.unsigned_abs()),
                Place::Orders => entry.hot(waits.orders.unsigned_abs()),
                Place::Cases => entry.hot(waits.cases.unsigned_abs()),
                _ => entry,
            }
        });
    home.into_iter().chain(entries).collect()
}
