//! `GET /sites/{id}/devices?q=`, `POST /sites/{id}/devices`: many devices at once.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use web_templates::{Choice, Field, Form, FormPage};

use super::form::ticked;
use crate::ground::ids::{DeviceId, SiteId};
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, crumb, frame};
use crate::http::portal::list::{filter, typed};
use crate::http::portal::local::see;
use crate::http::portal::page::{html, html_with};
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::registry::devices::{self, Device, DeviceFilter};
use crate::registry::sites;
use crate::registry::{Ask, overview};
use crate::tenancy::Scope as _;

/// Devices that a page offers; the filter finds the others.
const OFFERED: u16 = 200;

#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
}

/// Devices that stand elsewhere, to be ticked.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<SiteId>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    html(&page(&state, &visitor, *id, &asked.q).await?)
}

async fn page(state: &State, visitor: &Visitor, id: SiteId, q: &str) -> Result<FormPage, PageError> {
    let now = state.ground().now();
    let wanted = DeviceFilter {
        q: typed(q),
        ..DeviceFilter::default()
    };
    let (site, page, counts) = visitor
        .customer()?
        .run(state.database(), async |tx| {
            let site = sites::get(tx, id, now).await?;
            let page = devices::list(tx, &wanted, &Ask::first(OFFERED)).await?;
            Ok::<_, PageError>((site, page, overview::counts(tx, now).await?))
        })
        .await?;
    let elsewhere: Vec<&Device> = page
        .rows
        .iter()
        .filter(|device| device.site.as_ref().is_none_or(|(at, _)| *at != site.id))
        .collect();
    let mut frame = frame(state, visitor, Place::Sites, "Put devices here", &counts);
    let path = format!("/sites/{}", site.id);
    frame.crumbs = vec![crumb("Sites", "/sites"), crumb(&site.name, &path)];
    let offered = match (elsewhere.is_empty(), page.next.is_some()) {
        (_, true) => "The first of many: look for others by serial, model or reference.",
        (true, false) if q.is_empty() => "Every device stands here already.",
        (true, false) => "No device that stands elsewhere fits.",
        (false, false) => "Those that do not stand here yet.",
    };
    let find = filter(
        &format!("{path}/devices"),
        q,
        "Serial, model or reference",
        Vec::new(),
    );
    let form = form(visitor.csrf(state), &path, &elsewhere, offered);
    Ok(FormPage::new(frame, "", form).find(find).help(
        "Who sees them then",
        "Whoever sees some sites alone sees a device while it stands at one of theirs, with all that it measured.",
    ))
}

fn form(csrf: String, path: &str, elsewhere: &[&Device], offered: &str) -> Form {
    let choices = elsewhere
        .iter()
        .map(|device| {
            let at = device
                .site
                .as_ref()
                .map_or("nowhere in particular", |(_, name)| name.as_str());
            let reference = device.customer_reference.as_deref().unwrap_or_default();
            let words = match reference {
                "" => format!("{} · {} · {at}", device.serial, device.model),
                reference => format!("{} · {} · {reference} · {at}", device.serial, device.model),
            };
            Choice::new(device.id.to_string(), words, false)
        })
        .collect();
    Form::new(format!("{path}/devices"), csrf, "Put them here")
        .cancel(path)
        .fields(vec![Field::checks("device", "Devices", choices).hint(offered)])
}

/// Leads back to the site; with nothing ticked, to the choice.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<SiteId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let devices: Vec<DeviceId> = ticked(&sent, "device");
    if devices.is_empty() {
        let mut page = page(&state, &visitor, *id, "").await?;
        let refused = Refused::at("device", "Tick at least one device.");
        let status = refused.show(&mut page.form, &sent)?;
        return html_with(status, &page);
    }
    let scope = visitor.customer()?;
    sites::put_devices(state.ground(), state.database(), scope, &devices, Some(*id)).await?;
    Ok(see(&format!("/sites/{id}?said=site-devices")))
}
