//! Who an organisation is, as people type it: all that is wrong with it is told at once.

use crate::registry::RegistryError;
use crate::registry::faults::whole;
use crate::registry::typed::{Change, Country, Given, Name, Place, PostalCode, Street, TimeZone, Typed};

/// An organisation to add.
#[derive(Debug, Clone)]
pub struct NewOrganisation {
    /// Its name.
    pub name: Name,
    /// Its time zone.
    pub time_zone: TimeZone,
    /// Its name on paper.
    pub legal_name: Option<Name>,
    /// Street and number.
    pub street: Option<Street>,
    /// Postal code.
    pub postal_code: Option<PostalCode>,
    /// City.
    pub city: Option<Place>,
    /// State, province or region.
    pub region: Option<Place>,
    /// Country.
    pub country: Option<Country>,
}

impl NewOrganisation {
    /// One of which no more is known than its name and its zone; UTC where none is given.
    pub fn named(name: &str, time_zone: Option<&str>) -> Result<Self, RegistryError> {
        Draft {
            name: Some(Some(name)),
            time_zone: time_zone.map(Some),
            ..Draft::default()
        }
        .to_new()
    }
}

/// An organisation as people type it: a field that is not given, one that is empty (or null), or one with a text.
#[derive(Debug, Clone, Copy, Default)]
pub struct Draft<'a> {
    /// Its name.
    pub name: Given<&'a str>,
    /// Its IANA time zone.
    pub time_zone: Given<&'a str>,
    /// Its name on paper.
    pub legal_name: Given<&'a str>,
    /// Street and number.
    pub street: Given<&'a str>,
    /// Postal code.
    pub postal_code: Given<&'a str>,
    /// City.
    pub city: Given<&'a str>,
    /// State, province or region.
    pub region: Given<&'a str>,
    /// ISO 3166-1 alpha-2.
    pub country: Given<&'a str>,
}

impl Draft<'_> {
    /// An organisation to add.
    pub fn to_new(self) -> Result<NewOrganisation, RegistryError> {
        whole!(NewOrganisation {
            name: Typed::parse("name", self.name.flatten().unwrap_or_default()),
            legal_name: Typed::maybe("legal_name", self.legal_name.flatten()),
            street: Typed::maybe("street", self.street.flatten()),
            postal_code: Typed::maybe("postal_code", self.postal_code.flatten()),
            city: Typed::maybe("city", self.city.flatten()),
            region: Typed::maybe("region", self.region.flatten()),
            country: Typed::maybe("country", self.country.flatten()),
            time_zone: Typed::maybe("time_zone", self.time_zone.flatten())
                .map(|zone| zone.unwrap_or(TimeZone::UTC)),
        })
    }

    /// What is to change about one that there is. A name and a zone cannot be taken away.
    pub fn to_patch(self) -> Result<OrganisationPatch, RegistryError> {
        whole!(OrganisationPatch {
            name: self
                .name
                .map(|name| Typed::parse("name", name.unwrap_or_default()))
                .transpose(),
            legal_name: Change::typed("legal_name", self.legal_name),
            street: Change::typed("street", self.street),
            postal_code: Change::typed("postal_code", self.postal_code),
            city: Change::typed("city", self.city),
            region: Change::typed("region", self.region),
            country: Change::typed("country", self.country),
            time_zone: self
                .time_zone
                .map(|zone| Typed::parse("time_zone", zone.unwrap_or_default()))
                .transpose(),
        })
    }
}

/// What is to change about who an organisation is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrganisationPatch {
    /// Its name.
    pub name: Option<Name>,
    /// Its time zone.
    pub time_zone: Option<TimeZone>,
    /// Its name on paper.
    pub legal_name: Option<Change<Name>>,
    /// Street and number.
    pub street: Option<Change<Street>>,
    /// Postal code.
    pub postal_code: Option<Change<PostalCode>>,
    /// City.
    pub city: Option<Change<Place>>,
    /// State, province or region.
    pub region: Option<Change<Place>>,
    /// Country.
    pub country: Option<Change<Country>>,
}
