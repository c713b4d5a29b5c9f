-- Why a device was replaced, in a person's words.
alter table assignment add column note text check (length(note) between 1 and 500);

-- A serial is unique among one customer's hubs. In stock it need not be: two customers may give back hubs of one serial,
-- and neither may learn of the other's by a refusal.
alter table hub drop constraint hub_customer_id_serial_key;
alter table hub add unique (customer_id, serial);

-- How a hub is, one row each, written by its heartbeats and by the job that notices their absence.
create table hub_status (
  hub_id uuid primary key references hub,
  distributor_id uuid,
  customer_id uuid,
  heartbeat_at timestamptz,
  uptime_seconds bigint check (uptime_seconds >= 0),
  queued bigint check (queued >= 0),
  offline_since timestamptz
) with (fillfactor = 70);
create index hub_status_by_customer on hub_status (customer_id);
create index hub_status_offline on hub_status (offline_since) where offline_since is not null;

-- What a hub is asked to do, on its own requests.
create table hub_command (
  id uuid primary key,
  hub_id uuid not null references hub,
  distributor_id uuid,
  customer_id uuid,
  kind text not null check (kind in ('ping', 'rescan', 'update_list', 'send_logs')),
  state text not null default 'queued' check (state in ('queued', 'sent', 'done', 'failed', 'expired')),
  made_by uuid,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  sent_at timestamptz,
  done_at timestamptz,
  detail text check (length(detail) between 1 and 500)
);
create index hub_command_by_hub on hub_command (hub_id, created_at);
create index hub_command_open on hub_command (expires_at) where state in ('queued', 'sent');
create index hub_command_by_customer on hub_command (customer_id);

-- What a hub sent of its log, sealed; the last few, for a week.
create table hub_log (
  id uuid primary key,
  hub_id uuid not null references hub,
  distributor_id uuid,
  customer_id uuid,
  command_id uuid not null references hub_command,
  received_at timestamptz not null,
  bytes integer not null check (bytes between 0 and 262144),
  body_sealed bytea not null
);
create index hub_log_by_hub on hub_log (hub_id, received_at);
create index hub_log_by_received on hub_log (received_at);
create index hub_log_by_customer on hub_log (customer_id);

do $$
declare t text;
begin
  foreach t in array array['hub_status', 'hub_command', 'hub_log'] loop
    execute format('alter table %I enable row level security, force row level security', t);
    execute format('create policy system_all on %I to vw_system using (true) with check (true)', t);
    execute format('create policy admin_all on %I to vw_admin using (true)', t);
    execute format($p$create policy distributor_own on %I to vw_distributor
      using (distributor_id = nullif(current_setting('app.distributor', true), '')::uuid)$p$, t);
    execute format($p$create policy customer_own on %I to vw_customer
      using (customer_id = nullif(current_setting('app.customer', true), '')::uuid)$p$, t);
    execute format('grant select, insert, update, delete on %I to vw_system', t);
  end loop;
end $$;
grant select on hub_status, hub_command to vw_admin, vw_distributor, vw_customer;
grant select (id, hub_id, distributor_id, customer_id, command_id, received_at, bytes) on hub_log
  to vw_admin, vw_distributor, vw_customer;
