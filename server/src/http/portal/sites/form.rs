//! The fields of a site.

use web_templates::{Choice, Field};

use crate::ground::ids::UserId;
use crate::http::portal::sent::Sent;
use crate::identity::User;
use crate::registry::RegistryError;
use crate::registry::sites::NewSite;

/// Name, place and time zone.
pub(super) fn fields(name: &str, place: &str, time_zone: &str) -> Vec<Field> {
    vec![
        Field::text("name", "Name")
            .value(name)
            .required()
            .placeholder("Ward 3"),
        Field::text("place", "Where it is")
            .value(place)
            .placeholder("Main building, 2nd floor"),
        Field::text("time_zone", "Time zone")
            .value(time_zone)
            .placeholder("America/Chicago")
            .hint("Where it is not your organization's."),
    ]
}

/// What was typed.
pub(super) fn typed(sent: &Sent) -> Result<NewSite, RegistryError> {
    NewSite::typed(sent.get("name"), sent.maybe("place"), sent.maybe("time_zone"))
}

/// Colleagues to tick.
pub(super) fn people(label: &str, colleagues: &[User], there: &[UserId]) -> Field {
    let choices = colleagues
        .iter()
        .map(|user| {
            let words = if user.confined {
                format!("{} (sees some sites alone)", user.name)
            } else {
                user.name.clone()
            };
            Choice::new(user.id.to_string(), words, there.contains(&user.id))
        })
        .collect();
    Field::checks("person", label, choices)
}

/// The people who were ticked.
pub(super) fn ticked<I: std::str::FromStr>(sent: &Sent, name: &str) -> Vec<I> {
    sent.all(name).filter_map(|id| id.parse().ok()).collect()
}
