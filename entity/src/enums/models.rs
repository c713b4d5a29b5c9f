//! What a model of device reports besides the main value of what it measures.

use crate::text::text_enum;

text_enum! {
    /// Something that a model of device reports, or may.
    pub enum Report {
        /// Its own charge.
        Battery = "battery",
        /// The strength of its signal.
        Signal = "signal",
        /// The mean arterial pressure.
        Mean = "mean",
        /// The pulse beside a blood pressure or a saturation.
        Pulse = "pulse",
        /// Whether the pulse was irregular.
        Irregular = "irregular",
        /// The body mass index.
        Bmi = "bmi",
        /// The share of fat in the weight.
        BodyFat = "body_fat",
        /// Before or after which meal.
        Meal = "meal",
        /// What a glucose was measured in.
        Sample = "sample",
        /// How well the finger is perfused.
        PerfusionIndex = "perfusion_index",
        /// Where on the body a temperature was taken.
        BodySite = "body_site",
        /// The intervals between beats.
        RrIntervals = "rr_intervals",
        /// The distance covered.
        Distance = "distance",
        /// The energy spent.
        Energy = "energy",
        /// Minutes of activity.
        ActiveMinutes = "active_minutes",
        /// Minutes of sleep by stage.
        SleepStages = "sleep_stages",
    }
}
