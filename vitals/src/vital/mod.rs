//! What was measured: one variant a kind, with typed values in canonical units.

mod display;
mod draft;
mod json;
mod words;

pub use display::FieldText;
pub use draft::VitalDraft;
pub use words::{Meal, Sample, Site};

use crate::{
    BodyMassIndex, Celsius, Count, Field, GlucoseLevel, Kilocalories, Kind, Mass, Metres, Minutes,
    NumberError, Percent, PerfusionIndex, Period, Pressure, Quality, Quantity, Rate,
};

/// The values of a reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Vital {
    /// Pressure by a cuff.
    BloodPressure(BloodPressure),
    /// Body weight.
    Weight(Weight),
    /// Glucose.
    Glucose(Glucose),
    /// Oxygen saturation.
    Oximetry(Oximetry),
    /// Body temperature.
    Temperature(Temperature),
    /// Heart rate.
    HeartRate(HeartRate),
    /// Steps over a period.
    Activity(Activity),
    /// Sleep over a period.
    Sleep(Sleep),
}

/// Blood pressure in mmHg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BloodPressure {
    /// Systolic pressure, mmHg.
    pub systolic: Pressure,
    /// Diastolic pressure, mmHg.
    pub diastolic: Pressure,
    /// Mean arterial pressure, mmHg.
    pub mean: Option<Pressure>,
    /// Pulse, /min.
    pub pulse: Option<Rate>,
    /// Whether the cuff saw an irregular pulse, where it says so. It sets the quality flag of the same name too.
    pub irregular: Option<bool>,
}

/// Body weight in kg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_field_names, reason = "the name it has on the wire")]
pub struct Weight {
    /// Body weight, kg.
    pub weight: Mass,
    /// Body mass index, kg/m2.
    pub bmi: Option<BodyMassIndex>,
    /// Body fat, %.
    pub body_fat: Option<Percent>,
}

/// Glucose in mg/dL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_field_names, reason = "the name it has on the wire")]
pub struct Glucose {
    /// Glucose, mg/dL; a meter's HI is `> 600`, its LO `< 20`.
    pub glucose: GlucoseLevel,
    /// When it was measured relative to a meal.
    pub meal: Option<Meal>,
    /// What was measured; a control solution makes the reading a test.
    pub sample: Option<Sample>,
}

/// Oxygen saturation in %.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Oximetry {
    /// Oxygen saturation, %.
    pub spo2: Percent,
    /// Pulse, /min.
    pub pulse: Option<Rate>,
    /// Perfusion index, %.
    pub perfusion_index: Option<PerfusionIndex>,
}

/// Body temperature in degrees Celsius.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Temperature {
    /// Temperature, Cel.
    pub temperature: Celsius,
    /// Where on the body it was measured.
    pub site: Option<Site>,
}

/// Heart rate in beats a minute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeartRate {
    /// Heart rate, /min.
    pub heart_rate: Rate,
    /// The intervals between beats, ms; empty where none were sent.
    pub rr_intervals: RrIntervals,
}

/// Activity over a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Activity {
    /// Steps.
    pub steps: Count,
    /// Distance, m.
    pub distance: Option<Metres>,
    /// Energy, kcal.
    pub energy: Option<Kilocalories>,
    /// Minutes of activity.
    pub active_minutes: Option<Minutes>,
    /// The period they were counted over.
    pub period: Period,
}

/// Sleep over a period; at least one stage is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sleep {
    /// Deep sleep, min.
    pub deep: Option<Minutes>,
    /// Light sleep, min.
    pub light: Option<Minutes>,
    /// REM sleep, min.
    pub rem: Option<Minutes>,
    /// Awake in bed, min.
    pub awake: Option<Minutes>,
    /// From going to bed to getting up.
    pub period: Period,
}

/// At most 64 intervals between beats, in whole milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RrIntervals(Vec<i64>);

impl RrIntervals {
    /// The longest list.
    pub const MAX: usize = 64;

