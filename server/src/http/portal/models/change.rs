//! `GET /models/{id}`, `POST /models/{id}`: what is known of a model.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use web_templates::{Form, FormPage};

use super::form::{around, fields, fields_in_use, kinds, reported, way};
use crate::ground::ids::DeviceModelId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::local::see;
use crate::http::portal::page::html_with;
use crate::http::portal::sent::{Faults, Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::registry::RegistryError;
use crate::registry::models::{self, DeviceModel, ModelPatch};
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
    let (model, is_used) = find(state, visitor, id).await?;
    let patch = if is_used {
        // What a form of before asked of it is not taken from it any more.
        let DeviceModel {
            name,
            kinds,
            transport,
            ..
        } = model;
        let (_, (_, reports)) = models::checked(&name, kinds.clone(), reported(sent))?;
        ModelPatch {
            name,
            kinds,
            transport,
            reports,
        }
    } else {
        typed(sent)?
    };
    let write = async |tx: &_| models::change(tx, id, patch).await;
    Ok(visitor.admin()?.run(state.database(), write).await?)
}

/// All of it, as it was typed.
fn typed(sent: &Sent) -> Result<ModelPatch, Refused> {
    let mut faults = Faults::default();
    let checked = faults.note(models::checked(sent.get("name"), kinds(sent), reported(sent)));
    let (Some((name, (kinds, reports))), Some(transport)) = (checked, faults.note(way(sent))) else {
        return Err(faults.refuse());
    };
    Ok(ModelPatch {
        name,
        kinds,
        transport,
        reports,
    })
}

/// The model, and whether devices are of it.
async fn find(state: &State, visitor: &Visitor, id: DeviceModelId) -> Result<(DeviceModel, bool), PageError> {
    let find = async |tx: &_| {
        let model = models::get(tx, id).await?;
        Ok::<_, RegistryError>((model, models::is_used(tx, id).await?))
    };
    Ok(visitor.admin()?.run(state.database(), find).await?)
}

async fn page(state: &State, visitor: &Visitor, id: DeviceModelId) -> Result<FormPage, PageError> {
    let (model, is_used) = find(state, visitor, id).await?;
    let all = if is_used {
        fields_in_use(&model)
    } else {
        fields(&model.name, &model.kinds, Some(model.transport), &model.reports)
    };
    let form = Form::new(format!("/models/{id}"), visitor.csrf(state), "Save the model")
        .cancel("/models")
        .fields(all);
    let title = format!("{} {}", model.maker, model.name);
    let lead = if is_used {
        "Devices of this model are registered, so its name, what it measures and how it sends stay as they are. Add another \
         model for what differs."
    } else {
        "No device is of this model yet, so all of it can change. Once there is one, only what it reports besides does."
    };
    let page = around(state, visitor, (title.as_str(), lead), form).await?;
    Ok(page.help(
        "Its maker",
        "It stays as it is: with the serial it names every device of the model.",
    ))
}
