//! The fields of a care team.

use web_templates::{Choice, Field};

use crate::ground::ids::SiteId;

/// Its name and its sites.
pub(super) fn fields(name: &str, offered: &[(SiteId, String)], of: &[SiteId]) -> Vec<Field> {
    let sites = offered
        .iter()
        .map(|(id, name)| Choice::new(id.to_string(), name, of.contains(id)))
        .collect();
    vec![
        Field::text("name", "Name")
            .value(name)
            .required()
            .placeholder("Heart failure"),
        Field::checks("site", "The sites it looks after", sites),
    ]
}
