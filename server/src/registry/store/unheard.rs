//! Active devices that were never heard, over `device`, `device_status` and `assignment`.

use sqlx::{Connection as _, PgPool};
use uuid::Uuid;

use crate::tenancy::in_good_time;

/// Periods that are marked at a time.
const AT_ONCE: u64 = 500;

/// Active devices that were placed before a time, the parameter `placed`, and never heard; `of` narrows down whose. Looked at
/// are those alone whose period bears no mark that its device was heard in it: the few that were not, and those that were heard
/// since [`system_mark_periods`] was last here. They come as an array, of which the planner expects few; a device that nobody
/// holds is not active.
pub(super) fn never_heard(placed: &str, of: &str) -> String {
    format!(
        "select v.id, v.customer_id, v.distributor_id, v.site_id from device v
         where v.state = 'active' {of} and not exists (select from device_status n where n.device_id = v.id)
           and v.id = any(array(select a.device_id from assignment a where a.valid_until is null and a.device_id is not null
             and a.customer_id is not null and not a.is_heard and a.valid_from < {placed}))"
    )
}

/// Marks the periods of customers that last and whose device was heard in them.
pub(in crate::registry) async fn system_mark_periods(system: &PgPool) -> Result<(), sqlx::Error> {
    while system_mark_some(system).await? == AT_ONCE {}
    Ok(())
}

/// They are locked before it is asked what was heard: whoever takes that away meanwhile waits for the mark, and takes it away
/// as well. Those that somebody is changing are left for the next time. Returns how many were marked.
async fn system_mark_some(system: &PgPool) -> Result<u64, sqlx::Error> {
    const HEARD: &str = "select a.id from assignment a join device_status s on s.device_id = a.device_id
        where a.valid_until is null and a.device_id is not null and a.customer_id is not null and not a.is_heard
          and s.customer_id = a.customer_id and not s.is_unsure
        limit $1 for no key update of a skip locked";
    const MARK: &str = "update assignment a set is_heard = true from device_status s
        where a.id = any($1) and a.valid_until is null and s.device_id = a.device_id
          and s.customer_id = a.customer_id and not s.is_unsure";
    in_good_time(system, async |connection| {
        let mut tx = connection.begin().await?;
        let limit = i64::try_from(AT_ONCE).unwrap_or(i64::MAX);
        let periods: Vec<Uuid> = sqlx::query_scalar(HEARD).bind(limit).fetch_all(&mut *tx).await?;
        let marked = sqlx::query(MARK).bind(periods).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(marked.rows_affected())
    })
    .await
}
