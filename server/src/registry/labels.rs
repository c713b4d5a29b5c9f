//! What is printed on a device: a code by which who has it in hand shows that they have. It is computed and stored nowhere,
//! so a label can be printed again.

use std::collections::HashMap;
use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use vitals::Kind;

use super::claim::{ALPHABET, typed};
use super::{RegistryError, RegistryScope, store};
use crate::ground::ids::{CustomerId, DeviceId, DistributorId};
use crate::ground::{Ground, Purpose};
use crate::tenancy::Tx;

/// Ten characters of five bits: 50 bits.
const LENGTH: usize = 10;

/// The code of a label, shown as `XXXXX-XXXXX`.
#[derive(Clone)]
pub struct LabelCode([u8; LENGTH]);

impl LabelCode {
    /// The code of a device that came back to a stock so many times: a label that was seen while somebody had the device
    /// must not bring it to whoever saw it.
    pub(super) fn of(ground: &Ground, device: DeviceId, generation: i32) -> Self {
        let mut said = device.as_uuid().as_bytes().to_vec();
        if generation > 0 {
            said.extend(generation.to_be_bytes());
        }
        let hmac = ground.keys().hmac(Purpose::DeviceLabel, &said);
        let mut first = [0; 8];
        first.copy_from_slice(&hmac[..8]);
        let bits = u64::from_be_bytes(first);
        Self(std::array::from_fn(|place| {
            ALPHABET[usize::try_from((bits >> (59 - 5 * place)) & 31).unwrap_or_default()]
        }))
    }

    /// Reads what a person typed, as a claim code is read.
    pub(super) fn typed(text: &str) -> Option<Self> {
        typed(text).map(Self)
    }

    /// Whether they are the same, in constant time.
    pub(super) fn is(&self, other: &Self) -> bool {
        verify_slices_are_equal(&self.0, &other.0).is_ok()
    }

    /// The code, for the label.
    pub fn expose(&self) -> String {
        let text = String::from_utf8_lossy(&self.0);
        let (first, last) = text.split_at(LENGTH / 2);
        format!("{first}-{last}")
    }
}

impl fmt::Debug for LabelCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LabelCode(…)")
    }
}

/// What stands on a label.
#[derive(Debug, Clone)]
pub struct Label {
    /// The device.
    pub device: DeviceId,
    /// Who made it.
    pub maker: String,
    /// Its serial number.
    pub serial: String,
    /// Its model.
    pub model: String,
    /// What it measures.
    pub kinds: Vec<Kind>,
    /// The code.
    pub code: LabelCode,
    /// Whether an earlier label of it stands for nothing any more, because the device came back since.
    pub is_another: bool,
}

impl Label {
    /// What its QR code says: the page on which the device is adopted.
    pub fn url(&self, public_url: &str) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("maker", &self.maker)
            .append_pair("serial", &self.serial)
            .append_pair("code", &self.code.expose())
            .finish();
        format!("{public_url}/devices/adopt?{query}")
    }
}

/// A device as its label needs it.
pub(super) struct ToLabel {
    pub(super) device: DeviceId,
    pub(super) maker: String,
    pub(super) serial: String,
    pub(super) model: String,
    pub(super) kinds: Vec<Kind>,
    /// How often it came back to a stock.
    pub(super) generation: i32,
    pub(super) customer: Option<CustomerId>,
    pub(super) distributor: Option<DistributorId>,
}

impl ToLabel {
    fn label(self, ground: &Ground) -> Label {
        Label {
            device: self.device,
            code: LabelCode::of(ground, self.device, self.generation),
            is_another: self.generation > 0,
            maker: self.maker,
            serial: self.serial,
            model: self.model,
            kinds: self.kinds,
        }
    }
}

/// The label of a device, for who has it in stock: a label that is printed once the device is with somebody else would let
/// its printer take it over.
pub async fn label<S: RegistryScope>(
    tx: &Tx<S>,
    by: &S,
    ground: &Ground,
    device: DeviceId,
) -> Result<Label, RegistryError> {
    let printed = labels(tx, by, ground, &[device]).await?;
    printed.into_iter().next().ok_or(RegistryError::Conflict(
        "the device is not in your stock; labels are printed before it leaves",
    ))
}

/// The labels of these devices, in their order; those that are not in the caller's stock are left out.
pub async fn labels<S: RegistryScope>(
    tx: &Tx<S>,
    by: &S,
    ground: &Ground,
    devices: &[DeviceId],
) -> Result<Vec<Label>, RegistryError> {
    by.must_manage_devices()?;
    let found = store::adoption::to_label(tx, devices).await?;
    let mut found: HashMap<DeviceId, ToLabel> = found.into_iter().map(|one| (one.device, one)).collect();
    let found: Vec<ToLabel> = devices
        .iter()
        .map(|device| found.remove(device).ok_or(RegistryError::NotFound("device")))
        .collect::<Result<_, _>>()?;
    if by.customer().is_some() {
        return Err(RegistryError::NotAllowed(
            "labels are printed by who has the device in stock",
        ));
    }
    Ok(found
        .into_iter()
        .filter(|one| one.customer.is_none() && !(by.is_admin() && one.distributor.is_some()))
        .map(|one| one.label(ground))
        .collect())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::ground::{Keys, MasterKey};

    fn ground(key: u8) -> Ground {
        Ground::new(Keys::derive(&MasterKey::new([key; 32])))
    }

    fn device(number: u128) -> DeviceId {
        Uuid::from_u128(number).into()
    }

    #[test]
    fn a_code_is_its_device_s_and_survives_being_typed() {
        let ground = ground(1);
        let code = LabelCode::of(&ground, device(1), 0);
        let shown = code.expose();
        assert_eq!((shown.len(), shown.as_bytes()[5]), (11, b'-'));
        let sloppy = shown
            .to_lowercase()
            .replace('-', " ")
            .replace('0', "o")
            .replace('1', "l");
        assert!(LabelCode::typed(&sloppy).unwrap().is(&code));
        assert!(
            LabelCode::of(&ground, device(1), 0).is(&code),
            "it can be printed again"
        );
        assert!(!LabelCode::of(&ground, device(2), 0).is(&code));
        assert!(
            !LabelCode::of(&ground, device(1), 1).is(&code),
            "the device came back"
        );
        assert!(!LabelCode::of(&self::ground(2), device(1), 0).is(&code));
        for text in ["", "ABCDE", "ABCDE-FGHJU", "ABCDE-FGHJKM"] {
            assert!(LabelCode::typed(text).is_none(), "{text}");
        }
    }

    #[test]
    fn codes_use_every_letter_of_the_alphabet() {
        let ground = ground(1);
        let text: String = (0..200)
            .map(|number| LabelCode::of(&ground, device(number), 0).expose())
            .collect();
        let letters: std::collections::BTreeSet<u8> = text.bytes().filter(|byte| *byte != b'-').collect();
        assert_eq!(letters.len(), ALPHABET.len());
    }

    #[test]
    fn a_label_s_address_holds_what_a_form_needs() {
        let label = Label {
            device: device(1),
            maker: "A & D".to_owned(),
            serial: "S/1 2".to_owned(),
            model: "Cuff".to_owned(),
            kinds: vec![Kind::BloodPressure],
            code: LabelCode(*b"ABCDEFGHJK"),
            is_another: false,
        };
        assert_eq!(
            label.url("https://v.example"),
            "https://v.example/devices/adopt?maker=A+%26+D&serial=S%2F1+2&code=ABCDE-FGHJK"
        );
    }
}
