//! `POST /users/{id}/sites`: what a person of a customer sees of it.

use actix_web::{HttpResponse, web};
use web_templates::{Choice, Field, Form};

use crate::ground::ids::{SiteId, UserId};
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::local::see;
use crate::http::portal::sent::Sent;
use crate::http::portal::visitor::Visitor;
use crate::identity::{Belonging, BelongingPatch, CallerScope, User};
use crate::registry::sites::{self, Team};
use crate::tenancy::{Reach, Right, Scope as _};

/// Says it. Nobody says it of themselves.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<UserId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let confined = match sent.get("sees") {
        "all" => false,
        "sites" => true,
        _ => return Err(PageError::bad_request()),
    };
    let patch = BelongingPatch {
        confined: Some(confined),
        sites: Some(sent.all("site").filter_map(|id| id.parse().ok()).collect()),
        teams: Some(sent.all("team").filter_map(|id| id.parse().ok()).collect()),
    };
    state
        .identity()
        .set_belonging(visitor.caller(), *id, patch)
        .await?;
    Ok(see(&format!("/users/{id}?said=permissions-saved")))
}

/// The form, for who manages both people and sites, about a colleague.
pub(super) async fn form(
    state: &State,
    visitor: &Visitor,
    user: &User,
    csrf: &str,
) -> Result<Option<Form>, PageError> {
    let CallerScope::Customer(scope) = visitor.scope() else {
        return Ok(None);
    };
    if !visitor.can(Right::ManageSites) || user.id == visitor.person().id {
        return Ok(None);
    }
    let identity = state.identity();
    let (all, teams, belonging) = scope
        .run(state.database(), async |tx| {
            let (all, teams) = (sites::offered(tx).await?, sites::teams(tx).await?);
            Ok::<_, PageError>((all, teams, identity.belonging(tx, user.id).await?))
        })
        .await?;
    if all.is_empty() && !belonging.confined {
        return Ok(None);
    }
    let manages = Reach::of_the_whole(&user.permissions).next().is_some();
    Ok(Some(
        Form::new(format!("/users/{}/sites", user.id), csrf, "Save what they see").fields(fields(
            (&all, &teams),
            &belonging,
            manages,
        )),
    ))
}

/// What an invitation may say of it, for who manages both people and sites of a customer that has sites.
pub(super) async fn offered(state: &State, visitor: &Visitor) -> Result<Vec<Field>, PageError> {
    let CallerScope::Customer(scope) = visitor.scope() else {
        return Ok(Vec::new());
    };
    if !visitor.can(Right::ManageSites) || !visitor.can(Right::ManageUsers) {
        return Ok(Vec::new());
    }
    let (all, teams) = scope
        .run(state.database(), async |tx| {
            Ok::<_, PageError>((sites::offered(tx).await?, sites::teams(tx).await?))
        })
        .await?;
    if all.is_empty() {
        return Ok(Vec::new());
    }
    Ok(fields((&all, &teams), &Belonging::default(), false))
}

/// What was said: whether they see some sites alone, and which.
pub(super) fn said(sent: &Sent) -> Belonging {
    Belonging {
        confined: sent.get("sees") == "sites",
        sites: sent.all("site").filter_map(|id| id.parse().ok()).collect(),
        teams: sent.all("team").filter_map(|id| id.parse().ok()).collect(),
    }
}

fn fields((all, teams): (&[(SiteId, String)], &[Team]), belonging: &Belonging, manages: bool) -> Vec<Field> {
    let sites = all
        .iter()
        .map(|(id, name)| Choice::new(id.to_string(), name, belonging.sites.contains(id)))
        .collect();
    let teams: Vec<Choice> = teams
        .iter()
        .map(|team| {
            Choice::new(
                team.id.to_string(),
                &team.name,
                belonging.teams.contains(&team.id),
            )
        })
        .collect();
    let mut sees = vec![Choice::new("all", "The whole organization", !belonging.confined)];
    if !manages {
        sees.push(Choice::new(
            "sites",
            "Only what stands at the sites below, and at those of their care teams",
            belonging.confined,
        ));
    }
    let hint = if manages {
        "Who manages people, sites or your server sees the whole organization."
    } else {
        "With no site, they see no device at all."
    };
    let mut fields = vec![
        Field::radio("sees", "They see", sees).required().hint(hint),
        Field::checks("site", "Sites", sites),
    ];
    if !teams.is_empty() {
        fields.push(Field::checks("team", "Care teams", teams));
    }
    fields
}
