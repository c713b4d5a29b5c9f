//! `customer` and `distributor`.

mod moving;

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, QueryResult, Value};

use super::{Violation, all, get, id, maybe_id, maybe_word, one, run, violation, word};
use crate::ground::enums::{CaseSide, OrganisationState, PatientMode};
use crate::ground::ids::{CustomerId, DistributorId};
use crate::registry::moves::CLOSED;
use crate::registry::organisations::{
    Customer, CustomerFilter, Distributor, DistributorFilter, NewOrganisation, OrganisationKey,
    OrganisationPatch, Paper,
};
use crate::registry::{Ask, Change, Country, Line, Name, RegistryError, RegistryScope, TimeZone};
use crate::tenancy::{AdminScope, FinanceScope, Scope as _, SystemScope, Tx};

pub(in crate::registry) use moving::system_move_customer;

/// Columns that both tables have.
const PAPER: &str =
    "legal_name, street, postal_code, city, region, country, name, time_zone, state, created_at";

/// A page of customers, the devices of which are counted each by an index.
pub(super) fn customer_sql<S: RegistryScope>(which: &str) -> String {
    let devices = if S::ROLE == FinanceScope::ROLE {
        NOT_COUNTED
    } else {
        "(select count(*) from device d where d.customer_id = c.id)"
    };
    customer_with(devices, which)
}

/// Finance sees no devices, and who asks for the customer alone does not wait for tens of thousands to be counted.
const NOT_COUNTED: &str = "null::int8";

fn customer_with(devices: &str, which: &str) -> String {
    format!(
        "select c.*, {devices} as devices
         from (select id, distributor_id, patient_mode, archive, {PAPER} from customer {which}) c order by lower(c.name), c.id"
    )
}

pub(in crate::registry) async fn insert_customer<S: RegistryScope>(
    tx: &Tx<S>,
    id: CustomerId,
    new: &NewOrganisation,
    distributor: Option<DistributorId>,
    now: DateTime<Utc>,
) -> Result<(), RegistryError> {
    let sql = "insert into customer (id, distributor_id, created_at, name, time_zone, legal_name, street, postal_code,
          city, region, country)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let mut values: Vec<Value> = vec![
        id.as_uuid().into(),
        distributor.map(DistributorId::as_uuid).into(),
        now.into(),
    ];
    values.extend(organisation(new));
    run(tx, sql, values)
        .await
        .map_err(|error| match violation(&error) {
            Some(Violation::Missing) => RegistryError::NotFound("distributor"),
            _ => error.into(),
        })?;
    Ok(())
}

pub(in crate::registry) async fn insert_distributor(
    tx: &Tx<AdminScope>,
    id: DistributorId,
    new: &NewOrganisation,
    now: DateTime<Utc>,
) -> Result<(), RegistryError> {
    let sql = "insert into distributor (id, created_at, name, time_zone, legal_name, street, postal_code, city, region,
          country)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let mut values: Vec<Value> = vec![id.as_uuid().into(), now.into()];
    values.extend(organisation(new));
    run(tx, sql, values).await?;
    Ok(())
}

fn organisation(new: &NewOrganisation) -> [Value; 8] {
    let NewOrganisation {
        name,
        time_zone,
        legal_name,
        street,
        postal_code,
        city,
        region,
        country,
    } = new;
    [
        name.as_str().into(),
        time_zone.as_str().into(),
        legal_name.as_ref().map(Line::as_str).into(),
        street.as_ref().map(Line::as_str).into(),
        postal_code.as_ref().map(Line::as_str).into(),
        city.as_ref().map(Line::as_str).into(),
        region.as_ref().map(Line::as_str).into(),
        country.as_ref().map(Country::as_str).into(),
    ]
}

/// What a patch changes, for both tables; `$1` is the id.
const PATCH: &str = "name = coalesce($2, name), time_zone = coalesce($3, time_zone),
    legal_name = case when $4 then $5 else legal_name end, street = case when $6 then $7 else street end,
    postal_code = case when $8 then $9 else postal_code end, city = case when $10 then $11 else city end,
    region = case when $12 then $13 else region end, country = case when $14 then $15 else country end";

/// Whether a line changes, and to what.
fn line<const MAX: usize>(change: Option<&Change<Line<MAX>>>) -> [Value; 2] {
    let text = change.and_then(Change::value).map(Line::as_str);
    [change.is_some().into(), text.into()]
}

