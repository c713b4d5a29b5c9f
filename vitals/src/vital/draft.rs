//! Building a [`Vital`] value by value.

use super::{
    Activity, BloodPressure, Glucose, HeartRate, Meal, Oximetry, RrIntervals, Sample, Site, Sleep,
    Temperature, Weight,
};
use crate::units::{self, ConvertError};
use crate::{
    Comparator, Decimal, DecodeError, Field, Fixed, Instant, Kind, Original, Period, Quantity, Vital,
};

/// The numbers a kind has at most.
const NUMBERS: usize = 4;

/// A [`Vital`] that is being put together, for adapters, drivers and the decoder: numbers in any accepted unit, in any
/// order, checked for completeness at the end. Its errors name the field as `/values/<name>`.
///
/// ```
/// use vitals::{Comparator, Decimal, Field, Kind, VitalDraft};
/// let mut draft = VitalDraft::new(Kind::BloodPressure);
/// let original = draft.measure(Field::Systolic, Decimal::from_i64(16_400), Some("Pa"), None)?;
/// assert_eq!(original.unwrap().unit, "Pa");
/// draft.measure(Field::Diastolic, Decimal::from_i64(79), None, None)?;
/// assert_eq!(draft.finish()?.summary(), "123/79 mmHg");
/// # Ok::<(), vitals::DecodeError>(())
/// ```
#[derive(Debug, Clone)]
pub struct VitalDraft {
    kind: Kind,
    numbers: [Option<Quantity>; NUMBERS],
    rr_intervals: RrIntervals,
    irregular: Option<bool>,
    meal: Option<Meal>,
    sample: Option<Sample>,
    site: Option<Site>,
    from: Option<Instant>,
    to: Option<Instant>,
}

