//! `GET /sources/new`, `POST /sources/new`: an account in a vendor's cloud to be added. Its secret is on the page that comes
//! next, once.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use web_templates::{Choice, Field, Form, FormPage, Icon};

use super::words;
use crate::ground::enums::{SourceScheme, Vendor};
use crate::ground::ids::SourceId;
use crate::http::State;
use crate::http::portal::choose::{self, Offer};
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, crumb, frame};
use crate::http::portal::once;
use crate::http::portal::page::html_with;
use crate::http::portal::sent::{Faults, Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::{CallerScope, in_scope};
use crate::registry::overview;
use crate::registry::sources::{self, NewSource, SourceSecret};
use crate::tenancy::Scope as _;

/// The form.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    prefilled: web::Query<Sent>,
) -> Result<HttpResponse, PageError> {
    let mut page = page(&state, &visitor).await?;
    page.form.fill(prefilled.pairs());
    html_with(StatusCode::OK, &page)
}

/// Leads to the new source's page, which shows its secret.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    match add(&state, &visitor, &sent).await {
        Ok((id, secret)) => Ok(once::lead(
            &state,
            &visitor,
            &format!("/sources/{id}"),
            secret.expose(),
        )),
        Err(refused) => {
            let mut page = page(&state, &visitor).await?;
            let status = refused.show(&mut page.form, &sent)?;
            html_with(status, &page)
        }
    }
}

async fn add(state: &State, visitor: &Visitor, sent: &Sent) -> Result<(SourceId, SourceSecret), Refused> {
    let (ground, database) = (state.ground(), state.database());
    let mut faults = Faults::default();
    let vendor: Result<Vendor, _> = sent.get("vendor").parse();
    let vendor = faults.note(vendor.map_err(|_| Refused::at("vendor", "Choose the vendor.")));
    let scheme: Option<Result<SourceScheme, _>> = sent.maybe("scheme").map(str::parse);
    let scheme = scheme.transpose();
    let scheme = faults.note(scheme.map_err(|_| Refused::at("scheme", "Choose one of these.")));
    // What a customer's person adds is the customer's, whatever was sent.
    let customer = match visitor.scope() {
        CallerScope::Admin(scope) => {
            let chosen = scope
                .run(database, async |tx| choose::customer(tx, sent, "customer").await)
                .await;
            faults.note(chosen).flatten()
        }
        _ => None,
    };
    let name = sent.get("name").to_owned();
    let (Some(vendor), Some(scheme)) = (vendor, scheme) else {
        faults.note(sources::check(&name));
        return Err(faults.refuse());
    };
    faults.told()?;
    let shown_as = sent.maybe("shown_as").map(str::to_owned);
    let new = NewSource {
        vendor,
        name,
        customer,
        scheme,
        shown_as,
    };
    Ok(in_scope!(visitor.caller(), scope => sources::create(ground, database, scope, new).await)?)
}

async fn page(state: &State, visitor: &Visitor) -> Result<FormPage, PageError> {
    let (database, now) = (state.database(), state.ground().now());
    let (customers, counts) = in_scope!(visitor.caller(), scope => {
        scope.run(database, async |tx| {
            Ok::<_, PageError>((Offer::customers(tx).await?, overview::counts(tx, now).await?))
        })
        .await
    })?;
    let vendors = Vendor::ALL.iter().copied().map(vendor).collect();
    let mut which = vec![
        Field::radio("vendor", "Vendor", vendors).required(),
        Field::text("name", "Name")
            .required()
            .placeholder("Cuffs of the heart clinic")
            .hint("What you call the account. No patient's name."),
    ];
    if matches!(visitor.scope(), CallerScope::Admin(_)) {
        let whose = customers.field("customer", "Whose account it is", "The platform's own", "");
        which.push(whose.hint("A customer's account speaks for devices of that customer alone."));
    }
    let form = Form::new("/sources/new", visitor.csrf(state), "Add the vendor cloud")
        .icon(Icon::Add)
        .cancel("/sources")
        .section("Which account", which)
        .section_with(
            "How the vendor shows the secret",
            "Leave this as it is, unless the vendor's portal asks for something else. BodyTrace and Telli let nobody choose.",
            shown(),
        );
    let mut frame = frame(state, visitor, Place::Sources, "Add a vendor cloud", &counts);
    frame.crumbs = vec![crumb("Vendor clouds", "/sources")];
    let lead = "An account at a vendor whose cloud sends on what its devices measured.";
    Ok(FormPage::new(frame, lead, form)
        .help(
            "What comes next",
            "The next page shows our address and a secret. Enter both at the vendor: the secret is shown once.",
        )
        .help(
            "Its devices",
            "Whatever the vendor says of a device that is not known here waits, until somebody adopts the device.",
        ))
}

fn vendor(vendor: Vendor) -> Choice {
    let label = format!(
        "{} – shows its secret {}",
        words::vendor(vendor),
        words::shows(vendor)
    );
    Choice::new(vendor.as_str(), label, false)
}

fn shown() -> Vec<Field> {
    let schemes = vec![
        Choice::new("", "As the vendor usually does", true),
        Choice::new(SourceScheme::Header.as_str(), "In a header", false),
        Choice::new(SourceScheme::Basic.as_str(), "By HTTP Basic", false),
    ];
    vec![
        Field::select("scheme", "How", schemes),
        Field::code("shown_as", "Header's or user's name")
            .placeholder("x-vitalwire-key")
            .hint("Where nothing is written: x-vitalwire-key, or the user vitalwire."),
    ]
}
