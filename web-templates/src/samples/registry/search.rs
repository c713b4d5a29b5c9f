//! What was found.

use super::{distributor_frame, platform_frame};
use crate::icon::Icon;
use crate::pages::search::{Hit, HitGroup, SearchPage};
use crate::parts::{Tag, Tone};

const HINT: &str = "A serial, an IMEI, a MAC or a customer's name.";

/// Hits of several sorts.
pub fn search() -> SearchPage {
    let hit = |title: &str, code: &str, detail: &str, icon, state| Hit {
        href: "/admin/devices/d1".into(),
        icon,
        title: title.into(),
        code: code.into(),
        detail: detail.into(),
        state,
    };
    let active = || Some(Tag::new("active", Tone::Ok));
    SearchPage {
        frame: platform_frame("Search", "/search"),
        q: "0017".into(),
        hint: HINT.into(),
        groups: vec![
            HitGroup {
                title: "Devices".into(),
                icon: Icon::Devices,
                hits: vec![
                    hit(
                        "Omron HEM-7142T1",
                        "D000017",
                        "Northside Clinic",
                        Some(Icon::BloodPressure),
                        active(),
                    ),
                    hit(
                        "A&D UC-352BLE",
                        "W880017",
                        "platform stock",
                        Some(Icon::Weight),
                        Some(Tag::new("in stock", Tone::Quiet)),
                    ),
                ],
                more: Some("/admin/devices?q=0017".into()),
            },
            HitGroup {
                title: "Hubs".into(),
                icon: Icon::Hubs,
                hits: vec![hit(
                    "Ward 3 East",
                    "HB-00017",
                    "Northside Clinic",
                    None,
                    Some(Tag::new("offline for 3 h", Tone::Warn)),
                )],
                more: None,
            },
            HitGroup {
                title: "Customers".into(),
                icon: Icon::Customers,
                hits: vec![hit(
                    "Northside Clinic",
                    "",
                    "Rochester, NY · through Meridian Medical Supply",
                    None,
                    active(),
                )],
                more: None,
            },
        ],
    }
}

/// No hit.
pub fn search_nothing() -> SearchPage {
    SearchPage {
        frame: distributor_frame("Search", "/search"),
        q: "D9999".into(),
        hint: HINT.into(),
        groups: vec![],
    }
}
