//! The statements of an import: six for the whole file.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sea_orm::Value;
use uuid::Uuid;

use super::naming::{Because, customer_must_stand_alone};
use super::{Violation, all, get, id, maybe_id, run, violation, word};
use crate::ground::Ground;
use crate::ground::enums::OrganisationState;
use crate::ground::ids::{CredentialId, CustomerId, DistributorId};
use crate::registry::RegistryError;
use crate::registry::import::Line;
use crate::registry::moves::CLOSED;
use crate::tenancy::{SystemScope, Tx};

type System = Tx<SystemScope>;

/// Who the file is for.
#[derive(Debug, Clone, Copy)]
pub(in crate::registry) struct Holder {
    pub(in crate::registry) id: CustomerId,
    pub(in crate::registry) distributor: Option<DistributorId>,
}

/// What of the file stands in the registry already.
#[derive(Debug, Default)]
pub(in crate::registry) struct Known {
    /// Numbers of lines that stand there exactly so.
    pub(in crate::registry) same: HashSet<usize>,
    /// Numbers of lines whose device is there, with another token or none.
    pub(in crate::registry) provisioned_anew: HashSet<usize>,
    /// Numbers of lines whose device has the token, but as one that was issued for somebody.
    pub(in crate::registry) issued_for_somebody: HashSet<usize>,
    /// What is wrong with the others.
    pub(in crate::registry) clashes: Vec<String>,
}

/// The customer of this name, whatever its case, made where there is none. Of several none is taken, also where one alone is
/// open: it may have given itself the name of one that was closed.
pub(in crate::registry) async fn system_customer(
    tx: &System,
    name: &str,
    fresh: CustomerId,
    now: DateTime<Utc>,
) -> Result<Holder, RegistryError> {
    let sql = "with there as (
          select id, distributor_id, state from customer where lower(name) = lower($1)
        ), made as (
          insert into customer (id, name, created_at) select $2, $1, $3
          where not exists (select from there) returning id, distributor_id, state
        )
        select id, distributor_id, state from made
        union all select id, distributor_id, state from there limit 2";
    let rows = all(tx, sql, [name.into(), fresh.into(), now.into()]).await?;
    let [row] = rows.as_slice() else {
        return Err(RegistryError::Conflict(
            "several customers have this name; rename one of them first",
        ));
    };
    if word::<OrganisationState>(row, "state")? == OrganisationState::Closed {
        return Err(RegistryError::Conflict(CLOSED));
    }
    let holder = Holder {
        id: id(row, "id")?,
        distributor: maybe_id(row, "distributor_id")?,
    };
    if holder.id == fresh {
        customer_must_stand_alone(tx, fresh, Because::Named).await?;
    }
    Ok(holder)
}

/// Models that are not in the catalogue yet. Devices with tokens of their own speak over a network of their own.
pub(in crate::registry) async fn system_models(
    tx: &System,
    ground: &Ground,
    lines: &[Line],
) -> Result<(), RegistryError> {
    let mut seen = HashSet::new();
    let models: Vec<&Line> = lines
        .iter()
        .filter(|line| seen.insert((line.key.maker.to_lowercase(), line.model.as_str())))
        .collect();
    let ids: Vec<Uuid> = models.iter().map(|_| ground.id()).collect();
    let makers: Vec<String> = models
        .iter()
        .map(|line| line.key.maker.as_str().to_owned())
        .collect();
    let names: Vec<String> = models.iter().map(|line| line.model.clone()).collect();
    let kinds: Vec<String> = models
        .iter()
        .map(|line| {
            line.kinds
                .iter()
                .map(|kind| kind.as_str())
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect();
    let sql = "insert into device_model (id, maker, name, kinds, transport, created_at)
        select n.id, n.maker, n.name, string_to_array(n.kinds, ' '), 'cellular', $5
        from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) as n(id, maker, name, kinds)
        where not exists (select from device_model m where lower(m.maker) = lower(n.maker) and m.name = n.name)
        on conflict do nothing";
    run(
        tx,
        sql,
        [
            ids.into(),
            makers.into(),
            names.into(),
            kinds.into(),
            ground.now().into(),
        ],
    )
    .await?;
    Ok(())
}

/// Looks the lines' devices and tokens up.
pub(in crate::registry) async fn system_known(
    tx: &System,
    customer: CustomerId,
    lines: &[Line],
) -> Result<Known, RegistryError> {
    let [numbers, makers, serials, tokens] = columns(lines.iter());
    let sql = "select n.number, d.id is not null as is_known, d.customer_id = $5 as is_same_customer,
          c.id is not null as is_token_known, c.device_id = d.id and c.revoked_at is null as is_same_token,
          num_nonnulls(c.customer_id, c.distributor_id) > 0 as is_for_somebody
        from unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) as n(number, maker, serial, token)
        left join device d on d.maker_key = n.maker and d.serial = n.serial
        left join device_credential c on c.token_hmac = decode(n.token, 'hex')
        where d.id is not null or c.id is not null order by n.number";
    let rows = all(tx, sql, [numbers, makers, serials, tokens, customer.into()]).await?;
    let mut known = Known::default();
    for row in &rows {
        let number: i64 = get(row, "number")?;
        let is = |column| Ok::<bool, RegistryError>(get::<Option<bool>>(row, column)?.unwrap_or(false));
        if is("is_known")? && !is("is_same_customer")? {
            known.clashes.push(format!(
                "line {number}: the device is registered for somebody else"
            ));
        } else if is("is_same_token")? {
            let lines = if is("is_for_somebody")? {
                &mut known.issued_for_somebody
            } else {
                &mut known.same
            };
            lines.extend(usize::try_from(number).ok());
        } else if is("is_token_known")? {
            known
                .clashes
                .push(format!("line {number}: this token cannot be used"));
        } else {
            known.provisioned_anew.extend(usize::try_from(number).ok());
        }
    }
    Ok(known)
}

