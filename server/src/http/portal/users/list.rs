//! `GET /users`.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use web_templates::{Action, Choice, Form, Icon, InvitationRow, PersonRow, Tag, Tone, UsersPage, When};

use super::confirm;
use crate::ground::enums::{CaseSide, MailState, UserRole, UserState};
use crate::ground::ids::UserId;
use crate::http::State;
use crate::http::portal::choose::{Holders, Holding};
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, frame};
use crate::http::portal::list::{ROWS, ask, chosen, filter, pager, select, typed};
use crate::http::portal::page::html;
use crate::http::portal::said::SaidQuery;
use crate::http::portal::visitor::Visitor;
use crate::identity::{CallerScope, Invitation, Listed, User, UserFilter, called, in_scope};
use crate::registry::Page;
use crate::tenancy::Scope as _;

/// Open invitations on the page; a long list of them is the API's.
const INVITATIONS: u16 = 100;

/// Not a state but a wish: active, and asking to be confirmed.
const ASKS: &str = "asks";

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    state: String,
    /// Whose people, for an administrator.
    #[serde(default)]
    organisation: String,
    #[serde(default)]
    after: String,
}

/// The people whom this person may manage, and who is invited.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    asked: web::Query<Asked>,
    said: web::Query<SaidQuery>,
) -> Result<HttpResponse, PageError> {
    let wanted = UserFilter {
        q: typed(&asked.q),
        role: chosen::<UserRole>(&asked.role),
        state: chosen::<UserState>(&asked.state),
        organisation: chosen(&asked.organisation),
        asks: asked.state == ASKS,
    };
    let (identity, caller) = (state.identity(), visitor.caller());
    let (ask, now) = (ask::<String>(&asked.after, ROWS)?, state.ground().now());
    let after = ask.after.as_deref();
    let (rows, invited, holding) = in_scope!(caller, scope => {
        scope.run(state.database(), async |tx| {
            let rows = identity.users(tx, &wanted, after, ask.limit + 1).await?;
            let holding = Holding::of(tx, &asked.organisation).await?;
            Ok::<_, PageError>((rows, identity.invitations(tx, None, INVITATIONS).await?, holding))
        }).await
    })?;
    let page = Page::of(rows, &ask, |listed| listed.user.email.as_str().to_owned());
    let mails = identity.system_mails_of(&invited).await?;
    let sites = sites_of(&state, &visitor, &page.rows).await?;
    let counts = visitor.counts(&state).await?;
    let mut frame = frame(&state, &visitor, Place::Users, "People", &counts);
    frame.flashes = said.flashes();
    let sees_all = matches!(visitor.scope(), CallerScope::Admin(_));
    let roles = UserRole::ALL
        .iter()
        .map(|role| (role.as_str(), role_label(*role)));
    let states = [("active", "Active"), ("disabled", "Disabled")];
    let asks = sees_all.then_some((ASKS, "Asks to be confirmed"));
    let states = states.into_iter().chain(asks);
    let mut selects = vec![select("state", "State", "Every state", &asked.state, states)];
    if sees_all {
        selects.push(select("role", "Role", "Every role", &asked.role, roles));
        let anybody = vec![Choice::new(
            "",
            "Every organization",
            asked.organisation.is_empty(),
        )];
        let holders = Holders::find(&state, &visitor, holding)
            .await?
            .unwrap_or_default();
        selects.push(holders.select("organisation", "Organization", anybody, &asked.organisation));
    }
    let pairs = [
        ("q", asked.q.as_str()),
        ("role", asked.role.as_str()),
        ("state", asked.state.as_str()),
        ("organisation", asked.organisation.as_str()),
    ];
    let (zone, csrf) = (visitor.zone(), visitor.csrf(&state));
    let when = |at| When::ago(at, now, &zone);
    let mut actions: Vec<Action> = confirm::offer(&visitor, &csrf).into_iter().collect();
    actions.push(
        Action::go("Invite a person", "/users/invite")
            .icon(Icon::Users)
            .primary(),
    );
    html(&UsersPage {
        actions,
        filter: filter("/users", &asked.q, "Name or address …", selects),
        rows: page
            .rows
            .iter()
            .map(|listed| row(listed, sees_all, &sites, when))
            .collect(),
        pager: pager("/users", &pairs, &asked.after, page.next.as_ref(), String::new()),
        invitations: invited
            .iter()
            .zip(mails)
            .map(|(invitation, mail)| invitation_row(invitation, mail, &csrf, now, zone))
            .collect(),
        frame,
    })
}

