//! What is wrong with what was typed: all of it at once, so that nobody mends one field after the other.

use super::RegistryError;

/// A field that cannot be taken as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Which field.
    pub field: &'static str,
    /// Why not.
    pub why: String,
}

/// The faults that were found so far.
#[derive(Debug, Default)]
pub struct Faults {
    found: Vec<Fault>,
    other: Option<RegistryError>,
}

impl Faults {
    /// What was read; none where it cannot be taken, which is kept.
    pub fn note<T>(&mut self, read: Result<T, RegistryError>) -> Option<T> {
        match read {
            Ok(value) => return Some(value),
            Err(RegistryError::Invalid { field, why }) => self.found.push(Fault { field, why }),
            Err(RegistryError::Faults(faults)) => self.found.extend(faults),
            Err(error) => self.other = self.other.take().or(Some(error)),
        }
        None
    }

    /// What goes wrong, where something does: whatever is no matter of a field comes first.
    pub fn told(mut self) -> Result<(), RegistryError> {
        if let Some(error) = self.other {
            return Err(error);
        }
        match (self.found.pop(), self.found.is_empty()) {
            (None, _) => Ok(()),
            (Some(Fault { field, why }), true) => Err(RegistryError::Invalid { field, why }),
            (Some(last), false) => {
                self.found.push(last);
                Err(RegistryError::Faults(self.found))
            }
        }
    }
}

/// Reads two things that are typed side by side, and tells what is wrong with both.
pub fn both<A, B>(
    one: Result<A, RegistryError>,
    other: Result<B, RegistryError>,
) -> Result<(A, B), RegistryError> {
    let mut faults = Faults::default();
    match (faults.note(one), faults.note(other)) {
        (Some(one), Some(other)) => Ok((one, other)),
        _ => Err(faults.told().err().unwrap_or(NOTHING)),
    }
}

/// Where nothing was read and no fault was found either; there is no such thing.
pub(crate) const NOTHING: RegistryError = RegistryError::Conflict("it cannot be taken as it is");

/// Makes something of fields each of which may be wrong; where some are, all of them are told.
macro_rules! whole {
    ($made:ident { $($field:ident: $read:expr),+ $(,)? }) => {{
        let mut faults = $crate::registry::Faults::default();
        $(let $field = faults.note($read);)+
        match ($($field,)+) {
            ($(Some($field),)+) => Ok($made { $($field),+ }),
            _ => Err(faults.told().err().unwrap_or($crate::registry::faults::NOTHING)),
        }
    }};
}
pub(crate) use whole;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::{Country, Name, Typed as _};

    #[derive(Debug, PartialEq)]
    struct Both {
        name: Name,
        country: Option<Country>,
    }

    fn read(name: &str, country: &str) -> Result<Both, RegistryError> {
        whole!(Both {
            name: Name::parse("name", name),
            country: Country::maybe("country", Some(country)),
        })
    }

    #[test]
    fn every_fault_is_told_and_one_alone_stands_alone() {
        assert_eq!(read("North", "us").unwrap().country.unwrap().as_str(), "US");
        let one = read("North", "Germany").unwrap_err();
        assert!(
            matches!(one, RegistryError::Invalid { field: "country", .. }),
            "{one:?}"
        );
        let RegistryError::Faults(all) = read("<b>", "Germany").unwrap_err() else {
            panic!("both are wrong");
        };
        let fields: Vec<&str> = all.iter().map(|fault| fault.field).collect();
        assert_eq!(fields, ["name", "country"]);
    }

    #[test]
    fn what_is_no_matter_of_a_field_comes_first() {
        let mut faults = Faults::default();
        faults.note::<()>(Err(RegistryError::invalid("name", "is wrong")));
        faults.note::<()>(Err(RegistryError::NotFound("customer")));
        let told = faults.told();
        assert!(
            matches!(told, Err(RegistryError::NotFound("customer"))),
            "{told:?}"
        );
        assert!(Faults::default().told().is_ok());
    }
}
