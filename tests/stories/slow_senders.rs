//! Who sends slowly, or sends what nobody asked for, costs neither memory nor a connection for long; who is proven and
//! only slow is waited for.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use vitalwire_tests::kinds::reading;
use vitalwire_tests::{ClaimedHub, Server, World, now};

const HUBS: &str = "/v1/hubs/telemetry";
const SINGLE: &str = "/v1/telemetry";
/// The largest batch.
const LARGEST: usize = 4 * 1024 * 1024;
/// How long the server waits for a body that pauses, and some time to say so and to hang up.
const GIVEN_UP: Duration = Duration::from_secs(24);
/// What is no more than a busy machine's own slowness.
const AT_ONCE: Duration = Duration::from_secs(6);

/// A connection that sends what it is told.
struct Sender {
    stream: TcpStream,
    began: Instant,
}

impl Sender {
    async fn new(server: &Server) -> Self {
        let address = server.url().replace("http://", "");
        let stream = TcpStream::connect(address).await.unwrap();
        let began = Instant::now();
        Self { stream, began }
    }

    /// The head of a POST with these further lines.
    async fn post(server: &Server, path: &str, lines: &[String]) -> Self {
        let mut sender = Self::new(server).await;
        let lines = lines.join("\r\n");
        let kind = if path == "/login" {
            "application/x-www-form-urlencoded"
        } else {
            "application/json"
        };
        let head =
            format!("POST {path} HTTP/1.1\r\nHost: vitalwire\r\nContent-Type: {kind}\r\n{lines}\r\n\r\n");
        sender.stream.write_all(head.as_bytes()).await.unwrap();
        sender
    }

    /// Sends on for as long as the server takes it; it may have hung up.
    async fn send(&mut self, bytes: &[u8]) {
        let sending = self.stream.write_all(bytes);
        let _refused = tokio::time::timeout(Duration::from_secs(2), sending).await;
    }

