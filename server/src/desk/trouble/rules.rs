//! What the evidence means. Pure: the same facts at the same time always have the same answer.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Quarantined, RefusedDay};
use crate::ground::enums::{DeviceState, HubState, QuarantineReason};
use crate::registry::overview::{LOW_BATTERY, WEAK_SIGNAL};

/// After so long without a reading one looks for a cause.
const QUIET_AFTER: TimeDelta = TimeDelta::days(1);

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// In words.
    pub sentence: String,
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
    pub is_well: bool,
}

/// What is known.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    /// The device's state and whether a customer holds it; none: a hub was asked about.
    pub(super) device: Option<(DeviceState, bool)>,
    /// Whether it needs a token and has none, and whether another held it before.
    pub(super) lacks_token: bool,
    pub(super) ever_moved: bool,
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
    pub(super) offline_since: Option<DateTime<Utc>>,
    pub(super) seen_at: Option<DateTime<Utc>>,
    pub(super) queued: Option<i64>,
}

/// The answer to these facts.
pub(super) fn judge(facts: &Facts, now: DateTime<Utc>) -> Verdict {
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
    let first = findings.iter().find(|finding| !finding.is_well);
    let is_well = first.is_none();
    let sentence = match (first, facts.reading_at.or(facts.heard_at)) {
        (Some(finding), _) => finding.words.clone(),
        (None, Some(at)) if facts.device.is_some() => {
            format!("All is well: the last reading came {} ago.", span(now - at))
        }
        (None, Some(at)) => format!("All is well: it was heard {} ago.", span(now - at)),
        (None, None) => "Nothing is known to be wrong.".to_owned(),
    };
    Verdict {
        sentence,
        is_well,
        findings,
    }
}

struct Looked<'a> {
    facts: &'a Facts,
    now: DateTime<Utc>,
}

impl Looked<'_> {
    fn ago(&self, at: DateTime<Utc>) -> String {
        span(self.now - at)
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
            (DeviceState::Retired | DeviceState::Replaced, _) => {
                wrong(title, "The device is out of use for good.".to_owned())
            }
            (_, false) => wrong(
                title,
                "The device is not placed: no customer holds it, so its readings belong to nobody."
                    .to_owned(),
            ),
            (DeviceState::Active, true) => well(title, "The device is active.".to_owned()),
            (_, true) => wrong(
                title,
                "The device is inactive: nothing that it sends is taken until it is activated.".to_owned(),
            ),
        })
    }

    fn token(&self) -> Option<Finding> {
        self.facts.lacks_token.then(|| {
            let words = if self.facts.ever_moved {
                "The device has no token: the one it had ended when it changed hands. Issue a new one."
            } else {
                "The device has no token, and without one it is not believed. Issue one."
            };
            wrong("It has a token", words.to_owned())
        })
    }

    fn hub(&self) -> Option<Finding> {
        let hub = self.facts.hub.as_ref()?;
        let (title, name) = ("Its hub is there", &hub.name);
        Some(match (hub.state, hub.offline_since, hub.seen_at) {
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
                format!("The hub {name} is inactive: it keeps its readings until it is activated."),
            ),
            (HubState::Active, Some(since), _) => wrong(
                title,
                format!(
                    "The hub {name} is offline for {}: look whether it has power and a network.",
                    self.ago(since)
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
                    format!("The hub {name} was heard {} ago{waiting}.", self.ago(at)),
                )
            }
        })
    }

    fn heard(&self) -> Option<Finding> {
        self.facts.device?;
        let title = "The device measures";
        let last = self.facts.reading_at.or(self.facts.heard_at);
        Some(match last {
            None => wrong(title, "Nothing was ever heard of the device.".to_owned()),
            // Why not is said by what follows, where that is known.
            Some(at) if self.is_quiet() && self.has_no_other_cause() => wrong(
                title,
                format!("Nothing has been heard of the device for {}.", self.ago(at)),
            ),
            Some(at) => well(title, format!("Last heard {} ago.", self.ago(at))),
        })
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
        .all(|finding| finding.is_well)
    }

    fn battery(&self) -> Option<Finding> {
        let (title, percent) = ("Its battery lasts", self.facts.battery?);
        Some(if percent <= LOW_BATTERY && self.is_quiet() {
            wrong(
                title,
                format!("Its battery is low: {percent} % when it was last heard."),
            )
        } else {
            well(title, format!("{percent} % when it was last heard."))
        })
    }

    fn signal(&self) -> Option<Finding> {
        let (title, dbm) = ("Its signal carries", self.facts.signal?);
        Some(if dbm <= WEAK_SIGNAL && self.is_quiet() {
            wrong(
                title,
                format!("Its signal is weak: {dbm} dBm when it was last heard."),
            )
        } else {
            well(title, format!("{dbm} dBm when it was last heard."))
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
                Finding {
                    title,
                    words,
                    is_well: !self.is_since(item.last_at),
                }
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
            "{} refused in the last 30 days: {}; the last one {} ago.",
            counted(same.map(|day| day.count).sum(), "request was", "requests were"),
            last.reason.replace('-', " "),
            self.ago(last.last_at)
        );
        let is_well = !self.is_since(last.last_at);
        Finding {
            title,
            words,
            is_well,
        }
    }

    fn clock(&self) -> Option<Finding> {
        let suspect = QuarantineReason::ClockSuspectMoved;
        let found = self
            .facts
            .quarantined
            .iter()
            .find(|item| item.reason == suspect)?;
        Some(Finding {
            title: "Its clock is right",
            words: "Its clock is wrong: nobody can say when it measured, and so whose that is.".to_owned(),
            is_well: !self.is_since(found.last_at),
        })
    }
}

fn well(title: &'static str, words: String) -> Finding {
    Finding {
        title,
        words,
        is_well: true,
    }
}

fn wrong(title: &'static str, words: String) -> Finding {
    Finding {
        title,
        words,
        is_well: false,
    }
}

/// Why an item is kept, as people say it.
pub(super) fn why(reason: QuarantineReason) -> &'static str {
    match reason {
        QuarantineReason::UnknownDevice => "the device is not known here",
        QuarantineReason::WrongOwner => "the device is somebody else's",
        QuarantineReason::NoOwner => "nobody held the device when it measured",
        QuarantineReason::InactiveDevice => "the device was inactive",
        QuarantineReason::Undecodable => "the message could not be read",
        QuarantineReason::Implausible => "the values cannot be",
        QuarantineReason::ClockSuspectMoved => "its time cannot be true, and the device has moved",
        QuarantineReason::Unpaired => "the device has no patient",
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
    let (count, unit) = match span {
        span if span >= TimeDelta::days(1) => (span.num_days(), "day"),
        span if span >= TimeDelta::hours(1) => (span.num_hours(), "hour"),
        span => (span.num_minutes().max(0), "minute"),
    };
    if count == 1 {
        format!("1 {unit}")
    } else {
        format!("{count} {unit}s")
    }
}

#[cfg(test)]
mod tests;
