//! What a database's catalogue says of it, as sorted lines, so that two states of it can be compared.

use std::collections::BTreeSet;

use sqlx::PgExecutor;

/// Everything the migrations make: tables with their columns, constraints, indexes, policies and triggers, functions,
/// grants, partitions, extensions. Roles are left out: they belong to the cluster and outlive every database. A column's
/// number is its place among those that are there: one that was dropped never gives its own back.
const CATALOGUE: &str = r"
with ours as (
  select c.* from pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relname not like 'seaql\_migrations%'
)
select format('relation %s %s owner %s persistence %s rls %s/%s options %s partition of %s %s', relkind, oid::regclass,
              relowner::regrole, relpersistence, relrowsecurity, relforcerowsecurity, reloptions,
              (select inhparent::regclass from pg_inherits where inhrelid = ours.oid), pg_get_expr(relpartbound, oid))
from ours
union all
select format('partitioned %s by %s', oid::regclass, pg_get_partkeydef(oid)) from ours where relkind = 'p'
union all
select format('column %s.%s %s %s storage %s notnull %s identity %s generated %s collation %s default %s', ours.oid::regclass,
              row_number() over (partition by ours.oid order by attnum), attname, format_type(atttypid, atttypmod), attstorage, attnotnull, attidentity, attgenerated, attcollation::regcollation,
              pg_get_expr(adbin, adrelid))
from ours join pg_attribute a on a.attrelid = ours.oid and attnum > 0 and not attisdropped
left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
union all
select format('constraint %s %s %s validated %s', conrelid::regclass, conname, pg_get_constraintdef(k.oid), convalidated)
from pg_constraint k join ours on ours.oid = k.conrelid
union all
select format('constraint of type %s %s %s', contypid::regtype, conname, pg_get_constraintdef(oid))
from pg_constraint where contypid <> 0 and connamespace = 'public'::regnamespace
union all
select format('index %s valid %s', pg_get_indexdef(indexrelid), indisvalid)
from pg_index join ours on ours.oid = indrelid
union all
select format('policy %s %s', (p.polrelid::regclass)::text,
              (select format('%s %s %s %s using %s check %s', policyname, permissive, roles, cmd, qual, with_check)
               from pg_policies v where v.policyname = p.polname and v.tablename = ours.relname
                 and v.schemaname = 'public'))
from pg_policy p join ours on ours.oid = p.polrelid
union all
select format('trigger %s enabled %s', pg_get_triggerdef(t.oid), tgenabled)
from pg_trigger t join ours on ours.oid = t.tgrelid where not tgisinternal
union all
select format('grant on %s: %s', ours.oid::regclass, acl) from ours, unnest(relacl) as acl
union all
select format('grant on %s.%s: %s', attrelid::regclass, attname, acl)
from ours join pg_attribute a on a.attrelid = ours.oid, unnest(attacl) as acl
union all
select format('grant on function %s: %s', p.oid::regprocedure, acl)
from pg_proc p, unnest(coalesce(proacl, acldefault('f', proowner))) as acl
where pronamespace = 'public'::regnamespace
  and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
union all
select format('function owner %s %s', proowner::regrole, pg_get_functiondef(p.oid)) from pg_proc p
where pronamespace = 'public'::regnamespace
  and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
union all
select format('grant on schema: %s', acl) from pg_namespace, unnest(nspacl) as acl where nspname = 'public'
union all
select format('extension %s %s', extname, extversion) from pg_extension
union all
select format('type %s', t.oid::regtype) from pg_type t
where typnamespace = 'public'::regnamespace and typtype in ('d', 'e', 'r')
  and not exists (select from pg_depend d where d.classid = 'pg_type'::regclass and d.objid = t.oid and d.deptype = 'e')
union all
select format('type %s: %s', c.oid::regclass, (select string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', '
    order by attnum) from pg_attribute where attrelid = c.oid and not attisdropped))
from pg_class c where relnamespace = 'public'::regnamespace and relkind = 'c'
";

/// The lines of the catalogue.
pub(crate) async fn catalogue(database: impl PgExecutor<'_>) -> BTreeSet<String> {
    sqlx::query_scalar(CATALOGUE)
        .fetch_all(database)
        .await
        .expect("read the catalogue")
        .into_iter()
        .collect()
}

/// The lines that do not speak of a day's partition (`reading_p20261120` and its indexes and constraints).
pub(crate) fn without_days(catalogue: BTreeSet<String>) -> BTreeSet<String> {
    catalogue
        .into_iter()
        .filter(|line| !line.contains("_p19") && !line.contains("_p20"))
        .collect()
}

/// Says where two states differ, and fails.
pub(crate) fn assert_same(before: &BTreeSet<String>, after: &BTreeSet<String>, what: &str) {
    let gone: Vec<_> = before.difference(after).collect();
    let new: Vec<_> = after.difference(before).collect();
    assert!(
        gone.is_empty() && new.is_empty(),
        "{what}\ngone: {gone:#?}\nnew: {new:#?}"
    );
}
