//! Wake-ups between processes, and leases.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use vitalwire_server::queue::{Leases, Published, Signals};

use crate::world::World;

const DEADLINE: Duration = Duration::from_mins(1);

#[tokio::test(flavor = "multi_thread")]
async fn one_process_hears_of_another_s_commits_and_events() {
    let world = World::new().await;
    let customer = world.customer("Ida").await;
    let stop = CancellationToken::new();
    let pool = || world.database.system_forwarding().clone();
    let [here, there] = [(); 2].map(|()| Signals::start(world.ground.clone(), pool(), stop.clone()));
    let mut watching = there.subscribe();
    world
        .until(
            "select count(*) from pg_stat_activity where query ilike 'listen%' and state = 'idle'",
            2,
        )
        .await;

    here.committed();
    tokio::time::timeout(DEADLINE, there.router_wait(DEADLINE * 2))
        .await
        .expect("the other router wakes");
    here.published(&[customer.id]);
    let heard = async {
        loop {
            if let Published::Customers(customers) = watching.recv().await.unwrap() {
                return customers;
            }
        }
    };
    let customers = tokio::time::timeout(DEADLINE, heard)
        .await
        .expect("the other pages hear");
    assert_eq!(*customers, [customer.id]);
    stop.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_has_one_holder_and_its_fence_grows_when_it_changes_hands() {
    let world = World::new().await;
    let pool = world.database.system_forwarding().clone();
    let [first, second] = [(); 2].map(|()| Leases::new(&world.ground, pool.clone(), Duration::from_hours(1)));
    let names = ["a".to_owned(), "b".to_owned()];
    let held = first.hold(&names).await.unwrap();
    assert_eq!(held.len(), 2);
    assert_eq!(
        first.hold(&names).await.unwrap(),
        held,
        "renewing keeps the fence"
    );
    assert!(second.hold(&names).await.unwrap().is_empty());
    first.release(&names[..1]).await.unwrap();
    let taken = second.hold(&names).await.unwrap();
    assert_eq!(taken.len(), 1);
    assert!(taken[0].name == "a" && taken[0].fence > held[0].fence);
    assert_eq!(
        first.hold(&names).await.unwrap().len(),
        1,
        "what went to another is not renewed"
    );
}
