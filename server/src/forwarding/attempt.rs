//! One attempt: sign, send, judge the answer.

use std::error::Error as _;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode, redirect};
use url::Url;
use uuid::Uuid;

use super::event::Claimed;
use super::guard::{AddressPolicy, GuardedResolver};
use super::keys::Secrets;
use super::payload;
use super::schedule;
use super::signature::{self, SigningKey};
use crate::ground::Ground;
use crate::ground::enums::EndpointFormat;
use crate::ground::ids::{DeliveryId, EndpointId};

/// Of an answer we keep this much, for the customer to see.
const KEPT: usize = 1024;
/// And read no more than this, so that the connection can be used again.
const READ: usize = 16 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const IDLE_CONNECTION: Duration = Duration::from_secs(90);

/// Where a delivery goes, and how.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) endpoint: EndpointId,
    pub(super) version: DateTime<Utc>,
    pub(super) url: Url,
    pub(super) format: EndpointFormat,
    pub(super) batch_max: usize,
    pub(super) max_concurrency: usize,
    pub(super) secrets: Secrets,
    pub(super) signing_key: SigningKey,
}

/// What comes of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The receiver has it.
    Delivered,
    /// Again, then.
    Retry(DateTime<Utc>),
    /// Onto the dead-letter shelf.
    Dead,
}

impl Outcome {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Retry(_) => "retry",
            Self::Dead => "dead",
        }
    }

    pub(super) const fn next_attempt_at(self) -> Option<DateTime<Utc>> {
        match self {
            Self::Retry(at) => Some(at),
            Self::Delivered | Self::Dead => None,
        }
    }
}

/// An attempt that ended, for the completer.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) delivery: DeliveryId,
    pub(super) attempt: i16,
    pub(super) outcome: Outcome,
    pub(super) log_id: Uuid,
    pub(super) at: DateTime<Utc>,
    pub(super) event_type: &'static str,
    pub(super) status: Option<i16>,
    pub(super) error: Option<String>,
    pub(super) answer: Option<String>,
    pub(super) duration_ms: i32,
    pub(super) latency_ms: i64,
    pub(super) counted: i32,
    /// The receiver wants no more.
    pub(super) disable: bool,
}

/// What the receiver said, or why it said nothing.
#[derive(Debug, Default)]
struct Answer {
    status: Option<StatusCode>,
    retry_after: Option<Duration>,
    text: Option<String>,
    error: Option<String>,
    /// Nothing was sent and never will be.
    hopeless: bool,
}

/// Sends deliveries. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Sender {
    ground: Ground,
    client: Client,
    policy: AddressPolicy,
}

impl Sender {
    /// Connections are kept and used again; redirects are never followed, for they would lead past the guard.
    pub(super) fn new(
        ground: Ground,
        policy: AddressPolicy,
        timeout: Duration,
    ) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .dns_resolver(GuardedResolver(policy))
            .timeout(timeout)
            .connect_timeout(CONNECT_TIMEOUT.min(timeout))
            .pool_idle_timeout(IDLE_CONNECTION)
            .pool_max_idle_per_host(64)
            .tcp_nodelay(true)
            .no_proxy()
            .user_agent(concat!("Vitalwire/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self {
            ground,
            client,
            policy,
        })
    }

    /// Makes one attempt. It ends within the timeout.
    pub(super) async fn attempt(&self, target: &Target, claimed: &Claimed) -> Finished {
        let began = Instant::now();
        let answer = match payload::body(&claimed.events, target.format) {
            Ok(body) => self.send(target, claimed, body).await,
            Err(error) => Answer {
                error: Some(error.to_string()),
                hopeless: true,
                ..Answer::default()
            },
        };
        let took = began.elapsed();
        let now = self.ground.now();
        let outcome = self.judge(&answer, claimed.attempt, now);
        let latency = now - claimed.newest();
        record(outcome, took, latency);
        Finished {
            delivery: claimed.id,
            attempt: claimed.attempt,
            outcome,
            log_id: self.ground.id(),
            at: now,
            event_type: claimed.event_type(),
            status: answer
                .status
                .and_then(|status| i16::try_from(status.as_u16()).ok()),
            error: answer.error.map(|text| shortened(&text, 500)),
            answer: answer.text,
            duration_ms: i32::try_from(took.as_millis()).unwrap_or(i32::MAX),
            latency_ms: latency.num_milliseconds().max(0),
            counted: claimed.counted(),
            disable: answer.status == Some(StatusCode::GONE),
        }
    }

    async fn send(&self, target: &Target, claimed: &Claimed, body: Vec<u8>) -> Answer {
        if let Err(error) = self.policy.check_host(&target.url) {
            return Answer {
                error: Some(error.to_string()),
                ..Answer::default()
            };
        }
        let now = self.ground.now();
        let id = claimed.webhook_id();
        let secrets = target.secrets.valid_at(now);
        let signature = signature::sign(&id, now, &body, &secrets, Some(&target.signing_key));
        let request = self
            .client
            .post(target.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header(signature::ID_HEADER, id)
            .header(signature::TIMESTAMP_HEADER, now.timestamp())
            .header(signature::SIGNATURE_HEADER, signature)
            .body(body);
        match request.send().await {
            Ok(response) => read(response, now).await,
            Err(error) => Answer {
                error: Some(reason(&error)),
                ..Answer::default()
            },
        }
    }

    fn judge(&self, answer: &Answer, attempt: i16, now: DateTime<Utc>) -> Outcome {
        if answer.status.is_some_and(|status| status.is_success()) {
            return Outcome::Delivered;
        }
        let [chance] = self.ground.random::<1>();
        match schedule::delay_after(attempt, answer.retry_after, chance) {
            Some(delay) if !answer.hopeless => {
                Outcome::Retry(now + TimeDelta::from_std(delay).unwrap_or(TimeDelta::days(1)))
            }
            _ => Outcome::Dead,
        }
    }
}

