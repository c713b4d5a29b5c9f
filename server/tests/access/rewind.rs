//! The things that routes change, put back as they were, so that the order in which routes are asked does not matter.

use sqlx::{AssertSqlSafe, PgPool};

/// Tables whose rows are changed but never removed: their columns are set back.
const CHANGED: [&str; 12] = [
    "distributor",
    "customer",
    "device",
    "hub",
    "endpoint",
    "user_account",
    "invitation",
    "device_import",
    "support_case",
    "site",
    "source",
    "quarantine",
];
/// Tables whose rows come and go: they are made anew.
const REPLACED: [&str; 16] = [
    "assignment",
    "state_change",
    "contact",
    "delivery",
    "device_credential",
    // What refers to others stands before them.
    "care_team_member",
    "care_team_site",
    "site_member",
    "care_team",
    "order_step",
    "order_item",
    "order_line",
    "order_parcel",
    "device_order",
    "return_item",
    "device_return",
];

/// What there was.
pub(crate) struct Rewind {
    sql: PgPool,
    statements: Vec<String>,
}

impl Rewind {
    /// Remembers what there is now.
    pub(crate) async fn to_now(sql: &PgPool) -> Self {
        let mut statements = Vec::new();
        for table in CHANGED.into_iter().chain(REPLACED) {
            run(
                sql,
                &format!("create table as_it_was_{table} as select * from {table}"),
            )
            .await;
        }
        for table in REPLACED {
            statements.push(format!("delete from {table}"));
        }
        // Of several endpoints the pages show the first: those that came since are in the way.
        statements
            .push("delete from endpoint where id not in (select id from as_it_was_endpoint)".to_owned());
        for table in CHANGED {
            let sets = columns(sql, table).await;
            let sets: Vec<String> = sets
                .iter()
                .map(|column| format!("{column} = w.{column}"))
                .collect();
            statements.push(format!(
                "update {table} t set {} from as_it_was_{table} w where w.id = t.id and t is distinct from w",
                sets.join(", ")
            ));
        }
        for table in REPLACED.into_iter().rev() {
            let columns = columns(sql, table).await.join(", ");
            statements.push(format!(
                "insert into {table} ({columns}) select {columns} from as_it_was_{table}"
            ));
        }
        Self {
            sql: sql.clone(),
            statements,
        }
    }

    /// Puts it back.
    pub(crate) async fn rewind(&self) {
        run(&self.sql, &self.statements.join("; ")).await;
    }
}

/// The columns that can be written.
async fn columns(sql: &PgPool, table: &str) -> Vec<String> {
    sqlx::query_scalar(
        "select attname::text from pg_attribute
         where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = '' order by attnum",
    )
    .bind(table)
    .fetch_all(sql)
    .await
    .unwrap()
}

async fn run(sql: &PgPool, statements: &str) {
    sqlx::raw_sql(AssertSqlSafe(statements.to_owned()))
        .execute(sql)
        .await
        .unwrap();
}
