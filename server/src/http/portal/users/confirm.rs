//! `POST /account/confirmation` and `POST /users/{id}/confirm`.

use actix_web::{HttpResponse, web};
use web_templates::{Action, Form};

use super::Token;
use crate::ground::ids::UserId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::local::see;
use crate::http::portal::visitor::Visitor;
use crate::identity::{CallerScope, User};
use crate::tenancy::{Permission, Right};

/// A customer's person says who they are.
pub(super) async fn ask(
    state: web::Data<State>,
    visitor: Visitor,
    form: web::Form<Token>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, &form.csrf)?;
    state.identity().ask_to_be_confirmed(visitor.caller()).await?;
    Ok(see("/users?said=asked"))
}

/// An administrator has made sure.
pub(super) async fn confirm(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<UserId>,
    form: web::Form<Token>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, &form.csrf)?;
    state.identity().confirm(visitor.caller(), *id).await?;
    Ok(see(&format!("/users/{id}?said=confirmed")))
}

/// The button for who manages a customer's people and sees no readings.
pub(super) fn offer(visitor: &Visitor, csrf: &str) -> Option<Action> {
    let CallerScope::Customer(scope) = visitor.scope() else {
        return None;
    };
    let may = visitor.caller().check(Right::AskToBeConfirmed).is_ok();
    if !may || scope.allows(Permission::ReadReadings) {
        return None;
    }
    let form = Form::new("/account/confirmation", csrf, "Yes, I belong to it: ask").section_with(
        "",
        "You were added by somebody outside of your organization, so you see no readings yet. Say that you belong to it, \
         and an administrator of the platform makes sure of that. Your organization's contacts are told by mail.",
        Vec::new(),
    );
    Some(Action::ask("Ask to see readings", form))
}

/// The button for an administrator, where somebody waits.
pub(super) fn answer(visitor: &Visitor, user: &User, csrf: &str) -> Option<Action> {
    let may = visitor.caller().check(Right::ConfirmPeople).is_ok();
    let form = || {
        let words = "I have made sure that this person belongs to the customer, by a way that the customer itself gave us.";
        Form::new(format!("/users/{}/confirm", user.id), csrf, "Confirm").section_with("", words, Vec::new())
    };
    (may && user.asks()).then(|| {
        Action::ask("Confirm this person", form())
            .hint("They see readings from then on, and decide who else does. The customer's contacts are told by mail.")
    })
}
