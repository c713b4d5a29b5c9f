//! The migrations against a real PostgreSQL: that they go up, down and up again, that the entities are the tables, and
//! that the catalogue keeps the promises of DESIGN §4 about who may see what.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test's support fails as a test does"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "here the entities themselves are tested"
)]

mod catalogue;
mod entities;
mod support;
mod tenancy;

use chrono::{DateTime, Utc};
use sea_orm_migration::MigratorTrait as _;
use serde_json::{Value, json};
use support::Cluster;
use support::dump::{assert_same, catalogue as dump, without_days};
use support::rows::World;
use vitalwire_migration::Migrator;

/// Each by itself, and going down leaves what was there before. Days stay when their maker goes: they hold readings.
#[tokio::test]
async fn each_migration_goes_up_down_and_up_again() {
    let cluster = Cluster::start().await;
    let database = cluster.database("steps").await;
    let (owner, superuser) = (database.as_owner().await, database.as_superuser().await);
    for migration in Migrator::migrations() {
        let before = without_days(dump(&superuser).await);
        Migrator::up(&owner, Some(1))
            .await
            .unwrap_or_else(|error| panic!("{} up: {error}", migration.name()));
        let once = dump(&superuser).await;
        let changed = without_days(once.clone()) != before;
        assert!(changed, "{} did nothing", migration.name());
        Migrator::down(&owner, Some(1))
            .await
            .unwrap_or_else(|error| panic!("{} down: {error}", migration.name()));
        let undone = without_days(dump(&superuser).await);
        assert_same(
            &before,
            &undone,
            &format!("{} down does not undo it", migration.name()),
        );
        Migrator::up(&owner, Some(1))
            .await
            .unwrap_or_else(|error| panic!("{} again: {error}", migration.name()));
        let twice = dump(&superuser).await;
        assert_same(
            &once,
            &twice,
            &format!("{} makes something else the second time", migration.name()),
        );
    }
}

/// Who goes back finds the messages of devices' own where they were before, and either way a reading keeps its values.
#[tokio::test]
async fn messages_and_values_go_back_and_forth() {
    let cluster = Cluster::start().await;
    let database = cluster.database("own").await;
    let (owner, superuser) = (database.as_owner().await, database.as_superuser().await);
    Migrator::up(&owner, None).await.expect("up");
    let now: DateTime<Utc> = sqlx::query_scalar("select now()")
        .fetch_one(&superuser)
        .await
        .expect("ask for the time");
    World::new(1, now).write(&database.as_app().await.into()).await;
    sqlx::raw_sql("delete from raw_message; update reading set raw_id = null, body_sealed = '\\x5ea1'")
        .execute(&superuser)
        .await
        .expect("a reading with its message");
    let migrations = Migrator::migrations();
    let until = migrations
        .iter()
        .position(|migration| migration.name() == "m0049_own_messages");
    let steps = until.and_then(|place| u32::try_from(migrations.len() - place).ok());
    Migrator::down(&owner, steps).await.expect("down");
    let found: i64 = sqlx::query_scalar(
        "select count(*) from reading r join raw_message m on m.id = r.raw_id and m.id = r.id
         where m.body_sealed = '\\x5ea1' and (m.received_at, m.customer_id, m.device_id)
           = (r.received_at, r.customer_id, r.device_id) and m.hub_id is null",
    )
    .fetch_one(&superuser)
    .await
    .expect("the message");
    assert_eq!(found, 1);
    let values = async || -> (String, Value) {
        sqlx::query_as("select pg_typeof(vals)::text, vals::jsonb from reading")
            .fetch_one(&superuser)
            .await
            .expect("the values")
    };
    let measured = json!({"systolic": 121, "diastolic": 79});
    assert_eq!(values().await, ("jsonb".to_owned(), measured.clone()));
    Migrator::up(&owner, None).await.expect("up again");
    assert_eq!(values().await, ("json".to_owned(), measured));
}

/// All the way down, one at a time, and up again at once.
#[tokio::test]
async fn all_migrations_go_down_and_up_again() {
    let cluster = Cluster::start().await;
    let database = cluster.database("whole").await;
    let (owner, superuser) = (database.as_owner().await, database.as_superuser().await);
    let empty = dump(&superuser).await;
    Migrator::up(&owner, None).await.expect("up");
    let once = dump(&superuser).await;
    for migration in Migrator::migrations().iter().rev() {
        Migrator::down(&owner, Some(1))
            .await
            .unwrap_or_else(|error| panic!("{} down: {error}", migration.name()));
    }
    assert_same(
        &empty,
        &dump(&superuser).await,
        "something is left when all is undone",
    );
    Migrator::up(&owner, None).await.expect("up again");
    assert_same(
        &once,
        &dump(&superuser).await,
        "the second time makes something else",
    );
}

