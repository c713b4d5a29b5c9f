//! `GET /endpoint`.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use web_templates::text::{ago, counted, grouped, span, whole};
use web_templates::{
    AttemptRow, DeadLetterRow, Endpoint as Shown, EndpointForm, EndpointPage, EndpointState, Flash, Patience,
    Stat, Tone, Value, When,
};

use crate::forwarding::{Attempt, DeadLetter, Endpoint, EndpointHealth, OVERLAP, schedule, webhook_id};
use crate::ground::enums::{AttemptOutcome, EndpointState as Stored};
use crate::http::State;
use crate::http::portal::error::{PageError, sentence};
use crate::http::portal::frame::{Place, frame};
use crate::http::portal::page::html_with;
use crate::http::portal::said::SaidQuery;
use crate::http::portal::visitor::Visitor;
use crate::registry::overview::{self, Counts};
use crate::tenancy::{Permission, Scope as _};

/// Attempts and dead letters on the page.
const SHOWN: u64 = 25;
/// Failures in a row after which an endpoint is called failing and no longer retrying.
pub(super) const FAILING: i32 = 5;

/// What a page has to say besides.
#[derive(Default)]
pub(super) struct Besides {
    pub(super) flashes: Vec<Flash>,
    pub(super) secret: Option<String>,
    /// What was typed, and what is wrong with it.
    pub(super) typed: Option<(String, String)>,
}

struct Found {
    endpoint: Option<(Endpoint, EndpointHealth)>,
    others: usize,
    attempts: Vec<Attempt>,
    dead: Vec<DeadLetter>,
    counts: Counts,
}

/// The page.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    said: web::Query<SaidQuery>,
) -> Result<HttpResponse, PageError> {
    let besides = Besides {
        flashes: said.flashes(),
        ..Besides::default()
    };
    answer(&state, &visitor, StatusCode::OK, besides).await
}

/// The page as the answer to a form.
pub(super) async fn answer(
    state: &State,
    visitor: &Visitor,
    status: StatusCode,
    besides: Besides,
) -> Result<HttpResponse, PageError> {
    let found = find(state, visitor).await?;
    html_with(status, &page(state, visitor, found, besides))
}

async fn find(state: &State, visitor: &Visitor) -> Result<Found, PageError> {
    let (endpoints, now) = (state.endpoints(), state.ground().now());
    visitor
        .customer_who_may(Permission::ManageEndpoints)?
        .run(state.database(), async |tx| {
            let counts = overview::counts(tx, now).await?;
            let mut list = endpoints.list(tx).await?.into_iter();
            let Some(endpoint) = list.next() else {
                return Ok(Found {
                    endpoint: None,
                    others: 0,
                    attempts: Vec::new(),
                    dead: Vec::new(),
                    counts,
                });
            };
            let health = endpoints.health(tx, endpoint.id).await?;
            let attempts = endpoints.attempts(tx, endpoint.id, None, SHOWN).await?;
            let dead = endpoints.dead_letters(tx, endpoint.id, None, SHOWN).await?;
            Ok(Found {
                endpoint: Some((endpoint, health)),
                others: list.count(),
                attempts,
                dead,
                counts,
            })
        })
        .await
}

fn page(state: &State, visitor: &Visitor, found: Found, besides: Besides) -> EndpointPage {
    let (now, zone) = (state.ground().now(), visitor.zone());
    let Found {
        endpoint,
        others,
        attempts,
        dead,
        counts,
    } = found;
    let mut frame = frame(state, visitor, Place::Endpoint, "Your server", &counts);
    frame.flashes = besides.flashes;
    if others > 0 {
        let more = counted(others as u64, "more endpoint is", "more endpoints are");
        let text = format!("This page shows your first endpoint; {more} to be had through the API.");
        frame.flashes.push(Flash {
            tone: Tone::Info,
            text,
        });
    }
    let present = endpoint
        .as_ref()
        .map(|(endpoint, _)| endpoint.url.clone())
        .unwrap_or_default();
    let form = match besides.typed {
        Some((url, error)) => EndpointForm {
            url,
            error: Some(error),
        },
        None => EndpointForm {
            url: present,
            error: None,
        },
    };
    EndpointPage {
        frame,
        secret_once: besides.secret,
        form,
        attempts: attempts
            .into_iter()
            .map(|attempt| attempt_row(attempt, now, zone))
            .collect(),
        dead_letters: dead
            .into_iter()
            .map(|letter| dead_row(letter, now, zone))
            .collect(),
        dead_letter_count: endpoint
            .as_ref()
            .map_or(0, |(_, health)| health.dead.unsigned_abs()),
        endpoint: endpoint.map(|(endpoint, health)| shown(endpoint, &health, now, zone)),
        patience: patience(),
    }
}

