-- The data plane (DESIGN §4). Readings and raw messages lie in partitions of the UTC day of arrival, keys in partitions
-- of the UTC day of measurement. No foreign keys here: the commit joins the registry itself, and a key check a row
-- would cost more than the row. There is no default partition anywhere; m0009 makes the days.

create table reading (
  id uuid not null,
  received_at timestamptz not null,
  customer_id uuid not null,
  device_id uuid not null,
  hub_id uuid,
  -- The credential that sent it: a device's token, or the hub itself.
  credential_id uuid not null,
  kind text not null check (kind in ('blood_pressure', 'weight', 'glucose', 'oximetry', 'temperature',
                                     'heart_rate', 'activity', 'sleep')),
  -- The time it counts for: the device's where that can be true, else its arrival, and then clock_suspect is set.
  measured_at timestamptz not null,
  -- The day under which its key stands; 1970-01-01 where the measured time is missing or cannot be true.
  measured_on date not null,
  device_time_ms bigint,
  utc_offset_minutes smallint check (utc_offset_minutes between -1080 and 1080),
  hub_time timestamptz,
  sequence bigint,
  user_slot smallint check (user_slot between 0 and 255),
  content_hash bytea not null check (length(content_hash) = 32),
  -- Canonical values in canonical units, as `vitals::Vital::write_json` writes them.
  vals jsonb not null,
  -- What the sender wrote, where its unit was another one.
  original jsonb,
  -- Bits of `vitals::Quality`.
  quality smallint not null,
  proof text not null check (proof in ('hub_signed', 'device_token', 'vendor_asserted')),
  status text not null default 'final' check (status in ('final', 'entered_in_error')),
  raw_id uuid not null,
  primary key (id, received_at)
) partition by range (received_at);
create index reading_by_device on reading (device_id, measured_at);

create table reading_key (
  customer_id uuid not null,
  measured_on date not null,
  content_hash bytea not null,
  reading_id uuid not null,
  primary key (customer_id, measured_on, content_hash)
) partition by range (measured_on);

-- The bytes as they came, sealed, with the hub's JWT where there is one, so that any reading can be proved later.
create table raw_message (
  id uuid not null,
  received_at timestamptz not null,
  customer_id uuid,
  device_id uuid,
  hub_id uuid,
  body_sealed bytea not null,
  jwt text,
  primary key (id, received_at)
) partition by range (received_at);

-- Authenticated, but not believed: kept, unseen, with its reason. Its values are only in the sealed columns.
create table quarantine (
  id uuid primary key,
  received_at timestamptz not null,
  customer_id uuid,
  distributor_id uuid,
  device_id uuid,
  hub_id uuid,
  serial text,
  reason text not null check (reason in ('unknown_device', 'wrong_owner', 'no_owner', 'inactive_device', 'undecodable',
                                         'implausible', 'clock_suspect_moved', 'unpaired')),
  detail text check (length(detail) <= 500),
  item_sealed bytea not null,
  -- HMAC of the item's bytes, so that a sender that repeats itself fills no shelf.
  item_hmac bytea not null check (length(item_hmac) = 32),
  raw_id uuid not null,
  jwt text,
  state text not null default 'waiting' check (state in ('waiting', 'released', 'rejected')),
  unique (item_hmac)
);
create index quarantine_waiting on quarantine (customer_id, received_at) where state = 'waiting';
create index quarantine_by_received on quarantine (received_at);

-- One row per customer, commit and circuit; it may carry many readings.
create table outbox (
  id bigint generated always as identity primary key,
  circuit text not null check (circuit in ('forwarding', 'alerts', 'clinical')),
  customer_id uuid not null,
  reading_ids uuid[] not null,
  -- The span of the readings' arrival, so that the router touches only their days.
  received_from timestamptz not null,
  received_until timestamptz not null
) with (fillfactor = 100, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
        autovacuum_vacuum_cost_delay = 0);
create index outbox_by_circuit on outbox (circuit, id);

alter table reading enable row level security, force row level security;
create policy system_all on reading to vw_system using (true) with check (true);
create policy customer_own on reading for select to vw_customer
  using (customer_id = nullif(current_setting('app.customer', true), '')::uuid);
grant select, insert, update on reading to vw_system;
grant select on reading to vw_customer;

alter table reading_key enable row level security, force row level security;
create policy system_all on reading_key to vw_system using (true) with check (true);
grant select, insert, update, delete on reading_key to vw_system;

alter table raw_message enable row level security, force row level security;
create policy system_all on raw_message to vw_system using (true) with check (true);
grant select, insert on raw_message to vw_system;

alter table quarantine enable row level security, force row level security;
create policy system_all on quarantine to vw_system using (true) with check (true);
create policy admin_all on quarantine to vw_admin using (true);
create policy customer_own on quarantine to vw_customer
  using (customer_id = nullif(current_setting('app.customer', true), '')::uuid);
grant select, insert, update, delete on quarantine to vw_system;
grant select (id, received_at, customer_id, distributor_id, device_id, hub_id, serial, reason, detail, state)
  on quarantine to vw_admin, vw_customer;

alter table outbox enable row level security, force row level security;
create policy system_all on outbox to vw_system using (true) with check (true);
grant select, insert, update, delete on outbox to vw_system;