/// Devices, active, with their period and their token.
pub(in crate::registry) async fn system_insert(
    tx: &System,
    ground: &Ground,
    holder: Holder,
    lines: &[&Line],
    held_since: DateTime<Utc>,
) -> Result<(), RegistryError> {
    if lines.is_empty() {
        return Ok(());
    }
    let [_, makers, serials, tokens] = columns(lines.iter().copied());
    let written: Vec<String> = lines
        .iter()
        .map(|line| line.key.maker.as_str().to_owned())
        .collect();
    let models: Vec<String> = lines.iter().map(|line| line.model.clone()).collect();
    let ids = || -> Value {
        lines
            .iter()
            .map(|_| ground.id::<Uuid>())
            .collect::<Vec<_>>()
            .into()
    };
    let credentials: Vec<Uuid> = lines
        .iter()
        .map(|_| ground.id::<CredentialId>().as_uuid())
        .collect();
    let sql = "with n as (
          select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[],
            $8::text[]) as n(device_id, assignment_id, credential_id, maker_key, maker, serial, model, token)
        ), devices as (
          insert into device (id, maker, serial, model_id, distributor_id, customer_id, state, created_at, updated_at)
          select n.device_id, n.maker, n.serial,
            (select m.id from device_model m where lower(m.maker) = lower(n.maker) and m.name = n.model
             order by m.created_at limit 1),
            $9, $10, 'active', $11, $11
          from n
        ), periods as (
          insert into assignment (id, device_id, distributor_id, customer_id, valid_from, created_at)
          select n.assignment_id, n.device_id, $9, $10, $12, $11 from n
        )
        insert into device_credential (id, device_id, token_hmac, created_at)
        select n.credential_id, n.device_id, decode(n.token, 'hex'), $11 from n";
    let values = [
        ids(),
        ids(),
        credentials.into(),
        makers,
        written.into(),
        serials,
        models.into(),
        tokens,
        holder.distributor.into(),
        holder.id.into(),
        ground.now().into(),
        held_since.into(),
    ];
    run(tx, sql, values)
        .await
        .map_err(|error| match violation(&error) {
            Some(Violation::Taken) => {
                RegistryError::Conflict("another import of the same devices is under way; try again")
            }
            _ => error.into(),
        })?;
    Ok(())
}

/// Devices of the customer that their maker provisioned anew: the file's token takes the place of those before.
pub(in crate::registry) async fn system_replace_tokens(
    tx: &System,
    ground: &Ground,
    lines: &[&Line],
) -> Result<(), RegistryError> {
    if lines.is_empty() {
        return Ok(());
    }
    let [_, makers, serials, tokens] = columns(lines.iter().copied());
    let ids: Vec<Uuid> = lines
        .iter()
        .map(|_| ground.id::<CredentialId>().as_uuid())
        .collect();
    let sql = "with n as (
          select u.credential_id, u.token, d.id as device_id
          from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) as u(credential_id, maker, serial, token)
          join device d on d.maker_key = u.maker and d.serial = u.serial
        ), revoked as (
          update device_credential c set revoked_at = $5 from n where c.device_id = n.device_id and c.revoked_at is null
        )
        insert into device_credential (id, device_id, token_hmac, created_at)
        select n.credential_id, n.device_id, decode(n.token, 'hex'), $5 from n";
    run(
        tx,
        sql,
        [ids.into(), makers, serials, tokens, ground.now().into()],
    )
    .await?;
    Ok(())
}

/// Tokens that go with their devices from now on, as their maker means them, for whomever they were said to be issued.
pub(in crate::registry) async fn system_unbind_tokens(
    tx: &System,
    lines: &[&Line],
) -> Result<(), RegistryError> {
    if lines.is_empty() {
        return Ok(());
    }
    let [_, _, _, tokens] = columns(lines.iter().copied());
    let sql = "update device_credential c set customer_id = null, distributor_id = null
        from unnest($1::text[]) as n(token) where c.token_hmac = decode(n.token, 'hex') and c.revoked_at is null";
    run(tx, sql, [tokens]).await?;
    Ok(())
}

/// Line numbers, makers in small letters, serials, and tokens' HMACs in hex.
fn columns<'a>(lines: impl Iterator<Item = &'a Line>) -> [Value; 4] {
    let (mut numbers, mut makers, mut serials, mut tokens) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for line in lines {
        numbers.push(i64::try_from(line.number).unwrap_or(i64::MAX));
        makers.push(line.key.maker.to_lowercase());
        serials.push(line.key.serial.as_str().to_owned());
        tokens.push(data_encoding::HEXLOWER.encode(&line.token_hmac));
    }
    [numbers.into(), makers.into(), serials.into(), tokens.into()]
}
