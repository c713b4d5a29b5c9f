-- Makes the days of every partitioned table around a given day. It runs as the owner of the tables, because the
-- server's roles own nothing; it takes a date and builds no name from anything else. A new day is made aside and then
-- attached, which spares the parent the exclusive lock that "create table … partition of" would take.
create function vw_make_partitions(today date) returns integer language plpgsql security definer
set search_path = pg_catalog, public set timezone = 'UTC' as $$
declare
  family record;
  day date;
  name text;
  made integer := 0;
begin
  perform pg_advisory_xact_lock(7205759403792794);
  for family in
    select * from (values
      ('reading', 1, 8, false), ('raw_message', 1, 8, false), ('event', 1, 8, false), ('delivery_attempt', 1, 8, false),
      ('refusal', 1, 8, false), ('reading_key', 46, 10, true)
    ) as f(parent, back, ahead, by_date)
  loop
    for day in
      select d::date from generate_series(today - family.back, today + family.ahead, interval '1 day') as d
      union all
      select date '1970-01-01' where family.by_date
    loop
      name := format('%s_p%s', family.parent, to_char(day, 'YYYYMMDD'));
      if to_regclass(format('public.%I', name)) is null then
        execute format('create table public.%I (like public.%I including all)', name, family.parent);
        execute format('alter table public.%I enable row level security, force row level security', name);
        -- An event is updated once, when it was delivered: room on its page spares the indexes.
        if family.parent = 'event' then execute format('alter table public.%I set (fillfactor = 80)', name); end if;
        execute format('alter table public.%I attach partition public.%I for values from (%L) to (%L)',
          family.parent, name,
          case when family.by_date then day::text else day::text || ' 00:00:00+00' end,
          case when family.by_date then (day + 1)::text else (day + 1)::text || ' 00:00:00+00' end);
        made := made + 1;
      end if;
    end loop;
  end loop;
  return made;
end $$;
revoke all on function vw_make_partitions(date) from public;
grant execute on function vw_make_partitions(date) to vw_system;

-- How far ahead days exist, for the health board: the newest day that every family has.
create function vw_partitions_until() returns date language sql stable security definer
set search_path = pg_catalog, public as $$
  select min(newest) from (
    select max(to_date(right(c.relname, 8), 'YYYYMMDD')) as newest
    from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
    where p.relname in ('reading', 'raw_message', 'event', 'delivery_attempt', 'refusal', 'reading_key')
      and c.relkind = 'r'
    group by p.relname
  ) as families
$$;
revoke all on function vw_partitions_until() from public;
grant execute on function vw_partitions_until() to vw_system, vw_admin;

select vw_make_partitions((now() at time zone 'UTC')::date);
