//! What the evidence means. Pure: the same facts at the same time always have the same answer.

use chrono::{DateTime, TimeDelta, Utc};

use super::reasons::why;
use super::{Quarantined, RefusedDay};
use crate::ground::enums::{DeviceState, HubState, QuarantineReason};
use crate::registry::overview::{LOW_BATTERY, WEAK_SIGNAL};

/// After so long without a reading one looks for a cause.
const QUIET_AFTER: TimeDelta = TimeDelta::days(1);

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// In words, for who asked.
    pub sentence: String,
    /// The same for whoever reads it in a case: it names nobody, and calls nobody "you".
    pub to_all: String,
    /// Whether nothing wants a person.
    pub is_well: bool,
    /// What was looked at, the most telling first.
    pub findings: Vec<Finding>,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub title: &'static str,
    /// What was found, a sentence.
    pub words: String,
    /// Whether it is well.
    pub mark: Mark,
    /// Where something is done about it, for who may do it.
    pub leads: Option<Leads>,
}

/// How what was looked at is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Well.
    Well,
    /// It works, but somebody should look at it before it does not.
    Look,
    /// It may be why nothing arrives.
    Wrong,
}

/// Where a finding leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leads {
    /// To the hub.
    Hub,
    /// To where a token is issued.
    Token,
}

/// Who issues a device's token, seen from who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Issuer {
    /// Who asks.
    You,
    /// A colleague of theirs.
    Colleague,
    /// The people of the customer that holds it; who asks is not one of them.
    Customer,
}

/// Since when something is inactive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stopped {
    pub(super) at: DateTime<Utc>,
    /// Who made it so; none: it came so to whoever holds it.
    pub(super) by: Option<String>,
}

/// What is known.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    /// The device's state and whether a customer holds it; none: a hub was asked about.
    pub(super) device: Option<(DeviceState, bool)>,
    /// Since when it is inactive.
    pub(super) stopped: Option<Stopped>,
    /// What took its place, where that may be known.
    pub(super) replaced_by: Option<String>,
    /// Who issues the token that it needs and does not have, and whether another held it before.
    pub(super) lacks_token: Option<Issuer>,
    pub(super) ever_moved: bool,
    pub(super) held_since: Option<DateTime<Utc>>,
    pub(super) heard_at: Option<DateTime<Utc>>,
    pub(super) reading_at: Option<DateTime<Utc>>,
    pub(super) battery: Option<i16>,
    pub(super) signal: Option<i16>,
    pub(super) hub: Option<HubFacts>,
    pub(super) refusals: Vec<RefusedDay>,
    pub(super) quarantined: Vec<Quarantined>,
}

#[derive(Debug, Clone)]
pub(super) struct HubFacts {
    pub(super) name: String,
    pub(super) state: HubState,
    pub(super) is_placed: bool,
    pub(super) stopped: Option<Stopped>,
    pub(super) offline_since: Option<DateTime<Utc>>,
    pub(super) seen_at: Option<DateTime<Utc>>,
    pub(super) queued: Option<i64>,
}

impl Facts {
    /// What of it everybody may read who sees the thing: colleagues' names are those of one organisation alone.
    fn to_all(&self) -> Self {
        let unnamed = |stopped: &mut Option<Stopped>| {
            if let Some(by) = stopped.as_mut().and_then(|stopped| stopped.by.as_mut()) {
                "somebody".clone_into(by);
            }
        };
        let mut facts = self.clone();
        unnamed(&mut facts.stopped);
        facts.hub.iter_mut().for_each(|hub| unnamed(&mut hub.stopped));
        facts.lacks_token = facts.lacks_token.map(|_| Issuer::Customer);
        facts
    }
}

/// The answer to these facts.
pub(super) fn judge(facts: &Facts, now: DateTime<Utc>) -> Verdict {
    let (findings, sentence) = weigh(facts, now);
    Verdict {
        sentence,
        to_all: weigh(&facts.to_all(), now).1,
        is_well: findings.iter().all(|finding| finding.mark != Mark::Wrong),
        findings,
    }
}

