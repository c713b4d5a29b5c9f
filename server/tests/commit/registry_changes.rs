//! No change of the registry is missed by a server that remembers how it was, whether it has been told of it or not.

use chrono::TimeDelta;
use rstest::rstest;
use vitalwire_server::history::commit::Verdict;

use crate::world::{HOUR, Way, World};

/// The second period of a device that moved three hours ago.
const MOVED: &str = "
  update assignment set valid_until = now() - interval '3 hours' where device_id = $device;
  insert into assignment (id, device_id, customer_id, valid_from, created_at)
  values (gen_random_uuid(), $device, $other, now() - interval '3 hours', now())";

#[rstest]
#[case::as_it_was("select 1", Way::Token)]
#[case::as_it_was_by_hub("select 1", Way::Hub)]
#[case::deactivated("update device set state = 'inactive' where id = $device", Way::Token)]
#[case::deactivated_behind_a_hub("update device set state = 'inactive' where id = $device", Way::Hub)]
#[case::gone("delete from assignment where device_id = $device", Way::Token)]
#[case::revoked(
    "update device_credential set revoked_at = now() where device_id = $device",
    Way::Token
)]
#[case::token_gone("delete from device_credential where device_id = $device", Way::Token)]
#[case::moved(MOVED, Way::Token)]
#[case::moved_behind_a_hub(MOVED, Way::Hub)]
#[case::handed_back(
    "update assignment set valid_until = now() - interval '3 hours' where device_id = $device",
    Way::Token
)]
#[case::held_later(
    "update assignment set valid_from = now() - interval '3 minutes' where device_id = $device",
    Way::Token
)]
#[case::found_to_be_another_s(
    "update assignment set customer_id = $other where device_id = $device",
    Way::Token
)]
#[case::hub_deactivated("update hub set state = 'inactive' where id = $hub", Way::Hub)]
#[case::hub_moved("update hub set customer_id = $other where id = $hub", Way::Hub)]
#[tokio::test]
async fn an_old_memory_gets_the_verdict_that_asking_gets(#[case] change: &'static str, #[case] way: Way) {
    let world = World::new().await;
    let memory = world.memory(way).await;
    assert!(memory.is_some(), "there is something to remember");
    world.change(change).await;
    let remembered = world.row(way, HOUR, memory);
    let asked = world.row(way, HOUR, None);
    let verdicts = [
        world.verdict(remembered.clone()).await,
        world.verdict(asked.clone()).await,
    ];
    match verdicts {
        [Verdict::Accepted(_), Verdict::Accepted(_)] => {}
        [one, other] => assert_eq!(one, other),
    }
    assert_eq!(world.owner(&remembered).await, world.owner(&asked).await);
}

#[rstest]
#[case(Way::Token)]
#[case(Way::Hub)]
#[tokio::test]
async fn what_is_remembered_is_not_asked_until_the_registry_changes(#[case] way: Way) {
    let world = World::new().await;
    let memory = world.memory(way).await;
    let row = world.row(way, HOUR, memory);
    assert_eq!(world.verdict(row.clone()).await, Verdict::Accepted(row.id));
    assert!(world.was_foreseen().await);
    assert_eq!(world.owner(&row).await, Some(world.customer));

    // Somebody else's hub comes to a customer of somebody else's.
    world
        .change(
            "insert into hub (id, serial, name, customer_id, created_at)
             select gen_random_uuid(), 'X', 'X', $other, now()",
        )
        .await;
    let row = world.row(way, HOUR, memory);
    assert_eq!(world.verdict(row.clone()).await, Verdict::Accepted(row.id));
    assert!(!world.was_foreseen().await, "what was remembered is over");
    let row = world.row(way, HOUR, world.memory(way).await);
    assert_eq!(world.verdict(row.clone()).await, Verdict::Accepted(row.id));
    assert!(world.was_foreseen().await);
}

/// Memories of two moments say nothing together, however often they are shown.
#[tokio::test]
async fn rows_remembered_at_different_epochs_are_asked_about() {
    let world = World::new().await;
    let before = world.memory(Way::Token).await;
    world
        .change("update device set state = 'inactive' where id = $device")
        .await;
    let after = world.memory(Way::Hub).await;
    for memories in [[before, after], [after, before], [before, None]] {
        let rows = memories.map(|memory| world.row(Way::Token, HOUR, memory));
        assert_eq!(world.commit(rows.to_vec()).await, [Verdict::InactiveDevice; 2]);
    }
}

#[tokio::test]
async fn a_time_that_cannot_be_true_of_a_device_that_moved_is_never_foreseen() {
    let world = World::new().await;
    world
        .change("update device set ever_moved = true where id = $device")
        .await;
    let memory = world.memory(Way::Token).await;
    let timeless = world.row_at(Way::Token, None, memory);
    assert_eq!(world.verdict(timeless).await, Verdict::ClockSuspectMoved);
    let timely = world.row(Way::Token, HOUR, memory);
    assert_eq!(world.verdict(timely.clone()).await, Verdict::Accepted(timely.id));
}

/// Also where the memory is fresh, the time may lie before what it says.
#[tokio::test]
async fn a_late_reading_belongs_to_the_holder_before() {
    let world = World::new().await;
    world.change(MOVED).await;
    let memory = world.memory(Way::Token).await;
    for (ago, owner) in [
        (TimeDelta::hours(4), Some(world.customer)),
        (TimeDelta::hours(2), Some(world.other_customer)),
        (TimeDelta::days(20), None),
    ] {
        let row = world.row(Way::Token, ago, memory);
        world.verdict(row.clone()).await;
        assert_eq!(world.owner(&row).await, owner, "{ago}");
    }
}

#[rstest]
#[case::at_another_customer("update hub set customer_id = $other where id = $hub")]
#[case::at_nobody("update hub set customer_id = null where id = $hub")]
#[case::inactive("update hub set state = 'inactive' where id = $hub")]
#[case::device_of_nobody("update assignment set customer_id = null where device_id = $device")]
#[tokio::test]
async fn a_hub_that_does_not_simply_speak_for_the_device_foresees_nothing(#[case] change: &str) {
    let world = World::new().await;
    world.change(change).await;
    assert!(world.memory(Way::Hub).await.is_none());
}
