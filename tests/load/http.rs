//! The least of HTTP/1.1 that a load generator needs: requests that are ready as bytes, one connection, the answer's
//! status and body. A whole client would take more of the machine than the server that is measured.

use std::net::SocketAddr;
use std::sync::Arc;

use reqwest::Url;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::error::LoadError;

/// Larger heads and bodies are none that Vitalwire sends.
const LARGEST_HEAD: usize = 16 * 1024;
const LARGEST_BODY: usize = 16 << 20;

/// Whom to speak to.
#[derive(Debug)]
pub(crate) struct Target {
    address: SocketAddr,
    /// As it stands in `Host`.
    host: String,
    /// What stands before every path.
    base: String,
}

impl Target {
    /// From `http://host:port`.
    pub(crate) async fn parse(text: &str) -> Result<Arc<Self>, LoadError> {
        let wrong = || LoadError::Address(text.to_owned());
        let url = Url::parse(text).map_err(|_| wrong())?;
        let (Some(host), "http") = (url.host_str(), url.scheme()) else {
            return Err(wrong());
        };
        let port = url.port_or_known_default().ok_or_else(wrong)?;
        let name = host.trim_start_matches('[').trim_end_matches(']');
        let found = tokio::net::lookup_host((name, port)).await;
        let address = found.map_err(|_| wrong())?.next().ok_or_else(wrong)?;
        Ok(Arc::new(Self {
            address,
            host: format!("{host}:{port}"),
            base: url.path().trim_end_matches('/').to_owned(),
        }))
    }

    /// Refuses to begin where nobody listens.
    pub(crate) async fn check(&self) -> Result<(), LoadError> {
        let address = self.address;
        let nobody = |source| LoadError::Nobody { address, source };
        TcpStream::connect(address).await.map_err(nobody).map(drop)
    }

    /// The beginning of a POST's head, up to the token.
    pub(crate) fn head(&self, path: &str) -> String {
        let Self { host, base, .. } = self;
        format!(
            "POST {base}{path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nAuthorization: Bearer "
        )
    }
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer<'a> {
    /// The status.
    pub(crate) status: u16,
    /// The body as it came.
    pub(crate) body: &'a [u8],
}

/// Why there was none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// No connection.
    Connect,
    /// It broke off.
    Broken,
    /// What came is not HTTP/1.1 with a length.
    Protocol,
    /// Nothing came for too long.
    Timeout,
    /// The run was over before its turn came.
    NotSent,
}

impl Fault {
    /// Its name in the result.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Broken => "broken",
            Self::Protocol => "protocol",
            Self::Timeout => "timeout",
            Self::NotSent => "not_sent",
        }
    }
}

/// A connection that is made when it is needed, and made anew after a fault.
#[derive(Debug)]
pub(crate) struct Connection {
    target: Arc<Target>,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
}

impl Connection {
    /// Not connected yet.
    pub(crate) fn new(target: Arc<Target>) -> Self {
        Self {
            target,
            stream: None,
            buffer: Vec::with_capacity(LARGEST_HEAD),
        }
    }

    /// Sends the request and reads its answer. What was kept open and turns out to be closed is tried once more on a new
    /// connection, as every HTTP client does; sending a reading again is safe.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> Result<Answer<'_>, Fault> {
        let was_open = self.stream.is_some();
        let mut head = self.attempt(request).await;
        if was_open && head == Err(Fault::Broken) && self.buffer.is_empty() {
            head = self.attempt(request).await;
        }
        let head = head?;
        Ok(Answer {
            status: head.status,
            body: &self.buffer[head.length..head.length + head.body],
        })
    }

    /// Hangs up: an answer that is late must not be taken for the next one's.
    pub(crate) fn abandon(&mut self) {
        self.stream = None;
    }

    async fn attempt(&mut self, request: &[u8]) -> Result<Head, Fault> {
        self.buffer.clear();
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => connect(self.target.address).await?,
        };
        stream.write_all(request).await.map_err(|_| Fault::Broken)?;
        let head = read(&mut stream, &mut self.buffer).await?;
        if !head.closes {
            self.stream = Some(stream);
        }
        Ok(head)
    }
}

async fn connect(address: SocketAddr) -> Result<TcpStream, Fault> {
    let stream = TcpStream::connect(address).await.map_err(|_| Fault::Connect)?;
    stream.set_nodelay(true).map_err(|_| Fault::Connect)?;
    Ok(stream)
}

