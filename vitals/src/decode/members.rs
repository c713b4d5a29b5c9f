//! The members of an object in a JSON text, read one by one by name: what adapters of vendors' messages are built on.

use std::borrow::Cow;

use super::error::{Pointer, cut};
use super::loose::{Loose, MAX_ENTRIES};
use crate::{Decimal, DecodeError, NumberError};

/// The members of one object, and where it stands. `null` is the same as absent, names that nobody asks for are ignored,
/// and a name that is asked for and stands twice is refused. Errors say where, as a JSON pointer such as `/data/sys`.
///
/// ```
/// use vitals::decode::{Loose, Members};
/// let tree = Loose::read(br#"{"data":{"sys":"128","dia":84,"note":null}}"#, 2)?;
/// let message = Members::of(&tree)?;
/// let data = message.object("data")?.unwrap();
/// assert_eq!(data.number("sys")?.unwrap().to_string(), "128");
/// assert_eq!(data.text("note")?, None);
/// assert_eq!(data.text("dia").unwrap_err().to_string(), "/data/dia: expected a text");
/// # Ok::<(), vitals::DecodeError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Members<'t> {
    entries: &'t [(Cow<'t, str>, Loose<'t>)],
    place: Pointer,
}

impl<'t> Members<'t> {
    /// The members of the whole.
    pub fn of(tree: &'t Loose<'t>) -> Result<Self, DecodeError> {
        Self::at(tree, Pointer::Borrowed(""))
    }

    /// The members of an object that stands at `place`, at most 64 of them.
    fn at(value: &'t Loose<'t>, place: Pointer) -> Result<Self, DecodeError> {
        match value {
            Loose::Map(entries) if entries.len() > MAX_ENTRIES => Err(DecodeError::TooMany {
                field: place,
                max: MAX_ENTRIES,
            }),
            Loose::Map(entries) => Ok(Self { entries, place }),
            _ => Err(DecodeError::WrongType {
                field: place,
                expected: "an object",
            }),
        }
    }

    /// Where the member of this name stands or should stand.
    pub fn pointer(&self, name: &str) -> Pointer {
        let name = cut(name).replace('~', "~0").replace('/', "~1");
        Pointer::Owned(format!("{}/{name}", self.place))
    }

    /// That the member of this name is missing.
    pub fn missing(&self, name: &str) -> DecodeError {
        DecodeError::MissingField {
            field: self.pointer(name),
        }
    }

    /// That the member of this name is something else than `expected`, in words such as `a text`.
    pub fn wrong_type(&self, name: &str, expected: &'static str) -> DecodeError {
        DecodeError::WrongType {
            field: self.pointer(name),
            expected,
        }
    }

    /// The value of this name; none where it is missing or `null`.
    pub fn get(&self, name: &str) -> Result<Option<&'t Loose<'t>>, DecodeError> {
        let mut found = self.entries.iter().filter(|(known, _)| known == name);
        let value = found.next().map(|(_, value)| value);
        if found.next().is_some() {
            return Err(DecodeError::Duplicate {
                field: self.pointer(name),
            });
        }
        Ok(value.filter(|value| **value != Loose::Null))
    }

    /// The members of the object of this name.
    pub fn object(&self, name: &str) -> Result<Option<Self>, DecodeError> {
        self.get(name)?
            .map(|value| Self::at(value, self.pointer(name)))
            .transpose()
    }

    /// The objects in the list of this name, at most 64, each of which may be none.
    pub fn objects(&self, name: &str) -> Result<Option<Vec<Result<Self, DecodeError>>>, DecodeError> {
        let Some(value) = self.get(name)? else {
            return Ok(None);
        };
        let field = self.pointer(name);
        let Loose::List(list) = value else {
            return Err(self.wrong_type(name, "a list"));
        };
        if list.len() > MAX_ENTRIES {
            return Err(DecodeError::TooMany {
                field,
                max: MAX_ENTRIES,
            });
        }
        let objects = list.iter().enumerate();
        Ok(Some(
            objects
                .map(|(place, value)| Self::at(value, Pointer::Owned(format!("{field}/{place}"))))
                .collect(),
        ))
    }

