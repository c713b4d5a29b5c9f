//! The hash is that of what was measured, and of nothing in how it was written.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;
use crate::vital::VitalDraft;
use crate::{DeviceKey, DeviceTime, Instant, Kind, UserSlot, Vital, arbitrary, decode};

/// How a sender writes what another one writes otherwise.
#[derive(Debug, Clone)]
struct Hand {
    /// Where each member goes.
    order: Vec<Index>,
    /// Between any two marks.
    space: &'static str,
    /// Whether numbers have an exponent, and how many zeros too many.
    exponent: Option<u8>,
    /// Whether the first letter of a name is escaped.
    is_escaped: bool,
}

fn hand() -> impl Strategy<Value = Hand> {
    let order = proptest::collection::vec(any::<Index>(), 16);
    let space = select(&["", " ", "\n", "\t \r\n"]);
    (order, space, proptest::option::of(0u8..3), any::<bool>()).prop_map(
        |(order, space, exponent, is_escaped)| Hand {
            order,
            space,
            exponent,
            is_escaped,
        },
    )
}

impl Hand {
    fn object(&self, mut members: Vec<(&str, String)>) -> String {
        let mut written = Vec::new();
        for index in self.order.iter().cycle() {
            if members.is_empty() {
                break;
            }
            let (name, value) = members.remove(index.index(members.len()));
            written.push(self.spaced(&[&self.name(name), ":", &value]));
        }
        self.spaced(&["{", &written.join(","), "}"])
    }

    fn spaced(&self, parts: &[&str]) -> String {
        format!("{0}{1}{0}", self.space, parts.join(self.space))
    }

    fn name(&self, name: &str) -> String {
        match name.split_at(1) {
            (first, rest) if self.is_escaped => {
                format!("\"\\u{:04x}{rest}\"", u32::from(first.chars().next().unwrap()))
            }
            _ => format!("\"{name}\""),
        }
    }

    fn number(&self, scaled: i64, decimals: u8) -> String {
        let mut plain = String::new();
        Quantity::from_scaled(scaled, decimals)
            .unwrap()
            .write_number(&mut plain)
            .unwrap();
        match self.exponent {
            // A double holds 15 digits; the zeros beside them are not among these.
            Some(zeros) => format!("{scaled}{}e-{}", "0".repeat(zeros.into()), decimals + zeros),
            None => plain,
        }
    }

    fn quantity(&self, quantity: Quantity) -> String {
        let number = self.number(quantity.scaled(), quantity.decimals());
        match quantity.comparator() {
            Some(comparator) => {
                let comparator = format!("\"{}\"", comparator.as_str());
                self.object(vec![("value", number), ("comparator", comparator)])
            }
            None => number,
        }
    }

    fn values(&self, vital: &Vital) -> String {
        let mut members: Vec<(&str, String)> = vital
            .quantities()
            .map(|(field, quantity)| (field.as_str(), self.quantity(quantity)))
            .collect();
        let intervals: Vec<String> = vital
            .rr_intervals()
            .iter()
            .map(|ms| self.number(*ms, 0))
            .collect();
        if !intervals.is_empty() {
            members.push(("rr_intervals", self.spaced(&["[", &intervals.join(","), "]"])));
        }
        if let Some(period) = vital.period() {
            members.push(("from", format!("\"{}\"", period.from)));
            members.push(("to", format!("\"{}\"", period.to)));
        }
        self.object(members)
    }

    fn message(&self, reading: &Reading) -> String {
        let text = |text: &str| serde_json::Value::from(text).to_string();
        let mut members = vec![
            ("device", text(reading.device.serial.as_str())),
            ("maker", text(reading.device.maker.as_str())),
            ("kind", text(reading.vital.kind().as_str())),
            ("values", self.values(&reading.vital)),
            ("firmware", "[1, {}]".to_owned()),
        ];
        members.extend(reading.user_slot.map(|slot| ("user", slot.get().to_string())));
        members.extend(reading.sequence.map(|number| ("sequence", number.to_string())));
        let time = reading.device_time.and_then(DeviceTime::to_rfc3339);
        members.extend(time.map(|time| ("measured_at", text(&time))));
        self.object(members)
    }
}

