//! What one live page has seen, and what comes next.

use std::collections::BTreeMap;
use std::time::Duration;

use actix_web::web;
use chrono::TimeDelta;
use chrono_tz::Tz;
use tokio::sync::broadcast::Receiver;
use tokio::sync::watch;
use tokio::time::Instant;
use vitals::{Kind, Units};
use web_templates::live::{self, HEARTBEAT};

use super::cells;
use crate::ground::swallow::swallow;
use crate::history::store::line::Devices;
use crate::history::store::live as stream;
use crate::history::store::page::{self, Delivery, Shown};
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::visitor::Visitor;
use crate::http::streams::{Open, woken};
use crate::identity::{CallerScope, IdentityError, SessionSecret};
use crate::queue::Published;
use crate::tenancy::{CustomerScope, Permission, Scope as _};

/// A quiet stream says this often that it lives.
const BEAT: Duration = Duration::from_secs(15);
/// While a delivery is about to be tried, it is looked at this often; nothing announces that it has arrived. One that is
/// tried later, or lies on the shelf, is looked at with every beat.
const WATCH: Duration = Duration::from_secs(1);
/// Between two looks lies at least this much, however busy the customer is.
const PAUSE: Duration = Duration::from_millis(200);
/// What is sent is sent to a session that stood this long ago at most. One that ends in this process ends the stream at
/// once; of one that ended in another, nothing is heard.
const SESSION: Duration = Duration::from_secs(5);
/// Readings in one look; what lies behind follows at once.
const LOOK: u16 = 100;
/// Readings at the beginning: as many as a page shows.
const SHOWN: u16 = 50;
/// Open deliveries that are watched, the newest.
const WATCHED: usize = 100;
/// What arrived so shortly before the stream began may be missing on the page that opened it.
const OVERLAP: TimeDelta = TimeDelta::minutes(2);

/// One live page.
pub(super) struct Follow {
    state: web::Data<State>,
    scope: CustomerScope,
    secret: SessionSecret,
    devices: Devices,
    kind: Kind,
    zone: Tz,
    units: Units,
    signals: Receiver<Published>,
    /// Where the stream has been read to; none before the first look.
    until: Option<i64>,
    /// Events whose delivery is open, with what the page says of them.
    open: BTreeMap<i64, Delivery>,
    looked: Option<Instant>,
    /// Whether the last look left something for the next one.
    more: bool,
    /// When something was sent last.
    sent: Instant,
    /// When the session was seen to stand; none where it has to be seen again.
    checked: Option<Instant>,
    /// Says that some session or other has ended.
    endings: watch::Receiver<()>,
    _counted: Open,
}

impl Follow {
    pub(super) fn new(
        state: &web::Data<State>,
        visitor: &Visitor,
        scope: CustomerScope,
        (devices, kind): (Devices, Kind),
        after: Option<i64>,
        counted: Open,
    ) -> Self {
        let now = Instant::now();
        Self {
            state: state.clone(),
            scope,
            secret: visitor.secret().clone(),
            devices,
            kind,
            zone: visitor.zone(),
            units: visitor.person().units,
            signals: state.signals().subscribe(),
            until: after,
            open: BTreeMap::new(),
            looked: None,
            more: false,
            sent: now,
            checked: None,
            endings: state.identity().endings(),
            _counted: counted,
        }
    }

    /// The next bytes; none where the stream ends: the server stops, the session is over, or the database is away, after
    /// which the browser comes back by itself and says where it was.
    pub(super) async fn next(&mut self) -> Option<web::Bytes> {
        while self.wait().await {
            if !self.is_signed_in().await {
                return None;
            }
            let mut text = match self.look().await {
                Ok(text) => text,
                Err(error) => {
                    tracing::warn!(%error, "a live page ends");
                    return None;
                }
            };
            if text.is_empty() && self.sent.elapsed() >= BEAT {
                HEARTBEAT.clone_into(&mut text);
            }
            if !text.is_empty() {
                // It may have ended while the database was asked.
                if !self.is_signed_in().await {
                    return None;
                }
                self.sent = Instant::now();
                return Some(text.into());
            }
        }
        None
    }

    /// Waits for a reason to look: something was announced, a delivery is due, or it is time for a beat. False where the
    /// stream is to end.
    async fn wait(&mut self) -> bool {
        let Some(looked) = self.looked.filter(|_| !self.more) else {
            return !self.state.ending().is_cancelled();
        };
        let wake = (self.sent + BEAT).min(looked + if self.is_something_due() { WATCH } else { BEAT });
        let heard = (&mut self.signals, &mut self.endings);
        let times = (wake, looked + PAUSE);
        let woken = woken(self.state.ending(), heard, self.scope.id(), times).await;
        woken.goes_on(&mut self.checked)
    }

    /// Whether a delivery is about to be tried.
    fn is_something_due(&self) -> bool {
        let soon = self.state.ground().now() + TimeDelta::seconds(2);
        self.open
            .values()
            .any(|state| matches!(state, Delivery::Waiting(next) if next.is_none_or(|next| next <= soon)))
    }

