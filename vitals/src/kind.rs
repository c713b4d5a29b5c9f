//! The eight kinds of reading.

use crate::Field;
use crate::code::text_enum;

text_enum! {
    /// What kind of vital sign a reading is.
    pub enum Kind ("kind") {
        /// Systolic and diastolic pressure by a cuff, in mmHg.
        BloodPressure = "blood_pressure",
        /// Body weight, in kg.
        Weight = "weight",
        /// Glucose in blood or interstitial fluid, in mg/dL.
        Glucose = "glucose",
        /// Oxygen saturation by pulse oximetry, in %.
        Oximetry = "oximetry",
        /// Body temperature, in degrees Celsius.
        Temperature = "temperature",
        /// Heart rate, in beats a minute.
        HeartRate = "heart_rate",
        /// Steps and what goes with them over a period.
        Activity = "activity",
        /// Minutes by stage of sleep over a period.
        Sleep = "sleep",
    }
}

impl Kind {
    /// The name a person reads, for example `Blood pressure`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::BloodPressure => "Blood pressure",
            Self::Weight => "Weight",
            Self::Glucose => "Glucose",
            Self::Oximetry => "Oxygen saturation",
            Self::Temperature => "Temperature",
            Self::HeartRate => "Heart rate",
            Self::Activity => "Activity",
            Self::Sleep => "Sleep",
        }
    }

    /// The unit of the kind's main value as a person reads it, for example `mmHg`.
    pub const fn unit(self) -> &'static str {
        self.fields()[0].unit()
    }

    /// The kind's numbers in their fixed order, the main one first. This order is part of the content hash; the list of
    /// RR intervals, which is no single number, is not in it.
    pub const fn fields(self) -> &'static [Field] {
        match self {
            Self::BloodPressure => &[Field::Systolic, Field::Diastolic, Field::Mean, Field::Pulse],
            Self::Weight => &[Field::Weight, Field::Bmi, Field::BodyFat],
            Self::Glucose => &[Field::Glucose],
            Self::Oximetry => &[Field::Spo2, Field::Pulse, Field::PerfusionIndex],
            Self::Temperature => &[Field::Temperature],
            Self::HeartRate => &[Field::HeartRate],
            Self::Activity => &[Field::Steps, Field::Distance, Field::Energy, Field::ActiveMinutes],
            Self::Sleep => &[Field::Deep, Field::Light, Field::Rem, Field::Awake],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_survives_its_text_and_serde() {
        assert_eq!(Kind::ALL.len(), 8);
        for kind in Kind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(*kind));
            let json = serde_json::to_string(kind).unwrap();
            assert_eq!(json, format!("\"{kind}\""));
            assert_eq!(serde_json::from_str::<Kind>(&json).unwrap(), *kind);
        }
        assert_eq!(
            "Blood_Pressure".parse::<Kind>().unwrap_err().to_string(),
            "unknown kind"
        );
    }
}
