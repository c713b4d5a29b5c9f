//! `GET /imports/{id}`: preview, progress and result.

use actix_web::{HttpResponse, web};
use web_templates::text::{counted, grouped, noun};
use web_templates::{
    Action, Form, Icon, ImportLine, ImportRunPage, LineError, Progress, Stat, Step, StepState, Tag, Tone,
    Value,
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
use crate::registry::{Ask, RegistryError, RegistryScope, organisations};
use crate::tenancy::{Scope as _, Tx};

/// Lines on the page, of each sort.
const ROWS: u16 = 50;

/// What the page is made of.
struct Found {
    import: Import,
    wrong: Vec<imports::ImportLine>,
    good: Vec<imports::ImportLine>,
    counts: Counts,
    /// Where devices go of which a line says nothing else.
    goes: String,
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
                let import = imports::get(tx, *id).await?;
                Ok::<_, RegistryError>(Found {
                    goes: goes(tx, scope, &import).await?,
                    import,
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
        steps: steps(import),
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
        sample_title: sample_title(import.state).to_owned(),
        sample: found.good.iter().map(|one| line(one, &found.goes)).collect(),
        actions: actions(state, visitor, import, &path),
    }
}

fn lead(import: &Import) -> (String, bool) {
    let lines = |count: i32| counted(count.unsigned_abs().into(), "line", "lines");
    let these = |count: i32, one: &'static str, many: &'static str| {
        format!(
            "{} {}",
            lines(count),
            noun(count.unsigned_abs().into(), one, many)
        )
    };
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
            format!(
                "Nothing is imported yet: {} ready.",
                these(import.lines, "is", "are")
            ),
            false,
        ),
        ImportState::Applying => ("It is being imported, whole or not at all.".to_owned(), false),
        ImportState::Applied => (format!("{} imported.", these(import.lines, "was", "were")), false),
        ImportState::Failed => (format!("Nothing was imported. {failure}"), true),
        ImportState::Cancelled => ("Nothing was imported: it was cancelled.".to_owned(), false),
    }
}

/// How far it is; what can come no further ends there.
fn steps(import: &Import) -> Vec<Step> {
    let (labels, done): (&[&str], usize) = match import.state {
        ImportState::Checked if import.wrong > 0 => (&["Looked at", "Not imported"], 1),
        ImportState::Cancelled => (&["Looked at", "Not imported"], 1),
        ImportState::Failed => (&["Looked at", "Confirmed", "Not imported"], 2),
        ImportState::Checked => (&["Looked at", "Confirmed", "Imported"], 1),
        ImportState::Applying => (&["Looked at", "Confirmed", "Imported"], 2),
        ImportState::Applied => (&["Looked at", "Confirmed", "Imported"], 3),
    };
    let mut steps = Step::way(labels, done);
    let is_over = labels.last() == Some(&"Not imported");
    if let Some(last) = steps.last_mut().filter(|_| is_over) {
        last.state = StepState::Stuck;
    }
    steps
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
            value: line.stands(problem).unwrap_or_default().to_owned(),
            error: sentence(&problem.why),
        })
        .collect()
}

fn sample_title(state: ImportState) -> &'static str {
    match state {
        ImportState::Checked => "The first lines, as they would be taken",
        ImportState::Applying => "The first lines, as they are being taken",
        ImportState::Applied => "The first lines, as they were taken",
        ImportState::Failed | ImportState::Cancelled => "The first lines; none of them was taken",
    }
}

/// Where devices go of which a line says nothing else.
async fn goes<S: RegistryScope>(tx: &Tx<S>, scope: &S, import: &Import) -> Result<String, RegistryError> {
    if let Some(customer) = import.into_customer {
        return match organisations::customer(tx, customer).await {
            Ok(customer) => Ok(customer.name),
            Err(RegistryError::NotFound(_)) => Ok("a customer".to_owned()),
            Err(error) => Err(error),
        };
    }
    Ok(
        match (import.into_distributor, scope.customer(), scope.distributor()) {
            (_, Some(_), _) => "you",
            (_, _, Some(_)) => "your stock",
            (Some(_), ..) => "the distributor's stock",
            (None, ..) => "the platform's stock",
        }
        .to_owned(),
    )
}

fn line(line: &imports::ImportLine, goes: &str) -> ImportLine {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    ImportLine {
        line: u64::from(line.line.unsigned_abs()),
        serial: text(&line.serial),
        model: [text(&line.maker), text(&line.model)].join(" ").trim().to_owned(),
        holder: match (&line.customer, line.step) {
            (Some(customer), _) => customer.clone(),
            (None, Some(ImportStep::Change | ImportStep::Same)) => "who has it".to_owned(),
            (None, _) => goes.to_owned(),
        },
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

#[cfg(test)]
mod tests {
    use super::*;

    fn one(step: ImportStep, customer: Option<&str>) -> imports::ImportLine {
        imports::ImportLine {
            line: 2,
            maker: Some("Acme".to_owned()),
            serial: Some("D1".to_owned()),
            model: None,
            customer: customer.map(str::to_owned),
            reference: None,
            others: Vec::new(),
            step: Some(step),
            problems: Vec::new(),
        }
    }

    #[test]
    fn whom_a_line_is_for_is_said_as_it_will_be() {
        let holder = |step, customer| line(&one(step, customer), "your stock").holder;
        assert_eq!(holder(ImportStep::Add, None), "your stock");
        assert_eq!(holder(ImportStep::Same, None), "who has it");
        assert_eq!(holder(ImportStep::Place, Some("Northside")), "Northside");
    }
}
