//! The members of `values`, turned into a [`Vital`].

use std::borrow::Cow;

use super::error::Pointer;
use super::loose::Loose;
use crate::vital::RrIntervals;
use crate::{
    Comparator, Decimal, DecodeError, Field, Instant, Kind, NumberError, Original, Vital, VitalDraft,
};

/// What a glucometer's HI means where the meter does not say: above 600 mg/dL, the end of the range of most meters sold
/// today (ISO 15197 asks for the display of HI and LO, not for their limits). It is a critical reading.
pub const HI: (Decimal, Comparator) = (Decimal::from_i64(600), Comparator::Greater);
/// What a glucometer's LO means where the meter does not say: below 20 mg/dL. It is a critical reading, see [`HI`].
pub const LO: (Decimal, Comparator) = (Decimal::from_i64(20), Comparator::Less);

/// Builds the vital of `kind` from the members of `values`; what was in other units is appended to `originals`.
pub(crate) fn vital(
    kind: Kind,
    entries: &[(Cow<'_, str>, Loose<'_>)],
    originals: &mut Vec<Original>,
) -> Result<Vital, DecodeError> {
    if entries.len() > super::loose::MAX_ENTRIES {
        return Err(DecodeError::TooMany {
            field: "/values".into(),
            max: super::loose::MAX_ENTRIES,
        });
    }
    let mut draft = VitalDraft::new(kind);
    for (place, (name, value)) in entries.iter().enumerate() {
        if entries.iter().take(place).any(|(earlier, _)| earlier == name) {
            return Err(DecodeError::Duplicate {
                field: DecodeError::value_pointer(name),
            });
        }
        // A name the kind does not have is refused even when its value is null.
        if let Some(original) = member(&mut draft, name, value)? {
            originals.push(original);
        }
    }
    draft.finish()
}

fn member(draft: &mut VitalDraft, name: &str, value: &Loose<'_>) -> Result<Option<Original>, DecodeError> {
    let absent = matches!(value, Loose::Null);
    match (draft.kind(), name) {
        (Kind::HeartRate, "rr_intervals") if !absent => return intervals(draft, value),
        (Kind::BloodPressure, "irregular") if !absent => match value {
            Loose::Bool(irregular) => draft.irregular(*irregular),
            _ => return Err(wrong_type(name, "true or false")),
        },
        (Kind::Glucose, "meal") if !absent => draft.meal(word(name, value)?),
        (Kind::Glucose, "sample") if !absent => draft.sample(word(name, value)?),
        (Kind::Temperature, "site") if !absent => draft.site(word(name, value)?),
        (Kind::Activity | Kind::Sleep, "from") if !absent => draft.from(instant(name, value)?),
        (Kind::Activity | Kind::Sleep, "to") if !absent => draft.to(instant(name, value)?),
        (Kind::HeartRate, "rr_intervals")
        | (Kind::BloodPressure, "irregular")
        | (Kind::Glucose, "meal" | "sample")
        | (Kind::Temperature, "site")
        | (Kind::Activity | Kind::Sleep, "from" | "to") => {}
        (kind, _) => {
            let field = kind.fields().iter().find(|field| field.as_str() == name);
            let field = *field.ok_or_else(|| DecodeError::unknown_value(name))?;
            if !absent {
                return number(draft, field, value);
            }
        }
    }
    Ok(None)
}

/// A number, an object with value, unit and comparator, or a glucometer's HI and LO.
fn number(draft: &mut VitalDraft, field: Field, value: &Loose<'_>) -> Result<Option<Original>, DecodeError> {
    match value {
        Loose::Number(number) => draft.measure(field, *number, None, None),
        Loose::Text(text) if field == Field::Glucose => {
            let (number, comparator) = high_or_low(text).ok_or_else(|| bad_text_number(field, text))?;
            draft.measure(field, number, None, Some(comparator))
        }
        Loose::Text(text) => Err(bad_text_number(field, text)),
        Loose::Map(members) => {
            let parts = Parts::read(field, members)?;
            match parts.value {
                Loose::Number(number) => draft.measure(field, *number, parts.unit, parts.comparator),
                other => Err(no_number(field, other)),
            }
        }
        other => Err(no_number(field, other)),
    }
}

/// What a meter shows beyond its range. With Bluetooth it sends infinities instead, and some senders hand their names on.
fn high_or_low(text: &str) -> Option<(Decimal, Comparator)> {
    let is = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is(&["hi", "infinity", "+infinity", "inf", "+inf"]) {
        Some(HI)
    } else if is(&["lo", "-infinity", "-inf"]) {
        Some(LO)
    } else {
        None
    }
}

/// A text where a number should be: a number that says it is none is a bad number, any other text the wrong type.
fn bad_text_number(field: Field, text: &str) -> DecodeError {
    let bare = text.trim_start_matches(['-', '+']);
    if ["nan", "inf", "infinity"]
        .iter()
        .any(|name| bare.eq_ignore_ascii_case(name))
    {
        DecodeError::Number {
            field: DecodeError::value_pointer(field.as_str()),
        }
    } else {
        wrong_type(field.as_str(), "a number")
    }
}

