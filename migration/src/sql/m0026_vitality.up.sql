-- How devices and hubs were on each UTC day, for whoever held them then: battery, signal, and how often they were heard.
-- Written beside what is committed, never with it, so a day may lack the last minute before a crash. Kept for 90 days.
create table device_vitality_day (
  customer_id uuid not null,
  -- Through whom the customer held it when it was heard last; who comes after starts the day anew.
  distributor_id uuid,
  device_id uuid not null references device,
  day date not null,
  battery_min smallint check (battery_min between 0 and 100),
  battery_last smallint check (battery_last between 0 and 100),
  signal_min smallint,
  signal_last smallint,
  heard integer not null check (heard > 0),
  last_at timestamptz not null,
  primary key (customer_id, device_id, day)
) with (fillfactor = 70);
create index device_vitality_by_device on device_vitality_day (device_id, day);
create index device_vitality_by_day on device_vitality_day (day);

create table hub_vitality_day (
  customer_id uuid not null,
  distributor_id uuid,
  hub_id uuid not null references hub,
  day date not null,
  heartbeats integer not null check (heartbeats > 0),
  queued_max bigint not null check (queued_max >= 0),
  queued_last bigint not null check (queued_last >= 0),
  -- The longest time without a heartbeat that ended on the day.
  longest_gap_seconds bigint check (longest_gap_seconds >= 0),
  last_at timestamptz not null,
  primary key (customer_id, hub_id, day)
) with (fillfactor = 70);
create index hub_vitality_by_hub on hub_vitality_day (hub_id, day);
create index hub_vitality_by_day on hub_vitality_day (day);

-- The last heartbeats of each hub, a few of each.
create table hub_heartbeat (
  hub_id uuid not null references hub,
  at timestamptz not null,
  distributor_id uuid,
  customer_id uuid,
  version text check (length(version) <= 64),
  uptime_seconds bigint not null check (uptime_seconds >= 0),
  queued bigint not null check (queued >= 0),
  primary key (hub_id, at)
);
create index hub_heartbeat_by_customer on hub_heartbeat (customer_id);
create index hub_heartbeat_by_time on hub_heartbeat (at);

do $$
declare t text;
begin
  foreach t in array array['device_vitality_day', 'hub_vitality_day', 'hub_heartbeat'] loop
    execute format('alter table %I enable row level security, force row level security', t);
    execute format('create policy system_all on %I to vw_system using (true) with check (true)', t);
    execute format('create policy admin_all on %I for select to vw_admin using (true)', t);
    execute format($p$create policy distributor_own on %I for select to vw_distributor
      using (distributor_id = nullif(current_setting('app.distributor', true), '')::uuid)$p$, t);
    execute format($p$create policy customer_own on %I for select to vw_customer
      using (customer_id = nullif(current_setting('app.customer', true), '')::uuid)$p$, t);
    execute format('grant select, insert, update, delete on %I to vw_system', t);
    execute format('grant select on %I to vw_admin, vw_distributor, vw_customer', t);
  end loop;
end $$;
