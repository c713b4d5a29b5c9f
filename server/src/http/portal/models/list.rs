//! `GET /models`.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use vitals::Kind;
use web_templates::{Action, Icon, ModelRow, ModelsPage, Tag, Tone};

use super::form::{told, transport};
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, frame};
use crate::http::portal::list::{ROWS, ask, chosen, filter, pager, select, typed};
use crate::http::portal::page::html;
use crate::http::portal::said::SaidQuery;
use crate::http::portal::visitor::Visitor;
use crate::identity::in_scope;
use crate::registry::models::{self, DeviceModel, ModelFilter, ModelKey, OfModel};
use crate::registry::overview;
use crate::tenancy::{Right, Scope as _};

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    after: String,
    #[serde(default)]
    said: String,
}

/// The catalogue by maker and name, with how many devices of each somebody sees.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    let wanted = ModelFilter {
        q: typed(&asked.q),
        kind: chosen(&asked.kind),
    };
    let (ask, now) = (ask::<ModelKey>(&asked.after, ROWS)?, state.ground().now());
    let (page, holdings, counts) = in_scope!(visitor.caller(), scope => {
        scope.run(state.database(), async |tx| {
            let page = models::list_like(tx, &wanted, &ask).await?;
            let holdings = models::holdings(tx).await?;
            Ok::<_, PageError>((page, holdings, overview::counts(tx, now).await?))
        })
        .await
    })?;
    let kinds = Kind::ALL.iter().map(|kind| (kind.as_str(), kind.label()));
    let selects = vec![select(
        "kind",
        "What it measures",
        "All kinds",
        &asked.kind,
        kinds,
    )];
    let mut frame = frame(&state, &visitor, Place::Models, "Models", &counts);
    frame.flashes = SaidQuery::of(&asked.said).flashes();
    let pairs = [("q", asked.q.as_str()), ("kind", asked.kind.as_str())];
    let row = |model: &DeviceModel| {
        row(
            &visitor,
            model,
            holdings.get(&model.id).copied().unwrap_or_default(),
        )
    };
    let add = Action::go("Add a model", "/models/new").icon(Icon::Add).primary();
    html(&ModelsPage {
        frame,
        actions: visitor
            .can(Right::ManageModels)
            .then_some(add)
            .into_iter()
            .collect(),
        filter: filter("/models", &asked.q, "Maker or name", selects),
        rows: page.rows.iter().map(row).collect(),
        pager: pager("/models", &pairs, &asked.after, page.next.as_ref(), String::new()),
    })
}

fn row(visitor: &Visitor, model: &DeviceModel, held: OfModel) -> ModelRow {
    let (via_icon, via) = transport(model.transport);
    ModelRow {
        href: visitor
            .can(Right::ManageModels)
            .then(|| format!("/models/{}", model.id)),
        maker: model.maker.clone(),
        name: model.name.clone(),
        kinds: model.kinds.clone(),
        via_icon,
        via: via.to_owned(),
        reports: told(&model.reports),
        devices: held.devices.unsigned_abs(),
        state: match held.devices {
            0 => Tag::new("no device yet", Tone::Quiet),
            _ => Tag::new("in use", Tone::Ok),
        },
    }
}
