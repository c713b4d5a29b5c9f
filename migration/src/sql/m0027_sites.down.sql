do $$
declare p record;
begin
  for p in select polname, polrelid::regclass as relation from pg_policy
    where not polpermissive and polname in ('confined_site', 'confined_team', 'confined_case', 'confined_whole',
      'confined_thing')
  loop
    execute format('drop policy %I on %s', p.polname, p.relation);
  end loop;
end $$;
drop procedure vw_confine_things();
drop function vw_sites_of(uuid), vw_own_teams(), vw_own_cases(), vw_own_hubs(), vw_own_devices(), vw_own_user(),
  vw_own_sites(), vw_sees_all_sites();
drop trigger hub_epoch on hub;
create constraint trigger hub_epoch after insert or delete or
  update of state, public_key, customer_id, distributor_id on hub
  deferrable initially deferred for each row execute function vw_bump_registry_epoch();
drop trigger leave_site on hub;
drop trigger leave_site on device;
drop function vw_leave_site();
alter table hub drop constraint hub_site_held, drop constraint hub_site_of_holder, drop column site_id;
alter table device drop constraint device_site_held, drop constraint device_site_of_holder, drop column site_id;
drop table care_team_site, care_team_member, site_member;
revoke select (confined, site_ids, care_team_ids) on invitation from vw_customer;
alter table invitation drop constraint invitation_confined_at_a_customer, drop column care_team_ids,
  drop column site_ids, drop column confined;
alter table user_account drop constraint user_account_customer_id_id_key, drop constraint user_confined_at_a_customer,
  drop column confined;
drop table care_team, site;