/// A reading with one thing changed that the hash is over; none where it has no such thing.
fn changed(reading: &Reading, what: usize) -> Option<Reading> {
    let mut other = reading.clone();
    let key = &reading.device;
    match what {
        0 => other.device = DeviceKey::parse(&format!("{}x", key.maker), key.serial.as_str()).ok()?,
        1 => other.device = DeviceKey::parse(key.maker.as_str(), &format!("x{}", key.serial)).ok()?,
        2 => {
            let slot = reading.user_slot.map_or(0, |slot| i64::from(slot.get()) + 1);
            other.user_slot = Some(UserSlot::new(slot)?);
        }
        3 => other.user_slot = reading.user_slot.xor(UserSlot::new(0)),
        4 => other.device_time.as_mut()?.ms ^= 1,
        5 => {
            other.device_time = reading.device_time.xor(Some(DeviceTime {
                ms: 0,
                offset_minutes: None,
            }));
        }
        6 => other.sequence = Some(reading.sequence? ^ 1),
        7 => other.sequence = reading.sequence.xor(Some(0)),
        _ => other.vital = changed_values(&reading.vital, what - 8)?,
    }
    Some(other)
}

fn changed_values(vital: &Vital, what: usize) -> Option<Vital> {
    let mut draft = VitalDraft::new(vital.kind());
    let (place, how) = (what / 3, what % 3);
    let count = vital.quantities().count();
    for (at, (field, quantity)) in vital.quantities().enumerate() {
        let (scaled, decimals) = (quantity.scaled(), quantity.decimals());
        let quantity = match how {
            _ if at != place => quantity,
            0 => Quantity::from_scaled(scaled ^ 1, decimals)
                .ok()?
                .with_comparator(quantity.comparator()),
            1 => quantity.with_comparator(quantity.comparator().xor(Some(Comparator::Less))),
            _ => continue,
        };
        draft.set(field, quantity).ok()?;
    }
    let mut intervals = vital.rr_intervals().to_vec();
    if place == count {
        intervals.first_mut().map(|ms| *ms ^= 1)?;
    }
    let intervals: Vec<_> = intervals.into_iter().map(crate::Decimal::from_i64).collect();
    if vital.kind() == Kind::HeartRate {
        draft.rr_intervals(&intervals, None).ok()?;
    }
    if let Some(period) = vital.period() {
        let moved = |instant: Instant, here: bool| Instant::new(instant.ms() ^ i64::from(here));
        draft.from(moved(period.from, place == count && how == 0)?);
        draft.to(moved(period.to, place == count && how == 1)?);
    }
    // The draft leaves out what is not hashed; that alone is no change.
    let measured = |vital: &Vital| {
        let numbers: Vec<_> = vital.quantities().collect();
        (numbers, vital.rr_intervals().to_vec(), vital.period())
    };
    draft
        .finish()
        .ok()
        .filter(|other| measured(other) != measured(vital))
}

proptest! {
    #[test]
    fn however_it_is_written_it_is_the_same_reading(reading in arbitrary::reading(), hand in hand()) {
        let mut reading = reading;
        // A time that no text can say is not sent.
        reading.device_time = reading.device_time.filter(|time| time.to_rfc3339().is_some());
        let message = hand.message(&reading);
        let decoded = decode(message.as_bytes()).unwrap();
        let device = decoded.device_key(&"nobody".parse().unwrap()).unwrap();
        let again = decoded.into_reading(device).unwrap();
        prop_assert_eq!(canonical_bytes(&again, Some(7)), canonical_bytes(&reading, Some(7)), "{}", message);
    }

    #[test]
    fn everything_that_was_measured_matters(reading in arbitrary::reading(), what in 0usize..23) {
        if let Some(other) = changed(&reading, what) {
            prop_assert_ne!(content_hash(&reading, None), content_hash(&other, None));
        }
    }
}
