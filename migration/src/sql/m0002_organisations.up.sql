create table distributor (
  id uuid primary key,
  name text not null check (length(name) between 1 and 200),
  time_zone text not null default 'UTC',
  state text not null default 'active' check (state in ('active', 'suspended', 'closed')),
  created_at timestamptz not null
);

create table customer (
  id uuid primary key,
  distributor_id uuid references distributor,
  name text not null check (length(name) between 1 and 200),
  time_zone text not null default 'UTC',
  state text not null default 'active' check (state in ('active', 'suspended', 'closed')),
  patient_mode text not null default 'device_only' check (patient_mode in ('device_only', 'paired')),
  created_at timestamptz not null
);
create index customer_by_distributor on customer (distributor_id);

alter table distributor enable row level security, force row level security;
create policy system_all on distributor to vw_system using (true) with check (true);
create policy admin_all on distributor to vw_admin using (true) with check (true);
create policy distributor_own on distributor to vw_distributor
  using (id = nullif(current_setting('app.distributor', true), '')::uuid)
  with check (id = nullif(current_setting('app.distributor', true), '')::uuid);
grant select, insert, update on distributor to vw_system, vw_admin;
grant select, update (name, time_zone) on distributor to vw_distributor;

alter table customer enable row level security, force row level security;
create policy system_all on customer to vw_system using (true) with check (true);
create policy admin_all on customer to vw_admin using (true) with check (true);
create policy distributor_own on customer to vw_distributor
  using (distributor_id = nullif(current_setting('app.distributor', true), '')::uuid)
  with check (distributor_id = nullif(current_setting('app.distributor', true), '')::uuid);
create policy customer_own on customer to vw_customer
  using (id = nullif(current_setting('app.customer', true), '')::uuid)
  with check (id = nullif(current_setting('app.customer', true), '')::uuid);
grant select, insert, update on customer to vw_system, vw_admin;
grant select, insert, update on customer to vw_distributor;
grant select, update (name, time_zone) on customer to vw_customer;

create constraint trigger customer_epoch after insert or update or delete on customer
  deferrable initially deferred for each row execute function vw_bump_registry_epoch();
