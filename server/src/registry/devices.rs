//! Devices: what they are, who holds them now, and whether readings are taken from them.

use chrono::{DateTime, Utc};
use uuid::Uuid;
use vitals::{DeviceKey, Kind};

use super::moves::Period;
use super::page::{Ask, Page};
use super::scope::RegistryScope;
use super::sites::Stands;
use super::states::Author;
use super::wanting::Silence;
use super::{Numbers, RegistryError, store};
use crate::ground::enums::{DeviceState, Errand, MoveReason, Report, Transport};
use crate::ground::ids::{CustomerId, DeviceId, DeviceModelId, DistributorId, SiteId};
use crate::ground::{Ground, hides};
use crate::tenancy::{AdminScope, Tx};

/// Where a list of devices goes on: serial and id.
pub type DeviceKeyset = (String, Uuid);

/// A device with what is known of it besides its values.
#[derive(Debug, Clone)]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// Who made it.
    pub maker: String,
    /// Its serial number.
    pub serial: String,
    /// Its model.
    pub model_id: DeviceModelId,
    /// The model's name.
    pub model: String,
    /// What it measures.
    pub kinds: Vec<Kind>,
    /// How its readings travel.
    pub transport: Transport,
    /// What its model reports besides; empty: nobody has written it down.
    pub reports: Vec<Report>,
    /// Through whom it was placed.
    pub distributor: Option<DistributorId>,
    /// That distributor's name; a customer does not see it.
    pub distributor_name: Option<String>,
    /// That distributor's own word for it; a customer does not see it.
    pub distributor_reference: Option<String>,
    /// Who holds it now.
    pub customer: Option<CustomerId>,
    /// The holder's name.
    pub customer_name: Option<String>,
    /// The holder's own word for it, which may tell of a patient; only the holder sees it.
    pub customer_reference: Option<String>,
    /// The site where it stands, and its name; only the holder sees it.
    pub site: Option<(SiteId, String)>,
    /// Its modem's number, 15 digits.
    pub imei: Option<String>,
    /// Its radio's address, as `00:1A:2B:3C:4D:5E`.
    pub mac: Option<String>,
    /// Its SIM card's number, 18 to 20 digits.
    pub iccid: Option<String>,
    /// What it runs.
    pub firmware: Option<String>,
    /// Whether readings are taken from it.
    pub state: DeviceState,
    /// What it is promised to, so that nothing else is done with it meanwhile; a customer does not see it.
    pub reserved: Option<Errand>,
    /// Whether another customer held it before.
    pub ever_moved: bool,
    /// Since when its present holder has it.
    pub held_since: Option<DateTime<Utc>>,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When it was last heard of.
    pub last_seen_at: Option<DateTime<Utc>>,
    /// When it last measured.
    pub last_reading_at: Option<DateTime<Utc>>,
    /// What it last measured.
    pub last_kind: Option<Kind>,
    /// Charge in percent.
    pub battery_percent: Option<i16>,
    /// Strength of the signal in dBm.
    pub signal_dbm: Option<i16>,
}

/// A device to add.
#[derive(Debug, Clone)]
pub struct NewDevice {
    /// Maker and serial.
    pub key: DeviceKey,
    /// Its model.
    pub model: DeviceModelId,
    /// Who holds it; without a customer it goes into stock.
    pub customer: Option<CustomerId>,
    /// Whose stock it is in; a customer's own distributor counts over this.
    pub distributor: Option<DistributorId>,
    /// The customer's own word for it.
    pub customer_reference: Option<String>,
    /// What is printed on it, and what it runs.
    pub numbers: Numbers,
    /// Since when it is held; now, where nothing is given. Earlier readings would have no owner.
    pub assigned_since: Option<DateTime<Utc>>,
    /// Active or inactive at a customer, else stock; active and stock where nothing is given.
    pub state: Option<DeviceState>,
}

/// Whoever asks again sees what came between.
pub(super) const CHANGED: RegistryError = RegistryError::Conflict("the device has just changed; look again");

/// Which devices are looked for.
#[derive(Debug, Clone, Default)]
pub struct DeviceFilter {
    /// Part of the serial, of a reference, of the model's or the customer's name, without regard to case; or the IMEI, the
    /// MAC or the SIM card's number, as they are written.
    pub q: Option<String>,
    /// Those that measure this.
    pub kind: Option<Kind>,
    /// Those in this state.
    pub state: Option<DeviceState>,
    /// Those that are not out of use for good: neither retired nor replaced.
    pub in_use: bool,
    /// Those of one customer, for who sees more than one.
    pub customer: Option<CustomerId>,
    /// Those of one distributor, in its stock or at its customers.
    pub distributor: Option<DistributorId>,
    /// Those of one model.
    pub model: Option<DeviceModelId>,
    /// Those in stock, with no customer.
    pub in_stock: bool,
    /// Those in the caller's own stock, where they lie or came back to: whose labels the caller prints.
    pub to_label: bool,
    /// Active ones that want a person.
    pub wants: Option<Wants>,
    /// Those at a site, or at none, for a customer's people.
    pub site: Option<Stands>,
}

/// Why an active device wants a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wants {
    /// Not heard any more, or never.
    Silent(Silence),
    /// A battery at [`super::overview::LOW_BATTERY`] or below.
    LowBattery,
    /// A signal at [`super::overview::WEAK_SIGNAL`] or below.
    WeakSignal,
    /// Any of these.
    Anything(Silence),
}

/// What to change about a device.
#[derive(Debug, Clone, Default)]
pub struct DevicePatch {
    /// Take readings from it, or do not.
    pub state: Option<DeviceState>,
    /// The customer's own word for it.
    pub reference: Option<ReferenceChange>,
}

