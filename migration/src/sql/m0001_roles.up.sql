-- The roles of DESIGN §4. They belong to the cluster, so several databases (tests) may race to make them.
do $$
declare wanted text;
begin
  foreach wanted in array array['vw_customer', 'vw_distributor', 'vw_admin', 'vw_system'] loop
    begin
      execute format('create role %I nologin nosuperuser nobypassrls noinherit', wanted);
    exception when duplicate_object or unique_violation then null;
    end;
  end loop;
  begin
    create role vw_app login nosuperuser nobypassrls noinherit;
  exception when duplicate_object or unique_violation then null;
  end;
end $$;

-- So do their memberships; no advisory lock helps, because those belong to one database.
do $$
declare wanted text;
begin
  foreach wanted in array array['vw_customer', 'vw_distributor', 'vw_admin', 'vw_system'] loop
    begin
      execute format('grant %I to vw_app', wanted);
    exception when unique_violation then null;
    end;
  end loop;
end $$;

revoke create on schema public from public;
grant usage on schema public to vw_app, vw_customer, vw_distributor, vw_admin, vw_system;

create extension if not exists btree_gist;

-- The tenant of the session, null when none was set. A pooled connection reads '' back after a transaction-local
-- setting, hence nullif. Policies spell this out themselves, so that the planner sees a plain expression.

-- A change of the registry bumps this one row as the last thing its transaction does; servers poll it and drop
-- what they remember. The trigger fires at commit, once a transaction.
create table registry_epoch (
  only_row boolean primary key default true check (only_row),
  epoch bigint not null
);
insert into registry_epoch (epoch) values (1);
alter table registry_epoch enable row level security, force row level security;
create policy system_all on registry_epoch to vw_system using (true) with check (true);
grant select on registry_epoch to vw_system;

create function vw_bump_registry_epoch() returns trigger language plpgsql security definer
set search_path = pg_catalog, public as $$
begin
  if current_setting('vw.epoch_bumped_by', true) is distinct from pg_current_xact_id()::text then
    perform set_config('vw.epoch_bumped_by', pg_current_xact_id()::text, true);
    update public.registry_epoch set epoch = epoch + 1;
    perform pg_notify('vw_registry', '');
  end if;
  return null;
end $$;
revoke all on function vw_bump_registry_epoch() from public;
-- The function writes a protected table for whoever changed the registry, so its owner needs a policy of its own.
do $$ begin
  execute format('create policy owner_bump on registry_epoch to %I using (true) with check (true)', current_user);
end $$;