    /// The list, where it has at most 64 entries and each at most [`crate::MAX_SCALED`] in size.
    pub fn new(intervals: Vec<i64>) -> Result<Self, NumberError> {
        let fits = |ms: &i64| ms.unsigned_abs() <= crate::MAX_SCALED.unsigned_abs();
        if intervals.len() > Self::MAX || !intervals.iter().all(fits) {
            return Err(NumberError::OutOfRange);
        }
        Ok(Self(intervals))
    }

    /// The intervals in ms, in the order sent.
    pub fn as_slice(&self) -> &[i64] {
        &self.0
    }
}

impl Vital {
    /// Its kind.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::BloodPressure(_) => Kind::BloodPressure,
            Self::Weight(_) => Kind::Weight,
            Self::Glucose(_) => Kind::Glucose,
            Self::Oximetry(_) => Kind::Oximetry,
            Self::Temperature(_) => Kind::Temperature,
            Self::HeartRate(_) => Kind::HeartRate,
            Self::Activity(_) => Kind::Activity,
            Self::Sleep(_) => Kind::Sleep,
        }
    }

    /// The number of this field, where the kind has it and it was measured.
    pub fn get(&self, field: Field) -> Option<Quantity> {
        let quantity = match (self, field) {
            (Self::BloodPressure(v), Field::Systolic) => v.systolic.quantity(),
            (Self::BloodPressure(v), Field::Diastolic) => v.diastolic.quantity(),
            (Self::BloodPressure(v), Field::Mean) => v.mean?.quantity(),
            (Self::BloodPressure(v), Field::Pulse) => v.pulse?.quantity(),
            (Self::Weight(v), Field::Weight) => v.weight.quantity(),
            (Self::Weight(v), Field::Bmi) => v.bmi?.quantity(),
            (Self::Weight(v), Field::BodyFat) => v.body_fat?.quantity(),
            (Self::Glucose(v), Field::Glucose) => v.glucose.quantity(),
            (Self::Oximetry(v), Field::Spo2) => v.spo2.quantity(),
            (Self::Oximetry(v), Field::Pulse) => v.pulse?.quantity(),
            (Self::Oximetry(v), Field::PerfusionIndex) => v.perfusion_index?.quantity(),
            (Self::Temperature(v), Field::Temperature) => v.temperature.quantity(),
            (Self::HeartRate(v), Field::HeartRate) => v.heart_rate.quantity(),
            (Self::Activity(v), Field::Steps) => v.steps.quantity(),
            (Self::Activity(v), Field::Distance) => v.distance?.quantity(),
            (Self::Activity(v), Field::Energy) => v.energy?.quantity(),
            (Self::Activity(v), Field::ActiveMinutes) => v.active_minutes?.quantity(),
            (Self::Sleep(v), Field::Deep) => v.deep?.quantity(),
            (Self::Sleep(v), Field::Light) => v.light?.quantity(),
            (Self::Sleep(v), Field::Rem) => v.rem?.quantity(),
            (Self::Sleep(v), Field::Awake) => v.awake?.quantity(),
            _ => return None,
        };
        Some(quantity)
    }

    /// The numbers that were measured, in the kind's fixed order. RR intervals, a list, are not among them.
    pub fn quantities(&self) -> impl Iterator<Item = (Field, Quantity)> {
        self.kind()
            .fields()
            .iter()
            .filter_map(|field| Some((*field, self.get(*field)?)))
    }

    /// The intervals between beats in ms; empty for other kinds and where none were sent.
    pub fn rr_intervals(&self) -> &[i64] {
        match self {
            Self::HeartRate(v) => v.rr_intervals.as_slice(),
            _ => &[],
        }
    }

    /// The period of an activity or a sleep.
    pub const fn period(&self) -> Option<Period> {
        match self {
            Self::Activity(v) => Some(v.period),
            Self::Sleep(v) => Some(v.period),
            _ => None,
        }
    }

    /// The quality flags that follow from the values: an irregular pulse, a control solution.
    pub fn implied_quality(&self) -> Quality {
        match self {
            Self::BloodPressure(BloodPressure {
                irregular: Some(true),
                ..
            }) => Quality::IRREGULAR,
            Self::Glucose(Glucose {
                sample: Some(Sample::Control),
                ..
            }) => Quality::TEST,
            _ => Quality::NONE,
        }
    }
}
