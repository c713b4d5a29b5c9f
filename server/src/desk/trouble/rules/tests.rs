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
        stopped: None,
        offline_since: None,
        seen_at: ago(0),
        queued: Some(0),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "facts are there or not, and this one is")]
fn stopped(by: Option<&str>) -> Option<Stopped> {
    Some(Stopped {
        at: now() - TimeDelta::hours(5),
        by: by.map(str::to_owned),
    })
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
#[case(
    Facts { device: Some((DeviceState::Inactive, true)), stopped: stopped(Some("Anna Adams")), ..silent() },
    "The device is inactive: Anna Adams deactivated it 5 hours ago. Nothing that it sends is taken until"
)]
#[case(
    Facts { device: Some((DeviceState::Inactive, true)), stopped: stopped(None), ..silent() },
    "The device is inactive since it came to who holds it, 5 hours ago."
)]
#[case(Facts { device: Some((DeviceState::Retired, false)), ..silent() }, "out of use for good")]
#[case(
    Facts { device: Some((DeviceState::Replaced, true)), replaced_by: Some("D000802".to_owned()), ..silent() },
    "Its place was taken by D000802: nothing that it sends is taken any more. It waits to be given back."
)]
#[case(Facts { device: Some((DeviceState::Replaced, true)), ..silent() }, "taken by another device")]
#[case(Facts { heard_at: None, reading_at: None, battery: None, signal: None, ..healthy() }, "Nothing was ever heard")]
#[case(Facts { heard_at: None, reading_at: None, ever_moved: true, ..healthy() }, "since its last move")]
#[case(
    Facts {
        heard_at: None, reading_at: None, held_since: ago(1), quarantined: kept(QuarantineReason::Implausible, 5), ..healthy()
    },
    "Nothing was ever heard"
)]
#[case(
    Facts { heard_at: None, reading_at: None, quarantined: kept(QuarantineReason::NoOwner, 1), ..healthy() },
    "nobody, or somebody else, held the device when it measured"
)]
#[case(Facts { lacks_token: Some(Issuer::You), ever_moved: true, ..silent() }, "ended when it changed hands. Issue one.")]
#[case(Facts { lacks_token: Some(Issuer::You), ..silent() }, "has no token, and without one")]
#[case(Facts { lacks_token: Some(Issuer::Colleague), ..silent() }, "A colleague who may manage devices issues one.")]
#[case(Facts { lacks_token: Some(Issuer::Customer), ..silent() }, "the customer's own people issue one.")]
#[case(Facts { hub: Some(HubFacts { offline_since: ago(5), ..hub() }), ..silent() }, "is offline for 5 hours")]
#[case(Facts { hub: Some(HubFacts { state: HubState::Claimed, ..hub() }), ..silent() }, "to confirm its key")]
#[case(Facts { hub: Some(HubFacts { state: HubState::Unclaimed, ..hub() }), ..silent() }, "claimed with a code")]
#[case(Facts { hub: Some(HubFacts { state: HubState::Inactive, ..hub() }), ..silent() }, "The hub Ward 3 is inactive")]
#[case(
    Facts { hub: Some(HubFacts { state: HubState::Inactive, stopped: stopped(Some("the distributor")), ..hub() }), ..silent() },
    "The hub Ward 3 is inactive: the distributor deactivated it 5 hours ago. It keeps its readings"
)]
#[case(Facts { battery: Some(9), ..silent() }, "Its battery is low: 9 %")]
#[case(
    Facts { battery: Some(9), ..healthy() },
    "It works, the last reading came 1 hour ago. But look at it: Its battery is low: 9 %"
)]
#[case(Facts { signal: Some(-110), ..silent() }, "Its signal is weak: −110 dBm")]
#[case(Facts { signal: Some(-110), ..healthy() }, "But look at it: Its signal is weak: −110 dBm")]
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
#[case(Facts { hub: Some(hub()), heard_at: ago(0), ..Facts::default() }, "it was heard just now")]
fn the_first_cause_is_the_answer(#[case] facts: Facts, #[case] words: &str) {
    let verdict = judge(&facts, now());
    assert!(verdict.sentence.contains(words), "{}", verdict.sentence);
    let is_well = ["All is", "Nothing is", "it was", "It works", "But look"];
    assert_eq!(
        verdict.is_well,
        is_well.iter().any(|begin| words.starts_with(begin))
    );
}

#[test]
fn what_still_works_has_a_mark_of_its_own_and_who_may_act_is_led_there() {
    let facts = Facts {
        battery: Some(9),
        signal: Some(-110),
        lacks_token: Some(Issuer::You),
        ..healthy()
    };
    let found = judge(&facts, now()).findings;
    let marks = found
        .iter()
        .filter(|finding| finding.mark == Mark::Look)
        .map(|finding| finding.title);
    assert_eq!(
        marks.collect::<Vec<_>>(),
        ["Its battery will not last", "Its signal is weak"]
    );
    let leads = |facts: Facts| {
        let found = judge(&facts, now()).findings;
        found
            .into_iter()
            .find(|finding| finding.title == "It has a token")
            .and_then(|finding| finding.leads)
    };
    assert_eq!(leads(facts.clone()), Some(Leads::Token));
    for other in [Issuer::Colleague, Issuer::Customer] {
        assert_eq!(
            leads(Facts {
                lacks_token: Some(other),
                ..facts.clone()
            }),
            None
        );
    }
}

#[test]
fn the_clock_is_found_beside_what_waits() {
    let facts = Facts {
        quarantined: kept(QuarantineReason::ClockSuspectMoved, 1),
        ..silent()
    };
    let found = judge(&facts, now()).findings;
    let clock = found.iter().find(|finding| finding.title == "Its clock is right");
    assert_eq!(clock.unwrap().mark, Mark::Wrong);
}

#[test]
fn what_goes_into_a_case_names_nobody() {
    let facts = Facts {
        device: Some((DeviceState::Inactive, true)),
        stopped: stopped(Some("Anna Adams")),
        ..silent()
    };
    let verdict = judge(&facts, now());
    assert!(verdict.sentence.contains("Anna Adams"), "{}", verdict.sentence);
    assert_eq!(
        verdict.to_all,
        "The device is inactive: somebody deactivated it 5 hours ago. Nothing that it sends is taken until it is activated."
    );
    let through = Facts {
        hub: Some(HubFacts {
            state: HubState::Inactive,
            stopped: stopped(Some("Anna Adams")),
            ..hub()
        }),
        ..silent()
    };
    let said = judge(&through, now()).to_all;
    assert!(said.contains("inactive: somebody deactivated it"), "{said}");
    let lacks = Facts {
        lacks_token: Some(Issuer::You),
        ..silent()
    };
    let said = judge(&lacks, now()).to_all;
    assert!(said.contains("the customer's own people issue one"), "{said}");
}
