//! `GET /devices/adopt`, `POST /devices/adopt`: who holds a device enters the code on its label, or lets a telephone read it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use uuid::Uuid;
use vitals::DeviceKey;
use web_templates::{Action, Field, Form, FormPage, Icon};

use super::moves::page_of;
use crate::ground::ids::DeviceId;
use crate::http::State;
use crate::http::portal::error::{PageError, sentence};
use crate::http::portal::frame::{Place, crumb, frame};
use crate::http::portal::local::{see, with_query};
use crate::http::portal::page::{html_with, too_many};
use crate::http::portal::sent::{Faults, Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::{CallerScope, in_scope};
use crate::registry::{Change, Reference, Typed as _};
use crate::registry::{RegistryError, adoption, configure, overview};
use crate::tenancy::{Right, Scope as _};

/// The form, filled with what the label's QR code says.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    read: web::Query<Sent>,
) -> Result<HttpResponse, PageError> {
    let mut page = page(&state, &visitor).await?;
    page.form.fill(read.pairs());
    html_with(StatusCode::OK, &page)
}

/// Leads to the device's page.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let tried = state.may_adopt(organisation(&visitor));
    let adopted = match tried {
        Ok(()) => adopt(&state, &visitor, &sent).await,
        Err(seconds) => Err(Refused::Whole(format!(
            "Too many attempts. Try again in {seconds} s."
        ))),
    };
    match adopted {
        Ok(id) => Ok(see(&with_query(
            &page_of(&visitor, id),
            &[("said", "device-adopted")],
        ))),
        Err(refused) => {
            let mut page = page(&state, &visitor).await?;
            let status = refused.show(&mut page.form, &sent)?;
            match tried {
                Ok(()) => html_with(status, &page),
                Err(seconds) => too_many(seconds, &page),
            }
        }
    }
}

fn organisation(visitor: &Visitor) -> Uuid {
    match visitor.scope() {
        CallerScope::Distributor(scope) => scope.id().as_uuid(),
        CallerScope::Customer(scope) => scope.id().as_uuid(),
        CallerScope::Admin(_) | CallerScope::Finance(_) => Uuid::nil(),
    }
}

async fn adopt(state: &State, visitor: &Visitor, sent: &Sent) -> Result<DeviceId, Refused> {
    let (ground, database) = (state.ground(), state.database());
    let maker = sent.get("maker").parse();
    let serial = sent.get("serial").parse();
    let code = sent.maybe("code");
    let mut faults = Faults::default();
    let maker =
        faults.note(maker.map_err(|_| Refused::at("maker", "Type the maker as it stands on the label.")));
    let serial =
        faults.note(serial.map_err(|_| Refused::at("serial", "Type the serial as it stands on the label.")));
    let code = faults.note(code.ok_or_else(|| Refused::at("code", "Type the code on its label.")));
    let reference = faults.note(Reference::maybe("reference", sent.maybe("reference")));
    let (Some(maker), Some(serial), Some(code), Some(reference)) = (maker, serial, code, reference) else {
        return Err(faults.refuse());
    };
    let key = DeviceKey { maker, serial };
    let id = in_scope!(visitor.caller(), scope => {
        let adopted = adoption::adopt(ground, database, scope, &key, code).await;
        adopted.map_err(|error| unproved(&error).unwrap_or_else(|| error.into()))
    })?;
    if let Some(word) = reference {
        let word = Change::Set(word);
        in_scope!(visitor.caller(), scope => {
            scope.run(database, async |tx| configure::call(tx, scope, ground, id, &word).await).await
        })?;
    }
    Ok(id)
}

/// The one answer to what proves nothing.
fn unproved(error: &RegistryError) -> Option<Refused> {
    matches!(error, RegistryError::NotFound(_)).then(|| Refused::at("code", sentence(&error.to_string())))
}

async fn page(state: &State, visitor: &Visitor) -> Result<FormPage, PageError> {
    let now = state.ground().now();
    let counts = in_scope!(visitor.caller(), scope => {
        scope.run(state.database(), async |tx| overview::counts(tx, now).await).await
    })?;
    let form = Form::new("/devices/adopt", visitor.csrf(state), "Adopt it")
        .icon(Icon::Add)
        .cancel("/devices")
        .fields(vec![
            Field::text("maker", "Maker").required().placeholder("Omron"),
            Field::code("serial", "Serial").required().placeholder("D000017"),
            Field::code("code", "Code on its label")
                .required()
                .placeholder("7F3K9-2MXQT"),
            Field::text("reference", "What you call it")
                .placeholder("bed 3")
                .hint("No patient's name."),
        ]);
    let mut frame = frame(state, visitor, Place::Devices, "Adopt a device", &counts);
    frame.crumbs = vec![crumb("Devices", "/devices")];
    let mut page = FormPage::new(frame, "The code proves that you hold it.", form);
    if visitor.can(Right::AdoptByReading) {
        let by_reading = Action::go("It has no label", "/devices/adopt/ask").icon(Icon::Hubs);
        page = page.action(by_reading);
    }
    Ok(page.help(
        "Where is the code?",
        "On the label, below the serial. A telephone that reads the square on it opens this page with everything filled in. \
         Without a label, whoever provides the device can place it with you, or a reading proves it.",
    ))
}
