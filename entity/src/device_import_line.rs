//! `device_import_line`: the lines of an import's file, as they were read.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::enums::ImportStep;
use crate::ids::{AssignmentId, CredentialId, CustomerId, DeviceId, DeviceModelId, DistributorId, ImportId};
use crate::relations::belongs_to;

/// A line. The system alone writes it.
#[expect(
    clippy::struct_field_names,
    reason = "`model` and `model_id` are the columns' names: a model of device"
)]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "device_import_line")]
pub struct Model {
    /// Its import.
    #[sea_orm(primary_key, auto_increment = false)]
    pub import_id: ImportId,
    /// Its number, as an editor counts.
    #[sea_orm(primary_key, auto_increment = false)]
    pub line: i32,
    /// The distributor whose import it is.
    pub distributor_id: Option<DistributorId>,
    /// The customer whose import it is.
    pub customer_id: Option<CustomerId>,
    /// The maker as written, at most 64 characters.
    pub maker: Option<String>,
    /// The serial as written, at most 64 characters.
    pub serial: Option<String>,
    /// How the maker is compared, at most 64 characters.
    pub maker_key: Option<String>,
    /// The model's name, at most 100 characters.
    pub model: Option<String>,
    /// What it should measure.
    pub kinds: Option<Vec<String>>,
    /// Its modem's number.
    pub imei: Option<String>,
    /// Its radio's address.
    pub mac: Option<String>,
    /// Its SIM card's number.
    pub iccid: Option<String>,
    /// What it runs, at most 64 characters.
    pub firmware: Option<String>,
    /// The customer's name or id as written, at most 200 characters.
    pub customer: Option<String>,
    /// The importer's own word for it, at most 200 characters.
    pub reference: Option<String>,
    /// The state that it is to have.
    pub wanted_state: Option<String>,
    /// Since when it is held.
    pub held_since: Option<DateTime<Utc>>,
    /// HMAC of the token that its maker gave it; the token itself is stored nowhere.
    pub token_hmac: Option<Vec<u8>>,
    /// The device's id, if it is added.
    pub new_device_id: DeviceId,
    /// Its period's, if one is opened.
    pub new_period_id: AssignmentId,
    /// Its token's.
    pub new_credential_id: CredentialId,
    /// The device that it is about.
    pub device_id: Option<DeviceId>,
    /// The device's model.
    pub model_id: Option<DeviceModelId>,
    /// In whose portfolio it will be.
    pub to_distributor_id: Option<DistributorId>,
    /// Who will hold it.
    pub to_customer_id: Option<CustomerId>,
    /// What becomes of it.
    pub step: Option<ImportStep>,
    /// What is wrong with the line as it stands: `[{"column": …, "why": …}]`.
    #[sea_orm(column_type = "JsonBinary")]
    pub problems: Json,
    /// What is wrong with it in this world, likewise.
    #[sea_orm(column_type = "JsonBinary")]
    pub clashes: Json,
    /// Whether anything is. The database generates it: leave it `NotSet`.
    pub is_wrong: bool,
}

belongs_to! {
    Import: ImportId => device_import.Id,
}
