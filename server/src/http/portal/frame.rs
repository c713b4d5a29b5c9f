//! What stands around every page: who is signed in, where one can go.

use web_templates::text::{grouped, initials};
use web_templates::{Crumb, Frame, Icon, NavItem, Search, Theme};

use super::visitor::Visitor;
use crate::http::State;
use crate::identity::CallerScope;
use crate::registry::overview::Counts;
use crate::tenancy::Permission;

/// An entry of the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// An administrator's first page.
    Today,
    /// Devices: a customer's, a distributor's, or all.
    Devices,
    /// Hubs.
    Hubs,
    /// A customer's own server.
    Endpoint,
    /// Customers and distributors.
    Organisations,
    /// What was authenticated but not believed.
    Quarantine,
    /// What was refused.
    Refusals,
}

/// The frame of a page, with the counts of what this person sees.
pub(super) fn frame(state: &State, visitor: &Visitor, place: Place, title: &str, counts: &Counts) -> Frame {
    let person = visitor.person();
    let (platform, note) = match visitor.scope() {
        CallerScope::Admin(_) => ("Vitalwire platform", "Administrator"),
        CallerScope::Distributor(_) => ("", "Distributor"),
        CallerScope::Customer(_) => ("", "Customer"),
    };
    let organisation = person.organisation.clone().unwrap_or_else(|| platform.to_owned());
    let (action, placeholder) = match visitor.scope() {
        CallerScope::Admin(_) => ("/admin/devices", "Serial or model …"),
        CallerScope::Distributor(_) | CallerScope::Customer(_) => {
            ("/devices", "Serial, model or reference …")
        }
    };
    Frame {
        title: title.to_owned(),
        initials: initials(&organisation),
        organisation,
        organisation_note: note.to_owned(),
        user: person.name.clone(),
        user_initials: initials(&person.name),
        nav: nav(visitor, place, counts),
        crumbs: Vec::new(),
        search: Some(Search {
            action: action.to_owned(),
            placeholder: placeholder.to_owned(),
        }),
        csrf: visitor.csrf(state),
        flashes: Vec::new(),
        theme: Theme::Auto,
        live: false,
        status: None,
    }
}

/// A step on the way to a page.
pub(super) fn crumb(label: &str, href: &str) -> Crumb {
    Crumb {
        label: label.to_owned(),
        href: Some(href.to_owned()),
    }
}

fn nav(visitor: &Visitor, here: Place, counts: &Counts) -> Vec<NavItem> {
    let entry = |place: Place, label: &str, icon: Icon, href: &str| NavItem {
        label: label.to_owned(),
        icon,
        href: href.to_owned(),
        active: place == here,
        count: None,
        hot: false,
    };
    let devices = |href| {
        counted(
            entry(Place::Devices, "Devices", Icon::Devices, href),
            counts.devices,
        )
    };
    let hubs = |href| match counts.hubs_to_confirm {
        0 => counted(entry(Place::Hubs, "Hubs", Icon::Hubs, href), counts.hubs),
        waiting => NavItem {
            hot: true,
            ..counted(entry(Place::Hubs, "Hubs", Icon::Hubs, href), waiting)
        },
    };
    match visitor.scope() {
        CallerScope::Admin(_) => vec![
            entry(Place::Today, "Today", Icon::Home, "/admin"),
            entry(
                Place::Organisations,
                "Organizations",
                Icon::Organisations,
                "/admin/organisations",
            ),
            devices("/admin/devices"),
            hubs("/admin/hubs"),
            entry(
                Place::Quarantine,
                "Quarantine",
                Icon::Quarantine,
                "/admin/quarantine",
            ),
            entry(Place::Refusals, "Refusals", Icon::Refusals, "/admin/refusals"),
        ],
        CallerScope::Distributor(_) => vec![devices("/devices")],
        CallerScope::Customer(_) => {
            let mut entries = vec![devices("/devices"), hubs("/hubs")];
            if visitor.may(Permission::ManageEndpoints) {
                entries.push(entry(Place::Endpoint, "Your server", Icon::Endpoint, "/endpoint"));
            }
            entries
        }
    }
}

fn counted(entry: NavItem, count: i64) -> NavItem {
    NavItem {
        count: Some(grouped(count.unsigned_abs())),
        ..entry
    }
}
