-- Days that are over leave the partitioned tables (docs/adr/0016). To take a partition out of its table without holding up
-- those who write takes a statement that no function may run, and that only the table's owner may. So those tables, and
-- nothing else, belong to a role of their own, which the server takes for that statement alone. It owns no partition and
-- no policy names it: it sees no row, and it cannot drop a day that it took out; that is the function's below.
do $$ begin
  create role vw_keeper nologin nosuperuser nobypassrls noinherit;
exception when duplicate_object or unique_violation then null;
end $$;
do $$ begin
  grant vw_keeper to vw_app;
exception when unique_violation then null;
end $$;
-- Whoever migrates goes on to own the tables, through this membership.
do $$ begin
  execute format('grant vw_keeper to %I', current_user);
exception when unique_violation then null;
end $$;
grant usage, create on schema public to vw_keeper;
alter table reading owner to vw_keeper;
alter table reading_key owner to vw_keeper;
alter table raw_message owner to vw_keeper;
alter table event owner to vw_keeper;
alter table delivery_attempt owner to vw_keeper;
alter table refusal owner to vw_keeper;
revoke create on schema public from vw_keeper;

-- Drops a day that was taken out of its table before; false where there is none. One that is still in its table stays.
create function vw_drop_detached(family text, day date) returns boolean language plpgsql security definer
set search_path = pg_catalog, public as $$
declare
  name text := format('%s_p%s', family, to_char(day, 'YYYYMMDD'));
begin
  if family not in ('reading', 'reading_key', 'raw_message', 'event', 'delivery_attempt', 'refusal') then
    raise exception 'no table of days is called so' using errcode = 'invalid_parameter_value';
  end if;
  if not exists (select from pg_class c where c.oid = to_regclass(format('public.%I', name)) and not c.relispartition) then
    return false;
  end if;
  execute format('drop table public.%I', name);
  return true;
end $$;
revoke all on function vw_drop_detached(text, date) from public;
grant execute on function vw_drop_detached(text, date) to vw_system;

-- What was not delivered when its day left the history: the events of a delivery, sealed. Its delivery stays where it is
-- and goes on as any other; only what it carries is looked up here.
alter table delivery add column shelved_until timestamptz;
create index delivery_shelved on delivery (shelved_until) where shelved_until is not null;

-- The log of its attempts goes with the history; the last of them stays with what is shelved.
alter table delivery
  add column last_attempt_at timestamptz,
  add column last_status_code smallint,
  add column last_error text check (length(last_error) <= 500);

create table shelved_event (
  delivery_id uuid not null,
  sequence bigint not null,
  type text not null check (type in ('reading.created', 'reading.withdrawn', 'endpoint.test')),
  -- Whose names are looked up when it is sent.
  device_id uuid,
  sealed bytea not null,
  primary key (delivery_id, sequence)
);
alter table shelved_event enable row level security, force row level security;
create policy system_all on shelved_event to vw_system using (true) with check (true);
grant select, insert, delete on shelved_event to vw_system;

-- Until when the owner was warned of what goes from the shelf.
alter table endpoint add column shelf_warned_until timestamptz;

-- What was never delivered ends here; its delivery goes with it.
alter table delivery_attempt drop constraint delivery_attempt_outcome_check,
  add constraint delivery_attempt_outcome_check check (outcome in ('delivered', 'retry', 'dead', 'expired'));
alter table mail_outbox drop constraint mail_outbox_kind_check,
  add constraint mail_outbox_kind_check
    check (kind in ('invitation', 'password_reset', 'password_changed', 'case_note', 'confirmation', 'shelf_ends'));
