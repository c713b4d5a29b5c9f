//! The frame of a reading: the names at its top.

use std::borrow::Cow;
use std::fmt;
use std::ops::RangeInclusive;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::error::{Pointer, cut};
use super::loose::{Key, Levels, Loose, MAX_ENTRIES};
use super::{DecodeError, ReadingIn, bad_text};
use crate::device::{self, MAX_CHARS};
use crate::{DeviceTime, Instant, Kind, Quality, UserSlot};

/// A reading or what is wrong with it: deserialising one fails only on what is no JSON at all, so that the other items
/// of a batch can still be read.
#[derive(Debug, Clone, PartialEq)]
pub struct Item<'a>(pub Result<ReadingIn<'a>, DecodeError>);

/// `values` → an object of one value → a list: no reading is deeper.
const LEVELS: Levels = Levels(3);

const NAMES: [&str; 12] = [
    "device",
    "kind",
    "values",
    "measured_at",
    "maker",
    "user",
    "sequence",
    "quality",
    "hub_time",
    "test",
    "battery_percent",
    "signal_dbm",
];
const POINTERS: [&str; 12] = [
    "/device",
    "/kind",
    "/values",
    "/measured_at",
    "/maker",
    "/user",
    "/sequence",
    "/quality",
    "/hub_time",
    "/test",
    "/battery_percent",
    "/signal_dbm",
];

impl<'de> Deserialize<'de> for Item<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Frame)
    }
}

struct Frame;

/// What is sent instead of an object is read to its end and refused as one.
macro_rules! not_an_object {
    ($($method:ident($type:ty)),+) => {
        $(fn $method<E: Error>(self, _: $type) -> Result<Item<'de>, E> {
            Ok(no_object())
        })+
    };
}

fn no_object<'a>() -> Item<'a> {
    Item(Err(DecodeError::WrongType {
        field: Pointer::Borrowed(""),
        expected: "an object",
    }))
}

impl<'de> Visitor<'de> for Frame {
    type Value = Item<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a reading")
    }

    not_an_object!(
        visit_bool(bool),
        visit_i64(i64),
        visit_u64(u64),
        visit_f64(f64),
        visit_str(&str)
    );

    fn visit_unit<E: Error>(self) -> Result<Item<'de>, E> {
        Ok(no_object())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Item<'de>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(no_object())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Item<'de>, A::Error> {
        let mut fields: [Option<Loose<'de>>; NAMES.len()] = [const { None }; NAMES.len()];
        let mut twice = None;
        while let Some(Key(name)) = map.next_key()? {
            let place = NAMES.iter().position(|known| *known == name);
            let Some((place, slot)) = place.and_then(|place| Some((place, fields.get_mut(place)?))) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let value = map.next_value_seed(LEVELS)?;
            if slot.replace(value).is_some() {
                twice = POINTERS.get(place);
            }
        }
        Ok(Item(match twice {
            Some(pointer) => Err(DecodeError::Duplicate {
                field: Pointer::Borrowed(pointer),
            }),
            None => reading(fields),
        }))
    }
}

