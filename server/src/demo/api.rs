//! The demo as a client of the platform's API.

use std::time::Duration;

use serde_json::{Value, json};

use super::DemoError;

/// A client, with a token or without. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Api {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
}

/// What the server said.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Value,
}

impl Api {
    pub(super) fn new(base: &str) -> Result<Self, DemoError> {
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(20))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()?;
        Ok(Self {
            http,
            base: base.to_owned(),
            token: None,
        })
    }

    /// The same client with a token.
    pub(super) fn with_token(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    pub(super) async fn sign_in(&self, email: &str, password: &str) -> Result<Self, DemoError> {
        let answer = self
            .post("/api/v1/token", &json!({"email": email, "password": password}))
            .await?;
        let body = answer.success(&format!("signing in as {email}"))?;
        Ok(self.with_token(body["access_token"].as_str().unwrap_or_default()))
    }

    pub(super) async fn get(&self, path: &str) -> Result<Answer, DemoError> {
        self.send(self.http.get(self.url(path))).await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Answer, DemoError> {
        self.send(self.http.post(self.url(path)).json(body)).await
    }

    pub(super) async fn patch(&self, path: &str, body: &Value) -> Result<Answer, DemoError> {
        self.send(self.http.patch(self.url(path)).json(body)).await
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Answer, DemoError> {
        let request = match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        let answer = request.send().await?;
        let status = answer.status().as_u16();
        Ok(Answer {
            status,
            body: answer.json().await.unwrap_or(Value::Null),
        })
    }
}

impl Answer {
    pub(super) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether it stands there already, from a start that was cut off.
    pub(super) fn is_conflict(&self) -> bool {
        self.status == 409
    }

    /// The body of a success.
    pub(super) fn success(self, what: &str) -> Result<Value, DemoError> {
        if self.is_success() {
            return Ok(self.body);
        }
        Err(DemoError::Refused {
            what: what.to_owned(),
            status: self.status,
            text: self.body.to_string(),
        })
    }
}
