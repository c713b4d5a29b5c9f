//! What one stream has told, and what comes next. No transaction is open while it waits.

use std::fmt::Write as _;
use std::time::Duration;

use actix_web::web;
use serde_json::json;
use tokio::sync::broadcast::Receiver;
use tokio::sync::watch;
use tokio::time::Instant;

use super::stream::EventOut;
use crate::ground::swallow::either_way;
use crate::history::store::stream::{self, Followed, Item, Missed, News, Told};
use crate::http::State;
use crate::http::auth::reads_by_now;
use crate::http::problem::Problem;
use crate::http::streams::{Open, woken};
use crate::queue::Published;
use crate::tenancy::{CustomerScope, Scope as _};

/// A quiet stream says this often that it lives.
const BEAT: Duration = Duration::from_secs(15);
/// Between two looks lies at least this much, however busy the customer is.
const PAUSE: Duration = Duration::from_millis(200);
/// What is sent is sent to a token that was good this long ago at most. One that ends in this process, or loses its right,
/// ends the stream at once; of what happens in another, nothing is heard.
const CHECKED: Duration = Duration::from_secs(5);
/// Events in one look; what lies behind follows at once.
const LOOK: u16 = 200;

/// One stream.
pub(super) struct Following {
    state: web::Data<State>,
    scope: CustomerScope,
    token: String,
    followed: Followed,
    signals: Receiver<Published>,
    /// Where the customer's stream has been read to.
    until: i64,
    looked: Option<Instant>,
    /// Whether the last look left something for the next one.
    more: bool,
    /// When something was sent last.
    sent: Instant,
    /// When the token was seen to be good; none where that has to be seen again.
    checked: Option<Instant>,
    /// Says that somebody's right or account has changed.
    endings: watch::Receiver<()>,
    _counted: Open,
}

/// Where a stream begins that has come to `end`, and its first words: how soon to come back after a break, and behind which
/// event.
///
/// # Errors
/// A place that the stream has not come to.
pub(super) fn begin(end: i64, after: Option<i64>) -> Result<(i64, String), Problem> {
    let at = after.unwrap_or(end);
    if at > end {
        let why = format!("your stream has come to {end}: leave it out to begin there");
        return Err(Problem::invalid("after", why));
    }
    Ok((at, format!("retry: 2000\nid: {at}\n\n")))
}

impl Following {
    pub(super) fn new(
        state: &web::Data<State>,
        (scope, token): (CustomerScope, String),
        followed: Followed,
        (until, signals): (i64, Receiver<Published>),
        counted: Open,
    ) -> Self {
        Self {
            state: state.clone(),
            scope,
            token,
            followed,
            signals,
            until,
            looked: None,
            more: false,
            sent: Instant::now(),
            checked: None,
            endings: state.identity().endings(),
            _counted: counted,
        }
    }

    /// The next bytes; none where the stream ends: the server stops, nobody may read it any more, or the database is away,
    /// after which whoever follows comes back and says where they were.
    pub(super) async fn next(&mut self) -> Option<web::Bytes> {
        while self.wait().await {
            if !self.may_read().await {
                return None;
            }
            let mut text = match self.look().await {
                Ok(text) => text,
                Err(problem) => {
                    tracing::warn!(%problem, "a stream of readings ends");
                    return None;
                }
            };
            if text.is_empty() && (self.more || self.sent.elapsed() >= BEAT) {
                // With where it has come to, so that what was passed over is not looked through again. Where there is more
                // to look through, at once: who comes back before the next beat has come further all the same.
                text = format!("id: {}\n:\n\n", self.until);
            }
            if !text.is_empty() {
                // It may have ended while the database was asked.
                if !self.may_read().await {
                    return None;
                }
                self.sent = Instant::now();
                return Some(text.into());
            }
        }
        None
    }

    /// Waits for a reason to look: something was announced, or it is time for a beat. False where the stream is to end.
    async fn wait(&mut self) -> bool {
        let Some(looked) = self.looked.filter(|_| !self.more) else {
            return !self.state.ending().is_cancelled();
        };
        let wake = (self.sent + BEAT).min(looked + BEAT).max(looked + PAUSE);
        let heard = (&mut self.signals, &mut self.endings);
        let times = (wake, looked + PAUSE);
        let woken = woken(self.state.ending(), heard, self.scope.id(), times).await;
        woken.goes_on(&mut self.checked)
    }

    /// Whether the token is still good for readings; from then on they see what its person may see by now.
    async fn may_read(&mut self) -> bool {
        let is_told = self.endings.has_changed().unwrap_or(true);
        if !is_told && self.checked.is_some_and(|at| at.elapsed() < CHECKED) {
            return true;
        }
        self.endings.mark_unchanged();
        self.checked = Some(Instant::now());
        match reads_by_now(&self.state, &self.token).await {
            Ok(scope) => {
                self.scope = scope;
                true
            }
            Err(problem) => {
                tracing::info!(%problem, "a stream of readings ends");
                false
            }
        }
    }

    /// Reads what is new, in one short transaction, and writes it as events.
    async fn look(&mut self) -> Result<String, Problem> {
        let (scope, followed, until) = (&self.scope, self.followed, self.until);
        let News { until, items, is_cut } = scope
            .run(self.state.database(), async |tx| {
                stream::news(scope, tx, followed, until, LOOK).await
            })
            .await?;
        self.looked = Some(Instant::now());
        (self.until, self.more) = (until, is_cut);
        let mut text = String::new();
        for item in items {
            match item {
                Item::Told(told) => write_event(*told, &mut text)?,
                Item::Missed(missed) => write_missed(missed, &mut text),
            }
        }
        Ok(text)
    }
}

fn write_missed(Missed { from, until }: Missed, text: &mut String) {
    let data = json!({"from": from, "until": until});
    either_way(
        write!(text, "id: {until}\nevent: missed\ndata: {data}\n\n"),
        "a string takes everything",
    );
}

fn write_event(told: Told, text: &mut String) -> Result<(), Problem> {
    let Told {
        sequence,
        event_type,
        created_at,
        reading,
    } = told;
    let out = EventOut {
        sequence,
        event_type,
        created_at,
        reading: reading.into(),
    };
    let data = serde_json::to_string(&out).map_err(|error| Problem::internal(&error))?;
    let name = &out.event_type;
    either_way(
        write!(text, "id: {sequence}\nevent: {name}\ndata: {data}\n\n"),
        "a string takes everything",
    );
    Ok(())
}
