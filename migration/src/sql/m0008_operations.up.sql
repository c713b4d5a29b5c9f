-- Why did nothing arrive? Every refusal, counted per minute, subject and reason, without values, for 30 days.
create table refusal (
  id uuid not null,
  minute timestamptz not null,
  customer_id uuid,
  distributor_id uuid,
  device_id uuid,
  hub_id uuid,
  -- What the sender called itself, where it proved nothing, and where it came from.
  claimed text check (length(claimed) <= 64),
  remote text check (length(remote) <= 64),
  reason text not null check (length(reason) <= 64),
  detail text check (length(detail) <= 200),
  count bigint not null,
  last_at timestamptz not null,
  primary key (id, minute)
) partition by range (minute);
create index refusal_by_minute on refusal (minute);
create index refusal_by_device on refusal (device_id, minute) where device_id is not null;
create index refusal_by_hub on refusal (hub_id, minute) where hub_id is not null;

-- Who runs what: a lease with a fencing number that grows whenever it changes hands.
create table job_lease (
  name text primary key,
  holder uuid not null,
  fence bigint not null,
  lease_until timestamptz not null
) with (fillfactor = 50);

-- Which master key this database belongs to: the id that sealed values carry, and an HMAC under a key derived for this
-- alone, which tells nothing of the master key. Written at the first use, compared at every start, never changed.
create table master_key_check (
  only_row boolean primary key default true check (only_row),
  key_id text not null check (key_id ~ '^[0-9a-f]{8}$'),
  check_hmac bytea not null check (length(check_hmac) = 32)
);

alter table refusal enable row level security, force row level security;
create policy system_all on refusal to vw_system using (true) with check (true);
create policy admin_all on refusal to vw_admin using (true);
create policy distributor_own on refusal to vw_distributor
  using (distributor_id = nullif(current_setting('app.distributor', true), '')::uuid);
create policy customer_own on refusal to vw_customer
  using (customer_id = nullif(current_setting('app.customer', true), '')::uuid);
grant select, insert, update, delete on refusal to vw_system;
grant select on refusal to vw_admin, vw_distributor, vw_customer;

alter table job_lease enable row level security, force row level security;
create policy system_all on job_lease to vw_system using (true) with check (true);
grant select, insert, update, delete on job_lease to vw_system;

alter table master_key_check enable row level security, force row level security;
create policy system_all on master_key_check to vw_system using (true) with check (true);
grant select, insert on master_key_check to vw_system;
