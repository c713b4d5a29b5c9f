//! The rows of the forwarding room, all of them methods of `Endpoints`.

use vitalwire_server::forwarding::{EndpointChange, NewEndpoint};
use vitalwire_server::ground::enums::{EndpointFormat, EndpointState};

use crate::table::{Row, row, said};

pub(crate) const ROWS: &[Row] = &[
    row!("forwarding::endpoints::list", Customer, List, call => {
        call.customer(async |tx| call.world.endpoints.list(tx).await).await
    }),
    row!("forwarding::endpoints::get", Customer, Read, call => {
        call.customer(async |tx| call.world.endpoints.get(tx, call.at.endpoint).await).await
    }),
    row!("forwarding::endpoints::health", Customer, Read, call => {
        call.customer(async |tx| call.world.endpoints.health(tx, call.at.endpoint).await).await
    }),
    row!("forwarding::endpoints::attempts", Customer, Read, call => {
        call.customer(async |tx| call.world.endpoints.attempts(tx, call.at.endpoint, None, 100).await).await
    }),
    row!("forwarding::endpoints::dead_letters", Customer, Read, call => {
        call.customer(async |tx| call.world.endpoints.dead_letters(tx, call.at.endpoint, None, 100).await).await
    }),
    row!("forwarding::endpoints::deliveries_of", Customer, Read, call => {
        call.customer(async |tx| call.world.endpoints.deliveries_of(tx, &call.at.readings).await).await
    }),
    row!("forwarding::endpoints::register", Customer, Make, call => {
        let new = NewEndpoint {
            url: "https://clinic.example/another".to_owned(),
            description: String::new(),
            format: EndpointFormat::Canonical,
            batch_max: 1,
        };
        call.customer(async |tx| call.world.endpoints.register(tx, new).await).await
    }),
    row!("forwarding::endpoints::change", Customer, Change, call => {
        let change = EndpointChange {
            url: Some("https://stranger.example/hook".to_owned()),
            state: Some(EndpointState::Disabled),
            ..EndpointChange::default()
        };
        call.customer(async |tx| call.world.endpoints.change(tx, call.at.endpoint, change).await).await
    }),
    row!("forwarding::endpoints::rotate_secret", Customer, Change, call => {
        call.customer(async |tx| call.world.endpoints.rotate_secret(tx, call.at.endpoint).await).await
    }),
    row!("forwarding::endpoints::retry", Customer, Change, call => {
        call.customer(async |tx| call.world.endpoints.retry(tx, call.at.endpoint, call.at.dead).await).await
    }),
    // One's own endpoint takes no foreign delivery off its shelf, nor the other way round.
    row!("forwarding::endpoints::retry", Customer, Change, call => {
        call.customer(async |tx| call.world.endpoints.retry(tx, call.own.endpoint, call.at.dead).await).await
    }),
    row!("forwarding::endpoints::retry", Customer, Change, call => {
        call.customer(async |tx| call.world.endpoints.retry(tx, call.at.endpoint, call.own.dead).await).await
    }),
    row!("forwarding::endpoints::retry_all", Customer, Change, call => {
        call.customer(async |tx| call.world.endpoints.retry_all(tx, call.at.endpoint).await).await
    }),
    row!("forwarding::endpoints::send_test", Customer, Change, call => {
        said(call.world.endpoints.send_test(call.scope(), call.at.endpoint).await)
    }),
];
