//! An integrator's client: JSON over HTTP with a token.

use std::fmt::Write;
use std::net::IpAddr;
use std::time::Duration;

use serde_json::Value;

#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
}

/// Status and body of an answer.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    /// Null where it is no JSON.
    pub body: Value,
    pub text: String,
    /// All headers, one a line.
    pub headers: String,
}

impl Answer {
    /// The body of a success.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert!(
            (200..300).contains(&self.status),
            "{}: {}",
            self.status,
            self.text
        );
        self.body
    }

    /// The last word of a problem's type.
    pub fn problem(&self) -> &str {
        self.body["type"]
            .as_str()
            .and_then(|kind| kind.rsplit(':').next())
            .unwrap_or_default()
    }

    /// Everything that reached the caller.
    pub fn everything(&self) -> String {
        format!("{}\n{}", self.headers, self.text)
    }
}

/// No proxy, no redirects, and an address of the caller's own where one is given.
pub(crate) fn http(from: Option<IpAddr>) -> reqwest::Client {
    reqwest::Client::builder()
        .timeout(Duration::from_mins(1))
        .redirect(reqwest::redirect::Policy::none())
        .local_address(from)
        .no_proxy()
        .build()
        .expect("a client")
}

impl Client {
    /// A client without a token.
    pub fn new(base: &str) -> Self {
        Self {
            http: http(None),
            base: base.to_owned(),
            token: None,
        }
    }

    /// The same client at another place, for what is throttled per place.
    pub fn at(&self, address: [u8; 4]) -> Self {
        Self {
            http: http(Some(address.into())),
            ..self.clone()
        }
    }

    /// The same client at another server.
    pub fn on(&self, base: &str) -> Self {
        Self {
            base: base.to_owned(),
            ..self.clone()
        }
    }

    /// The same client with a token.
    pub fn with_token(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    /// Signs in and returns the client that carries the access token.
    pub async fn sign_in(&self, email: &str, password: &str) -> Self {
        let answer = self
            .post(
                "/api/v1/token",
                &serde_json::json!({"email": email, "password": password}),
            )
            .await
            .ok();
        self.with_token(answer["access_token"].as_str().expect("a token"))
    }

    /// The token that it carries.
    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.http.get(self.url(path))).await.expect("an answer")
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.try_post(path, body).await.expect("an answer")
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.call("PATCH", path, body).await
    }

    /// Any method; a null is no body.
    pub async fn call(&self, method: &str, path: &str, body: &Value) -> Answer {
        let request = self
            .http
            .request(method.parse().expect("a method"), self.url(path));
        let request = if body.is_null() {
            request
        } else {
            request.json(body)
        };
        self.send(request).await.expect("an answer")
    }

    /// For a server that may be dead at the moment.
    pub async fn try_post(&self, path: &str, body: &Value) -> Result<Answer, reqwest::Error> {
        self.send(self.http.post(self.url(path)).json(body)).await
    }

    /// Bytes as they are.
    pub async fn post_bytes(&self, path: &str, body: Vec<u8>) -> Answer {
        self.try_post_bytes(path, body).await.expect("an answer")
    }

    /// The same, where it may be that nobody answers.
    pub async fn try_post_bytes(&self, path: &str, body: Vec<u8>) -> Result<Answer, reqwest::Error> {
        let request = self
            .http
            .post(self.url(path))
            .header("content-type", "application/json")
            .body(body);
        self.send(request).await
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Answer, reqwest::Error> {
        let request = match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        let answer = request.send().await?;
        let status = answer.status().as_u16();
        let mut headers = String::new();
        for (name, value) in answer.headers() {
            let _written = writeln!(headers, "{name}: {}", value.to_str().unwrap_or_default());
        }
        let text = answer.text().await?;
        Ok(Answer {
            status,
            body: serde_json::from_str(&text).unwrap_or(Value::Null),
            text,
            headers,
        })
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}
