//! `GET /hubs/new`, `POST /hubs/new`: a hub to be added, into stock or for a customer.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use web_templates::{Field, Form, FormPage, Icon};

use crate::ground::ids::{CustomerId, DistributorId, HubId};
use crate::http::State;
use crate::http::portal::choose::{self, Offer};
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, crumb, frame};
use crate::http::portal::local::{see, with_query};
use crate::http::portal::page::html_with;
use crate::http::portal::sent::{Faults, Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::{CallerScope, in_scope};
use crate::registry::hubs::{self, HubMaker, NewHub};
use crate::registry::overview;
use crate::tenancy::Scope as _;

/// The form.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    prefilled: web::Query<Sent>,
) -> Result<HttpResponse, PageError> {
    let mut page = page(&state, &visitor).await?;
    page.form.fill(prefilled.pairs());
    html_with(StatusCode::OK, &page)
}

/// Leads to the new hub's page.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    match add(&state, &visitor, &sent).await {
        Ok(id) => Ok(see(&with_query(&format!("/hubs/{id}"), &[("said", "hub-added")]))),
        Err(refused) => {
            let mut page = page(&state, &visitor).await?;
            let status = refused.show(&mut page.form, &sent)?;
            html_with(status, &page)
        }
    }
}

async fn add(state: &State, visitor: &Visitor, sent: &Sent) -> Result<HubId, Refused> {
    let database = state.database();
    let mut faults = Faults::default();
    let name = sent.maybe("name").unwrap_or(sent.get("serial"));
    faults.note(hubs::check(sent.get("serial"), name));
    // What a customer adds is its own, whatever was sent.
    let customer: Option<CustomerId> = if let CallerScope::Customer(scope) = visitor.scope() {
        Some(scope.id())
    } else {
        let chosen: Result<_, Refused> = in_scope!(visitor.caller(), scope => {
            scope.run(database, async |tx| choose::customer(tx, sent, "customer").await).await
        });
        faults.note(chosen).flatten()
    };
    let new = |distributor: Option<DistributorId>| NewHub {
        serial: sent.get("serial").to_owned(),
        name: name.to_owned(),
        customer,
        distributor,
    };
    match visitor.scope() {
        CallerScope::Admin(scope) => {
            let distributor = scope
                .run(database, async |tx| {
                    choose::distributor(tx, sent, "distributor").await
                })
                .await;
            let distributor = faults.note(distributor).flatten();
            faults.told()?;
            let by = HubMaker::Admin(scope);
            Ok(hubs::create(state.ground(), database, by, new(distributor)).await?)
        }
        CallerScope::Distributor(scope) => {
            if customer.is_none() && faults.is_well("customer") {
                faults.note::<()>(Err(Refused::at("customer", "Choose a customer.")));
            }
            faults.told()?;
            let by = HubMaker::Distributor(scope);
            Ok(hubs::create(state.ground(), database, by, new(None)).await?)
        }
        CallerScope::Customer(scope) => {
            faults.told()?;
            let by = HubMaker::Customer(scope);
            Ok(hubs::create(state.ground(), database, by, new(None)).await?)
        }
        CallerScope::Finance(_) => Err(PageError::forbidden().into()),
    }
}

async fn page(state: &State, visitor: &Visitor) -> Result<FormPage, PageError> {
    let (database, now) = (state.database(), state.ground().now());
    let (customers, counts) = in_scope!(visitor.caller(), scope => {
        scope.run(database, async |tx| {
            Ok::<_, PageError>((Offer::customers(tx).await?, overview::counts(tx, now).await?))
        })
        .await
    })?;
    let mut holder = Vec::new();
    let nobody = if let CallerScope::Admin(scope) = visitor.scope() {
        let offer = async |tx: &_| Offer::distributors(tx).await;
        let distributors = scope.run(database, offer).await?;
        let stock = distributors.field(
            "distributor",
            "Distributor's stock",
            "The platform's own stock",
            "",
        );
        holder.push(stock);
        "Nobody yet"
    } else {
        "Choose a customer …"
    };
    let is_own = matches!(visitor.scope(), CallerScope::Customer(_));
    if !is_own {
        holder.push(customers.field("customer", "Customer", nobody, ""));
    }
    let form = Form::new("/hubs/new", visitor.csrf(state), "Add the hub")
        .icon(Icon::Add)
        .cancel("/hubs")
        .section(
            "Which it is",
            vec![
                Field::code("serial", "Serial").required().placeholder("HB-00398"),
                Field::text("name", "Name")
                    .placeholder("Ward 3 East")
                    .hint("Where it stands; its serial, where nothing is written."),
            ],
        );
    let form = if is_own {
        form
    } else {
        form.section("Where it goes", holder)
    };
    let mut frame = frame(state, visitor, Place::Hubs, "Add a hub", &counts);
    frame.crumbs = vec![crumb("Hubs", "/hubs")];
    Ok(FormPage::new(frame, "A hub collects readings over Bluetooth and sends them on.", form).help(
        "What comes next",
        "Make a claim code on the hub's page, type it into the hub, and compare the fingerprint that it shows.",
    ))
}
