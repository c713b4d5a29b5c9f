//! Who and what is in the demo: two distributors, five clinics with people of several bundles, some forty devices of every
//! kind, by cellular networks and through four hubs, and what lies in stocks.

use std::ops::RangeInclusive;

use vitals::Kind;

use super::world::{Clinic, Device, Distributor, Hub, Person, device};

/// The clinic that has sites, and its person who sees one of them alone.
pub(super) const DIVIDED: &str = "Riverside Hospital";
pub(super) const WARD_CLINICIAN: &str = "ward@riverside.example";

/// Those who place devices.
pub(super) fn distributors() -> Vec<Distributor> {
    vec![
        Distributor {
            name: "Harbor Devices".into(),
            email: "desk@harbor.example".into(),
            time_zone: "America/New_York".into(),
            id: None,
            people: vec![
                person("ops@harbor.example", "Omar of Harbor", "operations"),
                person("viewer@harbor.example", "Vera of Harbor", "viewer"),
            ],
            stock: direct("BP Cell 2", "D0008", 1..=3, Kind::BloodPressure),
        },
        Distributor {
            name: "Summit Medical Supply".into(),
            email: "desk@summit.example".into(),
            time_zone: "America/Denver".into(),
            id: None,
            people: Vec::new(),
            stock: direct("Scale Cell", "D0009", 1..=2, Kind::Weight),
        },
    ]
}

/// What the platform has in stock itself.
pub(super) fn stock() -> Vec<Device> {
    direct("Oxi Cell", "D0010", 1..=2, Kind::Oximetry)
}

/// What lies in the platform's stock for those who order.
pub(super) fn for_orders() -> Vec<Device> {
    let mut devices = direct("BP Cell 2", "D0016", 1..=9, Kind::BloodPressure);
    devices.extend(direct("Scale Cell", "D0017", 1..=6, Kind::Weight));
    devices
}

/// Those who receive readings.
pub(super) fn clinics() -> Vec<Clinic> {
    vec![northside(), lakeview(), riverside(), pine_street(), sunrise()]
}

fn northside() -> Clinic {
    let mut devices = vec![
        bluetooth("Omron", "HEM-7142T1", "N700042", "bed 4", Kind::BloodPressure),
        bluetooth("Nonin", "Thermo BT", "N700101", "bed 3", Kind::Temperature),
        bluetooth("Polar", "Chest strap", "N700201", "bed 3", Kind::HeartRate),
        bluetooth("Withings", "Step watch", "N700301", "bed 5", Kind::Activity),
        bluetooth("Withings", "Sleep mat", "N700401", "bed 5", Kind::Sleep),
    ];
    devices.extend(placed("BP Cell 2", "D0000", 17..=20, "bed", Kind::BloodPressure));
    devices.extend(placed("Scale Cell", "D0001", 1..=2, "bed", Kind::Weight));
    devices.extend(placed("Gluco Cell", "D0002", 1..=2, "bed", Kind::Glucose));
    devices.extend(placed("Oxi Cell", "D0003", 1..=2, "bed", Kind::Oximetry));
    let people = vec![
        person("doctor@northside.example", "Dr. Dora North", "clinician"),
        person("technician@northside.example", "Theo Tech", "technician"),
        person("it@northside.example", "Ina Integrator", "integrator"),
    ];
    Clinic {
        people,
        ..clinic(
            "Northside Clinic",
            "northside",
            "America/New_York",
            Some("Harbor Devices"),
            devices,
        )
    }
    .with_hub("H-0001", "Ward 3 East")
}

fn lakeview() -> Clinic {
    let mut devices = placed("BP Cell 2", "D0005", 1..=4, "home", Kind::BloodPressure);
    devices.extend(placed("Scale Cell", "D0006", 1..=2, "home", Kind::Weight));
    devices.extend(placed("Oxi Cell", "D0007", 1..=2, "home", Kind::Oximetry));
    Clinic {
        people: vec![person("doctor@lakeview.example", "Dr. Lee Lake", "clinician")],
        ..clinic(
            "Lakeview Cardiology",
            "lakeview",
            "America/Chicago",
            Some("Harbor Devices"),
            devices,
        )
    }
}

fn riverside() -> Clinic {
    let mut devices = vec![
        bluetooth("Omron", "HEM-7142T1", "R700001", "room 201", Kind::BloodPressure),
        bluetooth("Nonin", "Thermo BT", "R700002", "room 202", Kind::Temperature),
        bluetooth("Polar", "Chest strap", "R700003", "room 203", Kind::HeartRate),
    ];
    devices.extend(placed("BP Cell 2", "D0011", 1..=2, "room", Kind::BloodPressure));
    devices.extend(placed("Oxi Cell", "D0012", 1..=1, "room", Kind::Oximetry));
    Clinic {
        people: vec![
            person("viewer@riverside.example", "Vito River", "viewer"),
            person(WARD_CLINICIAN, "Wanda Ward", "clinician"),
        ],
        ..clinic(DIVIDED, "riverside", "America/New_York", None, devices)
    }
    .with_hub("H-0002", "Cardiology 2")
}

