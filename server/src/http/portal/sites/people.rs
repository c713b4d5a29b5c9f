//! The people of a site or a care team: who is there, and who else could be.

use actix_web::HttpResponse;
use web_templates::{Field, Form, SitePerson};

use super::form::{people as tick, ticked};
use crate::ground::ids::UserId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::local::see;
use crate::http::portal::sent::Sent;
use crate::http::portal::visitor::Visitor;
use crate::identity::{Member, Organisation, Place, User};
use crate::tenancy::{CustomerScope, Right, Tx};

/// Colleagues that a form offers.
const COLLEAGUES: u16 = 200;

/// Who is there.
pub(super) struct People {
    members: Vec<Member>,
    /// For who may say who is there.
    colleagues: Vec<User>,
}

impl People {
    /// Those of a place that the visitor sees.
    pub(super) async fn find(
        state: &State,
        visitor: &Visitor,
        tx: &Tx<CustomerScope>,
        place: Place,
    ) -> Result<Self, PageError> {
        let identity = state.identity();
        let members = identity.people_at(tx, place).await?;
        let colleagues = if visitor.can(Right::ManageSites) {
            let own = Organisation::Customer(visitor.customer()?.id());
            identity.people_of(tx, own, COLLEAGUES).await?
        } else {
            Vec::new()
        };
        Ok(Self { members, colleagues })
    }

    /// With the way by which they are there.
    pub(super) fn told(&self, visitor: &Visitor) -> Vec<SitePerson> {
        let may_open = visitor.can(Right::ManageUsers);
        let told = |member: &Member| SitePerson {
            href: if may_open {
                format!("/users/{}", member.id)
            } else {
                String::new()
            },
            name: member.name.clone(),
            note: match (&member.team, member.confined) {
                (Some(team), true) => format!("through {team} · sees their own sites alone"),
                (Some(team), false) => format!("through {team} · sees everything"),
                (None, true) => "sees their own sites alone".to_owned(),
                (None, false) => "sees everything".to_owned(),
            },
        };
        self.members.iter().map(told).collect()
    }

    /// The form that says who is there by themselves, for who may.
    pub(super) fn form(
        &self,
        state: &State,
        visitor: &Visitor,
        path: &str,
        (label, hint): (&str, &str),
    ) -> Vec<Form> {
        if !visitor.can(Right::ManageSites) {
            return Vec::new();
        }
        let themselves = self.members.iter().filter(|member| member.team.is_none());
        let there: Vec<UserId> = themselves.map(|member| member.id).collect();
        let field: Field = tick(label, &self.colleagues, &there).hint(hint);
        let form = Form::new(format!("{path}/people"), visitor.csrf(state), "Save the people");
        vec![form.fields(vec![field])]
    }
}

/// Saves who was ticked, and leads back.
pub(super) async fn save(
    state: &State,
    visitor: &Visitor,
    place: Place,
    sent: &Sent,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(state, sent.get("csrf"))?;
    let people: Vec<UserId> = ticked(sent, "person");
    state
        .identity()
        .set_people(visitor.customer()?, place, &people)
        .await?;
    let path = match place {
        Place::Site(id) => format!("/sites/{id}"),
        Place::Team(id) => format!("/care-teams/{id}"),
    };
    Ok(see(&format!("{path}?said=site-people")))
}
