//! The numbers a reading can carry: name, label, canonical unit and scale of each.

use crate::code::text_enum;
use crate::units::Dimension;

text_enum! {
    /// One number of a reading. Its text is the name it has under `values`.
    ///
    /// | field | canonical unit (UCUM) | step |
    /// |---|---|---|
    /// | systolic, diastolic, mean | mm\[Hg\] | 0.1 |
    /// | pulse, heart_rate | /min | 0.1 |
    /// | weight | kg | 0.001 |
    /// | bmi | kg/m2 | 0.1 |
    /// | body_fat, spo2 | % | 0.1 |
    /// | perfusion_index | % | 0.01 |
    /// | glucose | mg/dL | 0.1 |
    /// | temperature | Cel | 0.01 |
    /// | rr_intervals | ms | 1 |
    /// | steps | {steps} | 1 |
    /// | distance | m | 1 |
    /// | energy | kcal | 0.1 |
    /// | active_minutes, deep, light, rem, awake | min | 1 |
    ///
    /// The steps are fine enough that a device's own resolution survives the change of unit: 0.1 kPa is 0.75 mmHg,
    /// 0.1 mmol/L is 1.8 mg/dL, 0.1 °F is 0.06 °C, 0.1 lb is 45 g.
    pub enum Field ("value name") {
        /// Systolic pressure.
        Systolic = "systolic",
        /// Diastolic pressure.
        Diastolic = "diastolic",
        /// Mean arterial pressure.
        Mean = "mean",
        /// Pulse, measured beside a blood pressure or a saturation.
        Pulse = "pulse",
        /// Body weight.
        Weight = "weight",
        /// Body mass index.
        Bmi = "bmi",
        /// Body fat, as a share of the weight.
        BodyFat = "body_fat",
        /// Glucose.
        Glucose = "glucose",
        /// Oxygen saturation.
        Spo2 = "spo2",
        /// Perfusion index: the pulsatile share of the light absorbed.
        PerfusionIndex = "perfusion_index",
        /// Temperature.
        Temperature = "temperature",
        /// Heart rate.
        HeartRate = "heart_rate",
        /// The intervals between beats, a list.
        RrIntervals = "rr_intervals",
        /// Steps.
        Steps = "steps",
        /// Distance covered.
        Distance = "distance",
        /// Energy spent.
        Energy = "energy",
        /// Minutes of activity.
        ActiveMinutes = "active_minutes",
        /// Minutes of deep sleep.
        Deep = "deep",
        /// Minutes of light sleep.
        Light = "light",
        /// Minutes of REM sleep.
        Rem = "rem",
        /// Minutes awake in bed.
        Awake = "awake",
    }
}

impl Field {
    /// The name a person reads.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Systolic => "Systolic",
            Self::Diastolic => "Diastolic",
            Self::Mean => "Mean pressure",
            Self::Pulse => "Pulse",
            Self::Weight => "Weight",
            Self::Bmi => "Body mass index",
            Self::BodyFat => "Body fat",
            Self::Glucose => "Glucose",
            Self::Spo2 => "Oxygen saturation",
            Self::PerfusionIndex => "Perfusion index",
            Self::Temperature => "Temperature",
            Self::HeartRate => "Heart rate",
            Self::RrIntervals => "RR intervals",
            Self::Steps => "Steps",
            Self::Distance => "Distance",
            Self::Energy => "Energy",
            Self::ActiveMinutes => "Active minutes",
            Self::Deep => "Deep sleep",
            Self::Light => "Light sleep",
            Self::Rem => "REM sleep",
            Self::Awake => "Awake",
        }
    }

    /// What kind of quantity it is; units of another dimension are refused.
    pub const fn dimension(self) -> Dimension {
        match self {
            Self::Systolic | Self::Diastolic | Self::Mean => Dimension::Pressure,
            Self::Pulse | Self::HeartRate => Dimension::Rate,
            Self::Weight => Dimension::Mass,
            Self::Bmi => Dimension::BodyMassIndex,
            Self::BodyFat | Self::Spo2 | Self::PerfusionIndex => Dimension::Percent,
            Self::Glucose => Dimension::Glucose,
            Self::Temperature => Dimension::Temperature,
            Self::RrIntervals => Dimension::Milliseconds,
            Self::Steps => Dimension::Steps,
            Self::Distance => Dimension::Length,
            Self::Energy => Dimension::Energy,
            Self::ActiveMinutes | Self::Deep | Self::Light | Self::Rem | Self::Awake => Dimension::Minutes,
        }
    }

    /// Digits behind the point of the fixed scale: a number is kept as an integer of 10^−decimals of the unit.
    /// It is part of the content hash and must never change.
    pub const fn decimals(self) -> u8 {
        match self {
            Self::RrIntervals
            | Self::Steps
            | Self::Distance
            | Self::ActiveMinutes
            | Self::Deep
            | Self::Light
            | Self::Rem
            | Self::Awake => 0,
            Self::PerfusionIndex | Self::Temperature => 2,
            Self::Weight => 3,
            _ => 1,
        }
    }

    /// The UCUM code of the canonical unit, for example `mm[Hg]`.
    pub const fn ucum(self) -> &'static str {
        self.dimension().ucum()
    }

    /// The canonical unit as a person reads it, for example `mmHg`.
    pub const fn unit(self) -> &'static str {
        self.dimension().unit()
    }
}
