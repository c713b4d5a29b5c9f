//! `GET /sources/{id}/adopt`, `POST /sources/{id}/adopt`: a device that nobody had becomes one of the source's own tenant, with
//! what waits of it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use vitals::Serial;
use web_templates::text::counted;
use web_templates::{Field, Form, FormPage, Icon};

use super::words;
use crate::ground::ids::{DeviceModelId, SourceId};
use crate::http::State;
use crate::http::portal::choose::{self, Offer};
use crate::http::portal::devices::model_choices;
use crate::http::portal::devices::said::adopted_from_source;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, crumb, frame};
use crate::http::portal::local::see;
use crate::http::portal::page::html_with;
use crate::http::portal::sent::{Faults, Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::{CallerScope, in_scope};
use crate::registry::models::{self, DeviceModel};
use crate::registry::overview::{self, Counts};
use crate::registry::sources::{self, Adoption, NewFromSource, Source, SourceKey, UnknownDevice};
use crate::registry::{Ask, RegistryError};
use crate::tenancy::{Right, Scope as _};

/// Models that are offered.
const MODELS: u16 = 1_000;

#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    /// What the vendor calls it.
    #[serde(default)]
    named: String,
}

/// What the form is made of.
struct Known {
    source: Source,
    device: UnknownDevice,
    models: Vec<DeviceModel>,
    /// For whom an administrator may adopt it.
    customers: Offer,
    counts: Counts,
}

/// The form. Where nothing waits of the device it leads back to its source.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<SourceId>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    match find(&state, &visitor, *id, &asked.named).await? {
        Some(known) => html_with(StatusCode::OK, &page(&state, &visitor, &known)),
        None => Ok(nothing_waits(*id)),
    }
}

/// Leads to the new device's page.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<SourceId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let Some(known) = find(&state, &visitor, *id, sent.get("named")).await? else {
        return Ok(nothing_waits(*id));
    };
    match adopt(&state, &visitor, &known, &sent).await {
        Ok(adopted) => Ok(see(&adopted_from_source(
            &visitor,
            adopted.device,
            known.device.messages,
        ))),
        Err(refused) => {
            let mut page = page(&state, &visitor, &known);
            let status = refused.show(&mut page.form, &sent)?;
            html_with(status, &page)
        }
    }
}

fn nothing_waits(id: SourceId) -> HttpResponse {
    see(&format!("/sources/{id}?said=source-nothing-waits"))
}

async fn adopt(
    state: &State,
    visitor: &Visitor,
    known: &Known,
    sent: &Sent,
) -> Result<NewFromSource, Refused> {
    let mut faults = Faults::default();
    let model = sent.get("model").parse::<DeviceModelId>();
    let model = faults.note(model.map_err(|_| Refused::at("model", "Choose a model.")));
    let serial = sent.get("serial").parse::<Serial>();
    let serial = serial.map_err(|error| Refused::at("serial", format!("This is no serial: {error}.")));
    let serial = faults.note(serial);
    let customer = match visitor.scope() {
        CallerScope::Admin(scope) if known.source.customer.is_none() => {
            let chosen = scope
                .run(state.database(), async |tx| {
                    choose::customer(tx, sent, "customer").await
                })
                .await;
            faults.note(chosen).flatten()
        }
        _ => None,
    };
    let (Some(model), Some(serial)) = (model, serial) else {
        return Err(faults.refuse());
    };
    faults.told()?;
    let adoption = Adoption {
        named: SourceKey::new(&known.device.named).ok_or_else(PageError::bad_request)?,
        model,
        serial,
        customer,
    };
    let id = known.source.id;
    Ok(in_scope!(visitor.caller(), scope => state.intake().adopt_from_source(scope, id, adoption).await)?)
}

/// None where nothing waits of a device of that name.
async fn find(
    state: &State,
    visitor: &Visitor,
    id: SourceId,
    named: &str,
) -> Result<Option<Known>, PageError> {
    let (database, now) = (state.database(), state.ground().now());
    let (source, waiting, models, counts) = in_scope!(visitor.caller(), scope => {
        scope
            .run(database, async |tx| {
                let source = sources::get(tx, scope, id).await?;
                let waiting = sources::waiting(tx, scope, id).await?;
                let models = models::list(tx, &Ask::first(MODELS)).await?.rows;
                Ok::<_, RegistryError>((source, waiting, models, overview::counts(tx, now).await?))
            })
            .await
    })?;
    let Some(device) = waiting.into_iter().find(|device| device.named == named) else {
        return Ok(None);
    };
    let customers = match visitor.scope() {
        CallerScope::Admin(scope) if source.customer.is_none() => {
            scope.run(database, async |tx| Offer::customers(tx).await).await?
        }
        _ => Offer::default(),
    };
    Ok(Some(Known {
        source,
        device,
        models,
        customers,
        counts,
    }))
}

fn page(state: &State, visitor: &Visitor, known: &Known) -> FormPage {
    let (source, device) = (&known.source, &known.device);
    let path = format!("/sources/{}", source.id);
    let vendor = words::vendor(source.vendor);
    let which = vec![
        Field::fixed("named", format!("{vendor} calls it"), &device.named),
        Field::select("model", "Model", model_choices(&known.models)).required(),
        Field::code("serial", "Serial")
            .required()
            .value(&device.named)
            .hint("As on its label. With its maker it is what the device is known by for ever."),
    ];
    let mut form = Form::new(format!("{path}/adopt"), visitor.csrf(state), "Adopt the device")
        .icon(Icon::Add)
        .cancel(&path)
        .hidden("named", &device.named)
        .section("Which it is", which);
    if matches!(visitor.scope(), CallerScope::Admin(_)) {
        form = form.section("Where it goes", vec![whose(known)]);
    }
    let mut frame = frame(state, visitor, Place::Sources, "Adopt a device", &known.counts);
    frame.crumbs = vec![crumb("Vendor clouds", "/sources"), crumb(&source.name, &path)];
    let waits = counted(
        device.messages.unsigned_abs(),
        "message of it waits",
        "messages of it wait",
    );
    let lead = format!("{waits} and will be taken in.");
    FormPage::new(frame, lead, form)
        .help(
            "It is registered already?",
            "Then do not adopt it: give it to the vendor cloud instead, under What can be done on the page before this one.",
        )
        .help(
            "Its model is not there?",
            if visitor.can(Right::ManageModels) {
                "Add it under Models first: who makes it, what it measures, how it sends."
            } else {
                "A model says who makes a device and what it measures. The platform's administrators add them."
            },
        )
}

fn whose(known: &Known) -> Field {
    if let Some(name) = &known.source.customer_name {
        return Field::fixed("customer", "Customer", name);
    }
    known
        .customers
        .field("customer", "Customer", "Nobody yet: into the inventory", "")
        .hint("It is the customer's since the first of what waits was measured. In the inventory, what waits stays set aside.")
}
