//! Adding a device by its maker and serial takes proof that one has it (DESIGN §5): the code on its label, or a reading on
//! request, signed by the customer's own hub. What goes wrong is one answer, because a serial can be read off a shelf in a
//! shop: nobody learns which devices there are, and whose they are.

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use data_encoding::BASE64URL_NOPAD;
use vitals::{DeviceKey, Kind};

use super::labels::LabelCode;
use super::moves::{Party, Period, adopt_locked, receiver};
use super::scope::RegistryScope;
use super::sites::lands;
use super::{RegistryError, store};
use crate::ground::enums::MoveReason;
use crate::ground::ids::{CustomerId, DeviceId, DeviceModelId};
use crate::ground::{Ground, Purpose};
use crate::tenancy::{CustomerScope, Database, Scope as _, SystemScope};

/// How long a person has to take a reading after asking.
pub const TICKET_LIVES: TimeDelta = TimeDelta::minutes(15);

/// Devices that one customer adds by readings in a day. Its hub signs whatever it says, so without a bound it could take the
/// serials of devices that others have not yet registered.
pub const MOST_A_DAY: i64 = 50;

/// The one answer. Whether the device exists, who has it, and whether the code was right, are never told apart.
const NOT_PROVED: RegistryError =
    RegistryError::NotFound("device that waits for you, or the proof does not fit it");

/// Takes a device over with the code on its label: a customer from the stock of its distributor, or from the inventory where
/// it has none, a distributor from the inventory. It is active at a customer from now on.
pub async fn adopt<S: RegistryScope>(
    ground: &Ground,
    database: &Database,
    by: &S,
    key: &DeviceKey,
    code: &str,
) -> Result<DeviceId, RegistryError> {
    by.must_manage_devices()?;
    let (party, site) = (Party::of(by)?, lands(by)?);
    let typed = LabelCode::typed(code).ok_or(NOT_PROVED)?;
    SystemScope::for_purpose("let who shows the code on a device's label have the device")
        .run(database, async |tx| {
            let found = store::adoption::system_find(tx, key).await?;
            let (device, generation) = found.ok_or(NOT_PROVED)?;
            if !LabelCode::of(ground, device, generation).is(&typed) {
                return Err(NOT_PROVED);
            }
            let taken = adopt_locked(tx, ground, (party, by.user()), device).await?;
            // It may have come back, and the label with it been voided, before it was locked.
            if !taken || store::adoption::system_find(tx, key).await? != found {
                return Err(NOT_PROVED);
            }
            store::sites::system_land(tx, by.customer(), device, site).await?;
            Ok(device)
        })
        .await
}

/// A person asks to add a device by a reading. The ticket says when and for which device; it is stored nowhere.
pub fn ask_for_reading(
    ground: &Ground,
    by: &CustomerScope,
    key: &DeviceKey,
) -> Result<String, RegistryError> {
    by.must_manage_devices()?;
    let asked_at = ground.now().timestamp_micros();
    let tag = ground
        .keys()
        .hmac(Purpose::DeviceLabel, &asked(by.id(), key, asked_at));
    let ticket = [asked_at.to_be_bytes().as_slice(), &tag].concat();
    Ok(BASE64URL_NOPAD.encode(&ticket))
}

/// Adds a device that the platform does not know, for the customer whose own confirmed hub signed a reading of it after the
/// person asked, which waits in quarantine. The device is the customer's since it was asked for, and active.
pub async fn adopt_by_reading(
    ground: &Ground,
    database: &Database,
    by: &CustomerScope,
    key: &DeviceKey,
    model: DeviceModelId,
    ticket: &str,
) -> Result<DeviceId, RegistryError> {
    by.must_manage_devices()?;
    let site = lands(by)?;
    let now = ground.now().trunc_subsecs(6);
    let since = opened(ground, by.id(), key, ticket)
        .filter(|since| *since <= now && now - *since <= TICKET_LIVES)
        .ok_or(NOT_PROVED)?;
    let id: DeviceId = ground.id();
    SystemScope::for_purpose("add a device of which the customer's own hub just signed a reading")
        .run(database, async |tx| {
            let through = receiver(tx, Party::of(by)?, by.id()).await?.distributor;
            let model_is = store::adoption::system_model(tx, model).await?;
            let (maker, kinds) = model_is.ok_or(RegistryError::NotFound("model"))?;
            if !maker.eq_ignore_ascii_case(key.maker.as_str()) {
                return Err(RegistryError::invalid("model_id", "the model is another maker's"));
            }
            let lately = now - TimeDelta::days(1);
            if store::adoption::system_added_since(tx, by.id(), lately).await? >= MOST_A_DAY {
                return Err(RegistryError::Conflict(
                    "you added many devices by their readings within a day; add more tomorrow, or with their labels",
                ));
            }
            let items = store::adoption::system_unknown(tx, (by.id(), site), key.serial.as_str(), since).await?;
            let is_proved = items
                .iter()
                .any(|(item, sealed)| proves(ground, item.as_bytes(), sealed, key, &kinds));
            if !is_proved || store::adoption::system_find(tx, key).await?.is_some() {
                return Err(NOT_PROVED);
            }
            let made = store::adoption::system_insert(tx, id, key, model, (by.id(), through), now).await?;
            if !made {
                return Err(NOT_PROVED);
            }
            let period = Period {
                device: id,
                customer: Some(by.id()),
                distributor: through,
                from: since,
                reason: MoveReason::Added,
                line: None,
                replaces: None,
                note: None,
            };
            store::moves::open(tx, ground.id(), &period, by.user(), now).await?;
            store::sites::system_land(tx, Some(by.id()), id, site).await?;
            Ok(id)
        })
        .await
}

/// Whether a quarantined item is a reading of this maker's device, and of something that the model measures.
fn proves(ground: &Ground, id: &[u8], sealed: &[u8], key: &DeviceKey, kinds: &[Kind]) -> bool {
    let Ok(item) = ground.keys().open(Purpose::Quarantine, id, sealed) else {
        return false;
    };
    vitals::decode(&item).is_ok_and(|item| {
        item.device() == key.serial.as_str()
            && item
                .maker()
                .is_some_and(|maker| maker.eq_ignore_ascii_case(key.maker.as_str()))
            && kinds.contains(&item.kind())
    })
}

/// What a ticket stands for.
fn asked(customer: CustomerId, key: &DeviceKey, at: i64) -> Vec<u8> {
    let maker = key.maker.as_str().to_ascii_lowercase();
    [
        b"a reading was asked for\0".as_slice(),
        customer.as_uuid().as_bytes(),
        &at.to_be_bytes(),
        maker.as_bytes(),
        b"\0",
        key.serial.as_str().as_bytes(),
    ]
    .concat()
}

/// When the ticket was given, where it is one for this customer and device.
fn opened(ground: &Ground, customer: CustomerId, key: &DeviceKey, ticket: &str) -> Option<DateTime<Utc>> {
    let ticket = BASE64URL_NOPAD.decode(ticket.as_bytes()).ok()?;
    let (at, tag) = ticket.split_first_chunk::<8>()?;
    let at = i64::from_be_bytes(*at);
    ground
        .keys()
        .hmac_matches(Purpose::DeviceLabel, &asked(customer, key, at), tag)
        .then_some(())?;
    DateTime::from_timestamp_micros(at)
}
