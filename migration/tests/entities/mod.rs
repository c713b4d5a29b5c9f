//! That the entities are the tables: every table has one, and every column is what the entity says.

mod texts;
mod values;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use sea_orm::sea_query::ColumnType;
use sea_orm::{
    ColumnTrait, DatabaseConnection, EntityTrait, IdenStatic as _, Iterable as _, PrimaryKeyToColumn as _,
};
use vitalwire_entity::*;

use crate::support::Cluster;
use crate::support::rows::World;

/// A column: its PostgreSQL type, whether it may be null, and whether it is in the primary key.
type Column = (String, bool, bool);
/// Columns by table and name.
type Tables = BTreeMap<String, BTreeMap<String, Column>>;

/// Does something with every entity.
macro_rules! for_every_entity {
    ($visit:ident($($argument:expr),*) $($await:tt)*) => {
        for_every_entity!(@each $visit($($argument),*) [$($await)*]
            archive_day assignment care_team care_team_member care_team_site case_note contact customer customer_stream delivery delivery_attempt device device_credential device_import
            device_import_line device_model device_order device_return
            device_status device_vitality_day distributor endpoint event hub hub_claim_code hub_command hub_heartbeat hub_key hub_log
            hub_status hub_vitality_day invitation job_lease mail_outbox
            master_key_check minute_tally order_counter order_item order_line order_parcel order_step organisation_event outbox password_reset quarantine raw_message reading reading_key refusal
            registry_epoch return_item session shelved_event site site_member source state_change support_case usage_delivery_day usage_device_day usage_hub_day user_account user_password)
    };
    (@each $visit:ident $arguments:tt $await:tt $($table:ident)+) => {
        $(for_every_entity!(@one $visit $arguments $await $table);)+
    };
    (@one $visit:ident($($argument:expr),*) [$($await:tt)*] $table:ident) => {
        $visit($($argument,)* $table::Entity)$($await)*
    };
}

/// What the entity says of its table.
fn describe<E: EntityTrait>(tables: &mut Tables, entity: E) {
    let key: BTreeSet<String> = E::PrimaryKey::iter()
        .map(|part| part.into_column().as_str().to_owned())
        .collect();
    let columns = E::Column::iter()
        .map(|column| {
            let (name, definition) = (column.as_str().to_owned(), column.def());
            let is_key = key.contains(&name);
            (
                name,
                (
                    type_name(definition.get_column_type()),
                    definition.is_null(),
                    is_key,
                ),
            )
        })
        .collect();
    let twice = tables.insert(entity.table_name().to_owned(), columns);
    assert!(twice.is_none(), "two entities of {}", entity.table_name());
}

/// PostgreSQL's own name of a type.
fn type_name(column_type: &ColumnType) -> String {
    let name = match column_type {
        ColumnType::Uuid => "uuid",
        ColumnType::Text | ColumnType::String(_) => "text",
        ColumnType::TimestampWithTimeZone => "timestamptz",
        ColumnType::Date => "date",
        ColumnType::SmallInteger => "int2",
        ColumnType::Integer => "int4",
        ColumnType::BigInteger => "int8",
        ColumnType::Boolean => "bool",
        ColumnType::JsonBinary => "jsonb",
        ColumnType::Json => "json",
        ColumnType::Blob | ColumnType::VarBinary(_) => "bytea",
        ColumnType::Array(inner) => return format!("_{}", type_name(inner)),
        other => panic!("{other:?} is no type of ours"),
    };
    name.to_owned()
}

#[tokio::test]
async fn every_table_is_what_its_entity_says() {
    let cluster = Cluster::start().await;
    let database = cluster.migrated("shapes").await;
    let columns: Vec<(String, String, String, bool, bool)> = sqlx::query_as(
        "select c.table_name::text, c.column_name::text, c.udt_name::text, c.is_nullable = 'YES',
                exists (select from information_schema.table_constraints t
                        join information_schema.key_column_usage k using (constraint_schema, constraint_name, table_name)
                        where t.constraint_type = 'PRIMARY KEY' and t.table_name = c.table_name
                          and k.column_name = c.column_name)
         from information_schema.columns c
         join pg_class p on p.relname = c.table_name and p.relnamespace = 'public'::regnamespace
         where c.table_schema = 'public' and not p.relispartition and c.table_name <> 'seaql_migrations'",
    )
    .fetch_all(&database.as_superuser().await)
    .await
    .expect("read the columns");
    let mut found = Tables::new();
    for (table, column, column_type, nullable, key) in columns {
        found
            .entry(table)
            .or_default()
            .insert(column, (column_type, nullable, key));
    }

    let mut said = Tables::new();
    for_every_entity!(describe(&mut said));
    assert_eq!(
        said.keys().collect::<Vec<_>>(),
        found.keys().collect::<Vec<_>>(),
        "entities on the left, tables on the right"
    );
    for (table, columns) in &found {
        assert_eq!(
            &said[table], columns,
            "{table}: its entity on the left, its columns on the right"
        );
    }
}

async fn select<E: EntityTrait>(
    database: &DatabaseConnection,
    counts: &mut BTreeMap<String, usize>,
    entity: E,
) {
    let rows = E::find()
        .all(database)
        .await
        .unwrap_or_else(|error| panic!("{}: {error}", entity.table_name()));
    counts.insert(entity.table_name().to_owned(), rows.len());
}

/// Empty and with a row in it, which [`World::write`] has compared with what it wrote.
#[tokio::test]
async fn every_entity_can_be_written_and_read() {
    let cluster = Cluster::start().await;
    let database = cluster.migrated("rows").await;
    let superuser = database.as_superuser().await;
    let now: DateTime<Utc> = sqlx::query_scalar("select now()")
        .fetch_one(&superuser)
        .await
        .expect("ask for the time");
    let reader = DatabaseConnection::from(superuser);

    let mut counts = BTreeMap::new();
    for_every_entity!(select(&reader, &mut counts).await);
    assert_eq!(counts.remove("registry_epoch"), Some(1));
    assert!(counts.values().all(|count| *count == 0), "{counts:?}");

    World::new(1, now).write(&database.as_app().await.into()).await;
    for_every_entity!(select(&reader, &mut counts).await);
    assert!(counts.values().all(|count| *count > 0), "{counts:?}");
}
