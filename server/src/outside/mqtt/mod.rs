//! An MQTT broker: one connection a server, made again whenever it is lost, over which messages come in and answers go out.
//! The broker may forget a message only when its taker has returned and the answer is with the broker: until then it holds
//! the message and delivers it again after a loss. No more than `in_flight` of them are under way at once.
//!
//! Main types: [`Link`], started by start-up, and the port [`Taker`], which the room `intake` stands behind.

mod link;
mod settings;
mod standing;
mod words;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use self::link::{Ended, Loss};
use crate::ground::Ground;

pub use settings::Settings;
pub use standing::{BrokerStanding, Standing};

/// The first pause between two attempts to connect, and the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// A connection that held for so long was a good one: the next attempt follows soon.
const STEADY: Duration = Duration::from_secs(10);

/// A message as it came. It may hold a secret and readings, so it is never shown in a log.
#[derive(Clone, Copy)]
pub struct Message<'a> {
    /// The topic that it was published on.
    pub topic: &'a str,
    /// Its bytes.
    pub payload: &'a [u8],
}

impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Message(…)")
    }
}

/// What is published in answer, at least once and not retained.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// Where.
    pub topic: String,
    /// What.
    pub payload: Vec<u8>,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Answer(…)")
    }
}

/// Who takes the messages.
#[async_trait]
pub trait Taker: Send + Sync + fmt::Debug {
    /// Returns when the broker may forget the message, with what to answer. Waits for as long as that takes; it is dropped
    /// when the connection is lost or the server stops, and the broker then delivers the message again.
    async fn take(&self, message: Message<'_>) -> Option<Answer>;
}

/// The connection to the broker, and what looks after it.
#[derive(Debug)]
pub struct Link {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Link {
    /// Starts connecting, for as long as it takes; `standing` tells how that goes.
    pub fn start(
        ground: Ground,
        settings: Settings,
        taker: Arc<dyn Taker>,
        standing: BrokerStanding,
    ) -> Self {
        let stop = CancellationToken::new();
        let keeper = Keeper {
            ground,
            settings,
            taker,
            standing,
            stop: stop.clone(),
        };
        Self {
            stop,
            task: tokio::spawn(keeper.run()),
        }
    }

    /// Takes no further messages, from now on.
    pub fn begin_to_stop(&self) {
        self.stop.cancel();
    }

    /// The same, and returns when those under way are answered, or were given up, and the broker was told goodbye.
    pub async fn stop(self) {
        self.begin_to_stop();
        if self.task.await.is_err() {
            tracing::warn!("the link to the MQTT broker ended badly");
        }
    }
}

/// Keeps the connection up.
#[derive(Debug)]
struct Keeper {
    ground: Ground,
    settings: Settings,
    taker: Arc<dyn Taker>,
    standing: BrokerStanding,
    stop: CancellationToken,
}

impl Keeper {
    async fn run(self) {
        self.standing.away(self.ground.now(), "not connected yet");
        let mut losses = 0;
        loop {
            let began = Instant::now();
            let up = || self.standing.up(self.ground.now());
            let ended = link::serve(&self.settings, &self.taker, &self.stop, up).await;
            let Ended::Lost(Loss { why, is_taken_over }) = ended else {
                break;
            };
            self.standing.lost(self.ground.now(), &why);
            losses = if began.elapsed() >= STEADY { 1 } else { losses + 1 };
            let pause = if is_taken_over {
                LONGEST_PAUSE
            } else {
                pause(losses)
            };
            let pause = self.with_jitter(pause);
            if self
                .stop
                .run_until_cancelled(tokio::time::sleep(pause))
                .await
                .is_none()
            {
                break;
            }
        }
        self.standing.away(self.ground.now(), "the server stops");
    }

    /// Between the half and the whole of it, so that servers which lost a broker together do not come back together.
    fn with_jitter(&self, pause: Duration) -> Duration {
        let [byte] = self.ground.random::<1>();
        pause / 2 + pause / 2 * u32::from(byte) / 255
    }
}

/// How long to wait after so many losses in a row.
fn pause(losses: u32) -> Duration {
    FIRST_PAUSE
        .saturating_mul(1 << losses.saturating_sub(1).min(16))
        .min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_and_stay_at_ten_seconds() {
        let millis = [1, 2, 3, 8, 9, u32::MAX].map(|losses| pause(losses).as_millis());
        assert_eq!(millis, [250, 500, 1_000, 10_000, 10_000, 10_000]);
    }

    #[test]
    fn neither_message_nor_answer_is_shown() {
        let message = Message {
            topic: "t",
            payload: b"secret",
        };
        let answer = Answer {
            topic: "t".to_owned(),
            payload: b"secret".to_vec(),
        };
        assert_eq!(format!("{message:?} {answer:?}"), "Message(…) Answer(…)");
    }
}
