//! A customer's server: captures what it is sent and answers as the test says.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, http::StatusCode, web};
use serde_json::Value;
use tokio::sync::{Notify, mpsc};

/// Longer than anything here takes, shorter than a person's patience.
const DEADLINE: Duration = Duration::from_mins(1);

/// One request as it came.
#[derive(Debug)]
pub(crate) struct Captured {
    pub(crate) path: String,
    pub(crate) id: String,
    pub(crate) timestamp: String,
    pub(crate) signature: String,
    pub(crate) body: Vec<u8>,
}

impl Captured {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The ids of the readings in it.
    pub(crate) fn readings(&self) -> Vec<String> {
        let json = self.json();
        match json["data"]["events"].as_array() {
            Some(events) => events.iter().map(|event| text(&event["data"]["id"])).collect(),
            None => vec![text(&json["data"]["id"])],
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// How to answer.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    Status(u16),
    RetryAfter(u16, &'static str),
    /// Only when [`Receiver::let_go`] is called.
    Held(u16),
    Text(u16, String),
}

#[derive(Debug)]
struct Shared {
    script: Mutex<VecDeque<Answer>>,
    otherwise: Mutex<Answer>,
    captured: mpsc::UnboundedSender<Captured>,
    go: Notify,
}

pub(crate) struct Receiver {
    pub(crate) url: String,
    shared: Arc<Shared>,
    captured: mpsc::UnboundedReceiver<Captured>,
}

impl Receiver {
    /// Answers 200 unless told otherwise.
    pub(crate) fn start() -> Self {
        let (sender, captured) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            script: Mutex::default(),
            otherwise: Mutex::new(Answer::Status(200)),
            captured: sender,
            go: Notify::new(),
        });
        let state = web::Data::from(Arc::clone(&shared));
        let server = HttpServer::new(move || {
            App::new()
                .app_data(state.clone())
                .default_service(web::post().to(receive))
        })
        .workers(1)
        .disable_signals()
        .bind(("127.0.0.1", 0))
        .unwrap();
        let url = format!("http://{}/hook", server.addrs()[0]);
        tokio::spawn(server.run());
        Self {
            url,
            shared,
            captured,
        }
    }

    /// The next answers, then what [`Receiver::otherwise`] says.
    pub(crate) fn script(&self, answers: impl IntoIterator<Item = Answer>) {
        self.shared.script.lock().unwrap().extend(answers);
    }

    pub(crate) fn otherwise(&self, answer: Answer) {
        *self.shared.otherwise.lock().unwrap() = answer;
    }

    pub(crate) fn let_go(&self) {
        self.shared.go.notify_one();
    }

    /// The next request; a test that waits a minute for it has failed.
    pub(crate) async fn next(&mut self) -> Captured {
        tokio::time::timeout(DEADLINE, self.captured.recv())
            .await
            .expect("a request within a minute")
            .unwrap()
    }

    /// A request that is there already.
    pub(crate) fn already(&mut self) -> Option<Captured> {
        self.captured.try_recv().ok()
    }
}

async fn receive(request: HttpRequest, body: web::Bytes, shared: web::Data<Shared>) -> HttpResponse {
    let header = |name: &str| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned()
    };
    let answer = shared.script.lock().unwrap().pop_front();
    let answer = answer.unwrap_or_else(|| shared.otherwise.lock().unwrap().clone());
    let captured = Captured {
        path: request.path().to_owned(),
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp"),
        signature: header("webhook-signature"),
        body: body.to_vec(),
    };
    // The test may be over already.
    let _over = shared.captured.send(captured);
    let response = |status: u16| HttpResponse::build(StatusCode::from_u16(status).unwrap());
    match answer {
        Answer::Status(status) => response(status).finish(),
        Answer::RetryAfter(status, after) => response(status).insert_header(("retry-after", after)).finish(),
        Answer::Text(status, text) => response(status).body(text),
        Answer::Held(status) => {
            shared.go.notified().await;
            response(status).finish()
        }
    }
}
