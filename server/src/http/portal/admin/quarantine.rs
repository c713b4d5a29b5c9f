//! `GET /admin/quarantine`, `POST /admin/quarantine/dismiss`: what was authenticated but not believed.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use web_templates::text::{counted, size};
use web_templates::{AdminQuarantinePage, Dismissal, Field, Form, Link, QuarantineRow, When};

use crate::ground::enums::QuarantineReason;
use crate::ground::ids::QuarantineId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, frame};
use crate::http::portal::list::{ROWS, ask, chosen, filter, pager, select, typed};
use crate::http::portal::local::see;
use crate::http::portal::page::{html, html_with};
use crate::http::portal::said::SaidQuery;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::registry::overview;
use crate::registry::quarantine::{self, QuarantineFilter, QuarantineKey, QuarantinedItem};
use crate::tenancy::Scope as _;

/// The word for what was dismissed.
const DISMISSED: &str = "dismissed";

#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    standing: String,
    #[serde(default)]
    after: String,
    #[serde(default)]
    said: String,
}

/// What waits, or what was dismissed, newest first; never what it says.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    let mut page = page(&state, &visitor, &asked).await?;
    page.frame.flashes = SaidQuery::of(&asked.said).flashes();
    html(&page)
}

/// Dismisses those that are ticked, with a reason.
pub(super) async fn dismiss(
    state: web::Data<State>,
    visitor: Visitor,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let items: Result<Vec<QuarantineId>, _> = sent.all("item").map(str::parse).collect();
    let items = items.map_err(|_| PageError::bad_request())?;
    let by = (visitor.admin()?, visitor.person().name.as_str());
    let done = quarantine::dismiss(state.ground(), state.database(), by, &items, sent.get("reason")).await;
    match done {
        Ok(()) => Ok(see("/admin/quarantine?said=quarantine-dismissed")),
        Err(error) => {
            let mut page = page(&state, &visitor, &Asked::default()).await?;
            let refused = Refused::from(error);
            let status = match &mut page.dismiss {
                Some(form) => refused.show(form, &sent)?,
                None => StatusCode::CONFLICT,
            };
            html_with(status, &page)
        }
    }
}

async fn page(state: &State, visitor: &Visitor, asked: &Asked) -> Result<AdminQuarantinePage, PageError> {
    let wanted = QuarantineFilter {
        q: typed(&asked.q),
        reason: chosen(&asked.reason),
        dismissed: asked.standing == DISMISSED,
    };
    let (ask, now) = (ask::<QuarantineKey>(&asked.after, ROWS)?, state.ground().now());
    let (found, waiting, counts) = visitor
        .admin()?
        .run(state.database(), async |tx| {
            let page = quarantine::list(tx, &wanted, &ask).await?;
            let waiting = quarantine::waiting(tx).await?;
            Ok::<_, PageError>((page, waiting, overview::counts(tx, now).await?))
        })
        .await?;
    let frame = frame(state, visitor, Place::Quarantine, "Quarantine", &counts);
    let reasons = QuarantineReason::ALL
        .iter()
        .map(|reason| (reason.as_str(), words(*reason)));
    let standing = [(DISMISSED, "Dismissed")];
    let selects = vec![
        select("reason", "Why", "All reasons", &asked.reason, reasons),
        select("standing", "Standing", "Waiting", &asked.standing, standing),
    ];
    let pairs = [
        ("q", asked.q.as_str()),
        ("reason", asked.reason.as_str()),
        ("standing", asked.standing.as_str()),
    ];
    let (one, many) = if wanted.dismissed {
        ("item still waits", "items still wait")
    } else {
        ("item waits", "items wait")
    };
    let text = counted(waiting.unsigned_abs(), one, many);
    let may_dismiss = !wanted.dismissed && !found.rows.is_empty();
    Ok(AdminQuarantinePage {
        frame,
        filter: filter(
            "/admin/quarantine",
            &asked.q,
            "Serial, hub, vendor cloud or customer",
            selects,
        ),
        dismiss: may_dismiss.then(|| form(visitor.csrf(state))),
        rows: found
            .rows
            .into_iter()
            .map(|item| row(state, visitor, item))
            .collect(),
        pager: pager(
            "/admin/quarantine",
            &pairs,
            &asked.after,
            found.next.as_ref(),
            text,
        ),
    })
}

fn form(csrf: String) -> Form {
    let why = Field::text("reason", "Why")
        .required()
        .placeholder("a test of the hub before it was placed")
        .hint("It stays with them, and who dismissed them. No patient's name.");
    Form::new("/admin/quarantine/dismiss", csrf, "Dismiss the chosen").fields(vec![why])
}

fn row(state: &State, visitor: &Visitor, item: QuarantinedItem) -> QuarantineRow {
    let (now, zone) = (state.ground().now(), visitor.zone());
    let dismissed = item.dismissed.as_ref().map(|gone| Dismissal {
        at: When::clock(gone.at, now, &zone),
        by: gone.by.clone(),
        why: gone.why.clone(),
    });
    let of_source = item
        .source
        .map(|(id, name)| Link::to(name, format!("/sources/{id}")));
    QuarantineRow {
        id: dismissed.is_none().then(|| item.id.to_string()),
        dismissed,
        at: When::clock(item.received_at, now, &zone),
        reason: words(item.reason).to_owned(),
        detail: item.detail.unwrap_or_default(),
        device: item.claimed.or(item.serial),
        via: of_source.or(item.hub_name.map(Link::plain)),
        customer: item.customer_name,
        size: size(u64::from(item.bytes.unsigned_abs())),
    }
}

const fn words(reason: QuarantineReason) -> &'static str {
    match reason {
        QuarantineReason::UnknownDevice => "Unknown device",
        QuarantineReason::WrongOwner => "Another customer's device",
        QuarantineReason::NoOwner => "Not held when it measured",
        QuarantineReason::InactiveDevice => "Device switched off",
        QuarantineReason::Undecodable => "Could not be read",
        QuarantineReason::Implausible => "Physically impossible",
        QuarantineReason::ClockSuspectMoved => "Impossible time, device has moved",
        QuarantineReason::Unpaired => "Device without a patient",
        QuarantineReason::NoValue => "Nothing was measured",
        QuarantineReason::UnknownType => "Unknown type of message",
    }
}
