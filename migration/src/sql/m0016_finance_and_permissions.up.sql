-- The platform's people who keep the books: they read who the customers are, and no device, no hub, no value. A role of
-- the cluster, as in m0001.
do $$
begin
  begin
    create role vw_finance nologin nosuperuser nobypassrls noinherit;
  exception when duplicate_object or unique_violation then null;
  end;
  begin
    grant vw_finance to vw_app;
  exception when unique_violation then null;
  end;
end $$;
grant usage on schema public to vw_finance;
create policy finance_reads on distributor for select to vw_finance using (true);
create policy finance_reads on customer for select to vw_finance using (true);
grant select on distributor, customer to vw_finance;

-- Permissions that were part of others until now. The policies would hide all accounts from whoever owns the tables.
alter table user_account no force row level security;
update user_account set permissions = permissions || array['manage_customers', 'manage_orders', 'answer_cases']
  where role = 'distributor' and 'manage_devices' = any(permissions);
update user_account set permissions = permissions || array['answer_cases']
  where role = 'customer' and 'manage_devices' = any(permissions);
update user_account set permissions = permissions || array['manage_sites']
  where role = 'customer' and 'manage_users' = any(permissions);
alter table user_account force row level security;

-- A database that had run m0011 on the day it was written may lack the guard that it has since.
create or replace function vw_bump_registry_epoch() returns trigger language plpgsql security definer
set search_path = pg_catalog, public as $$
begin
  if current_setting('vw.epoch_bumped_by', true) is distinct from pg_current_xact_id()::text then
    perform set_config('vw.epoch_bumped_by', pg_current_xact_id()::text, true);
    update public.registry_epoch
      set epoch = (((epoch >> 20) + 1) << 20) | (hashtextextended(gen_random_uuid()::text, 0) & 1048575);
    if not found then
      raise exception 'the registry cannot change: % may not write its epoch', current_user
        using hint = 'give registry_epoch a policy for the owner of vw_bump_registry_epoch()';
    end if;
    perform pg_notify('vw_registry', '');
  end if;
  return null;
end $$;
