//! The customer's own server, to which readings are delivered.

use askama::Template;

use crate::frame::Frame;
use crate::parts::{Stat, Tag, Tone, When};
use crate::text;

/// `GET /endpoint`, and the answer to a POST that has something to say.
#[derive(Debug, Clone, Template)]
#[template(path = "endpoint.html")]
pub struct EndpointPage {
    /// The frame.
    pub frame: Frame,
    /// The endpoint, where one is registered.
    pub endpoint: Option<Endpoint>,
    /// The signing secret, right after it was made: shown this once.
    pub secret_once: Option<String>,
    /// The form for its URL.
    pub form: EndpointForm,
    /// The last attempts, newest first.
    pub attempts: Vec<AttemptRow>,
    /// What was given up, newest first.
    pub dead_letters: Vec<DeadLetterRow>,
    /// How many lie on the shelf in all.
    pub dead_letter_count: u64,
    /// How long an event is tried.
    pub patience: Patience,
}

/// How long an event is tried, and how long two secrets count beside each other: as the server does it.
#[derive(Debug, Clone)]
pub struct Patience {
    /// Attempts in all.
    pub attempts: usize,
    /// At least so long between the first and the last, for example `3 days`.
    pub spread: String,
    /// So long an old secret counts beside a new one, for example `24 h`.
    pub overlap: String,
}

/// A registered endpoint.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// What the customer calls it; may be empty.
    pub description: String,
    /// Its URL.
    pub url: String,
    /// How it stands.
    pub state: EndpointState,
    /// What is to be said about that, for example `Last success 12 s ago`.
    pub state_note: String,
    /// The tiles: delivered in the last hour, p50/p99, waiting, on the shelf.
    pub stats: Vec<Stat>,
    /// When the next retry is due.
    pub next_retry: Option<When>,
    /// The public key for `v1a` signatures, `whpk_…`.
    pub public_key: String,
    /// When the secret was made, for example `Nov 2, 2026`.
    pub secret_since: String,
}

/// How an endpoint stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndpointState {
    /// It answers as it should.
    Healthy,
    /// Some attempts failed and are tried again.
    Retrying,
    /// The circuit is open: nothing is sent for a while.
    Failing,
    /// Nothing is sent until somebody sets it right.
    Disabled,
}

impl EndpointState {
    /// The word for it with its colour.
    pub fn tag(self) -> Tag {
        match self {
            Self::Healthy => Tag::new("healthy", Tone::Ok),
            Self::Retrying => Tag::new("retrying", Tone::Info),
            Self::Failing => Tag::new("failing", Tone::Warn),
            Self::Disabled => Tag::new("disabled", Tone::Warn),
        }
    }
}

/// The form for the URL: posts `csrf` and `url` to `/endpoint`.
#[derive(Debug, Clone, Default)]
pub struct EndpointForm {
    /// What was typed, or the present URL.
    pub url: String,
    /// What is wrong with it, a whole sentence.
    pub error: Option<String>,
}

/// One attempt of a delivery.
#[derive(Debug, Clone)]
pub struct AttemptRow {
    /// When.
    pub at: When,
    /// For example `reading.created`.
    pub event: String,
    /// The `webhook-id`, the same in every attempt.
    pub webhook_id: String,
    /// 1 for the first.
    pub attempt: u16,
    /// The answer's status; none where there was no answer.
    pub status: Option<u16>,
    /// How long the answer took.
    pub ms: Option<u64>,
    /// Whether it counts as delivered.
    pub ok: bool,
    /// What went wrong, for example `connection refused`; may be empty.
    pub error: String,
    /// The beginning of the answer's body; may be empty.
    pub answer: String,
}

impl AttemptRow {
    fn took(&self) -> String {
        self.ms.map_or_else(|| "–".to_owned(), text::milliseconds)
    }
}

/// A delivery that was given up.
#[derive(Debug, Clone)]
pub struct DeadLetterRow {
    /// The delivery's id.
    pub id: String,
    /// For example `reading.created`.
    pub event: String,
    /// The `webhook-id`.
    pub webhook_id: String,
    /// When it was given up.
    pub since: When,
    /// How many attempts there were.
    pub attempts: u16,
    /// Until when it can be sent again ([`When::day`]).
    pub kept_until: When,
    /// Why the last one failed.
    pub reason: String,
}
