//! What the platform and a distributor note for themselves about a case.

use uuid::Uuid;

use super::{CUSTOMER, DISTRIBUTOR, Tenant, take, two_worlds};
use crate::support::{Cluster, Database};

/// What a tenant reads of the notes of its own case.
async fn notes(database: &Database<'_>, tenant: Tenant, id: Uuid) -> Vec<String> {
    let mut tx = database.as_app().await.begin().await.expect("begin");
    take(&mut tx, tenant, Some(id)).await;
    let notes = "select coalesce(text, state) from case_note where customer_id is not null order by 1";
    let found = sqlx::query_scalar(notes).fetch_all(&mut *tx).await;
    found.expect("read the notes")
}

#[tokio::test]
async fn an_internal_note_is_read_by_no_customer() {
    let cluster = Cluster::start().await;
    let database = cluster.migrated("internal").await;
    let (world, _) = two_worlds(&database).await;
    assert_eq!(notes(&database, CUSTOMER, world.id()).await, ["waiting"]);
    assert_eq!(
        notes(&database, DISTRIBUTOR, world.id()).await,
        ["between us", "waiting"]
    );
}

#[tokio::test]
async fn a_customer_that_moves_takes_its_cases_along_without_internal_notes() {
    let cluster = Cluster::start().await;
    let database = cluster.migrated("moving").await;
    let (world, other) = two_worlds(&database).await;
    let (id, from): (Uuid, Uuid) = (world.id(), world.id());
    let to: Uuid = other.id();
    let superuser = database.as_superuser().await;
    let assign = "update support_case set assignee = $2 where customer_id = $1";
    let staff = Uuid::from_u128(1001);
    let assigned = sqlx::query(assign).bind(id).bind(staff).execute(&superuser).await;
    assigned.expect("give it to the distributor's staff");
    let mut tx = database.as_app().await.begin().await.expect("begin");
    sqlx::query("select set_config('role', 'vw_system', true)")
        .execute(&mut *tx)
        .await
        .expect("be the system");
    sqlx::query("update customer set distributor_id = $2 where id = $1")
        .bind(id)
        .bind(to)
        .execute(&mut *tx)
        .await
        .expect("move the customer");
    tx.commit().await.expect("commit");

    assert_eq!(notes(&database, DISTRIBUTOR, from).await, ["between us"]);
    let of_both = notes(&database, DISTRIBUTOR, to).await;
    assert_eq!(
        of_both,
        ["between us", "waiting", "waiting"],
        "its own note, not the other's"
    );
    let left = "select distributor_id, assignee from support_case where customer_id = $1";
    let left: (Option<Uuid>, Option<Uuid>) = sqlx::query_as(left)
        .bind(id)
        .fetch_one(&superuser)
        .await
        .expect("read the case");
    assert_eq!(left, (Some(to), None));
}
