//! What a model reports besides the main value of each kind that it measures. It is written down so that people know what
//! to expect of a device before it was heard, and whether one that tells no battery could. Readings are taken whatever
//! stands here.

use vitals::Kind;

use crate::ground::enums::Report;
use crate::registry::RegistryError;

/// In words, for example `Pulse`.
pub const fn label(report: Report) -> &'static str {
    match report {
        Report::Battery => "Battery",
        Report::Signal => "Signal",
        Report::Mean => "Mean pressure",
        Report::Pulse => "Pulse",
        Report::Irregular => "Irregular heartbeat",
        Report::Bmi => "Body mass index",
        Report::BodyFat => "Body fat",
        Report::Meal => "Before or after a meal",
        Report::Sample => "What was sampled",
        Report::PerfusionIndex => "Perfusion index",
        Report::BodySite => "Where on the body",
        Report::RrIntervals => "RR intervals",
        Report::Distance => "Distance",
        Report::Energy => "Energy",
        Report::ActiveMinutes => "Active minutes",
        Report::SleepStages => "Sleep stages",
    }
}

/// The kinds beside which it comes; none: it is about the device itself, whatever that measures.
pub const fn beside(report: Report) -> &'static [Kind] {
    match report {
        Report::Battery | Report::Signal => &[],
        Report::Mean | Report::Irregular => &[Kind::BloodPressure],
        Report::Pulse => &[Kind::BloodPressure, Kind::Oximetry],
        Report::Bmi | Report::BodyFat => &[Kind::Weight],
        Report::Meal | Report::Sample => &[Kind::Glucose],
        Report::PerfusionIndex => &[Kind::Oximetry],
        Report::BodySite => &[Kind::Temperature],
        Report::RrIntervals => &[Kind::HeartRate],
        Report::Distance | Report::Energy | Report::ActiveMinutes => &[Kind::Activity],
        Report::SleepStages => &[Kind::Sleep],
    }
}

/// Each once, in the order of the catalogue; refused where a model of these kinds cannot report it.
pub(super) fn checked(mut reports: Vec<Report>, kinds: &[Kind]) -> Result<Vec<Report>, RegistryError> {
    reports.sort_unstable();
    reports.dedup();
    let is_odd = |report: &&Report| {
        let of = beside(**report);
        !of.is_empty() && !of.iter().any(|kind| kinds.contains(kind))
    };
    if let Some(odd) = reports.iter().find(is_odd) {
        let of: Vec<String> = beside(*odd)
            .iter()
            .map(|kind| kind.label().to_lowercase())
            .collect();
        let why = format!(
            "{} comes beside {} alone",
            label(*odd).to_lowercase(),
            of.join(" or ")
        );
        return Err(RegistryError::invalid("reports", why));
    }
    Ok(reports)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_reports_what_goes_with_what_it_measures() {
        let told = checked(
            vec![Report::Pulse, Report::Battery, Report::Pulse],
            &[Kind::Oximetry],
        );
        assert_eq!(told.unwrap(), [Report::Battery, Report::Pulse]);
        let refused = checked(vec![Report::Signal, Report::BodyFat], &[Kind::Oximetry]);
        assert_eq!(
            refused.unwrap_err().to_string(),
            "reports: body fat comes beside weight alone"
        );
    }

    /// Whatever the vocabulary has beside the main value of a kind can be said of a model.
    #[test]
    fn every_number_beside_a_main_one_has_a_word() {
        let stages = ["deep", "light", "rem", "awake"];
        for kind in Kind::ALL {
            let beside_it = kind.fields().iter().filter(|field| {
                !stages.contains(&field.as_str())
                    && kind.fields()[0] != **field
                    && !(*kind == Kind::BloodPressure && field.as_str() == "diastolic")
            });
            for field in beside_it {
                let report: Report = field.as_str().parse().unwrap();
                assert!(beside(report).contains(kind), "{report} beside {kind}");
            }
        }
    }
}
