//! `GET /models/new`, `POST /models/new`: a model to be added.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use web_templates::{Field, Form, FormPage, Icon};

use super::form::{around, fields, kinds, reported, way};
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::local::see;
use crate::http::portal::page::html_with;
use crate::http::portal::sent::{Faults, Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::registry::models::{self, NewModel};
use crate::tenancy::Scope as _;

/// The form.
pub(super) async fn get(state: web::Data<State>, visitor: Visitor) -> Result<HttpResponse, PageError> {
    html_with(StatusCode::OK, &page(&state, &visitor).await?)
}

/// Leads back to the catalogue.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    match add(&state, &visitor, &sent).await {
        Ok(()) => Ok(see("/models?said=model-added")),
        Err(refused) => {
            let mut page = page(&state, &visitor).await?;
            let status = refused.show(&mut page.form, &sent)?;
            html_with(status, &page)
        }
    }
}

async fn add(state: &State, visitor: &Visitor, sent: &Sent) -> Result<(), Refused> {
    let maker = sent.get("maker").parse();
    let mut faults = Faults::default();
    let maker = maker.map_err(|error| Refused::at("maker", format!("This is no maker's name: {error}.")));
    let maker = faults.note(maker);
    let checked = faults.note(models::checked(sent.get("name"), kinds(sent), reported(sent)));
    let (Some(maker), Some((name, (kinds, reports))), Some(transport)) =
        (maker, checked, faults.note(way(sent)))
    else {
        return Err(faults.refuse());
    };
    let new = NewModel {
        maker,
        name,
        kinds,
        transport,
        reports,
    };
    let make = async |tx: &_| models::create(tx, state.ground(), new).await.map(drop);
    Ok(visitor.admin()?.run(state.database(), make).await?)
}

async fn page(state: &State, visitor: &Visitor) -> Result<FormPage, PageError> {
    let maker = Field::text("maker", "Maker")
        .required()
        .placeholder("Omron")
        .hint("As its hubs and devices write it: with the serial it names every device of the model.");
    let mut all = vec![maker];
    all.extend(fields("", &[], None, &[]));
    let form = Form::new("/models/new", visitor.csrf(state), "Add the model")
        .icon(Icon::Add)
        .cancel("/models")
        .fields(all);
    let words = (
        "Add a model",
        "Every device is of one: it says what the device measures and how it sends.",
    );
    around(state, visitor, words, form).await
}
