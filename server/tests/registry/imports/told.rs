//! How much is told of what is wrong with a file.

use std::fmt::Write as _;

use vitalwire_server::registry::imports::{self, Into};
use vitalwire_server::tenancy::Scope as _;

use super::{receive, seen};
use crate::world::World;

const MORE: &str = "there are more: mend these and bring the file again";

/// The file of what is wrong with so many lines, of which each has two faults, and one more with one.
async fn problems(world: &World, twice_wrong: usize, once_wrong: usize) -> String {
    let mut text = "maker,serial,model\n".to_owned();
    for line in 0..twice_wrong {
        writeln!(text, "Acme,,Unheard of {}", line % 3).unwrap();
    }
    for line in 0..once_wrong {
        writeln!(text, "Acme,W{line},Unheard of").unwrap();
    }
    let id = receive(world, world.admin(), &text, Into::default())
        .await
        .unwrap();
    let import = seen(world, world.admin(), id).await;
    assert_eq!(usize::try_from(import.wrong).unwrap(), twice_wrong + once_wrong);
    world
        .admin()
        .run(&world.database, async |tx| imports::problems(tx, id).await)
        .await
        .unwrap()
}

#[tokio::test]
async fn of_ten_thousand_problems_and_more_the_first_are_told() {
    let world = World::new().await;
    assert_eq!(imports::MOST_PROBLEMS, 10_000);
    let all = problems(&world, 4_999, 2).await;
    assert_eq!(
        all.lines().count(),
        1 + 10_000,
        "as many as are told, and no word of more"
    );
    assert!(!all.contains(MORE));
    let some = problems(&world, 4_999, 3).await;
    assert_eq!(some.lines().count(), 1 + 10_000 + 1);
    let last = some.lines().last().unwrap();
    assert!(last.contains(MORE), "{last}");
    assert!(last.starts_with("5003,"), "the line where it goes on: {last}");
    // Far beyond it, no more is told.
    let many = problems(&world, 6_000, 0).await;
    assert_eq!(many.lines().count(), 1 + 10_000 + 1);
    assert!(many.lines().last().unwrap().starts_with("5002,"));
}
