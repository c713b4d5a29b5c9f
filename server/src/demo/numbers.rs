//! Numbers that are printed on a made-up device. None of them can be a real one's: the modem's begins with the code of test
//! equipment, the SIM card's names a country code that nobody has, and the radio's address is a locally administered one.

use serde_json::{Value, json};

use super::world::Device;

/// What the registry is told of a device besides its serial: of a modem and a SIM card, or of a radio.
pub(super) fn of(device: &Device) -> Value {
    let digits = last_six(&device.serial);
    let firmware = if digits.ends_with(['0', '3', '6', '9']) {
        "2.3.0"
    } else {
        "2.4.1"
    };
    if device.through_hub {
        let first = device.serial.bytes().next().unwrap_or_default();
        let [a, b, c] = [&digits[..2], &digits[2..4], &digits[4..]];
        return json!({"mac": format!("02:00:{first:02X}:{a}:{b}:{c}"), "firmware": firmware});
    }
    let card = format!("899990000000{digits}");
    json!({
        "imei": checked(&format!("00101000{digits}")),
        "iccid": checked(&card),
        "firmware": firmware,
    })
}

/// The last six digits of a serial, with zeros before them where it has fewer.
fn last_six(serial: &str) -> String {
    let digits: Vec<char> = serial.chars().filter(char::is_ascii_digit).collect();
    let last: String = digits[digits.len().saturating_sub(6)..].iter().collect();
    format!("{last:0>6}")
}

/// Digits with their check digit (ISO/IEC 7812-1, annex B).
fn checked(digits: &str) -> String {
    let sum: u32 = digits
        .bytes()
        .rev()
        .zip([2, 1].into_iter().cycle())
        .map(|(digit, weight)| u32::from(digit.wrapping_sub(b'0')) * weight)
        .map(|value| value / 10 + value % 10)
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::plan;
    use super::*;
    use crate::registry::{Iccid, Imei, Mac, Typed as _};

    #[test]
    fn every_device_has_numbers_of_its_own_that_the_registry_takes() {
        let clinics = plan::clinics();
        let devices: Vec<&Device> = clinics.iter().flat_map(|clinic| &clinic.devices).collect();
        let mut seen = HashSet::new();
        for device in &devices {
            let numbers = of(device);
            for (name, known) in numbers.as_object().unwrap() {
                let text = known.as_str().unwrap();
                let read = match name.as_str() {
                    "imei" => Imei::parse("imei", text).map(|read| read.as_str().to_owned()),
                    "iccid" => Iccid::parse("iccid", text).map(|read| read.as_str().to_owned()),
                    "mac" => Mac::parse("mac", text).map(|read| read.as_str().to_owned()),
                    _ => continue,
                };
                assert_eq!(read.unwrap(), text, "{}", device.serial);
                assert!(
                    seen.insert(text.to_owned()),
                    "{} has another's {name}",
                    device.serial
                );
            }
        }
        assert!(seen.len() > devices.len(), "{}", seen.len());
    }
}