/// What becomes of the customer's own word for a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReferenceChange {
    /// It is this from now on.
    Set(String),
    /// There is none any more.
    Clear,
}

/// Adds a device, active at its customer or in stock.
pub async fn create(
    tx: &Tx<AdminScope>,
    by: &AdminScope,
    ground: &Ground,
    new: NewDevice,
) -> Result<DeviceId, RegistryError> {
    let now = ground.now();
    let assigned_since = new.assigned_since.unwrap_or(now);
    if assigned_since > now {
        return Err(RegistryError::invalid(
            "assigned_since",
            "must not lie in the future",
        ));
    }
    let state = match (new.customer, new.state) {
        (Some(_), None | Some(DeviceState::Active)) => DeviceState::Active,
        (Some(_), Some(DeviceState::Inactive)) => DeviceState::Inactive,
        (None, None | Some(DeviceState::Stock)) => DeviceState::Stock,
        _ => {
            return Err(RegistryError::invalid(
                "state",
                "is active or inactive at a customer, else stock",
            ));
        }
    };
    if new.customer.is_none() && new.customer_reference.is_some() {
        return Err(RegistryError::invalid("customer_reference", "needs a customer"));
    }
    let distributor = match new.customer {
        Some(customer) => {
            store::organisations::must_be_open(tx, customer).await?;
            super::organisations::customer(tx, customer).await?.distributor
        }
        None => new.distributor,
    };
    let customer_reference = referenced(new.customer_reference)?;
    let new = NewDevice {
        customer_reference,
        state: Some(state),
        distributor,
        ..new
    };
    let id = ground.id();
    store::devices::insert(tx, id, &new, state, now).await?;
    let period = Period {
        device: id,
        customer: new.customer,
        distributor,
        from: assigned_since,
        reason: MoveReason::Added,
        line: None,
        replaces: None,
        note: None,
    };
    store::moves::open(tx, ground.id(), &period, by.user(), now).await?;
    if state == DeviceState::Inactive {
        let turn = (DeviceState::Stock.into(), state.into());
        store::states::write_device(tx, ground.id(), id, turn, (Author::of(by), now)).await?;
    }
    Ok(id)
}

/// The devices that the scope sees, by serial.
pub async fn list<S: RegistryScope>(
    tx: &Tx<S>,
    filter: &DeviceFilter,
    ask: &Ask<DeviceKeyset>,
) -> Result<Page<Device, DeviceKeyset>, RegistryError> {
    let rows = store::devices::list(tx, filter, ask).await?;
    Ok(Page::of(rows, ask, |row| (row.serial.clone(), row.id.as_uuid())))
}

/// One device.
pub async fn get<S: RegistryScope>(tx: &Tx<S>, id: DeviceId) -> Result<Device, RegistryError> {
    store::devices::get_one(tx, id)
        .await?
        .ok_or(RegistryError::NotFound("device"))
}

/// Changes a device's state or its holder's word for it.
pub async fn change<S: RegistryScope>(
    tx: &Tx<S>,
    by: &S,
    ground: &Ground,
    id: DeviceId,
    patch: DevicePatch,
) -> Result<(), RegistryError> {
    by.must_manage_devices()?;
    let device = get(tx, id).await?;
    let DevicePatch { state, reference } = patch;
    if let Some(state) = state.filter(|state| *state != device.state) {
        may_become(&device, state, by.is_admin())?;
        if let Some(holder) = device.customer.filter(|_| state == DeviceState::Active) {
            store::organisations::must_be_open(tx, holder).await?;
        }
        let now = ground.now();
        if !store::devices::set_state(tx, &device, state, now).await? {
            return Err(CHANGED);
        }
        let turn = (device.state.into(), state.into());
        store::states::write_device(tx, ground.id(), id, turn, (Author::of(by), now)).await?;
    }
    if let Some(change) = reference {
        if by.customer().is_none() {
            return Err(RegistryError::NotAllowed("the reference is the customer's own"));
        }
        let reference = match change {
            ReferenceChange::Set(reference) => referenced(Some(reference))?,
            ReferenceChange::Clear => None,
        };
        if !store::devices::set_reference(tx, &device, reference.as_deref(), ground.now()).await? {
            return Err(CHANGED);
        }
    }
    Ok(())
}

fn may_become(device: &Device, wanted: DeviceState, is_admin: bool) -> Result<(), RegistryError> {
    use DeviceState::{Active, Inactive, Replaced, Retired, Returned, Stock};
    match (device.state, wanted) {
        (Retired | Replaced, _) => Err(RegistryError::Conflict("the device is out of use for good")),
        (_, Active | Inactive) if device.customer.is_none() => {
            Err(RegistryError::Conflict("no customer holds the device"))
        }
        (from, Active | Inactive) if is_admin || matches!(from, Active | Inactive) => Ok(()),
        (_, Stock | Returned) if device.customer.is_some() => Err(RegistryError::Conflict(
            "a customer holds the device; it has to be given back",
        )),
        (_, Stock | Returned | Retired) if is_admin => Ok(()),
        _ => Err(RegistryError::NotAllowed(
            "a device can be set active or inactive",
        )),
    }
}

pub(super) fn referenced(reference: Option<String>) -> Result<Option<String>, RegistryError> {
    let Some(reference) = reference else {
        return Ok(None);
    };
    let reference = reference.trim();
    let is_shown = !hides(reference) && !reference.chars().any(char::is_control);
    let is_good = reference.chars().count() <= 200 && is_shown;
    match reference {
        "" => Ok(None),
        _ if is_good => Ok(Some(reference.to_owned())),
        _ => Err(RegistryError::invalid(
            "customer_reference",
            "must have at most 200 characters, each of which is seen and none a control character",
        )),
    }
}
