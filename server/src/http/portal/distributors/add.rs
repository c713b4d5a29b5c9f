//! `GET /distributors/new`, and `POST /distributors`, which it sends.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use web_templates::{Form, FormPage, Icon};

use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, crumb, frame};
use crate::http::portal::local::see;
use crate::http::portal::organisations::{draft, fields};
use crate::http::portal::page::{html, html_with};
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::registry::RegistryError;
use crate::registry::organisations;
use crate::tenancy::Scope as _;

/// The empty form.
pub(super) async fn get(state: web::Data<State>, visitor: Visitor) -> Result<HttpResponse, PageError> {
    html(&page(&state, &visitor, form(&state, &visitor)).await?)
}

/// Adds the distributor.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    match add(&state, &visitor, &sent).await {
        Ok(path) => Ok(see(&path)),
        Err(refused) => {
            let mut form = form(&state, &visitor);
            let status: StatusCode = refused.show(&mut form, &sent)?;
            html_with(status, &page(&state, &visitor, form).await?)
        }
    }
}

async fn add(state: &State, visitor: &Visitor, sent: &Sent) -> Result<String, Refused> {
    let new = draft(sent).to_new()?;
    let scope = visitor.admin()?;
    let work = async |tx: &_| organisations::create_distributor(tx, scope, state.ground(), new).await;
    let id = scope.run::<_, RegistryError, _>(state.database(), work).await?;
    Ok(format!("/distributors/{id}?said=distributor-added"))
}

fn form(state: &State, visitor: &Visitor) -> Form {
    let form = Form::new("/distributors", visitor.csrf(state), "Add the distributor")
        .icon(Icon::Add)
        .cancel("/distributors");
    fields(form, &visitor.person().time_zone)
}

async fn page(state: &State, visitor: &Visitor, form: Form) -> Result<FormPage, PageError> {
    let counts = visitor.counts(state).await?;
    let mut frame = frame(state, visitor, Place::Distributors, "Add a distributor", &counts);
    frame.crumbs = vec![crumb("Distributors", "/distributors")];
    Ok(FormPage::new(
        frame,
        "A company that places devices with clinics of its own.",
        form,
    )
    .help(
        "What comes next",
        "Add a contact, invite its first person, and allocate devices from the stock.",
    )
    .help(
        "What it will see",
        "Its stock, its customers and their devices, never a measured value.",
    ))
}
