//! `GET /cases`.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use web_templates::text::counted;
use web_templates::{Action, Attention, CasesPage, Choice, Icon, Select};

use super::words::{row, side};
use crate::desk::cases::{self, Case, CaseFilter, CaseKey, Standing, Waiting};
use crate::ground::enums::CaseSide;
use crate::http::State;
use crate::http::portal::choose::Offer;
use crate::http::portal::error::PageError;
use crate::http::portal::first_line;
use crate::http::portal::frame::{Place, frame};
use crate::http::portal::list::{ROWS, ask, chosen, filter, pager, select, typed};
use crate::http::portal::page::html;
use crate::http::portal::visitor::Visitor;
use crate::identity::in_scope;
use crate::registry::Page;
use crate::registry::overview::{self, Counts};
use crate::tenancy::{Right, Scope as _};

/// Not a state but a matter of who looks: those that wait for the visitor's side.
const OURS: &str = "ours";

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    mine: String,
    #[serde(default)]
    holder: String,
    #[serde(default)]
    after: String,
}

impl Asked {
    fn wanted(&self, visitor: &Visitor) -> CaseFilter {
        CaseFilter {
            q: typed(&self.q),
            standing: match self.state.as_str() {
                "" => Standing::Unsolved,
                OURS => Standing::For(Waiting::on(visitor.caller())),
                word => chosen(word).map_or(Standing::Any, Standing::Is),
            },
            of: (!self.mine.is_empty()).then(|| visitor.person().id),
            customer: chosen(&self.holder),
            ..CaseFilter::default()
        }
    }

    fn pairs(&self) -> [(&str, &str); 4] {
        [
            ("q", &self.q),
            ("state", &self.state),
            ("mine", &self.mine),
            ("holder", &self.holder),
        ]
    }
}

/// What the page is made of.
struct Found {
    page: Page<Case, CaseKey>,
    /// Those that are not solved, and those of them that wait for who looks.
    open: i64,
    waiting: i64,
    customers: Offer,
    counts: Counts,
}

/// The cases that the visitor sees, those that changed last first; the open ones, where nothing else is asked for.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    let (ask, now) = (ask::<CaseKey>(&asked.after, ROWS)?, state.ground().now());
    let (wanted, is_customer) = (asked.wanted(&visitor), side(&visitor) == CaseSide::Customer);
    let found = in_scope!(visitor.caller(), scope => {
        scope
            .run(state.database(), async |tx| {
                Ok::<_, PageError>(Found {
                    page: cases::list(tx, &wanted, &ask).await?,
                    open: cases::open_count(tx).await?,
                    waiting: cases::waiting_count(tx, Waiting::on(visitor.caller())).await?,
                    customers: if is_customer { Offer::default() } else { Offer::customers(tx).await? },
                    counts: overview::counts(tx, now).await?,
                })
            })
            .await
    })?;
    html(&page(&state, &visitor, &asked, &found))
}

fn page(state: &State, visitor: &Visitor, asked: &Asked, found: &Found) -> CasesPage {
    let open = Action::go("Open a case", "/cases/new").icon(Icon::Add).primary();
    CasesPage {
        frame: frame(state, visitor, Place::Cases, "Cases", &found.counts),
        attention: Attention::leading(&[first_line::cases(found.waiting)]).or(
            match found.open.unsigned_abs() {
                0 => "No case is open.".to_owned(),
                open => format!(
                    "{}, and none waits for you.",
                    counted(open, "case is open", "cases are open")
                ),
            },
        ),
        actions: visitor
            .can(Right::OpenCases)
            .then_some(open)
            .into_iter()
            .collect(),
        filter: filter(
            "/cases",
            &asked.q,
            "Number, serial or words",
            selects(asked, found),
        ),
        rows: found
            .page
            .rows
            .iter()
            .map(|case| row(state, visitor, case))
            .collect(),
        pager: pager(
            "/cases",
            &asked.pairs(),
            &asked.after,
            found.page.next.as_ref(),
            String::new(),
        ),
    }
}

fn selects(asked: &Asked, found: &Found) -> Vec<Select> {
    let states = [
        (OURS, "Waiting for you"),
        ("open", "Open"),
        ("waiting", "Waiting for an answer"),
        ("solved", "Solved"),
        ("closed", "Closed"),
        ("all", "All"),
    ];
    let mut selects = vec![
        select("state", "State", "Not solved yet", &asked.state, states),
        select(
            "mine",
            "Whose",
            "Everybody’s",
            &asked.mine,
            [("yes", "Opened or looked after by me")],
        ),
    ];
    if let Some(names) = found.customers.names().filter(|names| !names.is_empty()) {
        let nobody = Choice::new("", "Every customer", asked.holder.is_empty());
        let all = names
            .iter()
            .map(|(id, name)| Choice::new(id, name, *id == asked.holder));
        selects.push(Select {
            name: "holder".to_owned(),
            label: "Customer".to_owned(),
            choices: std::iter::once(nobody).chain(all).collect(),
        });
    }
    selects
}
