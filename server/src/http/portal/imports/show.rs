//! `GET /imports/{id}`: preview, progress and result.

use actix_web::{HttpResponse, web};
use web_templates::text::{counted, grouped};
use web_templates::{
    Action, Form, Icon, ImportLine, ImportRunPage, LineError, Progress, Stat, Step, Tag, Tone, Value,
};

use crate::ground::enums::{ImportState, ImportStep};
use crate::ground::ids::ImportId;
use crate::http::State;
use crate::http::portal::error::{PageError, sentence};
use crate::http::portal::frame::{Place, crumb, frame};
use crate::http::portal::page::html;
use crate::http::portal::visitor::Visitor;
use crate::identity::in_scope;
use crate::registry::imports::{self, Import, Lines};
use crate::registry::overview::{self, Counts};
use crate::registry::{Ask, RegistryError};
use crate::tenancy::Scope as _;

/// Lines on the page, of each sort.
const ROWS: u16 = 50;

/// What the page is made of.
struct Found {
    import: Import,
    wrong: Vec<imports::ImportLine>,
    good: Vec<imports::ImportLine>,
    counts: Counts,
}

/// An import's page; while it runs, the page asks again by itself.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<ImportId>,
) -> Result<HttpResponse, PageError> {
    let now = state.ground().now();
    let found = in_scope!(visitor.caller(), scope => {
        scope
            .run(state.database(), async |tx| {
                Ok::<_, RegistryError>(Found {
                    import: imports::get(tx, *id).await?,
                    wrong: imports::lines(tx, *id, Lines::Wrong, &Ask::first(ROWS)).await?.rows,
                    good: imports::lines(tx, *id, Lines::Good, &Ask::first(ROWS)).await?.rows,
                    counts: overview::counts(tx, now).await?,
                })
            })
            .await
    })?;
    html(&page(&state, &visitor, &found))
}

fn page(state: &State, visitor: &Visitor, found: &Found) -> ImportRunPage {
    let import = &found.import;
    let path = format!("/imports/{}", import.id);
    let mut frame = frame(state, visitor, Place::Devices, &import.file_name, &found.counts);
    frame.crumbs = vec![crumb("Devices", "/devices"), crumb("Import devices", "/imports")];
    let is_running = import.state == ImportState::Applying;
    let (lead, warn) = lead(import);
    ImportRunPage {
        frame,
        steps: Step::way(
            &["Looked at", "Confirmed", "Imported"],
            match import.state {
                ImportState::Checked | ImportState::Cancelled => 1,
                ImportState::Applying | ImportState::Failed => 2,
                ImportState::Applied => 3,
            },
        ),
        lead,
        warn,
        stats: tiles(import),
        progress: is_running.then(|| Progress {
            label: "Imported".to_owned(),
            done: u64::from(import.done.unsigned_abs()),
            total: u64::from(import.lines.unsigned_abs()),
            note: "You may close this page; it goes on without it.".to_owned(),
        }),
        poll: is_running.then(|| path.clone()),
        errors: found.wrong.iter().flat_map(errors).collect(),
        error_count: u64::from(import.wrong.unsigned_abs()),
        sample: found.good.iter().map(line).collect(),
        actions: actions(state, visitor, import, &path),
    }
}

fn lead(import: &Import) -> (String, bool) {
    let lines = |count: i32| counted(u64::from(count.unsigned_abs()), "line", "lines");
    let failure = import.failure.as_deref().map(sentence).unwrap_or_default();
    match import.state {
        ImportState::Checked if import.wrong > 0 => (
            format!(
                "{} cannot be taken, so nothing is imported. Correct the file and bring it again. {failure}",
                lines(import.wrong)
            ),
            true,
        ),
        ImportState::Checked => (
            format!("Nothing is imported yet: {} are ready.", lines(import.lines)),
            false,
        ),
        ImportState::Applying => ("It is being imported, whole or not at all.".to_owned(), false),
        ImportState::Applied => (format!("{} were imported.", lines(import.lines)), false),
        ImportState::Failed => (format!("Nothing was imported. {failure}"), true),
        ImportState::Cancelled => ("Nothing was imported: it was cancelled.".to_owned(), false),
    }
}

fn tiles(import: &Import) -> Vec<Stat> {
    let number = |count: i32| Value::new(grouped(u64::from(count.unsigned_abs())), "");
    vec![
        Stat::new("Lines", number(import.lines), ""),
        Stat::new("New devices", number(import.adds), ""),
        Stat::new("Changes", number(import.changes), "placed, or written down anew"),
        Stat::new("With an error", number(import.wrong), "").warn_if(import.wrong > 0),
    ]
}

fn errors(line: &imports::ImportLine) -> Vec<LineError> {
    line.problems
        .iter()
        .map(|problem| LineError {
            line: u64::from(line.line.unsigned_abs()),
            column: if problem.column == "line" {
                String::new()
            } else {
                problem.column.clone()
            },
            value: stands(line, &problem.column),
            error: sentence(&problem.why),
        })
        .collect()
}

/// What stands in a column, as far as it was kept; never a token.
fn stands(line: &imports::ImportLine, column: &str) -> String {
    let value = match column {
        "maker" => &line.maker,
        "serial" => &line.serial,
        "model" => &line.model,
        "customer" => &line.customer,
        "reference" => &line.reference,
        _ => &None,
    };
    value.clone().unwrap_or_default()
}

fn line(line: &imports::ImportLine) -> ImportLine {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    ImportLine {
        line: u64::from(line.line.unsigned_abs()),
        serial: text(&line.serial),
        model: [text(&line.maker), text(&line.model)].join(" ").trim().to_owned(),
        holder: text(&line.customer),
        effect: match line.step {
            Some(ImportStep::Add) => Tag::new("new", Tone::Ok),
            Some(ImportStep::Place) => Tag::new("placed", Tone::Info),
            Some(ImportStep::Change) => Tag::new("changed", Tone::Info),
            Some(ImportStep::Same) | None => Tag::new("stays as it is", Tone::Quiet),
        },
    }
}

fn actions(state: &State, visitor: &Visitor, import: &Import, path: &str) -> Vec<Action> {
    let csrf = visitor.csrf(state);
    let mut actions = Vec::new();
    if import.wrong > 0 {
        let problems = format!("{path}/problems");
        actions.push(Action::go("Download what is wrong", problems).icon(Icon::Download));
    }
    match import.state {
        ImportState::Checked => {
            if import.wrong == 0 {
                let lines = counted(u64::from(import.lines.unsigned_abs()), "line", "lines");
                let apply = Form::new(format!("{path}/apply"), &csrf, format!("Import {lines}"));
                actions.push(Action::post(apply).icon(Icon::Check).primary());
            }
            actions.push(Action::post(Form::new(format!("{path}/cancel"), &csrf, "Cancel")));
        }
        ImportState::Applying => {
            actions.push(Action::post(Form::new(format!("{path}/cancel"), &csrf, "Cancel")));
        }
        ImportState::Applied | ImportState::Failed | ImportState::Cancelled => {}
    }
    actions.push(Action::go("Bring another file", "/imports").icon(Icon::Upload));
    actions
}
