//! `GET /users/{id}`, and what is changed there.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use web_templates::{Action, Choice, Fact, FactCard, Field, Form, UserPage, When};

use super::list::{made_by, state_tag};
use super::{confirm, offered, sees};
use crate::ground::enums::{CaseSide, UserRole, UserState};
use crate::ground::ids::UserId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, crumb, frame};
use crate::http::portal::local::see;
use crate::http::portal::page::html;
use crate::http::portal::said::SaidQuery;
use crate::http::portal::visitor::Visitor;
use crate::identity::{Listed, User, called, in_scope};
use crate::tenancy::{Bundle, Permission, PermissionSet, Scope as _};

#[derive(Deserialize)]
pub(super) struct StateIn {
    #[serde(default)]
    csrf: String,
    state: UserState,
}

/// One person.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<UserId>,
    said: web::Query<SaidQuery>,
) -> Result<HttpResponse, PageError> {
    let Listed { user, organisation } = find(&state, &visitor, *id).await?;
    let (counts, now, zone) = (
        visitor.counts(&state).await?,
        state.ground().now(),
        visitor.zone(),
    );
    let mut frame = frame(&state, &visitor, Place::Users, &user.name, &counts);
    frame.crumbs = vec![crumb("People", "/users")];
    frame.flashes = said.flashes();
    let when = |at| When::ago(at, now, &zone);
    let organisation = organisation
        .or_else(|| visitor.person().organisation.clone())
        .unwrap_or_else(|| "The platform".to_owned());
    let mut facts = vec![
        Fact::text("Role", called(user.role, &user.permissions)),
        Fact::text("Organization", organisation),
        Fact::time("Added", Some(when(user.created_at))),
        Fact::time("Last sign-in", user.last_sign_in_at.map(when)),
    ];
    facts.extend(made_by(&user).map(|by| Fact::text("Origin", by)));
    if user.asked_at.is_some() {
        facts.push(Fact::time("Asked to be confirmed", user.asked_at.map(when)));
        facts.push(Fact::time("Confirmed", user.confirmed_at.map(when)));
    }
    let (fixed, csrf) = (fixed(&visitor, &user), visitor.csrf(&state));
    let may_change = fixed.is_empty();
    let sees = if may_change {
        sees::form(&state, &visitor, &user, &csrf).await?
    } else {
        None
    };
    html(&UserPage {
        sees,
        email: user.email.as_str().to_owned(),
        state: state_tag(user.state),
        cards: vec![FactCard::new("Account", facts)],
        permissions: may_change.then(|| form(&visitor, &user, csrf.clone())),
        moves: if user.id == visitor.person().id {
            Vec::new()
        } else {
            let answer = confirm::answer(&visitor, &user, &csrf).into_iter();
            answer.chain(switch(&visitor, &user, &csrf)).collect()
        },
        fixed: fixed.to_owned(),
        frame,
    })
}

/// Changes what they may do.
pub(super) async fn permissions(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<UserId>,
    form: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, PageError> {
    let of = |name: &str| {
        let values = form.iter().filter(move |(key, _)| key == name);
        values.map(|(_, value)| value.as_str()).collect::<Vec<_>>()
    };
    visitor.check_csrf(&state, of("csrf").first().copied().unwrap_or_default())?;
    let user = find(&state, &visitor, *id).await?.user;
    let given: PermissionSet = match of("bundle").first().copied().unwrap_or_default() {
        "" => of("permission")
            .into_iter()
            .map(str::parse)
            .collect::<Result<_, _>>()
            .map_err(|_| PageError::bad_request())?,
        word => Bundle::named(user.role, word)
            .ok_or_else(PageError::bad_request)?
            .permissions(),
    };
    let (identity, caller) = (state.identity(), visitor.caller());
    in_scope!(caller, scope => identity.set_permissions(caller, scope, *id, given).await)?;
    Ok(see(&format!("/users/{id}?said=permissions-saved")))
}

/// Disables, or enables again.
pub(super) async fn state(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<UserId>,
    form: web::Form<StateIn>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, &form.csrf)?;
    let (identity, caller) = (state.identity(), visitor.caller());
    in_scope!(caller, scope => identity.set_user_state(caller, scope, *id, form.state).await)?;
    let said = match form.state {
        UserState::Active => "user-enabled",
        UserState::Disabled => "user-disabled",
    };
    Ok(see(&format!("/users/{id}?said={said}")))
}

async fn find(state: &State, visitor: &Visitor, id: UserId) -> Result<Listed, PageError> {
    let (identity, caller) = (state.identity(), visitor.caller());
    in_scope!(caller, scope => {
        scope.run(state.database(), async |tx| Ok::<_, PageError>(identity.user(tx, id).await?)).await
    })
}

/// Why this person's permissions are not changed here; empty where they can be.
fn fixed(visitor: &Visitor, user: &User) -> &'static str {
    match user.role {
        _ if user.id == visitor.person().id => "Nobody changes what their own account may do.",
        UserRole::Admin => "Administrators of the platform may do everything but see measured values.",
        UserRole::Finance => "People of finance read customers and distributors and keep the books.",
        UserRole::Distributor | UserRole::Customer => "",
    }
}

fn form(visitor: &Visitor, user: &User, csrf: String) -> Form {
    let may = offered(visitor, user.role);
    let present = user.bundle().map(|bundle| bundle.word);
    let bundles = std::iter::once(Choice::new("", "As ticked below", present.is_none()))
        .chain(
            Bundle::of(user.role)
                .filter(|bundle| may(bundle.permissions(), &user.permissions))
                .map(|bundle| {
                    let words = format!("{}: {}", bundle.label, bundle.does);
                    Choice::new(bundle.word, words, present == Some(bundle.word))
                }),
        )
        .collect();
    let ticks = Permission::of(user.role)
        .filter(|permission| may([*permission].into_iter().collect(), &user.permissions))
        .map(|permission| {
            let is_given = user.permissions.allows(permission);
            Choice::new(permission.as_str(), permission.label(), is_given)
        })
        .collect();
    Form::new(format!("/users/{}/permissions", user.id), csrf, "Save").fields(vec![
        Field::radio("bundle", "Role", bundles).required(),
        Field::checks("permission", "Permissions", ticks).hint(
            "They count where no role is chosen above. Nobody gives a permission that they do not have.",
        ),
    ])
}

/// Disabling and enabling; who may not enable it again is offered nothing.
fn switch(visitor: &Visitor, user: &User, csrf: &str) -> Option<Action> {
    let is_platform_s = user.disabled_side == Some(CaseSide::Platform);
    if is_platform_s && visitor.caller().role() != UserRole::Admin {
        return None;
    }
    let form = |label: &str, state: UserState| {
        Form::new(format!("/users/{}/state", user.id), csrf, label).hidden("state", state.as_str())
    };
    Some(match user.state {
        UserState::Active => Action::post_as(
            "Disable the account",
            form("Disable", UserState::Disabled).danger(),
        )
        .hint(
            "Every session and every access token ends at once; open invitations of theirs are taken back.",
        ),
        UserState::Disabled => Action::post_as("Enable the account", form("Enable", UserState::Active))
            .hint("They sign in anew with the password that they had."),
    })
}
