//! A reading in the making: values from a vendor's fields, exactly converted, and what was sent in other units.

use vitals::decode::{HI, LO, Loose, Members, Pointer};
use vitals::plausibility::limits;
use vitals::units::convert;
use vitals::{
    Comparator, Decimal, DecodeError, DeviceTime, Field, Kind, Meal, Original, Quality, Quantity, Sample,
    VitalDraft,
};

use super::{Flaw, Measured, unless_odd};

/// What many devices send for a pulse that they have not found: a byte with all its bits set.
const NO_PULSE: i64 = 255;

/// A vital that is being put together. Its errors name the vendor's fields, not the platform's.
#[derive(Debug)]
pub(super) struct Making {
    draft: VitalDraft,
    original: Vec<Original>,
}

impl Making {
    /// Nothing of this kind measured yet.
    pub(super) fn of(kind: Kind) -> Self {
        Self {
            draft: VitalDraft::new(kind),
            original: Vec::new(),
        }
    }

    /// Takes the number of this name, in `unit` (none: the canonical one), which has to be there.
    pub(super) fn need(
        &mut self,
        from: &Members<'_>,
        name: &str,
        field: Field,
        unit: Option<&str>,
    ) -> Result<(), Flaw> {
        let number = from.number(name)?.ok_or_else(|| missing(from, name))?;
        self.put(field, number, unit, None, from.pointer(name))
    }

    /// Takes the number of this name, in `unit` (none: the canonical one), where it was measured. It stands beside a value
    /// that is good without it, so an odd one is left out: what cannot be read, what cannot be, 0, and of a pulse 255.
    /// Returns whether it was taken.
    pub(super) fn spare(
        &mut self,
        from: &Members<'_>,
        name: &str,
        field: Field,
        unit: Option<&str>,
    ) -> Result<bool, Flaw> {
        let number = unless_odd(from.number(name))?;
        Ok(number.is_some_and(|number| self.put_if_measured(field, number, unit)))
    }

    /// The same of a whole number that counts tenths of the canonical unit.
    pub(super) fn tenths(&mut self, from: &Members<'_>, name: &str, field: Field) -> Result<(), Flaw> {
        if let Some(count) = unless_odd(from.whole(name))? {
            self.put_if_measured(field, Decimal::from_i64(count).shifted(-1), None);
        }
        Ok(())
    }

    fn put_if_measured(&mut self, field: Field, number: Decimal, unit: Option<&str>) -> bool {
        let is_measured = convert(field, number, unit).is_ok_and(|number| is_measured(field, number));
        let Some(Ok(original)) = is_measured.then(|| self.draft.measure(field, number, unit, None)) else {
            return false;
        };
        self.original.extend(original);
        true
    }

    /// Takes a number that stands at `place`.
    pub(super) fn put(
        &mut self,
        field: Field,
        number: Decimal,
        unit: Option<&str>,
        comparator: Option<Comparator>,
        place: Pointer,
    ) -> Result<(), Flaw> {
        let original = self
            .draft
            .measure(field, number, unit, comparator)
            .map_err(|error| error.at(place))?;
        self.original.extend(original);
        Ok(())
    }

    /// Takes a glucose in `unit` (none: mg/dL), or what a meter shows instead of a number beyond its range.
    pub(super) fn glucose(
        &mut self,
        from: &Members<'_>,
        name: &str,
        unit: Option<&str>,
        comparator: Option<Comparator>,
    ) -> Result<(), Flaw> {
        let place = from.pointer(name);
        if let Some((number, comparator)) = from.get(name)?.and_then(beyond) {
            return self.put(Field::Glucose, number, None, Some(comparator), place);
        }
        let number = from.number(name)?.ok_or_else(|| missing(from, name))?;
        self.put(Field::Glucose, number, unit, comparator, place)
    }

    /// Whether the cuff saw an irregular pulse, where it says so in words that are known.
    pub(super) fn irregular(&mut self, from: &Members<'_>, name: &str) -> Result<(), Flaw> {
        if let Some(irregular) = unless_odd(from.flag(name))? {
            self.draft.irregular(irregular);
        }
        Ok(())
    }

    /// The meal beside a glucose, where it is known.
    pub(super) fn meal(&mut self, meal: Option<Meal>) {
        if let Some(meal) = meal {
            self.draft.meal(meal);
        }
    }

    /// What a glucose was measured in, where it is known.
    pub(super) fn sample(&mut self, sample: Option<Sample>) {
        if let Some(sample) = sample {
            self.draft.sample(sample);
        }
    }

    /// The reading, with these flags and those that follow from its values.
    pub(super) fn finish(self, device_time: Option<DeviceTime>, quality: Quality) -> Result<Measured, Flaw> {
        let vital = self.draft.finish()?;
        Ok(Measured {
            quality: quality | vital.implied_quality(),
            vital,
            device_time,
            sent_at: None,
            user_slot: None,
            sequence: None,
            original: self.original,
        })
    }
}

/// Whether a number that nothing depends on can be, and does not say that nothing was measured.
fn is_measured(field: Field, number: Quantity) -> bool {
    let one = 10_i64.pow(field.decimals().into());
    let (low, high) = limits(field);
    let is_pulse = matches!(field, Field::Pulse | Field::HeartRate);
    let is_none = number.scaled() == 0 || is_pulse && number.scaled() == NO_PULSE * one;
    !is_none && (low * one..=high * one).contains(&number.scaled())
}

fn missing(from: &Members<'_>, name: &str) -> Flaw {
    Flaw::Decode(DecodeError::MissingValue {
        field: from.pointer(name),
    })
}

/// What the words of a glucometer mean that stand for a number beyond its range. A meter with Bluetooth sends infinities
/// instead, and some clouds hand their names on.
fn beyond(value: &Loose<'_>) -> Option<(Decimal, Comparator)> {
    let Loose::Text(text) = value else {
        return None;
    };
    let is = |words: &[&str]| words.iter().any(|word| text.trim().eq_ignore_ascii_case(word));
    if is(&["hi", "high", "infinity", "+infinity", "inf", "+inf"]) {
        Some(HI)
    } else if is(&["lo", "low", "-infinity", "-inf"]) {
        Some(LO)
    } else {
        None
    }
}
