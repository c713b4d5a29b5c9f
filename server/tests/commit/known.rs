//! A reading that arrived before is found out, whatever was foreseen.

use chrono::TimeDelta;
use vitalwire_server::history::commit::{Row, Verdict};

use crate::world::{HOUR, Way, World};

/// The same reading in another message.
fn again(world: &World, row: &Row) -> Row {
    let other = world.row(Way::Token, HOUR, None);
    Row {
        id: other.id,
        raw: other.raw,
        ..row.clone()
    }
}

#[tokio::test]
async fn a_known_reading_is_answered_with_its_first_id_and_a_new_one_beside_it_is_taken() {
    let world = World::new().await;
    let memory = world.memory(Way::Token).await;
    let first = world.row(Way::Token, HOUR, memory);
    assert_eq!(world.verdict(first.clone()).await, Verdict::Accepted(first.id));
    let new = world.row(Way::Token, HOUR, memory);
    let verdicts = world.commit(vec![again(&world, &first), new.clone()]).await;
    assert_eq!(
        verdicts,
        [Verdict::Duplicate(first.id), Verdict::Accepted(new.id)]
    );
}

#[tokio::test]
async fn of_two_alike_in_one_commit_one_is_the_first() {
    let world = World::new().await;
    let memory = world.memory(Way::Hub).await;
    let row = world.row(Way::Hub, HOUR, memory);
    let verdicts = world.commit(vec![row.clone(), again(&world, &row)]).await;
    let accepted = verdicts
        .iter()
        .filter(|verdict| matches!(verdict, Verdict::Accepted(_)));
    assert_eq!(accepted.count(), 1, "{verdicts:?}");
    let kept: i64 = sqlx::query_scalar("select count(*) from reading")
        .fetch_one(&world.sql)
        .await
        .unwrap();
    assert_eq!(kept, 1);
}

/// It came with a time that could not be true then, and comes again when it can.
#[tokio::test]
async fn a_reading_under_the_fixed_day_is_known() {
    let world = World::new().await;
    let memory = world.memory(Way::Token).await;
    let early = world.row_at(Way::Token, Some(world.ground.now() + TimeDelta::days(30)), memory);
    assert_eq!(world.verdict(early.clone()).await, Verdict::Accepted(early.id));
    let timely = Row {
        device_time_ms: world.row(Way::Token, HOUR, None).device_time_ms,
        ..again(&world, &early)
    };
    assert_eq!(world.verdict(timely.clone()).await, Verdict::Duplicate(early.id));
    // What is known of the fixed day by now hides nothing and holds nothing up.
    for way in [Way::Token, Way::Hub] {
        let new = world.row(way, HOUR, world.memory(way).await);
        let verdicts = world.commit(vec![again(&world, &timely), new.clone()]).await;
        assert_eq!(
            verdicts,
            [Verdict::Duplicate(early.id), Verdict::Accepted(new.id)]
        );
    }
}

/// That something of a customer stands under the fixed day is found out once; from then on each reading is looked up there.
#[rstest::rstest]
#[case(Way::Token)]
#[case(Way::Hub)]
#[tokio::test]
async fn beside_others_under_the_fixed_day_a_new_reading_is_taken(#[case] way: Way) {
    let world = World::new().await;
    let memory = world.memory(way).await;
    let undated = world.row_at(way, None, memory);
    assert_eq!(
        world.verdict(undated.clone()).await,
        Verdict::Accepted(undated.id)
    );
    for _ in 0..2 {
        let new = world.row(way, HOUR, memory);
        assert_eq!(world.verdict(new.clone()).await, Verdict::Accepted(new.id));
    }
    let verdict = world.verdict(again(&world, &undated)).await;
    assert_eq!(verdict, Verdict::Duplicate(undated.id));
}

impl World {
    /// The device is the other customer's from an hour from now on.
    async fn hand_over(&self) {
        self.change(
            "update assignment set valid_until = now() + interval '1 hour' where device_id = $device",
        )
        .await;
        self.change(
            "insert into assignment (id, device_id, customer_id, valid_from, created_at)
             select gen_random_uuid(), $device, $other, max(valid_until), now() from assignment where device_id = $device",
        )
        .await;
        self.change("update device set ever_moved = true where id = $device")
            .await;
    }
}

/// Whose a time that cannot be true makes a reading is not known once the device has moved. That this one came before is, by
/// who speaks for the holder who has it; from a sender who speaks for anybody it may be the next holder's measurement.
#[rstest::rstest]
#[case::token_of_the_maker(Way::Token, "select", false)]
#[case::token_of_the_holder(Way::Token, "update device_credential set customer_id = $ours", true)]
#[case::token_of_the_next(Way::Token, "update device_credential set customer_id = $other", false)]
#[case::handed_back(Way::Token, "update assignment set customer_id = $ours", true)]
#[case::hub(Way::Hub, "select", true)]
#[case::hub_that_moved(Way::Hub, "update hub set customer_id = $other where id = $hub", false)]
#[case::source(Way::Source, "select", true)]
#[case::source_of_the_next(Way::Source, "update source set customer_id = $other", false)]
#[case::source_of_the_platform(Way::Source, "update source set customer_id = null", false)]
#[tokio::test]
async fn what_came_before_the_device_moved_is_known_after(
    #[case] way: Way,
    #[case] then: &'static str,
    #[case] is_known: bool,
) {
    let world = World::new().await;
    let early = world.row_at(way, None, world.memory(way).await);
    assert_eq!(world.verdict(early.clone()).await, Verdict::Accepted(early.id));
    let late = world.row(way, TimeDelta::days(9), world.memory(way).await);
    assert_eq!(world.verdict(late.clone()).await, Verdict::Accepted(late.id));
    world.hand_over().await;
    world.change(then).await;
    world.clock.advance(TimeDelta::days(40));
    for known in [&early, &late] {
        let wanted = if is_known {
            Verdict::Duplicate(known.id)
        } else {
            Verdict::ClockSuspectMoved
        };
        assert_eq!(world.verdict(again(&world, known)).await, wanted);
    }
    let another = world.row_at(way, None, world.memory(way).await);
    assert_eq!(world.verdict(another).await, Verdict::ClockSuspectMoved);
}
