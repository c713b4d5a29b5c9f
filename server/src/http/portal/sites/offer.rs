//! The sites that lists and forms offer to a customer's people.

use web_templates::{Choice, Field, Select};

use crate::ground::ids::SiteId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::list::select;
use crate::http::portal::visitor::Visitor;
use crate::identity::CallerScope;
use crate::registry::sites::{self, Stands};
use crate::tenancy::{Right, Scope as _};

/// The word for what stands at no site.
const NOWHERE: &str = "none";

/// The sites in use that this person sees; none for others than a customer's people.
pub(in crate::http::portal) async fn offered(
    state: &State,
    visitor: &Visitor,
) -> Result<Vec<(SiteId, String)>, PageError> {
    let CallerScope::Customer(scope) = visitor.scope() else {
        return Ok(Vec::new());
    };
    Ok(scope
        .run(state.database(), async |tx| sites::offered(tx).await)
        .await?)
}

/// What a filter's word stands for.
pub(in crate::http::portal) fn stands(word: &str) -> Option<Stands> {
    match word {
        NOWHERE => Some(Stands::Nowhere),
        id => id.parse().ok().map(Stands::At),
    }
}

/// A filter's choice, where there is something to choose.
pub(in crate::http::portal) fn words(
    visitor: &Visitor,
    offered: &[(SiteId, String)],
    chosen: &str,
) -> Option<Select> {
    if offered.is_empty() {
        return None;
    }
    let named: Vec<(String, &str)> = offered
        .iter()
        .map(|(id, name)| (id.to_string(), name.as_str()))
        .collect();
    let nowhere = (!visitor.caller().is_confined()).then_some((NOWHERE, "Nowhere in particular"));
    let all = named.iter().map(|(id, name)| (id.as_str(), *name)).chain(nowhere);
    Some(select("site", "Site", "All sites", chosen, all))
}

/// Whether this person says where devices and hubs stand.
pub(in crate::http::portal) fn may_place(visitor: &Visitor) -> bool {
    visitor.can(Right::PlaceAtSites)
}

/// The field that says where a device or a hub stands.
pub(in crate::http::portal) fn field(offered: &[(SiteId, String)], at: Option<SiteId>) -> Field {
    let nowhere = Choice::new("", "Nowhere in particular", at.is_none());
    let all = offered
        .iter()
        .map(|(id, name)| Choice::new(id.to_string(), name, at == Some(*id)));
    Field::select("site", "Site", std::iter::once(nowhere).chain(all).collect())
        .hint("Whoever sees some sites alone sees what stands there.")
}