    /// Returns when the server has taken from the connection what was sent so far. A loop, because nothing announces it: Linux
    /// tells of each end of a connection what lies there unsent and unread.
    async fn is_read(&self) {
        let (own, server) = (
            self.stream.local_addr().unwrap(),
            self.stream.peer_addr().unwrap(),
        );
        for _ in 0..6_000 {
            let connections = std::fs::read_to_string("/proc/net/tcp").unwrap();
            if unread(&connections, own, server) == Some(0) && unread(&connections, server, own) == Some(0) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the server does not read on");
    }

    /// What was answered, how long after the beginning, and how long after that the connection was closed.
    async fn answer(&mut self) -> (u16, String, Duration) {
        let mut text = Vec::new();
        let mut buffer = [0; 4096];
        loop {
            let read = tokio::time::timeout(Duration::from_mins(1), self.stream.read(&mut buffer)).await;
            let read = read.expect("the server answers and hangs up").unwrap_or(0);
            text.extend_from_slice(&buffer[..read]);
            if read == 0 || is_whole(&text) {
                break;
            }
        }
        let text = String::from_utf8_lossy(&text).into_owned();
        let status = text.split(' ').nth(1).and_then(|status| status.parse().ok());
        (status.unwrap_or(0), text, self.began.elapsed())
    }

    /// Sends a byte a second until the connection is gone.
    async fn trickle_until_closed(mut self) -> Duration {
        let (mut reading, mut writing) = self.stream.split();
        let mut buffer = [0; 4096];
        let trickle = async {
            while writing.write_all(b"1\r\n \r\n").await.is_ok() {
                // To be this slow is what is tested; nothing is waited for.
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        };
        let closed = async { while reading.read(&mut buffer).await.is_ok_and(|read| read > 0) {} };
        let both = async {
            tokio::select! { () = trickle => (), () = closed => () }
        };
        tokio::time::timeout(Duration::from_secs(90), both)
            .await
            .expect("the server hangs up");
        self.began.elapsed()
    }
}

/// What lies at one end of a connection on its way to the other and not yet read there, in bytes.
fn unread(connections: &str, from: SocketAddr, to: SocketAddr) -> Option<u64> {
    let hex = |at: SocketAddr| match at.ip() {
        // As the kernel holds it, in the order of this machine.
        IpAddr::V4(ip) => format!("{:08X}:{:04X}", u32::from_ne_bytes(ip.octets()), at.port()),
        IpAddr::V6(_) => panic!("the server listens on IPv4 here"),
    };
    let (from, to) = (hex(from), hex(to));
    connections.lines().find_map(|line| {
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        if fields.get(1..3) != Some(&[from.as_str(), to.as_str()]) {
            return None;
        }
        let (sending, received) = fields.get(4)?.split_once(':')?;
        let bytes = |text| u64::from_str_radix(text, 16).ok();
        Some(bytes(sending)? + bytes(received)?)
    })
}

/// Whether the answer's body has come as its head says.
fn is_whole(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .split("content-length: ")
        .nth(1)
        .and_then(|rest| rest.lines().next());
    length.is_some_and(|length| length.trim().parse() == Ok(body.len()))
}

fn length(bytes: usize) -> String {
    format!("Content-Length: {bytes}")
}

fn bearer(token: &str) -> String {
    format!("Authorization: Bearer {token}")
}

/// A batch of a wanted size, with one reading in it.
fn batch(serial: &str, bytes: usize) -> Vec<u8> {
    let mut batch = json!({"readings": [reading(serial, "weight", now())]})
        .to_string()
        .into_bytes();
    batch.resize(bytes, b' ');
    batch
}

fn signed(hub: &ClaimedHub, body: &[u8]) -> [String; 2] {
    [bearer(&hub.token("POST", HUBS, body)), length(body.len())]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_proves_nothing_is_answered_before_the_body() {
    let world = World::new().await;
    let customer = world.customer("Strangers").await;
    let hub = world.active_hub(&customer, "S-hub").await;
    let waiting = world.claimed_hub(&customer, "S-waiting").await;
    let body = batch("S-1", LARGEST);
    let other = hub.token("POST", "/v1/hubs/me", &body);
    let model = world.model("Scale S", &["weight"], "cellular").await;
    let device = world.device(&customer, &model, "S-1").await;
    let (good, zipped) = (
        hub.token("POST", HUBS, &body),
        "Content-Encoding: gzip".to_owned(),
    );
    let cases = [
        (HUBS, vec![length(LARGEST)], 401, "missing-token"),
        (
            HUBS,
            vec![length(LARGEST), bearer("nonsense")],
            401,
            "malformed-token",
        ),
        (HUBS, vec![length(LARGEST), bearer(&other)], 401, "token-mismatch"),
        (HUBS, signed(&waiting, &body).to_vec(), 403, "hub-not-confirmed"),
        (
            HUBS,
            vec!["Transfer-Encoding: chunked".to_owned()],
            401,
            "missing-token",
        ),
        (SINGLE, vec![length(10_000)], 401, "missing-token"),
        (
            HUBS,
            // Gzip and zstd are taken from a hub.
            vec!["Content-Encoding: br".to_owned(), length(LARGEST), bearer(&good)],
            415,
            "unsupported-encoding",
        ),
        (
            SINGLE,
            vec![zipped.clone(), length(10), bearer(device.client.token())],
            415,
            "unsupported-encoding",
        ),
        (
            "/v1/hubs/claim",
            vec![zipped, length(10)],
            415,
            "unsupported-encoding",
        ),
        (
            SINGLE,
            vec![length(10_000), bearer("unknown")],
            401,
            "unknown-token",
        ),
    ];
    for (path, lines, status, problem) in cases {
        let mut sender = Sender::post(&world.server, path, &lines).await;
        let answer = sender.answer().await;
        assert_eq!(answer.0, status, "{path} {lines:?}: {}", answer.1);
        assert!(answer.1.contains(&format!(":{problem}\"")), "{}", answer.1);
        assert!(answer.2 < AT_ONCE, "{path} {lines:?} after {:?}", answer.2);
        if path == HUBS && status == 401 {
            assert!(answer.1.contains("\"server_time\""), "{}", answer.1);
        }
    }

    // The answer reaches a sender that is in the middle of its body, and then the connection ends, whatever it sends on.
    let mut sender = Sender::post(&world.server, HUBS, &[length(LARGEST)]).await;
    sender.send(&body[..LARGEST / 2]).await;
    assert_eq!(sender.answer().await.0, 401);
    for lines in [length(LARGEST), "Transfer-Encoding: chunked".to_owned()] {
        let sender = Sender::post(&world.server, HUBS, &[lines]).await;
        assert!(sender.trickle_until_closed().await < GIVEN_UP);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proven_sender_that_pauses_or_trickles_is_given_up() {
    let world = World::new().await;
    let customer = world.customer("Slow").await;
    let model = world.model("Scale S", &["weight"], "cellular").await;
    let device = world.device(&customer, &model, "S-1").await;
    let hub = world.active_hub(&customer, "S-hub").await;
    let body = batch("S-1", LARGEST);
    let token = bearer(device.client.token());

    let pausing = async |path: &str, lines: Vec<String>, begun: &[u8]| {
        let mut sender = Sender::post(&world.server, path, &lines).await;
        sender.send(begun).await;
        let (status, text, after) = sender.answer().await;
        assert_eq!(status, 408, "{path}: {text}");
        assert!(text.contains(":too-slow\""), "{path}: {text}");
        assert!(after < GIVEN_UP, "{path} after {after:?}");
    };
    let trickling = async |path: &str, lines: Vec<String>| {
        let sender = Sender::post(&world.server, path, &lines).await;
        let after = sender.trickle_until_closed().await;
        assert!(after < GIVEN_UP, "{path} after {after:?}");
    };
    let slow_but_honest = async {
        let good = batch("S-1", 300_000);
        let mut sender = Sender::post(&world.server, HUBS, &signed(&hub, &good)).await;
        for part in good.chunks(25_000) {
            sender.send(part).await;
            // To be slow, and still faster than what is given up, is what is tested.
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        assert_eq!(sender.answer().await.0, 200);
    };
    let chunked = || "Transfer-Encoding: chunked".to_owned();
    let signed = || signed(&hub, &body).to_vec();
    let password = br#"{"email":"#;
    tokio::join!(
        pausing(HUBS, signed(), &body[..1_000_000]),
        pausing(SINGLE, vec![token.clone(), length(500)], b"{"),
        pausing("/v1/hubs/claim", vec![length(500)], b"{"),
        pausing("/api/v1/token", vec![length(500)], password),
        pausing("/login", vec![length(500)], b"email="),
        trickling(HUBS, signed()),
        trickling(HUBS, vec![signed()[0].clone(), chunked()]),
        trickling(SINGLE, vec![token.clone(), chunked()]),
        trickling("/v1/hubs/claim", vec![chunked()]),
        trickling("/api/v1/token", vec![chunked()]),
        trickling("/healthz", vec![chunked()]),
        trickling("/v1/nope", vec![chunked()]),
        slow_but_honest,
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_room_for_bodies_turns_batches_away_and_no_single_reading() {
    let config = std::env::temp_dir().join(format!("vw-room-{}.toml", std::process::id()));
    std::fs::write(&config, format!("[intake]\nbodies_bytes = {LARGEST}\n")).unwrap();
    let world = World::with(&["--config", config.to_str().unwrap()]).await;
    let customer = world.customer("Room").await;
    let model = world.model("Scale S", &["weight"], "cellular").await;
    let device = world.device(&customer, &model, "S-1").await;
    let hub = world.active_hub(&customer, "S-hub").await;
    let body = batch("S-1", LARGEST);

    let mut first = Sender::post(&world.server, HUBS, &signed(&hub, &body)).await;
    first.send(&body[..LARGEST - 100_000]).await;
    first.is_read().await;
    let mut second = Sender::post(&world.server, HUBS, &signed(&hub, &body)).await;
    second.send(&body).await;
    let (status, text, _) = second.answer().await;
    assert_eq!(status, 503, "{text}");
    assert!(text.to_lowercase().contains("\r\nretry-after: "), "{text}");
    let single = reading("S-1", "weight", now());
    assert_eq!(device.client.post(SINGLE, &single).await.status, 202);

    first.send(&body[LARGEST - 100_000..]).await;
    assert_eq!(first.answer().await.0, 200);
    assert_eq!(hub.post(&body).await.status, 200, "the room is free again");
    std::fs::remove_file(config).unwrap();
}
