-- Sources: accounts in vendors' clouds that push readings to the platform. One is a customer's, or the platform's own and
-- then of devices of many customers. The vendor shows a secret that the platform made; it is kept as HMAC. After it was
-- exchanged the one before works on for a while, because a vendor changes it by hand. All of it is written by the system.
create table source (
  id uuid primary key,
  vendor text not null check (vendor in ('bodytrace', 'transtek', 'telli', 'tenovi', 'smartmeter')),
  name text not null check (length(name) between 1 and 100),
  customer_id uuid references customer,
  state text not null default 'active' check (state in ('active', 'inactive')),
  scheme text not null check (scheme in ('basic', 'header')),
  -- The user's name of HTTP Basic, or the header's name in lower case.
  shown_as text not null check (length(shown_as) between 1 and 64),
  secret_hmac bytea not null check (length(secret_hmac) = 32),
  secret_since timestamptz not null,
  former_hmac bytea check (length(former_hmac) = 32),
  former_until timestamptz,
  created_at timestamptz not null,
  created_by uuid,
  last_seen_at timestamptz,
  constraint source_former_check check (num_nulls(former_hmac, former_until) in (0, 2))
);
create index source_by_customer on source (customer_id, id);

-- Which source speaks for a device, and what the vendor calls the device, in the one form that intake makes of it. A source
-- knows one device by a name.
alter table device
  add column source_id uuid references source,
  add column source_key text check (length(source_key) between 1 and 64),
  add constraint device_source_check check (num_nulls(source_id, source_key) in (0, 2));
grant select (source_id, source_key) on device to vw_admin, vw_customer;
create unique index device_by_source on device (source_id, source_key) where source_id is not null;

alter table raw_message add column source_id uuid;
alter table refusal add column source_id uuid;
create index refusal_by_source on refusal (source_id, minute) where source_id is not null;

-- What comes from a source names the device by the vendor's name, which then stands as its serial.
alter table quarantine
  add column source_id uuid,
  add column released_at timestamptz,
  drop constraint quarantine_reason_check,
  add constraint quarantine_reason_check check (reason in ('unknown_device', 'wrong_owner', 'no_owner', 'inactive_device',
    'undecodable', 'implausible', 'clock_suspect_moved', 'unpaired', 'no_value', 'unknown_type')),
  add constraint quarantine_released_check check ((state = 'released') = (released_at is not null));
create index quarantine_of_source on quarantine (source_id, serial, received_at)
  where state = 'waiting' and source_id is not null;
grant select (source_id, released_at) on quarantine to vw_admin, vw_customer;

alter table source enable row level security, force row level security;
create policy system_all on source to vw_system using (true) with check (true);
create policy admin_all on source for select to vw_admin using (true);
create policy customer_own on source for select to vw_customer
  using (customer_id = nullif(current_setting('app.customer', true), '')::uuid);
create policy confined_whole on source as restrictive to vw_customer using ((select vw_sees_all_sites()));
grant select, insert, update on source to vw_system;
grant select (id, vendor, name, customer_id, state, scheme, shown_as, secret_since, former_until, created_at, last_seen_at)
  on source to vw_admin, vw_customer;

-- When a source was last heard is no change of the registry.
create constraint trigger source_epoch after insert or delete or
  update of state, customer_id, scheme, shown_as, secret_hmac, former_hmac, former_until on source
  deferrable initially deferred for each row execute function vw_bump_registry_epoch();
