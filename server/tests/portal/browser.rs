//! A browser as far as these tests need one: it keeps its cookie, follows no redirect and sends forms.

use std::time::Duration;

use reqwest::header::{HeaderMap, LOCATION, SET_COOKIE};
use reqwest::{Client, RequestBuilder, Response};

#[derive(Debug, Clone)]
pub(crate) struct Browser {
    http: Client,
    url: String,
    pub(crate) cookie: Option<String>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map(|value| value.to_str().unwrap())
            .unwrap_or_default()
    }

    pub(crate) fn location(&self) -> &str {
        self.header(LOCATION.as_str())
    }

    /// Whether the number stands in the text by itself: the digits inside an id, a reference or a file's hash are none.
    pub(crate) fn shows(&self, number: &str) -> bool {
        let part_of_a_word = |c: char| c.is_ascii_alphanumeric();
        self.text.match_indices(number).any(|(at, _)| {
            !self.text[..at].ends_with(part_of_a_word)
                && !self.text[at + number.len()..].starts_with(part_of_a_word)
        })
    }

    /// What a device's page draws its chart of.
    pub(crate) fn series(&self) -> serde_json::Value {
        let (_, chart) = self
            .text
            .split_once("<script type=\"application/json\">")
            .unwrap();
        serde_json::from_str(chart.split_once("</script>").unwrap().0).unwrap()
    }

    /// How much waits for who looks, by the menu's entry that leads there.
    pub(crate) fn waits_at(&self, href: &str) -> Option<&str> {
        let menu = self
            .text
            .split_once("aria-label=\"Main\"")?
            .1
            .split_once("</nav>")?
            .0;
        let entry = menu
            .split_once(&format!("<a href=\"{href}\""))?
            .1
            .split_once("</a>")?
            .0;
        Some(entry.split_once("<b class=\"hot\">")?.1.split_once('<')?.0)
    }

    /// The token of the first form.
    pub(crate) fn csrf(&self) -> String {
        let (_, rest) = self.text.split_once("name=\"csrf\" value=\"").expect("a form");
        rest.split('"').next().unwrap().to_owned()
    }
}

impl Browser {
    pub(crate) fn new(url: &str) -> Self {
        let _installed = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let http = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        Self {
            http,
            url: url.to_owned(),
            cookie: None,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        read(self.request(self.http.get(self.at(path))).send().await.unwrap()).await
    }

    pub(crate) async fn head(&self, path: &str) -> Answer {
        read(self.request(self.http.head(self.at(path))).send().await.unwrap()).await
    }

    pub(crate) async fn get_with_all(
        &self,
        path: &str,
        headers: impl Iterator<Item = (&'static str, &str)>,
    ) -> Answer {
        let request = self.request(self.http.get(self.at(path)));
        let request = headers.fold(request, |request, (name, value)| request.header(name, value));
        read(request.send().await.unwrap()).await
    }

    pub(crate) async fn get_with(&self, path: &str, header: (&'static str, &str)) -> Answer {
        self.get_with_all(path, [header].into_iter()).await
    }

    /// Goes where an answer leads, with the cookies that it set besides the session's; and what a second look shows.
    pub(crate) async fn follow_twice(&self, answer: &Answer) -> (Answer, Answer) {
        assert_eq!(answer.status, 303, "{}", answer.text);
        let cookie = answer.header(SET_COOKIE.as_str()).to_owned();
        let shown = self
            .get_with(answer.location(), ("cookie", cookie.split(';').next().unwrap()))
            .await;
        assert!(
            shown.header(SET_COOKIE.as_str()).contains("Max-Age=0"),
            "kept after it was shown"
        );
        (shown, self.get(answer.location()).await)
    }

    /// Sends a form as a page of this server would.
    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.post_from(path, form, &self.url).await
    }

    /// Sends a form as a page of another server would.
    pub(crate) async fn post_from(&self, path: &str, form: &[(&str, &str)], origin: &str) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let request = self.http.post(self.at(path)).header("origin", origin).body(body);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        read(self.request(request).send().await.unwrap()).await
    }

    /// Sends a file as the form for one does, with the token of this session.
    pub(crate) async fn upload(&self, path: &str, csrf: &str, file: &str) -> Answer {
        let part = |name: &str, more: &str, text: &str| {
            format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"{more}\r\n\r\n{text}\r\n")
        };
        let body = [
            part("csrf", "", csrf),
            part(
                "file",
                "; filename=\"devices.csv\"\r\ncontent-type: text/csv",
                file,
            ),
            "--x--\r\n".to_owned(),
        ]
        .concat();
        let request = self
            .http
            .post(self.at(path))
            .header("origin", &self.url)
            .body(body);
        let request = request.header("content-type", "multipart/form-data; boundary=x");
        read(self.request(request).send().await.unwrap()).await
    }

    /// Sends a form as the page of this server would that a header names.
    pub(crate) async fn post_with(
        &self,
        path: &str,
        form: &[(&str, &str)],
        header: (&'static str, &str),
    ) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let request = self
            .http
            .post(self.at(path))
            .header("origin", &self.url)
            .body(body);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        read(
            self.request(request.header(header.0, header.1))
                .send()
                .await
                .unwrap(),
        )
        .await
    }

    /// Posts with the token of this session.
    pub(crate) async fn submit(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let csrf = self.get("/hubs").await.csrf();
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend(form);
        self.post(path, &all).await
    }

    pub(crate) async fn sign_in(&mut self, email: &str, password: &str) -> Answer {
        let answer = self
            .post("/login", &[("email", email), ("password", password)])
            .await;
        if let Some(cookie) = answer.headers.get(SET_COOKIE) {
            self.cookie = cookie.to_str().unwrap().split(';').next().map(str::to_owned);
        }
        answer
    }

    /// An answer that is not read yet.
    pub(crate) async fn begin(&self, path: &str) -> Response {
        self.request(self.http.get(self.at(path))).send().await.unwrap()
    }

    /// Opens a live page.
    pub(crate) async fn open(&self, path: &str, last_event_id: Option<&str>) -> Stream {
        let request = self.request(self.http.get(self.at(path)));
        let request = match last_event_id {
            Some(id) => request.header("last-event-id", id),
            None => request,
        };
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Stream {
            response,
            read: String::new(),
        }
    }

    fn request(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.cookie {
            Some(cookie) => request.header("cookie", cookie),
            None => request,
        }
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }
}

async fn read(response: Response) -> Answer {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Answer {
        status,
        headers,
        text: response.text().await.unwrap(),
    }
}

/// A stream of events.
pub(crate) struct Stream {
    response: Response,
    read: String,
}

/// One event.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) data: serde_json::Value,
}

impl Stream {
    /// The next event, comments passed over; a test that waits a minute for it has failed.
    pub(crate) async fn next(&mut self) -> Event {
        loop {
            let block = self.block().await.expect("the stream goes on");
            let field = |name: &str| {
                let line = block
                    .lines()
                    .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
                line.map(str::to_owned)
            };
            if let (Some(id), Some(name), Some(data)) = (field("id"), field("event"), field("data")) {
                return Event {
                    id,
                    name,
                    data: serde_json::from_str(&data).unwrap(),
                };
            }
        }
    }

    /// The next block up to an empty line; none where the stream has ended.
    pub(crate) async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.read.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.read = rest;
                return Some(block);
            }
            let chunk = tokio::time::timeout(Duration::from_mins(1), self.response.chunk()).await;
            match chunk.expect("something within a minute").ok()? {
                Some(bytes) => self.read.push_str(std::str::from_utf8(&bytes).unwrap()),
                None => return None,
            }
        }
    }
}
