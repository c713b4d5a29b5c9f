//! A door for the fuzz targets (`fuzz/` at the top of the repository) and for nobody else: they are a crate of their own,
//! and the decoders of this room are the room's own business. Bytes in, plain values out.

use vitals::{DeviceKey, Reading};

use super::vendors::{self, Content};
use super::{Body, ProofError, RefusalReason, TooLarge, hub_proof, items, mqtt};
use crate::ground::enums::{Encoding, Vendor};
use crate::registry::HubIdentity;

/// What one element of a vendor's message says.
#[derive(Debug, PartialEq)]
pub struct Said<'a> {
    /// Its own bytes, a part of the message.
    pub bytes: &'a [u8],
    /// The device's name in its canonical form.
    pub device: Option<String>,
    /// Its readings, none where it only says that the device is alive; or what is wrong with it.
    pub readings: Result<Vec<Reading>, String>,
}

/// Takes a hub's batch apart.
pub fn batch(body: &[u8]) -> Option<Vec<&[u8]>> {
    items::items(body)
}

/// Unpacks a body to `most` bytes; nothing where it is broken.
pub fn unpack(encoding: Encoding, wire: &[u8], most: usize) -> Result<Option<Vec<u8>>, TooLarge> {
    let body = Body::unpack(encoding, wire, most)?;
    Ok(body.said().map(<[u8]>::to_vec))
}

/// Reads a vendor's message.
pub fn message(vendor: Vendor, body: &[u8]) -> Option<Vec<Said<'_>>> {
    let items = vendors::read(vendor, body)?;
    Some(items.into_iter().map(|item| said(vendor, item)).collect())
}

fn said(vendor: Vendor, item: vendors::Item<'_>) -> Said<'_> {
    let device = item.device.map(|key| key.as_str().to_owned());
    let key = || DeviceKey::parse(vendor.as_str(), device.as_deref().unwrap_or_default());
    let readings = match (item.content, key()) {
        (Err(flaw), _) => Err(flaw.to_string()),
        (Ok(Content::Status), _) => Ok(Vec::new()),
        (Ok(Content::Readings(measured)), Ok(key)) => {
            Ok(measured.into_iter().map(|one| one.of(key.clone())).collect())
        }
        (Ok(Content::Readings(_)), Err(_)) => Err("a reading of a device without a name".to_owned()),
    };
    Said {
        bytes: item.bytes,
        device,
        readings,
    }
}

/// Takes apart what was published on the topic of a device: the token, and what is kept. Else the reason.
pub fn published(serial: &str, payload: &[u8], most: usize) -> Result<(String, Vec<u8>), RefusalReason> {
    mqtt::taken_apart(serial, payload, most)
}

/// What a hub's token calls its sender, before anything is verified.
pub fn named(token: &str) -> Option<String> {
    hub_proof::claimed_name(token)
}

/// Verifies a token of this hub; gives the method and the address that it is for.
pub fn verified(token: &str, hub: &HubIdentity, audience: &str) -> Result<(String, String), ProofError> {
    hub_proof::signed_for(token, hub, audience)
}
