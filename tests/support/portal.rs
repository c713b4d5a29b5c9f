//! Somebody at a browser, as far as HTTP goes: a session's cookie, forms with their token, no script.

use std::fmt::Write;

use crate::PASSWORD;

/// A page as it came.
#[derive(Debug, Clone)]
pub struct Page {
    pub status: u16,
    /// All headers, one a line.
    pub headers: String,
    pub html: String,
}

impl Page {
    /// Everything that reached the browser.
    pub fn everything(&self) -> String {
        format!("{}\n{}", self.headers, self.html)
    }

    pub fn header(&self, name: &str) -> &str {
        let line = self
            .headers
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        line.unwrap_or_default()
    }
}

/// A signed-in person.
#[derive(Debug, Clone)]
pub struct Portal {
    http: reqwest::Client,
    base: String,
    cookie: String,
    csrf: String,
}

impl Portal {
    /// Somebody who is not signed in.
    pub fn stranger(base: &str) -> Self {
        Self {
            http: crate::client::http(None),
            base: base.to_owned(),
            cookie: String::new(),
            csrf: String::new(),
        }
    }

    /// Signs in with the password that everybody in these stories has.
    pub async fn sign_in(base: &str, email: &str) -> Self {
        let mut portal = Self::stranger(base);
        let page = portal
            .post("/login", &[("email", email), ("password", PASSWORD)])
            .await;
        assert_eq!(page.status, 303, "{}", page.html);
        let cookie = page.header("set-cookie").split(';').next().expect("a cookie");
        cookie.clone_into(&mut portal.cookie);
        let page = portal.get(page.header("location")).await;
        assert_eq!(page.status, 200, "{}", page.html);
        portal.csrf = page
            .html
            .split(r#"name="csrf" value=""#)
            .nth(1)
            .expect("a form")
            .split('"')
            .next()
            .unwrap()
            .into();
        portal
    }

    /// The secret in the session's cookie.
    pub fn secret(&self) -> &str {
        self.cookie.split_once('=').expect("a cookie").1
    }

    pub async fn get(&self, path: &str) -> Page {
        self.send(self.http.get(self.url(path))).await
    }

    /// Sends a form with the session's own token.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let mut form = format!("csrf={}", encoded(&self.csrf));
        for (name, value) in fields {
            let _written = write!(form, "&{name}={}", encoded(value));
        }
        let request = self.http.post(self.url(path)).header("origin", &self.base);
        self.send(
            request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form),
        )
        .await
    }

    /// Opens a stream of events; what comes is read piece by piece.
    pub async fn follow(&self, path: &str) -> reqwest::Response {
        let request = self.http.get(self.url(path)).header("cookie", &self.cookie);
        request.send().await.expect("an answer")
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Page {
        let answer = request
            .header("cookie", &self.cookie)
            .send()
            .await
            .expect("an answer");
        let status = answer.status().as_u16();
        let mut headers = String::new();
        for (name, value) in answer.headers() {
            let _written = writeln!(headers, "{name}: {}", value.to_str().unwrap_or_default());
        }
        Page {
            status,
            headers,
            html: answer.text().await.expect("text"),
        }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(byte.into()),
            _ => write!(encoded, "%{byte:02X}").expect("a string takes everything"),
        }
        encoded
    })
}