impl VitalDraft {
    /// Nothing measured yet.
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            numbers: [None; NUMBERS],
            rr_intervals: RrIntervals::default(),
            irregular: None,
            meal: None,
            sample: None,
            site: None,
            from: None,
            to: None,
        }
    }

    /// The kind that is being built.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Sets a number, brought from `unit` (none: the canonical one) to the canonical unit. Returns what was sent where
    /// that was another unit, for [`crate::Reading::original`].
    pub fn measure(
        &mut self,
        field: Field,
        number: Decimal,
        unit: Option<&str>,
        comparator: Option<Comparator>,
    ) -> Result<Option<Original>, DecodeError> {
        let quantity = units::convert_with(field, number, unit, comparator)
            .map_err(|error| refused(field, unit, error))?;
        self.set(field, quantity)?;
        Ok(unit.and_then(|unit| Original::if_converted(field, unit, || number.to_string())))
    }

    /// Sets a number that is already in the field's canonical unit and scale. A field that the kind does not have is an
    /// unknown value, one with another scale a bad number.
    pub fn set(&mut self, field: Field, quantity: Quantity) -> Result<(), DecodeError> {
        let place = self.kind.fields().iter().position(|known| *known == field);
        let slot = place.and_then(|place| self.numbers.get_mut(place));
        let slot = slot.ok_or_else(|| DecodeError::unknown_value(field.as_str()))?;
        if quantity.decimals() != field.decimals() {
            return Err(DecodeError::Number {
                field: DecodeError::value_pointer(field.as_str()),
            });
        }
        *slot = Some(quantity);
        Ok(())
    }

    /// Sets the intervals between beats, in `unit` (none: ms).
    pub fn rr_intervals(
        &mut self,
        numbers: &[Decimal],
        unit: Option<&str>,
    ) -> Result<Option<Original>, DecodeError> {
        let field = Field::RrIntervals;
        let pointer = || DecodeError::value_pointer(field.as_str());
        if self.kind != Kind::HeartRate {
            return Err(DecodeError::unknown_value(field.as_str()));
        }
        if numbers.len() > RrIntervals::MAX {
            return Err(DecodeError::TooMany {
                field: pointer(),
                max: RrIntervals::MAX,
            });
        }
        let convert = |number: &Decimal| units::convert(field, *number, unit).map(Quantity::scaled);
        let scaled: Vec<i64> = numbers
            .iter()
            .map(convert)
            .collect::<Result<_, _>>()
            .map_err(|error| refused(field, unit, error))?;
        self.rr_intervals =
            RrIntervals::new(scaled).map_err(|_| DecodeError::OutOfRange { field: pointer() })?;
        let text = || {
            numbers
                .iter()
                .map(Decimal::to_string)
                .collect::<Vec<_>>()
                .join(" ")
        };
        Ok(unit.and_then(|unit| Original::if_converted(field, unit, text)))
    }

    /// Sets whether the cuff saw an irregular pulse.
    pub const fn irregular(&mut self, irregular: bool) {
        self.irregular = Some(irregular);
    }

    /// Sets the meal beside a glucose.
    pub const fn meal(&mut self, meal: Meal) {
        self.meal = Some(meal);
    }

    /// Sets what a glucose was measured in.
    pub const fn sample(&mut self, sample: Sample) {
        self.sample = Some(sample);
    }

    /// Sets where a temperature was measured.
    pub const fn site(&mut self, site: Site) {
        self.site = Some(site);
    }

    /// Sets the beginning of the period of an activity or a sleep.
    pub const fn from(&mut self, from: Instant) {
        self.from = Some(from);
    }

    /// Sets the end of the period of an activity or a sleep.
    pub const fn to(&mut self, to: Instant) {
        self.to = Some(to);
    }

    /// The whole, or which value is missing. Coded values that another kind would have are left out.
    pub fn finish(self) -> Result<Vital, DecodeError> {
        Ok(match self.kind {
            Kind::BloodPressure => Vital::BloodPressure(BloodPressure {
                systolic: self.need(0)?,
                diastolic: self.need(1)?,
                mean: self.number(2)?,
                pulse: self.number(3)?,
                irregular: self.irregular,
            }),
            Kind::Weight => Vital::Weight(Weight {
                weight: self.need(0)?,
                bmi: self.number(1)?,
                body_fat: self.number(2)?,
            }),
            Kind::Glucose => Vital::Glucose(Glucose {
                glucose: self.need(0)?,
                meal: self.meal,
                sample: self.sample,
            }),
            Kind::Oximetry => Vital::Oximetry(Oximetry {
                spo2: self.need(0)?,
                pulse: self.number(1)?,
                perfusion_index: self.number(2)?,
            }),
            Kind::Temperature => Vital::Temperature(Temperature {
                temperature: self.need(0)?,
                site: self.site,
            }),
            Kind::HeartRate => Vital::HeartRate(HeartRate {
                heart_rate: self.need(0)?,
                rr_intervals: self.rr_intervals,
            }),
            Kind::Activity => Vital::Activity(Activity {
                steps: self.need(0)?,
                distance: self.number(1)?,
                energy: self.number(2)?,
                active_minutes: self.number(3)?,
                period: self.period()?,
            }),
            Kind::Sleep => {
                if self.numbers.iter().all(Option::is_none) {
                    return Err(DecodeError::missing_value("deep"));
                }
                Vital::Sleep(Sleep {
                    deep: self.number(0)?,
                    light: self.number(1)?,
                    rem: self.number(2)?,
                    awake: self.number(3)?,
                    period: self.period()?,
                })
            }
        })
    }

    fn name(&self, place: usize) -> &'static str {
        self.kind.fields().get(place).map_or("", |field| field.as_str())
    }

    fn number<const D: u8>(&self, place: usize) -> Result<Option<Fixed<D>>, DecodeError> {
        let number = self
            .numbers
            .get(place)
            .copied()
            .flatten()
            .map(Fixed::try_from)
            .transpose();
        number.map_err(|_| DecodeError::Number {
            field: DecodeError::value_pointer(self.name(place)),
        })
    }

    fn need<const D: u8>(&self, place: usize) -> Result<Fixed<D>, DecodeError> {
        self.number(place)?
            .ok_or_else(|| DecodeError::missing_value(self.name(place)))
    }

    fn period(&self) -> Result<Period, DecodeError> {
        Ok(Period {
            from: self.from.ok_or_else(|| DecodeError::missing_value("from"))?,
            to: self.to.ok_or_else(|| DecodeError::missing_value("to"))?,
        })
    }
}

/// The refusal of a number that could not be converted.
fn refused(field: Field, unit: Option<&str>, error: ConvertError) -> DecodeError {
    let pointer = DecodeError::value_pointer(field.as_str());
    match error {
        ConvertError::Unit => DecodeError::unit(pointer, unit.unwrap_or_default()),
        ConvertError::OutOfRange => DecodeError::OutOfRange { field: pointer },
    }
}
