//! HTTP to the platform: time-outs, no redirects, answers of a bearable size, and what each status means.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Method, StatusCode, Url, redirect};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::claim::{ClaimCode, Registration};
use crate::clock::{HubClock, Span};
use crate::error::{CallError, ClaimError, SetupError};
use crate::identity::Identity;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// From the first byte sent to the last one read: half a megabyte over a bad cellular link.
const TIMEOUT: Duration = Duration::from_mins(1);
/// A thousand verdicts take about 100 kB.
const LARGEST_ANSWER: usize = 1024 * 1024;
const PROBLEM: &str = "urn:vitalwire:problem:";

/// Where the platform is: https, or http on this machine itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlatformUrl(Url);

impl PlatformUrl {
    /// Reads an address such as `https://vitalwire.example`; a path before `/v1` is kept.
    pub fn parse(text: &str) -> Result<Self, SetupError> {
        let url = Self::insecure(text)?;
        let here = match url.0.host_str() {
            Some("localhost" | "[::1]") => true,
            Some(host) => host
                .parse::<std::net::Ipv4Addr>()
                .is_ok_and(|address| address.is_loopback()),
            None => false,
        };
        if url.0.scheme() == "https" || here {
            Ok(url)
        } else {
            Err(SetupError::PlainHttp)
        }
    }

    /// The same without the demand for https, for a closed test network only: readings travel unencrypted.
    pub fn insecure(text: &str) -> Result<Self, SetupError> {
        let url = Url::parse(text).map_err(|_| SetupError::BadUrl)?;
        let plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
        if plain && url.password().is_none() && matches!(url.scheme(), "http" | "https") {
            Ok(Self(url))
        } else {
            Err(SetupError::BadUrl)
        }
    }

    fn at(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(&format!("{}{path}", self.0.path().trim_end_matches('/')));
        url
    }
}

/// The way to the platform for a hub that has no name there yet.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    platform: PlatformUrl,
    clock: Arc<HubClock>,
}

