//! An organisation's people, in short.

use web_templates::text::initials;
use web_templates::{MemberRow, Tag, Tone, When};

use crate::ground::enums::UserState;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::visitor::Visitor;
use crate::identity::{Organisation, User, UserScope, called};
use crate::tenancy::Tx;

/// People on the page.
const MOST: u16 = 20;

/// Its people, as far as the scope sees them.
pub(in crate::http::portal) async fn find<S: UserScope>(
    state: &State,
    tx: &Tx<S>,
    organisation: Organisation,
) -> Result<Vec<User>, PageError> {
    Ok(state.identity().people_of(tx, organisation, MOST).await?)
}

/// Their rows.
pub(in crate::http::portal) fn rows(state: &State, visitor: &Visitor, people: &[User]) -> Vec<MemberRow> {
    let (now, zone) = (state.ground().now(), visitor.zone());
    people
        .iter()
        .map(|user| MemberRow {
            name: user.name.clone(),
            initials: initials(&user.name),
            email: user.email.to_string(),
            role: called(user.role, &user.permissions),
            state: match user.state {
                UserState::Active => Tag::new("active", Tone::Ok),
                UserState::Disabled => Tag::new("disabled", Tone::Quiet),
            },
            last_seen: user.last_sign_in_at.map(|at| When::clock(at, now, &zone)),
        })
        .collect()
}