fn patched(id: uuid::Uuid, patch: &OrganisationPatch) -> Vec<Value> {
    let OrganisationPatch {
        name,
        time_zone,
        legal_name,
        street,
        postal_code,
        city,
        region,
        country,
    } = patch;
    let mut values: Vec<Value> = vec![
        id.into(),
        name.as_ref().map(Line::as_str).into(),
        time_zone.map(TimeZone::as_str).into(),
    ];
    values.extend(line(legal_name.as_ref()));
    values.extend(line(street.as_ref()));
    values.extend(line(postal_code.as_ref()));
    values.extend(line(city.as_ref()));
    values.extend(line(region.as_ref()));
    let code = country.as_ref().and_then(Change::value).map(Country::as_str);
    values.extend([country.is_some().into(), code.into()]);
    values
}

pub(in crate::registry) async fn change_customer<S: RegistryScope>(
    tx: &Tx<S>,
    id: CustomerId,
    patch: &OrganisationPatch,
) -> Result<(), RegistryError> {
    let sql = format!("update customer set {PATCH} where id = $1");
    found(
        run(tx, &sql, patched(id.as_uuid(), patch)).await?.rows_affected(),
        "customer",
    )
}

pub(in crate::registry) async fn change_distributor<S: RegistryScope>(
    tx: &Tx<S>,
    id: DistributorId,
    patch: &OrganisationPatch,
) -> Result<(), RegistryError> {
    let sql = format!("update distributor set {PATCH} where id = $1");
    found(
        run(tx, &sql, patched(id.as_uuid(), patch)).await?.rows_affected(),
        "distributor",
    )
}

fn found(rows: u64, what: &'static str) -> Result<(), RegistryError> {
    if rows == 1 {
        Ok(())
    } else {
        Err(RegistryError::NotFound(what))
    }
}

/// How an organisation stands before it is changed.
#[derive(Debug)]
pub(in crate::registry) struct Before {
    pub(in crate::registry) state: OrganisationState,
    /// Whose people stopped it; a distributor is stopped by the platform's alone.
    pub(in crate::registry) stopped_side: Option<CaseSide>,
    /// Whether the change gives it a name that is another one but for case.
    pub(in crate::registry) is_renamed: bool,
}

/// The customer as it stands, locked: whoever gives it a device holds the row for sharing, and comes before or after.
pub(in crate::registry) async fn lock_customer<S: RegistryScope>(
    tx: &Tx<S>,
    id: CustomerId,
    name: Option<&Name>,
) -> Result<Option<Before>, RegistryError> {
    let sql = "select state, stopped_side, coalesce(lower($2) <> lower(name), false) as is_renamed
        from customer where id = $1 for no key update";
    lock(tx, sql, [id.as_uuid().into(), name.map(Name::as_str).into()]).await
}

/// The same of a distributor.
pub(in crate::registry) async fn lock_distributor<S: RegistryScope>(
    tx: &Tx<S>,
    id: DistributorId,
    name: Option<&Name>,
) -> Result<Option<Before>, RegistryError> {
    let sql =
        "select state, null::text as stopped_side, coalesce(lower($2) <> lower(name), false) as is_renamed
        from distributor where id = $1 for no key update";
    lock(tx, sql, [id.as_uuid().into(), name.map(Name::as_str).into()]).await
}

async fn lock<S: RegistryScope>(
    tx: &Tx<S>,
    sql: &str,
    values: [Value; 2],
) -> Result<Option<Before>, RegistryError> {
    let row = one(tx, sql, values).await?;
    let before = |row: QueryResult| {
        Ok::<_, DbErr>(Before {
            state: word(&row, "state")?,
            stopped_side: maybe_word(&row, "stopped_side")?,
            is_renamed: get(&row, "is_renamed")?,
        })
    };
    Ok(row.map(before).transpose()?)
}

/// The distributor's state; it keeps it until the transaction ends.
pub(in crate::registry) async fn distributor_state<S: RegistryScope>(
    tx: &Tx<S>,
    id: DistributorId,
) -> Result<Option<OrganisationState>, RegistryError> {
    let row = one(tx, DISTRIBUTOR_STATE, [id.as_uuid().into()]).await?;
    Ok(row.map(|row| word(&row, "state")).transpose()?)
}

const DISTRIBUTOR_STATE: &str = "select state from distributor where id = $1 for share";