/// What was found, and the one sentence that says the most telling of it.
fn weigh(facts: &Facts, now: DateTime<Utc>) -> (Vec<Finding>, String) {
    let looked = Looked { facts, now };
    let findings: Vec<Finding> = [
        looked.may_send(),
        looked.token(),
        looked.hub(),
        looked.heard(),
        looked.battery(),
        looked.signal(),
        Some(looked.quarantine()),
        Some(looked.refusals()),
        looked.clock(),
    ]
    .into_iter()
    .flatten()
    .collect();
    let marked = |mark| findings.iter().find(|finding| finding.mark == mark);
    let (wrong, look) = (marked(Mark::Wrong), marked(Mark::Look));
    let last = facts.reading_at.or(facts.heard_at).map(|at| {
        let what = if facts.device.is_some() {
            "the last reading came"
        } else {
            "it was heard"
        };
        format!("{what} {}", looked.ago(at))
    });
    let sentence = match (wrong, look, last) {
        (Some(finding), ..) | (None, Some(finding), None) => finding.words.clone(),
        (None, Some(finding), Some(last)) => format!("It works, {last}. But look at it: {}", finding.words),
        (None, None, Some(last)) => format!("All is well: {last}."),
        (None, None, None) => "Nothing is known to be wrong.".to_owned(),
    };
    (findings, sentence)
}

struct Looked<'a> {
    facts: &'a Facts,
    now: DateTime<Utc>,
}

