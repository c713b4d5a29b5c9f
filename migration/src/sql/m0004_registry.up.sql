create table device_model (
  id uuid primary key,
  maker text not null check (length(maker) between 1 and 64),
  name text not null check (length(name) between 1 and 100),
  kinds text[] not null check (kinds <@ array['blood_pressure', 'weight', 'glucose', 'oximetry', 'temperature',
                                              'heart_rate', 'activity', 'sleep']),
  transport text not null check (transport in ('cellular', 'bluetooth', 'vendor_cloud', 'mqtt')),
  created_at timestamptz not null,
  unique (maker, name)
);

-- A device is (maker, serial); makers are compared without case. Who holds it now stands here for the policies,
-- who held it when stands in assignment; both change in one transaction.
create table device (
  id uuid primary key,
  maker text not null check (length(maker) between 1 and 64),
  maker_key text not null generated always as (lower(maker collate "C")) stored,
  serial text not null check (length(serial) between 1 and 64),
  model_id uuid not null references device_model,
  distributor_id uuid references distributor,
  customer_id uuid references customer,
  customer_reference text check (length(customer_reference) between 1 and 200),
  state text not null default 'stock' check (state in ('stock', 'active', 'inactive', 'returned', 'replaced', 'retired')),
  ever_moved boolean not null default false,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (maker_key, serial)
);
create index device_by_customer on device (customer_id, id);
create index device_by_distributor on device (distributor_id, id);
create index device_by_serial on device (serial);

-- A device's own token, as HMAC-SHA-256 under the platform's pepper. The token itself is stored nowhere.
create table device_credential (
  id uuid primary key,
  device_id uuid not null references device,
  token_hmac bytea not null unique check (length(token_hmac) = 32),
  created_at timestamptz not null,
  revoked_at timestamptz
);
create index credential_by_device on device_credential (device_id);

create table hub (
  id uuid primary key,
  -- A label for people: a hub signs as its id. It is unique within the customer alone, so that nobody learns by a refusal
  -- which serials others have, and a hub that comes back can be placed anew.
  serial text not null check (length(serial) between 1 and 64),
  name text not null check (length(name) between 1 and 200),
  distributor_id uuid references distributor,
  customer_id uuid references customer,
  -- unclaimed → claimed (it holds a key, a person has not confirmed the fingerprint) → active ⇄ inactive → retired
  state text not null default 'unclaimed' check (state in ('unclaimed', 'claimed', 'active', 'inactive', 'retired')),
  public_key bytea check (length(public_key) = 32),
  fingerprint text,
  version text check (length(version) <= 64),
  claimed_at timestamptz,
  confirmed_at timestamptz,
  confirmed_by uuid,
  last_seen_at timestamptz,
  created_at timestamptz not null,
  check ((public_key is null) = (state = 'unclaimed') or state in ('inactive', 'retired')),
  unique nulls not distinct (customer_id, serial)
);
create index hub_by_serial on hub (serial, id);
create index hub_by_customer on hub (customer_id, id);
create index hub_by_distributor on hub (distributor_id, id);

create table hub_claim_code (
  id uuid primary key,
  hub_id uuid not null references hub,
  code_hmac bytea not null unique check (length(code_hmac) = 32),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
create index claim_code_by_hub on hub_claim_code (hub_id);

-- Who held a device or a hub, and when. Periods of one thing never overlap.
create table assignment (
  id uuid primary key,
  device_id uuid references device,
  hub_id uuid references hub,
  distributor_id uuid references distributor,
  customer_id uuid references customer,
  valid_from timestamptz not null,
  valid_until timestamptz check (valid_until > valid_from),
  assigned_by uuid,
  created_at timestamptz not null,
  check (num_nonnulls(device_id, hub_id) = 1),
  exclude using gist (device_id with =, tstzrange(valid_from, valid_until) with &&) where (device_id is not null),
  exclude using gist (hub_id with =, tstzrange(valid_from, valid_until) with &&) where (hub_id is not null)
);
create index assignment_by_device on assignment (device_id, valid_from) where device_id is not null;
create index assignment_by_hub on assignment (hub_id, valid_from) where hub_id is not null;
create index assignment_by_customer on assignment (customer_id);

-- What is known of a device without its values: written by the router, so that a reading's commit touches no hot row.
create table device_status (
  device_id uuid primary key references device,
  distributor_id uuid,
  customer_id uuid,
  last_seen_at timestamptz not null,
  last_reading_at timestamptz,
  last_kind text,
  last_hub_id uuid,
  battery_percent smallint check (battery_percent between 0 and 100),
  signal_dbm smallint
) with (fillfactor = 70);
create index device_status_by_customer on device_status (customer_id);

do $$
declare t text;
begin
  foreach t in array array['device', 'hub', 'assignment', 'device_status'] loop
    execute format('alter table %I enable row level security, force row level security', t);
    execute format('create policy system_all on %I to vw_system using (true) with check (true)', t);
    execute format('create policy admin_all on %I to vw_admin using (true) with check (true)', t);
    execute format($p$create policy distributor_own on %I to vw_distributor
      using (distributor_id = nullif(current_setting('app.distributor', true), '')::uuid)
      with check (distributor_id = nullif(current_setting('app.distributor', true), '')::uuid)$p$, t);
    execute format($p$create policy customer_own on %I to vw_customer
      using (customer_id = nullif(current_setting('app.customer', true), '')::uuid)
      with check (customer_id = nullif(current_setting('app.customer', true), '')::uuid)$p$, t);
  end loop;
  foreach t in array array['device_credential', 'hub_claim_code'] loop
    execute format('alter table %I enable row level security, force row level security', t);
    execute format('create policy system_all on %I to vw_system using (true) with check (true)', t);
    execute format('grant select, insert, update, delete on %I to vw_system', t);
  end loop;
end $$;
grant select, insert, update on device, hub, assignment to vw_system, vw_admin;
grant select, insert, update on device_status to vw_system;
grant select on device_status to vw_admin, vw_distributor, vw_customer;
grant select on device, hub, assignment to vw_distributor, vw_customer;
grant update (state, updated_at) on device to vw_distributor;
grant update (state, customer_reference, updated_at) on device to vw_customer;
grant update (state, name, confirmed_at, confirmed_by) on hub to vw_customer, vw_distributor;

-- The catalogue of models is the same for everybody.
alter table device_model enable row level security, force row level security;
create policy system_all on device_model to vw_system using (true) with check (true);
create policy admin_all on device_model to vw_admin using (true) with check (true);
create policy everyone_reads on device_model for select to vw_distributor, vw_customer using (true);
grant select, insert, update on device_model to vw_system, vw_admin;
grant select on device_model to vw_distributor, vw_customer;

create constraint trigger device_epoch after insert or update or delete on device
  deferrable initially deferred for each row execute function vw_bump_registry_epoch();
create constraint trigger credential_epoch after insert or update or delete on device_credential
  deferrable initially deferred for each row execute function vw_bump_registry_epoch();
create constraint trigger assignment_epoch after insert or update or delete on assignment
  deferrable initially deferred for each row execute function vw_bump_registry_epoch();
-- A hub's last_seen_at is no change of the registry.
create constraint trigger hub_epoch after insert or delete or
  update of state, public_key, customer_id, distributor_id on hub
  deferrable initially deferred for each row execute function vw_bump_registry_epoch();