/// The comparison above must see what it compares.
#[tokio::test]
async fn the_dump_sees_every_kind_of_change() {
    let cluster = Cluster::start().await;
    let database = cluster.migrated("changes").await;
    let superuser = database.as_superuser().await;
    let before = dump(&superuser).await;
    for change in [
        "alter table hub alter column version set not null",
        "alter table hub alter column name set default 'hub'",
        "alter table hub drop constraint hub_serial_check",
        "alter domain user_slot drop constraint user_slot_check",
        "alter table hub alter column name set storage plain",
        "alter table delivery set (fillfactor = 71)",
        "drop index device_by_serial",
        "alter policy customer_own on hub using (false)",
        "alter table hub disable trigger hub_epoch",
        "alter table hub no force row level security",
        "grant select (url) on endpoint to vw_distributor",
        "revoke select on reading from vw_customer",
        "grant execute on function vw_make_partitions(date) to vw_admin",
        "alter function vw_make_partitions(date) volatile cost 7",
        "grant create on schema public to vw_app",
        "drop table reading_key_p19700101",
    ] {
        let mut tx = superuser.begin().await.expect("begin");
        sqlx::query(change)
            .execute(&mut *tx)
            .await
            .unwrap_or_else(|error| panic!("{change}: {error}"));
        assert_ne!(before, dump(&mut *tx).await, "unseen: {change}");
        tx.rollback().await.expect("roll back");
    }
    assert_same(&before, &dump(&superuser).await, "nothing of it stays");
}

/// Roles belong to the cluster, so databases that are migrated at once race for them.
#[tokio::test]
async fn databases_of_one_cluster_can_be_migrated_at_once() {
    let cluster = Cluster::start().await;
    let (first, second) = (cluster.database("first").await, cluster.database("second").await);
    let (one, two) = (first.as_owner().await, second.as_owner().await);
    let (one, two) = tokio::join!(Migrator::up(&one, None), Migrator::up(&two, None));
    one.expect("the first");
    two.expect("the second");
    assert_same(
        &dump(&first.as_superuser().await).await,
        &dump(&second.as_superuser().await).await,
        "the two databases differ",
    );
}

