//! `GET /customers/new`, and `POST /customers`, which it sends.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use web_templates::{Form, FormPage, Icon};

use crate::ground::ids::CustomerId;
use crate::http::State;
use crate::http::portal::choose::{self, Offer};
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, crumb, frame};
use crate::http::portal::local::see;
use crate::http::portal::organisations::{draft, fields};
use crate::http::portal::page::{html, html_with};
use crate::http::portal::sent::{Faults, Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::CallerScope;
use crate::registry::organisations;
use crate::tenancy::Scope as _;

#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    distributor: String,
}

/// The empty form.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    let form = form(&state, &visitor, &asked.distributor).await?;
    html(&page(&state, &visitor, form).await?)
}

/// Adds the customer.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    match add(&state, &visitor, &sent).await {
        Ok(id) => Ok(see(&format!("/customers/{id}?said=customer-added"))),
        Err(refused) => {
            let mut form = form(&state, &visitor, "").await?;
            let status = refused.show(&mut form, &sent)?;
            html_with(status, &page(&state, &visitor, form).await?)
        }
    }
}

async fn add(state: &State, visitor: &Visitor, sent: &Sent) -> Result<CustomerId, Refused> {
    let (new, ground) = (draft(sent).to_new(), state.ground());
    match visitor.scope() {
        CallerScope::Admin(scope) => {
            let work = async |tx: &_| {
                let mut faults = Faults::default();
                let new = faults.note(new);
                let chosen = faults.note(choose::distributor(tx, sent, "distributor").await);
                let (Some(new), Some(distributor)) = (new, chosen) else {
                    return Err(faults.refuse());
                };
                Ok::<_, Refused>(organisations::create_customer(tx, scope, ground, new, distributor).await?)
            };
            scope.run(state.database(), work).await
        }
        CallerScope::Distributor(scope) => {
            let new = new?;
            let work = async |tx: &_| {
                Ok::<_, Refused>(organisations::create_customer_of(tx, scope, ground, new).await?)
            };
            scope.run(state.database(), work).await
        }
        CallerScope::Finance(_) | CallerScope::Customer(_) => Err(PageError::forbidden().into()),
    }
}

async fn form(state: &State, visitor: &Visitor, distributor: &str) -> Result<Form, PageError> {
    let form = Form::new("/customers", visitor.csrf(state), "Add the customer")
        .icon(Icon::Add)
        .cancel("/customers");
    let form = fields(form, &visitor.person().time_zone);
    let CallerScope::Admin(scope) = visitor.scope() else {
        return Ok(form);
    };
    let offer = async |tx: &_| Offer::distributors(tx).await;
    let offer = scope.run(state.database(), offer).await?;
    let field = offer.field(
        "distributor",
        "Distributor",
        "None: the platform’s own",
        distributor,
    );
    Ok(form.section("Portfolio", vec![field]))
}

async fn page(state: &State, visitor: &Visitor, form: Form) -> Result<FormPage, PageError> {
    let counts = visitor.counts(state).await?;
    let mut frame = frame(state, visitor, Place::Customers, "Add a customer", &counts);
    frame.crumbs = vec![crumb("Customers", "/customers")];
    Ok(FormPage::new(
        frame,
        "A clinic, or whoever else receives readings.",
        form,
    )
    .help(
        "What comes next",
        "Invite its first person, and place devices and hubs with it.",
    )
    .help(
        "Whose readings they are",
        "What its devices measure is the customer’s alone: neither you nor anybody else sees a value.",
    ))
}
