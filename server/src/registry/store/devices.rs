//! `device`, joined with its model, its holder's name and what is known of it.

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, QueryResult, Value};

use super::unheard::never_heard;
use super::{Violation, all, broken, get, id, kinds, maybe_id, maybe_word, one, run, violation, word};
use crate::ground::enums::DeviceState;
use crate::ground::ids::{CustomerId, DeviceId, DistributorId, SiteId};
use crate::registry::devices::{Device, DeviceFilter, DeviceKeyset, NewDevice, Wants};
use crate::registry::overview::{LOW_BATTERY, WEAK_SIGNAL};
use crate::registry::sites::Stands;
use crate::registry::wanting::Silence;
use crate::registry::{
    Ask, Change, Firmware, Iccid, Imei, Mac, NumbersPatch, RegistryError, RegistryScope, Typed as _,
};
use crate::tenancy::{AdminScope, CustomerScope, Scope as _, Tx};

const IMEI_TAKEN: RegistryError = RegistryError::Conflict("another device has this IMEI");

macro_rules! device {
    ($times:literal, $through:literal, $named:literal) => {
        concat!(
            "select d.id, d.maker, d.serial, d.model_id, m.name as model, m.kinds, m.transport, m.reports, d.distributor_id,
             d.customer_id, c.name as customer_name, d.imei, d.mac, d.iccid, d.firmware, d.state,
             d.ever_moved, d.created_at,
             (select a.valid_from from assignment a where a.device_id = d.id and a.valid_until is null) as held_since,
             s.last_kind, s.battery_percent, s.signal_dbm, ",
            $times,
            ", ",
            $through,
            " from device d join device_model m on m.id = d.model_id left join customer c on c.id = d.customer_id
             left join device_status s on s.device_id = d.id and s.customer_id is not distinct from d.customer_id ",
            $named
        )
    };
}

/// As administrators and distributors see devices: to the minute, because whoever knows the moment of a reading has less to
/// guess of its values, and without the customer's own word, which may tell of a patient.
pub(super) const DEVICE: &str = device!(
    "date_trunc('minute', s.last_seen_at) as last_seen_at, date_trunc('minute', s.last_reading_at) as last_reading_at",
    "d.reserved_for, r.name as distributor_name, d.distributor_reference, null::text as customer_reference, null::uuid as site_id,
     null::text as site_name",
    "left join distributor r on r.id = d.distributor_id"
);
/// As customers see them, who know nothing of distributors.
const DEVICE_OF_CUSTOMER: &str = device!(
    "s.last_seen_at, s.last_reading_at",
    "null::text as reserved_for, null::text as distributor_name, null::text as distributor_reference, d.customer_reference, d.site_id,
     e.name as site_name",
    "left join site e on e.id = d.site_id"
);

pub(super) fn device<S: RegistryScope>() -> &'static str {
    if is_customer::<S>() {
        DEVICE_OF_CUSTOMER
    } else {
        DEVICE
    }
}

fn is_customer<S: RegistryScope>() -> bool {
    S::ROLE == CustomerScope::ROLE
}

pub(in crate::registry) async fn insert(
    tx: &Tx<AdminScope>,
    id: DeviceId,
    new: &NewDevice,
    state: DeviceState,
    now: DateTime<Utc>,
) -> Result<(), RegistryError> {
    run(
        tx,
        "insert into device (id, maker, serial, model_id, distributor_id, customer_id, customer_reference, state,
           created_at, updated_at, imei, mac, iccid, firmware)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, $11, $12, $13)",
        [
            id.as_uuid().into(),
            new.key.maker.as_str().into(),
            new.key.serial.as_str().into(),
            new.model.as_uuid().into(),
            new.distributor.map(DistributorId::as_uuid).into(),
            new.customer.map(CustomerId::as_uuid).into(),
            new.customer_reference.clone().into(),
            state.as_str().into(),
            now.into(),
            new.numbers.imei.as_ref().map(Imei::as_str).into(),
            new.numbers.mac.as_ref().map(Mac::as_str).into(),
            new.numbers.iccid.as_ref().map(Iccid::as_str).into(),
            new.numbers.firmware.as_ref().map(Firmware::as_str).into(),
        ],
    )
    .await
    .map_err(|error| match violation(&error) {
        Some(Violation::Taken) if broken(&error, "device_by_imei") => IMEI_TAKEN,
        Some(Violation::Taken) => RegistryError::Conflict("the maker's serial is registered already"),
        Some(Violation::Missing) => RegistryError::NotFound("model or distributor"),
        None => error.into(),
    })?;
    Ok(())
}