fn pine_street() -> Clinic {
    let mut devices = vec![
        bluetooth("Omron", "HEM-7142T1", "P700001", "practice", Kind::BloodPressure),
        bluetooth("Withings", "Scale BT", "P700002", "practice", Kind::Weight),
    ];
    devices.extend(placed("Gluco Cell", "D0013", 1..=2, "home", Kind::Glucose));
    clinic(
        "Pine Street Practice",
        "pine-street",
        "America/Denver",
        Some("Summit Medical Supply"),
        devices,
    )
    .with_hub("H-0003", "Reception")
}

fn sunrise() -> Clinic {
    let mut devices = vec![
        bluetooth("Withings", "Sleep mat", "S700001", "home 1", Kind::Sleep),
        bluetooth("Withings", "Step watch", "S700002", "home 1", Kind::Activity),
        bluetooth("Nonin", "Oximeter BT", "S700003", "home 1", Kind::Oximetry),
    ];
    devices.extend(placed("BP Cell 2", "D0014", 1..=2, "home", Kind::BloodPressure));
    devices.extend(placed("Scale Cell", "D0015", 1..=1, "home", Kind::Weight));
    clinic(
        "Sunrise Home Health",
        "sunrise",
        "America/Phoenix",
        Some("Summit Medical Supply"),
        devices,
    )
    .with_hub("H-0004", "Living room")
    .without_its_plug()
}

fn clinic(
    name: &str,
    slug: &str,
    time_zone: &str,
    distributor: Option<&str>,
    devices: Vec<Device>,
) -> Clinic {
    Clinic {
        name: name.into(),
        slug: slug.into(),
        email: format!("nurse@{slug}.example"),
        time_zone: time_zone.into(),
        id: None,
        endpoint: None,
        devices,
        hub: None,
        distributor: distributor.map(Into::into),
        people: Vec::new(),
    }
}

impl Clinic {
    /// Its hub goes offline.
    fn without_its_plug(mut self) -> Self {
        if let Some(hub) = &mut self.hub {
            hub.unplugged = true;
        }
        self
    }

    fn with_hub(self, serial: &str, name: &str) -> Self {
        let hub = Hub {
            serial: serial.into(),
            name: name.into(),
            id: None,
            unplugged: false,
        };
        Self {
            hub: Some(hub),
            ..self
        }
    }
}

fn person(email: &str, name: &str, bundle: &str) -> Person {
    Person {
        email: email.into(),
        name: name.into(),
        bundle: bundle.into(),
        is_there: false,
    }
}

fn bluetooth(maker: &str, model: &str, serial: &str, reference: &str, kind: Kind) -> Device {
    device(maker, model, serial, reference, kind, true)
}

/// Several of one model that send by themselves.
fn direct(model: &str, series: &str, numbers: RangeInclusive<u32>, kind: Kind) -> Vec<Device> {
    placed(model, series, numbers, "", kind)
}

/// The same, for one bed or home after the other.
fn placed(model: &str, series: &str, numbers: RangeInclusive<u32>, place: &str, kind: Kind) -> Vec<Device> {
    numbers
        .zip(1..)
        .map(|(number, nth)| {
            let reference = if place.is_empty() {
                String::new()
            } else {
                format!("{place} {nth}")
            };
            device(
                "Acme",
                model,
                &format!("{series}{number:02}"),
                &reference,
                kind,
                false,
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::ground::enums::UserRole;
    use crate::tenancy::Bundle;

    #[test]
    fn the_world_is_as_large_as_it_is_said_to_be() {
        let clinics = clinics();
        let devices: Vec<&Device> = clinics.iter().flat_map(|clinic| &clinic.devices).collect();
        assert_eq!((distributors().len(), clinics.len()), (2, 5));
        assert!((35..=45).contains(&devices.len()), "{}", devices.len());
        assert_eq!(clinics.iter().filter(|clinic| clinic.hub.is_some()).count(), 4);
        let kinds: HashSet<Kind> = devices.iter().map(|device| device.kind).collect();
        assert_eq!(kinds.len(), Kind::ALL.len());
        let serials: HashSet<&str> = devices.iter().map(|device| device.serial.as_str()).collect();
        assert_eq!(serials.len(), devices.len());
        for clinic in &clinics {
            assert!(clinic.hub.is_some() || clinic.devices.iter().all(|device| !device.through_hub));
            assert!(
                clinic
                    .distributor
                    .iter()
                    .all(|name| distributors().iter().any(|one| one.name == *name))
            );
        }
    }

    #[test]
    fn everybody_has_a_bundle_that_there_is() {
        for person in clinics().iter().flat_map(|clinic| &clinic.people) {
            assert!(
                Bundle::named(UserRole::Customer, &person.bundle).is_some(),
                "{person:?}"
            );
        }
        for person in distributors().iter().flat_map(|distributor| &distributor.people) {
            assert!(
                Bundle::named(UserRole::Distributor, &person.bundle).is_some(),
                "{person:?}"
            );
        }
    }
}
