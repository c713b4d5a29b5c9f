//! `GET /cases/{id}`: what was written in a case, and what can be done with it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use web_templates::{Action, CasePage, Choice, Fact, FactCard, Field, Form, Icon, When};

use super::words::{self, comment, holder, side, subject, tag};
use crate::desk::cases::{self, Candidate, Case, CaseNote};
use crate::ground::enums::{CaseSide, CaseState};
use crate::ground::ids::CaseId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, crumb, frame};
use crate::http::portal::page::html_with;
use crate::http::portal::said::SaidQuery;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::in_scope;
use crate::registry::RegistryError;
use crate::registry::overview::{self, Counts};
use crate::tenancy::{Right, Scope as _};

/// What the page is made of.
struct Known {
    case: Case,
    notes: Vec<CaseNote>,
    candidates: Vec<Candidate>,
    counts: Counts,
}

/// The page.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<CaseId>,
    said: web::Query<SaidQuery>,
) -> Result<HttpResponse, PageError> {
    let known = find(&state, &visitor, *id).await?;
    let mut page = page(&state, &visitor, &known);
    page.frame.flashes = said.flashes();
    html_with(StatusCode::OK, &page)
}

/// The page after something could not be done: the reason stands where it was tried.
pub(super) async fn refused(
    state: &State,
    visitor: &Visitor,
    id: CaseId,
    (verb, sent): (&str, &Sent),
    refused: Refused,
) -> Result<HttpResponse, PageError> {
    let known = find(state, visitor, id).await?;
    let mut page = page(state, visitor, &known);
    let tried = format!("/cases/{id}/{verb}");
    let status = match &mut page.answer {
        Some(form) if form.action == tried => refused.show(form, sent)?,
        _ => refused.show_at(&mut page.frame, &mut page.moves, &tried, sent)?,
    };
    html_with(status, &page)
}

async fn find(state: &State, visitor: &Visitor, id: CaseId) -> Result<Known, PageError> {
    let now = state.ground().now();
    let mut known = in_scope!(visitor.caller(), scope => {
        scope
            .run(state.database(), async |tx| {
                Ok::<_, RegistryError>(Known {
                    case: cases::get(tx, id).await?,
                    notes: cases::notes(tx, id).await?,
                    candidates: Vec::new(),
                    counts: overview::counts(tx, now).await?,
                })
            })
            .await
    })?;
    if visitor.can(Right::AnswerCases) {
        known.candidates = state.desk().candidates(visitor.caller(), id).await?;
    }
    Ok(known)
}

fn page(state: &State, visitor: &Visitor, known: &Known) -> CasePage {
    let (case, now) = (&known.case, state.ground().now());
    let mut frame = frame(state, visitor, Place::Cases, &case.title, &known.counts);
    frame.crumbs = vec![
        crumb("Cases", "/cases"),
        crumb(&case.number.to_string(), &format!("/cases/{}", case.id)),
    ];
    CasePage {
        frame,
        state: tag(case, side(visitor)),
        subject: subject(case, visitor),
        holder: holder(case, visitor),
        actions: Vec::new(),
        notes: known
            .notes
            .iter()
            .map(|note| comment(now, visitor, note))
            .collect(),
        answer: (case.state != CaseState::Closed).then(|| answer(state, visitor, case)),
        moves: moves(state, visitor, known),
        cards: vec![card(visitor, case, now)],
    }
}

fn answer(state: &State, visitor: &Visitor, case: &Case) -> Form {
    let path = format!("/cases/{}/notes", case.id);
    let mut fields = vec![Field::area("text", "Your answer").required().hint(words::readers(
        side(visitor),
        case.customer_name.as_deref(),
        case.distributor.is_some(),
    ))];
    if visitor.can(Right::AnswerCases) && side(visitor) != CaseSide::Customer {
        fields.push(
            Field::check("internal", "Internal note", false)
                .hint("Only the platform’s and the distributor’s people read it."),
        );
    }
    Form::new(path, visitor.csrf(state), "Write it").fields(fields)
}

fn moves(state: &State, visitor: &Visitor, known: &Known) -> Vec<Action> {
    let case = &known.case;
    let csrf = visitor.csrf(state);
    let form = |verb: &str, submit: &str| Form::new(format!("/cases/{}/{verb}", case.id), &csrf, submit);
    let mut moves = Vec::new();
    if visitor.can(Right::AnswerCases) {
        moves.push(assign(known, form("assignee", "Save")));
        let states = [
            (
                CaseState::Waiting,
                "Waits for an answer",
                Icon::Info,
                "It is the turn of whoever opened it.",
            ),
            (
                CaseState::Solved,
                "Solved",
                Icon::Check,
                "Another answer of whoever opened it opens it again.",
            ),
            (
                CaseState::Closed,
                "Close",
                Icon::Close,
                "Nobody writes in it any more until it is opened again.",
            ),
        ];
        for (wanted, label, icon, hint) in states {
            if wanted != case.state {
                let form = form("state", label).hidden("state", wanted.as_str());
                moves.push(Action::post(form).icon(icon).hint(hint));
            }
        }
    }
    if visitor.can(Right::OpenCases) && matches!(case.state, CaseState::Solved | CaseState::Closed) {
        let action = Action::post(form("reopen", "Open it again")).icon(Icon::Cases);
        moves.push(action.hint("Somebody looks at it once more."));
    }
    moves
}

fn assign(known: &Known, form: Form) -> Action {
    let case = &known.case;
    let nobody = Choice::new("", "Nobody", case.assignee.is_none());
    let label = |one: &Candidate| format!("{} ({})", one.name, words::from(one.side));
    let some = known
        .candidates
        .iter()
        .map(|one| Choice::new(one.id.to_string(), label(one), case.assignee == Some(one.id)));
    let choices = std::iter::once(nobody).chain(some).collect();
    let form = form.fields(vec![Field::select("assignee", "Who looks after it", choices)]);
    let hint = match &case.assignee_name {
        Some(name) => format!("{name} looks after it."),
        None => "Nobody looks after it yet.".to_owned(),
    };
    Action::ask("Assign", form).icon(Icon::Users).hint(hint)
}

fn card(visitor: &Visitor, case: &Case, now: chrono::DateTime<chrono::Utc>) -> FactCard {
    let when = |at| Some(When::clock(at, now, &visitor.zone()));
    FactCard::new(
        "About",
        vec![
            Fact::code("Number", case.number.to_string()).copied(),
            Fact::text("Opened by", &case.opener_name).note(words::from(case.opener_side)),
            Fact::time("Opened", when(case.opened_at)),
            Fact::time("Changed", when(case.updated_at)),
            Fact::maybe("Looked after by", case.assignee_name.as_ref()),
        ],
    )
}
