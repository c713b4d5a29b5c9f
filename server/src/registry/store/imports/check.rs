//! Looks the lines of an import up in the registry as it is now, all of them in one statement: what each is about, what
//! becomes of it, and what stands in its way.

use chrono::{DateTime, Utc};

use super::{System, get, one, run};
use crate::ground::ids::{CustomerId, DistributorId, ImportId};
use crate::registry::RegistryError;
use crate::registry::imports::{Due, Whose};

/// What a line is about. `$2` and `$3` are the distributor or the customer whose import it is; only what they see is found.
/// Names are looked up as lines and the registry keep them, folded. Where two have the name, the file has to say the id, also
/// where one is closed: whoever renames their own organisation may take a closed one's name, and must not be given its
/// devices. An id is nobody's name. Each is found by an index, however many lines and customers there are.
const LOOKED: &str = "with named as (
      select distinct customer as name,
        case when customer ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then customer::uuid end as as_id
      from device_import_line where import_id = $1 and customer is not null
    ), meant as (
      select n.name, c.id, c.distributor_id, c.state from named n join customer c on c.id = n.as_id
      union all
      select n.name, c.id, c.distributor_id, c.state
      from named n join customer c on lower(c.name) = lower(n.name) and c.name = n.name where n.as_id is null
    ), who as (
      select n.name, count(c.id) as found, (array_agg(c.id))[1] as id, (array_agg(c.distributor_id))[1] as distributor_id,
        min(c.state) as state
      from named n left join meant c on c.name = n.name and ($2::uuid is null or c.distributor_id = $2) and $3::uuid is null
      group by n.name
    ), looked as (
      select l.ctid as place, l.*, d.id as there, d.customer_id as held_by, d.distributor_id as held_through, d.state as is_in,
        d.model_id as its_model, m.id as found_model, m.kinds as model_kinds, w.found as customers_found,
        coalesce(w.id, i.into_customer_id) as goes_to, coalesce(w.state, c.state) as customer_state,
        case when w.id is not null then w.distributor_id
             when i.into_customer_id is not null then c.distributor_id else i.into_distributor_id end as goes_through,
        o.id as imei_of, k.id as token, k.device_id as token_of, k.revoked_at as token_revoked_at,
        d.imei as has_imei, d.mac as has_mac, d.iccid as has_iccid, d.firmware as has_firmware,
        d.customer_reference, d.distributor_reference as own_reference, d.reserved_for,
        -- Its customer's own people add a device in no other way.
        exists (select from assignment a join user_account u on u.id = a.assigned_by
          where a.device_id = d.id and a.reason = 'added' and a.customer_id is not null and u.role = 'customer') as by_reading
      from device_import_line l
      join device_import i on i.id = l.import_id
      left join customer c on c.id = i.into_customer_id
      left join who w on w.name = l.customer
      left join device d on d.maker_key = l.maker_key and d.serial = l.serial
        and ($2::uuid is null or d.distributor_id = $2) and ($3::uuid is null or d.customer_id = $3)
      left join lateral (
        select id, kinds from device_model m where lower(m.maker collate \"C\") = l.maker_key and m.name = l.model
        order by m.created_at, m.id limit 1
      ) m on true
      left join device o on o.imei = l.imei
      left join device_credential k on k.token_hmac = l.token_hmac
      where l.import_id = $1
    )";

/// Writes down what was found, each where it stands. Lines that were just written are in no statistics: asked for them by
/// their import, the planner expects a single one, and goes through all of them for each of them.
const WRITTEN: &str = "update device_import_line l set device_id = coalesce(v.there, l.new_device_id),
      model_id = coalesce(v.found_model, v.its_model), to_distributor_id = v.to_through, to_customer_id = v.to_holder,
      step = case when l.problems = '[]' and cardinality(v.against) = 0 then v.step end,
      clashes = coalesce((
        select jsonb_agg(jsonb_build_object('column', split_part(a, ': ', 1), 'why', substr(a, strpos(a, ': ') + 2)))
        from unnest(v.against) a), '[]')
    from verdict v where l.ctid = v.place";

/// What the platform's file adds, or says of devices that are where it says. A device that is elsewhere is moved by hand.
/// What the customer calls a device that is there is not compared: the platform does not learn it by asking.
const PLATFORM: &str = ", verdict as (
      select x.place, x.there, x.found_model, x.its_model, x.goes_to as to_holder, x.goes_through as to_through,
        case when there is null then 'add'
          when (imei is not null and imei is distinct from has_imei) or (mac is not null and mac is distinct from has_mac)
            or (iccid is not null and iccid is distinct from has_iccid)
            or (firmware is not null and firmware is distinct from has_firmware)
            or (wanted_state is not null and wanted_state is distinct from is_in)
            or found_model <> its_model
            or (token_hmac is not null and token is null) then 'change'
          else 'same' end as step,
        array_remove(array[
          case when model is not null and maker_key is not null and found_model is null
            then 'model: is not in the catalogue of this maker: add it there, or correct its name' end,
          case when kinds is not null and found_model is not null and not (kinds <@ model_kinds and model_kinds <@ kinds)
            then 'kind: the model measures ' || array_to_string(model_kinds, ' ') || ', as the catalogue says' end,
          case when there is not null and is_in in ('retired', 'replaced')
            then 'serial: the device is out of use for good'
            when there is not null and (held_by, held_through) is distinct from (goes_to, goes_through) and by_reading
            then 'serial: a customer added it by a reading before this file came: look at its page whose it is; if it is not '
              || 'theirs, take it back there (return it, put it into stock, recall it), then look at the file again'
            when there is not null and (held_by, held_through) is distinct from (goes_to, goes_through)
            then 'serial: is registered already and is not where this file puts it: move the device instead' end,
          -- What a customer said of it does not bind the platform, once it has the device back.
          case when there is not null and found_model is not null and found_model <> its_model
              and not (by_reading and held_by is null)
            then 'model: the device is registered with another model' end,
          case when imei_of is not null and imei_of is distinct from there then 'imei: another device has this IMEI' end,
          case when customers_found = 0 then 'customer: there is no customer of this name or id'
            when customers_found > 1 then 'customer: several customers have this name: write the id'
            when customer_state = 'closed' then 'customer: is closed' end,
          case when goes_to is null and wanted_state in ('active', 'inactive')
            then 'state: is for devices that a customer gets: name one'
            when goes_to is not null and wanted_state = 'stock' then 'state: is active or inactive at a customer' end,
          case when goes_to is null and reference is not null then 'reference: is for devices that a customer gets' end,
          case when goes_to is null and held_since is not null then 'held_since: is for devices that a customer gets' end,
          case when token is not null and (token_of is distinct from there or token_revoked_at is not null)
            then 'token: cannot be used: another one is needed' end
        ], null) as against
      from looked x
    )";

