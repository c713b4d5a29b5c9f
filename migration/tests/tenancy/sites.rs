//! Who is confined to sites of a customer, in the database itself.

use sqlx::{AssertSqlSafe, PgPool};
use uuid::Uuid;

use super::{CUSTOMER, reach, sqlstate, take, two_worlds};
use crate::support::{Cluster, Database};

/// What concerns the whole customer, of which who is confined sees nothing wherever they are.
const WHOLE: [&str; 9] = [
    "archive_day",
    "delivery",
    "delivery_attempt",
    "device_import",
    "device_import_line",
    "endpoint",
    "invitation",
    "source",
    "usage_delivery_day",
];

/// Every table that is kept from who is confined, by what the catalogue says today.
async fn kept(database: &Database<'_>) -> Vec<String> {
    let tables: Vec<String> = sqlx::query_scalar(
        "select polrelid::regclass::text from pg_policy
         where not polpermissive and 'vw_customer'::regrole::oid = any (polroles) order by 1",
    )
    .fetch_all(&database.as_superuser().await)
    .await
    .expect("list the tables");
    assert!(tables.len() > 20, "the list of tables is not empty: {tables:?}");
    tables
}

/// How many rows of its own the customer's person sees, who sees so much.
async fn seen(app: &PgPool, customer: Uuid, sites: &str, table: &str) -> i64 {
    let mut tx = app.begin().await.expect("begin");
    take(&mut tx, CUSTOMER, Some(customer)).await;
    reach(&mut tx, sites).await;
    let count = format!("select count(*) from (select customer_id from {table}) as t");
    let rows = sqlx::query_scalar(AssertSqlSafe(count)).fetch_one(&mut *tx).await;
    rows.unwrap_or_else(|error| panic!("{table}: {error}"))
}

#[tokio::test]
async fn who_is_confined_sees_what_stands_at_their_sites() {
    let cluster = Cluster::start().await;
    let database = cluster.migrated("confined").await;
    let (a, b) = two_worlds(&database).await;
    let (a, b): (Uuid, Uuid) = (a.id(), b.id());
    let app = database.as_app().await;
    for table in kept(&database).await {
        let at = async |sites: String| seen(&app, a, &sites, &table).await;
        let own = at("all".to_owned()).await;
        assert!(own > 0, "{table}: who sees the whole customer sees nothing");
        assert_eq!(at("{}".to_owned()).await, 0, "{table}: no site is not every site");
        assert_eq!(
            at(String::new()).await,
            0,
            "{table}: nothing said is not everything"
        );
        assert_eq!(at(format!("{{{b}}}")).await, 0, "{table}: another's site");
        let there = if WHOLE.contains(&table.as_str()) { 0 } else { own };
        assert_eq!(at(format!("{{{b},{a}}}")).await, there, "{table}");
    }
}

#[tokio::test]
async fn a_case_is_seen_by_whom_it_was_handed_to_and_one_about_the_customer_by_who_opened_it() {
    let cluster = Cluster::start().await;
    let database = cluster.migrated("confined_cases").await;
    let (a, _) = two_worlds(&database).await;
    let a: Uuid = a.id();
    let superuser = database.as_superuser().await;
    let app = database.as_app().await;
    let cases = async |user: Uuid| -> (i64, i64) {
        let mut tx = app.begin().await.expect("begin");
        take(&mut tx, CUSTOMER, Some(a)).await;
        reach(&mut tx, "{}").await;
        sqlx::query("select set_config('app.user', $1, true)")
            .bind(user.to_string())
            .execute(&mut *tx)
            .await
            .expect("say who");
        let count = "select (select count(*) from support_case), (select count(*) from case_note)";
        sqlx::query_as(count).fetch_one(&mut *tx).await.expect("count")
    };
    let change = async |what: &str| {
        let sql = format!("update support_case set {what} where customer_id = '{a}'");
        let changed = sqlx::query(AssertSqlSafe(sql)).execute(&superuser).await;
        changed.expect("change the case");
    };
    let stranger = Uuid::from_u128(99);
    assert_eq!(cases(a).await, (1, 1), "handed to them");
    assert_eq!(cases(stranger).await, (0, 0));
    change("assignee = null, assignee_name = null").await;
    assert_eq!(cases(a).await, (0, 0), "about a device that they do not see");
    change("device_id = null").await;
    assert_eq!(cases(a).await, (1, 1), "they opened it");
    assert_eq!(cases(stranger).await, (0, 0));
}

