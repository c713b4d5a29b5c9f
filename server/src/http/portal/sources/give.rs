//! `POST /sources/{id}/devices`: the source speaks for a device that is registered.

use actix_web::{HttpResponse, web};

use super::{moves, words};
use crate::ground::ids::{DeviceId, SourceId};
use crate::http::State;
use crate::http::portal::devices::parts::model;
use crate::http::portal::error::PageError;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::in_scope;
use crate::intake::Intake;
use crate::registry::devices::{self, Device, DeviceFilter};
use crate::registry::sources::{self, Source, SourceKey};
use crate::registry::{Ask, HasRights, Imei, RegistryError, Typed as _};
use crate::tenancy::Tx;

/// Devices among which the exact serial is looked for.
const CANDIDATES: u16 = 100;

/// From its next message on, and for what waits of that name.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<SourceId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let id = *id;
    let given = in_scope!(visitor.caller(), scope => give(&state, scope, id, &sent).await);
    let done = given.map(|()| "source-given");
    moves::end(&state, &visitor, id, ("devices", &sent), done).await
}

async fn give<S: HasRights>(state: &State, scope: &S, id: SourceId, sent: &Sent) -> Result<(), Refused> {
    let (ground, database) = (state.ground(), state.database());
    let (source, device) = scope
        .run(database, async |tx| {
            let source = sources::get(tx, scope, id).await?;
            let device = meant(tx, &source, sent).await?;
            Ok::<_, Refused>((source, device))
        })
        .await?;
    let named = called(&source, &device, sent)?;
    Ok(sources::give(ground, database, scope, (id, device.id), &named).await?)
}

/// The device of this serial or IMEI; where there are several of the serial, they are asked back. Of a customer's source it is
/// one of that customer's.
async fn meant<S: HasRights>(tx: &Tx<S>, source: &Source, sent: &Sent) -> Result<Device, Refused> {
    let typed = sent.maybe("serial").or_else(|| sent.maybe("serial_q"));
    let typed = typed.ok_or_else(|| Refused::at("serial", "Type the serial or the IMEI of a device."))?;
    let unknown = || Refused::at("serial", unknown(source));
    if let Ok(id) = typed.parse::<DeviceId>() {
        return devices::get(tx, id).await.map_err(|error| match error {
            RegistryError::NotFound(_) => unknown(),
            error => error.into(),
        });
    }
    let imei = Imei::parse("serial", typed).ok();
    let wanted = DeviceFilter {
        q: Some(typed.to_owned()),
        customer: source.customer,
        in_use: true,
        ..DeviceFilter::default()
    };
    let found = devices::list(tx, &wanted, &Ask::first(CANDIDATES)).await?.rows;
    let is_meant = |device: &Device| {
        let is_same = imei.is_some() && device.imei.as_deref() == imei.as_ref().map(Imei::as_str);
        is_same || device.serial.eq_ignore_ascii_case(typed)
    };
    let mut found: Vec<Device> = found.into_iter().filter(is_meant).collect();
    match (found.pop(), found.is_empty()) {
        (Some(one), true) => Ok(one),
        (None, _) => Err(unknown()),
        (Some(last), false) => {
            found.push(last);
            let choice = |device: &Device| {
                let words = format!("{} · {}", model(device), device.serial);
                (device.id.to_string(), words)
            };
            let which = found.iter().map(choice).collect();
            Err(Refused::which(
                "serial",
                which,
                "Several devices have this serial: choose the one that you mean.",
            ))
        }
    }
}

fn unknown(source: &Source) -> String {
    match &source.customer_name {
        Some(name) => format!("No device of {name} in use has this serial or IMEI."),
        None => "No device in use has this serial or IMEI.".to_owned(),
    }
}

/// What the vendor calls it, as it was typed; else its IMEI, else its serial, where the vendor could mean it by that.
fn called(source: &Source, device: &Device, sent: &Sent) -> Result<SourceKey, Refused> {
    let read = |text: &str| Intake::called_by(source.vendor, text);
    let vendor = words::vendor(source.vendor);
    if let Some(typed) = sent.maybe("named") {
        let why = || format!("This is no name that {vendor} gives to a device.");
        return read(typed).ok_or_else(|| Refused::at("named", why()));
    }
    let of_imei = device.imei.as_deref().and_then(read);
    of_imei.or_else(|| read(&device.serial)).ok_or_else(|| {
        let why = format!(
            "{vendor} knows devices by their IMEI, and none is registered for this one: type it here."
        );
        Refused::at("named", why)
    })
}
