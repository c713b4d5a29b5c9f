-- Each customer's stream of events. The router numbers an event after its reading has committed, so no cursor that
-- follows the sequence can miss one.
create table customer_stream (
  customer_id uuid primary key,
  last_sequence bigint not null
) with (fillfactor = 50);

create table event (
  customer_id uuid not null,
  sequence bigint not null,
  created_at timestamptz not null,
  type text not null check (type in ('reading.created', 'reading.withdrawn', 'endpoint.test')),
  device_id uuid,
  reading_id uuid,
  reading_received_at timestamptz,
  -- A summary for the pages; the truth of what is still to be sent is in delivery.
  delivery_state text not null check (delivery_state in ('none', 'waiting', 'delivered', 'dead')),
  delivered_at timestamptz,
  next_attempt_at timestamptz,
  primary key (customer_id, sequence, created_at)
) partition by range (created_at);
create index event_by_reading on event (reading_id);

create table endpoint (
  id uuid primary key,
  customer_id uuid not null references customer,
  url text not null check (length(url) between 8 and 2000),
  description text not null default '' check (length(description) <= 200),
  state text not null default 'active' check (state in ('active', 'disabled')),
  disabled_reason text,
  format text not null default 'canonical' check (format in ('canonical', 'fhir')),
  batch_max smallint not null default 1 check (batch_max between 1 and 100),
  max_concurrency smallint not null default 8 check (max_concurrency between 1 and 64),
  -- Sealed: the HMAC secret (whsec_) and the Ed25519 seed (whsk_). The public key is for everyone to see.
  secret_sealed bytea not null,
  signing_seed_sealed bytea not null,
  public_key bytea not null check (length(public_key) = 32),
  last_success_at timestamptz,
  last_failure_at timestamptz,
  consecutive_failures integer not null default 0,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index endpoint_by_customer on endpoint (customer_id);

-- What is still to be sent, and the dead-letter shelf. A delivery that succeeded leaves this table for the attempt
-- log, so the queue stays as small as the backlog. Its id is the webhook-id, the same over retries and replays.
create table delivery (
  id uuid primary key,
  customer_id uuid not null,
  endpoint_id uuid not null references endpoint,
  lane text not null,
  event_sequences bigint[] not null check (cardinality(event_sequences) between 1 and 100),
  events_created_at timestamptz not null,
  state text not null default 'due' check (state in ('due', 'dead')),
  attempt smallint not null default 0,
  next_attempt_at timestamptz not null,
  lease_until timestamptz,
  created_at timestamptz not null
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 2000,
        autovacuum_vacuum_cost_delay = 0);
create index delivery_due on delivery (endpoint_id, next_attempt_at, id) where state = 'due';
create index delivery_dead on delivery (endpoint_id, id) where state = 'dead';

create table delivery_attempt (
  id uuid not null,
  created_at timestamptz not null,
  customer_id uuid not null,
  endpoint_id uuid not null,
  delivery_id uuid not null,
  event_sequences bigint[] not null,
  event_type text not null,
  attempt smallint not null,
  outcome text not null check (outcome in ('delivered', 'retry', 'dead')),
  status_code smallint,
  error text check (length(error) <= 500),
  -- The first kilobyte of the answer.
  answer text check (length(answer) <= 1024),
  duration_ms integer not null,
  -- From the commit of the newest reading in it to this answer.
  latency_ms bigint,
  next_attempt_at timestamptz,
  primary key (id, created_at)
) partition by range (created_at);
create index attempt_by_endpoint on delivery_attempt (endpoint_id, created_at);
create index attempt_by_delivery on delivery_attempt (delivery_id);

do $$
declare t text;
begin
  foreach t in array array['customer_stream', 'event', 'endpoint', 'delivery', 'delivery_attempt'] loop
    execute format('alter table %I enable row level security, force row level security', t);
    execute format('create policy system_all on %I to vw_system using (true) with check (true)', t);
    execute format($p$create policy customer_own on %I to vw_customer
      using (customer_id = nullif(current_setting('app.customer', true), '')::uuid)
      with check (customer_id = nullif(current_setting('app.customer', true), '')::uuid)$p$, t);
    execute format('grant select, insert, update, delete on %I to vw_system', t);
  end loop;
  foreach t in array array['endpoint', 'delivery', 'delivery_attempt'] loop
    execute format('create policy admin_all on %I to vw_admin using (true)', t);
  end loop;
end $$;
grant select on customer_stream, event, delivery_attempt to vw_customer;
grant select, insert, update on endpoint to vw_customer;
grant select, update on delivery to vw_customer;
-- Support sees how an endpoint fares, never its secrets nor what it answered.
grant select (id, customer_id, url, state, disabled_reason, format, batch_max, last_success_at, last_failure_at,
              consecutive_failures, created_at, updated_at) on endpoint to vw_admin;
grant select on delivery to vw_admin;
grant select (id, created_at, customer_id, endpoint_id, delivery_id, event_type, attempt, outcome, status_code, error,
              duration_ms, latency_ms, next_attempt_at) on delivery_attempt to vw_admin;

create constraint trigger endpoint_epoch after insert or delete or
  update of url, state, format, batch_max, max_concurrency, secret_sealed, signing_seed_sealed on endpoint
  deferrable initially deferred for each row execute function vw_bump_registry_epoch();
