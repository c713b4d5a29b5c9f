-- Each change of a device's or hub's state that no period tells of: activated, deactivated, confirmed, put into stock. Who
-- did it, when, and whose time it was in: that of whoever had the thing then.
create table state_change (
  id uuid primary key,
  device_id uuid references device,
  hub_id uuid references hub,
  distributor_id uuid,
  customer_id uuid,
  at timestamptz not null,
  was text not null
    check (was in ('stock', 'active', 'inactive', 'returned', 'replaced', 'retired', 'unclaimed', 'claimed')),
  became text not null
    check (became in ('stock', 'active', 'inactive', 'returned', 'replaced', 'retired', 'unclaimed', 'claimed')),
  changed_by uuid,
  -- Whose people they are; told to who may not know their names.
  by_side text not null check (by_side in ('platform', 'distributor', 'customer')),
  check (num_nonnulls(device_id, hub_id) = 1),
  check (was <> became)
);
create index state_change_by_device on state_change (device_id, at desc) where device_id is not null;
create index state_change_by_hub on state_change (hub_id, at desc) where hub_id is not null;

alter table state_change enable row level security, force row level security;
create policy system_all on state_change to vw_system using (true) with check (true);
create policy admin_all on state_change to vw_admin using (true) with check (true);
create policy distributor_own on state_change to vw_distributor
  using (distributor_id = nullif(current_setting('app.distributor', true), '')::uuid)
  with check (distributor_id = nullif(current_setting('app.distributor', true), '')::uuid);
create policy customer_own on state_change to vw_customer
  using (customer_id = nullif(current_setting('app.customer', true), '')::uuid)
  with check (customer_id = nullif(current_setting('app.customer', true), '')::uuid);
-- Written where the state itself is changed, in the same transaction; never changed afterwards.
grant select, insert on state_change to vw_system, vw_admin, vw_distributor, vw_customer;

call vw_confine_things();
