//! What is printed on a device besides its serial, and what it runs, as fields of a form.

use web_templates::{Field, Width};

use crate::http::portal::sent::Sent;
use crate::registry::devices::Device;
use crate::registry::{Change, Numbers, NumbersPatch, RegistryError};

/// The fields of a device that there is.
pub(super) fn fields(device: &Device) -> Vec<Field> {
    let values = [&device.imei, &device.mac, &device.iccid, &device.firmware];
    let fields = empty().into_iter().zip(values);
    fields
        .map(|(field, value)| field.value(value.clone().unwrap_or_default()).width(Width::Half))
        .collect()
}

/// The fields of one to be added.
pub(super) fn empty() -> Vec<Field> {
    vec![
        Field::code("imei", "IMEI").hint("15 digits, of a cellular device."),
        Field::code("mac", "MAC")
            .placeholder("00:1A:2B:3C:4D:5E")
            .hint("Of its radio."),
        Field::code("iccid", "ICCID").hint("The number of its SIM card."),
        Field::text("firmware", "Firmware").hint("The version that it runs."),
    ]
}

/// What was typed about one to be added.
pub(super) fn typed(sent: &Sent) -> Result<Numbers, RegistryError> {
    let [imei, mac, iccid, firmware] = ["imei", "mac", "iccid", "firmware"].map(|name| sent.maybe(name));
    Numbers::typed(imei, mac, iccid, firmware)
}

/// What was typed about one that there is: all of it counts.
pub(super) fn patch(sent: &Sent) -> Result<NumbersPatch, RegistryError> {
    let Numbers {
        imei,
        mac,
        iccid,
        firmware,
    } = typed(sent)?;
    Ok(NumbersPatch {
        imei: Some(change(imei)),
        mac: Some(change(mac)),
        iccid: Some(change(iccid)),
        firmware: Some(change(firmware)),
    })
}

fn change<T>(typed: Option<T>) -> Change<T> {
    typed.map_or(Change::Clear, Change::Set)
}