#[tokio::test]
async fn who_is_confined_writes_nothing_elsewhere() {
    let cluster = Cluster::start().await;
    let database = cluster.migrated("confined_writes").await;
    let (a, _) = two_worlds(&database).await;
    let a: Uuid = a.id();
    let app = database.as_app().await;
    let run = async |sites: &str, sql: &str| {
        let mut tx = app.begin().await.expect("begin");
        take(&mut tx, CUSTOMER, Some(a)).await;
        reach(&mut tx, sites).await;
        let done = sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&mut *tx).await;
        done.map(|done| done.rows_affected())
            .map_err(|error| sqlstate(&error))
    };
    let own = format!("{{{a}}}");
    for update in [
        "update device set customer_reference = 'mine'",
        "update hub set name = 'mine'",
    ] {
        assert_eq!(run(&own, update).await, Ok(1), "{update}");
        assert_eq!(run("{}", update).await, Ok(0), "{update}");
    }
    let add = format!(
        "insert into endpoint (id, customer_id, url, secret_sealed, signing_seed_sealed, public_key, created_at, updated_at)
         values ('{}', '{a}', 'https://example.org', '', '', decode(repeat('00', 32), 'hex'), now(), now())",
        Uuid::from_u128(77)
    );
    assert_eq!(run("all", &add).await, Ok(1));
    assert_eq!(run(&own, &add).await, Err("42501".to_owned()));
}

#[tokio::test]
async fn what_leaves_a_customer_leaves_its_site_and_no_site_is_another_customer_s() {
    let cluster = Cluster::start().await;
    let database = cluster.migrated("leaving").await;
    let (a, b) = two_worlds(&database).await;
    let (a, b): (Uuid, Uuid) = (a.id(), b.id());
    let superuser = database.as_superuser().await;
    let run = async |sql: String| {
        let done = sqlx::query(AssertSqlSafe(sql)).execute(&superuser).await;
        done.map(drop).map_err(|error| sqlstate(&error))
    };
    for table in ["device", "hub"] {
        let site = async |which: Uuid| -> Option<Uuid> {
            let sql = format!("select site_id from {table} where id = '{which}'");
            let found = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&superuser).await;
            found.expect("read the site")
        };
        assert_eq!(site(a).await, Some(a), "{table}");
        run(format!("update {table} set customer_id = '{a}' where id = '{a}'"))
            .await
            .expect("stay");
        assert_eq!(site(a).await, Some(a), "{table} stays");
        run(format!("update {table} set customer_id = null where id = '{a}'"))
            .await
            .expect("leave");
        assert_eq!(site(a).await, None, "{table} has left");
        let elsewhere = format!("update {table} set site_id = '{a}' where id = '{b}'");
        assert_eq!(run(elsewhere).await, Err("23503".to_owned()), "{table}");
        let nobody_s = format!("update {table} set site_id = '{a}' where id = '{a}'");
        assert_eq!(run(nobody_s).await, Err("23514".to_owned()), "{table}");
    }
    let join =
        format!("insert into site_member (site_id, user_id, customer_id) values ('{a}', '{b}', '{b}')");
    assert_eq!(run(join).await, Err("23503".to_owned()));
    let manage = format!("update user_account set permissions = array['manage_users'] where id = '{a}'");
    assert_eq!(
        run(manage).await,
        Err("23514".to_owned()),
        "a confined person manages no people"
    );
}
