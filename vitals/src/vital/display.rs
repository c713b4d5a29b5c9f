//! Values for people: pages, mails, statements.

use super::Vital;
use crate::{Field, Fixed};

/// One value for a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldText {
    /// Its name under `values`.
    pub name: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// The value: `121`, `> 600`, `before`, an RFC 3339 time in UTC.
    pub text: String,
    /// Its unit for people; empty where it has none.
    pub unit: &'static str,
}

impl Vital {
    /// The main value and its unit: `("131/82", "mmHg")`, `("> 600", "mg/dL")`. Of a sleep, the minutes asleep; where only
    /// the time awake is known, that.
    pub fn headline(&self) -> (String, &'static str) {
        let text = match self {
            Self::BloodPressure(v) => format!("{}/{}", v.systolic, v.diastolic),
            Self::Sleep(v) => {
                let asleep = [v.deep, v.light, v.rem];
                let sum =
                    |stages: &[Option<Fixed<0>>]| stages.iter().flatten().map(|m| m.scaled()).sum::<i64>();
                if asleep.iter().any(Option::is_some) {
                    sum(&asleep)
                } else {
                    sum(&[v.awake])
                }
                .to_string()
            }
            _ => self
                .quantities()
                .next()
                .map(|(_, quantity)| quantity.to_string())
                .unwrap_or_default(),
        };
        (text, self.kind().unit())
    }

    /// One line: `131/82 mmHg · pulse 66`, `> 600 mg/dL · before`.
    pub fn summary(&self) -> String {
        let (number, unit) = self.headline();
        let glue = if unit == "%" { "" } else { " " };
        let mut line = format!("{number}{glue}{unit}");
        if let Some(pulse) = self.get(Field::Pulse) {
            line.push_str(" · pulse ");
            line.push_str(&pulse.to_string());
        }
        for (_, word) in self.words().filter(|(_, word)| *word != "unknown") {
            line.push_str(" · ");
            line.push_str(&word.replace('_', " "));
        }
        line
    }

    /// Every value that is there, numbers first, for a table.
    pub fn fields(&self) -> impl Iterator<Item = FieldText> {
        let numbers = self.quantities().map(|(field, quantity)| FieldText {
            name: field.as_str(),
            label: field.label(),
            text: quantity.to_string(),
            unit: field.unit(),
        });
        let plain = |name, label, text| FieldText {
            name,
            label,
            text,
            unit: "",
        };
        let intervals = (!self.rr_intervals().is_empty()).then(|| FieldText {
            name: Field::RrIntervals.as_str(),
            label: Field::RrIntervals.label(),
            text: self
                .rr_intervals()
                .iter()
                .map(i64::to_string)
                .collect::<Vec<_>>()
                .join(" "),
            unit: Field::RrIntervals.unit(),
        });
        let irregular = match self {
            Self::BloodPressure(v) => v.irregular,
            _ => None,
        };
        let irregular = irregular.map(|yes| {
            plain(
                "irregular",
                "Irregular pulse",
                if yes { "yes" } else { "no" }.to_owned(),
            )
        });
        let words = self.words().map(move |(name, word)| {
            let label = match name {
                "meal" => "Meal",
                "sample" => "Sample",
                _ => "Site",
            };
            plain(name, label, word.replace('_', " "))
        });
        let period = self.period().map(|period| {
            [
                plain("from", "From", period.from.to_string()),
                plain("to", "To", period.to.to_string()),
            ]
        });
        numbers
            .chain(intervals)
            .chain(irregular)
            .chain(words)
            .chain(period.into_iter().flatten())
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::{Value, json};

    use crate::{Kind, Vital};

    fn vital(kind: Kind, values: &Value) -> Vital {
        Vital::from_json(kind, values).unwrap()
    }

    #[rstest]
    #[case(Kind::BloodPressure, json!({"systolic": 131, "diastolic": 82, "pulse": 66}), "131/82 mmHg · pulse 66")]
    #[case(Kind::Weight, json!({"weight": 69.8, "bmi": 24.5}), "69.8 kg")]
    #[case(Kind::Glucose, json!({"glucose": "HI", "meal": "before"}), "> 600 mg/dL · before")]
    #[case(Kind::Glucose, json!({"glucose": "LO", "sample": "capillary_plasma", "meal": "unknown"}), "< 20 mg/dL · capillary plasma")]
    #[case(Kind::Oximetry, json!({"spo2": 97, "pulse": 60}), "97% · pulse 60")]
    #[case(Kind::Temperature, json!({"temperature": 36.65, "site": "ear"}), "36.65 °C · ear")]
    #[case(Kind::HeartRate, json!({"heart_rate": 61.5}), "61.5 bpm")]
    #[case(Kind::Activity, json!({"steps": 4200, "from": "2026-11-20T00:00:00Z", "to": "2026-11-20T01:00:00Z"}), "4200 steps")]
    #[case(Kind::Sleep, json!({"deep": 90, "light": 210, "rem": 80, "awake": 20, "from": "2026-11-19T22:00:00Z", "to": "2026-11-20T05:00:00Z"}), "380 min")]
    #[case(Kind::Sleep, json!({"awake": 20, "from": "2026-11-19T22:00:00Z", "to": "2026-11-20T05:00:00Z"}), "20 min")]
    fn one_line_says_what_was_measured(#[case] kind: Kind, #[case] values: Value, #[case] line: &str) {
        assert_eq!(vital(kind, &values).summary(), line);
    }

    #[test]
    fn a_table_has_every_value() {
        let rows = |vital: Vital| {
            vital
                .fields()
                .map(|f| format!("{}={} {}", f.label, f.text, f.unit))
                .collect::<Vec<_>>()
        };
        let pressure =
            json!({"systolic": 131, "diastolic": 82.5, "mean": 98, "pulse": 66, "irregular": true});
        assert_eq!(
            rows(vital(Kind::BloodPressure, &pressure)),
            [
                "Systolic=131 mmHg",
                "Diastolic=82.5 mmHg",
                "Mean pressure=98 mmHg",
                "Pulse=66 bpm",
                "Irregular pulse=yes "
            ]
        );
        let heart = json!({"heart_rate": 60, "rr_intervals": [1000, 998]});
        assert_eq!(
            rows(vital(Kind::HeartRate, &heart)),
            ["Heart rate=60 bpm", "RR intervals=1000 998 ms"]
        );
        let walk = json!({"steps": 10, "from": "2026-11-20T00:00:00Z", "to": "2026-11-20T01:00:00+01:00"});
        assert_eq!(
            rows(vital(Kind::Activity, &walk)),
            [
                "Steps=10 steps",
                "From=2026-11-20T00:00:00.000Z ",
                "To=2026-11-20T00:00:00.000Z "
            ]
        );
    }
}
