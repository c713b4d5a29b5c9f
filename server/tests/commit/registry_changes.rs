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

/// What becomes of a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Becomes {
    Ours,
    Theirs,
    Refused(Verdict),
}

use Becomes::{Ours, Refused, Theirs};

#[rstest]
#[case::as_it_was(Way::Token, "select 1", Ours)]
#[case::as_it_was_by_hub(Way::Hub, "select 1", Ours)]
#[case::deactivated(
    Way::Token,
    "update device set state = 'inactive' where id = $device",
    Refused(Verdict::InactiveDevice)
)]
#[case::deactivated_behind_a_hub(
    Way::Hub,
    "update device set state = 'inactive' where id = $device",
    Refused(Verdict::InactiveDevice)
)]
#[case::gone(
    Way::Token,
    "delete from assignment where device_id = $device",
    Refused(Verdict::NoOwner)
)]
#[case::revoked(
    Way::Token,
    "update device_credential set revoked_at = now() where device_id = $device",
    Refused(Verdict::RevokedCredential)
)]
#[case::token_gone(
    Way::Token,
    "delete from device_credential where device_id = $device",
    Refused(Verdict::RevokedCredential)
)]
#[case::token_issued_for_us(
    Way::Token,
    "update device_credential set customer_id = $ours where device_id = $device",
    Ours
)]
#[case::token_issued_for_others(
    Way::Token,
    "update device_credential set customer_id = $other where device_id = $device",
    Refused(Verdict::WrongOwner)
)]
#[case::token_issued_through_others(
    Way::Token,
    "insert into distributor (id, name, created_at) values ($hub, 'Dora', now());
     update device_credential set distributor_id = $hub where device_id = $device",
    Refused(Verdict::WrongOwner)
)]
#[case::moved(Way::Token, MOVED, Theirs)]
#[case::moved_behind_a_hub(Way::Hub, MOVED, Refused(Verdict::WrongOwner))]
#[case::moved_and_our_token(
    Way::Token,
    "update device_credential set customer_id = $ours where device_id = $device;
     update assignment set valid_until = now() - interval '3 hours' where device_id = $device;
     insert into assignment (id, device_id, customer_id, valid_from, created_at)
     values (gen_random_uuid(), $device, $other, now() - interval '3 hours', now())",
    Refused(Verdict::WrongOwner)
)]
#[case::handed_back(
    Way::Token,
    "update assignment set valid_until = now() - interval '3 hours' where device_id = $device",
    Refused(Verdict::NoOwner)
)]
#[case::held_later(
    Way::Token,
    "update assignment set valid_from = now() - interval '3 minutes' where device_id = $device",
    Refused(Verdict::NoOwner)
)]
#[case::found_to_be_another_s(
    Way::Token,
    "update assignment set customer_id = $other where device_id = $device",
    Theirs
)]
#[case::hub_deactivated(
    Way::Hub,
    "update hub set state = 'inactive' where id = $hub",
    Refused(Verdict::InactiveHub)
)]
#[case::hub_moved(
    Way::Hub,
    "update hub set customer_id = $other where id = $hub",
    Refused(Verdict::WrongOwner)
)]
#[case::as_it_was_by_source(Way::Source, "select 1", Ours)]
#[case::deactivated_in_a_cloud(
    Way::Source,
    "update device set state = 'inactive' where id = $device",
    Refused(Verdict::InactiveDevice)
)]
#[case::source_deactivated(
    Way::Source,
    "update source set state = 'inactive' where id = $source",
    Refused(Verdict::InactiveSource)
)]
#[case::source_s_no_more(
    Way::Source,
    "update device set source_id = null, source_key = null where id = $device",
    Refused(Verdict::NotOfSource)
)]
#[case::moved_and_spoken_for(Way::Source, MOVED, Refused(Verdict::WrongOwner))]
#[case::source_of_others(
    Way::Source,
    "update source set customer_id = $other where id = $source",
    Refused(Verdict::WrongOwner)
)]
#[case::source_of_the_platform(Way::Source, "update source set customer_id = null where id = $source", Ours)]
#[case::moved_and_spoken_for_by_the_platform(
    Way::Source,
    "update source set customer_id = null where id = $source;
     update assignment set valid_until = now() - interval '3 hours' where device_id = $device;
     insert into assignment (id, device_id, customer_id, valid_from, created_at)
     values (gen_random_uuid(), $device, $other, now() - interval '3 hours', now())",
    Theirs
)]
#[tokio::test]
async fn an_old_memory_gets_the_verdict_that_asking_gets(
    #[case] way: Way,
    #[case] change: &str,
    #[case] becomes: Becomes,
) {
    let world = World::new().await;
    let memory = world.memory(way).await;
    assert!(memory.is_some(), "there is something to remember");
    world.change(change).await;
    let fresh = world.memory(way).await;
    for (memory, how) in [
        (memory, "remembered"),
        (None, "asked"),
        (fresh, "remembered anew"),
    ] {
        let row = world.row(way, HOUR, memory);
        let verdict = world.verdict(row.clone()).await;
        let owner = world.owner(&row).await;
        let became = match owner {
            Some(owner) if owner == world.customer => Ours,
            Some(owner) if owner == world.other_customer => Theirs,
            _ => Refused(verdict),
        };
        assert_eq!(became, becomes, "{how}");
        assert_eq!(verdict == Verdict::Accepted(row.id), owner.is_some(), "{how}");
    }
}

/// A hub whose key was exchanged is remembered no longer.
#[tokio::test]
async fn an_exchanged_key_is_another_epoch() {
    let world = World::new().await;
    let before = world.memory(Way::Hub).await.unwrap();
    world
        .change("update hub set public_key = sha256('another') where id = $hub")
        .await;
    let after = world.memory(Way::Hub).await.unwrap();
    assert_ne!(before.epoch(), after.epoch());
    let row = world.row(Way::Hub, HOUR, Some(before));
    world.verdict(row).await;
    assert!(!world.was_foreseen().await);
}

#[rstest]
#[case(Way::Token)]
#[case(Way::Hub)]
#[case(Way::Source)]
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