pub(in crate::registry) async fn system_distributor_state(
    tx: &Tx<SystemScope>,
    id: DistributorId,
) -> Result<Option<OrganisationState>, RegistryError> {
    let row = one(tx, DISTRIBUTOR_STATE, [id.as_uuid().into()]).await?;
    Ok(row.map(|row| word(&row, "state")).transpose()?)
}

/// Refuses a customer that is closed, whose row is held for sharing: who closes it comes before or after what it is given.
pub(in crate::registry) async fn must_be_open<S: RegistryScope>(
    tx: &Tx<S>,
    id: CustomerId,
) -> Result<(), RegistryError> {
    let sql = "select state from customer where id = $1 for share";
    let row = one(tx, sql, [id.as_uuid().into()]).await?;
    let row = row.ok_or(RegistryError::NotFound("customer"))?;
    match word(&row, "state")? {
        OrganisationState::Closed => Err(RegistryError::Conflict(CLOSED)),
        OrganisationState::Active | OrganisationState::Suspended => Ok(()),
    }
}

pub(in crate::registry) async fn has_active_devices<S: RegistryScope>(
    tx: &Tx<S>,
    id: CustomerId,
) -> Result<bool, RegistryError> {
    let sql = "select 1 from device where customer_id = $1 and state = 'active' limit 1";
    Ok(one(tx, sql, [id.as_uuid().into()]).await?.is_some())
}

pub(in crate::registry) async fn has_open_customers<S: RegistryScope>(
    tx: &Tx<S>,
    id: DistributorId,
) -> Result<bool, RegistryError> {
    let sql = "select 1 from customer where distributor_id = $1 and state <> 'closed' limit 1";
    Ok(one(tx, sql, [id.as_uuid().into()]).await?.is_some())
}

/// Whether an order or a return of the distributor is not over; see `docs/ARCHITECTURE.md` for why this reads another room's
/// tables.
pub(in crate::registry) async fn has_open_errands<S: RegistryScope>(
    tx: &Tx<S>,
    id: DistributorId,
) -> Result<bool, RegistryError> {
    let sql = "select 1 from device_order where distributor_id = $1 and ended_at is null
        union all select 1 from device_return where distributor_id = $1 and ended_at is null limit 1";
    Ok(one(tx, sql, [id.as_uuid().into()]).await?.is_some())
}

pub(in crate::registry) async fn set_customer_state<S: RegistryScope>(
    tx: &Tx<S>,
    id: CustomerId,
    (state, now): (OrganisationState, DateTime<Utc>),
    stopped_by: Option<CaseSide>,
) -> Result<(), RegistryError> {
    let sql = "update customer set state = $2, stopped_side = $3,
          closed_at = case when $2 = 'closed' then $4 else closed_at end
        where id = $1";
    let side = stopped_by.map(CaseSide::as_str);
    let values = [
        id.as_uuid().into(),
        state.as_str().into(),
        side.into(),
        now.into(),
    ];
    run(tx, sql, values).await?;
    Ok(())
}

pub(in crate::registry) async fn set_distributor_state<S: RegistryScope>(
    tx: &Tx<S>,
    id: DistributorId,
    (state, now): (OrganisationState, DateTime<Utc>),
) -> Result<(), RegistryError> {
    let sql =
        "update distributor set state = $2, closed_at = case when $2 = 'closed' then $3 else closed_at end
        where id = $1";
    run(tx, sql, [id.as_uuid().into(), state.as_str().into(), now.into()]).await?;
    Ok(())
}

pub(in crate::registry) async fn set_patient_mode<S: RegistryScope>(
    tx: &Tx<S>,
    id: CustomerId,
    mode: PatientMode,
) -> Result<(), RegistryError> {
    let sql = "update customer set patient_mode = $2 where id = $1";
    run(tx, sql, [id.as_uuid().into(), mode.as_str().into()]).await?;
    Ok(())
}

pub(in crate::registry) async fn set_archive<S: RegistryScope>(
    tx: &Tx<S>,
    id: CustomerId,
    archive: bool,
) -> Result<(), RegistryError> {
    let sql = "update customer set archive = $2 where id = $1";
    run(tx, sql, [id.as_uuid().into(), archive.into()]).await?;
    Ok(())
}

