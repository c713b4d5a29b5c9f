//! `hub_claim_code` and `hub_key`, which no tenant's role may touch, and the statement that uses a code up for a key.

use chrono::{DateTime, Utc};

use super::{id, one, run};
use crate::ground::ids::{AssignmentId, ClaimCodeId, CustomerId, HubId, HubKeyId};
use crate::registry::{ClaimError, RegistryError};
use crate::tenancy::{SystemScope, Tx};

type System = Tx<SystemScope>;

pub(in crate::registry) struct Claim<'a> {
    pub(in crate::registry) code_hmac: &'a [u8; 32],
    pub(in crate::registry) public_key: &'a [u8; 32],
    pub(in crate::registry) fingerprint: &'a str,
    pub(in crate::registry) version: Option<&'a str>,
    pub(in crate::registry) assignment: AssignmentId,
    pub(in crate::registry) key: HubKeyId,
    pub(in crate::registry) now: DateTime<Utc>,
}

/// Makes those who ask for a code of one hub wait for each other, so that one code works at a time. No row is locked for
/// it: a claim takes the code's row before the hub's, and must not meet one that goes the other way.
pub(in crate::registry) async fn system_lock_codes(tx: &System, hub: HubId) -> Result<(), RegistryError> {
    let sql = "select pg_advisory_xact_lock(hashtextextended('hub_claim_code ' || $1::text, 0))";
    run(tx, sql, [hub.as_uuid().into()]).await?;
    Ok(())
}

/// Whoever saw the hub at a customer's makes no code for it after it has moved on. A move takes the lock of the codes too.
pub(in crate::registry) async fn system_must_still_stand(
    tx: &System,
    hub: HubId,
    at: Option<CustomerId>,
) -> Result<(), RegistryError> {
    let sql = "select 1 from hub where id = $1 and customer_id is not distinct from $2";
    let values = [hub.as_uuid().into(), at.map(CustomerId::as_uuid).into()];
    one(tx, sql, values)
        .await?
        .map(drop)
        .ok_or(RegistryError::NotFound("hub"))
}

pub(in crate::registry) async fn system_void_codes(tx: &System, hub: HubId) -> Result<(), RegistryError> {
    let sql = "delete from hub_claim_code where hub_id = $1 and used_at is null";
    run(tx, sql, [hub.as_uuid().into()]).await?;
    Ok(())
}

pub(in crate::registry) async fn system_insert_code(
    tx: &System,
    id: ClaimCodeId,
    hub: HubId,
    hmac: &[u8; 32],
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<(), RegistryError> {
    let sql = "insert into hub_claim_code (id, hub_id, code_hmac, created_at, expires_at) values ($1, $2, $3, $4, $5)";
    let values = [
        id.as_uuid().into(),
        hub.as_uuid().into(),
        hmac.to_vec().into(),
        now.into(),
        expires_at.into(),
    ];
    run(tx, sql, values).await?;
    Ok(())
}

/// Uses the code up and stores the key, in one statement: of two claims at once, the second waits for the first's row,
/// finds the code used and changes nothing. Opens the hub's period at its customer where there is none. The key before
/// stays, with the end of its period, because tokens that it signed are kept beside the readings that they prove; no period
/// ends before it began, whatever the clocks of two servers say.
pub(in crate::registry) async fn system_claim(
    tx: &System,
    claim: &Claim<'_>,
) -> Result<Option<HubId>, ClaimError> {
    let row = one(
        tx,
        "with used as (
           update hub_claim_code set used_at = $6 where code_hmac = $1 and used_at is null and expires_at > $6
           returning hub_id
         ), changed as (
           update hub h set public_key = $2, fingerprint = $3, version = $4, state = 'claimed', claimed_at = $6,
             confirmed_at = null, confirmed_by = null
           from used where h.id = used.hub_id and h.state in ('unclaimed', 'claimed', 'inactive')
           returning h.id, h.customer_id, h.distributor_id
         ), opened as (
           insert into assignment (id, hub_id, customer_id, distributor_id, valid_from, created_at)
           select $5, c.id, c.customer_id, c.distributor_id, $6, $6 from changed c
           where not exists (select from assignment a where a.hub_id = c.id and a.valid_until is null)
         ), former as (
           update hub_key k set valid_until = greatest(k.valid_from, $6) from changed c
           where k.hub_id = c.id and k.valid_until is null
           returning k.valid_until
         ), held as (
           insert into hub_key (id, hub_id, public_key, fingerprint, valid_from)
           select $7, c.id, $2, $3, coalesce((select valid_until from former), $6) from changed c
         )
         select id from changed",
        [
            claim.code_hmac.to_vec().into(),
            claim.public_key.to_vec().into(),
            claim.fingerprint.into(),
            claim.version.into(),
            claim.assignment.as_uuid().into(),
            claim.now.into(),
            claim.key.as_uuid().into(),
        ],
    )
    .await?;
    Ok(row.map(|row| id(&row, "id")).transpose()?)
}
