//! Hands over what waits: at once where it was written down here, else by looking every few seconds. Any number of
//! carriers may be at work; each mail is leased by one at a time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use sqlx::PgPool;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::store::{self, Claimed};
use super::{Letter, Post};
use crate::ground::enums::MailState;
use crate::ground::ids::MailId;
use crate::ground::swallow::swallow;
use crate::ground::{Ground, Purpose};
use crate::outside::mail::{MailError, Mailer};

/// How often to look without being told.
const POLL: Duration = Duration::from_secs(3);
/// Mails at the same time.
const AT_ONCE: i64 = 4;
/// How much longer than the mailer takes a mail is held.
const MARGIN: Duration = Duration::from_secs(10);
/// Pauses between attempts; the last one goes on until the mail is not worth sending any more.
const PAUSES: [u64; 8] = [5, 10, 30, 60, 120, 300, 900, 1_800];
/// How long ended mails are remembered, and how often old ones are forgotten.
const KEPT: Duration = Duration::from_hours(30 * 24);
const SWEEP_EVERY: Duration = Duration::from_mins(10);

/// Carries mail to the mailer.
#[derive(Debug)]
pub struct Carrier {
    ground: Ground,
    pool: PgPool,
    post: Post,
    mailer: Arc<dyn Mailer>,
}

impl Carrier {
    /// Starts carrying until `stop`. A mail under way at a stop is finished by whoever finds its lease ended; it may then
    /// arrive twice, under one `Message-ID`.
    pub fn start(
        ground: Ground,
        pool: PgPool,
        post: Post,
        mailer: Arc<dyn Mailer>,
        stop: CancellationToken,
    ) -> JoinHandle<()> {
        let carrier = Self {
            ground,
            pool,
            post,
            mailer,
        };
        tokio::spawn(async move {
            let mut swept: Option<Instant> = None;
            while !stop.is_cancelled() {
                if swept.is_none_or(|at| at.elapsed() >= SWEEP_EVERY) {
                    swept = Some(Instant::now());
                    carrier.sweep().await;
                }
                if carrier.round().await == 0 {
                    stop.run_until_cancelled(carrier.post.wait(POLL)).await;
                }
            }
        })
    }

    /// Tries what is due, and tells how much of it there was.
    async fn round(&self) -> usize {
        let lease = self.mailer.patience() + MARGIN;
        let claimed = store::system_claim(&self.pool, AT_ONCE, lease, self.ground.now()).await;
        let claimed = swallow(claimed, "the next look finds the mail that waits").unwrap_or_default();
        let count = claimed.len();
        join_all(claimed.into_iter().map(|mail| self.carry(mail))).await;
        count
    }

    async fn carry(&self, claimed: Claimed) {
        let Claimed {
            id,
            kind,
            sealed,
            attempt,
            is_over,
        } = claimed;
        let sent = if is_over {
            Err(MailError::Malformed("what it says is over"))
        } else {
            self.hand_over(id, &sealed).await
        };
        let (outcome, noted) = match &sent {
            Ok(()) => (
                "sent",
                store::system_end(&self.pool, id, attempt, MailState::Sent).await,
            ),
            Err(error) if error.may_pass() => {
                let pause = pause(attempt);
                tracing::warn!(mail = %id, kind = kind.as_str(), attempt, %error, again_in = ?pause, "a mail waits");
                (
                    "later",
                    store::system_put_off(&self.pool, id, attempt, pause).await,
                )
            }
            Err(error) => {
                tracing::error!(mail = %id, kind = kind.as_str(), attempt, %error, "a mail was given up");
                (
                    "failed",
                    store::system_end(&self.pool, id, attempt, MailState::Failed).await,
                )
            }
        };
        metrics::counter!("vitalwire_mails_total", "kind" => kind.as_str(), "outcome" => outcome)
            .increment(1);
        swallow(noted, "the mail's lease ends by itself, and it is tried again");
    }

    async fn hand_over(&self, id: MailId, sealed: &[u8]) -> Result<(), MailError> {
        let unreadable = MailError::Malformed("it does not open with this master key");
        let context = id.as_uuid();
        let Ok(plain) = self.ground.keys().open(Purpose::Mail, context.as_bytes(), sealed) else {
            return Err(unreadable);
        };
        let letter = Letter::from_bytes(&plain).ok_or(unreadable)?;
        self.mailer.send(&letter.into_mail(id, self.ground.now())).await
    }

    async fn sweep(&self) {
        let waiting = store::system_sweep(&self.pool, KEPT).await;
        if let Some(waiting) = swallow(waiting, "it is swept another time") {
            #[expect(clippy::cast_precision_loss, reason = "a gauge is an f64")]
            metrics::gauge!("vitalwire_mails_waiting").set(waiting as f64);
        }
    }
}

fn pause(attempt: i32) -> Duration {
    let at = usize::try_from(attempt.max(1) - 1)
        .unwrap_or(0)
        .min(PAUSES.len() - 1);
    Duration::from_secs(PAUSES[at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_stay_at_half_an_hour() {
        let seconds: Vec<u64> = [1, 2, 8, 9, 1_000]
            .map(|attempt| pause(attempt).as_secs())
            .to_vec();
        assert_eq!(seconds, [5, 10, 1_800, 1_800, 1_800]);
    }
}
