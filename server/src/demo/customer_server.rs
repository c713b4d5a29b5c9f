//! The sample clinics' own server: it verifies each delivery and prints each reading.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use chrono::{DateTime, Utc};
use serde_json::Value;
use vitals::{Kind, Vital};

use super::DemoError;
use super::screen::{Screen, Verified};
use super::world::World;
use crate::forwarding::signature::{Received, Secret, Verifier, verify};
use crate::ground::Ground;

/// What a clinic's server knows of its endpoint.
#[derive(Debug)]
struct Trusted {
    clinic: String,
    verifier: Verifier,
}

type Trust = Arc<RwLock<HashMap<String, Trusted>>>;

#[derive(Debug, Clone)]
struct Shared {
    ground: Ground,
    trust: Trust,
    screen: Screen,
}

/// The running server; it ends with the process.
#[derive(Debug)]
pub(super) struct CustomerServer {
    port: u16,
    trust: Trust,
}

impl CustomerServer {
    /// Listens where it did last time, or on any free port.
    pub(super) fn start(ground: Ground, port: Option<u16>, screen: Screen) -> Result<Self, DemoError> {
        let trust = Trust::default();
        let shared = web::Data::new(Shared {
            ground,
            trust: Arc::clone(&trust),
            screen,
        });
        let server = HttpServer::new(move || {
            App::new()
                .app_data(shared.clone())
                .app_data(web::PayloadConfig::new(4 << 20))
                .route("/{clinic}", web::post().to(receive))
        })
        .workers(1)
        .disable_signals();
        let free = ("127.0.0.1", 0);
        let server = match port {
            Some(port) if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() => {
                server.bind(("127.0.0.1", port))
            }
            _ => server.bind(free),
        };
        let server = server.map_err(DemoError::Listen)?;
        let port = server.addrs().first().map_or(0, std::net::SocketAddr::port);
        tokio::spawn(server.run());
        Ok(Self { port, trust })
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Hands out the secrets of the endpoints, as a clinic's administrator copies them from the portal.
    pub(super) fn trust(&self, world: &World) {
        let mut trust = self.trust.write().unwrap_or_else(PoisonError::into_inner);
        for clinic in &world.clinics {
            let secret = clinic
                .endpoint
                .as_ref()
                .and_then(|endpoint| Secret::parse(&endpoint.secret).ok());
            if let Some(secret) = secret {
                let trusted = Trusted {
                    clinic: clinic.name.clone(),
                    verifier: Verifier::Secret(secret),
                };
                trust.insert(clinic.slug.clone(), trusted);
            }
        }
    }
}

async fn receive(
    shared: web::Data<Shared>,
    clinic: web::Path<String>,
    request: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    let trust = shared.trust.read().unwrap_or_else(PoisonError::into_inner);
    let Some(trusted) = trust.get(clinic.as_str()) else {
        return HttpResponse::NotFound().finish();
    };
    let header = |name: &str| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let received = Received {
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp"),
        signature: header("webhook-signature"),
        body: &body,
    };
    let now = shared.ground.now();
    if let Err(error) = verify(received, now, &trusted.verifier) {
        shared.screen.refused(&trusted.clinic, &error.to_string());
        return HttpResponse::Unauthorized().finish();
    }
    let message: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    match message["data"]["events"].as_array() {
        Some(events) => events
            .iter()
            .for_each(|event| print(&shared, &trusted.clinic, &event["data"], now)),
        None => print(&shared, &trusted.clinic, &message["data"], now),
    }
    HttpResponse::NoContent().finish()
}

/// One line a reading. What is no reading, such as a test event, is verified and not printed.
fn print(shared: &Shared, clinic: &str, data: &Value, now: DateTime<Utc>) {
    let Some(kind) = data["kind"].as_str().and_then(|kind| kind.parse::<Kind>().ok()) else {
        return;
    };
    let what =
        Vital::from_json(kind, &data["values"]).map_or_else(|_| "?".to_owned(), |vital| vital.summary());
    let arrived = data["received_at"]
        .as_str()
        .and_then(|text| text.parse::<DateTime<Utc>>().ok())
        .unwrap_or(now);
    let device = data["device"]["serial"].as_str().unwrap_or_default();
    let proof = data["proof"].as_str().unwrap_or_default();
    shared.screen.verified(&Verified {
        clinic,
        kind: kind.label(),
        what: &what,
        device,
        proof,
        arrived,
        late_ms: (now - arrived).num_milliseconds(),
    });
}