/// A page of devices. Which devices they are is found first, from `device` alone wherever that is possible; only theirs
/// is looked up what stands in other tables.
pub(in crate::registry) async fn list<S: RegistryScope>(
    tx: &Tx<S>,
    filter: &DeviceFilter,
    ask: &Ask<DeviceKeyset>,
) -> Result<Vec<Device>, RegistryError> {
    let (found, values) = found::<S>(filter, ask);
    let sql = format!(
        "with page as materialized ({found}) {} join page on page.id = d.id order by d.serial, d.id",
        device::<S>()
    );
    let rows = all(tx, &sql, values).await?;
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}

/// Whose the devices are, of which model, and where they stand.
fn whose<S: RegistryScope>(asked: &mut Asked, filter: &DeviceFilter) {
    if let Some(customer) = filter.customer {
        let customer = asked.value(customer.as_uuid());
        asked.that(format!("d.customer_id = {customer}"));
    }
    if let Some(distributor) = filter.distributor {
        let distributor = asked.value(distributor.as_uuid());
        asked.that(format!("d.distributor_id = {distributor}"));
    }
    if let Some(model) = filter.model {
        let model = asked.value(model.as_uuid());
        asked.that(format!("d.model_id = {model}"));
    }
    // Where a device stands is its customer's own: to others the question means nothing.
    match filter.site.filter(|_| is_customer::<S>()) {
        None => {}
        Some(Stands::At(site)) => {
            let site = asked.value(site.as_uuid());
            asked.that(format!("d.site_id = {site}"));
        }
        Some(Stands::Nowhere) => asked.that("d.site_id is null".to_owned()),
    }
}

/// The ids of a page, by fixed pieces of SQL for what is asked for and a value for each of them. What is not asked for is
/// left out, so that the plan is made for the question and not for all questions.
pub(super) fn found<S: RegistryScope>(
    filter: &DeviceFilter,
    ask: &Ask<DeviceKeyset>,
) -> (String, Vec<Value>) {
    let DeviceFilter {
        q,
        kind,
        state,
        in_use,
        in_stock,
        to_label,
        wants,
        ..
    } = filter;
    let mut asked = Asked::default();
    if let Some((serial, last)) = &ask.after {
        let (serial, last) = (asked.value(serial.as_str()), asked.value(*last));
        asked.that(format!("(d.serial, d.id) > ({serial}, {last})"));
    }
    whose::<S>(&mut asked, filter);
    if *in_use {
        asked.that("d.state not in ('retired', 'replaced')".to_owned());
    }
    if *in_stock {
        asked.that("d.customer_id is null and d.state = 'stock'".to_owned());
    }
    if *to_label {
        asked.that("d.customer_id is null and d.state in ('stock', 'returned')".to_owned());
        if S::ROLE == AdminScope::ROLE {
            // The platform's stock is a small part of all: found first, or all would be read in their order.
            asked.that(PLATFORM_STOCK.to_owned());
        }
    }
    if let Some(state) = state {
        let state = asked.value(state.as_str());
        asked.that(format!("d.state = {state}"));
    }
    if let Some(kind) = kind {
        let kind = asked.value(kind.as_str());
        asked.that(format!(
            "d.model_id in (select id from device_model where {kind} = any(kinds))"
        ));
    }
    match wants {
        None => {}
        Some(Wants::Silent(silence)) => asked.wanting(*silence, ""),
        Some(Wants::Anything(silence)) => asked.wanting(
            *silence,
            &format!(" or w.battery_percent <= {LOW_BATTERY} or w.signal_dbm <= {WEAK_SIGNAL}"),
        ),
        Some(Wants::LowBattery) => asked.status(format!("s.battery_percent <= {LOW_BATTERY}")),
        Some(Wants::WeakSignal) => asked.status(format!("s.signal_dbm <= {WEAK_SIGNAL}")),
    }
    if let Some(q) = q {
        asked.text(q, is_customer::<S>());
    }
    let limit = asked.value(ask.rows());
    let Asked {
        joined,
        is_sought,
        conditions,
        values,
    } = asked;
    // What no index is of, no index is read in the order of.
    let order = if is_sought { "d.serial || ''" } else { "d.serial" };
    let joined = if joined {
        "join device_status s on s.device_id = d.id"
    } else {
        ""
    };
    let filter = if conditions.is_empty() {
        String::new()
    } else {
        format!("where {}", conditions.join(" and "))
    };
    let sql = format!("select d.id from device d {joined} {filter} order by {order}, d.id limit {limit}");
    (sql, values)
}

