//! `GET /admin/refusals`: why did nothing arrive?

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use web_templates::{AdminRefusalsPage, RefusalRow, When};

use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, frame};
use crate::http::portal::list::{ROWS, ask, filter, pager, typed};
use crate::http::portal::page::html;
use crate::http::portal::visitor::Visitor;
use crate::registry::Ask;
use crate::registry::devices::{self, DeviceFilter};
use crate::registry::overview::{self, HubFilter};
use crate::registry::refusals::{self, RefusalCount, RefusalFilter, RefusalKey};
use crate::tenancy::{AdminScope, Scope as _, Tx};

/// Devices and hubs among which the exact serial is looked for.
const CANDIDATES: u16 = 100;

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    after: String,
}

/// What intake refused, newest first.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    let (ask, now) = (ask::<RefusalKey>(&asked.after, ROWS)?, state.ground().now());
    let q = typed(&asked.q);
    let (page, counts) = visitor
        .admin()?
        .run(state.database(), async |tx| {
            let wanted = match &q {
                Some(serial) => subject(tx, serial).await?,
                None => RefusalFilter::default(),
            };
            let page = refusals::list(tx, &wanted, &ask).await?;
            Ok::<_, PageError>((page, overview::counts(tx, now).await?))
        })
        .await?;
    let frame = frame(&state, &visitor, Place::Refusals, "Refusals", &counts);
    html(&AdminRefusalsPage {
        frame,
        filter: filter(
            "/admin/refusals",
            &asked.q,
            "Serial, or what a stranger calls itself",
            Vec::new(),
        ),
        rows: page
            .rows
            .iter()
            .map(|count| row(&state, &visitor, count))
            .collect(),
        pager: pager(
            "/admin/refusals",
            &[("q", &asked.q)],
            &asked.after,
            page.next.as_ref(),
            String::new(),
        ),
    })
}

/// The device or the hub of this serial, else who called themselves so, or came from there, and proved nothing.
async fn subject(tx: &Tx<AdminScope>, serial: &str) -> Result<RefusalFilter, PageError> {
    let wanted = DeviceFilter {
        q: Some(serial.to_owned()),
        ..DeviceFilter::default()
    };
    let found = devices::list(tx, &wanted, &Ask::first(CANDIDATES)).await?;
    if let Some(device) = found
        .rows
        .iter()
        .find(|device| device.serial.eq_ignore_ascii_case(serial))
    {
        return Ok(RefusalFilter {
            device: Some(device.id),
            ..RefusalFilter::default()
        });
    }
    let wanted = HubFilter {
        q: Some(serial.to_owned()),
        state: None,
        site: None,
        ..HubFilter::default()
    };
    let found = overview::hubs(tx, &wanted, &Ask::first(CANDIDATES)).await?;
    let hub = found
        .rows
        .iter()
        .find(|hub| hub.serial.eq_ignore_ascii_case(serial));
    Ok(match hub {
        Some(hub) => RefusalFilter {
            hub: Some(hub.id),
            ..RefusalFilter::default()
        },
        None => RefusalFilter {
            claimed: Some(serial.to_owned()),
            ..RefusalFilter::default()
        },
    })
}

/// One count of refusals; never a value of one.
pub(super) fn row(state: &State, visitor: &Visitor, count: &RefusalCount) -> RefusalRow {
    let (now, zone) = (state.ground().now(), visitor.zone());
    let told = count.claimed.as_deref().map(|name| format!("says it is {name}"));
    let from = count.remote.as_deref().map(|remote| format!("from {remote}"));
    let subject = match (&count.serial, &count.hub_name, &count.source_name) {
        (Some(serial), ..) => format!("device {serial}"),
        (None, Some(name), _) => format!("hub {name}"),
        (None, None, Some(name)) => format!("vendor cloud {name}"),
        (None, None, None) => told.into_iter().chain(from).collect::<Vec<_>>().join(", "),
    };
    let reason = count.reason.replace('-', " ");
    RefusalRow {
        at: When::clock(count.last_at, now, &zone),
        subject,
        reason: count
            .detail
            .as_ref()
            .map_or_else(|| reason.clone(), |detail| format!("{reason}: {detail}")),
        count: count.count.unsigned_abs(),
    }
}
