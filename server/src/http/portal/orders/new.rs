//! `GET /orders/new`, and `POST /orders/new`, which it sends.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use uuid::Uuid;
use web_templates::{Field, FieldKind, Form, FormPage, Icon, Width};

use crate::ground::enums::ContactPurpose;
use crate::ground::ids::{DeviceModelId, OrderId};
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, crumb, frame};
use crate::http::portal::local::see;
use crate::http::portal::organisations::country;
use crate::http::portal::page::html_with;
use crate::http::portal::sent::{Faults, Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::CallerScope;
use crate::orders::{MOST_OF_A_LINE, NewDelivery, NewOrder, Wanted};
use crate::registry::contacts::{self, Contact};
use crate::registry::models::{self, DeviceModel};
use crate::registry::organisations::{self, Distributor};
use crate::registry::overview::Counts;
use crate::registry::{Ask, RegistryError};
use crate::tenancy::{DistributorScope, Scope as _};

/// Models that are offered; a catalogue has a few.
const MODELS: u16 = 200;
/// What stands before a model's id in the name of its field.
const MODEL: &str = "model-";
const HUBS: &str = "hubs";

/// What the form is made of.
struct Known {
    distributor: Distributor,
    contact: Option<Contact>,
    models: Vec<DeviceModel>,
}

/// The form, with the address of the organisation.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    asked: web::Query<Sent>,
) -> Result<HttpResponse, PageError> {
    let known = find(&state, scope(&visitor)?).await?;
    let counts = visitor.counts(&state).await?;
    let mut page = page(&state, &visitor, (&known, &counts), state.ground().id());
    page.form.fill(asked.pairs());
    html_with(StatusCode::OK, &page)
}

/// Orders, and leads to the order.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    match order(&state, &visitor, &sent).await {
        Ok(id) => Ok(see(&format!("/orders/{id}?said=order-placed"))),
        Err(refused) => {
            let known = find(&state, scope(&visitor)?).await?;
            let token = sent.get("token").parse().unwrap_or_else(|_| state.ground().id());
            let counts = visitor.counts(&state).await?;
            let mut page = page(&state, &visitor, (&known, &counts), token);
            let status = refused.show(&mut page.form, &sent)?;
            html_with(status, &page)
        }
    }
}

fn scope(visitor: &Visitor) -> Result<&DistributorScope, PageError> {
    match visitor.scope() {
        CallerScope::Distributor(scope) => Ok(scope),
        _ => Err(PageError::forbidden()),
    }
}

async fn find(state: &State, scope: &DistributorScope) -> Result<Known, PageError> {
    let found = scope
        .run(state.database(), async |tx| {
            let contacts = contacts::of_distributor(tx, scope.id()).await?;
            Ok::<_, RegistryError>(Known {
                distributor: organisations::distributor(tx, scope.id()).await?,
                contact: asked_for(contacts),
                models: models::list(tx, &Ask::first(MODELS)).await?.rows,
            })
        })
        .await;
    Ok(found?)
}

/// Whom a carrier asks for: the general contact where there is one, and bookkeeping only where there is nobody else.
fn asked_for(contacts: Vec<Contact>) -> Option<Contact> {
    let rank = |contact: &Contact| match contact.purpose {
        ContactPurpose::General => 0,
        ContactPurpose::Technical => 1,
        ContactPurpose::Clinical => 2,
        ContactPurpose::Billing => 3,
    };
    contacts.into_iter().min_by_key(rank)
}

async fn order(state: &State, visitor: &Visitor, sent: &Sent) -> Result<OrderId, Refused> {
    let text = |name| sent.maybe(name).map(str::to_owned);
    let token = sent.get("token").parse::<Uuid>();
    let mut faults = Faults::default();
    let wanted = faults.note(wanted(sent));
    let new = NewOrder {
        token: token.map_err(|_| PageError::bad_request())?,
        wanted: wanted.unwrap_or_default(),
        delivery: NewDelivery {
            name: sent.get("deliver_to").to_owned(),
            contact: text("contact"),
            phone: text("phone"),
            street: sent.get("street").to_owned(),
            postal_code: text("postal_code"),
            city: sent.get("city").to_owned(),
            region: text("region"),
            country: sent.get("country").to_owned(),
        },
        reference: text("reference"),
        note: text("note"),
    };
    faults.note(new.check());
    faults.told()?;
    Ok(state.orders().place(visitor.caller(), new).await?)
}

