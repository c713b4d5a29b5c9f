//! The columns of a file of readings, and a reading as a line of it.

use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;
use vitals::{Field, Kind, Proof, Units, Vital};

use super::parts::number;
use crate::history::store::file::Filed;
use crate::history::store::page::Delivery;
use crate::registry::imports::csv;

/// What stands before the values.
const BEFORE: [&str; 6] = [
    "reading_id",
    "device_serial",
    "device_model",
    "kind",
    "measured_at",
    "received_at",
];

/// What stands behind them.
const BEHIND: [&str; 8] = [
    "quality",
    "status",
    "user_slot",
    "way",
    "hub",
    "proof",
    "delivery",
    "delivered_at",
];

/// How a file is written: which columns it has, and for whom.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    numbers: Vec<Field>,
    words: Vec<&'static str>,
    zone: Tz,
    units: Units,
}

/// What a line says besides its reading.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named<'a> {
    /// Maker and model of the device that measured.
    pub(super) model: &'a str,
    /// Its serial.
    pub(super) serial: &'a str,
    /// The hub through which it came, where this person sees it.
    pub(super) hub: &'a str,
}

impl Columns {
    /// Of a file with these kinds: every number that one of them can have, each in the unit that the person chose.
    pub(super) fn of(kinds: &[Kind], zone: Tz, units: Units) -> Self {
        let (mut numbers, mut words) = (Vec::new(), Vec::new());
        for kind in kinds {
            for field in kind.fields() {
                if !numbers.contains(field) {
                    numbers.push(*field);
                }
            }
            for word in said_beside(*kind) {
                if !words.contains(word) {
                    words.push(word);
                }
            }
        }
        Self {
            numbers,
            words,
            zone,
            units,
        }
    }

    /// The first line. Before it stands what tells a spreadsheet that the file is UTF-8.
    pub(super) fn head(&self) -> String {
        let mut names: Vec<String> = BEFORE.iter().map(|name| (*name).to_owned()).collect();
        for field in &self.numbers {
            names.push(field.as_str().to_owned());
            names.push(format!("{field}_unit"));
        }
        let rest = self.words.iter().chain(&BEHIND);
        names.extend(rest.map(|name| (*name).to_owned()));
        let mut out = "\u{feff}".to_owned();
        csv::write(&mut out, names.iter().map(String::as_str));
        out
    }

    /// A reading.
    pub(super) fn line(&self, filed: &Filed, named: Named<'_>, out: &mut String) {
        let reading = &filed.shown;
        let vital = &reading.vital;
        let mut cells = vec![
            reading.id.to_string(),
            named.serial.to_owned(),
            named.model.to_owned(),
            vital.kind().to_string(),
            self.time(reading.measured_at),
            self.time(reading.received_at),
        ];
        for field in &self.numbers {
            match vital.get(*field) {
                Some(quantity) => {
                    cells.push(number(self.units, *field, quantity));
                    cells.push(self.units.unit(*field).to_owned());
                }
                None => cells.extend([String::new(), String::new()]),
            }
        }
        cells.extend(self.words.iter().map(|word| self.word(vital, word)));
        let (delivery, delivered_at) = self.delivery(filed);
        let quality: Vec<&str> = reading.quality.names().collect();
        cells.extend([
            quality.join(" "),
            if reading.in_error { "taken back" } else { "final" }.to_owned(),
            filed.user_slot.map(|slot| slot.to_string()).unwrap_or_default(),
            way(reading.hub.is_some(), reading.proof).to_owned(),
            named.hub.to_owned(),
            reading.proof.to_string(),
            delivery.to_owned(),
            delivered_at,
        ]);
        csv::write(out, cells.iter().map(String::as_str));
    }

    /// ISO 8601 with the offset from UTC that this person's zone had then.
    fn time(&self, at: DateTime<Utc>) -> String {
        at.with_timezone(&self.zone)
            .to_rfc3339_opts(SecondsFormat::Millis, false)
    }

    /// What was said beside the numbers, under this name.
    fn word(&self, vital: &Vital, name: &str) -> String {
        let edge = match name {
            "from" => vital.period().map(|period| period.from.ms()),
            "to" => vital.period().map(|period| period.to.ms()),
            _ => None,
        };
        if let Some(at) = edge.and_then(DateTime::from_timestamp_millis) {
            return self.time(at);
        }
        let mut told = vital.fields().filter(|told| told.name == name);
        told.next().map(|told| told.text).unwrap_or_default()
    }

    /// How far it came on its way to the customer's server, and when that had it.
    fn delivery(&self, filed: &Filed) -> (&'static str, String) {
        let received_at = filed.shown.received_at;
        match filed.shown.forwarded.map(|forwarded| forwarded.state) {
            None | Some(Delivery::Waiting(_)) => ("on its way", String::new()),
            Some(Delivery::NoEndpoint) => ("no endpoint", String::new()),
            Some(Delivery::Dead) => ("failed", String::new()),
            Some(Delivery::Delivered(after)) => ("delivered", self.time(received_at + after)),
        }
    }
}

