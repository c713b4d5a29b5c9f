//! `GET /hubs/{id}`: one hub, what stands behind it, what can be done with it, and its life.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use vitals::Kind;
use web_templates::{Action, FingerprintCheck, Form, HeldHubPage, HubClaim, Icon, Svg, When};

use super::rows::{holder, tag};
use super::{facts, offered, work};
use crate::ground::enums::HubState;
use crate::ground::ids::{HubId, SiteId};
use crate::http::State;
use crate::http::portal::choose::Offer;
use crate::http::portal::desk::trouble::trouble_action;
use crate::http::portal::devices::life;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, crumb, frame};
use crate::http::portal::local::with_query;
use crate::http::portal::once::{self, Once};
use crate::http::portal::orders::promised;
use crate::http::portal::page::html_with;
use crate::http::portal::said::SaidQuery;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::sites;
use crate::http::portal::visitor::Visitor;
use crate::http::qr::qr_svg;
use crate::identity::{CallerScope, in_scope};
use crate::orders::Promise;
use crate::registry::claim::CODE_LIVES;
use crate::registry::errands::Thing;
use crate::registry::fleet::{self, Command, Log, SeenDevice};
use crate::registry::hubs::{self, Hub};
use crate::registry::life::{self as lives, Life};
use crate::registry::overview::{self, Counts};
use crate::registry::{Ask, RegistryScope, models};
use crate::tenancy::{Right, Scope as _};

/// Models that are looked through for what a device measures.
const MODELS: u16 = 1_000;

/// What the page is made of.
pub(super) struct Known {
    pub(super) hub: Hub,
    /// The devices that were last heard through it.
    pub(super) devices: Vec<SeenDevice>,
    /// What each of their models measures first, by maker and name.
    pub(super) kinds: HashMap<(String, String), Kind>,
    pub(super) commands: Vec<Command>,
    pub(super) logs: Vec<Log>,
    /// The order or return that it is promised to, for who may see those.
    pub(super) promise: Option<Promise>,
    counts: Counts,
    pub(super) life: Life,
    /// To whom it could go.
    pub(super) customers: Offer,
    pub(super) distributors: Offer,
    /// The customer's sites, for its own people.
    pub(super) sites: Vec<(SiteId, String)>,
}

/// The page.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    request: HttpRequest,
    id: web::Path<HubId>,
    said: web::Query<SaidQuery>,
) -> Result<HttpResponse, PageError> {
    let known = find(&state, &visitor, *id).await?;
    let mut page = page(&state, &visitor, &known);
    page.frame.flashes = said.flashes();
    let Some(code) = once::take(&state, &visitor, &request) else {
        return html_with(StatusCode::OK, &page);
    };
    page.claim = Some(claim(&state, &visitor, code));
    let mut response = html_with(StatusCode::OK, &page)?;
    once::forget(&state, &request, &mut response);
    Ok(response)
}

/// A claim code that was just made.
fn claim(state: &State, visitor: &Visitor, code: Once) -> HubClaim {
    let now = state.ground().now();
    HubClaim {
        qr: qr_svg(&code.secret).map(Svg),
        expires: When::clock(code.made + CODE_LIVES, now, &visitor.zone()),
        code: code.secret,
    }
}

/// The page after something could not be done: the reason stands where it was tried.
pub(super) async fn refused(
    state: &State,
    visitor: &Visitor,
    id: HubId,
    (verb, sent): (&str, &Sent),
    refused: Refused,
) -> Result<HttpResponse, PageError> {
    let known = find(state, visitor, id).await?;
    let mut page = page(state, visitor, &known);
    let tried = format!("/hubs/{id}/{verb}");
    let status = refused.show_at(&mut page.frame, &mut page.moves, &tried, sent)?;
    html_with(status, &page)
}