pub(in crate::registry) async fn customers<S: RegistryScope>(
    tx: &Tx<S>,
    filter: &CustomerFilter,
    ask: &Ask<OrganisationKey>,
) -> Result<Vec<Customer>, RegistryError> {
    const WHICH: &str = "where ($1::text is null or (lower(name), id) > (lower($1), $2))
           and ($4::text is null or position(lower($4) in lower(name)) > 0 or position(lower($4) in lower(legal_name)) > 0)
           and ($5::text is null or state = $5) and ($6::uuid is null or distributor_id = $6)
         order by lower(name), id limit $3";
    let (name, last) = ask.after.clone().unzip();
    let CustomerFilter {
        q,
        state,
        distributor,
        is_counted,
    } = filter;
    let sql = if *is_counted {
        customer_sql::<S>(WHICH)
    } else {
        customer_with(NOT_COUNTED, WHICH)
    };
    let values = [
        name.into(),
        last.into(),
        ask.rows().into(),
        q.clone().into(),
        state.map(OrganisationState::as_str).into(),
        distributor.map(DistributorId::as_uuid).into(),
    ];
    let rows = all(tx, &sql, values).await?;
    Ok(rows.iter().map(read_customer).collect::<Result<_, _>>()?)
}

pub(in crate::registry) async fn customer<S: RegistryScope>(
    tx: &Tx<S>,
    id: CustomerId,
) -> Result<Option<Customer>, RegistryError> {
    read_one(tx, &customer_with(NOT_COUNTED, "where id = $1"), id).await
}

pub(in crate::registry) async fn customer_counted<S: RegistryScope>(
    tx: &Tx<S>,
    id: CustomerId,
) -> Result<Option<Customer>, RegistryError> {
    read_one(tx, &customer_sql::<S>("where id = $1"), id).await
}

async fn read_one<S: RegistryScope>(
    tx: &Tx<S>,
    sql: &str,
    id: CustomerId,
) -> Result<Option<Customer>, RegistryError> {
    let row = one(tx, sql, [id.as_uuid().into()]).await?;
    Ok(row.as_ref().map(read_customer).transpose()?)
}

pub(in crate::registry) async fn distributors<S: RegistryScope>(
    tx: &Tx<S>,
    filter: &DistributorFilter,
    ask: &Ask<OrganisationKey>,
) -> Result<Vec<Distributor>, RegistryError> {
    let (name, last) = ask.after.clone().unzip();
    let sql = format!(
        "select id, {PAPER} from distributor
         where ($1::text is null or (lower(name), id) > (lower($1), $2)) and ($5::text is null or state = $5)
           and ($4::text is null or position(lower($4) in lower(name)) > 0
             or position(lower($4) in lower(legal_name)) > 0 or position(lower($4) in lower(city)) > 0)
         order by lower(name), id limit $3"
    );
    let values = [
        name.into(),
        last.into(),
        ask.rows().into(),
        filter.q.clone().into(),
        filter.state.map(OrganisationState::as_str).into(),
    ];
    let rows = all(tx, &sql, values).await?;
    Ok(rows.iter().map(read_distributor).collect::<Result<_, _>>()?)
}

pub(in crate::registry) async fn distributor<S: RegistryScope>(
    tx: &Tx<S>,
    id: DistributorId,
) -> Result<Option<Distributor>, RegistryError> {
    let sql = format!("select id, {PAPER} from distributor where id = $1");
    let row = one(tx, &sql, [id.as_uuid().into()]).await?;
    Ok(row.as_ref().map(read_distributor).transpose()?)
}

pub(super) fn read_customer(row: &QueryResult) -> Result<Customer, DbErr> {
    Ok(Customer {
        id: id(row, "id")?,
        distributor: maybe_id(row, "distributor_id")?,
        name: get(row, "name")?,
        paper: read_paper(row)?,
        time_zone: get(row, "time_zone")?,
        state: word(row, "state")?,
        patient_mode: word(row, "patient_mode")?,
        archive: get(row, "archive")?,
        created_at: get(row, "created_at")?,
        devices: get(row, "devices")?,
    })
}

fn read_distributor(row: &QueryResult) -> Result<Distributor, DbErr> {
    Ok(Distributor {
        id: id(row, "id")?,
        name: get(row, "name")?,
        paper: read_paper(row)?,
        time_zone: get(row, "time_zone")?,
        state: word(row, "state")?,
        created_at: get(row, "created_at")?,
    })
}

fn read_paper(row: &QueryResult) -> Result<Paper, DbErr> {
    Ok(Paper {
        legal_name: get(row, "legal_name")?,
        street: get(row, "street")?,
        postal_code: get(row, "postal_code")?,
        city: get(row, "city")?,
        region: get(row, "region")?,
        country: get(row, "country")?,
    })
}