fn patience() -> Patience {
    let spread = TimeDelta::from_std(schedule::spread()).unwrap_or_default();
    Patience {
        attempts: schedule::ATTEMPTS,
        spread: span(spread),
        overlap: span(OVERLAP),
    }
}

fn shown(endpoint: Endpoint, health: &EndpointHealth, now: DateTime<Utc>, zone: Tz) -> Shown {
    let state = match (endpoint.state, endpoint.consecutive_failures) {
        (Stored::Disabled, _) => EndpointState::Disabled,
        (Stored::Active, FAILING..) => EndpointState::Failing,
        (Stored::Active, 1..) => EndpointState::Retrying,
        (Stored::Active, _) if health.next_retry_at.is_some() => EndpointState::Retrying,
        (Stored::Active, _) => EndpointState::Healthy,
    };
    let state_note = match (&endpoint.disabled_reason, endpoint.last_success_at) {
        (Some(reason), _) if state == EndpointState::Disabled => sentence(reason),
        (_, Some(at)) => format!("Last success {}", ago(at, now)),
        (_, None) => "No success yet".to_owned(),
    };
    let made = endpoint.created_at.with_timezone(&zone).format("%b %-d, %Y");
    let later = if endpoint.updated_at == endpoint.created_at {
        ""
    } else {
        " or later"
    };
    Shown {
        description: endpoint.description,
        url: endpoint.url,
        state,
        state_note,
        stats: tiles(health),
        next_retry: health.next_retry_at.map(|at| When::ahead(at, now, &zone)),
        public_key: endpoint.public_key,
        secret_since: format!("{made}{later}"),
    }
}

fn tiles(health: &EndpointHealth) -> Vec<Stat> {
    let count = |number: i64| grouped(number.unsigned_abs());
    let failed = match health.failed_last_hour {
        0 => String::new(),
        failed => counted(failed.unsigned_abs(), "attempt failed", "attempts failed"),
    };
    let speed = match (health.p50_ms, health.p99_ms) {
        (Some(p50), Some(p99)) => Value::pair(whole(p50), whole(p99), "ms"),
        _ => Value::new("–", ""),
    };
    vec![
        Stat::new(
            "Delivered, last hour",
            Value::new(count(health.delivered_last_hour), ""),
            failed,
        ),
        Stat::new(
            "Arrival to your server, last hour",
            speed,
            "half of them / 99 of 100",
        ),
        Stat::new(
            "Waiting",
            Value::new(count(health.waiting), ""),
            "to be sent, first or again",
        ),
        Stat::new(
            "On the shelf",
            Value::new(count(health.dead), ""),
            "given up, until somebody replays them",
        )
        .warn_if(health.dead > 0),
    ]
}

fn attempt_row(attempt: Attempt, now: DateTime<Utc>, zone: Tz) -> AttemptRow {
    AttemptRow {
        at: When::clock(attempt.at, now, &zone),
        event: match attempt.sequences.len() {
            0 | 1 => attempt.event_type,
            several => format!("{} × {several}", attempt.event_type),
        },
        webhook_id: webhook_id(attempt.delivery),
        attempt: attempt.number.unsigned_abs(),
        status: attempt.status.map(i16::unsigned_abs),
        ms: Some(u64::from(attempt.duration_ms.unsigned_abs())),
        ok: attempt.outcome == AttemptOutcome::Delivered,
        error: attempt.error.unwrap_or_default(),
        answer: attempt.answer.unwrap_or_default(),
    }
}

fn dead_row(letter: DeadLetter, now: DateTime<Utc>, zone: Tz) -> DeadLetterRow {
    let reason = match (letter.last_error, letter.last_status) {
        (Some(error), _) => error,
        (None, Some(status)) => format!("status {status}"),
        (None, None) => String::new(),
    };
    DeadLetterRow {
        id: letter.delivery.to_string(),
        event: counted(letter.sequences.len() as u64, "event", "events"),
        webhook_id: webhook_id(letter.delivery),
        since: When::clock(letter.last_attempt_at.unwrap_or(letter.created_at), now, &zone),
        attempts: letter.attempts.unsigned_abs(),
        kept_until: When::day(letter.kept_until, &zone),
        reason,
    }
}
