//! `contact`. Functions that change take what row-level security has shown to the caller before.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, QueryResult, Value};
use uuid::Uuid;

use super::{all, get, id, one, run, word};
use crate::ground::enums::ContactPurpose;
use crate::ground::ids::{ContactId, CustomerId, DistributorId};
use crate::identity::Email;
use crate::registry::contacts::{Contact, ContactPatch, NewContact, Of, Phone};
use crate::registry::{Change, Line, RegistryError, RegistryScope};
use crate::tenancy::Tx;

const CONTACT: &str = "select id, purpose, name, email, phone, created_at from contact";

/// Of a customer, or of a distributor itself: `$1` or `$2`.
const OF: &str = "(customer_id = $1 or customer_id is null and distributor_id = $2)";

fn of(of: Of) -> [Value; 2] {
    match of {
        Of::Customer(customer) => [customer.as_uuid().into(), Value::Uuid(None)],
        Of::Distributor(distributor) => [Value::Uuid(None), distributor.as_uuid().into()],
    }
}

pub(in crate::registry) async fn list<S: RegistryScope>(
    tx: &Tx<S>,
    whose: Of,
    most: i64,
) -> Result<Vec<Contact>, RegistryError> {
    let [customer, distributor] = of(whose);
    let sql = format!("{CONTACT} where {OF} order by purpose, name, id limit $3");
    let rows = all(tx, &sql, [customer, distributor, most.into()]).await?;
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}

pub(in crate::registry) async fn count<S: RegistryScope>(
    tx: &Tx<S>,
    whose: Of,
) -> Result<i64, RegistryError> {
    let sql = format!("select count(*) as contacts from contact where {OF}");
    let row = one(tx, &sql, of(whose)).await?;
    Ok(row
        .map(|row| get(&row, "contacts"))
        .transpose()?
        .unwrap_or_default())
}

pub(in crate::registry) async fn insert<S: RegistryScope>(
    tx: &Tx<S>,
    id: ContactId,
    customer: Option<CustomerId>,
    distributor: Option<DistributorId>,
    new: &NewContact,
    now: DateTime<Utc>,
) -> Result<(), RegistryError> {
    let NewContact {
        purpose,
        name,
        email,
        phone,
    } = new;
    let sql = "insert into contact (id, customer_id, distributor_id, purpose, name, email, phone, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)";
    let values = [
        id.as_uuid().into(),
        customer.map(CustomerId::as_uuid).into(),
        distributor.map(DistributorId::as_uuid).into(),
        purpose.as_str().into(),
        name.as_str().into(),
        email.as_ref().map(Email::as_str).into(),
        phone.as_ref().map(Phone::as_str).into(),
        now.into(),
    ];
    run(tx, sql, values).await?;
    Ok(())
}

pub(in crate::registry) async fn get_one<S: RegistryScope>(
    tx: &Tx<S>,
    whose: Of,
    id: ContactId,
) -> Result<Option<Contact>, RegistryError> {
    let [customer, distributor] = of(whose);
    let sql = format!("{CONTACT} where {OF} and id = $3");
    let row = one(tx, &sql, [customer, distributor, id.as_uuid().into()]).await?;
    Ok(row.as_ref().map(read).transpose()?)
}

/// Whether it could still be reached in the way that the caller saw, and has changed.
pub(in crate::registry) async fn change<S: RegistryScope>(
    tx: &Tx<S>,
    seen: &Contact,
    patch: &ContactPatch,
) -> Result<bool, RegistryError> {
    let ContactPatch {
        purpose,
        name,
        email,
        phone,
    } = patch;
    let sql = "update contact set purpose = coalesce($4, purpose), name = coalesce($5, name),
          email = case when $6 then $7 else email end, phone = case when $8 then $9 else phone end
        where id = $1 and email is not distinct from $2 and phone is not distinct from $3";
    let values = [
        seen.id.as_uuid().into(),
        seen.email.clone().into(),
        seen.phone.clone().into(),
        purpose.map(ContactPurpose::as_str).into(),
        name.as_ref().map(Line::as_str).into(),
        email.is_some().into(),
        email.as_ref().and_then(Change::value).map(Email::as_str).into(),
        phone.is_some().into(),
        phone.as_ref().and_then(Change::value).map(Phone::as_str).into(),
    ];
    Ok(run(tx, sql, values).await?.rows_affected() == 1)
}

/// Whether there was one.
pub(in crate::registry) async fn delete<S: RegistryScope>(
    tx: &Tx<S>,
    whose: Of,
    id: ContactId,
) -> Result<bool, RegistryError> {
    let [customer, distributor] = of(whose);
    let sql = format!("delete from contact where {OF} and id = $3");
    let done = run(tx, &sql, [customer, distributor, id.as_uuid().into()]).await?;
    Ok(done.rows_affected() == 1)
}

fn read(row: &QueryResult) -> Result<Contact, DbErr> {
    Ok(Contact {
        id: id(row, "id")?,
        purpose: word(row, "purpose")?,
        name: get(row, "name")?,
        email: get(row, "email")?,
        phone: get(row, "phone")?,
        created_at: get(row, "created_at")?,
    })
}

pub(in crate::registry) async fn main_of_distributors<S: RegistryScope>(
    tx: &Tx<S>,
    distributors: &[DistributorId],
) -> Result<HashMap<DistributorId, String>, RegistryError> {
    let sql = "select distinct on (distributor_id) distributor_id, name from contact
        where distributor_id = any($1) and customer_id is null
        order by distributor_id, purpose <> 'general', name, id";
    let ids: Vec<Uuid> = distributors
        .iter()
        .map(|distributor| distributor.as_uuid())
        .collect();
    let rows = all(tx, sql, [ids.into()]).await?;
    let named = rows
        .iter()
        .map(|row| Ok((id(row, "distributor_id")?, get(row, "name")?)));
    Ok(named.collect::<Result<_, DbErr>>()?)
}
