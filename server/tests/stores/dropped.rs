//! A request ends when its client hangs up, at whatever await it is.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use sqlx::PgPool;
use vitalwire_server::tenancy::{Database, Pools, SystemScope, Tx};

use crate::cluster::Cluster;

#[tokio::test]
async fn a_transaction_that_is_dropped_while_it_begins_leaves_no_connection_inside_it() {
    let (url, superuser) = Cluster::get().await.database().await;
    let sql = PgPool::connect(&superuser).await.unwrap();
    let pools = Pools {
        requests: 1,
        ..Pools::default()
    };
    let database = Database::connect(&url, pools, false).await.unwrap();
    let scope = SystemScope::for_purpose("begin and be dropped");
    for polls in 1..60 {
        {
            let mut beginning = pin!(Tx::begin(&scope, &database));
            for _ in 0..polls {
                if poll_fn(|cx| Poll::Ready(beginning.as_mut().poll(cx)))
                    .await
                    .is_ready()
                {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        // On the same connection, so that whatever was left to do has been done.
        database.ping().await.unwrap();
        let inside: i64 = sqlx::query_scalar(
            "select count(*) from pg_stat_activity where datname = current_database() \
             and pid <> pg_backend_pid() and state like 'idle in transaction%'",
        )
        .fetch_one(&sql)
        .await
        .unwrap();
        assert_eq!(inside, 0, "dropped after {polls} polls");
    }
}
