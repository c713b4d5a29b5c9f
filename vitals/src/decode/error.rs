//! Why a message is no reading.

use std::borrow::Cow;

use thiserror::Error;

/// Where in the JSON something was wrong: a JSON pointer (RFC 6901) such as `/values/systolic`; empty is the whole.
pub type Pointer = Cow<'static, str>;

/// Why a message is no reading. A message names fields, units and kinds, never a measured value.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DecodeError {
    /// Not JSON.
    #[error("not JSON, from line {line}, column {column} on")]
    MalformedJson {
        /// Line, from 1.
        line: usize,
        /// Column, from 1; 0 where the text is empty.
        column: usize,
    },
    /// JSON of another type than expected.
    #[error("{}: expected {expected}", place(field))]
    WrongType {
        /// Where.
        field: Pointer,
        /// What was expected, in words.
        expected: &'static str,
    },
    /// A field that every reading needs is missing.
    #[error("{}: missing", place(field))]
    MissingField {
        /// Where it should be.
        field: Pointer,
    },
    /// A value that this kind needs is missing.
    #[error("{}: missing", place(field))]
    MissingValue {
        /// Where it should be.
        field: Pointer,
    },
    /// No kind of this name.
    #[error("/kind: unknown kind \"{kind}\"")]
    UnknownKind {
        /// Its name, at most 32 characters of it.
        kind: String,
    },
    /// The kind has no value of this name.
    #[error("{}: unknown value", place(field))]
    UnknownValue {
        /// Where, with at most 32 characters of its name.
        field: Pointer,
    },
    /// No quality flag of this name.
    #[error("{}: unknown quality flag \"{flag}\"", place(field))]
    UnknownQuality {
        /// Where.
        field: Pointer,
        /// Its name, at most 32 characters of it.
        flag: String,
    },
    /// A coded value (meal, sample, site) outside its list.
    #[error("{}: not one of the known words", place(field))]
    UnknownWord {
        /// Where.
        field: Pointer,
    },
    /// Not a decimal number, or not with this field's scale.
    #[error("{}: not a number", place(field))]
    Number {
        /// Where.
        field: Pointer,
    },
    /// A number too large to be kept.
    #[error("{}: number out of range", place(field))]
    OutOfRange {
        /// Where.
        field: Pointer,
    },
    /// An unknown unit, or one of another dimension.
    #[error("{}: unit \"{unit}\" is not accepted", place(field))]
    Unit {
        /// Where.
        field: Pointer,
        /// The unit, at most 32 characters of it.
        unit: String,
    },
    /// A comparator that is none of `<`, `<=`, `>=`, `>`, or where none may stand.
    #[error("{}: comparator not accepted", place(field))]
    Comparator {
        /// Where.
        field: Pointer,
    },
    /// Not an RFC 3339 time with an offset in the years 1 to 9999.
    #[error("{}: not an RFC 3339 time with an offset", place(field))]
    Time {
        /// Where.
        field: Pointer,
    },
    /// U+0000 in a text that would be kept.
    #[error("{}: U+0000 in the text", place(field))]
    Nul {
        /// Where.
        field: Pointer,
    },
    /// A text that is empty or holds a control character.
    #[error("{}: empty, or a control character in the text", place(field))]
    Text {
        /// Where.
        field: Pointer,
    },
    /// A text that is too long.
    #[error("{}: longer than {max} characters", place(field))]
    TooLong {
        /// Where.
        field: Pointer,
        /// The longest that is taken, in characters.
        max: usize,
    },
    /// Too many entries.
    #[error("{}: more than {max} entries", place(field))]
    TooMany {
        /// Where.
        field: Pointer,
        /// The most that are taken.
        max: usize,
    },
    /// A name stands twice in one object.
    #[error("{}: twice", place(field))]
    Duplicate {
        /// Where.
        field: Pointer,
    },
}

