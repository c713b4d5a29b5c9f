//! `GET /api/v1/imports/{id}/lines`.

#![expect(
    unused_qualifications,
    reason = "utoipa writes the type of the query with its path"
)]

use actix_web::{get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::ground::enums::ImportStep;
use crate::ground::ids::ImportId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::paging::{ListOut, ask};
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::imports::{self, ImportLine, LineProblem, Lines};
use crate::tenancy::Scope as _;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct LinesQuery {
    /// Those that cannot be taken, or those that can; all where nothing is said.
    problem: Option<bool>,
    /// The `next` of the page before.
    after: Option<String>,
    /// Rows at most; 50 where nothing is said.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ImportLine)]
struct Out {
    /// Its number, as an editor counts.
    line: i32,
    #[schema(required)]
    maker: Option<String>,
    #[schema(required)]
    serial: Option<String>,
    #[schema(required)]
    model: Option<String>,
    /// The customer, as written.
    #[schema(required)]
    customer: Option<String>,
    #[schema(required)]
    reference: Option<String>,
    /// What becomes of it; null while something is wrong.
    #[schema(required)]
    step: Option<ImportStep>,
    /// What is wrong with it.
    problems: Vec<ProblemOut>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = LineProblem)]
struct ProblemOut {
    /// The column, or `line`.
    column: String,
    /// What is wrong, and what to do.
    why: String,
    /// What stands there, as far as it was kept; never a token.
    #[schema(required)]
    value: Option<String>,
}

impl From<ImportLine> for Out {
    fn from(line: ImportLine) -> Self {
        let value = |problem: &LineProblem| line.stands(problem).map(str::to_owned);
        let values: Vec<_> = line.problems.iter().map(value).collect();
        let ImportLine {
            line,
            maker,
            serial,
            model,
            customer,
            reference,
            others: _,
            step,
            problems,
        } = line;
        let problem = |(problem, value): (LineProblem, Option<String>)| {
            let LineProblem {
                column,
                why,
                stands: _,
            } = problem;
            ProblemOut { column, why, value }
        };
        Self {
            line,
            maker,
            serial,
            model,
            customer,
            reference,
            step,
            problems: problems.into_iter().zip(values).map(problem).collect(),
        }
    }
}

/// List the lines of an import
#[utoipa::path(get, path = "/imports/{id}/lines", tag = "devices", security(("token" = [])),
    params(("id" = ImportId, Path), LinesQuery), responses((status = 200, body = ListOut<Out>), Refused))]
#[get("/imports/{id}/lines")]
pub(super) async fn lines(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<ImportId>,
    query: web::Query<LinesQuery>,
) -> Result<web::Json<ListOut<Out>>, Problem> {
    let LinesQuery {
        problem,
        after,
        limit,
    } = query.into_inner();
    let which = match problem {
        None => Lines::All,
        Some(true) => Lines::Wrong,
        Some(false) => Lines::Good,
    };
    let (id, ask) = (id.into_inner(), ask(after.as_deref(), limit)?);
    let page = in_scope!(caller, scope => {
        scope.run(state.database(), async |tx| imports::lines(tx, id, which, &ask).await).await
    })?;
    Ok(web::Json(ListOut::of(page, Out::from)))
}
