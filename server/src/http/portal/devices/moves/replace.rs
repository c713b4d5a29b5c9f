//! `POST /devices/{id}/replace`: another device takes this one's place.

use actix_web::{HttpResponse, web};

use super::{end, page_of};
use crate::ground::enums::DeviceState;
use crate::ground::ids::DeviceId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::local::{see, with_query};
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::in_scope;
use crate::registry::devices::{self, Device, DeviceFilter};
use crate::registry::{Ask, RegistryScope, moves};
use crate::tenancy::Tx;

/// Devices among which the digits are looked for.
const CANDIDATES: u16 = 100;
const FIELD: &str = "serial";

/// Leads to the page of the device that goes on.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<DeviceId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let id = *id;
    let replaced = in_scope!(visitor.caller(), scope => replace(&state, scope, id, &sent).await);
    match replaced {
        Ok(new) => Ok(see(&with_query(
            &page_of(&visitor, new),
            &[("said", "device-replaced")],
        ))),
        Err(refused) => end(&state, &visitor, id, ("replace", &sent), Err(refused)).await,
    }
}

async fn replace<S: RegistryScope>(
    state: &State,
    scope: &S,
    old: DeviceId,
    sent: &Sent,
) -> Result<DeviceId, Refused> {
    let (ground, database) = (state.ground(), state.database());
    let new = scope
        .run(database, async |tx| successor(tx, old, sent.get(FIELD)).await)
        .await?;
    moves::replace(ground, database, scope, old, new, sent.get("reason")).await?;
    Ok(new)
}

/// The device that was meant: one in stock, or an inactive one of the same customer, with these last digits.
async fn successor<S: RegistryScope>(tx: &Tx<S>, old: DeviceId, typed: &str) -> Result<DeviceId, Refused> {
    let old = devices::get(tx, old).await?;
    if typed.chars().count() < 4 {
        return Err(Refused::at(
            FIELD,
            "Type the serial of the new device, or its last four digits.",
        ));
    }
    let wanted = DeviceFilter {
        q: Some(typed.to_owned()),
        ..DeviceFilter::default()
    };
    let typed = typed.to_lowercase();
    let fits = |device: &&Device| {
        let is_free = match device.state {
            DeviceState::Stock => true,
            DeviceState::Inactive => device.customer == old.customer,
            _ => false,
        };
        is_free && device.id != old.id && device.serial.to_lowercase().ends_with(&typed)
    };
    let found = devices::list(tx, &wanted, &Ask::first(CANDIDATES)).await?;
    let fitting: Vec<&Device> = found.rows.iter().filter(fits).collect();
    let whole = fitting
        .iter()
        .find(|device| device.serial.to_lowercase() == typed);
    match (fitting.as_slice(), whole) {
        ([only], _) => Ok(only.id),
        (_, Some(whole)) => Ok(whole.id),
        ([], None) => Err(Refused::at(
            FIELD,
            "No device that is free to take its place has this serial.",
        )),
        (_, None) => Err(Refused::at(
            FIELD,
            "More than one device has these digits: type the whole serial.",
        )),
    }
}