/// The same race held still: another database's migration has made a role, or granted one, and not committed yet.
#[tokio::test]
async fn a_migration_waits_for_another_that_makes_the_same_roles() {
    for (there_before, under_way) in [
        ("select", "create role vw_customer nologin noinherit"),
        (
            "create role vw_app login noinherit; create role vw_customer nologin noinherit",
            "grant vw_customer to vw_app",
        ),
    ] {
        let cluster = Cluster::start().await;
        let database = cluster.database("race").await;
        let (owner, superuser) = (database.as_owner().await, database.as_superuser().await);
        sqlx::raw_sql(there_before)
            .execute(&superuser)
            .await
            .expect("what was there before");
        let mut other = superuser.begin().await.expect("begin");
        sqlx::query(under_way)
            .execute(&mut *other)
            .await
            .expect(under_way);

        let migrated = tokio::spawn(async move { Migrator::up(&owner, None).await });
        let waiting = "select exists (select from pg_locks where locktype = 'transactionid' and not granted)";
        while !sqlx::query_scalar::<_, bool>(waiting)
            .fetch_one(&superuser)
            .await
            .expect("look at the locks")
        {
            assert!(!migrated.is_finished(), "it did not meet the other: {under_way}");
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        other.commit().await.expect("commit");
        let outcome = migrated.await.expect("its task");
        assert!(outcome.is_ok(), "{under_way}: {outcome:?}");
    }
}

/// A token that was there before belongs to the present holder of its device: the owner of the tables fills that in,
/// from whom the policies hide every row.
#[tokio::test]
async fn tokens_of_before_are_their_present_holders() {
    let cluster = Cluster::start().await;
    let database = cluster.database("holders").await;
    let (owner, superuser) = (database.as_owner().await, database.as_superuser().await);
    let before = Migrator::migrations()
        .iter()
        .position(|migration| migration.name() == "m0012_tokens_know_their_holder")
        .and_then(|before| u32::try_from(before).ok());
    Migrator::up(&owner, before).await.expect("up to the one before");
    sqlx::raw_sql(
        "insert into distributor (id, name, created_at) values (md5('distributor')::uuid, 'D', now());
         insert into customer (id, name, created_at) values (md5('customer')::uuid, 'C', now());
         insert into device_model (id, maker, name, kinds, transport, created_at)
           values (md5('model')::uuid, 'Acme', 'Cuff', '{weight}', 'cellular', now());
         insert into device (id, maker, serial, model_id, distributor_id, customer_id, created_at, updated_at) values
           (md5('held')::uuid, 'Acme', '1', md5('model')::uuid, md5('distributor')::uuid, md5('customer')::uuid, now(), now()),
           (md5('stock')::uuid, 'Acme', '2', md5('model')::uuid, null, null, now(), now());
         insert into device_credential (id, device_id, token_hmac, created_at)
           select id, id, sha256(serial::bytea), now() from device;",
    )
    .execute(&superuser)
    .await
    .expect("a registry of before");
    Migrator::up(&owner, Some(1)).await.expect("up");
    let found: Vec<String> = sqlx::query_scalar(
        "select d.serial || case when (c.customer_id, c.distributor_id) is not distinct from
             (md5('customer')::uuid, md5('distributor')::uuid) then ': its holder''s'
           when num_nonnulls(c.customer_id, c.distributor_id) = 0 then ': nobody''s' end
         from device_credential c join device d on d.id = c.device_id order by 1",
    )
    .fetch_all(&superuser)
    .await
    .expect("look");
    assert_eq!(found, ["1: its holder's", "2: nobody's"]);
}

/// Names that were stored before names were folded are written as they would be now. Where a unique key has the other
/// writing already, the name stays; of several that become the same, the first one gets it.
#[tokio::test]
async fn names_of_before_are_folded_where_no_key_is_in_the_way() {
    let cluster = Cluster::start().await;
    let database = cluster.database("names").await;
    let (owner, superuser) = (database.as_owner().await, database.as_superuser().await);
    let before = Migrator::migrations()
        .iter()
        .position(|migration| migration.name() == "m0039_names_are_found")
        .and_then(|before| u32::try_from(before).ok());
    Migrator::up(&owner, before).await.expect("up to the one before");
    sqlx::raw_sql(
        r"insert into distributor (id, name, created_at) values (gen_random_uuid(), E' De\u0301pot\u00a0\u3000Nord ', now());
         insert into customer (id, name, created_at) values (md5('c')::uuid, E'Zoe\u0308 Clinic', now()),
           (gen_random_uuid(), U&'Zo\00eb Clinic', now()), (gen_random_uuid(), E'\u00a0', now()),
           (gen_random_uuid(), repeat(U&'\0958', 200), now());
         insert into hub (id, serial, name, created_at) values (gen_random_uuid(), 'H', E'Cafe\u0301', now());
         insert into device_model (id, maker, name, kinds, transport, created_at)
           select gen_random_uuid(), v.maker, v.name, '{weight}', 'cellular', timestamptz '2026-01-01Z' + v.day * interval '1 day'
           from (values ('Acme', E'A\u0301', 1), ('Acme', U&'\00c1', 2), ('Acme', E'O\u0301', 3),
             ('Acme', E'O\u0301 ', 4), ('Bell', E'A\u0301', 5)) v(maker, name, day);
         insert into site (id, customer_id, name, created_at, archived_at)
           select gen_random_uuid(), md5('c')::uuid, v.name, timestamptz '2026-01-01Z' + v.day * interval '1 day', v.gone
           from (values (E'Se\u0301', 1, null::timestamptz), (U&'s\00e9', 2, null), (E'E\u0301', 3, null),
             (E'E\u0301 ', 4, null), (E'Se\u0301', 5, now())) v(name, day, gone);
         insert into care_team (id, customer_id, name, created_at) values
           (gen_random_uuid(), md5('c')::uuid, E'Te\u0301am', now());",
    )
    .execute(&superuser)
    .await
    .expect("names of before");
    Migrator::up(&owner, Some(1)).await.expect("up");
    let read = async |sql: &'static str| -> Vec<String> {
        sqlx::query_scalar(sql).fetch_all(&superuser).await.expect(sql)
    };
    assert_eq!(read("select name from distributor").await, ["D\u{e9}pot Nord"]);
    // They were two of one name before; what would be nothing, or too long, stays.
    let long = "\u{958}".repeat(200);
    assert_eq!(
        read(r#"select name from customer order by name collate "C""#).await,
        ["Zo\u{eb} Clinic", "Zo\u{eb} Clinic", "\u{a0}", &long]
    );
    assert_eq!(read("select name from hub").await, ["Caf\u{e9}"]);
    assert_eq!(
        read("select name from device_model order by created_at").await,
        ["A\u{301}", "\u{c1}", "\u{d3}", "O\u{301} ", "\u{c1}"]
    );
    assert_eq!(
        read("select name from site order by created_at").await,
        ["Se\u{301}", "s\u{e9}", "\u{c9}", "E\u{301} ", "S\u{e9}"]
    );
    assert_eq!(read("select name from care_team").await, ["T\u{e9}am"]);
}

/// A transaction that changes the registry bumps the epoch once, however much it changes. The epoch counts above its last
/// 20 bits, which are random.
#[tokio::test]
async fn a_change_of_the_registry_bumps_its_epoch_once() {
    let cluster = Cluster::start().await;
    let database = cluster.migrated("epoch").await;
    let superuser = database.as_superuser().await;
    let epoch = async || -> i64 {
        sqlx::query_scalar("select epoch from registry_epoch")
            .fetch_one(&superuser)
            .await
            .expect("read the epoch")
    };
    let app = database.as_app().await;
    let change = async |statement: &'static str| {
        let mut tx = app.begin().await.expect("begin");
        sqlx::query("select set_config('role', 'vw_system', true)")
            .execute(&mut *tx)
            .await
            .expect("be the system");
        sqlx::raw_sql(statement)
            .execute(&mut *tx)
            .await
            .unwrap_or_else(|error| panic!("{statement}: {error}"));
        tx.commit().await.expect("commit");
    };
    let count = async || epoch().await >> 20;
    let (first, before) = (epoch().await, count().await);
    change(
        "insert into customer (id, name, created_at) values (gen_random_uuid(), 'a', now()), (gen_random_uuid(), 'b', now());
         insert into hub (id, serial, name, created_at) values (gen_random_uuid(), 'H', 'H', now())",
    )
    .await;
    assert_eq!(count().await, before + 1);
    assert_ne!(epoch().await & 0xf_ffff, first & 0xf_ffff, "one in a million");
    change("update hub set last_seen_at = now()").await;
    assert_eq!(
        count().await,
        before + 1,
        "a hub's last sign of life is no change"
    );
    change("update hub set name = 'kitchen', state = 'retired'").await;
    assert_eq!(count().await, before + 2);
}

