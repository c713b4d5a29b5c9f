//! `GET /models/{id}`, `POST /models/{id}`: what is known of a model.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use web_templates::{Form, FormPage};

use super::form::{around, fields, kinds, reported, way};
use crate::ground::ids::DeviceModelId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::local::see;
use crate::http::portal::page::html_with;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::registry::models::{self, ModelPatch};
use crate::tenancy::Scope as _;

/// The form as it stands.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<DeviceModelId>,
) -> Result<HttpResponse, PageError> {
    html_with(StatusCode::OK, &page(&state, &visitor, *id).await?)
}

/// Leads back to the catalogue.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<DeviceModelId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    match change(&state, &visitor, *id, &sent).await {
        Ok(()) => Ok(see("/models?said=model-saved")),
        Err(refused) => {
            let mut page = page(&state, &visitor, *id).await?;
            let status = refused.show(&mut page.form, &sent)?;
            html_with(status, &page)
        }
    }
}

async fn change(state: &State, visitor: &Visitor, id: DeviceModelId, sent: &Sent) -> Result<(), Refused> {
    let patch = ModelPatch {
        name: sent.get("name").to_owned(),
        kinds: kinds(sent),
        transport: way(sent)?,
        reports: reported(sent),
    };
    let write = async |tx: &_| models::change(tx, id, patch).await;
    Ok(visitor.admin()?.run(state.database(), write).await?)
}

async fn page(state: &State, visitor: &Visitor, id: DeviceModelId) -> Result<FormPage, PageError> {
    let find = async |tx: &_| models::get(tx, id).await;
    let model = visitor.admin()?.run(state.database(), find).await?;
    let form = Form::new(format!("/models/{id}"), visitor.csrf(state), "Save the model")
        .cancel("/models")
        .fields(fields(
            &model.name,
            &model.kinds,
            Some(model.transport),
            &model.reports,
        ));
    let title = format!("{} {}", model.maker, model.name);
    let words = (
        title.as_str(),
        "What changes here holds for every device of the model. Once there is one, only what it reports besides changes.",
    );
    let page = around(state, visitor, words, form).await?;
    Ok(page.help(
        "Its maker",
        "It stays as it is: with the serial it names every device of the model.",
    ))
}
