-- Sites and care teams of a customer (docs/adr/0011). A device or a hub stands at one site or nowhere in particular. Who is
-- confined sees what stands at their own sites and at those of their care teams, and nothing else; that is enforced here,
-- by restrictive policies beside those that keep customers apart. All of it is written by the system alone.
create table site (
  id uuid primary key,
  customer_id uuid not null references customer,
  name text not null check (length(name) between 1 and 100),
  place text check (length(place) between 1 and 200),
  time_zone text check (length(time_zone) between 1 and 64),
  created_at timestamptz not null,
  archived_at timestamptz,
  unique (customer_id, id)
);
-- One that is archived gives its name free.
create unique index site_by_name on site (customer_id, lower(name)) where archived_at is null;

create table care_team (
  id uuid primary key,
  customer_id uuid not null references customer,
  name text not null check (length(name) between 1 and 100),
  created_at timestamptz not null,
  unique (customer_id, id)
);
create unique index care_team_by_name on care_team (customer_id, lower(name));

-- What belongs together is of one customer: the keys say so.
alter table user_account
  add column confined boolean not null default false,
  -- Nobody who sees a part alone holds what concerns the whole customer.
  add constraint user_confined_at_a_customer check (not confined or role = 'customer'
    and not permissions && array['manage_endpoints', 'manage_users', 'manage_sites']),
  add unique (customer_id, id);
alter table invitation
  add column confined boolean not null default false,
  add column site_ids uuid[] not null default '{}',
  add column care_team_ids uuid[] not null default '{}',
  add constraint invitation_confined_at_a_customer check (not confined or role = 'customer'
    and not permissions && array['manage_endpoints', 'manage_users', 'manage_sites']);
grant select (confined, site_ids, care_team_ids) on invitation to vw_customer;

create table site_member (
  site_id uuid not null,
  user_id uuid not null,
  customer_id uuid not null,
  primary key (site_id, user_id),
  foreign key (customer_id, site_id) references site (customer_id, id),
  foreign key (customer_id, user_id) references user_account (customer_id, id)
);
create index site_member_by_user on site_member (user_id);

create table care_team_member (
  care_team_id uuid not null,
  user_id uuid not null,
  customer_id uuid not null,
  primary key (care_team_id, user_id),
  foreign key (customer_id, care_team_id) references care_team (customer_id, id) on delete cascade,
  foreign key (customer_id, user_id) references user_account (customer_id, id)
);
create index care_team_member_by_user on care_team_member (user_id);

create table care_team_site (
  care_team_id uuid not null,
  site_id uuid not null,
  customer_id uuid not null,
  primary key (care_team_id, site_id),
  foreign key (customer_id, care_team_id) references care_team (customer_id, id) on delete cascade,
  foreign key (customer_id, site_id) references site (customer_id, id)
);
create index care_team_site_by_site on care_team_site (site_id);

-- Where a device or a hub stands: at a site of whoever holds it. A move that takes it away from the customer takes it away
-- from the site, whichever move it is.
create function vw_leave_site() returns trigger language plpgsql set search_path = pg_catalog, public as $$
begin
  new.site_id := null;
  return new;