impl Client {
    /// A client that uses no proxy and follows no redirect.
    pub fn new(platform: PlatformUrl, clock: Arc<HubClock>) -> Result<Self, SetupError> {
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .redirect(redirect::Policy::none())
            .no_proxy()
            .tcp_nodelay(true)
            .user_agent(concat!("vitalwire-hub/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(SetupError::Http)?;
        Ok(Self {
            http,
            platform,
            clock,
        })
    }

    /// The clock that learns from the platform's answers.
    pub fn clock(&self) -> &Arc<HubClock> {
        &self.clock
    }

    /// Trades the code for a name and leaves the public key. Works once: where the answer is lost, the code is used up
    /// and the portal has to give a new one.
    pub async fn claim(&self, identity: &Identity, code: &ClaimCode) -> Result<Registration, ClaimError> {
        let claim = Claim {
            code: code.expose(),
            public_key: identity.public_key_text(),
            version: env!("CARGO_PKG_VERSION"),
        };
        let body =
            serde_json::to_vec(&claim).map_err(|_| CallError::Unreadable("the claim cannot be written"))?;
        let answer = self.send(Method::POST, "/v1/hubs/claim", None, &body).await?;
        let claimed: Claimed = answer.read(&self.clock).map_err(|error| match error {
            CallError::Refused {
                status: 404, slug, ..
            } if slug == "unknown-claim-code" => ClaimError::UnknownCode,
            CallError::Refused {
                status: 429,
                retry_after,
                ..
            } => ClaimError::TooMany { retry_after },
            other => ClaimError::Call(other),
        })?;
        if claimed.fingerprint != identity.fingerprint() {
            return Err(ClaimError::OtherFingerprint);
        }
        if Url::parse(&claimed.audience).is_err() {
            return Err(CallError::Unreadable("the audience is no URL").into());
        }
        Ok(Registration {
            hub_id: claimed.hub_id,
            audience: claimed.audience,
            fingerprint: claimed.fingerprint,
        })
    }

    /// Sends a request and reads the whole answer, whatever its status.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: &[u8],
    ) -> Result<Answer, CallError> {
        let mut request = self.http.request(method, self.platform.at(path));
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        if !body.is_empty() {
            request = request
                .header(CONTENT_TYPE, "application/json")
                .body(body.to_vec());
        }
        let sent = self.clock.local();
        let mut response = request.send().await.map_err(unreachable)?;
        // The server read its clock before it began to answer; the rest of the body is no part of the span.
        let received = self.clock.local();
        let (status, retry_after) = (response.status(), wish(response.headers(), self.clock.now()));
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
            if body.len() + chunk.len() > LARGEST_ANSWER {
                return Err(CallError::Unreadable("it is too large"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer {
            status,
            retry_after,
            body,
            span: Span { sent, received },
        })
    }
}

#[derive(Serialize)]
struct Claim<'a> {
    code: &'a str,
    public_key: String,
    version: &'a str,
}

#[derive(Deserialize)]
struct Claimed {
    hub_id: Uuid,
    audience: String,
    fingerprint: String,
}

#[derive(Deserialize)]
struct Timed {
    server_time: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
struct Problem {
    #[serde(rename = "type")]
    kind: String,
}

/// A whole answer, of any status.
pub(crate) struct Answer {
    status: StatusCode,
    retry_after: Option<Duration>,
    body: Vec<u8>,
    span: Span,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answer({}, {} bytes)", self.status, self.body.len())
    }
}

impl Answer {
    /// For a 401 that tells the platform's time: takes that time, and says so.
    pub(crate) fn corrects(&self, clock: &HubClock) -> bool {
        let time = (self.status == StatusCode::UNAUTHORIZED)
            .then(|| self.server_time())
            .flatten();
        if let Some(time) = time {
            clock.correct(time, self.span);
        }
        time.is_some()
    }

    /// The answer's content where it is a 2xx, else what it means for the hub. A 2xx teaches the clock.
    pub(crate) fn read<T: DeserializeOwned>(self, clock: &HubClock) -> Result<T, CallError> {
        if !self.status.is_success() {
            return Err(self.refusal());
        }
        if let Some(time) = self.server_time() {
            clock.observe(time, self.span);
        }
        serde_json::from_slice(&self.body).map_err(|_| CallError::Unreadable("it is not in the agreed form"))
    }

    fn server_time(&self) -> Option<DateTime<Utc>> {
        serde_json::from_slice::<Timed>(&self.body)
            .ok()
            .and_then(|timed| timed.server_time)
    }

    fn refusal(self) -> CallError {
        let slug = self.slug();
        match (self.status.as_u16(), slug.as_str()) {
            (401, _) => CallError::Unauthorized { slug },
            (403, "hub-not-confirmed") => CallError::NotConfirmed,
            (403, "hub-inactive") => CallError::Inactive,
            (413, _) => CallError::TooLarge,
            (status, _) => CallError::Refused {
                status,
                slug,
                retry_after: self.retry_after,
            },
        }
    }

    /// The last part of the problem's type; empty where the answer is somebody else's, as a proxy's.
    fn slug(&self) -> String {
        let problem = serde_json::from_slice::<Problem>(&self.body).ok();
        let slug = problem
            .as_ref()
            .and_then(|problem| problem.kind.strip_prefix(PROBLEM))
            .unwrap_or_default();
        let tame = slug.len() <= 64
            && slug
                .bytes()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        if tame { slug.to_owned() } else { String::new() }
    }
}

/// `Retry-After`, in seconds or as a date.
fn wish(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = DateTime::parse_from_rfc2822(text).ok()?;
    Some((date.to_utc() - now).to_std().unwrap_or_default())
}

fn unreachable(error: reqwest::Error) -> CallError {
    CallError::Unreachable(Box::new(error.without_url()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        Answer {
            status: StatusCode::from_u16(status).unwrap(),
            retry_after: Some(Duration::from_secs(7)),
            body: body.as_bytes().to_vec(),
            span: Span {
                sent: now,
                received: now,
            },
        }
    }

    #[test]
    fn readings_travel_encrypted_or_not_at_all() {
        for good in [
            "https://vitalwire.example",
            "http://127.0.0.1:8080",
            "http://localhost",
            "http://[::1]:80/a/",
        ] {
            assert!(PlatformUrl::parse(good).is_ok(), "{good}");
        }
        for plain in [
            "http://vitalwire.example",
            "http://10.0.0.1",
            "http://127.0.0.1.example",
            "http://localhost.example",
        ] {
            assert!(
                matches!(PlatformUrl::parse(plain), Err(SetupError::PlainHttp)),
                "{plain}"
            );
            assert!(PlatformUrl::insecure(plain).is_ok(), "{plain}");
        }
        for bad in [
            "",
            "vitalwire.example",
            "ftp://a",
            "https://a?b=c",
            "https://u:p@a",
            "https://a#b",
        ] {
            assert!(
                matches!(PlatformUrl::insecure(bad), Err(SetupError::BadUrl)),
                "{bad}"
            );
        }
    }

    #[test]
    fn the_platforms_own_path_is_kept() {
        for base in ["https://a/base", "https://a/base/"] {
            assert_eq!(
                PlatformUrl::parse(base).unwrap().at("/v1/x").as_str(),
                "https://a/base/v1/x"
            );
        }
        assert_eq!(
            PlatformUrl::parse("https://a").unwrap().at("/v1/x").as_str(),
            "https://a/v1/x"
        );
    }

    #[test]
    fn a_status_means_what_the_problem_says() {
        let problem = |slug: &str| format!(r#"{{"type":"urn:vitalwire:problem:{slug}","status":0}}"#);
        for (status, body, means) in [
            (
                401,
                problem("token-mismatch"),
                "the platform does not believe the hub's token: token-mismatch",
            ),
            (403, problem("hub-not-confirmed"), "the hub is not confirmed yet"),
            (403, problem("hub-inactive"), "the hub is not active"),
            (403, "<html>".to_owned(), "the platform answered 403: "),
            (413, String::new(), "the batch is too large for the platform"),
            (302, String::new(), "the platform answered 302: "),
            (500, problem("Odd\\n1"), "the platform answered 500: "),
            (503, problem("too-busy"), "the platform answered 503: too-busy"),
        ] {
            assert_eq!(answer(status, &body).refusal().to_string(), means);
        }
        assert_eq!(
            answer(503, "").refusal().retry_after(),
            Some(Duration::from_secs(7))
        );
    }

    #[test]
    fn retry_after_comes_in_two_forms() {
        let now = DateTime::parse_from_rfc3339("2026-11-20T08:15:00Z")
            .unwrap()
            .to_utc();
        for (text, seconds) in [
            ("7", Some(7)),
            ("Fri, 20 Nov 2026 08:15:30 GMT", Some(30)),
            ("Fri, 20 Nov 2026 08:14:30 GMT", Some(0)),
            ("-1", None),
            ("soon", None),
        ] {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())]);
            assert_eq!(wish(&headers, now), seconds.map(Duration::from_secs), "{text}");
        }
    }
}