fn record(outcome: Outcome, took: Duration, latency: TimeDelta) {
    metrics::counter!("vitalwire_delivery_attempts_total", "outcome" => outcome.as_str()).increment(1);
    metrics::histogram!("vitalwire_delivery_seconds").record(took.as_secs_f64());
    if outcome == Outcome::Delivered {
        metrics::histogram!("vitalwire_delivery_latency_seconds").record(latency.as_seconds_f64().max(0.0));
    }
}

async fn read(mut response: Response, now: DateTime<Utc>) -> Answer {
    let status = response.status();
    let retry_after = if matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    ) {
        wish(response.headers(), now)
    } else {
        None
    };
    let mut kept = Vec::new();
    let mut seen = 0;
    // The status decides. An answer that breaks off or goes on for ever is kept as far as it came.
    while seen < READ
        && let Ok(Some(chunk)) = response.chunk().await
    {
        seen += chunk.len();
        let room = KEPT.saturating_sub(kept.len());
        kept.extend_from_slice(&chunk[..chunk.len().min(room)]);
    }
    let text = (!kept.is_empty()).then(|| shortened(&String::from_utf8_lossy(&kept), KEPT));
    let error = (!status.is_success()).then(|| format!("the server answered {}", status.as_u16()));
    Answer {
        status: Some(status),
        retry_after,
        text,
        error,
        hopeless: false,
    }
}

/// `Retry-After` in seconds, however many, or as a date (RFC 9110, section 10.2.3).
fn wish(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More than a number can hold is a wish all the same; the schedule says how far it is honoured.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let at = DateTime::parse_from_rfc2822(text).ok()?;
    (at.to_utc() - now).to_std().ok()
}

/// What went wrong, in the words of the innermost cause, which says most. reqwest's own text would repeat the address.
fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "the server did not answer in time".to_owned();
    }
    let mut cause = error.source();
    let mut text = None;
    while let Some(error) = cause {
        text = Some(error.to_string());
        cause = error.source();
    }
    let text = text.unwrap_or_else(|| "the request failed".to_owned());
    if error.is_connect() {
        format!("could not connect: {text}")
    } else {
        text
    }
}

/// At most so many characters, none of them one that PostgreSQL cannot keep.
fn shortened(text: &str, characters: usize) -> String {
    text.chars()
        .map(|c| if c == '\0' { '\u{fffd}' } else { c })
        .take(characters)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(RETRY_AFTER, value.parse().unwrap())])
    }

    #[test]
    fn retry_after_comes_in_two_forms() {
        let now: DateTime<Utc> = "2026-11-20T08:00:00Z".parse().unwrap();
        assert_eq!(wish(&headers("120"), now), Some(Duration::from_mins(2)));
        assert_eq!(
            wish(&headers("Fri, 20 Nov 2026 08:01:00 GMT"), now),
            Some(Duration::from_mins(1))
        );
        assert_eq!(
            wish(&headers("Fri, 20 Nov 2026 07:00:00 GMT"), now),
            None,
            "the past asks for nothing"
        );
        assert_eq!(wish(&headers("soon"), now), None);
        assert_eq!(wish(&headers("-5"), now), None);
        assert_eq!(wish(&headers(""), now), None);
    }

    #[test]
    fn a_wish_beyond_every_number_is_one_for_the_longest_time() {
        let wished = wish(&headers("99999999999999999999"), DateTime::UNIX_EPOCH);
        let day = Duration::from_hours(24);
        assert_eq!(schedule::delay_after(1, wished, 0), Some(day));
    }

    #[test]
    fn what_is_kept_of_an_answer_is_short_and_storable() {
        assert_eq!(shortened("a\0b", 5), "a\u{fffd}b");
        assert_eq!(shortened(&"ä".repeat(3000), KEPT).chars().count(), KEPT);
    }
}