end $$;
do $$
declare t text;
begin
  foreach t in array array['device', 'hub'] loop
    execute format('alter table %I add column site_id uuid,
      add constraint %I foreign key (customer_id, site_id) references site (customer_id, id),
      add constraint %I check (site_id is null or customer_id is not null)', t, t || '_site_of_holder', t || '_site_held');
    execute format('create index %I on %I (site_id) where site_id is not null', t || '_by_site', t);
    execute format('create trigger leave_site before update of customer_id on %I for each row
      when (new.customer_id is distinct from old.customer_id and new.site_id is not distinct from old.site_id)
      execute function vw_leave_site()', t);
  end loop;
end $$;
-- Figures that are remembered for a state of the registry are those of a site too.
drop trigger hub_epoch on hub;
create constraint trigger hub_epoch after insert or delete or
  update of state, public_key, customer_id, distributor_id, site_id on hub
  deferrable initially deferred for each row execute function vw_bump_registry_epoch();

-- What the transaction's person sees of the customer: 'all', or the sites that they are confined to. A transaction that says
-- neither sees nothing that stands anywhere.
create function vw_sees_all_sites() returns boolean language sql stable parallel safe
set search_path = pg_catalog, public as
  $$ select coalesce(nullif(current_setting('app.sites', true), '') = 'all', false) $$;
create function vw_own_sites() returns uuid[] language sql stable parallel safe
set search_path = pg_catalog, public as
  $$ select nullif(nullif(current_setting('app.sites', true), ''), 'all')::uuid[] $$;
create function vw_own_user() returns uuid language sql stable parallel safe
set search_path = pg_catalog, public as
  $$ select nullif(current_setting('app.user', true), '')::uuid $$;
-- These run as whoever asks, so that the policies of the tables they read decide: no policy names a protected table. The
-- policies below ask them once a query, and not at all for who sees the whole customer.
create function vw_own_devices() returns setof uuid language sql stable parallel safe
set search_path = pg_catalog, public as
  $$ select id from public.device where site_id = any (public.vw_own_sites()) $$;
create function vw_own_hubs() returns setof uuid language sql stable parallel safe
set search_path = pg_catalog, public as
  $$ select id from public.hub where site_id = any (public.vw_own_sites()) $$;
create function vw_own_cases() returns setof uuid language sql stable parallel safe
set search_path = pg_catalog, public as
  $$ select id from public.support_case $$;
create function vw_own_teams() returns setof uuid language sql stable parallel safe
set search_path = pg_catalog, public as
  $$ select distinct care_team_id from public.care_team_site $$;
-- The sites of a person, their care teams' among them; for the system, which alone sees all of it.
create function vw_sites_of(person uuid) returns uuid[] language sql stable parallel safe
set search_path = pg_catalog, public as $$
  select array(
    select m.site_id from public.site_member m where m.user_id = person
    union
    select s.site_id from public.care_team_member m
      join public.care_team_site s on s.care_team_id = m.care_team_id where m.user_id = person)
$$;

do $$
declare t text;
begin
  foreach t in array array['site', 'care_team', 'site_member', 'care_team_member', 'care_team_site'] loop
    execute format('alter table %I enable row level security, force row level security', t);
    execute format('create policy system_all on %I to vw_system using (true) with check (true)', t);
    execute format($p$create policy customer_own on %I for select to vw_customer
      using (customer_id = nullif(current_setting('app.customer', true), '')::uuid)$p$, t);
    execute format('grant select, insert, update, delete on %I to vw_system', t);
    execute format('grant select on %I to vw_customer', t);
  end loop;
end $$;
create policy confined_site on site as restrictive to vw_customer
  using ((select vw_sees_all_sites()) or id = any ((select vw_own_sites())::uuid[]));
create policy confined_site on site_member as restrictive to vw_customer
  using ((select vw_sees_all_sites()) or site_id = any ((select vw_own_sites())::uuid[]));
create policy confined_site on care_team_site as restrictive to vw_customer
  using ((select vw_sees_all_sites()) or site_id = any ((select vw_own_sites())::uuid[]));
create policy confined_team on care_team as restrictive to vw_customer
  using ((select vw_sees_all_sites()) or id in (select vw_own_teams()));
create policy confined_team on care_team_member as restrictive to vw_customer
  using ((select vw_sees_all_sites()) or care_team_id in (select vw_own_teams()));

create policy confined_site on device as restrictive to vw_customer
  using ((select vw_sees_all_sites()) or site_id = any ((select vw_own_sites())::uuid[]));
create policy confined_site on hub as restrictive to vw_customer
  using ((select vw_sees_all_sites()) or site_id = any ((select vw_own_sites())::uuid[]));
-- A case is about a device or a hub, or about the customer itself. Who was handed one sees it whatever it is about.
create policy confined_case on support_case as restrictive to vw_customer
  using ((select vw_sees_all_sites()) or assignee = (select vw_own_user())
    or case when device_id is not null then device_id in (select vw_own_devices())
         when hub_id is not null then hub_id in (select vw_own_hubs())
         else opened_by = (select vw_own_user()) end);
create policy confined_case on case_note as restrictive to vw_customer
  using ((select vw_sees_all_sites()) or case_id in (select vw_own_cases()));

-- What concerns the whole customer.
do $$
declare t text;
begin
  foreach t in array array['endpoint', 'delivery', 'delivery_attempt', 'usage_delivery_day', 'invitation', 'device_import',
    'device_import_line'] loop
    execute format('create policy confined_whole on %I as restrictive to vw_customer using ((select vw_sees_all_sites()))', t);
  end loop;
end $$;

-- Whatever else speaks of a device or a hub: as the device, and where it names none, as the hub. A migration that makes such
-- a table for customers calls this again.
create procedure vw_confine_things() language plpgsql set search_path = pg_catalog, public as $$
declare
  t record;
  device constant text := 'device_id in (select vw_own_devices())';
  hub constant text := 'hub_id in (select vw_own_hubs())';
begin
  for t in
    select c.relname, coalesce(d.attnotnull, false) as always_device, d.attnum is not null as has_device,
      h.attnum is not null as has_hub
    from pg_class c
    left join pg_attribute d on d.attrelid = c.oid and d.attname = 'device_id' and not d.attisdropped
    left join pg_attribute h on h.attrelid = c.oid and h.attname = 'hub_id' and not h.attisdropped
    where c.relnamespace = 'public'::regnamespace and num_nonnulls(d.attnum, h.attnum) > 0
      and exists (select from pg_policy p where p.polrelid = c.oid
        and p.polpermissive and 'vw_customer'::regrole::oid = any (p.polroles))
      and not exists (select from pg_policy p where p.polrelid = c.oid and not p.polpermissive
        and 'vw_customer'::regrole::oid = any (p.polroles))
    order by 1
  loop
    execute format('create policy confined_thing on %I as restrictive to vw_customer
      using ((select vw_sees_all_sites()) or %s)', t.relname,
      case when t.always_device or not t.has_hub then device
        when not t.has_device then hub
        else format('case when device_id is not null then %s else %s end', device, hub) end);
  end loop;
end $$;
call vw_confine_things();