fn reading(fields: [Option<Loose<'_>>; NAMES.len()]) -> Result<ReadingIn<'_>, DecodeError> {
    // `null` is the same as absent.
    let [
        device,
        kind,
        values,
        measured_at,
        maker,
        user,
        sequence,
        quality,
        hub_time,
        test,
        battery,
        signal,
    ] = fields.map(|field| field.filter(|value| *value != Loose::Null));
    let serial = text("/device", device.ok_or_else(|| missing("/device"))?)?;
    device::parse(&serial).map_err(|bad| bad_text("/device", bad))?;
    let maker = maker.map(|value| text("/maker", value)).transpose()?;
    if let Some(maker) = &maker {
        device::parse(maker).map_err(|bad| bad_text("/maker", bad))?;
    }
    let kind = text("/kind", kind.ok_or_else(|| missing("/kind"))?)?;
    let kind: Kind = kind
        .parse()
        .map_err(|_| DecodeError::UnknownKind { kind: cut(&kind) })?;
    let mut flags = quality.map_or(Ok(Quality::NONE), |value| quality_flags(&value))?;
    match test {
        None | Some(Loose::Bool(false)) => {}
        Some(Loose::Bool(true)) => flags |= Quality::TEST,
        Some(_) => return Err(wrong_type("/test", "true or false")),
    }
    Ok(ReadingIn {
        device: serial,
        maker,
        kind,
        measured_at: measured_at
            .map(|value| time("/measured_at", value, DeviceTime::parse))
            .transpose()?,
        hub_time_ms: hub_time
            .map(|value| time("/hub_time", value, Instant::parse))
            .transpose()?
            .map(Instant::ms),
        user: user.map(user_slot).transpose()?,
        sequence: sequence.map(|value| whole("/sequence", &value)).transpose()?,
        quality: flags,
        battery_percent: battery.and_then(|value| said_beside(&value, BATTERY_PERCENT)),
        signal_dbm: signal.and_then(|value| said_beside(&value, SIGNAL_DBM)),
        values: match values {
            Some(Loose::Map(values)) => values,
            Some(_) => return Err(wrong_type("/values", "an object")),
            None => return Err(missing("/values")),
        },
    })
}

fn missing(field: &'static str) -> DecodeError {
    DecodeError::MissingField {
        field: Pointer::Borrowed(field),
    }
}

fn wrong_type(field: &'static str, expected: &'static str) -> DecodeError {
    DecodeError::WrongType {
        field: Pointer::Borrowed(field),
        expected,
    }
}

fn text<'a>(field: &'static str, value: Loose<'a>) -> Result<Cow<'a, str>, DecodeError> {
    match value {
        Loose::Text(text) => Ok(text),
        _ => Err(wrong_type(field, "a text")),
    }
}

fn time<T>(
    field: &'static str,
    value: Loose<'_>,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<T, DecodeError> {
    let text = text(field, value)?;
    // The longest RFC 3339 time with nanoseconds has 35 characters.
    if text.len() > MAX_CHARS {
        return Err(DecodeError::TooLong {
            field: Pointer::Borrowed(field),
            max: MAX_CHARS,
        });
    }
    parse(&text).ok_or(DecodeError::Time {
        field: Pointer::Borrowed(field),
    })
}

fn whole(field: &'static str, value: &Loose<'_>) -> Result<i64, DecodeError> {
    match value {
        Loose::Number(number) => number.whole().ok_or_else(|| wrong_type(field, "a whole number")),
        Loose::BadNumber(_) => Err(DecodeError::OutOfRange {
            field: Pointer::Borrowed(field),
        }),
        _ => Err(wrong_type(field, "a whole number")),
    }
}

/// What a device may say of its battery beside what it measured, in %.
pub const BATTERY_PERCENT: RangeInclusive<i64> = 0..=100;
/// What a device may say of its signal beside what it measured, in dBm.
pub const SIGNAL_DBM: RangeInclusive<i64> = -200..=20;

/// What a device says of itself. What cannot be is passed over: no reading is refused for its sender's battery.
fn said_beside(value: &Loose<'_>, possible: RangeInclusive<i64>) -> Option<i16> {
    let number = whole("", value).ok().filter(|number| possible.contains(number))?;
    i16::try_from(number).ok()
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "called through Option::map, which hands the value over"
)]
fn user_slot(value: Loose<'_>) -> Result<UserSlot, DecodeError> {
    UserSlot::new(whole("/user", &value)?).ok_or(DecodeError::OutOfRange {
        field: Pointer::Borrowed("/user"),
    })
}

fn quality_flags(value: &Loose<'_>) -> Result<Quality, DecodeError> {
    let Loose::List(names) = value else {
        return Err(wrong_type("/quality", "a list of names"));
    };
    if names.len() > MAX_ENTRIES {
        return Err(DecodeError::TooMany {
            field: Pointer::Borrowed("/quality"),
            max: MAX_ENTRIES,
        });
    }
    let mut quality = Quality::NONE;
    for (place, name) in names.iter().enumerate() {
        let field = || Pointer::Owned(format!("/quality/{place}"));
        let Loose::Text(name) = name else {
            return Err(DecodeError::WrongType {
                field: field(),
                expected: "a name",
            });
        };
        quality |= Quality::from_name(name).map_err(|_| DecodeError::UnknownQuality {
            field: field(),
            flag: cut(name),
        })?;
    }
    Ok(quality)
}
