//! `GET /labels`: a sheet of labels, of devices and hubs that were named, or of what lies in the stock.

use actix_web::{HttpResponse, web};
use vitals::Kind;
use web_templates::text::counted;
use web_templates::{Label, LabelsPage, Svg};

use crate::ground::enums::DeviceState;
use crate::ground::ids::{DeviceId, DistributorId, HubId};
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, crumb, frame};
use crate::http::portal::list::typed;
use crate::http::portal::page::html;
use crate::http::portal::sent::Sent;
use crate::http::portal::visitor::Visitor;
use crate::http::qr::qr_svg;
use crate::identity::in_scope;
use crate::registry::devices::{self, Device, DeviceFilter};
use crate::registry::hubs::{self, Hub};
use crate::registry::labels;
use crate::registry::overview::{self, Counts};
use crate::registry::{Ask, RegistryError, RegistryScope};
use crate::tenancy::Tx;

/// Labels of one sheet; a page of paper takes about thirty.
const MOST: u16 = 300;

/// What the sheet is made of.
struct Found {
    labels: Vec<Label>,
    /// Devices whose earlier labels stand for nothing any more.
    others: u64,
    /// Devices whose label is not the caller's to print any more.
    left_out: u64,
    is_cut: bool,
    counts: Counts,
}

/// The sheet.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    asked: web::Query<Sent>,
) -> Result<HttpResponse, PageError> {
    let found = in_scope!(visitor.caller(), scope => find(&state, scope, &asked).await)?;
    let mut frame = frame(&state, &visitor, Place::Devices, "Labels", &found.counts);
    frame.crumbs = vec![crumb("Devices", "/devices")];
    html(&LabelsPage {
        frame,
        lead: lead(&found),
        labels: found.labels,
    })
}

fn lead(found: &Found) -> String {
    let mut words = vec![
        counted(found.labels.len() as u64, "label", "labels"),
        "three in a line, to be cut along the dashes".to_owned(),
    ];
    if found.is_cut {
        words.push(format!("the first {MOST}: narrow the list for the others"));
    }
    if found.others > 0 {
        let back = counted(found.others, "device", "devices");
        words.push(format!(
            "{back} came back since an earlier label was printed: replace that one, whose code opens nothing any more"
        ));
    }
    if found.left_out > 0 {
        let out = counted(found.left_out, "device is", "devices are");
        words.push(format!(
            "{out} left out, because a label is printed by who has the device in stock"
        ));
    }
    words.join(" · ")
}

async fn find<S: RegistryScope>(state: &State, scope: &S, asked: &Sent) -> Result<Found, PageError> {
    let now = state.ground().now();
    scope
        .run(state.database(), async |tx| {
            let (devices, is_cut) = devices(tx, asked).await?;
            let mut found = Found {
                labels: Vec::new(),
                left_out: 0,
                others: 0,
                is_cut,
                counts: overview::counts(tx, now).await?,
            };
            for device in &devices {
                match labels::label(tx, scope, state.ground(), device.id).await {
                    Ok(label) => {
                        found.others += u64::from(label.is_another);
                        found.labels.push(of_device(state, device, &label));
                    }
                    Err(RegistryError::Conflict(_)) => found.left_out += 1,
                    Err(error) => return Err(error.into()),
                }
            }
            for id in asked.all("hub").take(MOST.into()) {
                let id: HubId = id.parse().map_err(|_| PageError::not_found())?;
                found.labels.push(of_hub(state, &hubs::get(tx, id).await?));
            }
            Ok(found)
        })
        .await
}

/// The devices that were named; where none were, those in stock that fit the filter. Whether there are more.
async fn devices<S: RegistryScope>(tx: &Tx<S>, asked: &Sent) -> Result<(Vec<Device>, bool), PageError> {
    let mut named = Vec::new();
    for id in asked.all("device").take(MOST.into()) {
        let id: DeviceId = id.parse().map_err(|_| PageError::not_found())?;
        named.push(devices::get(tx, id).await?);
    }
    if !named.is_empty() || asked.maybe("hub").is_some() {
        return Ok((named, false));
    }
    let wanted = DeviceFilter {
        q: typed(asked.get("q")),
        kind: asked.get("kind").parse().ok(),
        state: Some(DeviceState::Stock),
        distributor: asked.get("holder").parse::<DistributorId>().ok(),
        model: asked.get("model").parse().ok(),
        in_stock: true,
        ..DeviceFilter::default()
    };
    let page = devices::list(tx, &wanted, &Ask::first(MOST)).await?;
    let is_cut = page.next.is_some();
    Ok((page.rows, is_cut))
}

fn of_device(state: &State, device: &Device, label: &labels::Label) -> Label {
    let url = label.url(&state.site().public_url);
    Label {
        qr: drawn(&url),
        maker: label.maker.clone(),
        model: label.model.clone(),
        serial: label.serial.clone(),
        code: label.code.expose(),
        kind: Some(device.kinds.first().copied().unwrap_or(Kind::BloodPressure)),
    }
}

/// A hub's label leads to its page; what proves a hub is its key.
fn of_hub(state: &State, hub: &Hub) -> Label {
    Label {
        qr: drawn(&format!("{}/hubs/{}", state.site().public_url, hub.id)),
        maker: "Hub".to_owned(),
        model: hub.name.clone(),
        serial: hub.serial.clone(),
        code: String::new(),
        kind: None,
    }
}

/// A text too long for a code stays without one; the words beside it say the same.
fn drawn(text: &str) -> Svg {
    Svg(qr_svg(text).unwrap_or_default())
}