/// In the platform's own stock, by the index of distributors.
const PLATFORM_STOCK: &str = "d.id in (select l.id from device l
    where l.distributor_id is null and l.customer_id is null and l.state in ('stock', 'returned') offset 0)";

/// What is asked for.
#[derive(Default)]
struct Asked {
    joined: bool,
    /// Whether so few may be found that to read all in their order, for the first of them, would be the slowest way.
    is_sought: bool,
    conditions: Vec<String>,
    values: Vec<Value>,
}

impl Asked {
    /// The place that holds this value.
    fn value(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    fn that(&mut self, condition: String) {
        self.conditions.push(condition);
    }

    fn status(&mut self, condition: String) {
        self.joined = true;
        self.that("d.state = 'active'".to_owned());
        self.that(condition);
    }

    /// Those that are silent, were never heard, or want a person for another reason.
    fn wanting(&mut self, silence: Silence, or: &str) {
        let (heard, placed) = (
            self.value(silence.heard_before),
            self.value(silence.placed_before),
        );
        let never = never_heard(&placed, "");
        self.that("d.state = 'active'".to_owned());
        self.that(format!(
            "d.id in (select w.device_id from device_status w where w.last_seen_at < {heard}{or} union all select v.id from ({never}) v)"
        ));
    }

    fn text(&mut self, q: &str, is_customer: bool) {
        self.is_sought = true;
        let (key, q_place) = (self.value(q.to_ascii_lowercase()), self.value(q));
        let within = |text: &str| format!("position(lower({q_place}) in lower({text})) > 0");
        let mut any = vec![
            format!("position({key} in d.serial_key) > 0"),
            format!(
                "d.model_id in (select id from device_model where {})",
                within("name")
            ),
        ];
        if is_customer {
            any.push(within("d.customer_reference"));
        } else {
            any.push(format!(
                "d.customer_id in (select id from customer where {})",
                within("name")
            ));
            any.push(within("d.distributor_reference"));
        }
        if let Ok(imei) = Imei::parse("q", q) {
            any.push(format!("d.imei = {}", self.value(imei.as_str())));
        }
        if let Ok(mac) = Mac::parse("q", q) {
            any.push(format!("d.mac = {}", self.value(mac.as_str())));
        }
        if let Ok(iccid) = Iccid::parse("q", q) {
            any.push(format!("d.iccid = {}", self.value(iccid.as_str())));
        }
        self.that(format!("({})", any.join(" or ")));
    }
}

pub(in crate::registry) async fn get_one<S: RegistryScope>(
    tx: &Tx<S>,
    id: DeviceId,
) -> Result<Option<Device>, RegistryError> {
    let sql = format!("{} where d.id = $1", device::<S>());
    let row = one(tx, &sql, [id.as_uuid().into()]).await?;
    Ok(row.as_ref().map(read).transpose()?)
}

/// Whether the device was still held by whom the caller saw, and what is printed on it has changed.
pub(in crate::registry) async fn set_numbers(
    tx: &Tx<AdminScope>,
    id: DeviceId,
    patch: &NumbersPatch,
    now: DateTime<Utc>,
) -> Result<(), RegistryError> {
    let NumbersPatch {
        imei,
        mac,
        iccid,
        firmware,
    } = patch;
    let sql = "update device set updated_at = $2, imei = case when $3 then $4 else imei end,
          mac = case when $5 then $6 else mac end, iccid = case when $7 then $8 else iccid end,
          firmware = case when $9 then $10 else firmware end
        where id = $1";
    let values = [
        id.as_uuid().into(),
        now.into(),
        imei.is_some().into(),
        imei.as_ref().and_then(Change::value).map(Imei::as_str).into(),
        mac.is_some().into(),
        mac.as_ref().and_then(Change::value).map(Mac::as_str).into(),
        iccid.is_some().into(),
        iccid.as_ref().and_then(Change::value).map(Iccid::as_str).into(),
        firmware.is_some().into(),
        firmware
            .as_ref()
            .and_then(Change::value)
            .map(Firmware::as_str)
            .into(),
    ];
    run(tx, sql, values)
        .await
        .map_err(|error| match violation(&error) {
            Some(Violation::Taken) => IMEI_TAKEN,
            _ => error.into(),
        })?;
    Ok(())
}

/// The distributor's own word for a device that is still in its portfolio. Whether it was.
pub(in crate::registry) async fn set_distributor_reference<S: RegistryScope>(
    tx: &Tx<S>,
    seen: &Device,
    reference: Option<&str>,
    now: DateTime<Utc>,
) -> Result<bool, RegistryError> {
    let sql = "update device set distributor_reference = $3, updated_at = $4
        where id = $1 and distributor_id is not distinct from $2";
    let values = [
        seen.id.as_uuid().into(),
        seen.distributor.map(DistributorId::as_uuid).into(),
        reference.into(),
        now.into(),
    ];
    Ok(run(tx, sql, values).await?.rows_affected() == 1)
}

/// Whether the device was still as the caller saw it and has changed. One that was retired or moved meanwhile stays so.
pub(in crate::registry) async fn set_state<S: RegistryScope>(
    tx: &Tx<S>,
    seen: &Device,
    to: DeviceState,
    now: DateTime<Utc>,
) -> Result<bool, RegistryError> {
    let sql = "update device set state = $4, updated_at = $5
        where id = $1 and state = $2 and customer_id is not distinct from $3";
    let values = [
        seen.id.as_uuid().into(),
        seen.state.as_str().into(),
        seen.customer.map(CustomerId::as_uuid).into(),
        to.as_str().into(),
        now.into(),
    ];
    Ok(run(tx, sql, values).await?.rows_affected() == 1)
}

/// Whether the device was still held by whom the caller saw and has changed: one customer's word for it is not the next one's.
pub(in crate::registry) async fn set_reference<S: RegistryScope>(
    tx: &Tx<S>,
    seen: &Device,
    reference: Option<&str>,
    now: DateTime<Utc>,
) -> Result<bool, RegistryError> {
    let sql = "update device set customer_reference = $3, updated_at = $4
        where id = $1 and customer_id is not distinct from $2";
    let values = [
        seen.id.as_uuid().into(),
        seen.customer.map(CustomerId::as_uuid).into(),
        reference.into(),
        now.into(),
    ];
    Ok(run(tx, sql, values).await?.rows_affected() == 1)
}

pub(super) fn read(row: &QueryResult) -> Result<Device, DbErr> {
    Ok(Device {
        id: id(row, "id")?,
        maker: get(row, "maker")?,
        serial: get(row, "serial")?,
        model_id: id(row, "model_id")?,
        model: get(row, "model")?,
        kinds: kinds(row)?,
        transport: word(row, "transport")?,
        reports: super::models::reports(row)?,
        distributor: maybe_id(row, "distributor_id")?,
        distributor_name: get(row, "distributor_name")?,
        distributor_reference: get(row, "distributor_reference")?,
        customer: maybe_id(row, "customer_id")?,
        customer_name: get(row, "customer_name")?,
        customer_reference: get(row, "customer_reference")?,
        site: maybe_id::<SiteId>(row, "site_id")?.zip(get(row, "site_name")?),
        imei: get(row, "imei")?,
        mac: get(row, "mac")?,
        iccid: get(row, "iccid")?,
        firmware: get(row, "firmware")?,
        state: word(row, "state")?,
        reserved: maybe_word(row, "reserved_for")?,
        ever_moved: get(row, "ever_moved")?,
        held_since: get(row, "held_since")?,
        created_at: get(row, "created_at")?,
        last_seen_at: get(row, "last_seen_at")?,
        last_reading_at: get(row, "last_reading_at")?,
        last_kind: maybe_word(row, "last_kind")?,
        battery_percent: get(row, "battery_percent")?,
        signal_dbm: get(row, "signal_dbm")?,
    })
}
