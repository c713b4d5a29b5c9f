//! The rules themselves.

/// Something that must hold of the catalogue.
pub(super) struct Rule {
    /// The rule in words.
    pub(super) says: &'static str,
    /// Finds what breaks it: one text a row.
    pub(super) offences: &'static str,
    /// Statements each of which breaks it.
    pub(super) broken_by: &'static [&'static str],
}

/// Every rule.
pub(super) const RULES: &[Rule] = &[
    Rule {
        says: "every table has row level security, enabled and forced",
        offences: r"
            select oid::regclass::text from pg_class
            where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and relname <> 'seaql_migrations'
              and not (relrowsecurity and relforcerowsecurity)",
        broken_by: &[
            "alter table device disable row level security",
            "alter table reading no force row level security",
            "create table forgotten (customer_id uuid)",
        ],
    },
    Rule {
        says: "there is no view, because it would read with its owner's eyes",
        offences: r"
            select oid::regclass::text from pg_class
            where relnamespace = 'public'::regnamespace and relkind in ('v', 'm', 'f')",
        broken_by: &["create view peephole as select * from device"],
    },
    Rule {
        says: "no role of ours is a superuser or bypasses row level security",
        offences: r"select rolname::text from pg_roles where rolname like 'vw\_%' and (rolsuper or rolbypassrls)",
        broken_by: &["alter role vw_system bypassrls", "alter role vw_admin superuser"],
    },
    Rule {
        says: "vw_app inherits nothing and makes nothing; the roles it takes cannot sign in",
        offences: r"
            select rolname::text from pg_roles
            where rolname in ('vw_app', 'vw_customer', 'vw_distributor', 'vw_admin', 'vw_finance', 'vw_system', 'vw_keeper')
              and (rolinherit or rolcreaterole or rolcreatedb or rolreplication or rolcanlogin <> (rolname = 'vw_app'))",
        broken_by: &["alter role vw_app inherit", "alter role vw_admin login", "alter role vw_app createrole"],
    },
    Rule {
        says: "vw_app may take the six roles and no other, and they may take none",
        offences: r"
            select format('%s is in %s', member::regrole, roleid::regrole) from pg_auth_members
            where member::regrole::text like 'vw\_%' and member::regrole::text <> 'vw_owner'
              and not (member = 'vw_app'::regrole and not admin_option
                       and roleid::regrole::text in ('vw_customer', 'vw_distributor', 'vw_admin', 'vw_finance', 'vw_system',
                                                     'vw_keeper'))",
        broken_by: &["grant vw_system to vw_customer", "grant pg_read_all_data to vw_app"],
    },
    Rule {
        says: "the server's roles own nothing",
        offences: r"
            select oid::regclass::text from pg_class
            where relowner::regrole::text in ('vw_app', 'vw_customer', 'vw_distributor', 'vw_admin', 'vw_finance', 'vw_system')",
        broken_by: &["alter table device owner to vw_system"],
    },
    Rule {
        says: "vw_keeper owns the tables of days, none of the days and nothing else, and no policy shows it a row",
        offences: r"
            select oid::regclass::text from pg_class
            where relowner::regrole::text = 'vw_keeper' and relkind not in ('i', 'I') and relkind <> 'p'
            union all
            select partrelid::regclass::text from pg_partitioned_table join pg_class on oid = partrelid
            where relowner::regrole::text <> 'vw_keeper'
            union all
            select polname::text from pg_policy where 'vw_keeper'::regrole::oid = any (polroles)
            union all
            select 'it makes tables' where has_schema_privilege('vw_keeper', 'public', 'create')",
        broken_by: &[
            "grant create on schema public to vw_keeper; alter table reading_key_p19700101 owner to vw_keeper;
             revoke create on schema public from vw_keeper",
            "alter table event owner to vw_owner",
            "create policy loose on reading to vw_keeper using (true)",
            "grant create on schema public to vw_keeper",
        ],
    },
    Rule {
        says: "vw_app itself, and everybody else, has no grant on any table",
        offences: r"
            select format('%s on %s', r.rolname, c.oid::regclass)
            from pg_class c, (values ('vw_app'), ('public')) as r(rolname)
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
              and (has_table_privilege(r.rolname, c.oid, 'select, insert, update, delete, truncate, references, trigger')
                or has_any_column_privilege(r.rolname, c.oid, 'select, insert, update, references'))",
        broken_by: &[
            "grant select on job_lease to vw_app",
            "grant select (name) on customer to public",
            "grant truncate on outbox to public",
        ],
    },
    Rule {
        says: "vw_distributor has no grant on readings, payloads and their delivery",
        offences: r"
            select t from unnest(array['reading', 'reading_key', 'raw_message', 'quarantine', 'event', 'delivery',
                                       'delivery_attempt', 'outbox', 'endpoint']) as t
            where has_table_privilege('vw_distributor', t, 'select, insert, update, delete, truncate, references, trigger')
               or has_any_column_privilege('vw_distributor', t, 'select, insert, update, references')",
        broken_by: &["grant delete on reading to vw_distributor", "grant select (url) on endpoint to vw_distributor"],
    },
    Rule {
        says: "vw_admin has no grant on readings, their keys and raw messages",
        offences: r"
            select t from unnest(array['reading', 'reading_key', 'raw_message']) as t
            where has_table_privilege('vw_admin', t, 'select, insert, update, delete, truncate, references, trigger')
               or has_any_column_privilege('vw_admin', t, 'select, insert, update, references')",
        broken_by: &["grant select on reading_key to vw_admin", "grant select (kind) on reading to vw_admin"],
    },
    Rule {
        says: "neither vw_admin nor vw_distributor reads a secret, a sealed value or what an endpoint answered",
        offences: r"
            select format('%s on %s.%s', r.rolname, attrelid::regclass, attname)
            from pg_attribute, (values ('vw_admin'), ('vw_distributor')) as r(rolname)
            where attnum > 0 and not attisdropped
              and attrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p'))
              and (attname ~ '(_sealed|_hmac|^hash|_hash|^jwt)$'
                or (attrelid, attname) = ('delivery_attempt'::regclass, 'answer'))
              and has_column_privilege(r.rolname, attrelid, attnum, 'select')",
        broken_by: &[
            "grant select on quarantine to vw_admin",
            "grant select (secret_sealed) on endpoint to vw_admin",
            "grant select on delivery_attempt to vw_admin",
            "grant select on user_password to vw_distributor",
        ],
    },
    Rule {
        says: "no role has a grant on a partition, because it does not inherit its parent's policies",
        offences: r"
            select format('%s on %s', r.rolname, c.oid::regclass)
            from pg_class c, (select rolname from pg_roles where rolname like 'vw\_%' and rolname <> 'vw_owner'
                              union all select 'public') as r
            where c.relispartition and c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
              and (has_table_privilege(r.rolname, c.oid, 'select, insert, update, delete, truncate, references, trigger')
                or has_any_column_privilege(r.rolname, c.oid, 'select, insert, update, references'))",
        broken_by: &[
            "grant select on reading_key_p19700101 to vw_system",
            "grant select (reading_id) on reading_key_p19700101 to public",
        ],
    },
    Rule {
        says: "no partitioned table has a default partition",
        offences: "select partrelid::regclass::text from pg_partitioned_table where partdefid <> 0",
        broken_by: &["create table event_rest partition of event default"],
    },
    Rule {
        says: "a day's partition begins and ends at midnight in UTC and is called by its day",
        offences: r"
            select format('%s %s', c.oid::regclass, pg_get_expr(c.relpartbound, c.oid))
            from pg_class c
            join pg_inherits i on i.inhrelid = c.oid
            join pg_class parent on parent.oid = i.inhparent
            cross join lateral (select to_date(right(c.relname, 8), 'YYYYMMDD') as day) as d
            cross join lateral (select case when parent.relname = 'reading_key' then '' else ' 00:00:00+00' end as hour) as h
            where c.relispartition and c.relkind = 'r'
              and (c.relname <> format('%s_p%s', parent.relname, to_char(d.day, 'YYYYMMDD'))
                or pg_get_expr(c.relpartbound, c.oid)
                     <> format('FOR VALUES FROM (''%s%s'') TO (''%s%s'')', d.day, hour, d.day + 1, hour))",
        broken_by: &[
            "set local timezone = 'Asia/Kathmandu';
             create table refusal_p20310101 partition of refusal for values from ('2031-01-01') to ('2031-01-02');
             set local timezone = 'UTC'",
            "create table refusal_p20310101 partition of refusal for values from ('2031-01-01') to ('2031-01-03')",
        ],
    },
    Rule {
        says: "every partitioned table has its days, yesterday to a week ahead, and keys back to 45 days",
        offences: r"
            select format('%s lacks %s', p.partrelid::regclass, day::date)
            from pg_partitioned_table p, generate_series(current_date - 46, current_date + 7, interval '1 day') as day
            where (p.partrelid = 'reading_key'::regclass or day >= current_date - 1)
              and to_regclass(format('%I', p.partrelid::regclass || '_p' || to_char(day, 'YYYYMMDD'))) is null",
        broken_by: &[
            "do $$ begin execute 'drop table reading_p' || to_char(current_date + 3, 'YYYYMMDD'); end $$",
            "create table visit (at timestamptz) partition by range (at)",
        ],
    },
    Rule {
        says: "a policy is for named roles",
        offences: r"
            select format('%s on %s', polname, polrelid::regclass) from pg_policy where 0 = any (polroles)",
        broken_by: &["create policy loose on device using (true)"],
    },
    Rule {
        says: "a policy of a tenant's role reads that tenant's setting, device models apart",
        offences: r"
            select format('%s on %s', policyname, tablename)
            from pg_policies, (values ('vw_customer', 'app.customer'), ('vw_distributor', 'app.distributor')) as t(role, setting)
            where t.role = any (roles) and (tablename, policyname) <> ('device_model', 'everyone_reads')
              and permissive = 'PERMISSIVE'
              and not (coalesce(qual, with_check) like '%' || t.setting || '%'
                   and coalesce(with_check, qual) like '%' || t.setting || '%')",
        broken_by: &[
            "create policy loose on device for select to vw_customer using (true)",
            "create policy loose on device for insert to vw_customer with check (true)",
            "drop policy customer_own on reading;
             create policy customer_own on reading to vw_customer
               using (customer_id = nullif(current_setting('app.distributor', true), '')::uuid)",
        ],
    },
    Rule {
        says: "a policy reads a setting only as nullif(current_setting(…, true), '')",
        offences: r"
            select format('%s on %s: %s', policyname, tablename, said)
            from pg_policies, lateral (values (qual), (with_check)) as e(said)
            where regexp_count(said, 'current_setting', 1, 'i')
               <> regexp_count(said, 'NULLIF\(current_setting\(''app\.(customer|distributor)''::text, true\), ''''::text\)')",
        broken_by: &[
            "create policy bare on device for select to vw_customer using (customer_id = current_setting('app.customer', true)::uuid)",
            "create policy strict on device for select to vw_customer
             using (customer_id = nullif(current_setting('app.customer'), '')::uuid)",
        ],
    },
    Rule {
        says: "a policy names no other table",
        offences: r"
            select format('%s on %s', polname, polrelid::regclass) from pg_policy p
            where exists (select from pg_depend d where d.classid = 'pg_policy'::regclass and d.objid = p.oid
                            and d.refclassid = 'pg_class'::regclass and d.refobjid <> p.polrelid)
               or regexp_replace(concat(pg_get_expr(polqual, polrelid), ' ', pg_get_expr(polwithcheck, polrelid)),
                    '\( SELECT (vw_\w+)\(\) AS \1\)', '', 'g') ~* '\y(select|from)\y'",
        broken_by: &[
            "create policy roundabout on device for select to vw_customer
             using (customer_id in (select id from customer))",
            "create policy circular on device for select to vw_customer
             using (exists (select from device as other where other.serial = device.serial))",
        ],
    },
    Rule {
        says: "a function that a policy asks runs as whoever asks, so that policies decide there too",
        offences: r"
            select distinct p.oid::regprocedure::text from pg_proc p
            join pg_depend d on d.classid = 'pg_policy'::regclass and d.refclassid = 'pg_proc'::regclass and d.refobjid = p.oid
            where p.prosecdef or p.provolatile = 'v' or p.proparallel <> 's'",
        broken_by: &[
            "alter function vw_own_devices() security definer; revoke all on function vw_own_devices() from public",
            "alter function vw_sees_all_sites() volatile",
            "alter function vw_own_hubs() parallel unsafe",
        ],
    },
    Rule {
        says: "what speaks of a device or a hub, a case, or the whole customer is kept from who is confined to sites",
        offences: r"
            select distinct c.relname from pg_class c
            join pg_policy p on p.polrelid = c.oid and p.polpermissive and 'vw_customer'::regrole::oid = any (p.polroles)
            left join pg_attribute a on a.attrelid = c.oid and not a.attisdropped
              and a.attname in ('device_id', 'hub_id', 'site_id', 'case_id', 'care_team_id', 'endpoint_id', 'site_ids', 'import_id')
            where (a.attnum is not null or c.relname in ('device', 'hub', 'site', 'care_team', 'support_case', 'endpoint',
                'device_import'))
              and not exists (select from pg_policy r where r.polrelid = c.oid and not r.polpermissive
                and r.polcmd = '*' and 'vw_customer'::regrole::oid = any (r.polroles)
                and pg_get_expr(r.polqual, c.oid) ~ '^\(+ SELECT vw_sees_all_sites\(\) AS')",
        broken_by: &[
            "drop policy confined_thing on reading",
            "drop policy confined_site on device",
            "create table bedside (device_id uuid not null, customer_id uuid not null);
             alter table bedside enable row level security, force row level security;
             create policy customer_own on bedside for select to vw_customer
               using (customer_id = nullif(current_setting('app.customer', true), '')::uuid)",
        ],
    },
    Rule {
        says: "nobody may call a function that runs as its owner unless it was granted",
        offences: r"
            select oid::regprocedure::text from pg_proc
            where prosecdef and has_function_privilege('public', oid, 'execute')",
        broken_by: &[
            "grant execute on function vw_make_partitions(date) to public",
            "create function open_door() returns int language sql security definer
             set search_path = pg_catalog as 'select 1'",
        ],
    },
    Rule {
        says: "a function that runs as its owner pins its search path, the catalogue first",
        offences: r"
            select oid::regprocedure::text from pg_proc
            where prosecdef and not exists (select from unnest(proconfig) as s where s ~ '^search_path=pg_catalog\y')",
        broken_by: &[
            "alter function vw_make_partitions(date) reset search_path",
            "alter function vw_make_partitions(date) set search_path = public, pg_catalog",
        ],
    },
    Rule {
        says: "whatever decides about a reading gives the registry another epoch with every change",
        offences: r"
            select name from (values ('device', '{}'::name[]), ('device_credential', '{}'),
              ('assignment', array(select attname from pg_attribute
                where attrelid = 'assignment'::regclass and attnum > 0 and not attisdropped and attname <> 'is_heard')),
              ('hub', '{state,public_key,customer_id}')) as t(name, decide)
            where not exists (
              select from pg_trigger g
              where g.tgrelid = name::regclass and g.tgfoid = 'vw_bump_registry_epoch'::regproc
                and g.tgenabled in ('O', 'A') and g.tgtype & 29 = 29 and g.tgqual is null
                and (cardinality(g.tgattr::int2[]) = 0 or cardinality(decide) > 0 and decide <@ array(
                  select attname from pg_attribute a where a.attrelid = g.tgrelid and a.attnum = any (g.tgattr))))",
        broken_by: &[
            "alter table device disable trigger device_epoch",
            "drop trigger assignment_epoch on assignment",
            "alter table assignment add column shared_with uuid",
            "drop trigger hub_epoch on hub; create constraint trigger hub_epoch after insert or delete or update of state,
               customer_id on hub deferrable initially deferred for each row execute function vw_bump_registry_epoch()",
            "drop trigger credential_epoch on device_credential; create constraint trigger credential_epoch after insert or
               delete on device_credential for each row execute function vw_bump_registry_epoch()",
        ],
    },
    Rule {
        says: "whoever owns the function that changes the epoch may change it",
        offences: r"
            select proowner::regrole::text from pg_proc p
            where proname = 'vw_bump_registry_epoch' and not exists (
              select from pg_policy where polrelid = 'registry_epoch'::regclass and p.proowner = any (polroles)
                and polcmd in ('*', 'w'))",
        broken_by: &["alter function vw_bump_registry_epoch() owner to vw_customer"],
    },
];
