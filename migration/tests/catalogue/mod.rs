//! The catalogue test of DESIGN §4: a rule is a query that finds what breaks it. Each is asked of the migrated database,
//! and then of one that was broken on purpose, so that a rule that sees nothing any more is noticed.

mod rules;

use rules::{RULES, Rule};
use sea_orm_migration::MigratorTrait as _;
use sqlx::{AssertSqlSafe, PgConnection, PgPool};
use vitalwire_migration::Migrator;

use crate::support::Cluster;

async fn offences(rule: &Rule, database: &mut PgConnection) -> Vec<String> {
    sqlx::query_scalar(rule.offences)
        .fetch_all(database)
        .await
        .unwrap_or_else(|error| panic!("{}: {error}", rule.says))
}

async fn broken_rules(database: &PgPool) -> Vec<String> {
    let mut connection = database.acquire().await.expect("connect");
    let mut broken = Vec::new();
    for rule in RULES {
        for offence in offences(rule, &mut connection).await {
            broken.push(format!("{}: {offence}", rule.says));
        }
    }
    broken
}

#[tokio::test]
async fn the_catalogue_keeps_every_rule() {
    let cluster = Cluster::start().await;
    let database = cluster.migrated("rules").await;
    assert_eq!(
        broken_rules(&database.as_superuser().await).await,
        Vec::<String>::new()
    );
}

/// Days begin at midnight in UTC, wherever the session that made them believes itself to be.
#[tokio::test]
async fn the_session_s_time_zone_moves_no_partition() {
    let cluster = Cluster::start().await;
    let database = cluster.database("elsewhere").await;
    let owner = database.as_owner_in("Asia/Kathmandu").await;
    Migrator::up(&owner, None).await.expect("migrate");
    let pool = owner.get_postgres_connection_pool();
    let made: i32 = sqlx::query_scalar("select vw_make_partitions(date '2038-01-01')")
        .fetch_one(pool)
        .await
        .expect("make more");
    assert!(made > 100, "{made}");
    let zone: String = sqlx::query_scalar("show timezone")
        .fetch_one(pool)
        .await
        .expect("ask for the zone");
    assert_eq!(zone, "Asia/Kathmandu");
    assert_eq!(
        broken_rules(&database.as_superuser().await).await,
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn every_rule_sees_what_it_is_there_for() {
    let cluster = Cluster::start().await;
    let database = cluster.migrated("broken").await;
    let superuser = database.as_superuser().await;
    let mut blind = Vec::new();
    for rule in RULES {
        for sabotage in rule.broken_by {
            let mut tx = superuser.begin().await.expect("begin");
            sqlx::raw_sql(AssertSqlSafe(*sabotage))
                .execute(&mut *tx)
                .await
                .unwrap_or_else(|error| panic!("{sabotage}: {error}"));
            if offences(rule, &mut tx).await.is_empty() {
                blind.push(format!("{} does not see: {sabotage}", rule.says));
            }
            tx.rollback().await.expect("put it right again");
        }
    }
    assert_eq!(blind, Vec::<String>::new());
}
