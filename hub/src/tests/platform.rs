//! A small platform over real HTTP: it believes nothing that is not signed as agreed, remembers what it stored, and
//! misbehaves on demand.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use actix_web::http::StatusCode;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use aws_lc_rs::digest;
use chrono::SecondsFormat;
use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::clock::Clock;

pub(crate) const AUDIENCE: &str = "https://vitalwire.example/base";
pub(crate) const CODE: &str = "0123-4567-89AB";

/// What the platform does with one upload instead of what it should.
#[derive(Debug, Clone)]
pub(crate) enum Mood {
    /// A problem with a status, a slug and perhaps `Retry-After`.
    Problem(u16, &'static str, Option<&'static str>),
    /// Stores everything, then breaks off in the answer.
    LoseAnswer,
    /// 200 with these bytes.
    Say(String),
    /// Sends the hub elsewhere.
    Redirect,
}

/// A request that was believed.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) body: Vec<u8>,
    pub(crate) jti: Uuid,
    pub(crate) agent: String,
}

#[derive(Debug)]
struct Inner {
    public_key: Option<String>,
    clock_wrong: u32,
    state: &'static str,
    moods: VecDeque<Mood>,
    stored: HashMap<String, Uuid>,
    order: Vec<String>,
    seen: Vec<Seen>,
    asked: u32,
}

/// The platform. Its clock is its own.
pub(crate) struct Platform {
    pub(crate) hub: Uuid,
    pub(crate) base: String,
    clock: Arc<dyn Clock>,
    inner: Mutex<Inner>,
}

#[derive(Deserialize)]
struct Claims {
    iat: i64,
    exp: i64,
    jti: Uuid,
    htm: String,
    htu: String,
    body_sha256: String,
}

impl Platform {
    pub(crate) fn start(clock: Arc<dyn Clock>) -> Arc<Self> {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let platform = Arc::new(Self {
            hub: Uuid::from_u128(0xAB),
            base: format!("http://{}/base", listener.local_addr().unwrap()),
            clock,
            inner: Mutex::new(Inner {
                public_key: None,
                clock_wrong: 0,
                state: "claimed",
                moods: VecDeque::new(),
                stored: HashMap::new(),
                order: Vec::new(),
                seen: Vec::new(),
                asked: 0,
            }),
        });
        let shared = web::Data::from(Arc::clone(&platform));
        let server = HttpServer::new(move || {
            App::new()
                .app_data(shared.clone())
                .app_data(web::PayloadConfig::new(600 * 1024))
                .route("/base/v1/hubs/claim", web::post().to(claim))
                .route("/base/v1/hubs/me", web::get().to(me))
                .route("/base/v1/hubs/telemetry", web::post().to(telemetry))
        })
        .workers(1)
        .disable_signals()
        .listen(listener)
        .unwrap()
        .run();
        tokio::spawn(server);
        platform
    }

    fn with<T>(&self, change: impl FnOnce(&mut Inner) -> T) -> T {
        change(&mut self.inner.lock().unwrap())
    }

    /// What it does with the next uploads, one each.
    pub(crate) fn moods(&self, moods: impl IntoIterator<Item = Mood>) {
        self.with(|inner| inner.moods.extend(moods));
    }

    pub(crate) fn set_state(&self, state: &'static str) {
        self.with(|inner| inner.state = state);
    }

