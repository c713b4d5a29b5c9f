//! The database ends one of two commits that wait for each other.

use vitalwire_server::history::commit::{CommitError, Verdict};

use crate::world::{HOUR, Way, World};

/// Makes the database answer so, as often as this, to whoever stores a reading. What a sequence gave is not taken back with
/// the transaction.
async fn answers(world: &World, code: &str, times: i64) {
    let texts = [
        "create sequence conflict".to_owned(),
        format!(
            "create function conflict() returns trigger security definer language plpgsql as $f$
             begin
               if nextval('conflict') <= {times} then
                 raise exception 'it is over' using errcode = '{code}';
               end if;
               return new;
             end $f$"
        ),
        "create trigger conflict before insert on reading for each row execute function conflict()"
            .to_owned(),
    ];
    for text in texts {
        sqlx::raw_sql(sqlx::AssertSqlSafe(text))
            .execute(&world.sql)
            .await
            .unwrap();
    }
}

#[rstest::rstest]
#[case::deadlock("40P01")]
#[case::serialization("40001")]
#[tokio::test]
async fn a_commit_that_lost_to_another_is_tried_again(#[case] code: &str) {
    let world = World::new().await;
    let memory = world.memory(Way::Token).await;
    answers(&world, code, 3).await;
    let row = world.row(Way::Token, HOUR, memory);
    assert_eq!(world.verdict(row.clone()).await, Verdict::Accepted(row.id));
    assert_eq!(world.owner(&row).await, Some(world.customer));
}

/// Not for ever: its sender comes back.
#[tokio::test]
async fn a_commit_that_always_loses_is_given_up() {
    let world = World::new().await;
    let memory = world.memory(Way::Token).await;
    answers(&world, "40P01", 1_000).await;
    let row = world.row(Way::Token, HOUR, memory);
    let answer = world.committer.commit(vec![row.clone()]).await;
    assert!(matches!(answer, Err(CommitError::Unavailable)), "{answer:?}");
    assert_eq!(world.owner(&row).await, None);
    sqlx::query("drop trigger conflict on reading")
        .execute(&world.sql)
        .await
        .unwrap();
    assert_eq!(world.verdict(row.clone()).await, Verdict::Accepted(row.id));
}
