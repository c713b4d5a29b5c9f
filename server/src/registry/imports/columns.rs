//! Which columns a file may have, and who may bring which.

use super::Whose;
use super::csv;
use crate::registry::RegistryError;

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// The maker.
    Maker,
    /// The maker's serial.
    Serial,
    /// The model's name.
    Model,
    /// What it measures.
    Kind,
    /// The modem's number.
    Imei,
    /// The radio's address.
    Mac,
    /// The SIM card's number.
    Iccid,
    /// What it runs.
    Firmware,
    /// The customer, by name or id.
    Customer,
    /// One's own word for it.
    Reference,
    /// The state that it is to have.
    State,
    /// The token that its maker gave it.
    Token,
    /// Since when the customer holds it.
    HeldSince,
}

impl Column {
    /// Every column, in the order of the template.
    pub const ALL: [Self; 13] = [
        Self::Maker,
        Self::Serial,
        Self::Model,
        Self::Kind,
        Self::Imei,
        Self::Mac,
        Self::Iccid,
        Self::Firmware,
        Self::Customer,
        Self::Reference,
        Self::State,
        Self::Token,
        Self::HeldSince,
    ];

    /// Its name in the first line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Maker => "maker",
            Self::Serial => "serial",
            Self::Model => "model",
            Self::Kind => "kind",
            Self::Imei => "imei",
            Self::Mac => "mac",
            Self::Iccid => "iccid",
            Self::Firmware => "firmware",
            Self::Customer => "customer",
            Self::Reference => "reference",
            Self::State => "state",
            Self::Token => "token",
            Self::HeldSince => "held_since",
        }
    }

    /// What it holds, for people.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Maker => "who makes the device, as in the catalogue",
            Self::Serial => "the maker's serial number",
            Self::Model => "the model's name, as in the catalogue",
            Self::Kind => {
                "what it measures, to compare with the model: blood_pressure, weight, …; several with a blank between"
            }
            Self::Imei => "its modem's number: 14, 15 or 16 digits",
            Self::Mac => "its radio's address in any writing",
            Self::Iccid => "its SIM card's number: 18 to 20 digits",
            Self::Firmware => "what it runs",
            Self::Customer => "the customer who gets it, by name or id",
            Self::Reference => "your own word for it",
            Self::State => "active or inactive at a customer",
            Self::Token => "the token that its maker gave it; kept as a fingerprint only",
            Self::HeldSince => "since when the customer holds it: 2026-11-20 or 2026-11-20T08:00:00Z",
        }
    }

    /// Whether every file has to have it.
    pub fn is_required(self, whose: Whose) -> bool {
        matches!(self, Self::Maker | Self::Serial) || self == Self::Model && whose == Whose::Platform
    }

    /// Those that somebody may bring. What a device is, the platform says; who gets it, who has it in stock.
    pub fn of(whose: Whose) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |column| match whose {
            Whose::Platform => true,
            Whose::Distributor(_) => matches!(
                column,
                Self::Maker | Self::Serial | Self::Customer | Self::Reference | Self::State
            ),
            Whose::Customer(_) => {
                matches!(column, Self::Maker | Self::Serial | Self::Reference | Self::State)
            }
        })
    }

    fn example(self) -> &'static str {
        match self {
            Self::Maker => "Acme",
            Self::Serial => "D000017",
            Self::Model => "BP Cell 2",
            Self::Kind => "blood_pressure",
            Self::Imei => "490154203237518",
            Self::Mac => "00:1A:2B:3C:4D:5E",
            Self::Iccid => "8944500102198304826",
            Self::Firmware => "1.4.2",
            Self::Customer => "Northside Clinic",
            Self::Reference => "bed 7",
            Self::State => "active",
            Self::Token => "",
            Self::HeldSince => "2026-11-20",
        }
    }
}

/// A file to begin with: the columns, and a line as an example.
pub fn template(whose: Whose) -> String {
    let mut out = String::new();
    csv::write(&mut out, Column::of(whose).map(Column::as_str));
    csv::write(&mut out, Column::of(whose).map(Column::example));
    out
}

/// The columns of a file by its first line.
pub(super) fn header(fields: &[String], whose: Whose) -> Result<Vec<Column>, RegistryError> {
    let wrong = |why: String| RegistryError::invalid("file", why);
    let names = |columns: &mut dyn Iterator<Item = Column>| {
        columns.map(Column::as_str).collect::<Vec<_>>().join(", ")
    };
    let mut columns = Vec::with_capacity(fields.len());
    for field in fields {
        let name = field.trim().to_lowercase().replace([' ', '-'], "_");
        let column = Column::of(whose)
            .find(|column| column.as_str() == name)
            .ok_or_else(|| {
                wrong(format!(
                    "the first line names the columns, and {:?} is none of those that you may bring: {}",
                    field.chars().take(40).collect::<String>(),
                    names(&mut Column::of(whose))
                ))
            })?;
        if columns.contains(&column) {
            return Err(wrong(format!("the column {} is there twice", column.as_str())));
        }
        columns.push(column);
    }
    let mut missing = Column::of(whose)
        .filter(|column| column.is_required(whose) && !columns.contains(column))
        .peekable();
    if missing.peek().is_some() {
        return Err(wrong(format!("columns are missing: {}", names(&mut missing))));
    }
    Ok(columns)
}
