-- The usage ledger: written only by the router, only by increments, never recomputed from telemetry, which it outlives.
-- 24 hourly counts, so that any midnight can be drawn later. Tests never count.
create table usage_device_day (
  customer_id uuid not null,
  distributor_id uuid,
  device_id uuid not null,
  day date not null,
  hourly integer[] not null check (cardinality(hourly) = 24),
  primary key (customer_id, device_id, day)
) with (fillfactor = 60);

create table usage_hub_day (
  customer_id uuid not null,
  distributor_id uuid,
  hub_id uuid not null,
  day date not null,
  hourly integer[] not null check (cardinality(hourly) = 24),
  primary key (customer_id, hub_id, day)
) with (fillfactor = 60);

create table usage_delivery_day (
  customer_id uuid not null,
  distributor_id uuid,
  endpoint_id uuid not null,
  day date not null,
  delivered bigint not null,
  primary key (customer_id, endpoint_id, day)
) with (fillfactor = 60);

-- One more list of 24 counts on top of another.
create function vw_add_hours(a integer[], b integer[]) returns integer[] language sql immutable parallel safe as
$$ select array_agg(x + y order by i) from unnest(a, b) with ordinality as u(x, y, i) $$;

-- Readings accepted a minute, for the health board; no tenant in it.
create table minute_tally (
  minute timestamptz not null,
  shard smallint not null,
  readings bigint not null,
  primary key (minute, shard)
) with (fillfactor = 50);

do $$
declare t text;
begin
  foreach t in array array['usage_device_day', 'usage_hub_day', 'usage_delivery_day'] loop
    execute format('alter table %I enable row level security, force row level security', t);
    execute format('create policy system_all on %I to vw_system using (true) with check (true)', t);
    execute format('create policy admin_all on %I to vw_admin using (true)', t);
    execute format($p$create policy distributor_own on %I to vw_distributor
      using (distributor_id = nullif(current_setting('app.distributor', true), '')::uuid)$p$, t);
    execute format($p$create policy customer_own on %I to vw_customer
      using (customer_id = nullif(current_setting('app.customer', true), '')::uuid)$p$, t);
    execute format('grant select, insert, update on %I to vw_system', t);
    execute format('grant select on %I to vw_admin, vw_distributor, vw_customer', t);
  end loop;
end $$;
alter table minute_tally enable row level security, force row level security;
create policy system_all on minute_tally to vw_system using (true) with check (true);
create policy admin_all on minute_tally to vw_admin using (true);
grant select, insert, update, delete on minute_tally to vw_system;
grant select on minute_tally to vw_admin;
