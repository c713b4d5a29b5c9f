-- Of tens of thousands of devices few were never heard, and page after page asks which. So a customer's period in which its
-- device was heard is marked, and only the others are looked at. A mark is set by a job, a little later, and taken away with
-- what was heard: one that is missing costs a look, one too many would hide a device that nobody hears.
alter table assignment add column is_heard boolean not null default false;
create index assignment_unheard on assignment (valid_from, device_id)
  where valid_until is null and device_id is not null and customer_id is not null and not is_heard;

-- A mark is no change of the registry.
drop trigger assignment_epoch on assignment;
create constraint trigger assignment_epoch after insert or delete or
  update of id, device_id, hub_id, distributor_id, customer_id, valid_from, valid_until, assigned_by, created_at, reason,
    line_id, replaces_device_id, ended_by, note on assignment
  deferrable initially deferred for each row execute function vw_bump_registry_epoch();

-- The row is written also where it has no mark: who is about to set one waits, or finds that nothing was heard. It is written
-- as whoever deletes: a later script that does so as the tables' owner has to see `assignment`, too.
create function vw_is_heard_no_more() returns trigger language plpgsql
set search_path = pg_catalog, public as $$
begin
  update public.assignment set is_heard = false where device_id = old.device_id and valid_until is null;
  return null;
end $$;
create trigger is_heard_no_more after delete on device_status
  for each row execute function vw_is_heard_no_more();

-- The policies would hide all rows from whoever owns the tables.
alter table assignment no force row level security;
alter table device_status no force row level security;
update assignment a set is_heard = true from device_status s
  where s.device_id = a.device_id and s.customer_id = a.customer_id and not s.is_unsure and a.valid_until is null;
alter table device_status force row level security;
alter table assignment force row level security;

-- How many devices each hub was heard with is asked of a page of hubs.
create index device_status_by_hub on device_status (last_hub_id) where last_hub_id is not null;