/// What was typed for each model; nothing and nought want none.
fn wanted(sent: &Sent) -> Result<Vec<Wanted>, Refused> {
    let mut wanted = Vec::new();
    for (name, typed) in sent.pairs() {
        let model = match (name.strip_prefix(MODEL), name.as_str()) {
            (Some(id), _) => {
                let id: DeviceModelId = id.parse().map_err(|_| PageError::bad_request())?;
                Some(id)
            }
            (None, HUBS) => None,
            _ => continue,
        };
        let quantity = match typed.trim() {
            "" => continue,
            typed => typed
                .parse::<i32>()
                .ok()
                .filter(|quantity| (0..=MOST_OF_A_LINE).contains(quantity))
                .ok_or_else(|| Refused::at("lines", "How many is a whole number, up to 10,000."))?,
        };
        if quantity > 0 {
            wanted.push(Wanted { model, quantity });
        }
    }
    if wanted.is_empty() {
        return Err(Refused::at("lines", "Say how many of which you want."));
    }
    Ok(wanted)
}

fn page(state: &State, visitor: &Visitor, (known, counts): (&Known, &Counts), token: Uuid) -> FormPage {
    let number = |name: String, label: String| Field::new(FieldKind::Number, name, label).width(Width::Third);
    let mut what: Vec<Field> = known
        .models
        .iter()
        .map(|model| {
            let kinds: Vec<&str> = model.kinds.iter().map(|kind| kind.label()).collect();
            let label = format!("{} {}", model.maker, model.name);
            number(format!("{MODEL}{}", model.id), label).hint(kinds.join(", "))
        })
        .collect();
    what.push(number(HUBS.to_owned(), "Hub".to_owned()).hint("for Bluetooth devices"));
    let form = Form::new("/orders/new", visitor.csrf(state), "Order")
        .icon(Icon::Orders)
        .cancel("/orders")
        .hidden("token", token.to_string())
        .section_with("What", "How many of each. Leave out what you do not want.", what)
        .section("Where to", address(known))
        .section("Yours", yours());
    let mut frame = frame(state, visitor, Place::Orders, "Order devices", counts);
    frame.crumbs = vec![crumb("Orders", "/orders")];
    let lead = "The platform finds serials for it and sends it; what arrives is in your stock.";
    FormPage::new(frame, lead, form)
        .help(
            "Until it is sent",
            "You can cancel the order as long as nothing of it was sent.",
        )
        .help(
            "Prices",
            "An order has none. What came into your stock is what a statement counts.",
        )
}

fn address(known: &Known) -> Vec<Field> {
    let (paper, contact) = (&known.distributor.paper, known.contact.as_ref());
    let text = |name: &str, label: &str, value: Option<&String>| {
        Field::text(name, label).value(value.cloned().unwrap_or_default())
    };
    let name = paper.legal_name.as_ref().unwrap_or(&known.distributor.name);
    vec![
        text("deliver_to", "Name", Some(name)).required(),
        text(
            "contact",
            "Who is asked for",
            contact.map(|contact| &contact.name),
        ),
        text("street", "Street and number", paper.street.as_ref())
            .required()
            .autocomplete("street-address"),
        text("city", "City", paper.city.as_ref()).required(),
        text("region", "State", paper.region.as_ref()).width(Width::Third),
        text("postal_code", "Postal code", paper.postal_code.as_ref()).width(Width::Third),
        country(paper.country.as_deref().unwrap_or_default())
            .required()
            .width(Width::Third),
        Field::phone("phone", "Phone")
            .value(
                contact
                    .and_then(|contact| contact.phone.clone())
                    .unwrap_or_default(),
            )
            .hint("For the carrier."),
    ]
}

fn yours() -> Vec<Field> {
    vec![
        Field::text("reference", "Your reference").placeholder("PO 4711"),
        Field::area("note", "Note").hint("The platform reads it."),
    ]
}
