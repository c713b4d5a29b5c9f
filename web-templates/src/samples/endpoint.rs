//! Made-up pages of a customer's server.

use chrono::TimeDelta;

use super::{before, frame, now, zone};
use crate::frame::Flash;
use crate::pages::endpoint::{
    AttemptRow, DeadLetterRow, Endpoint, EndpointForm, EndpointPage, EndpointState, Patience,
};
use crate::parts::{Stat, Tone, Value, When};

/// An endpoint with some trouble.
pub fn endpoint() -> EndpointPage {
    let attempt = |minutes, attempt, status: Option<u16>, error: &str, answer: &str| AttemptRow {
        at: before(minutes),
        event: "reading.created".into(),
        webhook_id: format!("msg_2n8QxT{minutes:04}"),
        attempt,
        status,
        ms: status.map(|_| 41 + u64::from(attempt) * 171),
        ok: status.is_some_and(|status| status < 300),
        error: error.into(),
        answer: answer.into(),
    };
    EndpointPage {
        frame: frame("Your server", "/endpoint"),
        endpoint: Some(Endpoint {
            description: "EHR bridge".into(),
            url: "https://ehr.northside.example/hooks/vitalwire".into(),
            state: EndpointState::Retrying,
            state_note: "last success 12 s ago".into(),
            stats: vec![
                Stat::new("Delivered, last hour", Value::new("1,418", ""), "none lost"),
                Stat::new(
                    "Accepted → your server",
                    Value::pair("43", "118", "ms"),
                    "median and 99th percentile",
                ),
                Stat::new("Waiting", Value::new("3", ""), "oldest for 4 min"),
                Stat::new("Dead-letter shelf", Value::new("2", ""), "kept for 30 days").warn_if(true),
            ],
            next_retry: Some(When::ahead(now() + TimeDelta::seconds(250), now(), &zone())),
            public_key: "whpk_9mL0xq2f1Zr4b8sKJq0m2o7dYJc1nUe0Vw5tXhQpA3g=".into(),
            secret_since: "Nov 2, 2026".into(),
        }),
        secret_once: None,
        form: EndpointForm {
            url: "https://ehr.northside.example/hooks/vitalwire".into(),
            error: None,
        },
        attempts: vec![
            attempt(1, 1, Some(204), "", ""),
            attempt(
                4,
                1,
                Some(503),
                "Service Unavailable",
                "upstream connect error or disconnect/reset before headers",
            ),
            attempt(5, 2, Some(200), "", "{\"ok\":true}"),
            attempt(9, 3, None, "connection refused", ""),
        ],
        dead_letters: vec![
            DeadLetterRow {
                id: "dl-1".into(),
                event: "reading.created".into(),
                webhook_id: "msg_2n8QxT7711".into(),
                since: before(9_000),
                attempts: 10,
                kept_until: When::day(now() + TimeDelta::days(37), &zone()),
                reason: "422 Unprocessable Content".into(),
            },
            DeadLetterRow {
                id: "dl-2".into(),
                event: "reading.withdrawn".into(),
                webhook_id: "msg_2n8QxT7790".into(),
                since: before(8_700),
                attempts: 10,
                kept_until: When::day(now() + TimeDelta::days(37), &zone()),
                reason: "422 Unprocessable Content".into(),
            },
        ],
        dead_letter_count: 2,
        patience: patience(),
    }
}

/// Before the first endpoint is registered, after a URL that will not do.
pub fn endpoint_first() -> EndpointPage {
    EndpointPage {
        endpoint: None,
        form: EndpointForm {
            url: "http://ehr.northside.example".into(),
            error: Some(
                "The URL has to begin with https:// so that readings are never sent in the clear.".into(),
            ),
        },
        attempts: vec![],
        dead_letters: vec![],
        dead_letter_count: 0,
        patience: patience(),
        ..endpoint()
    }
}

/// Right after the first endpoint was registered.
pub fn endpoint_secret() -> EndpointPage {
    let mut page = endpoint();
    page.secret_once = Some("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD".into());
    page.frame.flashes = vec![Flash {
        tone: Tone::Ok,
        text: "Your server is registered.".into(),
    }];
    page.attempts.clear();
    page.dead_letters.clear();
    page.dead_letter_count = 0;
    page
}

fn patience() -> Patience {
    Patience {
        attempts: 10,
        spread: "3 days".into(),
        overlap: "24 h".into(),
    }
}
