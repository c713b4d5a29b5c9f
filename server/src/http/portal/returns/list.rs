//! `GET /returns`.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use web_templates::text::counted;
use web_templates::{Action, Attention, OrderRow, When};

use super::words::{reason, tag};
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::orders::list::{Asked, Listed, of_distributor};
use crate::http::portal::visitor::Visitor;
use crate::identity::in_scope;
use crate::orders::incoming;
use crate::orders::returns::{self, Return};
use crate::registry::RegistryError;
use crate::tenancy::Scope as _;

/// The returns that the visitor sees, the newest first.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    let (ask, wanted) = (asked.page()?, asked.filter(&visitor));
    let (page, counts) = in_scope!(visitor.caller(), scope => {
        scope
            .run(state.database(), async |tx| {
                let page = returns::list(tx, &wanted, &ask).await?;
                Ok::<_, RegistryError>((page, incoming::counts(tx).await?))
            })
            .await
    })?;
    let now = state.ground().now();
    let listed = Listed {
        is_orders: false,
        what: "Returns",
        path: "/returns",
        nothing: "A distributor asks to send devices and hubs of its stock back; each step until they are received stands here with its date.",
        states: STATES,
        attention: Attention::of(&[(
            counts.returns.unsigned_abs(),
            "return waits for the platform",
            "returns wait for the platform",
        )])
        .or("No return waits for the platform."),
        action: Action::go("Send something back", "/returns/new"),
        rows: page.rows.iter().map(|back| row(&visitor, now, back)).collect(),
        months: Vec::new(),
    };
    listed
        .answer(&state, &visitor, &asked, (counts, page.next.as_ref()))
        .await
}

const STATES: &[(&str, &str)] = &[
    ("open", "Not over"),
    ("asked", "Asked"),
    ("accepted", "Accepted"),
    ("sent", "On their way"),
    ("received", "Received"),
    ("declined", "Declined"),
    ("cancelled", "Cancelled"),
];

fn row(visitor: &Visitor, now: DateTime<Utc>, back: &Return) -> OrderRow {
    let count = counted(
        u64::from(back.items.unsigned_abs()),
        "device or hub",
        "devices and hubs",
    );
    OrderRow {
        href: format!("/returns/{}", back.id),
        number: format!("{} · {}", back.number, reason(back.reason)),
        what: count,
        distributor: of_distributor(visitor, back.distributor, &back.distributor_name),
        state: tag(back.state),
        ordered: When::ago(back.asked_at, now, &visitor.zone()),
        changed: When::ago(back.updated_at, now, &visitor.zone()),
    }
}
