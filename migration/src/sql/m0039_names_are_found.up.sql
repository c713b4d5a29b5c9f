-- Whoever adds, renames, opens again or moves an organisation is asked whether its name is free there, and lists come in
-- the order of names.
create index customer_by_name on customer (lower(name), id);
create index distributor_by_name on distributor (lower(name), id);

-- Names are kept in composed letters (NFC) with one plain blank between their words, and a name that a file or a form
-- brings is looked up so. Those that were stored before that was done are brought into the same form; nothing is seen of
-- it. Where a unique key has the other writing already, a name stays as it is: people rename one of the two. PostgreSQL
-- composes letters in databases of UTF-8 alone; in others there are none to compose.
create function vw_folded(name text) returns text language sql immutable strict as $$
  select btrim(regexp_replace(normalize(name, NFC),
    '[\u0009-\u000d\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+', ' ', 'g'))
$$;
-- The policies would hide all rows from whoever owns the tables.
alter table customer no force row level security;
alter table distributor no force row level security;
alter table hub no force row level security;
alter table device_model no force row level security;
alter table site no force row level security;
alter table care_team no force row level security;
do $$
begin
  if getdatabaseencoding() <> 'UTF8' then
    return;
  end if;
  update customer set name = vw_folded(name)
    where name <> vw_folded(name) and length(vw_folded(name)) between 1 and 200;
  update distributor set name = vw_folded(name)
    where name <> vw_folded(name) and length(vw_folded(name)) between 1 and 200;
  update hub set name = vw_folded(name)
    where name <> vw_folded(name) and length(vw_folded(name)) between 1 and 200;
  -- Of several that become the same, the first one gets the name.
  update device_model m set name = f.folded from (
      select id, vw_folded(name) as folded,
        row_number() over (partition by maker, vw_folded(name) order by created_at, id) as place
      from device_model where name <> vw_folded(name) and length(vw_folded(name)) between 1 and 100
    ) f
    where f.id = m.id and f.place = 1
      and not exists (select from device_model o where o.maker = m.maker and o.name = f.folded);
  update site s set name = f.folded from (
      select id, vw_folded(name) as folded, row_number() over (
        partition by customer_id, archived_at is null, lower(vw_folded(name)) order by created_at, id) as place
      from site where name <> vw_folded(name) and length(vw_folded(name)) between 1 and 100
    ) f
    where f.id = s.id and (s.archived_at is not null or f.place = 1
      and not exists (select from site o where o.customer_id = s.customer_id and o.id <> s.id and o.archived_at is null
        and lower(o.name) = lower(f.folded)));
  update care_team t set name = f.folded from (
      select id, vw_folded(name) as folded,
        row_number() over (partition by customer_id, lower(vw_folded(name)) order by created_at, id) as place
      from care_team where name <> vw_folded(name) and length(vw_folded(name)) between 1 and 100
    ) f
    where f.id = t.id and f.place = 1
      and not exists (select from care_team o where o.customer_id = t.customer_id and o.id <> t.id
        and lower(o.name) = lower(f.folded));
end $$;
-- What is put off to the end of the transaction (the registry's epoch) is done before the tables are altered again.
set constraints all immediate;
alter table care_team force row level security;
alter table site force row level security;
alter table device_model force row level security;
alter table hub force row level security;
alter table distributor force row level security;
alter table customer force row level security;
drop function vw_folded(text);
