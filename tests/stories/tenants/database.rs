//! What the database holds of a customer, and what it shows to another one.

use sqlx::{Connection, PgConnection, Row};
use vitalwire_tests::World;

use super::Rows;

/// Every ordinary or partitioned table with a customer's id in it; a customer's own row has it as its id.
async fn tables(owner: &mut PgConnection) -> Vec<(String, &'static str)> {
    let names: Vec<String> = sqlx::query_scalar(
        "select c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
           and a.attname = 'customer_id' and not a.attisdropped
         order by 1",
    )
    .fetch_all(owner)
    .await
    .unwrap();
    assert!(names.len() >= 15, "{names:?}");
    let customer = ("customer".to_owned(), "id");
    names
        .into_iter()
        .map(|name| (name, "customer_id"))
        .chain([customer])
        .collect()
}

/// Everything that is the customer's, without what every request of theirs may touch.
pub(super) async fn rows_of(owner: &mut PgConnection, customer: &str) -> Rows {
    let mut rows = Rows::new();
    for (table, column) in tables(owner).await {
        let sql = format!("select to_jsonb(t)::text from {table} t where {column} = $1::uuid order by 1");
        let found = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .bind(customer)
            .fetch_all(&mut *owner)
            .await
            .unwrap();
        rows.insert(table, found);
    }
    rows
}

/// Every id, hash, name and address in the customer's rows that names it and nobody else.
pub(super) async fn everything_that_names(owner: &mut PgConnection, customer: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (table, rows) in rows_of(owner, customer).await {
        for row in rows {
            let row: serde_json::Value = serde_json::from_str(&row).unwrap();
            for (name, value) in row.as_object().unwrap() {
                // The catalogue of models and the person who assigned are everybody's.
                let shared =
                    ["model_id", "assigned_by", "confirmed_by", "distributor_id"].contains(&name.as_str());
                let naming = name == "id"
                    || name.ends_with("_id")
                    || ["url", "fingerprint", "email"].contains(&name.as_str());
                if let (true, false, Some(text)) = (naming, shared, value.as_str()) {
                    assert!(text.len() > 7, "{table}.{name}: {text}");
                    words.push(text.to_owned());
                }
                if name == "content_hash" {
                    words.push(value.as_str().unwrap().trim_start_matches("\\x").to_owned());
                }
            }
        }
    }
    words.sort();
    words.dedup();
    words
}

/// The database itself keeps customers apart, whatever a query forgets.
pub(super) async fn a_forgotten_filter_shows_nothing_foreign(world: &World, a: &str, b: &str) {
    let mut owner = world.server.owner().await;
    let tables = tables(&mut owner).await;
    let mut app = world.server.connect("vw_app").await;
    let mut readable = Vec::new();
    for (table, column) in &tables {
        let mut tx = app.begin().await.unwrap();
        sqlx::query("select set_config('role', 'vw_customer', true), set_config('app.customer', $1, true), set_config('app.sites', 'all', true)")
            .bind(a)
            .execute(&mut *tx)
            .await
            .unwrap();
        let everything = format!("select {column}::text from {table}");
        let seen = sqlx::query(sqlx::AssertSqlSafe(everything))
            .fetch_all(&mut *tx)
            .await;
        if let Ok(rows) = seen {
            let foreign = rows
                .iter()
                .filter(|row| row.get::<Option<String>, _>(0).as_deref() != Some(a))
                .count();
            assert_eq!(foreign, 0, "{table} shows rows that are not A's");
            if !rows.is_empty() {
                readable.push(table.as_str());
            }
        }
        tx.rollback().await.unwrap();
        changes_nothing_foreign(&mut app, table, column, a, b).await;
    }
    for table in [
        "customer",
        "device",
        "hub",
        "reading",
        "event",
        "endpoint",
        "delivery",
        "delivery_attempt",
        "user_account",
    ] {
        assert!(
            readable.contains(&table),
            "A sees nothing of its own in {table}, so nothing was shown: {readable:?}"
        );
    }
    nobody_s_session_sees_nothing(&mut app, &tables).await;
}

async fn changes_nothing_foreign(app: &mut PgConnection, table: &str, column: &str, a: &str, b: &str) {
    for sql in [
        format!("delete from {table}"),
        format!("update {table} set {column} = '{a}' where {column} = '{b}'"),
        format!("update {table} set state = state where {column} = '{b}'"),
    ] {
        let mut tx = app.begin().await.unwrap();
        sqlx::query("select set_config('role', 'vw_customer', true), set_config('app.customer', $1, true), set_config('app.sites', 'all', true)")
            .bind(a)
            .execute(&mut *tx)
            .await
            .unwrap();
        let changed = sqlx::query(sqlx::AssertSqlSafe(sql.clone()))
            .execute(&mut *tx)
            .await;
        assert!(
            changed.is_err() || changed.is_ok_and(|done| done.rows_affected() == 0),
            "{sql}"
        );
        tx.rollback().await.unwrap();
    }
}

/// Neither the login itself, nor a role without a tenant.
async fn nobody_s_session_sees_nothing(app: &mut PgConnection, tables: &[(String, &'static str)]) {
    for role in ["vw_app", "vw_customer", "vw_distributor"] {
        for (table, _) in tables {
            let mut tx = app.begin().await.unwrap();
            sqlx::query("select set_config('role', $1, true)")
                .bind(role)
                .execute(&mut *tx)
                .await
                .unwrap();
            let count = format!("select count(*) from {table}");
            let seen: Result<i64, _> = sqlx::query_scalar(sqlx::AssertSqlSafe(count))
                .fetch_one(&mut *tx)
                .await;
            assert!(
                seen.is_err() || seen.is_ok_and(|count| count == 0),
                "{role} without a tenant sees {table}"
            );
            tx.rollback().await.unwrap();
        }
    }
}
