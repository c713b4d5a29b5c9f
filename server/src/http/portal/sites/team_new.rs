//! `GET /care-teams/new`, `POST /care-teams/new`.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use web_templates::{Form, FormPage};

use super::form::ticked;
use super::offered;
use super::team_form::fields;
use crate::ground::ids::CareTeamId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, crumb, frame};
use crate::http::portal::local::see;
use crate::http::portal::page::html_with;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::registry::Typed as _;
use crate::registry::sites::{self, SiteName};

/// The form.
pub(super) async fn get(state: web::Data<State>, visitor: Visitor) -> Result<HttpResponse, PageError> {
    html_with(StatusCode::OK, &page(&state, &visitor).await?)
}

/// Leads to the new team.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    match create(&state, &visitor, &sent).await {
        Ok(id) => Ok(see(&format!("/care-teams/{id}?said=team-added"))),
        Err(refused) => {
            let mut page = page(&state, &visitor).await?;
            let status = refused.show(&mut page.form, &sent)?;
            html_with(status, &page)
        }
    }
}

async fn create(state: &State, visitor: &Visitor, sent: &Sent) -> Result<CareTeamId, Refused> {
    let (name, scope) = (SiteName::parse("name", sent.get("name"))?, visitor.customer()?);
    let of = ticked(sent, "site");
    Ok(sites::create_team(state.ground(), state.database(), scope, &name, &of).await?)
}

async fn page(state: &State, visitor: &Visitor) -> Result<FormPage, PageError> {
    let counts = visitor.counts(state).await?;
    let sites = offered(state, visitor).await?;
    let mut frame = frame(state, visitor, Place::Sites, "Add a care team", &counts);
    frame.crumbs = vec![crumb("Sites", "/sites")];
    let form = Form::new("/care-teams/new", visitor.csrf(state), "Set it up")
        .cancel("/sites")
        .fields(fields("", &sites, &[]));
    let lead = "People who look after some of your sites together.";
    Ok(FormPage::new(frame, lead, form).help(
        "What its people see",
        "Whoever sees some sites alone sees those of their care teams too. Who is in it, its page says.",
    ))
}