async fn find(state: &State, visitor: &Visitor, id: HubId) -> Result<Known, PageError> {
    let mut known = in_scope!(visitor.caller(), scope => seen(state, visitor, scope, id).await)?;
    if let (CallerScope::Admin(scope), None) = (visitor.scope(), known.hub.customer) {
        known.distributors = scope
            .run(state.database(), async |tx| Offer::distributors(tx).await)
            .await?;
    }
    known.life = lives::told(state.database(), known.life).await?;
    known.sites = sites::offered(state, visitor).await?;
    Ok(known)
}

async fn seen<S: RegistryScope>(
    state: &State,
    visitor: &Visitor,
    scope: &S,
    id: HubId,
) -> Result<Known, PageError> {
    let now = state.ground().now();
    scope
        .run(state.database(), async |tx| {
            let hub = hubs::get(tx, id).await?;
            let customers = if visitor.can(Right::PlaceDevices) {
                Offer::customers(tx).await?
            } else {
                Offer::default()
            };
            let models = models::list(tx, &Ask::first(MODELS)).await?.rows;
            let kinds = models.into_iter().filter_map(|model| {
                let first = model.kinds.first().copied()?;
                Some(((model.maker, model.name), first))
            });
            Ok(Known {
                devices: fleet::devices_of(tx, id).await?,
                kinds: kinds.collect(),
                commands: fleet::commands(tx, state.ground(), id).await?,
                logs: fleet::logs(tx, id).await?,
                counts: overview::counts(tx, now).await?,
                life: lives::of_hub(tx, scope, id).await?,
                promise: promised::find(tx, visitor, Thing::Hub(id), hub.reserved).await?,
                hub,
                customers,
                distributors: Offer::default(),
                sites: Vec::new(),
            })
        })
        .await
}

fn page(state: &State, visitor: &Visitor, known: &Known) -> HeldHubPage {
    let hub = &known.hub;
    let mut frame = frame(state, visitor, Place::Hubs, &hub.name, &known.counts);
    frame.crumbs = vec![crumb("Hubs", "/hubs")];
    let is_customer = matches!(visitor.scope(), CallerScope::Customer(_));
    HeldHubPage {
        frame,
        serial: hub.serial.clone(),
        state: tag(hub, state.ground().now()),
        holder: holder(hub).filter(|_| !is_customer),
        warnings: facts::warnings(state, known),
        actions: actions(visitor, hub),
        claim: None,
        fingerprint: fingerprint(state, visitor, hub),
        stats: facts::stats(state, visitor.zone(), known),
        cards: facts::cards(state, visitor, known),
        moves: offered::moves(state, visitor, known),
        devices: work::devices(state, visitor, known),
        commands: work::commands(state, visitor, known),
        sent: work::sent(state, visitor, known),
        life: life::entries(state, visitor, &known.life),
    }
}

fn actions(visitor: &Visitor, hub: &Hub) -> Vec<Action> {
    let label = with_query("/labels", &[("hub", &hub.id.to_string())]);
    let label = Action::go("Print its label", label).icon(Icon::Label);
    let label = (hub.state != HubState::Retired && visitor.can(Right::PlaceDevices)).then_some(label);
    label
        .into_iter()
        .chain([trouble_action("hubs", hub.id)])
        .collect()
}

/// The key that waits for somebody; who stands beside the hub confirms or refuses it.
fn fingerprint(state: &State, visitor: &Visitor, hub: &Hub) -> Option<FingerprintCheck> {
    let key = hub
        .fingerprint
        .clone()
        .filter(|_| hub.state == HubState::Claimed)?;
    let (now, zone) = (state.ground().now(), visitor.zone());
    let form = |verb: &str, words: &str| {
        let form = Form::new(format!("/hubs/{}/{verb}", hub.id), visitor.csrf(state), words);
        visitor
            .can(Right::ConfirmHubs)
            .then(|| form.hidden("fingerprint", &key))
    };
    Some(FingerprintCheck {
        claimed: When::clock(hub.claimed_at.unwrap_or(hub.created_at), now, &zone),
        confirm: form("confirm", "Yes, every group is the same"),
        refuse: form("refuse", "No, refuse this key"),
        fingerprint: key,
    })
}
