//! `GET` and `POST /users/invite`.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use uuid::Uuid;
use web_templates::{Choice, Field, Form, FormPage};

use super::{offered, sees};
use crate::ground::enums::UserRole;
use crate::http::State;
use crate::http::portal::error::{PageError, sentence};
use crate::http::portal::frame::{Place, crumb, frame};
use crate::http::portal::local::see;
use crate::http::portal::page::html_with;
use crate::http::portal::sent::{Faults, Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::{
    Belonging, CallerScope, Email, IdentityError, NewInvitation, Organisation, checked_name,
};
use crate::tenancy::{Bundle, PermissionSet};

/// The word of the first role of a customer's people, as whoever is outside can give it.
const FIRST: &str = "administrator";

/// Whom for, where that does not go without saying: `/users/invite?customer=…`, as the pages of organisations link it.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Whom {
    #[serde(default)]
    customer: Option<Uuid>,
    #[serde(default)]
    distributor: Option<Uuid>,
}

/// The form.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    whom: web::Query<Whom>,
) -> Result<HttpResponse, PageError> {
    let form = form(&state, &visitor, &whom).await?;
    answer(&state, &visitor, form, StatusCode::OK).await
}

/// Writes the invitation down and its mail with it.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    whom: web::Query<Whom>,
    typed: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, typed.get("csrf"))?;
    let invited = match new(&visitor, &whom, &typed) {
        Ok(new) => state
            .identity()
            .invite(visitor.caller(), new)
            .await
            .map_err(fault),
        Err(refused) => Err(refused),
    };
    let Err(refused) = invited else {
        return Ok(see("/users?said=invited"));
    };
    let mut form = form(&state, &visitor, &whom).await?;
    refused.show(&mut form, &typed)?;
    answer(&state, &visitor, form, StatusCode::UNPROCESSABLE_ENTITY).await
}

/// At which field something is wrong, and what.
fn fault(error: IdentityError) -> Refused {
    let words = sentence(&error.to_string());
    match error {
        IdentityError::BadEmail | IdentityError::EmailTaken | IdentityError::AlreadyInvited => {
            Refused::at("email", words)
        }
        IdentityError::BadName => Refused::at("name", words),
        IdentityError::NotAllowed(_) | IdentityError::TooManyAttempts { .. } => Refused::Whole(words),
        error => Refused::Page(error.into()),
    }
}

/// Where the person will belong, and in which role unless the form says.
fn place(visitor: &Visitor, whom: &Whom) -> (UserRole, Organisation) {
    match (visitor.scope(), whom.customer, whom.distributor) {
        (CallerScope::Customer(scope), ..) => (UserRole::Customer, Organisation::Customer(scope.id())),
        (_, Some(customer), _) => (UserRole::Customer, Organisation::Customer(customer.into())),
        (CallerScope::Distributor(scope), ..) => {
            (UserRole::Distributor, Organisation::Distributor(scope.id()))
        }
        (_, _, Some(distributor)) => (
            UserRole::Distributor,
            Organisation::Distributor(distributor.into()),
        ),
        (CallerScope::Admin(_) | CallerScope::Finance(_), None, None) => {
            (UserRole::Admin, Organisation::Platform)
        }
    }
}

/// The role that was chosen, with what it permits where that is not all; none where none is chosen.
fn chosen(visitor: &Visitor, whom: &Whom, word: &str) -> Option<(UserRole, Option<PermissionSet>)> {
    let (role, organisation) = place(visitor, whom);
    Some(match (organisation, word) {
        (Organisation::Platform, "admin") => (UserRole::Admin, None),
        (Organisation::Platform, "finance") => (UserRole::Finance, None),
        (Organisation::Platform, _) => return None,
        // As much of it as somebody outside of the customer can give.
        (Organisation::Customer(_), FIRST) if visitor.caller().role() != UserRole::Customer => (role, None),
        (_, word) => (role, Some(Bundle::named(role, word)?.permissions())),
    })
}

/// What is to be invited.
fn new(visitor: &Visitor, whom: &Whom, typed: &Sent) -> Result<NewInvitation, Refused> {
    let (_, organisation) = place(visitor, whom);
    let belonging = match visitor.scope() {
        CallerScope::Customer(_) => sees::said(typed),
        _ => Belonging::default(),
    };
    let mut faults = Faults::default();
    let name = faults.note(checked_name(typed.get("name")).map_err(fault));
    let email = faults.note(typed.get("email").parse::<Email>().map_err(fault));
    let chosen = chosen(visitor, whom, typed.get("bundle"));
    let chosen = faults.note(chosen.ok_or_else(|| Refused::at("bundle", "Choose what they will be.")));
    let (Some(name), Some(email), Some((role, permissions))) = (name, email, chosen) else {
        return Err(faults.refuse());
    };
    Ok(NewInvitation {
        email,
        name,
        role,
        organisation,
        permissions,
        belonging,
    })
}

async fn form(state: &State, visitor: &Visitor, whom: &Whom) -> Result<Form, PageError> {
    let (role, organisation) = place(visitor, whom);
    let action = match organisation {
        Organisation::Customer(id) if whom.customer.is_some() => format!("/users/invite?customer={id}"),
        Organisation::Distributor(id) if whom.distributor.is_some() => {
            format!("/users/invite?distributor={id}")
        }
        _ => "/users/invite".to_owned(),
    };
    let roles = if organisation == Organisation::Platform {
        vec![
            Choice::new("admin", "Administrator: may do everything but see values", false),
            Choice::new("finance", "Finance: reads customers and keeps the books", false),
        ]
    } else {
        let (may, nothing) = (offered(visitor, role), PermissionSet::default());
        let is_outside = role == UserRole::Customer && visitor.caller().role() != role;
        let first = is_outside.then(|| {
            let words = "Administrator: sets up people and devices, and sees readings once the platform has confirmed them";
            Choice::new(FIRST, words, false)
        });
        let bundles = Bundle::of(role)
            .filter(|bundle| may(bundle.permissions(), &nothing))
            .map(|bundle| Choice::new(bundle.word, format!("{}: {}", bundle.label, bundle.does), false));
        first.into_iter().chain(bundles).collect()
    };
    let form = Form::new(action, visitor.csrf(state), "Send the invitation")
        .cancel("/users")
        .fields(vec![
            Field::text("name", "Name").required().autocomplete("name"),
            Field::email("email", "Email").required(),
            Field::radio("bundle", "Role", roles).required(),
        ]);
    let sees = sees::offered(state, visitor).await?;
    Ok(if sees.is_empty() {
        form
    } else {
        let why = "Who sees some sites alone manages neither people, sites nor your server.";
        form.section_with("What they see", why, sees)
    })
}

async fn answer(
    state: &State,
    visitor: &Visitor,
    form: Form,
    status: StatusCode,
) -> Result<HttpResponse, PageError> {
    let counts = visitor.counts(state).await?;
    let mut frame = frame(state, visitor, Place::Users, "Invite a person", &counts);
    frame.crumbs = vec![crumb("People", "/users")];
    let lead =
        "They get a mail with a link that works once, for seven days, and choose their password themselves.";
    html_with(status, &FormPage::new(frame, lead, form))
}
