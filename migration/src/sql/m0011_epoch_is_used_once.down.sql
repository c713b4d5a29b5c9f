create or replace function vw_bump_registry_epoch() returns trigger language plpgsql security definer
set search_path = pg_catalog, public as $$
begin
  if current_setting('vw.epoch_bumped_by', true) is distinct from pg_current_xact_id()::text then
    perform set_config('vw.epoch_bumped_by', pg_current_xact_id()::text, true);
    update public.registry_epoch set epoch = epoch + 1;
    perform pg_notify('vw_registry', '');
  end if;
  return null;
end $$;