impl DecodeError {
    /// A stable code for machines: the last part of a problem's `type`, a reason of quarantine, a label of a metric.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::MalformedJson { .. } => "malformed-json",
            Self::WrongType { .. } => "wrong-type",
            Self::MissingField { .. } => "missing-field",
            Self::MissingValue { .. } => "missing-value",
            Self::UnknownKind { .. } => "unknown-kind",
            Self::UnknownValue { .. } => "unknown-value",
            Self::UnknownQuality { .. } => "unknown-quality",
            Self::UnknownWord { .. } => "unknown-word",
            Self::Number { .. } => "bad-number",
            Self::OutOfRange { .. } => "number-out-of-range",
            Self::Unit { .. } => "bad-unit",
            Self::Comparator { .. } => "bad-comparator",
            Self::Time { .. } => "bad-time",
            Self::Nul { .. } => "nul-character",
            Self::Text { .. } => "bad-text",
            Self::TooLong { .. } => "text-too-long",
            Self::TooMany { .. } => "too-many",
            Self::Duplicate { .. } => "duplicate-name",
        }
    }

    /// Where in the JSON: a JSON pointer, empty for the whole.
    pub fn pointer(&self) -> &str {
        match self {
            Self::MalformedJson { .. } => "",
            Self::UnknownKind { .. } => "/kind",
            Self::WrongType { field, .. }
            | Self::MissingField { field }
            | Self::MissingValue { field }
            | Self::UnknownValue { field }
            | Self::UnknownQuality { field, .. }
            | Self::UnknownWord { field }
            | Self::Number { field }
            | Self::OutOfRange { field }
            | Self::Unit { field, .. }
            | Self::Comparator { field }
            | Self::Time { field }
            | Self::Nul { field }
            | Self::Text { field }
            | Self::TooLong { field, .. }
            | Self::TooMany { field, .. }
            | Self::Duplicate { field } => field,
        }
    }

    /// The same error of what stands at another place: a [`crate::VitalDraft`] names its own fields, an adapter those of
    /// the vendor. What has no place, or always the same one, stays as it is.
    #[must_use]
    pub fn at(mut self, place: Pointer) -> Self {
        match &mut self {
            Self::MalformedJson { .. } | Self::UnknownKind { .. } => {}
            Self::WrongType { field, .. }
            | Self::MissingField { field }
            | Self::MissingValue { field }
            | Self::UnknownValue { field }
            | Self::UnknownQuality { field, .. }
            | Self::UnknownWord { field }
            | Self::Number { field }
            | Self::OutOfRange { field }
            | Self::Unit { field, .. }
            | Self::Comparator { field }
            | Self::Time { field }
            | Self::Nul { field }
            | Self::Text { field }
            | Self::TooLong { field, .. }
            | Self::TooMany { field, .. }
            | Self::Duplicate { field } => *field = place,
        }
        self
    }

    /// The pointer of a value, its name escaped and cut.
    pub(crate) fn value_pointer(name: &str) -> Pointer {
        Pointer::Owned(format!(
            "/values/{}",
            cut(name).replace('~', "~0").replace('/', "~1")
        ))
    }

    pub(crate) fn unknown_value(name: &str) -> Self {
        Self::UnknownValue {
            field: Self::value_pointer(name),
        }
    }

    pub(crate) fn missing_value(name: &str) -> Self {
        Self::MissingValue {
            field: Self::value_pointer(name),
        }
    }

    /// A unit that is not accepted there; at most 32 characters of it are repeated.
    pub fn unit(field: Pointer, unit: &str) -> Self {
        Self::Unit {
            field,
            unit: cut(unit),
        }
    }
}

/// Where, in words where it is the whole.
fn place(pointer: &str) -> &str {
    if pointer.is_empty() {
        "the message"
    } else {
        pointer
    }
}

/// At most 32 characters, without control characters: what of a sender's own text may be repeated to people and logs.
pub(super) fn cut(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .take(32)
        .collect()
}
