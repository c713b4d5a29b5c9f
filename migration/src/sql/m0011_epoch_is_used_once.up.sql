-- What servers remember of the registry holds for one epoch, and a commit may rely on it. An epoch must therefore never
-- come again with another registry behind it, as a count would after a backup was restored or a standby took over that
-- had missed the last changes: its last 20 bits are random. And no change may pass without one: where the function's owner
-- is no longer the one whom the policy lets write, as after a change of owners, every change of the registry fails.
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
update registry_epoch
  set epoch = (((epoch >> 20) + 1) << 20) | (hashtextextended(gen_random_uuid()::text, 0) & 1048575);