/// Keys that hubs held before there was a table for them are in it: the migrations run as whoever owns the tables, and the
/// policies would hide every hub.
#[tokio::test]
async fn the_keys_that_hubs_hold_are_written_down() {
    let cluster = Cluster::start().await;
    let database = cluster.database("keys").await;
    let (owner, superuser) = (database.as_owner().await, database.as_superuser().await);
    let before = Migrator::migrations()
        .iter()
        .position(|migration| migration.name() == "m0013_hub_keys")
        .expect("it is one of ours");
    Migrator::up(&owner, Some(u32::try_from(before).expect("a few")))
        .await
        .expect("what was there before");
    sqlx::raw_sql(
        "insert into hub (id, serial, name, state, public_key, fingerprint, claimed_at, created_at) values
           (gen_random_uuid(), 'claimed', 'H', 'active', decode(repeat('ab', 32), 'hex'), 'aa:bb', '2026-02-01Z', '2026-01-01Z'),
           (gen_random_uuid(), 'bare', 'H', 'inactive', decode(repeat('00', 32), 'hex'), null, null, '2026-01-01Z'),
           (gen_random_uuid(), 'fresh', 'H', 'unclaimed', null, null, null, '2026-01-01Z')",
    )
    .execute(&superuser)
    .await
    .expect("hubs");
    Migrator::up(&owner, None).await.expect("up");
    let kept: Vec<(String, String, bool, bool)> = sqlx::query_as(
        "select h.serial, k.fingerprint, k.public_key = h.public_key and k.valid_from = coalesce(h.claimed_at, h.created_at),
           k.valid_until is null
         from hub_key k join hub h on h.id = k.hub_id order by 1",
    )
    .fetch_all(&superuser)
    .await
    .expect("keys");
    assert_eq!(
        kept,
        [
            // Half the SHA-256 of the key, as a claim writes it.
            ("bare", "66:68:7a:ad:f8:62:bd:77:6c:8f:c1:8b:8e:9f:8e:20"),
            ("claimed", "aa:bb"),
        ]
        .map(|(serial, fingerprint)| (serial.to_owned(), fingerprint.to_owned(), true, true))
    );
}

/// Servers rely on the epoch. A change that could not give it another value must not pass.
#[tokio::test]
async fn no_change_of_the_registry_passes_without_another_epoch() {
    let cluster = Cluster::start().await;
    let database = cluster.migrated("owners").await;
    let superuser = database.as_superuser().await;
    sqlx::raw_sql(
        "create role somebody_else;
         grant select, update on registry_epoch to somebody_else;
         alter function vw_bump_registry_epoch() owner to somebody_else",
    )
    .execute(&superuser)
    .await
    .expect("change the owner");
    let changed =
        sqlx::raw_sql("insert into customer (id, name, created_at) values (gen_random_uuid(), 'a', now())")
            .execute(&superuser)
            .await;
    let refused = changed.expect_err("it is refused").to_string();
    assert!(refused.contains("may not write its epoch"), "{refused}");
}