/// What a reading of a kind can say beside its numbers, by its name there.
const fn said_beside(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::BloodPressure => &["irregular"],
        Kind::Glucose => &["meal", "sample"],
        Kind::Temperature => &["site"],
        Kind::HeartRate => &["rr_intervals"],
        Kind::Activity | Kind::Sleep => &["from", "to"],
        Kind::Weight | Kind::Oximetry => &[],
    }
}

/// How it arrived.
const fn way(is_through_hub: bool, proof: Proof) -> &'static str {
    match (is_through_hub, proof) {
        (true, _) | (_, Proof::HubSigned) => "hub",
        (false, Proof::DeviceToken) => "own line",
        (false, Proof::VendorAsserted) => "vendor's cloud",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use vitals::Quality;

    use super::*;
    use crate::history::store::page::{Forwarded, Shown};

    fn filed(kind: Kind, values: &serde_json::Value) -> Filed {
        Filed {
            shown: Shown {
                id: uuid::Uuid::nil().into(),
                device: uuid::Uuid::nil().into(),
                measured_at: "2026-11-20T08:15:30.123Z".parse().unwrap(),
                received_at: "2026-11-20T08:15:31Z".parse().unwrap(),
                hub_time: None,
                hub: None,
                vital: Vital::from_json(kind, values).unwrap(),
                quality: Quality::MOVEMENT,
                proof: Proof::DeviceToken,
                in_error: false,
                forwarded: Some(Forwarded {
                    sequence: 1,
                    state: Delivery::Delivered(chrono::TimeDelta::milliseconds(43)),
                }),
            },
            user_slot: Some(2),
        }
    }

    fn lines(kinds: &[Kind], units: Units, readings: &[Filed], hub: &str) -> Vec<String> {
        let columns = Columns::of(kinds, Tz::Europe__Berlin, units);
        let mut out = columns.head();
        for reading in readings {
            let named = Named {
                model: "=Acme BP",
                serial: "D1",
                hub,
            };
            columns.line(reading, named, &mut out);
        }
        out.lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_line_says_its_units_its_offset_and_no_formula() {
        let units = Units {
            pressure: vitals::PressureUnit::KPa,
            ..Units::default()
        };
        let values = json!({"systolic": 120, "diastolic": 80, "pulse": 66, "irregular": false});
        let reading = filed(Kind::BloodPressure, &values);
        let lines = lines(&[Kind::BloodPressure], units, &[reading], "@ward");
        assert_eq!(
            lines,
            [
                "\u{feff}reading_id,device_serial,device_model,kind,measured_at,received_at,systolic,systolic_unit,\
                 diastolic,diastolic_unit,mean,mean_unit,pulse,pulse_unit,irregular,quality,status,user_slot,way,hub,proof,\
                 delivery,delivered_at",
                "00000000-0000-0000-0000-000000000000,D1,\"'=Acme BP\",blood_pressure,2026-11-20T09:15:30.123+01:00,\
                 2026-11-20T09:15:31.000+01:00,16.0,kPa,10.7,kPa,,,66,bpm,no,movement,final,2,own line,\"'@ward\",\
                 device_token,delivered,2026-11-20T09:15:31.043+01:00",
            ]
        );
    }

    /// A reading leaves the cells of the other kinds empty, and every value that it has is somewhere.
    #[test]
    fn a_file_of_many_kinds_holds_every_value() {
        let glucose = filed(Kind::Glucose, &json!({"glucose": "HI", "meal": "before"}));
        let sleep = json!({"deep": 71, "light": 293, "rem": 89, "from": "2026-11-19T22:00:00Z", "to": "2026-11-20T05:00:00Z"});
        let sleep = filed(Kind::Sleep, &sleep);
        let lines = lines(Kind::ALL, Units::default(), &[glucose, sleep], "");
        let [head, glucose, sleep] = lines.as_slice() else {
            panic!("{lines:?}")
        };
        let count = head.split(',').count();
        assert_eq!(glucose.split(',').count(), count);
        assert_eq!(sleep.split(',').count(), count);
        let cell = |line: &str, name: &str| {
            let place = head.split(',').position(|column| column == name).unwrap();
            line.split(',').nth(place).unwrap().to_owned()
        };
        for (name, value) in [
            ("glucose", "> 600"),
            ("glucose_unit", "mg/dL"),
            ("meal", "before"),
            ("deep", ""),
        ] {
            assert_eq!(cell(glucose, name), value, "{name}");
        }
        for (name, value) in [
            ("deep", "71"),
            ("light_unit", "min"),
            ("from", "2026-11-19T23:00:00.000+01:00"),
            ("to", "2026-11-20T06:00:00.000+01:00"),
            ("glucose", ""),
        ] {
            assert_eq!(cell(sleep, name), value, "{name}");
        }
        assert_eq!(
            head.matches(",pulse,").count(),
            1,
            "pulse has one column for both kinds that have it"
        );
    }
}
