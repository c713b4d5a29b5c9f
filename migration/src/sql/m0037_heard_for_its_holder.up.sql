-- What was heard of a device is its holder's, and goes with a hand-over. What stands there otherwise is taken away first.
alter table device_status no force row level security;
alter table device no force row level security;
delete from device_status s using device d where d.id = s.device_id and s.customer_id is distinct from d.customer_id;
update device_status s set distributor_id = d.distributor_id from device d
  where d.id = s.device_id and s.distributor_id is distinct from d.distributor_id;
alter table device_status force row level security;
alter table device force row level security;

-- Who writes it, a router or a heartbeat, has looked the device up before, and may get to write only after the device was
-- handed over: then it would stand there for one who has the device no more, and whoever sees both holders would count it.
-- So where a row is new, or goes to another holder, the device is asked once more. A row that stays with its holder needs no
-- asking: who hands the device over waits for it, and takes it away. Deferred, because a move writes the two in one
-- transaction.
--
-- A device that somebody is changing right now is not waited for: a router's batch holds the rows of many, for which others
-- wait who have what it would wait for. Its row is marked instead, and a job asks the device a little later. A foreign key
-- would wait as well, for who locks the device as a whole; both who write here take devices from their table, where none is
-- ever deleted.
alter table device_status drop constraint device_status_device_id_fkey;
alter table device_status add column is_unsure boolean not null default false;
create index device_status_unsure on device_status (device_id) where is_unsure;

create function vw_status_is_its_holder_s() returns trigger language plpgsql
set search_path = pg_catalog, public as $$
declare
  held record;
begin
  select customer_id, distributor_id into held from public.device where id = new.device_id for share skip locked;
  if not found then
    update public.device_status set is_unsure = true where device_id = new.device_id and not is_unsure;
  elsif held.customer_id is distinct from new.customer_id then
    delete from public.device_status s using public.device d
      where s.device_id = new.device_id and d.id = s.device_id and s.customer_id is distinct from d.customer_id;
  elsif held.distributor_id is distinct from new.distributor_id then
    -- A customer that goes to another distributor takes it along.
    update public.device_status s set distributor_id = d.distributor_id from public.device d
      where s.device_id = new.device_id and d.id = s.device_id and s.distributor_id is distinct from d.distributor_id;
  end if;
  return null;
end $$;
create constraint trigger status_begins_with_its_holder after insert on device_status
  deferrable initially deferred for each row execute function vw_status_is_its_holder_s();
create constraint trigger status_stays_with_its_holder after update of customer_id, distributor_id on device_status
  deferrable initially deferred for each row
  when (old.customer_id is distinct from new.customer_id or old.distributor_id is distinct from new.distributor_id)
  execute function vw_status_is_its_holder_s();
