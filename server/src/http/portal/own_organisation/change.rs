//! `GET /organization/edit`, and `POST /organization`, which it sends.

use actix_web::{HttpResponse, web};
use web_templates::{Form, FormPage};

use super::{Own, own};
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, crumb, frame};
use crate::http::portal::local::see;
use crate::http::portal::organisations::{archives, draft, fields, fill};
use crate::http::portal::page::{html, html_with};
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::CallerScope;
use crate::registry::organisations::{self, CustomerPatch, DistributorPatch};
use crate::registry::overview::Counts;
use crate::tenancy::Scope as _;

/// The form with what is known.
pub(super) async fn get(state: web::Data<State>, visitor: Visitor) -> Result<HttpResponse, PageError> {
    let own = own(&state, &visitor).await?;
    let form = form(&state, &visitor, &own);
    html(&page(&state, &visitor, form))
}

/// Saves what was typed.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    match change(&state, &visitor, &sent).await {
        Ok(()) => Ok(see("/organization?said=saved")),
        Err(refused) => {
            let mut form = form(&state, &visitor, &own(&state, &visitor).await?);
            let status = refused.show(&mut form, &sent)?;
            html_with(status, &page(&state, &visitor, form))
        }
    }
}

async fn change(state: &State, visitor: &Visitor, sent: &Sent) -> Result<(), Refused> {
    let organisation = draft(sent).to_patch()?;
    match visitor.scope() {
        CallerScope::Customer(scope) => {
            let patch = CustomerPatch {
                organisation,
                archive: sent.get("archive").parse().ok(),
                ..CustomerPatch::default()
            };
            let work = async |tx: &_| {
                organisations::change_customer(tx, scope, state.ground(), scope.id(), patch).await
            };
            Ok(scope.run(state.database(), work).await?)
        }
        CallerScope::Distributor(scope) => {
            let patch = DistributorPatch {
                organisation,
                state: None,
            };
            let work = async |tx: &_| {
                organisations::change_distributor(tx, scope, state.ground(), scope.id(), patch).await
            };
            Ok(scope.run(state.database(), work).await?)
        }
        CallerScope::Admin(_) | CallerScope::Finance(_) => Err(PageError::forbidden().into()),
    }
}

fn form(state: &State, visitor: &Visitor, own: &Own) -> Form {
    let form = Form::new("/organization", visitor.csrf(state), "Save").cancel("/organization");
    let mut form = fields(form, &own.time_zone);
    if let Some((chosen, _)) = &own.archive {
        form = form.section("Records", vec![archives(*chosen)]);
    }
    fill(&mut form, &own.name, &own.paper, &own.time_zone);
    form
}

fn page(state: &State, visitor: &Visitor, form: Form) -> FormPage {
    let mut frame = frame(
        state,
        visitor,
        Place::Organisation,
        "Edit your organization",
        &Counts::default(),
    );
    frame.crumbs = vec![crumb("Your organization", "/organization")];
    FormPage::new(frame, "", form)
}