fn no_number(field: Field, value: &Loose<'_>) -> DecodeError {
    match value {
        Loose::BadNumber(NumberError::Syntax) => DecodeError::Number {
            field: DecodeError::value_pointer(field.as_str()),
        },
        Loose::BadNumber(NumberError::OutOfRange) => DecodeError::OutOfRange {
            field: DecodeError::value_pointer(field.as_str()),
        },
        Loose::Text(text) => bad_text_number(field, text),
        _ => wrong_type(field.as_str(), "a number"),
    }
}

/// A list of numbers in ms, or an object of such a list and a unit.
fn intervals(draft: &mut VitalDraft, value: &Loose<'_>) -> Result<Option<Original>, DecodeError> {
    let field = Field::RrIntervals;
    let (list, unit) = match value {
        Loose::Map(members) => {
            let parts = Parts::read(field, members)?;
            if parts.comparator.is_some() {
                return Err(DecodeError::Comparator {
                    field: part_pointer(field, "comparator"),
                });
            }
            (parts.value, parts.unit)
        }
        other => (other, None),
    };
    let Loose::List(list) = list else {
        return Err(wrong_type(field.as_str(), "a list of numbers"));
    };
    if list.len() > RrIntervals::MAX {
        return Err(DecodeError::TooMany {
            field: DecodeError::value_pointer(field.as_str()),
            max: RrIntervals::MAX,
        });
    }
    let mut numbers = Vec::with_capacity(list.len());
    for entry in list {
        let Loose::Number(number) = entry else {
            return Err(no_number(field, entry));
        };
        numbers.push(*number);
    }
    draft.rr_intervals(&numbers, unit)
}

/// The members of `{"value":16.1,"unit":"kPa","comparator":">"}`.
struct Parts<'a> {
    value: &'a Loose<'a>,
    unit: Option<&'a str>,
    comparator: Option<Comparator>,
}

impl<'a> Parts<'a> {
    fn read(field: Field, members: &'a [(Cow<'a, str>, Loose<'a>)]) -> Result<Self, DecodeError> {
        let (mut value, mut unit, mut comparator) = (None, None, None);
        for (name, part) in members {
            let slot = match name.as_ref() {
                "value" => &mut value,
                "unit" => &mut unit,
                "comparator" => &mut comparator,
                other => {
                    let name = super::error::cut(other).replace('~', "~0").replace('/', "~1");
                    return Err(DecodeError::UnknownValue {
                        field: part_pointer(field, &name),
                    });
                }
            };
            if slot.replace(part).is_some() {
                return Err(DecodeError::Duplicate {
                    field: part_pointer(field, name),
                });
            }
        }
        let unit = match unit {
            None | Some(Loose::Null) => None,
            Some(Loose::Text(text)) if text.contains('\0') => {
                return Err(DecodeError::Nul {
                    field: part_pointer(field, "unit"),
                });
            }
            Some(Loose::Text(text)) => Some(text.as_ref()),
            Some(_) => {
                return Err(DecodeError::WrongType {
                    field: part_pointer(field, "unit"),
                    expected: "a text",
                });
            }
        };
        let comparator = match comparator {
            None | Some(Loose::Null) => None,
            Some(Loose::Text(text)) => Some(text.parse().map_err(|_| DecodeError::Comparator {
                field: part_pointer(field, "comparator"),
            })?),
            Some(_) => {
                return Err(DecodeError::WrongType {
                    field: part_pointer(field, "comparator"),
                    expected: "a text",
                });
            }
        };
        let value = value.ok_or_else(|| DecodeError::MissingValue {
            field: part_pointer(field, "value"),
        })?;
        Ok(Self {
            value,
            unit,
            comparator,
        })
    }
}

fn part_pointer(field: Field, part: &str) -> Pointer {
    Pointer::Owned(format!("/values/{field}/{part}"))
}

fn word<T: std::str::FromStr>(name: &str, value: &Loose<'_>) -> Result<T, DecodeError> {
    let Loose::Text(text) = value else {
        return Err(wrong_type(name, "a text"));
    };
    text.parse().map_err(|_| DecodeError::UnknownWord {
        field: DecodeError::value_pointer(name),
    })
}

fn instant(name: &str, value: &Loose<'_>) -> Result<Instant, DecodeError> {
    let Loose::Text(text) = value else {
        return Err(wrong_type(name, "an RFC 3339 time"));
    };
    Instant::parse(text).ok_or_else(|| DecodeError::Time {
        field: DecodeError::value_pointer(name),
    })
}

fn wrong_type(name: &str, expected: &'static str) -> DecodeError {
    DecodeError::WrongType {
        field: DecodeError::value_pointer(name),
        expected,
    }
}