async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<Head, Fault> {
    let mut known: Option<Head> = None;
    loop {
        if stream.read_buf(buffer).await.map_err(|_| Fault::Broken)? == 0 {
            return Err(Fault::Broken);
        }
        let head = match known {
            Some(head) => head,
            None => match Head::parse(buffer)? {
                Some(head) => head,
                None => continue,
            },
        };
        if buffer.len() >= head.length + head.body {
            return Ok(head);
        }
        known = Some(head);
    }
}

/// What the head of a message says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    /// The status of an answer; of a request nothing.
    status: u16,
    /// Bytes of the head.
    pub(crate) length: usize,
    /// Bytes of the body.
    pub(crate) body: usize,
    /// Whether the connection ends after it.
    pub(crate) closes: bool,
}

impl Head {
    /// None where it is not all there yet.
    fn parse(bytes: &[u8]) -> Result<Option<Self>, Fault> {
        let Some(mut head) = Self::fields(bytes)? else {
            return Ok(None);
        };
        let text = bytes.get(9..12).and_then(|digits| str::from_utf8(digits).ok());
        let status = text.and_then(|text| text.parse().ok());
        match (bytes.starts_with(b"HTTP/1.1 "), status) {
            (true, Some(status)) => head.status = status,
            _ => return Err(Fault::Protocol),
        }
        Ok(Some(head))
    }

    /// The same for a request or an answer, whatever its first line is.
    pub(crate) fn fields(bytes: &[u8]) -> Result<Option<Self>, Fault> {
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
            return if bytes.len() > LARGEST_HEAD {
                Err(Fault::Protocol)
            } else {
                Ok(None)
            };
        };
        let text = str::from_utf8(&bytes[..end]).map_err(|_| Fault::Protocol)?;
        let (mut body, mut closes) = (0, false);
        for line in text.split("\r\n").skip(1) {
            let (name, value) = line.split_once(':').ok_or(Fault::Protocol)?;
            let value = value.trim();
            if name.eq_ignore_ascii_case("content-length") {
                body = value.parse().map_err(|_| Fault::Protocol)?;
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                return Err(Fault::Protocol);
            } else if name.eq_ignore_ascii_case("connection") {
                closes = value.eq_ignore_ascii_case("close");
            }
        }
        if body > LARGEST_BODY {
            return Err(Fault::Protocol);
        }
        Ok(Some(Self {
            status: 0,
            length: end + 4,
            body,
            closes,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_when_it_is_all_there() {
        let answer = b"HTTP/1.1 202 Accepted\r\nContent-LENGTH:  12\r\ndate: today\r\n\r\n{\"id\":\"a";
        for cut in 0..answer.len() {
            let head = Head::parse(&answer[..cut]).unwrap();
            assert_eq!(head.is_some(), cut >= 59, "{cut}");
        }
        let head = Head::parse(answer).unwrap().unwrap();
        assert_eq!(
            (head.status, head.length, head.body, head.closes),
            (202, 59, 12, false)
        );
    }

    #[test]
    fn what_is_not_http_with_a_length_is_a_fault() {
        for wrong in [
            "HTTP/1.0 200 OK\r\n\r\n",
            "HTTP/1.1 20x OK\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        ] {
            assert_eq!(Head::parse(wrong.as_bytes()), Err(Fault::Protocol), "{wrong}");
        }
        assert_eq!(Head::parse(&vec![b'x'; LARGEST_HEAD + 1]), Err(Fault::Protocol));
        let closing = Head::parse(b"HTTP/1.1 503 Busy\r\nConnection: Close\r\n\r\n").unwrap();
        assert!(closing.is_some_and(|head| head.closes && head.body == 0));
    }

    #[tokio::test]
    async fn only_plain_http_is_an_address() {
        for wrong in [
            "https://127.0.0.1:1",
            "127.0.0.1:8080",
            "http://",
            "ftp://127.0.0.1",
        ] {
            let refused = Target::parse(wrong).await;
            assert!(matches!(refused, Err(LoadError::Address(_))), "{wrong}");
        }
        let target = Target::parse("http://127.0.0.1:8080/clinic/").await.unwrap();
        let head = target.head("/v1/telemetry");
        assert!(
            head.starts_with("POST /clinic/v1/telemetry HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n"),
            "{head}"
        );
    }
}
