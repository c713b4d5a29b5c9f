//! The catalogue of device models, the same for everybody.

pub mod reports;

use std::collections::HashMap;

use chrono::DateTime;
use vitals::{Kind, Maker};

use super::faults::both;
use super::organisations::named;
use super::page::{Ask, Page};
use super::remembered::Memory;
use super::scope::RegistryScope;
use super::{RegistryError, store};
use crate::ground::Ground;
use crate::ground::enums::{Report, Transport};
use crate::ground::ids::DeviceModelId;
use crate::tenancy::{AdminScope, Tx};

/// Where the catalogue goes on: maker and name.
pub type ModelKey = (String, String);

/// A model of a maker.
#[derive(Debug, Clone)]
pub struct DeviceModel {
    /// Its id.
    pub id: DeviceModelId,
    /// Who makes it.
    pub maker: String,
    /// What its maker calls it.
    pub name: String,
    /// What it measures.
    pub kinds: Vec<Kind>,
    /// How its readings travel.
    pub transport: Transport,
    /// What it reports besides; empty: nobody has written it down.
    pub reports: Vec<Report>,
}

/// A model to add.
#[derive(Debug, Clone)]
pub struct NewModel {
    /// Who makes it.
    pub maker: Maker,
    /// What its maker calls it, 1 to 100 characters.
    pub name: String,
    /// What it measures; at least one kind.
    pub kinds: Vec<Kind>,
    /// How its readings travel.
    pub transport: Transport,
    /// What it reports besides; empty: nobody has written it down.
    pub reports: Vec<Report>,
}

/// Which models are looked for.
#[derive(Debug, Clone, Default)]
pub struct ModelFilter {
    /// Part of the maker's or the model's name, without regard to case.
    pub q: Option<String>,
    /// Those that measure this.
    pub kind: Option<Kind>,
}

/// What to change about a model. Its maker stays: with the serial it names every device.
#[derive(Debug, Clone)]
pub struct ModelPatch {
    /// What its maker calls it, 1 to 100 characters.
    pub name: String,
    /// What it measures; at least one kind.
    pub kinds: Vec<Kind>,
    /// How its readings travel.
    pub transport: Transport,
    /// What it reports besides; empty: nobody has written it down.
    pub reports: Vec<Report>,
}

/// Adds a model.
pub async fn create(
    tx: &Tx<AdminScope>,
    ground: &Ground,
    new: NewModel,
) -> Result<DeviceModel, RegistryError> {
    let NewModel {
        maker,
        name,
        kinds,
        transport,
        reports,
    } = new;
    let (name, (kinds, reports)) = checked(&name, kinds, reports)?;
    let model = DeviceModel {
        id: ground.id(),
        maker: maker.as_str().to_owned(),
        name,
        reports,
        kinds,
        transport,
    };
    store::models::insert(tx, &model, ground.now()).await?;
    Ok(model)
}

/// Changes a model. Once there is a device of it, what it reports besides is all that changes: the rest would say something
/// else of devices that are in people's hands, and of what they measured.
pub async fn change(tx: &Tx<AdminScope>, id: DeviceModelId, patch: ModelPatch) -> Result<(), RegistryError> {
    let ModelPatch {
        name,
        kinds,
        transport,
        reports,
    } = patch;
    let (name, (kinds, reports)) = checked(&name, kinds, reports)?;
    let patch = ModelPatch {
        name,
        kinds,
        transport,
        reports,
    };
    store::models::hold(tx, id).await?;
    if store::models::is_used(tx, id).await? {
        let before = get(tx, id).await?;
        let is_same =
            before.name == patch.name && before.kinds == patch.kinds && before.transport == patch.transport;
        if !is_same {
            return Err(USED);
        }
    }
    if store::models::update(tx, id, &patch).await? {
        Ok(())
    } else {
        Err(RegistryError::NotFound("model"))
    }
}

/// Whether a model is any device's, in use or not: then what it reports besides is all that changes.
pub async fn is_used(tx: &Tx<AdminScope>, id: DeviceModelId) -> Result<bool, RegistryError> {
    store::models::is_used(tx, id).await
}

const USED: RegistryError = RegistryError::Conflict(
    "devices of this model are registered, so its name, its kinds and how it sends stay; add another model for what differs",
);

fn called(name: &str) -> Result<String, RegistryError> {
    let name = named(name)?;
    if name.chars().count() > 100 {
        return Err(RegistryError::invalid("name", "must have at most 100 characters"));
    }
    Ok(name)
}

/// What a model measures, and what it reports besides.
pub type Told = (Vec<Kind>, Vec<Report>);

/// What is typed about a model as it is stored: its name, what it measures, and what it reports besides. All that is wrong
/// with it is told at once.
pub fn checked(name: &str, kinds: Vec<Kind>, reports: Vec<Report>) -> Result<(String, Told), RegistryError> {
    let told = measured(kinds).and_then(|kinds| {
        let reports = reports::checked(reports, &kinds)?;
        Ok((kinds, reports))
    });
    both(called(name), told)
}

fn measured(mut kinds: Vec<Kind>) -> Result<Vec<Kind>, RegistryError> {
    kinds.sort_unstable_by_key(|kind| kind.as_str());
    kinds.dedup();
    if kinds.is_empty() {
        return Err(RegistryError::invalid("kinds", "at least one kind is needed"));
    }
    Ok(kinds)
}

/// The catalogue by maker and name.
pub async fn list<S: RegistryScope>(
    tx: &Tx<S>,
    ask: &Ask<ModelKey>,
) -> Result<Page<DeviceModel, ModelKey>, RegistryError> {
    list_like(tx, &ModelFilter::default(), ask).await
}

/// Those models that are looked for, by maker and name.
pub async fn list_like<S: RegistryScope>(
    tx: &Tx<S>,
    filter: &ModelFilter,
    ask: &Ask<ModelKey>,
) -> Result<Page<DeviceModel, ModelKey>, RegistryError> {
    let rows = store::models::list(tx, filter, ask).await?;
    Ok(Page::of(rows, ask, |row| (row.maker.clone(), row.name.clone())))
}

/// One model.
pub async fn get<S: RegistryScope>(tx: &Tx<S>, id: DeviceModelId) -> Result<DeviceModel, RegistryError> {
    store::models::get_one(tx, id)
        .await?
        .ok_or(RegistryError::NotFound("model"))
}

/// How many devices of a model the scope sees.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OfModel {
    /// All but the retired ones.
    pub devices: i64,
    /// In stock.
    pub in_stock: i64,
    /// With customers; one whose place another took is not counted, though it has not come back yet.
    pub placed: i64,
}

/// As the registry stands.
static HELD: Memory<HashMap<DeviceModelId, OfModel>> = Memory::new();

/// How many devices of each model the scope sees; a model of which it sees none is left out.
pub async fn holdings<S: RegistryScope>(
    tx: &Tx<S>,
) -> Result<HashMap<DeviceModelId, OfModel>, RegistryError> {
    // They change with the registry alone, whatever the time.
    let now = DateTime::UNIX_EPOCH;
    Ok(HELD
        .of(tx, now, async |tx: &Tx<S>| store::models::holdings(tx).await)
        .await?)
}
