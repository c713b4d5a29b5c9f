//! `GET /returns`.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use web_templates::text::counted;
use web_templates::{Action, Attention, Icon, Link, OrderRow, OrdersPage, When};

use super::words::{reason, tag};
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, frame};
use crate::http::portal::list::{ROWS, ask, chosen, filter, pager, select, typed};
use crate::http::portal::orders::list::{is_distributor, tabs};
use crate::http::portal::page::html;
use crate::http::portal::visitor::Visitor;
use crate::identity::in_scope;
use crate::orders::incoming;
use crate::orders::returns::{self, Return, ReturnFilter, ReturnKey, ReturnStanding};
use crate::registry::RegistryError;
use crate::tenancy::{Right, Scope as _};

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    after: String,
}

/// The returns that the visitor sees, the newest first.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    let ask = ask::<ReturnKey>(&asked.after, ROWS)?;
    let wanted = ReturnFilter {
        q: typed(&asked.q),
        standing: match asked.state.as_str() {
            "open" => ReturnStanding::Open,
            word => chosen(word).map_or(ReturnStanding::Any, ReturnStanding::Is),
        },
        distributor: None,
    };
    let (page, counts) = in_scope!(visitor.caller(), scope => {
        scope
            .run(state.database(), async |tx| {
                let page = returns::list(tx, &wanted, &ask).await?;
                Ok::<_, RegistryError>((page, incoming::counts(tx).await?))
            })
            .await
    })?;
    let states = [
        ("open", "Not over"),
        ("asked", "Asked"),
        ("accepted", "Accepted"),
        ("sent", "On their way"),
        ("received", "Received"),
        ("declined", "Declined"),
        ("cancelled", "Cancelled"),
    ];
    let now = state.ground().now();
    let pairs = [("q", asked.q.as_str()), ("state", asked.state.as_str())];
    html(&OrdersPage {
        frame: frame(
            &state,
            &visitor,
            Place::Orders,
            "Returns",
            &visitor.counts(&state).await?,
        ),
        attention: Attention::of(&[(
            counts.returns.unsigned_abs(),
            "return waits for the platform",
            "returns wait for the platform",
        )])
        .or("No return waits for the platform."),
        actions: actions(&visitor),
        tabs: tabs(false, counts),
        what: "Returns",
        nothing: "A distributor asks to send devices and hubs of its stock back; each step until they are received stands here with its date.",
        filter: filter(
            "/returns",
            &asked.q,
            "Number, serial or tracking",
            vec![select("state", "State", "Every state", &asked.state, states)],
        ),
        with_distributor: !is_distributor(&visitor),
        rows: page.rows.iter().map(|back| row(&visitor, now, back)).collect(),
        pager: pager(
            "/returns",
            &pairs,
            &asked.after,
            page.next.as_ref(),
            String::new(),
        ),
        months: Vec::new(),
    })
}

fn actions(visitor: &Visitor) -> Vec<Action> {
    let ask = Action::go("Send something back", "/returns/new")
        .icon(Icon::Add)
        .primary();
    let may = visitor.can(Right::PlaceOrders);
    may.then_some(ask).into_iter().collect()
}

fn row(visitor: &Visitor, now: DateTime<Utc>, back: &Return) -> OrderRow {
    let count = counted(
        u64::from(back.items.unsigned_abs()),
        "device or hub",
        "devices and hubs",
    );
    let of = (!is_distributor(visitor)).then(|| {
        let href = format!("/distributors/{}", back.distributor);
        Link::to(&back.distributor_name, href)
    });
    OrderRow {
        href: format!("/returns/{}", back.id),
        number: format!("{} · {}", back.number, reason(back.reason)),
        what: count,
        distributor: of,
        state: tag(back.state),
        ordered: When::ago(back.asked_at, now, &visitor.zone()),
        changed: When::ago(back.updated_at, now, &visitor.zone()),
    }
}
