//! What a device or a hub is promised to, as a line on its page.

use web_templates::Fact;

use crate::ground::enums::Errand;
use crate::http::portal::visitor::Visitor;
use crate::orders::{Promise, promised};
use crate::registry::errands::Thing;
use crate::registry::{RegistryError, RegistryScope};
use crate::tenancy::{Right, Tx};

/// What it is promised to, for who may see orders.
pub(in crate::http::portal) async fn find<S: RegistryScope>(
    tx: &Tx<S>,
    visitor: &Visitor,
    thing: Thing,
    reserved: Option<Errand>,
) -> Result<Option<Promise>, RegistryError> {
    if reserved.is_none() || !visitor.can(Right::SeeOrders) {
        return Ok(None);
    }
    promised(tx, thing).await
}

/// The line; none where it is promised to nothing.
pub(in crate::http::portal) fn fact(reserved: Option<Errand>, promise: Option<&Promise>) -> Option<Fact> {
    const LABEL: &str = "Reserved for";
    let errand = reserved?;
    Some(match promise {
        Some(Promise {
            errand: Errand::Order,
            id,
            number,
        }) => Fact::link(LABEL, format!("order {number}"), format!("/orders/{id}")),
        Some(Promise {
            errand: Errand::Return,
            id,
            number,
        }) => Fact::link(LABEL, format!("return {number}"), format!("/returns/{id}")),
        None => Fact::text(
            LABEL,
            match errand {
                Errand::Order => "an order",
                Errand::Return => "a return",
            },
        ),
    })
}

/// What a person should know first of something that is promised.
pub(in crate::http::portal) fn warning(errand: Errand) -> &'static str {
    match errand {
        Errand::Order => {
            "It is reserved for an order: until it is shipped or released there, nothing else is done with it."
        }
        Errand::Return => {
            "It is to go back to the platform: until that is done or cancelled, nothing else is done with it."
        }
    }
}
