//! Facts and their answers, as a table.

use rstest::rstest;

use super::*;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000, 0).unwrap()
}

#[expect(clippy::unnecessary_wraps, reason = "facts are there or not, and these are")]
fn ago(hours: i64) -> Option<DateTime<Utc>> {
    Some(now() - TimeDelta::hours(hours))
}

/// An active device of a customer's, heard an hour ago through a hub that is there.
fn healthy() -> Facts {
    Facts {
        device: Some((DeviceState::Active, true)),
        heard_at: ago(1),
        reading_at: ago(1),
        battery: Some(80),
        signal: Some(-70),
        hub: Some(hub()),
        ..Facts::default()
    }
}

/// The same, three days ago.
fn silent() -> Facts {
    Facts {
        heard_at: ago(72),
        reading_at: ago(72),
        ..healthy()
    }
}

fn hub() -> HubFacts {
    HubFacts {
        name: "Ward 3".to_owned(),
        state: HubState::Active,
        is_placed: true,
        offline_since: None,
        seen_at: ago(0),
        queued: Some(0),
    }
}

fn kept(reason: QuarantineReason, hours: i64) -> Vec<Quarantined> {
    vec![Quarantined {
        reason,
        count: 2,
        last_at: ago(hours).unwrap(),
    }]
}

fn refused(hours: i64) -> Vec<RefusedDay> {
    let day = |hours, count| RefusedDay {
        day: ago(hours).unwrap().date_naive(),
        reason: "bad-token".to_owned(),
        count,
        last_at: ago(hours).unwrap(),
    };
    vec![day(hours, 3), day(hours + 48, 4)]
}

#[rstest]
#[case(healthy(), "All is well: the last reading came 1 hour ago.")]
#[case(Facts { device: Some((DeviceState::Stock, false)), ..healthy() }, "The device is not placed")]
#[case(Facts { device: Some((DeviceState::Inactive, true)), ..silent() }, "The device is inactive")]
#[case(Facts { device: Some((DeviceState::Retired, false)), ..silent() }, "out of use for good")]
#[case(Facts { heard_at: None, reading_at: None, battery: None, signal: None, ..healthy() }, "Nothing was ever heard")]
#[case(Facts { lacks_token: true, ever_moved: true, ..silent() }, "ended when it changed hands")]
#[case(Facts { lacks_token: true, ..silent() }, "has no token, and without one")]
#[case(Facts { hub: Some(HubFacts { offline_since: ago(5), ..hub() }), ..silent() }, "is offline for 5 hours")]
#[case(Facts { hub: Some(HubFacts { state: HubState::Claimed, ..hub() }), ..silent() }, "to confirm its key")]
#[case(Facts { hub: Some(HubFacts { state: HubState::Unclaimed, ..hub() }), ..silent() }, "claimed with a code")]
#[case(Facts { hub: Some(HubFacts { state: HubState::Inactive, ..hub() }), ..silent() }, "The hub Ward 3 is inactive")]
#[case(Facts { battery: Some(9), ..silent() }, "Its battery is low: 9 %")]
#[case(Facts { battery: Some(9), ..healthy() }, "All is well")]
#[case(Facts { signal: Some(-110), ..silent() }, "Its signal is weak: -110 dBm")]
#[case(Facts { signal: Some(-110), ..healthy() }, "All is well")]
#[case(Facts { battery: Some(9), signal: Some(-110), ..silent() }, "Its battery is low")]
#[case(
    Facts { quarantined: kept(QuarantineReason::Implausible, 1), ..silent() },
    "2 items wait in quarantine: the values cannot be."
)]
#[case(Facts { quarantined: kept(QuarantineReason::Implausible, 2), ..healthy() }, "All is well")]
#[case(
    Facts { quarantined: kept(QuarantineReason::ClockSuspectMoved, 1), ..silent() },
    "its time cannot be true, and the device has moved"
)]
#[case(
    Facts { refusals: refused(3), ..silent() },
    "7 requests were refused in the last 30 days: bad token; the last one 3 hours ago."
)]
#[case(Facts { refusals: refused(3), ..healthy() }, "All is well")]
#[case(silent(), "Nothing has been heard of the device for 3 days.")]
#[case(Facts { hub: None, ..Facts::default() }, "Nothing is known to be wrong.")]
#[case(Facts { hub: Some(hub()), heard_at: ago(0), ..Facts::default() }, "it was heard 0 minutes ago")]
fn the_first_cause_is_the_answer(#[case] facts: Facts, #[case] words: &str) {
    let verdict = judge(&facts, now());
    assert!(verdict.sentence.contains(words), "{}", verdict.sentence);
    let is_well =
        words.starts_with("All is") || words.starts_with("Nothing is") || words.starts_with("it was");
    assert_eq!(verdict.is_well, is_well);
}

#[test]
fn the_clock_is_found_beside_what_waits() {
    let facts = Facts {
        quarantined: kept(QuarantineReason::ClockSuspectMoved, 1),
        ..silent()
    };
    let found = judge(&facts, now()).findings;
    let clock = found.iter().find(|finding| finding.title == "Its clock is right");
    assert!(!clock.unwrap().is_well);
}
