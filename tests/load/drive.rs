//! Drives a server: connections that send what a [`Work`] makes, at a [`Pace`].

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::error::LoadError;
use crate::http::{Answer, Connection, Fault, Target};
use crate::pace::{EndOnDrop, Pace, Turns};
use crate::tally::{Tally, Verdicts};

/// An answer that takes longer is none.
const PATIENCE: Duration = Duration::from_secs(30);
/// After a fault a connection rests, or a dead server would be asked a hundred thousand times a second.
const REST: Duration = Duration::from_millis(20);

/// What is sent, and what an answer means.
pub(crate) trait Work: Send + Sync + 'static {
    /// Writes the whole request with this number into an empty buffer.
    fn request(&self, number: u64, into: &mut Vec<u8>) -> Result<(), LoadError>;

    /// What became of its readings; called the moment its answer is there.
    fn verdicts(&self, number: u64, answer: &Answer<'_>) -> Verdicts;
}

/// How hard, and for how long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Drive {
    /// Connections, each with one request under way.
    pub(crate) connections: usize,
    /// Closed or open.
    pub(crate) pace: Pace,
    /// How long requests are sent.
    pub(crate) duration: Duration,
}

impl Drive {
    /// Drives until the time is over and every answer is there. Returns the counts, and how long it really took.
    pub(crate) async fn run<W: Work>(
        self,
        target: &Arc<Target>,
        work: &Arc<W>,
    ) -> Result<(Tally, Duration), LoadError> {
        target.check().await?;
        let turns = Turns::begin(self.pace, self.duration, self.connections)?;
        let _ends = EndOnDrop(Arc::clone(&turns));
        let mut connections = JoinSet::new();
        for _ in 0..self.connections {
            let (target, work, turns) = (Arc::clone(target), Arc::clone(work), Arc::clone(&turns));
            connections.spawn(async move { converse(Connection::new(target), &*work, &turns).await });
        }
        let mut tally = Tally::default();
        while let Some(ended) = connections.join_next().await {
            tally.merge(ended??);
        }
        let elapsed = turns.began().elapsed();
        for waited in turns.not_sent() {
            tally.failed(waited, Fault::NotSent);
        }
        Ok((tally, elapsed))
    }
}

async fn converse<W: Work>(mut connection: Connection, work: &W, turns: &Turns) -> Result<Tally, LoadError> {
    let (mut tally, mut request) = (Tally::default(), Vec::with_capacity(32 * 1024));
    while let Some(turn) = turns.next().await {
        request.clear();
        work.request(turn.number, &mut request)?;
        let since = turn.due.unwrap_or_else(Instant::now);
        let fault = match timeout(PATIENCE, connection.exchange(&request)).await {
            Ok(Ok(answer)) => {
                let took = since.elapsed();
                tally.answered(took, answer.status, work.verdicts(turn.number, &answer));
                continue;
            }
            Ok(Err(fault)) => fault,
            Err(_) => Fault::Timeout,
        };
        tally.failed(since.elapsed(), fault);
        connection.abandon();
        tokio::time::sleep(REST).await;
    }
    Ok(tally)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use serde_json::{Map, Value};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    const STALL: Duration = Duration::from_millis(300);

    struct Knock(Arc<Target>);

    impl Work for Knock {
        fn request(&self, number: u64, into: &mut Vec<u8>) -> Result<(), LoadError> {
            into.extend_from_slice(self.0.head("/knock").as_bytes());
            into.extend_from_slice(
                format!("token\r\nContent-Length: 0\r\nNumber: {number}\r\n\r\n").as_bytes(),
            );
            Ok(())
        }

        fn verdicts(&self, _number: u64, answer: &Answer<'_>) -> Verdicts {
            assert_eq!(answer.body, b"in");
            Verdicts {
                accepted: 1,
                others: 0,
            }
        }
    }

    /// Answers at once, but for one request, before which it does nothing at all for a while. Hangs up after every 50th.
    async fn stalling(stalls_at: u64) -> (Arc<Target>, Arc<AtomicU64>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let target = Target::parse(&format!("http://{}", listener.local_addr().unwrap()))
            .await
            .unwrap();
        let count = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&count);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut buffer = [0; 1024];
                // One connection and no pipelining: what is read is one request.
                while stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {
                    let number = counted.fetch_add(1, Ordering::Relaxed);
                    if number == stalls_at {
                        tokio::time::sleep(STALL).await;
                    }
                    stream
                        .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nin")
                        .await
                        .unwrap();
                    if number % 50 == 49 {
                        break;
                    }
                }
            }
        });
        (target, count)
    }

    async fn run(pace: Pace, seconds: u64) -> (Map<String, Value>, u64) {
        let (target, count) = stalling(20).await;
        let drive = Drive {
            connections: 1,
            pace,
            duration: Duration::from_secs(seconds),
        };
        let (tally, elapsed) = drive
            .run(&target, &Arc::new(Knock(Arc::clone(&target))))
            .await
            .unwrap();
        let mut result = Map::new();
        tally.write(elapsed, &mut result);
        (result, count.load(Ordering::Relaxed))
    }

    /// Of 200 requests, one every 5 ms, the 30 that are due in the first half of the stall wait for its second half at least,
    /// on however slow a machine. From their sending, all but one of them would be fast.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_stalled_server_shows_in_the_percentiles_of_an_open_loop() {
        let (result, served) = run(Pace::Open(200.0), 1).await;
        assert_eq!((&result["requests"], served), (&200.into(), 200), "{result:?}");
        assert_eq!(
            result["statuses"]["200"], 200,
            "a connection that was closed is made anew"
        );
        let half = STALL.as_secs_f64() * 1e3 / 2.0;
        assert!(result["p90_ms"].as_f64().unwrap() >= half, "{result:?}");
        assert!(result["max_ms"].as_f64().unwrap() >= 2.0 * half, "{result:?}");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_closed_loop_asks_on_as_soon_as_it_is_answered() {
        let (result, served) = run(Pace::Closed, 1).await;
        assert_eq!(result["requests"], served, "{result:?}");
        assert!(served > 21, "it went on after the stall: {result:?}");
        assert!(
            result["max_ms"].as_f64().unwrap() >= STALL.as_secs_f64() * 1e3,
            "{result:?}"
        );
    }

    #[tokio::test]
    async fn nobody_there_is_said_before_the_run() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let target = Target::parse(&format!("http://{}", listener.local_addr().unwrap()))
            .await
            .unwrap();
        drop(listener);
        let drive = Drive {
            connections: 1,
            pace: Pace::Closed,
            duration: Duration::ZERO,
        };
        let refused = drive.run(&target, &Arc::new(Knock(Arc::clone(&target)))).await;
        assert!(matches!(refused, Err(LoadError::Nobody { .. })));
    }
}