fn role_label(role: UserRole) -> &'static str {
    match role {
        UserRole::Admin => "Platform administrators",
        UserRole::Finance => "Platform finance",
        UserRole::Distributor => "Distributors' people",
        UserRole::Customer => "Customers' people",
    }
}

/// The names of the sites of those who see some alone, for a customer's people.
async fn sites_of(
    state: &State,
    visitor: &Visitor,
    rows: &[Listed],
) -> Result<HashMap<UserId, Vec<String>>, PageError> {
    let confined = rows.iter().map(|row| &row.user).filter(|user| user.confined);
    let confined: Vec<UserId> = confined.map(|user| user.id).collect();
    let (CallerScope::Customer(scope), false) = (visitor.scope(), confined.is_empty()) else {
        return Ok(HashMap::new());
    };
    let ask = async |tx: &_| state.identity().sites_of(tx, &confined).await;
    Ok(scope.run(state.database(), ask).await?)
}

/// What a person sees who is confined, in a few words.
fn sees(sites: &[String]) -> String {
    match sites {
        [] => "sees nothing yet: belongs to no site".to_owned(),
        [only] => format!("sees {only} alone"),
        [first, second] => format!("sees {first} and {second} alone"),
        [first, rest @ ..] => format!("sees {first} and {} other sites alone", rest.len()),
    }
}

fn row(
    listed: &Listed,
    sees_all: bool,
    sites: &HashMap<UserId, Vec<String>>,
    when: impl Fn(DateTime<Utc>) -> When,
) -> PersonRow {
    let Listed { user, organisation } = listed;
    let organisation = organisation.clone().filter(|_| sees_all);
    PersonRow {
        href: format!("/users/{}", user.id),
        name: user.name.clone(),
        email: user.email.as_str().to_owned(),
        organisation: organisation.unwrap_or_default(),
        role: called(user.role, &user.permissions),
        sees: sites.get(&user.id).map_or_else(String::new, |names| sees(names)),
        state: if user.asks() {
            Tag::new("asks to be confirmed", Tone::Warn)
        } else {
            state_tag(user.state)
        },
        made_by: made_by(user).unwrap_or_default(),
        last_sign_in: user.last_sign_in_at.map(when),
    }
}

/// Who added somebody from outside of their organisation.
pub(super) fn made_by(user: &User) -> Option<String> {
    let made = user.made_outside()?;
    Some(match made.side {
        CaseSide::Distributor => format!("added by {} (distributor)", made.name),
        CaseSide::Platform | CaseSide::Customer => "added by the platform".to_owned(),
    })
}

/// How an account stands.
pub(super) fn state_tag(state: UserState) -> Tag {
    match state {
        UserState::Active => Tag::new("active", Tone::Ok),
        UserState::Disabled => Tag::new("disabled", Tone::Quiet),
    }
}

fn invitation_row(
    invitation: &Invitation,
    mail: Option<MailState>,
    csrf: &str,
    now: DateTime<Utc>,
    zone: chrono_tz::Tz,
) -> InvitationRow {
    let state = match mail {
        _ if invitation.expires_at <= now => Tag::new("link is over", Tone::Warn),
        Some(MailState::Failed) => Tag::new("mail refused", Tone::Warn),
        Some(MailState::Waiting) => Tag::new("mail on its way", Tone::Info),
        Some(MailState::Sent) | None => Tag::new("sent", Tone::Ok),
    };
    let post = |what: &str, label: &str| {
        let action = format!("/invitations/{}/{what}", invitation.id);
        Action::post(Form::new(action, csrf, label))
    };
    InvitationRow {
        name: invitation.name.clone(),
        email: invitation.email.as_str().to_owned(),
        organisation: String::new(),
        role: called(invitation.role, &invitation.permissions),
        state,
        sent: When::ago(invitation.sent_at, now, &zone),
        ends: if invitation.expires_at <= now {
            When::ago(invitation.expires_at, now, &zone)
        } else {
            When::ahead(invitation.expires_at, now, &zone)
        },
        actions: vec![post("send-again", "Send again"), post("revoke", "Take back")],
    }
}