    /// Whether the session still stands, and its person may still see readings; from then on they see what they may see by
    /// now. Watching is no use of it: a page left open does not keep anybody signed in. The database is asked where a session
    /// has ended or somebody's rights have changed, or the last answer is too old.
    async fn is_signed_in(&mut self) -> bool {
        let is_told = self.endings.has_changed().unwrap_or(true);
        if !is_told && self.checked.is_some_and(|at| at.elapsed() < SESSION) {
            return true;
        }
        self.endings.mark_unchanged();
        self.checked = Some(Instant::now());
        let caller = match self.state.identity().watched_by(&self.secret).await {
            Err(IdentityError::NotSignedIn) => return false,
            caller => swallow(caller, "the browser comes back and is told"),
        };
        match caller.map(|caller| caller.scope) {
            Some(CallerScope::Customer(scope)) if scope.allows(Permission::ReadReadings) => {
                self.scope = scope;
                true
            }
            _ => false,
        }
    }

    /// Reads what is new, in one short transaction, and writes it as events.
    async fn look(&mut self) -> Result<String, PageError> {
        let is_first = self.looked.is_none();
        let (devices, kind, scope) = (&self.devices, self.kind, &self.scope);
        let sequences: Vec<i64> = self.open.keys().copied().collect();
        let (news, known) = scope
            .run(self.state.database(), async |tx| {
                let known = match sequences.as_slice() {
                    _ if is_first => page::newest(tx, devices, kind, None, None, SHOWN).await?,
                    [] => Vec::new(),
                    open => stream::these(scope, tx, open).await?,
                };
                let after = match self.until {
                    Some(after) => after,
                    None => stream::end(scope, tx).await?,
                };
                Ok::<_, PageError>((stream::since(scope, tx, devices, kind, after, LOOK).await?, known))
            })
            .await?;
        self.looked = Some(Instant::now());
        self.more = news.is_cut;
        let mut text = String::new();
        let before = self.until.replace(news.until);
        match before {
            None => self.begin(&known, news.until, &mut text)?,
            Some(before) => self.changed(&known, before, &mut text)?,
        }
        for reading in &news.readings {
            let place = reading
                .forwarded
                .map_or(news.until, |forwarded| forwarded.sequence);
            self.reading(reading, place, &mut text)?;
        }
        Ok(text)
    }

    /// At the beginning: what arrived while the page was on its way, and which deliveries are open.
    fn begin(&mut self, newest: &[Shown], until: i64, text: &mut String) -> Result<(), PageError> {
        let since = self.state.ground().now() - OVERLAP;
        let (recent, older): (Vec<&Shown>, Vec<&Shown>) = newest
            .iter()
            .rev()
            .partition(|reading| reading.received_at >= since);
        for reading in older {
            self.note(reading);
        }
        // Should the connection break in between, all of these come again.
        let sequences = recent
            .iter()
            .filter_map(|reading| reading.forwarded)
            .map(|forwarded| forwarded.sequence);
        let place = sequences.min().map_or(until, |first| first - 1);
        recent
            .into_iter()
            .try_for_each(|reading| self.reading(reading, place, text))
    }

    /// The rows whose delivery says something else than before; `until` is what the page has seen of the stream.
    fn changed(&mut self, known: &[Shown], until: i64, text: &mut String) -> Result<(), PageError> {
        for reading in known {
            let Some(forwarded) = reading.forwarded.filter(|forwarded| forwarded.sequence <= until) else {
                continue;
            };
            let shown = self.open.get(&forwarded.sequence).copied();
            self.note(reading);
            if shown != Some(forwarded.state) {
                let cell = cells::way(reading, self.state.ground().now(), self.zone);
                text.push_str(&live::delivery(&until.to_string(), &cell)?);
            }
        }
        Ok(())
    }

    /// A reading's row and its point. After a break the browser says the last place that it was given.
    fn reading(&mut self, reading: &Shown, place: i64, text: &mut String) -> Result<(), PageError> {
        self.note(reading);
        let now = self.state.ground().now();
        let row = cells::row(reading, now, self.zone, self.units);
        text.push_str(&live::reading(
            &place.to_string(),
            &row,
            &cells::live_point(reading, self.units),
            now.timestamp_millis(),
        )?);
        Ok(())
    }

    /// Remembers whether the reading's delivery is open. What lies on the shelf can be retried by hand.
    fn note(&mut self, reading: &Shown) {
        let Some(forwarded) = reading.forwarded else {
            return;
        };
        match forwarded.state {
            Delivery::Waiting(_) | Delivery::Dead => {
                self.open.insert(forwarded.sequence, forwarded.state);
            }
            Delivery::NoEndpoint | Delivery::Delivered(_) => {
                self.open.remove(&forwarded.sequence);
            }
        }
        while self.open.len() > WATCHED {
            self.open.pop_first();
        }
    }
}
