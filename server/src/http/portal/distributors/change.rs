//! `GET /distributors/{id}/edit`, and `POST /distributors/{id}`, which it sends.

use actix_web::{HttpResponse, web};
use web_templates::{Form, FormPage};

use crate::ground::ids::DistributorId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, crumb, frame};
use crate::http::portal::local::see;
use crate::http::portal::organisations::{draft, fields, fill, states};
use crate::http::portal::page::{html, html_with};
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::registry::organisations::{self, Distributor, DistributorPatch};
use crate::tenancy::Scope as _;

/// The form with what is known.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<DistributorId>,
) -> Result<HttpResponse, PageError> {
    let distributor = find(&state, &visitor, *id).await?;
    let form = form(&state, &visitor, &distributor);
    html(&page(&state, &visitor, &distributor, form).await?)
}

/// Saves what was typed.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<DistributorId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let distributor = find(&state, &visitor, *id).await?;
    match change(&state, &visitor, *id, &sent).await {
        Ok(()) => Ok(see(&format!("/distributors/{id}?said=saved"))),
        Err(refused) => {
            let mut form = form(&state, &visitor, &distributor);
            let status = refused.show(&mut form, &sent)?;
            html_with(status, &page(&state, &visitor, &distributor, form).await?)
        }
    }
}

async fn find(state: &State, visitor: &Visitor, id: DistributorId) -> Result<Distributor, PageError> {
    let work = async |tx: &_| organisations::distributor(tx, id).await;
    Ok(visitor.admin()?.run(state.database(), work).await?)
}

async fn change(state: &State, visitor: &Visitor, id: DistributorId, sent: &Sent) -> Result<(), Refused> {
    let patch = DistributorPatch {
        organisation: draft(sent).to_patch()?,
        state: sent.get("state").parse().ok(),
    };
    let scope = visitor.admin()?;
    let work = async |tx: &_| organisations::change_distributor(tx, scope, state.ground(), id, patch).await;
    Ok(scope.run(state.database(), work).await?)
}

fn form(state: &State, visitor: &Visitor, distributor: &Distributor) -> Form {
    let path = format!("/distributors/{}", distributor.id);
    let form = Form::new(&path, visitor.csrf(state), "Save").cancel(&path);
    let mut form = fields(form, &distributor.time_zone).section("Standing", vec![states(distributor.state)]);
    fill(
        &mut form,
        &distributor.name,
        &distributor.paper,
        &distributor.time_zone,
    );
    form
}

async fn page(
    state: &State,
    visitor: &Visitor,
    distributor: &Distributor,
    form: Form,
) -> Result<FormPage, PageError> {
    let counts = visitor.counts(state).await?;
    let title = format!("Edit {}", distributor.name);
    let mut frame = frame(state, visitor, Place::Distributors, &title, &counts);
    frame.crumbs = vec![
        crumb("Distributors", "/distributors"),
        crumb(&distributor.name, &format!("/distributors/{}", distributor.id)),
    ];
    Ok(FormPage::new(frame, "", form))
}
