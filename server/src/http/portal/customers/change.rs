//! `GET /customers/{id}/edit`, and `POST /customers/{id}`, which it sends.

use actix_web::{HttpResponse, web};
use web_templates::{Form, FormPage};

use crate::ground::ids::CustomerId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, crumb, frame};
use crate::http::portal::local::see;
use crate::http::portal::organisations::{archives, draft, fields, fill, patient_modes, states};
use crate::http::portal::page::{html, html_with};
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::in_scope;
use crate::registry::organisations::{self, Customer, CustomerPatch};
use crate::tenancy::Scope as _;

/// The form with what is known.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<CustomerId>,
) -> Result<HttpResponse, PageError> {
    let customer = find(&state, &visitor, *id).await?;
    let form = form(&state, &visitor, &customer);
    html(&page(&state, &visitor, &customer, form).await?)
}

/// Saves what was typed.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<CustomerId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let customer = find(&state, &visitor, *id).await?;
    match change(&state, &visitor, *id, &sent).await {
        Ok(()) => Ok(see(&format!("/customers/{id}?said=saved"))),
        Err(refused) => {
            let mut form = form(&state, &visitor, &customer);
            let status = refused.show(&mut form, &sent)?;
            html_with(status, &page(&state, &visitor, &customer, form).await?)
        }
    }
}

async fn find(state: &State, visitor: &Visitor, id: CustomerId) -> Result<Customer, PageError> {
    Ok(in_scope!(visitor.caller(), scope => {
        scope.run(state.database(), async |tx| organisations::customer(tx, id).await).await
    })?)
}

async fn change(state: &State, visitor: &Visitor, id: CustomerId, sent: &Sent) -> Result<(), Refused> {
    let patch = CustomerPatch {
        organisation: draft(sent).to_patch()?,
        state: sent.get("state").parse().ok(),
        patient_mode: sent.get("patient_mode").parse().ok(),
        archive: sent.get("archive").parse().ok(),
    };
    Ok(in_scope!(visitor.caller(), scope => {
        scope
            .run(state.database(), async |tx| organisations::change_customer(tx, scope, state.ground(), id, patch).await)
            .await
    })?)
}

fn form(state: &State, visitor: &Visitor, customer: &Customer) -> Form {
    let path = format!("/customers/{}", customer.id);
    let form = Form::new(&path, visitor.csrf(state), "Save").cancel(&path);
    let mut standing = vec![states(customer.state), patient_modes(customer.patient_mode)];
    if visitor.admin().is_ok() {
        standing.push(archives(customer.archive));
    }
    let mut form = fields(form, &customer.time_zone).section("Standing", standing);
    fill(&mut form, &customer.name, &customer.paper, &customer.time_zone);
    form
}

async fn page(
    state: &State,
    visitor: &Visitor,
    customer: &Customer,
    form: Form,
) -> Result<FormPage, PageError> {
    let counts = visitor.counts(state).await?;
    let title = format!("Edit {}", customer.name);
    let mut frame = frame(state, visitor, Place::Customers, &title, &counts);
    frame.crumbs = vec![
        crumb("Customers", "/customers"),
        crumb(&customer.name, &format!("/customers/{}", customer.id)),
    ];
    Ok(FormPage::new(frame, "", form))
}
