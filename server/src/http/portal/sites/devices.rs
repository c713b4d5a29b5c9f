//! `GET /sites/{id}/devices?q=`, `POST /sites/{id}/devices`: many devices at once.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use web_templates::{Choice, Field, Form, FormPage};

use super::form::ticked;
use crate::ground::ids::{DeviceId, SiteId};
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, crumb, frame};
use crate::http::portal::list::typed;
use crate::http::portal::local::see;
use crate::http::portal::page::html;
use crate::http::portal::sent::Sent;
use crate::http::portal::visitor::Visitor;
use crate::registry::devices::{self, Device, DeviceFilter};
use crate::registry::sites::{self, Site};
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
    let now = state.ground().now();
    let wanted = DeviceFilter {
        q: typed(&asked.q),
        ..DeviceFilter::default()
    };
    let (site, page, counts) = visitor
        .customer()?
        .run(state.database(), async |tx| {
            let site = sites::get(tx, *id, now).await?;
            let page = devices::list(tx, &wanted, &Ask::first(OFFERED)).await?;
            Ok::<_, PageError>((site, page, overview::counts(tx, now).await?))
        })
        .await?;
    let elsewhere: Vec<&Device> = page
        .rows
        .iter()
        .filter(|device| device.site.as_ref().is_none_or(|(at, _)| *at != site.id))
        .collect();
    let mut frame = frame(&state, &visitor, Place::Sites, "Put devices here", &counts);
    frame.crumbs = vec![
        crumb("Sites", "/sites"),
        crumb(&site.name, &format!("/sites/{}", site.id)),
    ];
    let form = form(visitor.csrf(&state), &site, &asked.q, &elsewhere);
    let lead = if page.next.is_some() {
        "The first of many: look for others by serial, model or reference."
    } else {
        "Those that do not stand here yet."
    };
    html(&FormPage::new(frame, lead, form).help(
        "Who sees them then",
        "Whoever sees some sites alone sees a device while it stands at one of theirs, with all that it measured.",
    ))
}

fn form(csrf: String, site: &Site, q: &str, elsewhere: &[&Device]) -> Form {
    let path = format!("/sites/{}", site.id);
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
        .fields(vec![
            Field::text("q", "Look for")
                .value(q)
                .placeholder("Serial, model or reference")
                .hint("Sent with nothing ticked, it looks for them."),
            Field::checks("device", "Devices", choices),
        ])
}

/// Leads back to the site; with nothing ticked, to what was looked for.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<SiteId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let devices: Vec<DeviceId> = ticked(&sent, "device");
    let scope = visitor.customer()?;
    if devices.is_empty() {
        let now = state.ground().now();
        scope
            .run(state.database(), async |tx| sites::get(tx, *id, now).await)
            .await?;
        let q: String = url::form_urlencoded::byte_serialize(sent.get("q").as_bytes()).collect();
        return Ok(see(&format!("/sites/{id}/devices?q={q}")));
    }
    sites::put_devices(state.ground(), state.database(), scope, &devices, Some(*id)).await?;
    Ok(see(&format!("/sites/{id}?said=site-devices")))
}
