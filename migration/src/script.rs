//! A migration that is a pair of SQL scripts.

use sea_orm_migration::prelude::*;

/// One migration: its name, which orders it for ever, and what it does and undoes.
#[derive(Debug, Clone, Copy)]
pub struct Script {
    name: &'static str,
    up: &'static str,
    down: &'static str,
}

macro_rules! script {
    ($name:literal) => {
        Script {
            name: $name,
            up: include_str!(concat!("sql/", $name, ".up.sql")),
            down: include_str!(concat!("sql/", $name, ".down.sql")),
        }
    };
}

/// Every script in the order in which it runs.
pub(crate) const ALL: &[Script] = &[
    script!("m0001_roles"),
    script!("m0002_organisations"),
    script!("m0003_identity"),
    script!("m0004_registry"),
    script!("m0005_readings"),
    script!("m0006_forwarding"),
    script!("m0007_usage"),
    script!("m0008_operations"),
    script!("m0009_partitions"),
    script!("m0010_quarantine_size"),
    script!("m0011_epoch_is_used_once"),
    script!("m0012_tokens_know_their_holder"),
    script!("m0013_hub_keys"),
    script!("m0014_domains_of_a_commit"),
    script!("m0015_hourly_counts_in_place"),
    script!("m0016_finance_and_permissions"),
    script!("m0017_registry_of_the_card"),
    script!("m0018_invitations"),
    script!("m0019_imports"),
    script!("m0020_hub_fleet"),
    script!("m0022_cases"),
    script!("m0023_orders"),
    script!("m0025_who_made_whom"),
    script!("m0026_vitality"),
    // It confines every table that there is by then; a later one that makes a table for customers calls `vw_confine_things`.
    script!("m0027_sites"),
    script!("m0028_in_good_time"),
    script!("m0029_each_its_own_word"),
    script!("m0030_what_models_report"),
    script!("m0031_quarantine_is_dismissed"),
    script!("m0032_history_of_organisations"),
    script!("m0033_counted_from_indexes"),
    script!("m0034_states_have_a_who"),
    script!("m0035_when_organisations_closed"),
    script!("m0036_what_went_back"),
    script!("m0037_heard_for_its_holder"),
    script!("m0038_what_wants_somebody"),
    script!("m0039_names_are_found"),
    script!("m0040_heard_in_its_period"),
    script!("m0041_given_back"),
    script!("m0042_sources"),
    script!("m0043_packed_messages"),
    script!("m0044_retention"),
    script!("m0045_archive"),
    script!("m0046_a_commit_writes_less"),
    script!("m0047_shared_messages"),
    script!("m0048_archive_runs"),
    script!("m0049_own_messages"),
    script!("m0050_values_as_written"),
    script!("m0051_arrays_of_composites"),
];

impl MigrationName for Script {
    fn name(&self) -> &str {
        self.name
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Script {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .get_connection()
            .execute_unprepared(self.up)
            .await
            .map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .get_connection()
            .execute_unprepared(self.down)
            .await
            .map(drop)
    }
}
