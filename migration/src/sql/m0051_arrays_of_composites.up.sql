-- What a commit hands over as one array of each thing that it stores, in place of one of each of its columns: a statement
-- over so many arrays costs a third of a small commit before the first row is looked at (docs/adr/0019). The server writes
-- the values' fields in this order.
create type arriving_reading as (
  id uuid,
  received_at timestamptz,
  customer_id uuid,
  device_id uuid,
  credential_id uuid,
  kind text,
  measured_at timestamptz,
  measured_on date,
  device_time_ms bigint,
  content_hash bytea,
  vals json,
  quality smallint,
  body_sealed bytea
);

-- The same with what hubs and vendors' clouds, and few devices, say beside it.
create type arriving_reading_whole as (
  id uuid,
  received_at timestamptz,
  customer_id uuid,
  device_id uuid,
  credential_id uuid,
  kind text,
  measured_at timestamptz,
  measured_on date,
  device_time_ms bigint,
  content_hash bytea,
  vals json,
  quality smallint,
  body_sealed bytea,
  proof text,
  hub_id uuid,
  utc_offset_minutes smallint,
  hub_time timestamptz,
  sequence bigint,
  user_slot smallint,
  original json,
  raw_id uuid
);

create type arriving_message as (
  id uuid,
  received_at timestamptz,
  customer_id uuid,
  hub_id uuid,
  source_id uuid,
  body_sealed bytea,
  jwt text,
  encoding text,
  shared boolean
);

create type announced_readings as (
  customer_id uuid,
  reading_ids uuid[],
  received_from timestamptz,
  received_until timestamptz
);
