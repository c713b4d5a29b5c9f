//! `device_model`: makers' models of devices, the same for everybody.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::enums::{Kind, Report, Transport};
use crate::ids::DeviceModelId;
use crate::relations::belongs_to;

/// A model of device.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "device_model")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DeviceModelId,
    /// Its maker, 1 to 64 characters.
    pub maker: String,
    /// The maker's name for it, 1 to 100 characters, unique with the maker.
    pub name: String,
    /// What it measures.
    pub kinds: Vec<Kind>,
    /// The way its readings come.
    pub transport: Transport,
    /// What it reports besides; nothing here: nobody has written it down.
    pub reports: Vec<Report>,
    /// When it was added.
    pub created_at: DateTime<Utc>,
}

belongs_to! {}