    /// The text of this name, without U+0000.
    pub fn text(&self, name: &str) -> Result<Option<&'t str>, DecodeError> {
        match self.get(name)? {
            None => Ok(None),
            Some(Loose::Text(text)) if text.contains('\0') => Err(DecodeError::Nul {
                field: self.pointer(name),
            }),
            Some(Loose::Text(text)) => Ok(Some(text)),
            Some(_) => Err(self.wrong_type(name, "a text")),
        }
    }

    /// The text of this name, or the digits of the whole number: senders write serial numbers as either. None where the
    /// text is empty.
    pub fn label(&self, name: &str) -> Result<Option<Cow<'t, str>>, DecodeError> {
        let label = match self.get(name)? {
            Some(Loose::Number(number)) => number
                .whole()
                .map(|whole| Some(Cow::Owned(whole.to_string())))
                .ok_or_else(|| self.wrong_type(name, "a text or a whole number"))?,
            _ => self.text(name)?.map(Cow::Borrowed),
        };
        Ok(label.filter(|label| !label.trim().is_empty()))
    }

    /// The number of this name, also where it was written as a text. None where the text is empty.
    pub fn number(&self, name: &str) -> Result<Option<Decimal>, DecodeError> {
        let refused = |error| match error {
            NumberError::Syntax => DecodeError::Number {
                field: self.pointer(name),
            },
            NumberError::OutOfRange => DecodeError::OutOfRange {
                field: self.pointer(name),
            },
        };
        match self.get(name)? {
            None => Ok(None),
            Some(Loose::Number(number)) => Ok(Some(*number)),
            Some(Loose::BadNumber(error)) => Err(refused(*error)),
            Some(Loose::Text(text)) if text.trim().is_empty() => Ok(None),
            Some(Loose::Text(text)) => text.parse().map(Some).map_err(refused),
            Some(_) => Err(self.wrong_type(name, "a number")),
        }
    }

    /// The whole number of this name, also where it was written as a text. None where the text is empty.
    pub fn whole(&self, name: &str) -> Result<Option<i64>, DecodeError> {
        let whole = |number: Decimal| {
            number
                .whole()
                .ok_or_else(|| self.wrong_type(name, "a whole number"))
        };
        self.number(name)?.map(whole).transpose()
    }

    /// `true` or `false`, which some senders write as 1 or 0, each also as a text.
    pub fn flag(&self, name: &str) -> Result<Option<bool>, DecodeError> {
        match self.get(name)? {
            Some(Loose::Bool(flag)) => Ok(Some(*flag)),
            Some(Loose::Text(text)) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
            Some(Loose::Text(text)) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
            _ => match self.whole(name) {
                Ok(None) => Ok(None),
                Ok(Some(0)) => Ok(Some(false)),
                Ok(Some(1)) => Ok(Some(true)),
                _ => Err(self.wrong_type(name, "true or false")),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn with<T>(json: &str, read: impl Fn(&Members<'_>) -> T) -> T {
        let tree = Loose::read(json.as_bytes(), 3).unwrap();
        read(&Members::of(&tree).unwrap())
    }

    #[rstest]
    #[case("128", Ok(Some("128")))]
    #[case("\"128.50\"", Ok(Some("128.50")))]
    #[case("null", Ok(None))]
    #[case("\" \"", Ok(None))]
    #[case("\"NaN\"", Err("/n: not a number"))]
    #[case("\"Infinity\"", Err("/n: not a number"))]
    #[case("18446744073709551615", Err("/n: number out of range"))]
    #[case("true", Err("/n: expected a number"))]
    #[case("[1]", Err("/n: expected a number"))]
    fn a_number_may_be_a_text(#[case] value: &str, #[case] expected: Result<Option<&str>, &str>) {
        let read = with(&format!("{{\"n\":{value}}}"), |members| members.number("n"));
        let expected = expected
            .map(|number| number.map(|number| number.parse().unwrap()))
            .map_err(str::to_owned);
        assert_eq!(read.map_err(|error| error.to_string()), expected);
    }

    #[rstest]
    #[case("1", Ok(Some(true)))]
    #[case("\"0\"", Ok(Some(false)))]
    #[case("false", Ok(Some(false)))]
    #[case("\"True\"", Ok(Some(true)))]
    #[case("null", Ok(None))]
    #[case("2", Err(()))]
    #[case("\"yes\"", Err(()))]
    #[case("{}", Err(()))]
    fn a_flag_may_be_a_number(#[case] value: &str, #[case] expected: Result<Option<bool>, ()>) {
        let read = with(&format!("{{\"n\":{value}}}"), |members| members.flag("n"));
        assert_eq!(read.map_err(drop), expected);
    }

    #[rstest]
    #[case("\"0012\"", Some("0012"))]
    #[case("12", Some("12"))]
    #[case("8.64475040000000e14", Some("864475040000000"))]
    #[case("\"\"", None)]
    fn a_label_may_be_a_number(#[case] value: &str, #[case] expected: Option<&str>) {
        let read = with(&format!("{{\"n\":{value}}}"), |members| {
            members.label("n").unwrap().map(Cow::into_owned)
        });
        assert_eq!(read.as_deref(), expected);
    }

    #[test]
    fn a_name_that_is_asked_for_stands_once() {
        let json =
            r#"{"a":1,"s\u0079s":2,"sys":3,"b":{"c":1,"c":1},"b/~":[{"d":"x\u0000"},4],"a2":1,"a2":2}"#;
        let pointer = |read: Result<_, DecodeError>| read.map(|_: Option<i64>| ()).unwrap_err().to_string();
        with(json, |members| {
            assert_eq!(members.whole("a"), Ok(Some(1)));
            assert_eq!(pointer(members.whole("sys")), "/sys: twice");
            let inner = members.object("b").unwrap().unwrap();
            assert_eq!(pointer(inner.whole("c")), "/b/c: twice");
            let listed = members.objects("b/~").unwrap().unwrap();
            let nul = listed[0].as_ref().unwrap().text("d").unwrap_err();
            assert_eq!(nul.to_string(), "/b~1~0/0/d: U+0000 in the text");
            let other = listed[1].as_ref().unwrap_err().to_string();
            assert_eq!(other, "/b~1~0/1: expected an object");
        });
    }

    #[test]
    fn what_is_deeper_or_longer_than_asked_for_is_refused_where_it_is_needed() {
        let long: Vec<String> = (0..80).map(|n| format!("\"n{n}\":{n}")).collect();
        let json = format!(
            r#"{{"a":{{"b":{{"c":{{"d":1}}}}}},"long":{{{}}}}}"#,
            long.join(",")
        );
        with(&json, |members| {
            let deep = members.object("a").unwrap().unwrap();
            let deep = deep.object("b").unwrap().unwrap();
            assert_eq!(
                deep.object("c").unwrap_err().to_string(),
                "/a/b/c: expected an object"
            );
            let long = members.object("long").unwrap_err().to_string();
            assert_eq!(long, "/long: more than 64 entries");
        });
        assert!(Loose::read(b"{} {}", 3).is_err());
        let far = "[".repeat(100_000) + &"]".repeat(100_000);
        let _ = Loose::read(far.as_bytes(), 3);
    }
}