impl Looked<'_> {
    fn ago(&self, at: DateTime<Utc>) -> String {
        let since = self.now - at;
        if since < TimeDelta::minutes(1) {
            "just now".to_owned()
        } else {
            format!("{} ago", span(since))
        }
    }

    fn lasts(&self, since: DateTime<Utc>) -> String {
        span(self.now - since)
    }

    /// Since when something is inactive, and who made it so.
    fn stopped(&self, what: &str, stopped: Option<&Stopped>) -> String {
        match stopped {
            None => format!("{what} is inactive"),
            Some(Stopped { at, by: Some(by) }) => {
                format!("{what} is inactive: {by} deactivated it {}", self.ago(*at))
            }
            Some(Stopped { at, by: None }) => {
                format!(
                    "{what} is inactive since it came to who holds it, {}",
                    self.ago(*at)
                )
            }
        }
    }

    /// Whether one would have expected a reading by now.
    fn is_quiet(&self) -> bool {
        let last = self.facts.reading_at.or(self.facts.heard_at);
        last.is_none_or(|at| self.now - at > QUIET_AFTER)
    }

    /// Whether something was after the last reading, so that it may be why there is none.
    fn is_since(&self, at: DateTime<Utc>) -> bool {
        self.facts.reading_at.is_none_or(|reading| at > reading)
    }

    fn may_send(&self) -> Option<Finding> {
        let (state, is_held) = self.facts.device?;
        let title = "It may send";
        Some(match (state, is_held) {
            (DeviceState::Retired, _) => wrong(title, "The device is out of use for good.".to_owned()),
            (DeviceState::Replaced, _) => {
                let by = self.facts.replaced_by.as_deref().unwrap_or("another device");
                wrong(
                    title,
                    format!(
                        "Its place was taken by {by}: nothing that it sends is taken any more. It waits to be given back."
                    ),
                )
            }
            (_, false) => wrong(
                title,
                "The device is not placed: no customer holds it, so its readings belong to nobody."
                    .to_owned(),
            ),
            (DeviceState::Active, true) => well(title, "The device is active.".to_owned()),
            (_, true) => wrong(
                title,
                format!(
                    "{}. Nothing that it sends is taken until it is activated.",
                    self.stopped("The device", self.facts.stopped.as_ref())
                ),
            ),
        })
    }

    fn token(&self) -> Option<Finding> {
        let issuer = self.facts.lacks_token?;
        let why = if self.facts.ever_moved {
            "The device has no token: the one it had ended when it changed hands."
        } else {
            "The device has no token, and without one it is not believed."
        };
        let who = match issuer {
            Issuer::You => "Issue one.",
            Issuer::Colleague => "A colleague who may manage devices issues one.",
            Issuer::Customer => "While a customer holds it, the customer's own people issue one.",
        };
        Some(Finding {
            leads: (issuer == Issuer::You).then_some(Leads::Token),
            ..wrong("It has a token", format!("{why} {who}"))
        })
    }

    fn hub(&self) -> Option<Finding> {
        let hub = self.facts.hub.as_ref()?;
        let (title, name) = ("Its hub is there", &hub.name);
        let found = match (hub.state, hub.offline_since, hub.seen_at) {
            (HubState::Retired, ..) => wrong(title, format!("The hub {name} is out of use for good.")),
            _ if !hub.is_placed => wrong(title, format!("The hub {name} is not placed with a customer.")),
            (HubState::Unclaimed, ..) => wrong(
                title,
                format!("The hub {name} holds no key yet: it has to be claimed with a code."),
            ),
            (HubState::Claimed, ..) => wrong(
                title,
                format!("The hub {name} waits for a person to confirm its key; until then nothing is taken."),
            ),
            (HubState::Inactive, ..) => wrong(
                title,
                format!(
                    "{}. It keeps its readings until it is activated.",
                    self.stopped(&format!("The hub {name}"), hub.stopped.as_ref())
                ),
            ),
            (HubState::Active, Some(since), _) => wrong(
                title,
                format!(
                    "The hub {name} is offline for {}: look whether it has power and a network.",
                    self.lasts(since)
                ),
            ),
            (HubState::Active, None, None) => {
                wrong(title, format!("Nothing was ever heard of the hub {name}."))
            }
            (HubState::Active, None, Some(at)) => {
                let waiting = match hub.queued {
                    Some(0) | None => String::new(),
                    Some(1) => ", one reading waits in it".to_owned(),
                    Some(queued) => format!(", {queued} readings wait in it"),
                };
                well(
                    title,
                    format!("The hub {name} was heard {}{waiting}.", self.ago(at)),
                )
            }
        };
        Some(Finding {
            leads: Some(Leads::Hub),
            ..found
        })
    }

    fn heard(&self) -> Option<Finding> {
        let (_, is_held) = self.facts.device?;
        let title = "The device measures";
        let last = self.facts.reading_at.or(self.facts.heard_at);
        Some(match last {
            // Nothing that it sent is among its readings, and what follows says why.
            None if self.is_kept_aside() => well(
                title,
                "It sent something, which is kept in quarantine.".to_owned(),
            ),
            None if !is_held => wrong(
                title,
                "Nothing is heard of the device while nobody holds it.".to_owned(),
            ),
            None if self.facts.ever_moved => wrong(
                title,
                "Nothing was heard of the device since its last move.".to_owned(),
            ),
            None => wrong(title, "Nothing was ever heard of the device.".to_owned()),
            // Why not is said by what follows, where that is known.
            Some(at) if self.is_quiet() && self.has_no_other_cause() => wrong(
                title,
                format!("Nothing has been heard of the device for {}.", self.lasts(at)),
            ),
            Some(at) => well(title, format!("Last heard {}.", self.ago(at))),
        })
    }

    /// Whether something that it sent since its holder has it is in quarantine.
    fn is_kept_aside(&self) -> bool {
        let is_of_now = |item: &Quarantined| self.facts.held_since.is_none_or(|since| item.last_at >= since);
        self.facts.quarantined.iter().any(is_of_now)
    }

    fn has_no_other_cause(&self) -> bool {
        [
            self.battery(),
            self.signal(),
            Some(self.quarantine()),
            Some(self.refusals()),
            self.clock(),
        ]
        .iter()
        .flatten()
        .all(|finding| finding.mark != Mark::Wrong)
    }

    fn battery(&self) -> Option<Finding> {
        let percent = self.facts.battery?;
        let low = format!("Its battery is low: {percent} % when it was last heard.");
        Some(match (percent <= LOW_BATTERY, self.is_quiet()) {
            (true, true) => wrong("Its battery lasts", low),
            (true, false) => look("Its battery will not last", low),
            (false, _) => well(
                "Its battery lasts",
                format!("{percent} % when it was last heard."),
            ),
        })
    }

    fn signal(&self) -> Option<Finding> {
        let dbm = self.facts.signal?;
        let told = format!("{}{} dBm", if dbm < 0 { "−" } else { "" }, dbm.unsigned_abs());
        let weak = format!("Its signal is weak: {told} when it was last heard.");
        Some(match (dbm <= WEAK_SIGNAL, self.is_quiet()) {
            (true, true) => wrong("Its signal carries", weak),
            (true, false) => look("Its signal is weak", weak),
            (false, _) => well("Its signal carries", format!("{told} when it was last heard.")),
        })
    }

    fn quarantine(&self) -> Finding {
        let title = "Nothing waits in quarantine";
        let most = self.facts.quarantined.iter().max_by_key(|item| item.last_at);
        match most {
            None => well(title, "No item of it waits.".to_owned()),
            Some(item) => {
                let words = format!(
                    "{} in quarantine: {}.",
                    counted(item.count, "item waits", "items wait"),
                    why(item.reason)
                );
                self.found(title, words, item.last_at)
            }
        }
    }

    fn refusals(&self) -> Finding {
        let title = "Nothing was refused";
        let Some(last) = self.facts.refusals.iter().max_by_key(|day| day.last_at) else {
            return well(title, "Nothing of it was refused in the last 30 days.".to_owned());
        };
        let same = self.facts.refusals.iter().filter(|day| day.reason == last.reason);
        let words = format!(
            "{} refused in the last 30 days: {}; the last one {}.",
            counted(same.map(|day| day.count).sum(), "request was", "requests were"),
            last.reason.replace('-', " "),
            self.ago(last.last_at)
        );
        self.found(title, words, last.last_at)
    }

    fn clock(&self) -> Option<Finding> {
        let suspect = QuarantineReason::ClockSuspectMoved;
        let found = self
            .facts
            .quarantined
            .iter()
            .find(|item| item.reason == suspect)?;
        let words = "Its clock is wrong: nobody can say when it measured, and so whose that is.";
        Some(self.found("Its clock is right", words.to_owned(), found.last_at))
    }

    /// What may be why nothing came, where it was after the last reading.
    fn found(&self, title: &'static str, words: String, last: DateTime<Utc>) -> Finding {
        if self.is_since(last) {
            wrong(title, words)
        } else {
            well(title, words)
        }
    }
}

fn well(title: &'static str, words: String) -> Finding {
    marked(title, words, Mark::Well)
}

fn look(title: &'static str, words: String) -> Finding {
    marked(title, words, Mark::Look)
}

fn wrong(title: &'static str, words: String) -> Finding {
    marked(title, words, Mark::Wrong)
}

fn marked(title: &'static str, words: String, mark: Mark) -> Finding {
    Finding {
        title,
        words,
        mark,
        leads: None,
    }
}

fn counted(count: i64, one: &str, many: &str) -> String {
    if count == 1 {
        format!("1 {one}")
    } else {
        format!("{count} {many}")
    }
}

/// A length of time in its largest unit.
fn span(span: TimeDelta) -> String {
    if span < TimeDelta::minutes(1) {
        return "less than a minute".to_owned();
    }
    let (count, unit) = match span {
        span if span >= TimeDelta::days(1) => (span.num_days(), "day"),
        span if span >= TimeDelta::hours(1) => (span.num_hours(), "hour"),
        span => (span.num_minutes(), "minute"),
    };
    if count == 1 {
        format!("1 {unit}")
    } else {
        format!("{count} {unit}s")
    }
}

#[cfg(test)]
mod tests;
