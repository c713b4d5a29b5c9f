//! `GET /sources/{id}`: one vendor's cloud, what to enter at the vendor, its devices, and what can be done with it.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use web_templates::SourcePage;

use super::{facts, offered, tables, words};
use crate::ground::ids::SourceId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, crumb, frame};
use crate::http::portal::once;
use crate::http::portal::page::html_with;
use crate::http::portal::said::SaidQuery;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::{CallerScope, in_scope};
use crate::registry::overview::{self, Counts};
use crate::registry::sources::{self, Source, SourceDevice, UnknownDevice};
use crate::tenancy::Scope as _;

/// What the page is made of.
pub(super) struct Known {
    pub(super) source: Source,
    pub(super) waiting: Vec<UnknownDevice>,
    pub(super) devices: Vec<SourceDevice>,
    counts: Counts,
}

/// The page. A secret that was just made is shown once.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    request: HttpRequest,
    id: web::Path<SourceId>,
    said: web::Query<SaidQuery>,
) -> Result<HttpResponse, PageError> {
    let known = find(&state, &visitor, *id).await?;
    let mut page = page(&state, &visitor, &known);
    page.frame.flashes = said.flashes();
    let Some(made) = once::take(&state, &visitor, &request) else {
        return html_with(StatusCode::OK, &page);
    };
    page.secret = Some(facts::secret(&state, &known.source, made.secret));
    let mut response = html_with(StatusCode::OK, &page)?;
    once::forget(&state, &request, &mut response);
    Ok(response)
}

/// The page after something could not be done: the reason stands where it was tried.
pub(super) async fn refused(
    state: &State,
    visitor: &Visitor,
    id: SourceId,
    (verb, sent): (&str, &Sent),
    refused: Refused,
) -> Result<HttpResponse, PageError> {
    let known = find(state, visitor, id).await?;
    let mut page = page(state, visitor, &known);
    let tried = format!("/sources/{id}/{verb}");
    let status = refused.show_at(&mut page.frame, &mut page.moves, &tried, sent)?;
    html_with(status, &page)
}

async fn find(state: &State, visitor: &Visitor, id: SourceId) -> Result<Known, PageError> {
    let now = state.ground().now();
    in_scope!(visitor.caller(), scope => {
        scope
            .run(state.database(), async |tx| {
                Ok(Known {
                    source: sources::get(tx, scope, id).await?,
                    waiting: sources::waiting(tx, scope, id).await?,
                    devices: sources::spoken_for(tx, scope, id).await?,
                    counts: overview::counts(tx, now).await?,
                })
            })
            .await
    })
}

fn page(state: &State, visitor: &Visitor, known: &Known) -> SourcePage {
    let source = &known.source;
    let mut frame = frame(state, visitor, Place::Sources, &source.name, &known.counts);
    frame.crumbs = vec![crumb("Vendor clouds", "/sources")];
    let is_admin = matches!(visitor.scope(), CallerScope::Admin(_));
    SourcePage {
        frame,
        vendor: words::vendor(source.vendor).to_owned(),
        state: words::tag(source, state.ground().now()),
        holder: is_admin.then(|| words::holder(source)),
        warnings: facts::warnings(state, visitor, source),
        secret: None,
        stats: facts::stats(state, visitor, source),
        with_holder: is_admin,
        waiting: tables::waiting(state, visitor, known),
        devices: tables::devices(state, visitor, known),
        cards: facts::cards(state, source),
        moves: offered::moves(state, visitor, known),
    }
}
