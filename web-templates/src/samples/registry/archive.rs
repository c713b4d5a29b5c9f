//! The archive of a clinic.

use chrono::TimeDelta;

use super::{customer_frame, now, zone};
use crate::pages::archive::{ArchivePage, ArchivedDayRow};
use crate::parts::{Pager, When};
use crate::{Crumb, text};

/// A week of it.
pub fn archive() -> ArchivePage {
    let row = |ago: i64| {
        let day = now() - TimeDelta::days(7 + ago);
        let readings = 2_310 + 97 * ago.unsigned_abs();
        ArchivedDayRow {
            day: day.format("%b %-d, %Y").to_string(),
            href: format!("/organization/archive/{}", day.format("%F")),
            readings,
            messages: readings - 214,
            size: text::size(readings * 231),
            read_back: When::full(day + TimeDelta::days(8), &zone()),
        }
    };
    let mut frame = customer_frame("Archive", "/organization");
    frame.crumbs = vec![Crumb::to("Your organization", "/organization")];
    ArchivePage {
        frame,
        rows: (1..=7).map(row).collect(),
        empty: String::new(),
        pager: Pager::default(),
    }
}

/// Nothing yet.
pub fn archive_empty() -> ArchivePage {
    ArchivePage {
        rows: Vec::new(),
        empty: "Readings are deleted after seven days.".into(),
        ..archive()
    }
}
