//! How the server that shows the page stands with the MQTT broker. Of several servers each knows its own connection alone.

use web_templates::{Stat, Value, When};

use crate::http::State;
use crate::http::portal::visitor::Visitor;
use crate::outside::mqtt::Standing;

/// The tile; none where there is no broker.
pub(super) fn tile(state: &State, visitor: &Visitor) -> Option<Stat> {
    let (word, since, note, is_away) = match state.broker().get()? {
        Standing::Connected { since } => ("connected", since, String::new(), false),
        Standing::Away { since, why } => ("away", since, why, true),
    };
    let now = state.ground().now();
    let tile = Stat::new("MQTT broker, seen from this server", Value::new(word, ""), note)
        .of(When::clock(since, now, &visitor.zone()))
        .warn_if(is_away);
    Some(tile)
}

/// What the first line says of it.
pub(super) fn attention(state: &State) -> (u64, &'static str, &'static str, &'static str) {
    let is_away = matches!(state.broker().get(), Some(Standing::Away { .. }));
    (
        u64::from(is_away),
        "MQTT broker is away",
        "MQTT brokers are away",
        "",
    )
}
