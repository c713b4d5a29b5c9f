//! The coded values: meal, sample, site.

use crate::code::text_enum;

text_enum! {
    /// When glucose was measured relative to a meal (the meal field of the Bluetooth glucose context).
    pub enum Meal ("meal") {
        /// Before a meal.
        Before = "before",
        /// After a meal.
        After = "after",
        /// Fasting.
        Fasting = "fasting",
        /// At no particular time: a snack or a drink.
        Casual = "casual",
        /// At bedtime.
        Bedtime = "bedtime",
        /// The sender says that it does not know.
        Unknown = "unknown",
    }
}

text_enum! {
    /// What glucose was measured in (the type field of the Bluetooth glucose measurement).
    pub enum Sample ("sample") {
        /// Capillary whole blood: a finger prick.
        Capillary = "capillary",
        /// Capillary plasma.
        CapillaryPlasma = "capillary_plasma",
        /// Venous whole blood.
        Venous = "venous",
        /// Venous plasma.
        VenousPlasma = "venous_plasma",
        /// Arterial whole blood.
        Arterial = "arterial",
        /// Arterial plasma.
        ArterialPlasma = "arterial_plasma",
        /// Whole blood, it is not known from where.
        Undetermined = "undetermined",
        /// Plasma, it is not known from where.
        UndeterminedPlasma = "undetermined_plasma",
        /// Interstitial fluid: a continuous sensor.
        Interstitial = "interstitial",
        /// Control solution: the meter is tested, not a patient.
        Control = "control",
    }
}

text_enum! {
    /// Where on the body temperature was measured (Bluetooth's temperature types, and the forehead).
    pub enum Site ("site") {
        /// Armpit.
        Armpit = "armpit",
        /// Body in general.
        Body = "body",
        /// Ear lobe or ear, as the device says no more.
        Ear = "ear",
        /// Finger.
        Finger = "finger",
        /// Gastrointestinal tract.
        Gi = "gi",
        /// Mouth.
        Mouth = "mouth",
        /// Rectum.
        Rectum = "rectum",
        /// Toe.
        Toe = "toe",
        /// Ear drum.
        Tympanum = "tympanum",
        /// Forehead.
        Forehead = "forehead",
    }
}
