//! What the search asks: of devices by index alone, of the few tables of people by looking through them.

use sea_orm::DbErr;

use super::organisations::{customer_sql, read_customer};
use super::{all, devices, get, hubs, id, word};
use crate::registry::devices::Device;
use crate::registry::hubs::Hub;
use crate::registry::organisations::Customer;
use crate::registry::search::{FoundDistributor, Needle};
use crate::registry::{Iccid, Imei, Mac, RegistryScope};
use crate::tenancy::Tx;

/// Each branch is answered by an index of its own and gives no more rows than are shown; the best come first. Which end of
/// a serial was meant is not known, so both are tried. A scan through serials for any part of one is left to the list.
const DEVICES: &str = "with hit as (
      (select id, 0 as place, serial from device where $3::text is not null and imei = $3 limit 1)
      union all
      (select id, 0, serial from device where $4::text is not null and mac = $4 order by serial limit $7)
      union all
      (select id, 0, serial from device where serial_key = $1 order by serial limit $7)
      union all
      (select id, 1, serial from device where serial_key > $1 and serial_key < $2 order by serial_key limit $7)
      union all
      (select id, 1, serial from device where $5::text is not null and serial_tail = $5 order by serial limit $7)
      union all
      (select id, 0, serial from device where $6::text is not null and iccid = $6 order by serial limit $7)
    ), best as (
      select id, min(place) as place from hit group by id
    )";

pub(in crate::registry) async fn devices<S: RegistryScope>(
    tx: &Tx<S>,
    needle: &Needle,
    limit: u16,
) -> Result<Vec<Device>, DbErr> {
    let sql = format!(
        "{DEVICES} {} join best on best.id = d.id order by best.place, d.serial, d.id limit $7",
        devices::device::<S>()
    );
    let values = [
        needle.key.as_str().into(),
        needle.end().into(),
        needle.imei.as_ref().map(Imei::as_str).into(),
        needle.mac.as_ref().map(Mac::as_str).into(),
        needle.tail.as_deref().into(),
        needle.iccid.as_ref().map(Iccid::as_str).into(),
        i64::from(limit).into(),
    ];
    all(tx, &sql, values).await?.iter().map(devices::read).collect()
}

pub(in crate::registry) async fn hubs<S: RegistryScope>(
    tx: &Tx<S>,
    needle: &Needle,
    limit: u16,
) -> Result<Vec<Hub>, DbErr> {
    let sql = format!(
        "{} where h.id in (
           select id from hub where position(lower($1) in lower(serial)) > 0 or position(lower($1) in lower(name)) > 0
           order by serial, id limit $2)
         order by h.serial, h.id",
        hubs::hub::<S>()
    );
    let values = [needle.text.as_str().into(), i64::from(limit).into()];
    all(tx, &sql, values).await?.iter().map(hubs::read).collect()
}

pub(in crate::registry) async fn customers<S: RegistryScope>(
    tx: &Tx<S>,
    needle: &Needle,
    limit: u16,
) -> Result<Vec<Customer>, DbErr> {
    let sql = customer_sql::<S>(
        "where position(lower($1) in lower(name)) > 0 or position(lower($1) in lower(legal_name)) > 0
         order by lower(name), id limit $2",
    );
    let values = [needle.text.as_str().into(), i64::from(limit).into()];
    all(tx, &sql, values).await?.iter().map(read_customer).collect()
}

pub(in crate::registry) async fn distributors<S: RegistryScope>(
    tx: &Tx<S>,
    needle: &Needle,
    limit: u16,
) -> Result<Vec<FoundDistributor>, DbErr> {
    let sql = "select id, name, state from distributor
        where position(lower($1) in lower(name)) > 0 or position(lower($1) in lower(legal_name)) > 0
        order by lower(name), id limit $2";
    let values = [needle.text.as_str().into(), i64::from(limit).into()];
    all(tx, sql, values)
        .await?
        .iter()
        .map(|row| {
            Ok(FoundDistributor {
                id: id(row, "id")?,
                name: get(row, "name")?,
                state: word(row, "state")?,
            })
        })
        .collect()
}
