//! `GET /devices/adopt/ask`, `POST /devices/adopt/ask`, `POST /devices/adopt/reading`: a device that the platform does not
//! know is added by a reading that is taken on request, near a hub of one's own.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use vitals::{DeviceKey, Serial};
use web_templates::{Choice, Field, Form, FormPage, Icon, When};

use super::moves::page_of;
use crate::ground::ids::{DeviceId, DeviceModelId};
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, crumb, frame};
use crate::http::portal::local::{see, with_query};
use crate::http::portal::page::html_with;
use crate::http::portal::sent::{Faults, Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::registry::models::{self, DeviceModel};
use crate::registry::{Ask, RegistryError, adoption, overview};
use crate::tenancy::Scope as _;

/// Models that the form offers.
const MODELS: u16 = 1_000;
const TITLE: &str = "Add a device by a reading";

/// Which device it is.
pub(super) async fn get(state: web::Data<State>, visitor: Visitor) -> Result<HttpResponse, PageError> {
    html_with(StatusCode::OK, &first(&state, &visitor).await?)
}

/// Asks for a reading; the answer waits for it.
pub(super) async fn ask(
    state: web::Data<State>,
    visitor: Visitor,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let which = match meant(&state, &visitor, &sent).await {
        Ok(which) => which,
        Err(refused) => return again(&state, &visitor, &sent, refused).await,
    };
    let by = visitor.customer()?;
    if let Err(seconds) = state.may_ask_for_reading(by.id().as_uuid()) {
        let mut page = first(&state, &visitor).await?;
        too_many(seconds).show(&mut page.form, &sent)?;
        return html_with(StatusCode::TOO_MANY_REQUESTS, &page);
    }
    let ticket = adoption::ask_for_reading(state.ground(), by, &which.0)?;
    let until = state.ground().now() + adoption::TICKET_LIVES;
    let page = second(&state, &visitor, &which, (&ticket, Some(until))).await?;
    html_with(StatusCode::OK, &page)
}

/// The first page with what is wrong.
async fn again(
    state: &State,
    visitor: &Visitor,
    sent: &Sent,
    refused: Refused,
) -> Result<HttpResponse, PageError> {
    let mut page = first(state, visitor).await?;
    let status = refused.show(&mut page.form, sent)?;
    html_with(status, &page)
}

/// Leads to the device's page, or says that nothing has come yet.
pub(super) async fn take(
    state: web::Data<State>,
    visitor: Visitor,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let which = match meant(&state, &visitor, &sent).await {
        Ok(which) => which,
        Err(refused) => return again(&state, &visitor, &sent, refused).await,
    };
    let ticket = sent.get("ticket");
    let tried = state.may_adopt(visitor.customer()?.id().as_uuid());
    let taken = match tried {
        Ok(()) => adopt(&state, &visitor, &which, ticket).await,
        Err(seconds) => Err(too_many(seconds)),
    };
    match taken {
        Ok(id) => Ok(see(&with_query(
            &page_of(&visitor, id),
            &[("said", "device-adopted")],
        ))),
        Err(refused) => {
            let mut page = second(&state, &visitor, &which, (ticket, None)).await?;
            let status = refused.show(&mut page.form, &sent)?;
            let status = if tried.is_ok() {
                status
            } else {
                StatusCode::TOO_MANY_REQUESTS
            };
            html_with(status, &page)
        }
    }
}

async fn adopt(
    state: &State,
    visitor: &Visitor,
    (key, model): &(DeviceKey, DeviceModel),
    ticket: &str,
) -> Result<DeviceId, Refused> {
    let (ground, database, by) = (state.ground(), state.database(), visitor.customer()?);
    let adopted = adoption::adopt_by_reading(ground, database, by, key, model.id, ticket).await;
    adopted.map_err(|error| match error {
        // One answer, whatever it was: nobody learns which devices there are.
        RegistryError::NotFound(_) => Refused::Whole(
            "No reading of it has arrived from one of your hubs since you asked, or it cannot be added so. Take one \
             near the hub and try again in a moment; after a quarter of an hour, begin again."
                .to_owned(),
        ),
        error => error.into(),
    })
}

/// The device and its model, as they were typed: the model says who makes it.
async fn meant(state: &State, visitor: &Visitor, sent: &Sent) -> Result<(DeviceKey, DeviceModel), Refused> {
    let unread = |_| Refused::at("serial", "Type the serial as it stands on the device.");
    let mut faults = Faults::default();
    let model = sent.get("model").parse::<DeviceModelId>();
    let model = faults.note(model.map_err(|_| Refused::at("model", "Choose a model.")));
    let serial = faults.note(sent.get("serial").parse::<Serial>().map_err(unread));
    let (Some(model), Some(serial)) = (model, serial) else {
        return Err(faults.refuse());
    };
    let model = visitor
        .customer()?
        .run(state.database(), async |tx| models::get(tx, model).await)
        .await?;
    let key = DeviceKey::parse(&model.maker, serial.as_str()).map_err(unread)?;
    Ok((key, model))
}

fn too_many(seconds: u64) -> Refused {
    Refused::Whole(format!("Too many attempts. Try again in {seconds} s."))
}

async fn first(state: &State, visitor: &Visitor) -> Result<FormPage, PageError> {
    let models = visitor
        .customer()?
        .run(state.database(), async |tx| {
            models::list(tx, &Ask::first(MODELS)).await
        })
        .await?;
    let form = Form::new("/devices/adopt/ask", visitor.csrf(state), "Ask for a reading")
        .icon(Icon::Next)
        .cancel("/devices/adopt")
        .fields(vec![
            Field::select("model", "Model", choices(&models.rows)).required(),
            Field::code("serial", "Serial").required().placeholder("D000017"),
        ]);
    let lead =
        "For a Bluetooth device that nobody has registered yet, such as one that you bought elsewhere.";
    Ok(around(state, visitor, lead, form)
        .await?
        .help(
            "How is it proved?",
            "You take a reading with the device near a confirmed hub of yours. The hub signs what it hears, and that is the proof.",
        )
        .help(
            "It has a label of ours?",
            "Then the code on the label is quicker: go back and type it there.",
        ))
}

async fn second(
    state: &State,
    visitor: &Visitor,
    (key, model): &(DeviceKey, DeviceModel),
    (ticket, until): (&str, Option<DateTime<Utc>>),
) -> Result<FormPage, PageError> {
    let words = format!(
        "Measure with the {} {} {} near one of your active hubs, wait until the hub has sent it, and press the button.",
        model.maker,
        model.name,
        key.serial.as_str()
    );
    let form = Form::new("/devices/adopt/reading", visitor.csrf(state), "I have taken it")
        .icon(Icon::Check)
        .cancel("/devices/adopt/ask")
        .hidden("model", model.id.to_string())
        .hidden("serial", key.serial.as_str())
        .hidden("ticket", ticket)
        .section_with("Take a reading now", words, Vec::new());
    let now = state.ground().now();
    let lead = until.map_or_else(
        || "You have a quarter of an hour from when you asked.".to_owned(),
        |until| {
            let until = When::clock(until, now, &visitor.zone());
            format!("You have a quarter of an hour, until {}.", until.text)
        },
    );
    Ok(around(state, visitor, &lead, form).await?.help(
        "Nothing arrives?",
        "See on the hub's page whether it is online. A reading that the hub sent waits until the device is yours: it is not lost.",
    ))
}

async fn around(state: &State, visitor: &Visitor, lead: &str, form: Form) -> Result<FormPage, PageError> {
    let now = state.ground().now();
    let counts = visitor
        .customer()?
        .run(state.database(), async |tx| overview::counts(tx, now).await)
        .await?;
    let mut frame = frame(state, visitor, Place::Devices, TITLE, &counts);
    frame.crumbs = vec![
        crumb("Devices", "/devices"),
        crumb("Adopt a device", "/devices/adopt"),
    ];
    Ok(FormPage::new(frame, lead, form))
}

fn choices(models: &[DeviceModel]) -> Vec<Choice> {
    let named = |model: &DeviceModel| {
        Choice::new(
            model.id.to_string(),
            format!("{} {}", model.maker, model.name),
            false,
        )
    };
    let first = Choice::new("", "Choose a model …", true);
    std::iter::once(first).chain(models.iter().map(named)).collect()
}
