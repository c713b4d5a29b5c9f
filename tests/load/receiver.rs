//! Customers' servers, each on a port of its own on loopback: good ones, slow ones and dead ones. They are as light as the
//! rest of the generator and verify nothing; what they take is counted.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

use crate::error::LoadError;
use crate::http::Head;
use crate::senders::count;

/// How a customer's server behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Answers at once.
    Healthy,
    /// Answers after so long.
    Slow(Duration),
    /// Lets connect and says nothing for ever.
    Silent,
    /// Refuses connections.
    Refusing,
}

/// A delivery that is there.
#[derive(Debug)]
pub(crate) struct Arrival {
    /// When all of it was.
    pub(crate) at: Instant,
    /// Which server has it.
    pub(crate) place: usize,
    /// Its `webhook-id`, the same when it is sent again.
    pub(crate) webhook_id: String,
    /// How many readings are in it.
    pub(crate) readings: u64,
    /// What it says, where that is kept.
    pub(crate) body: Vec<u8>,
}

/// Some servers, and what they have taken.
#[derive(Debug)]
pub(crate) struct Receivers {
    arrivals: UnboundedReceiver<Arrival>,
    sender: UnboundedSender<Arrival>,
    keeps_bodies: bool,
    serving: JoinSet<()>,
    refusing: Vec<TcpSocket>,
}

impl Receivers {
    /// None yet.
    pub(crate) fn new(keeps_bodies: bool) -> Self {
        let (sender, arrivals) = unbounded_channel();
        Self {
            arrivals,
            sender,
            keeps_bodies,
            serving: JoinSet::new(),
            refusing: Vec::new(),
        }
    }

    /// Opens one more on a free port of loopback and returns its address.
    pub(crate) fn open(&mut self, place: usize, manner: Manner) -> Result<String, LoadError> {
        self.open_at((Ipv4Addr::LOCALHOST, 0).into(), place, manner)
    }

    /// The same where it is wanted.
    pub(crate) fn open_at(
        &mut self,
        address: SocketAddr,
        place: usize,
        manner: Manner,
    ) -> Result<String, LoadError> {
        let what = "a port for a customer's server cannot be had";
        let refused = |source| LoadError::System { what, source };
        let socket = if address.is_ipv4() {
            TcpSocket::new_v4()
        } else {
            TcpSocket::new_v6()
        };
        let socket = socket.map_err(refused)?;
        socket.set_reuseaddr(true).map_err(refused)?;
        socket.bind(address).map_err(refused)?;
        let address = socket.local_addr().map_err(refused)?;
        if manner == Manner::Refusing {
            // Bound, so that nobody else gets the port, and not listening.
            self.refusing.push(socket);
        } else {
            let listener = socket.listen(1024).map_err(refused)?;
            let server = Server {
                place,
                manner,
                keeps_bodies: self.keeps_bodies,
                arrivals: self.sender.clone(),
            };
            self.serving.spawn(server.serve(listener));
        }
        Ok(format!("http://{address}/hook"))
    }

    /// The next delivery; none where nothing comes for so long.
    pub(crate) async fn next(&mut self, patience: Duration) -> Option<Arrival> {
        tokio::time::timeout(patience, self.arrivals.recv())
            .await
            .ok()
            .flatten()
    }
}

#[derive(Debug, Clone)]
struct Server {
    place: usize,
    manner: Manner,
    keeps_bodies: bool,
    arrivals: UnboundedSender<Arrival>,
}

impl Server {
    async fn serve(self, listener: TcpListener) {
        let mut connections = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            let own = self.clone();
            connections.spawn(async move {
                // A connection that breaks off is the sender's affair.
                let _ended = own.take(stream).await;
            });
            while connections.try_join_next().is_some() {}
        }
    }

    async fn take(&self, mut stream: TcpStream) -> std::io::Result<()> {
        stream.set_nodelay(true)?;
        let mut buffer = Vec::with_capacity(16 * 1024);
        loop {
            let head = loop {
                match Head::fields(&buffer) {
                    Ok(Some(head)) if buffer.len() >= head.length + head.body => break head,
                    Ok(_) => {}
                    Err(_) => return Ok(()),
                }
                if stream.read_buf(&mut buffer).await? == 0 {
                    return Ok(());
                }
            };
            let whole = head.length + head.body;
            match self.manner {
                Manner::Healthy | Manner::Refusing => {
                    self.note(&buffer[..head.length], &buffer[head.length..whole]);
                }
                Manner::Slow(pause) => {
                    self.note(&buffer[..head.length], &buffer[head.length..whole]);
                    tokio::time::sleep(pause).await;
                }
                Manner::Silent => std::future::pending().await,
            }
            stream
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                .await?;
            buffer.drain(..whole);
        }
    }

    fn note(&self, head: &[u8], body: &[u8]) {
        let at = Instant::now();
        let head = String::from_utf8_lossy(head);
        let id = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("webhook-id")
                .then(|| value.trim().to_owned())
        });
        let arrival = Arrival {
            at,
            place: self.place,
            webhook_id: id.unwrap_or_default(),
            readings: count(body, r#""type":"reading.created""#),
            body: if self.keeps_bodies {
                body.to_vec()
            } else {
                Vec::new()
            },
        };
        // Nobody counts any more when the run is over.
        let _counted = self.arrivals.send(arrival);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: &[u8] = b"POST /hook HTTP/1.1\r\nWebhook-ID: msg_1\r\ncontent-length: 61\r\n\r\n\
        {\"events\":[{\"type\":\"reading.created\"},{\"type\":\"endpoint.test\"}]";
    const PATIENCE: Duration = Duration::from_secs(20);

    async fn connect(url: &str) -> std::io::Result<TcpStream> {
        let address = url.trim_start_matches("http://").trim_end_matches("/hook");
        TcpStream::connect(address).await
    }

    #[tokio::test]
    async fn what_comes_is_counted_however_it_is_cut() {
        let mut receivers = Receivers::new(true);
        let url = receivers.open(3, Manner::Healthy).unwrap();
        let mut stream = connect(&url).await.unwrap();
        for part in [
            &REQUEST[..30],
            &[&REQUEST[30..], &REQUEST[..90]].concat(),
            &REQUEST[90..],
        ] {
            stream.write_all(part).await.unwrap();
        }
        for _ in 0..2 {
            let arrival = receivers.next(PATIENCE).await.unwrap();
            assert_eq!(
                (arrival.place, arrival.readings, arrival.webhook_id.as_str()),
                (3, 1, "msg_1")
            );
            assert_eq!(arrival.body.len(), 61);
        }
        let mut answers = [0; 76];
        stream.read_exact(&mut answers).await.unwrap();
        assert!(answers.starts_with(b"HTTP/1.1 200 OK\r\n"));
    }

    #[tokio::test]
    async fn the_dead_refuse_or_say_nothing() {
        let mut receivers = Receivers::new(false);
        let url = receivers.open(0, Manner::Refusing).unwrap();
        assert_eq!(
            connect(&url).await.unwrap_err().kind(),
            std::io::ErrorKind::ConnectionRefused
        );
        let url = receivers.open(1, Manner::Silent).unwrap();
        let mut stream = connect(&url).await.unwrap();
        stream.write_all(REQUEST).await.unwrap();
        let mut answer = [0];
        let answered = tokio::time::timeout(Duration::from_millis(100), stream.read(&mut answer)).await;
        assert!(answered.is_err(), "{answered:?}");
        assert!(receivers.next(Duration::ZERO).await.is_none());
    }
}
