//! Row level security as the server meets it: the login role takes a tenant's role and sees that tenant's rows only.

mod cases;
mod sites;

use chrono::{DateTime, Utc};
use sqlx::error::DatabaseError;
use sqlx::{AssertSqlSafe, PgConnection, PgPool};
use uuid::Uuid;

use crate::support::rows::World;
use crate::support::{Cluster, Database};

/// Whose role is taken, and which setting says who they are.
#[derive(Clone, Copy)]
struct Tenant {
    role: &'static str,
    setting: &'static str,
    /// The column by which its tables know it.
    column: &'static str,
    /// The table of these tenants themselves, whose own id is the column.
    table: &'static str,
    /// Tables with that column that the role may not read at all.
    barred: &'static [&'static str],
}

const CUSTOMER: Tenant = Tenant {
    role: "vw_customer",
    setting: "app.customer",
    column: "customer_id",
    table: "customer",
    barred: &["device_credential", "outbox", "raw_message", "reading_key"],
};

const DISTRIBUTOR: Tenant = Tenant {
    role: "vw_distributor",
    setting: "app.distributor",
    column: "distributor_id",
    table: "distributor",
    barred: &["device_credential", "quarantine"],
};

/// Two customers of two distributors, with a row in every table.
async fn two_worlds(database: &Database<'_>) -> (World, World) {
    let app = database.as_app().await;
    let now: DateTime<Utc> = sqlx::query_scalar("select now()")
        .fetch_one(&app)
        .await
        .expect("ask for the time");
    let worlds = (World::new(1, now), World::new(2, now));
    worlds.0.write(&app.clone().into()).await;
    worlds.1.write(&app.into()).await;
    worlds
}

/// Takes the role, and the tenant where there is one, as the server does: for this transaction.
async fn take(tx: &mut PgConnection, tenant: Tenant, id: Option<Uuid>) {
    sqlx::query("select set_config('role', $1, true)")
        .bind(tenant.role)
        .execute(&mut *tx)
        .await
        .expect("take the role");
    if let Some(id) = id {
        sqlx::query("select set_config($1, $2, true)")
            .bind(tenant.setting)
            .bind(id.to_string())
            .execute(&mut *tx)
            .await
            .expect("name the tenant");
    }
    reach(tx, "all").await;
}

/// Says which sites the transaction's person sees, as the server does: 'all', or an array of ids.
async fn reach(tx: &mut PgConnection, sites: &str) {
    sqlx::query("select set_config('app.sites', $1, true)")
        .bind(sites)
        .execute(tx)
        .await
        .expect("say which sites");
}

/// The values of the tenant's column in a table as the tenant sees it, or the error's SQLSTATE.
async fn seen(
    app: &PgPool,
    tenant: Tenant,
    id: Option<Uuid>,
    table: &str,
) -> Result<Vec<Option<Uuid>>, String> {
    let column = if table == tenant.table {
        "id"
    } else {
        tenant.column
    };
    let mut tx = app.begin().await.expect("begin");
    take(&mut tx, tenant, id).await;
    let rows = sqlx::query_scalar(AssertSqlSafe(format!("select {column} from {table}")))
        .fetch_all(&mut *tx)
        .await;
    tx.commit().await.expect("commit");
    rows.map_err(|error| sqlstate(&error))
}

fn sqlstate(error: &sqlx::Error) -> String {
    error
        .as_database_error()
        .and_then(DatabaseError::code)
        .map_or_else(|| error.to_string(), Into::into)
}

const NOT_PERMITTED: &str = "42501";

/// Every table that knows the tenant, by what the catalogue says today.
async fn tables_of(database: &Database<'_>, tenant: Tenant) -> Vec<String> {
    let mut tables: Vec<String> = sqlx::query_scalar(
        "select c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid and not a.attisdropped
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
           and a.attname = $1 order by 1",
    )
    .bind(tenant.column)
    .fetch_all(&database.as_superuser().await)
    .await
    .expect("list the tables");
    tables.push(tenant.table.to_owned());
    tables
}

async fn sees_only_its_own(tenant: Tenant) {
    let cluster = Cluster::start().await;
    let database = cluster.migrated("rows").await;
    let (a, b) = two_worlds(&database).await;
    let (a, b): (Uuid, Uuid) = (a.id(), b.id());
    let app = database.as_app().await;

    let mut barred = Vec::new();
    for table in tables_of(&database, tenant).await {
        match seen(&app, tenant, Some(a), &table).await {
            Ok(rows) => {
                assert!(
                    !rows.is_empty(),
                    "{} sees nothing of its own in {table}",
                    tenant.role
                );
                assert!(
                    rows.iter().all(|id| *id == Some(a)),
                    "{} sees in {table}: {rows:?}",
                    tenant.role
                );
                assert_eq!(
                    seen(&app, tenant, Some(b), &table).await.map(|rows| rows[0]),
                    Ok(Some(b)),
                    "{table}"
                );
                // These connections have carried a tenant before, so the setting reads '' now, and null on a new one.
                assert_eq!(
                    seen(&app, tenant, None, &table).await,
                    Ok(vec![]),
                    "{table} without a tenant"
                );
                let new = database.as_app().await;
                assert_eq!(
                    seen(&new, tenant, None, &table).await,
                    Ok(vec![]),
                    "{table} without a tenant, anew"
                );
            }
            Err(state) => {
                assert_eq!(state, NOT_PERMITTED, "{table}");
                barred.push(table);
            }
        }
    }
    barred.retain(|table| !tenant.barred.contains(&table.as_str()));
    assert_eq!(
        barred,
        Vec::<String>::new(),
        "{} may not read what it should",
        tenant.role
    );
}

