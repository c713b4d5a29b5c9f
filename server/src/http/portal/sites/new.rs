//! `GET /sites/new`, `POST /sites/new`.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use web_templates::{Form, FormPage};

use super::form::{fields, typed};
use crate::ground::ids::SiteId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, crumb, frame};
use crate::http::portal::local::see;
use crate::http::portal::page::html_with;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::registry::sites;

/// The form.
pub(super) async fn get(state: web::Data<State>, visitor: Visitor) -> Result<HttpResponse, PageError> {
    html_with(StatusCode::OK, &page(&state, &visitor).await?)
}

/// Leads to the new site.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    match create(&state, &visitor, &sent).await {
        Ok(id) => Ok(see(&format!("/sites/{id}?said=site-added"))),
        Err(refused) => {
            let mut page = page(&state, &visitor).await?;
            let status = refused.show(&mut page.form, &sent)?;
            html_with(status, &page)
        }
    }
}

async fn create(state: &State, visitor: &Visitor, sent: &Sent) -> Result<SiteId, Refused> {
    let (new, scope) = (typed(sent)?, visitor.customer()?);
    Ok(sites::create(state.ground(), state.database(), scope, &new).await?)
}

async fn page(state: &State, visitor: &Visitor) -> Result<FormPage, PageError> {
    let counts = visitor.counts(state).await?;
    let mut frame = frame(state, visitor, Place::Sites, "Add a site", &counts);
    frame.crumbs = vec![crumb("Sites", "/sites")];
    let form = Form::new("/sites/new", visitor.csrf(state), "Set it up")
        .cancel("/sites")
        .fields(fields("", "", ""));
    let lead = "A house, a ward, a practice: where devices and hubs stand.";
    Ok(FormPage::new(frame, lead, form).help(
        "What it is for",
        "Whoever belongs to some sites can be let see only what stands there. Everybody else sees everything, as before.",
    ))
}
