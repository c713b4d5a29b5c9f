//! `device`: devices and who holds each now.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::enums::{DeviceState, Errand};
use crate::ids::{CustomerId, DeviceId, DeviceModelId, DistributorId, SiteId, SourceId};
use crate::relations::belongs_to;

/// A device. It is (maker, serial), makers compared without case. Who held it when stands in `assignment`; both
/// change in one transaction.
#[expect(
    clippy::struct_field_names,
    reason = "`model_id` is the column's name: the id of a model of device"
)]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "device")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DeviceId,
    /// Its maker as written, 1 to 64 characters.
    pub maker: String,
    /// The maker in lower case. The database generates it and refuses any other value: leave it `NotSet`.
    pub maker_key: String,
    /// The maker's serial number, 1 to 64 characters; two makers may use the same.
    pub serial: String,
    /// Its model.
    pub model_id: DeviceModelId,
    /// In whose stock or portfolio it is.
    pub distributor_id: Option<DistributorId>,
    /// Who holds it now.
    pub customer_id: Option<CustomerId>,
    /// What the customer calls it or its wearer, 1 to 200 characters.
    pub customer_reference: Option<String>,
    /// Where it is in its life.
    pub state: DeviceState,
    /// Whether two customers ever held it: then a reading whose time cannot be true has no sure owner.
    pub ever_moved: bool,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// Its modem's number: 15 digits, the last one the check digit.
    pub imei: Option<String>,
    /// Its radio's address, as `00:1A:2B:3C:4D:5E`.
    pub mac: Option<String>,
    /// Its SIM card's number, 18 to 20 digits.
    pub iccid: Option<String>,
    /// What it runs, 1 to 64 characters.
    pub firmware: Option<String>,
    /// The distributor's own word for it, 1 to 200 characters.
    pub distributor_reference: Option<String>,
    /// The serial in lower case, for searches. The database generates it: leave it `NotSet`.
    pub serial_key: String,
    /// Its last four characters. The database generates it: leave it `NotSet`.
    pub serial_tail: String,
    /// What it is promised to: nothing else is done with it meanwhile.
    pub reserved_for: Option<Errand>,
    /// How often it came back to a stock: each time its label's code becomes another.
    pub label_generation: i32,
    /// Where it stands, at one of its customer's sites.
    pub site_id: Option<SiteId>,
    /// The vendor's cloud that speaks for it.
    pub source_id: Option<SourceId>,
    /// What that vendor calls it, 1 to 64 characters, in the form that intake makes of it.
    pub source_key: Option<String>,
}

belongs_to! {
    Model: ModelId => device_model.Id,
    Customer: CustomerId => customer.Id,
    Distributor: DistributorId => distributor.Id,
}
