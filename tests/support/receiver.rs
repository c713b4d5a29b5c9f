//! A customer's server that keeps what it is sent.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use chrono::{DateTime, Utc};
use serde_json::Value;
use tokio::sync::watch;

/// How long nothing may come before a story gives up.
const PATIENCE: Duration = Duration::from_mins(1);

/// One delivery as it came.
#[derive(Debug, Clone)]
pub struct Received {
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// What was answered.
    pub status: u16,
    /// When it had arrived.
    pub at: DateTime<Utc>,
}

impl Received {
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
            .unwrap_or_default()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a delivery is JSON")
    }

    /// The readings in it, alone or in a batch, in either format.
    pub fn reading_ids(&self) -> HashSet<String> {
        let body = self.json();
        let events = body["data"]["events"]
            .as_array()
            .cloned()
            .unwrap_or_else(|| vec![body]);
        events
            .iter()
            .filter_map(|event| event["data"]["id"].as_str().map(str::to_owned))
            .collect()
    }
}

#[derive(Debug, Default)]
struct Inner {
    received: Mutex<Vec<Received>>,
    /// Answers to give before it answers 200.
    script: Mutex<VecDeque<u16>>,
}

#[derive(Debug)]
pub struct Receiver {
    inner: Arc<Inner>,
    count: watch::Receiver<usize>,
    url: String,
    handle: actix_web::dev::ServerHandle,
}

impl Receiver {
    /// Listens on a port of its own.
    pub fn start() -> Self {
        let inner = Arc::new(Inner::default());
        let (sender, count) = watch::channel(0);
        let shared = web::Data::new((Arc::clone(&inner), sender));
        let server = HttpServer::new(move || {
            App::new()
                .app_data(shared.clone())
                .app_data(web::PayloadConfig::new(16 << 20))
                .default_service(web::to(take))
        })
        .workers(1)
        .disable_signals()
        .bind("127.0.0.1:0")
        .expect("a free port");
        let url = format!("http://{}/hook", server.addrs()[0]);
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        Self {
            inner,
            count,
            url,
            handle,
        }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// The next answers; after them it answers 200 again.
    pub fn answer_next(&self, statuses: &[u16]) {
        self.inner.script.lock().expect("not poisoned").extend(statuses);
    }

    /// Everything so far.
    pub fn received(&self) -> Vec<Received> {
        self.inner.received.lock().expect("not poisoned").clone()
    }

    /// Hands over each delivery once, in the order of arrival, until `enough` says so. Fails where nothing comes for long.
    pub async fn each_until(&self, mut enough: impl FnMut(&Received) -> bool) {
        let mut count = self.count.clone();
        let mut seen = 0;
        loop {
            let new = self
                .inner
                .received
                .lock()
                .expect("not poisoned")
                .get(seen..)
                .unwrap_or_default()
                .to_vec();
            seen += new.len();
            // Each is shown to `enough`, which may be counting.
            if new.iter().filter(|delivery| enough(delivery)).count() > 0 {
                return;
            }
            let changed = tokio::time::timeout(PATIENCE, count.changed()).await;
            changed
                .unwrap_or_else(|_| panic!("not enough was delivered: {seen} so far"))
                .expect("the receiver lives");
        }
    }

    /// Waits for the first delivery of this reading and returns it.
    pub async fn wait_for_reading(&self, id: &str) -> Received {
        let mut found = None;
        self.each_until(|delivery| {
            found = found
                .take()
                .or_else(|| delivery.reading_ids().contains(id).then(|| delivery.clone()));
            found.is_some()
        })
        .await;
        found.expect("it was found")
    }

    /// Waits for at least so many deliveries.
    pub async fn wait_for(&self, deliveries: usize) -> Vec<Received> {
        let mut seen = 0;
        self.each_until(|_| {
            seen += 1;
            seen >= deliveries
        })
        .await;
        self.received()
    }

    pub async fn stop(self) {
        self.handle.stop(false).await;
    }
}

async fn take(
    shared: web::Data<(Arc<Inner>, watch::Sender<usize>)>,
    request: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    let (inner, sender) = shared.get_ref();
    let status = inner
        .script
        .lock()
        .expect("not poisoned")
        .pop_front()
        .unwrap_or(200);
    let headers = request.headers().iter();
    let headers =
        headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()));
    let received = Received {
        headers: headers.collect(),
        body: body.to_vec(),
        status,
        at: crate::now(),
    };
    inner.received.lock().expect("not poisoned").push(received);
    sender.send_modify(|count| *count += 1);
    HttpResponse::build(actix_web::http::StatusCode::from_u16(status).expect("a status")).finish()
}
