//! What has to be true of whatever the decoders make of any bytes. Each [`Target`] is a fuzz target of that name (`fuzz/`, run by
//! `make soak`), and CI runs them all over the fuzz targets' seeds and what they become when they are spoilt.

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "to panic is what these are for"
)]

mod hub_batch;
mod hub_token;
mod import;
mod making;
mod mqtt;
mod reading;
mod units;
mod unpack;
mod vendor;

use arbitrary::Unstructured;
use vitals::fhir::from_observation;
use vitalwire_server::ground::enums::Vendor;

use self::reading::{cuff, keeps_what_it_is};

/// A decoder and what has to be true of it.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name, which its fuzz target and its folder of seeds have too.
    pub name: &'static str,
    /// Panics unless what comes of the bytes is sound.
    pub check: fn(&[u8]),
}

/// All of them.
pub const TARGETS: [Target; 14] = [
    Target {
        name: "telemetry",
        check: telemetry,
    },
    Target {
        name: "canonical",
        check: canonical,
    },
    Target {
        name: "observation",
        check: observation,
    },
    Target {
        name: "units",
        check: units,
    },
    Target {
        name: "hub_batch",
        check: hub_batch,
    },
    Target {
        name: "hub_token",
        check: hub_token,
    },
    Target {
        name: "mqtt",
        check: mqtt,
    },
    Target {
        name: "unpack",
        check: unpack,
    },
    Target {
        name: "vendor_bodytrace",
        check: vendor_bodytrace,
    },
    Target {
        name: "vendor_transtek",
        check: vendor_transtek,
    },
    Target {
        name: "vendor_telli",
        check: vendor_telli,
    },
    Target {
        name: "vendor_tenovi",
        check: vendor_tenovi,
    },
    Target {
        name: "vendor_smartmeter",
        check: vendor_smartmeter,
    },
    Target {
        name: "import",
        check: import,
    },
];

/// What a device sends: any bytes are refused or are a reading that keeps what it is.
pub fn telemetry(bytes: &[u8]) {
    let Ok(decoded) = vitals::decode(bytes) else {
        return;
    };
    assert!(decoded.device_key(&"Acme".parse().expect("a maker")).is_ok());
    if let Ok(reading) = decoded.into_reading(cuff()) {
        keeps_what_it_is(&reading);
    }
}

/// Readings that were not sent but made: whatever can be kept keeps what it is.
pub fn canonical(bytes: &[u8]) {
    if let Ok(Some(reading)) = making::reading(&mut Unstructured::new(bytes)) {
        keeps_what_it_is(&reading);
    }
}

/// Observations of others: refused, or a reading that keeps what it is.
pub fn observation(bytes: &[u8]) {
    let Ok(observation) = serde_json::from_slice(bytes) else {
        return;
    };
    if let Ok(reading) = from_observation(&observation) {
        keeps_what_it_is(&reading);
    }
}

/// A field, a unit and a number as text, each on a line of its own.
pub fn units(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        units::is_sound(text);
    }
}

/// A hub's batch.
pub fn hub_batch(bytes: &[u8]) {
    hub_batch::is_sound(bytes);
}

/// A hub's token: a line for its header, the rest what it claims.
pub fn hub_token(bytes: &[u8]) {
    hub_token::is_sound(bytes);
}

/// What is published for a device: a line for the serial of the topic, the rest the message.
pub fn mqtt(bytes: &[u8]) {
    mqtt::is_sound(bytes);
}

/// Packed bodies.
pub fn unpack(bytes: &[u8]) {
    unpack::is_sound(bytes);
}

/// What BodyTrace's cloud sends.
pub fn vendor_bodytrace(bytes: &[u8]) {
    vendor::is_sound(Vendor::BodyTrace, bytes);
}

/// What MioConnect, Transtek's cloud, sends.
pub fn vendor_transtek(bytes: &[u8]) {
    vendor::is_sound(Vendor::Transtek, bytes);
}

/// What Telli's cloud sends, in both versions.
pub fn vendor_telli(bytes: &[u8]) {
    vendor::is_sound(Vendor::Telli, bytes);
}

/// What Tenovi's cloud sends.
pub fn vendor_tenovi(bytes: &[u8]) {
    vendor::is_sound(Vendor::Tenovi, bytes);
}

/// What Validic sends of Smart Meter's devices.
pub fn vendor_smartmeter(bytes: &[u8]) {
    vendor::is_sound(Vendor::SmartMeter, bytes);
}

/// A file of devices.
pub fn import(bytes: &[u8]) {
    import::is_sound(bytes);
}
