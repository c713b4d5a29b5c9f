-- Many devices at once: a file that somebody brought, and its lines as they were read. The file itself is not kept. Lines
-- are written by the system alone; whose import it is stands on each of them for the policies.
create table device_import (
  id uuid primary key,
  -- Whose it is: a customer's, a distributor's, else the platform's.
  distributor_id uuid references distributor,
  customer_id uuid references customer,
  made_by uuid not null references user_account,
  file_name text not null check (length(file_name) between 1 and 200),
  -- Where lines go that say nothing else.
  into_distributor_id uuid references distributor,
  into_customer_id uuid references customer,
  -- checked → applying → applied | failed; cancelled before it is applied. One whose lines turn out to be wrong when it is
  -- applied is checked again.
  state text not null default 'checked' check (state in ('checked', 'applying', 'applied', 'failed', 'cancelled')),
  lines integer not null check (lines > 0),
  wrong integer not null default 0,
  adds integer not null default 0,
  changes integer not null default 0,
  done integer not null default 0,
  -- How often it was begun: a run that was thought dead cannot end one that was begun after it.
  attempt integer not null default 0,
  failure text check (length(failure) between 1 and 500),
  created_at timestamptz not null,
  applied_by uuid references user_account,
  began_at timestamptz,
  ended_at timestamptz,
  check ((state in ('applied', 'failed', 'cancelled')) = (ended_at is not null)),
  check (num_nonnulls(distributor_id, customer_id) <= 1)
);
create index device_import_by_distributor on device_import (distributor_id, created_at);
create index device_import_by_customer on device_import (customer_id, created_at);
create index device_import_by_time on device_import (created_at);
create index device_import_due on device_import (began_at) where state = 'applying';

create table device_import_line (
  import_id uuid not null references device_import on delete cascade,
  -- As an editor counts them; the first one names the columns.
  line integer not null check (line > 0),
  distributor_id uuid,
  customer_id uuid,
  maker text check (length(maker) <= 64),
  serial text check (length(serial) <= 64),
  -- How makers are compared.
  maker_key text check (length(maker_key) <= 64),
  model text check (length(model) <= 100),
  kinds text[],
  imei text,
  mac text,
  iccid text,
  firmware text check (length(firmware) <= 64),
  -- By name or id, as written.
  customer text check (length(customer) <= 200),
  reference text check (length(reference) <= 200),
  wanted_state text,
  held_since timestamptz,
  token_hmac bytea check (length(token_hmac) = 32),
  -- For what it adds.
  new_device_id uuid not null,
  new_period_id uuid not null,
  new_credential_id uuid not null,
  -- What was found when it was last checked.
  device_id uuid,
  model_id uuid,
  to_distributor_id uuid,
  to_customer_id uuid,
  step text check (step in ('add', 'place', 'change', 'same')),
  -- What is wrong with the line as it stands, and with it in this world: [{"column": …, "why": …}].
  problems jsonb not null default '[]',
  clashes jsonb not null default '[]',
  is_wrong boolean not null generated always as (problems <> '[]'::jsonb or clashes <> '[]'::jsonb) stored,
  primary key (import_id, line)
);
create index device_import_line_wrong on device_import_line (import_id, line) where is_wrong;

do $$
declare t text;
begin
  foreach t in array array['device_import', 'device_import_line'] loop
    execute format('alter table %I enable row level security, force row level security', t);
    execute format('create policy system_all on %I to vw_system using (true) with check (true)', t);
    execute format('create policy admin_own on %I for select to vw_admin using (distributor_id is null and customer_id is null)', t);
    execute format($p$create policy distributor_own on %I for select to vw_distributor
      using (distributor_id = nullif(current_setting('app.distributor', true), '')::uuid)$p$, t);
    execute format($p$create policy customer_own on %I for select to vw_customer
      using (customer_id = nullif(current_setting('app.customer', true), '')::uuid)$p$, t);
    execute format('grant select, insert, update, delete on %I to vw_system', t);
  end loop;
end $$;
grant select on device_import to vw_admin, vw_distributor, vw_customer;
-- All but the tokens.
grant select (import_id, line, distributor_id, customer_id, maker, serial, model, kinds, imei, mac, iccid, firmware,
  customer, reference, wanted_state, held_since, step, problems, clashes, is_wrong)
  on device_import_line to vw_admin, vw_distributor, vw_customer;

create index device_by_iccid on device (iccid) where iccid is not null;

-- Which state of the registry this is, for who remembers something of it. The number says nothing else.
create function vw_registry_epoch() returns bigint language sql stable security definer
set search_path = pg_catalog, public as 'select epoch from public.registry_epoch';
revoke all on function vw_registry_epoch() from public;
grant execute on function vw_registry_epoch() to vw_admin, vw_distributor, vw_customer, vw_system;