#[tokio::test]
async fn a_customer_sees_only_its_own_rows() {
    sees_only_its_own(CUSTOMER).await;
}

#[tokio::test]
async fn a_distributor_sees_only_its_own_rows() {
    sees_only_its_own(DISTRIBUTOR).await;
}

/// Runs one statement as the customer `id` and tells how many rows it touched, or the SQLSTATE. Nothing of it stays.
async fn as_customer(app: &PgPool, id: Uuid, statement: String) -> Result<u64, String> {
    let mut tx = app.begin().await.expect("begin");
    take(&mut tx, CUSTOMER, Some(id)).await;
    let done = sqlx::query(AssertSqlSafe(statement)).execute(&mut *tx).await;
    tx.rollback().await.expect("roll back");
    done.map(|done| done.rows_affected())
        .map_err(|error| sqlstate(&error))
}

#[tokio::test]
async fn a_customer_writes_nothing_for_another() {
    let cluster = Cluster::start().await;
    let database = cluster.migrated("writes").await;
    let (a, b) = two_worlds(&database).await;
    let (a, b): (Uuid, Uuid) = (a.id(), b.id());
    let app = database.as_app().await;

    let add = |owner: Uuid| {
        format!(
            "insert into endpoint (id, customer_id, url, secret_sealed, signing_seed_sealed, public_key, created_at, updated_at)
             values ('{}', '{owner}', 'https://example.org', '', '', decode(repeat('00', 32), 'hex'), now(), now())",
            Uuid::from_u128(77)
        )
    };
    assert_eq!(as_customer(&app, a, add(a)).await, Ok(1));
    assert_eq!(as_customer(&app, a, add(b)).await, Err(NOT_PERMITTED.to_owned()));

    // Another's row is not there to be changed; one's own cannot be given away.
    for (table, change) in [
        ("endpoint", "description = 'mine'"),
        ("delivery", "attempt = 9"),
        ("device", "customer_reference = 'mine'"),
        ("hub", "name = 'mine'"),
    ] {
        let update = |owner: Uuid| format!("update {table} set {change} where id = '{owner}'");
        assert_eq!(as_customer(&app, a, update(a)).await, Ok(1), "{table}");
        assert_eq!(as_customer(&app, a, update(b)).await, Ok(0), "{table}");
    }
    for table in ["endpoint", "delivery", "device", "hub"] {
        let give = format!("update {table} set customer_id = '{b}' where id = '{a}'");
        assert_eq!(
            as_customer(&app, a, give).await,
            Err(NOT_PERMITTED.to_owned()),
            "{table}"
        );
    }
}

#[tokio::test]
async fn the_login_role_alone_reads_nothing() {
    let cluster = Cluster::start().await;
    let database = cluster.migrated("alone").await;
    two_worlds(&database).await;
    let tables: Vec<String> = sqlx::query_scalar(
        "select oid::regclass::text from pg_class
         where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by 1",
    )
    .fetch_all(&database.as_superuser().await)
    .await
    .expect("list the tables");
    let app = database.as_app().await;
    let mut read = Vec::new();
    for table in &tables {
        let rows = sqlx::query(AssertSqlSafe(format!("select 1 from {table}")))
            .fetch_all(&app)
            .await;
        if rows.as_ref().err().map(sqlstate).as_deref() != Some(NOT_PERMITTED) {
            read.push(table);
        }
    }
    assert!(tables.len() > 29, "the list of tables is not empty");
    assert_eq!(read, Vec::<&String>::new());
}

/// The guard itself: without its policy a table shows everything or nothing, and the tests above would fail.
#[tokio::test]
async fn a_policy_that_is_lost_is_noticed() {
    let cluster = Cluster::start().await;
    let database = cluster.migrated("lost").await;
    let (a, b) = two_worlds(&database).await;
    let (a, b): (Uuid, Uuid) = (a.id(), b.id());
    let (app, superuser) = (database.as_app().await, database.as_superuser().await);

    sqlx::query("drop policy customer_own on reading")
        .execute(&superuser)
        .await
        .expect("lose it");
    assert_eq!(seen(&app, CUSTOMER, Some(a), "reading").await, Ok(vec![]));
    sqlx::query("alter table reading disable row level security")
        .execute(&superuser)
        .await
        .expect("lose more");
    let mut rows = seen(&app, CUSTOMER, Some(a), "reading").await.expect("read");
    rows.sort();
    assert_eq!(rows, [Some(a), Some(b)]);
}