    /// Uploads that were believed, also those that were then refused.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.with(|inner| inner.seen.clone())
    }

    /// How often a token was out of time.
    pub(crate) fn clock_wrong(&self) -> u32 {
        self.with(|inner| inner.clock_wrong)
    }

    /// How often somebody asked for the hub's state.
    pub(crate) fn asked(&self) -> u32 {
        self.with(|inner| inner.asked)
    }

    /// The systolic pressures that are stored, in the order they came.
    pub(crate) fn stored(&self) -> Vec<u64> {
        let order = self.with(|inner| inner.order.clone());
        order
            .iter()
            .map(|item| {
                let item: Value = serde_json::from_str(item).unwrap();
                item["values"]["systolic"].as_u64().unwrap()
            })
            .collect()
    }

    fn time(&self) -> String {
        self.clock.now().to_rfc3339_opts(SecondsFormat::Millis, true)
    }

    fn problem(&self, status: u16, slug: &str) -> HttpResponse {
        let kind = format!("urn:vitalwire:problem:{slug}");
        let mut body = json!({"type": kind, "title": "no", "status": status, "detail": "no"});
        if status == 401 {
            body["server_time"] = json!(self.time());
        }
        HttpResponse::build(StatusCode::from_u16(status).unwrap())
            .content_type("application/problem+json")
            .body(body.to_string())
    }

    /// The signature, to the letter of the agreement.
    fn prove(&self, request: &HttpRequest, body: &[u8]) -> Result<Seen, Box<HttpResponse>> {
        let header = request.headers().get("authorization").unwrap().to_str().unwrap();
        let token = header.strip_prefix("Bearer ").unwrap();
        let jwt_header = jsonwebtoken::decode_header(token).unwrap();
        assert_eq!(
            (jwt_header.alg, jwt_header.typ.as_deref()),
            (Algorithm::EdDSA, Some("JWT"))
        );
        let key = self.with(|inner| inner.public_key.clone()).unwrap();
        let mut rules = Validation::new(Algorithm::EdDSA);
        rules.set_audience(&[AUDIENCE]);
        rules.set_issuer(&[self.hub]);
        rules.validate_exp = false;
        let claims =
            jsonwebtoken::decode::<Claims>(token, &DecodingKey::from_ed_components(&key).unwrap(), &rules)
                .unwrap()
                .claims;
        assert_eq!(claims.htm, request.method().as_str());
        assert_eq!(
            claims.htu,
            format!("{AUDIENCE}{}", request.path().strip_prefix("/base").unwrap())
        );
        assert_eq!(
            claims.body_sha256,
            BASE64URL_NOPAD.encode(digest::digest(&digest::SHA256, body).as_ref())
        );
        assert!((1..=60).contains(&(claims.exp - claims.iat)));
        assert_eq!(claims.jti.get_version_num(), 4);
        if (claims.iat - self.clock.now().timestamp()).abs() > 30 {
            self.with(|inner| inner.clock_wrong += 1);
            return Err(Box::new(self.problem(401, "token-out-of-time")));
        }
        let agent = request
            .headers()
            .get("user-agent")
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        Ok(Seen {
            body: body.to_vec(),
            jti: claims.jti,
            agent,
        })
    }

    fn store(&self, body: &[u8]) -> Vec<Value> {
        let body: Value = serde_json::from_slice(body).unwrap();
        let items = body["readings"].as_array().unwrap();
        assert!((1..=1_000).contains(&items.len()));
        self.with(|inner| {
            items
                .iter()
                .map(|item| {
                    let text = item.to_string();
                    if item["device"] == "stranger" {
                        return json!({"status": "quarantined", "reason": "unknown_device"});
                    }
                    if let Some(id) = inner.stored.get(&text) {
                        return json!({"status": "duplicate", "id": id});
                    }
                    let id = Uuid::from_u128(inner.order.len() as u128 + 1);
                    inner.stored.insert(text.clone(), id);
                    inner.order.push(text);
                    json!({"status": "accepted", "id": id})
                })
                .collect()
        })
    }
}

#[derive(Deserialize)]
struct ClaimIn {
    code: String,
    public_key: String,
    version: String,
}

async fn claim(platform: web::Data<Platform>, body: web::Json<ClaimIn>) -> HttpResponse {
    assert_eq!(body.version, "0.1.0");
    let used = platform.with(|inner| inner.public_key.is_some());
    if body.code != CODE || used {
        return platform.problem(404, "unknown-claim-code");
    }
    let key = BASE64URL_NOPAD.decode(body.public_key.as_bytes()).unwrap();
    assert_eq!(key.len(), 32);
    platform.with(|inner| inner.public_key = Some(body.public_key.clone()));
    let hash = digest::digest(&digest::SHA256, &key);
    let pairs: Vec<String> = hash.as_ref()[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    HttpResponse::Created().json(json!({
        "hub_id": platform.hub, "audience": AUDIENCE, "fingerprint": pairs.join(":"),
        "state": "claimed", "server_time": platform.time(),
    }))
}

async fn me(platform: web::Data<Platform>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    if let Err(refused) = platform.prove(&request, &body) {
        return *refused;
    }
    let state = platform.with(|inner| {
        inner.asked += 1;
        inner.state
    });
    let device = json!({"maker": "Omron", "serial": "D1", "model": null, "kinds": ["blood_pressure"]});
    HttpResponse::Ok().json(json!({
        "hub_id": platform.hub, "state": state, "name": "Ward 3", "devices": [device],
        "server_time": platform.time(),
    }))
}

async fn telemetry(platform: web::Data<Platform>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let seen = match platform.prove(&request, &body) {
        Ok(seen) => seen,
        Err(refused) => return *refused,
    };
    let (state, mood) = platform.with(|inner| {
        inner.seen.push(seen);
        (inner.state, inner.moods.pop_front())
    });
    match (state, mood) {
        ("claimed", _) => platform.problem(403, "hub-not-confirmed"),
        ("inactive", _) => platform.problem(403, "hub-inactive"),
        (_, None) => {
            let verdicts = platform.store(&body);
            HttpResponse::Ok().json(json!({"verdicts": verdicts, "server_time": platform.time()}))
        }
        (_, Some(Mood::Problem(status, slug, retry_after))) => {
            let mut answer = platform.problem(status, slug);
            if let Some(wish) = retry_after {
                answer
                    .headers_mut()
                    .insert("retry-after".parse().unwrap(), wish.parse().unwrap());
            }
            answer
        }
        (_, Some(Mood::LoseAnswer)) => {
            platform.store(&body);
            let broken = futures_util::stream::iter([
                Ok(web::Bytes::from_static(b"{\"verdicts\":[")),
                Err(std::io::Error::other("the line went dead")),
            ]);
            HttpResponse::Ok().streaming(broken)
        }
        (_, Some(Mood::Say(text))) => HttpResponse::Ok().content_type("application/json").body(text),
        (_, Some(Mood::Redirect)) => HttpResponse::TemporaryRedirect()
            .insert_header(("location", "/base/v1/hubs/telemetry"))
            .finish(),
    }
}
