//! Every row that is a tenant's, in whatever table, as the superuser sees it.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, PgPool};
use uuid::Uuid;

use crate::aim::Aim;

/// Tables in which a row is a tenant's by another column than `customer_id`: `$1` are its customers, `$2` is its
/// distributor.
const BY_OTHERS: [(&str, &str); 16] = [
    ("customer", "id = any($1) or distributor_id = $2"),
    ("distributor", "id = $2"),
    (
        "device_credential",
        "device_id in (select id from device where customer_id = any($1))",
    ),
    (
        "hub_claim_code",
        "hub_id in (select id from hub where customer_id = any($1))",
    ),
    (
        "hub_key",
        "hub_id in (select id from hub where customer_id = any($1))",
    ),
    ("device_order", "distributor_id = $2"),
    ("order_line", "distributor_id = $2"),
    ("order_parcel", "distributor_id = $2"),
    ("order_item", "distributor_id = $2"),
    ("order_step", "distributor_id = $2"),
    ("device_return", "distributor_id = $2"),
    ("return_item", "distributor_id = $2"),
    ("invitation", "customer_id = any($1) or distributor_id = $2"),
    ("user_account", "customer_id = any($1) or distributor_id = $2"),
    (
        "user_password",
        "user_id in (select id from user_account where customer_id = any($1) or distributor_id = $2)",
    ),
    (
        "session",
        "user_id in (select id from user_account where customer_id = any($1) or distributor_id = $2)",
    ),
];

/// The rows of a tenant by table, each as JSON.
pub(crate) type Shelves = BTreeMap<String, Vec<String>>;

/// All rows of a tenant and its distributor's own, one entry for every table that can hold some.
pub(crate) async fn shelves(sql: &PgPool, of: &Aim) -> Shelves {
    let mut wanted: BTreeMap<String, String> = tables_with_a_customer(sql)
        .await
        .into_iter()
        .map(|table| (table, "customer_id = any($1)".to_owned()))
        .collect();
    wanted.extend(BY_OTHERS.map(|(table, rows)| (table.to_owned(), rows.to_owned())));
    let mut found = Shelves::new();
    for (table, rows) in wanted {
        // `$2` is named once more so that every statement has both parameters.
        let text = format!(
            "select to_jsonb(t)::text from {table} t where ({rows}) and $1::uuid[] is not null and $2::uuid is not null
             order by 1"
        );
        let rows = sqlx::query_scalar(AssertSqlSafe(text))
            .bind([of.customer.as_uuid(), of.fresh.as_uuid()])
            .bind(Uuid::from(of.distributor()))
            .fetch_all(sql)
            .await
            .unwrap();
        found.insert(table, rows);
    }
    found
}

async fn tables_with_a_customer(sql: &PgPool) -> Vec<String> {
    let tables = "select c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
          and a.attname = 'customer_id' and not a.attisdropped";
    sqlx::query_scalar(tables).fetch_all(sql).await.unwrap()
}

/// The tables whose rows are not what they were.
pub(crate) fn changed(before: &Shelves, after: &Shelves) -> Vec<String> {
    before
        .iter()
        .filter(|(table, rows)| after.get(*table) != Some(*rows))
        .map(|(table, _)| table.clone())
        .collect()
}
