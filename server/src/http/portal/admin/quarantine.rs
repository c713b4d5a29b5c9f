//! `GET /admin/quarantine`: what was authenticated but not believed.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use web_templates::text::{counted, size};
use web_templates::{AdminQuarantinePage, QuarantineRow, When};

use crate::ground::enums::QuarantineReason;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, frame};
use crate::http::portal::list::{ROWS, ask, chosen, filter, pager, select, typed};
use crate::http::portal::page::html;
use crate::http::portal::visitor::Visitor;
use crate::registry::overview;
use crate::registry::quarantine::{self, QuarantineFilter, QuarantineKey, QuarantinedItem};
use crate::tenancy::Scope as _;

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    after: String,
}

/// What waits, newest first; never what it says.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    let wanted = QuarantineFilter {
        q: typed(&asked.q),
        reason: chosen(&asked.reason),
    };
    let (ask, now) = (ask::<QuarantineKey>(&asked.after, ROWS)?, state.ground().now());
    let (page, waiting, counts) = visitor
        .admin()?
        .run(state.database(), async |tx| {
            let page = quarantine::list(tx, &wanted, &ask).await?;
            let waiting = quarantine::waiting(tx).await?;
            Ok::<_, PageError>((page, waiting, overview::counts(tx, now).await?))
        })
        .await?;
    let mut frame = frame(&state, &visitor, Place::Quarantine, "Quarantine", &counts);
    frame.search = None;
    let reasons = QuarantineReason::ALL
        .iter()
        .map(|reason| (reason.as_str(), words(*reason)));
    let selects = vec![select("reason", "Why", "All reasons", &asked.reason, reasons)];
    let pairs = [("q", asked.q.as_str()), ("reason", asked.reason.as_str())];
    let text = counted(waiting.unsigned_abs(), "item waits", "items wait");
    html(&AdminQuarantinePage {
        frame,
        filter: filter("/admin/quarantine", &asked.q, "Serial, hub or customer", selects),
        rows: page
            .rows
            .into_iter()
            .map(|item| row(&state, &visitor, item))
            .collect(),
        pager: pager(
            "/admin/quarantine",
            &pairs,
            &asked.after,
            page.next.as_ref(),
            text,
        ),
    })
}

fn row(state: &State, visitor: &Visitor, item: QuarantinedItem) -> QuarantineRow {
    let (now, zone) = (state.ground().now(), visitor.zone());
    QuarantineRow {
        at: When::clock(item.received_at, now, &zone),
        reason: words(item.reason).to_owned(),
        detail: item.detail.unwrap_or_default(),
        device: item.claimed.or(item.serial),
        hub: item.hub_name,
        customer: item.customer_name,
        size: size(u64::from(item.bytes.unsigned_abs())),
    }
}

const fn words(reason: QuarantineReason) -> &'static str {
    match reason {
        QuarantineReason::UnknownDevice => "Unknown device",
        QuarantineReason::WrongOwner => "Another customer's device",
        QuarantineReason::NoOwner => "Nobody held the device",
        QuarantineReason::InactiveDevice => "Device switched off",
        QuarantineReason::Undecodable => "Could not be read",
        QuarantineReason::Implausible => "Physically impossible",
        QuarantineReason::ClockSuspectMoved => "Impossible time, device has moved",
        QuarantineReason::Unpaired => "Device without a patient",
    }
}
