//! The catalogue of device models, the same for everybody.

use vitals::{Kind, Maker};

use super::organisations::named;
use super::page::{Ask, Page};
use super::scope::RegistryScope;
use super::{RegistryError, store};
use crate::ground::Ground;
use crate::ground::enums::Transport;
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
        mut kinds,
        transport,
    } = new;
    kinds.sort_unstable_by_key(|kind| kind.as_str());
    kinds.dedup();
    if kinds.is_empty() {
        return Err(RegistryError::invalid("kinds", "at least one kind is needed"));
    }
    let name = named(&name)?;
    if name.chars().count() > 100 {
        return Err(RegistryError::invalid("name", "must have at most 100 characters"));
    }
    let model = DeviceModel {
        id: ground.id(),
        maker: maker.as_str().to_owned(),
        name,
        kinds,
        transport,
    };
    store::models::insert(tx, &model, ground.now()).await?;
    Ok(model)
}

/// The catalogue by maker and name.
pub async fn list<S: RegistryScope>(
    tx: &Tx<S>,
    ask: &Ask<ModelKey>,
) -> Result<Page<DeviceModel, ModelKey>, RegistryError> {
    let rows = store::models::list(tx, ask).await?;
    Ok(Page::of(rows, ask, |row| (row.maker.clone(), row.name.clone())))
}
