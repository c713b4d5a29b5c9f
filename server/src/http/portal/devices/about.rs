//! `GET /devices/{id}/about`, and `GET /devices/{id}` of who sees no values: what is known of a device besides what it
//! measured, what can be done with it, and its life.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use web_templates::{Action, HeldDevicePage, Icon};

use super::held_row::{LastHubs, holder, last_hubs};
use super::parts::{model, state as device_state};
use super::{facts, life, offered, said};
use crate::ground::enums::DeviceState;
use crate::ground::ids::{DeviceId, SiteId, SourceId};
use crate::http::State;
use crate::http::portal::choose::Offer;
use crate::http::portal::desk::trouble::trouble_action;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, crumb, frame};
use crate::http::portal::local::with_query;
use crate::http::portal::once;
use crate::http::portal::orders::promised;
use crate::http::portal::page::{html, html_with};
use crate::http::portal::said::SaidQuery;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::sites;
use crate::http::portal::visitor::Visitor;
use crate::identity::{CallerScope, in_scope};
use crate::orders::Promise;
use crate::registry::devices::{self, Device};
use crate::registry::errands::Thing;
use crate::registry::life::{self as lives, Life};
use crate::registry::overview::{self, Counts};
use crate::registry::{HasRights, sources, tokens};
use crate::tenancy::{Right, Scope as _};

/// What the page is made of.
pub(super) struct Known {
    pub(super) device: Device,
    pub(super) hubs: LastHubs,
    counts: Counts,
    pub(super) life: Life,
    /// The order or return that it is promised to, for who may see those.
    pub(super) promise: Option<Promise>,
    /// The vendor's cloud that speaks for it, its name and what the vendor calls the device, for who may see those.
    pub(super) source: Option<(SourceId, String, String)>,
    /// Since when a token of the present holder works.
    pub(super) token_since: Option<DateTime<Utc>>,
    /// To whom it could go.
    pub(super) customers: Offer,
    pub(super) distributors: Offer,
    /// The customer's sites, for its own people.
    pub(super) sites: Vec<(SiteId, String)>,
}

/// The page of a customer's own people beside that of the readings.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    request: HttpRequest,
    id: web::Path<DeviceId>,
    said: web::Query<SaidQuery>,
) -> Result<HttpResponse, PageError> {
    answer(&state, &visitor, &request, *id, &said).await
}

/// The page. A token that was just made is shown once.
pub(super) async fn answer(
    state: &State,
    visitor: &Visitor,
    request: &HttpRequest,
    id: DeviceId,
    said: &SaidQuery,
) -> Result<HttpResponse, PageError> {
    let known = find(state, visitor, id).await?;
    let mut page = page(state, visitor, &known);
    page.frame.flashes = said.flashes();
    let adopted = said::from_source(visitor, said, &known.device);
    page.frame.flashes.extend(adopted);
    let Some(token) = once::take(state, visitor, request) else {
        return html(&page);
    };
    page.token_once = Some(token.secret);
    let mut response = html(&page)?;
    once::forget(state, request, &mut response);
    Ok(response)
}

/// The page after something could not be done: the reason stands where it was tried.
pub(super) async fn refused(
    state: &State,
    visitor: &Visitor,
    id: DeviceId,
    (verb, sent): (&str, &Sent),
    refused: Refused,
) -> Result<HttpResponse, PageError> {
    let known = find(state, visitor, id).await?;
    let mut page = page(state, visitor, &known);
    let tried = format!("/devices/{id}/{verb}");
    let status = refused.show_at(&mut page.frame, &mut page.moves, &tried, sent)?;
    html_with(status, &page)
}

async fn find(state: &State, visitor: &Visitor, id: DeviceId) -> Result<Known, PageError> {
    let mut known = in_scope!(visitor.caller(), scope => seen(state, visitor, scope, id).await)?;
    if let (CallerScope::Admin(scope), DeviceState::Stock) = (visitor.scope(), known.device.state) {
        known.distributors = scope
            .run(state.database(), async |tx| Offer::distributors(tx).await)
            .await?;
    }
    known.life = lives::told(state.database(), known.life).await?;
    known.sites = sites::offered(state, visitor).await?;
    Ok(known)
}

async fn seen<S: HasRights>(
    state: &State,
    visitor: &Visitor,
    scope: &S,
    id: DeviceId,
) -> Result<Known, PageError> {
    let token_since = tokens::issued_at(state.database(), scope, id).await?;
    let now = state.ground().now();
    scope
        .run(state.database(), async |tx| {
            let device = devices::get(tx, id).await?;
            let customers = if visitor.can(Right::PlaceDevices) {
                Offer::customers(tx).await?
            } else {
                Offer::default()
            };
            let source = if visitor.can(Right::ManageSources) {
                sources::of_device(tx, id).await?
            } else {
                None
            };
            Ok(Known {
                source,
                hubs: last_hubs(tx, std::slice::from_ref(&device)).await?,
                counts: overview::counts(tx, now).await?,
                life: lives::of_device(tx, scope, id).await?,
                promise: promised::find(tx, visitor, Thing::Device(id), device.reserved).await?,
                device,
                token_since,
                customers,
                distributors: Offer::default(),
                sites: Vec::new(),
            })
        })
        .await
}

fn page(state: &State, visitor: &Visitor, known: &Known) -> HeldDevicePage {
    let device = &known.device;
    let mut frame = frame(state, visitor, Place::Devices, &model(device), &known.counts);
    frame.crumbs = vec![crumb("Devices", "/devices")];
    HeldDevicePage {
        frame,
        kinds: device.kinds.clone(),
        model: model(device),
        serial: device.serial.clone(),
        state: device_state(device, state.ground().now()),
        holder: holder(visitor, device),
        warnings: facts::warnings(state, device),
        actions: actions(visitor, device),
        token_once: None,
        stats: facts::stats(state, visitor, known),
        cards: facts::cards(state, visitor, known),
        moves: offered::moves(state, visitor, known),
        life: life::entries(state, visitor, &known.life),
        notes: Vec::new(),
        note_form: None,
    }
}

/// The buttons at the top: its readings, its label.
fn actions(visitor: &Visitor, device: &Device) -> Vec<Action> {
    let path = format!("/devices/{}", device.id);
    let readings = visitor.can(Right::SeeMeasurements).then(|| {
        Action::go("Its readings", path)
            .icon(Icon::of(super::parts::kind(device, None)))
            .primary()
    });
    let label = with_query("/labels", &[("device", &device.id.to_string())]);
    let label = may_label(visitor, device).then(|| Action::go("Print its label", label).icon(Icon::Label));
    let trouble = trouble_action("devices", device.id);
    readings.into_iter().chain(label).chain([trouble]).collect()
}

/// A label holds the code that lets its reader have the device, so only who has it in stock prints one.
fn may_label(visitor: &Visitor, device: &Device) -> bool {
    let is_theirs = match visitor.scope() {
        CallerScope::Admin(_) => device.distributor.is_none(),
        CallerScope::Distributor(_) => true,
        CallerScope::Finance(_) | CallerScope::Customer(_) => false,
    };
    let lies_there = matches!(device.state, DeviceState::Stock | DeviceState::Returned);
    is_theirs && lies_there && device.customer.is_none() && visitor.can(Right::PlaceDevices)
}
