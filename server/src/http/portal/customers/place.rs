//! `GET /customers/{id}/place?q=`, `POST /customers/{id}/place`: one of the stock's devices goes to this customer.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use web_templates::{Choice, Field, Form, FormPage, Icon};

use crate::ground::enums::OrganisationState;
use crate::ground::ids::{CustomerId, DeviceId};
use crate::http::State;
use crate::http::portal::devices::parts::model;
use crate::http::portal::devices::placed_word;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, crumb, frame};
use crate::http::portal::list::{filter, typed};
use crate::http::portal::local::{see, with_query};
use crate::http::portal::page::html_with;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::in_scope;
use crate::registry::devices::{self, Device, DeviceFilter};
use crate::registry::moves::{self, Placement};
use crate::registry::organisations::{self, Customer};
use crate::registry::overview::{self, Counts};
use crate::registry::{Ask, RegistryScope};

/// Devices that the page offers; what is typed finds the others.
const OFFERED: u16 = 50;

#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
}

/// What the page is made of.
struct Found {
    customer: Customer,
    devices: Vec<Device>,
    more: bool,
    counts: Counts,
}

/// Devices that lie in stock, to choose one.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<CustomerId>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    html_with(StatusCode::OK, &page(&state, &visitor, *id, &asked.q).await?)
}

/// Leads back to the customer.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<CustomerId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let (path, id) = (format!("/customers/{id}"), *id);
    let Some(chosen) = sent.maybe("device") else {
        let mut page = page(&state, &visitor, id, sent.get("q")).await?;
        let status = Refused::at("device", "Choose a device.").show(&mut page.form, &sent)?;
        return html_with(status, &page);
    };
    let device = chosen.parse::<DeviceId>().map_err(|_| PageError::bad_request())?;
    let to = Placement {
        customer: id,
        state: None,
        from: None,
    };
    let placed = in_scope!(visitor.caller(), scope => {
        moves::place(state.ground(), state.database(), scope, device, to).await
    });
    match placed.map_err(Refused::from) {
        Ok(()) => {
            let word = placed_word(&state, &visitor, device).await?;
            Ok(see(&with_query(&path, &[("said", word)])))
        }
        Err(refused) => {
            let mut page = page(&state, &visitor, id, sent.get("q")).await?;
            let status = refused.show(&mut page.form, &sent)?;
            html_with(status, &page)
        }
    }
}

async fn page(state: &State, visitor: &Visitor, id: CustomerId, q: &str) -> Result<FormPage, PageError> {
    let found = in_scope!(visitor.caller(), scope => find(state, scope, id, q).await)?;
    let customer = &found.customer;
    let title = format!("Place a device with {}", customer.name);
    let mut frame = frame(state, visitor, Place::Customers, &title, &found.counts);
    let path = format!("/customers/{id}");
    frame.crumbs = vec![crumb("Customers", "/customers"), crumb(&customer.name, &path)];
    let lead = match customer.state {
        OrganisationState::Closed => "The customer is closed: it is given nothing.",
        _ => "",
    };
    let offered = match (found.devices.is_empty(), found.more) {
        (true, _) => "No device in stock fits.",
        (false, true) => "The first of many: look for others by serial, IMEI or model.",
        (false, false) => "Those that lie in stock and are promised to nobody.",
    };
    let devices = Field::radio("device", "Device", choices(customer, &found.devices)).hint(offered);
    let form = Form::new(format!("{path}/place"), visitor.csrf(state), "Place it")
        .icon(Icon::Place)
        .cancel(&path)
        // What was looked for is there again where the form is not taken.
        .hidden("q", q)
        .fields(vec![devices]);
    let find = filter(&format!("{path}/place"), q, "Serial, IMEI or model", Vec::new());
    Ok(FormPage::new(frame, lead, form).find(find).help(
        "What happens then",
        "It is active at once: what it measures from then on is theirs.",
    ))
}

async fn find<S: RegistryScope>(
    state: &State,
    scope: &S,
    id: CustomerId,
    q: &str,
) -> Result<Found, PageError> {
    let now = state.ground().now();
    let wanted = DeviceFilter {
        q: typed(q),
        state: Some(crate::ground::enums::DeviceState::Stock),
        in_stock: true,
        ..DeviceFilter::default()
    };
    scope
        .run(state.database(), async |tx| {
            let customer = organisations::customer(tx, id).await?;
            let page = devices::list(tx, &wanted, &Ask::first(OFFERED)).await?;
            Ok(Found {
                customer,
                more: page.next.is_some(),
                devices: page.rows,
                counts: overview::counts(tx, now).await?,
            })
        })
        .await
}

/// What is promised to an order or a return is not offered. Where it lies is said where that is not the customer's own
/// distributor's stock.
fn choices(customer: &Customer, devices: &[Device]) -> Vec<Choice> {
    let free = devices.iter().filter(|device| device.reserved.is_none());
    let choice = |device: &Device| {
        let place = match &device.distributor_name {
            _ if device.distributor == customer.distributor => String::new(),
            Some(name) => format!(" · stock of {name}"),
            None => " · the platform’s stock".to_owned(),
        };
        let words = format!("{} · {}{place}", device.serial, model(device));
        Choice::new(device.id.to_string(), words, false)
    };
    free.map(choice).collect()
}