/// What a distributor's file places from its stock, or what it calls the devices of its portfolio.
const DISTRIBUTOR: &str = ", verdict as (
      select x.place, x.there, x.found_model, x.its_model, coalesce(x.goes_to, x.held_by) as to_holder, $2::uuid as to_through,
        case when goes_to is not null and held_by is null then 'place'
          when reference is not null and reference is distinct from own_reference then 'change'
          else 'same' end as step,
        array_remove(array[
          case when maker_key is not null and serial is not null and there is null
            then 'serial: is not in your stock or at your customers'
            when is_in in ('retired', 'replaced') then 'serial: the device is out of use for good'
            when goes_to is not null and held_by is null and is_in <> 'stock'
            then 'serial: the device has come back: put it into stock first'
            when goes_to is not null and held_by is null and reserved_for is not null
            then 'serial: the device is to go back to the platform: cancel the return first' end,
          case when customers_found = 0 then 'customer: none of your customers has this name or id'
            when customers_found > 1 then 'customer: several customers have this name: write the id'
            when customer_state = 'closed' then 'customer: is closed'
            when goes_to is not null and held_by is not null and held_by <> goes_to
            then 'customer: another customer holds the device: it has to come back first' end,
          case when wanted_state is not null and (goes_to is null or held_by is not null)
            then 'state: is for devices that a customer gets by this file' end
        ], null) as against
      from looked x
    )";

/// What a customer's file says of the devices that it holds.
const CUSTOMER: &str = ", verdict as (
      select x.place, x.there, x.found_model, x.its_model, $3::uuid as to_holder, x.held_through as to_through,
        case when (reference is not null and reference is distinct from customer_reference)
            or (wanted_state is not null and wanted_state is distinct from is_in) then 'change'
          else 'same' end as step,
        array_remove(array[
          case when maker_key is not null and serial is not null and there is null
            then 'serial: is not one of your devices'
            when wanted_state is not null and is_in not in ('active', 'inactive')
            then 'state: another device has taken its place' end
        ], null) as against
      from looked x
    )";

/// Looks all lines up and counts what comes of them.
pub(in crate::registry) async fn system_check(
    tx: &System,
    id: ImportId,
    whose: Whose,
) -> Result<(), RegistryError> {
    let verdict = match whose {
        Whose::Platform => PLATFORM,
        Whose::Distributor(_) => DISTRIBUTOR,
        Whose::Customer(_) => CUSTOMER,
    };
    let sql = format!("{LOOKED} {verdict} {WRITTEN}");
    let values = [
        id.as_uuid().into(),
        whose.distributor().map(DistributorId::as_uuid).into(),
        whose.customer().map(CustomerId::as_uuid).into(),
    ];
    run(tx, &sql, values).await?;
    let sql = "update device_import i set wrong = c.wrong, adds = c.adds, changes = c.changes
        from (select count(*) filter (where is_wrong) as wrong, count(*) filter (where step = 'add') as adds,
            count(*) filter (where step in ('place', 'change')) as changes
          from device_import_line where import_id = $1) c
        where i.id = $1";
    run(tx, sql, [id.as_uuid().into()]).await?;
    Ok(())
}

/// Whether no line is wrong; else the import is back where it was, to be looked at again.
pub(in crate::registry) async fn system_is_good(
    tx: &System,
    due: Due,
    now: DateTime<Utc>,
) -> Result<bool, RegistryError> {
    let sql = "update device_import set state = case when wrong > 0 then 'checked' else state end,
          failure = case when wrong > 0 then 'devices or customers have changed since the file was looked at: nothing was '
            || 'imported, and the lines say what is in the way' end,
          began_at = case when wrong > 0 then null else coalesce(began_at, $3) end
        where id = $1 and attempt = $2 and state = 'applying' returning wrong = 0 as is_good";
    let row = one(tx, sql, [due.id.as_uuid().into(), due.attempt.into(), now.into()]).await?;
    Ok(row.map(|row| get(&row, "is_good")).transpose()?.unwrap_or(false))
}
