//! Which code stands for which value: LOINC, and MDC (ISO/IEEE 11073-10101) where we know it.

use super::{LOINC, MDC, VALUE_SYSTEM};
use crate::vital::Glucose;
use crate::{Field, Kind, Sample, Vital};

/// A code, its system and what it says: what FHIR calls a Coding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coding {
    /// The URI of the code system.
    pub system: &'static str,
    /// The code.
    pub code: &'static str,
    /// Its name in that system.
    pub display: &'static str,
}

const fn loinc(code: &'static str, display: &'static str) -> Coding {
    Coding {
        system: LOINC,
        code,
        display,
    }
}

const fn mdc(code: &'static str, display: &'static str) -> Coding {
    Coding {
        system: MDC,
        code,
        display,
    }
}

/// US Core and the base profile ask for both codes of a saturation; 2708-6 is the mandatory one.
const SPO2: &[Coding] = &[
    loinc("2708-6", "Oxygen saturation in Arterial blood"),
    loinc("59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry"),
    mdc("150456", "MDC_PULS_OXIM_SAT_O2"),
];
const BLOOD: &[Coding] = &[loinc("2339-0", "Glucose [Mass/volume] in Blood")];
const CAPILLARY: &[Coding] = &[
    loinc(
        "41653-7",
        "Glucose [Mass/volume] in Capillary blood by Glucometer",
    ),
    mdc("160184", "MDC_CONC_GLU_CAPILLARY_WHOLEBLOOD"),
];
const PLASMA: &[Coding] = &[loinc("2345-7", "Glucose [Mass/volume] in Serum or Plasma")];
const INTERSTITIAL: &[Coding] = &[loinc("99504-3", "Glucose [Mass/volume] in Interstitial fluid")];

/// The codes of a whole Observation.
pub const fn main_codes(vital: &Vital) -> &'static [Coding] {
    match vital {
        Vital::BloodPressure(_) => {
            const {
                &[
                    loinc("85354-9", "Blood pressure panel with all children optional"),
                    mdc("150020", "MDC_PRESS_BLD_NONINV"),
                ]
            }
        }
        Vital::Glucose(Glucose { sample, .. }) => glucose(*sample),
        Vital::Sleep(_) => const { &[loinc("93832-4", "Sleep duration")] },
        Vital::Weight(_) => component_code(Field::Weight),
        Vital::Oximetry(_) => SPO2,
        Vital::Temperature(_) => component_code(Field::Temperature),
        Vital::HeartRate(_) => component_code(Field::HeartRate),
        Vital::Activity(_) => component_code(Field::Steps),
    }
}

const fn glucose(sample: Option<Sample>) -> &'static [Coding] {
    match sample {
        Some(Sample::Capillary) => CAPILLARY,
        Some(
            Sample::CapillaryPlasma
            | Sample::VenousPlasma
            | Sample::ArterialPlasma
            | Sample::UndeterminedPlasma,
        ) => PLASMA,
        Some(Sample::Interstitial) => INTERSTITIAL,
        Some(Sample::Venous | Sample::Arterial | Sample::Undetermined | Sample::Control) | None => BLOOD,
    }
}

/// The kind whose Observations have this LOINC code.
pub(super) fn kind_of(loinc: &str) -> Option<Kind> {
    Some(match loinc {
        "85354-9" => Kind::BloodPressure,
        "29463-7" => Kind::Weight,
        "2339-0" | "41653-7" | "2345-7" | "99504-3" => Kind::Glucose,
        "2708-6" | "59408-5" => Kind::Oximetry,
        "8310-5" => Kind::Temperature,
        "8867-4" => Kind::HeartRate,
        "55423-8" => Kind::Activity,
        "93832-4" => Kind::Sleep,
        _ => return None,
    })
}

/// The codes of one value, the first of them its own among the components of a kind.
pub const fn component_code(field: Field) -> &'static [Coding] {
    match field {
        Field::Systolic => {
            const {
                &[
                    loinc("8480-6", "Systolic blood pressure"),
                    mdc("150021", "MDC_PRESS_BLD_NONINV_SYS"),
                ]
            }
        }
        Field::Diastolic => {
            const {
                &[
                    loinc("8462-4", "Diastolic blood pressure"),
                    mdc("150022", "MDC_PRESS_BLD_NONINV_DIA"),
                ]
            }
        }
        Field::Mean => {
            const {
                &[
                    loinc("8478-0", "Mean blood pressure"),
                    mdc("150023", "MDC_PRESS_BLD_NONINV_MEAN"),
                ]
            }
        }
        // MDC tells the pulse of a cuff from that of an oximeter; LOINC does not.
        Field::Pulse | Field::HeartRate => const { &[loinc("8867-4", "Heart rate")] },
        Field::Weight => {
            const {
                &[
                    loinc("29463-7", "Body weight"),
                    mdc("188736", "MDC_MASS_BODY_ACTUAL"),
                ]
            }
        }
        Field::Bmi => {
            const {
                &[
                    loinc("39156-5", "Body mass index (BMI) [Ratio]"),
                    mdc("188752", "MDC_RATIO_MASS_BODY_LEN_SQ"),
                ]
            }
        }
        Field::BodyFat => const { &[loinc("41982-0", "Percentage of body fat Measured")] },
        Field::Glucose => BLOOD,
        Field::Spo2 => SPO2,
        Field::PerfusionIndex => const { &[loinc("61006-3", "Perfusion index Tissue by Pulse oximetry")] },
        Field::Temperature => const { &[loinc("8310-5", "Body temperature"), mdc("150344", "MDC_TEMP")] },
        Field::RrIntervals => {
            const {
                &[Coding {
                    system: VALUE_SYSTEM,
                    code: "rr_intervals",
                    display: "Intervals between beats, ms",
                }]
            }
        }
        Field::Steps => const { &[loinc("55423-8", "Number of steps in unspecified time Pedometer")] },
        Field::Distance => const { &[loinc("55430-3", "Walking distance unspecified time Pedometer")] },
        Field::Energy => const { &[loinc("41981-2", "Calories burned")] },
        Field::ActiveMinutes => const { &[loinc("55411-3", "Exercise duration")] },
        Field::Deep => const { &[loinc("93831-6", "Deep sleep duration")] },
        Field::Light => const { &[loinc("93830-8", "Light sleep duration")] },
        Field::Rem => const { &[loinc("93829-0", "REM sleep duration")] },
        Field::Awake => const { &[loinc("93828-2", "Nighttime awakening duration")] },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// LOINC's last digit checks the others, the Luhn way.
    fn checks(code: &str) -> bool {
        let (number, check) = code.split_once('-').unwrap();
        let digits = number.bytes().rev().map(|b| u32::from(b - b'0'));
        let sum: u32 = digits
            .enumerate()
            .map(|(i, d)| if i % 2 == 0 { d * 2 / 10 + d * 2 % 10 } else { d })
            .sum();
        ((10 - sum % 10) % 10).to_string() == check
    }

    #[test]
    fn loinc_codes_have_the_right_check_digit() {
        let glucose = [BLOOD, CAPILLARY, PLASMA, INTERSTITIAL].into_iter().flatten();
        let fields = Field::ALL.iter().flat_map(|field| component_code(*field));
        for code in fields.chain(glucose).filter(|code| code.system == LOINC) {
            assert!(checks(code.code), "{code:?}");
        }
        assert!(checks("85354-9") && checks("93832-4") && !checks("85354-8"));
    }
}
