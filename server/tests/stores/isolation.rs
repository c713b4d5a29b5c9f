//! Whatever store function a stranger calls, and whatever it is aimed at, nothing of others is told or touched.

use std::collections::BTreeSet;

use crate::aim::Aim;
use crate::shelves::{changed, shelves};
use crate::table::{Answer, Call, Is, Row, Who};
use crate::world::{Stranger, World, strangers};
use crate::{clouds, desk, forwarding, history, identity, life, orders, registry, sites, sources, usage};

/// Every row of every room.
pub(crate) fn table() -> impl Iterator<Item = &'static Row> {
    [
        history::ROWS,
        usage::ROWS,
        forwarding::ROWS,
        registry::READS,
        registry::CHANGES,
        life::READS,
        life::CHANGES,
        identity::ROWS,
        desk::ROWS,
        orders::ROWS,
        sites::ROWS,
        clouds::ROWS,
    ]
    .into_iter()
    .flatten()
}

/// The rows that a stranger can call at all.
fn rows_for(stranger: &Stranger<'_>) -> impl Iterator<Item = &'static Row> {
    let who = stranger.who;
    table().filter(move |row| row.who == Who::Either || row.who == who)
}

async fn ask(world: &World, row: &Row, stranger: &Stranger<'_>, own: &Aim, at: &Aim) -> Answer {
    let by = stranger.caller;
    (row.call)(&Call { world, own, by, at }).await
}

/// What went wrong, all of it, so that one leak does not hide the next.
#[derive(Default)]
struct Findings(Vec<String>);

impl Findings {
    fn check(&mut self, row: &Row, who: Who, is_good: bool, what: impl FnOnce() -> String) {
        if !is_good {
            self.0
                .push(format!("{} as {who:?} ({:?}): {}", row.function, row.is, what()));
        }
    }

    fn none_may_be(self) {
        assert!(self.0.is_empty(), "\n{}\n", self.0.join("\n"));
    }
}

/// What each stranger is told of its own, in the order of the table.
async fn told(world: &World, ours: &Aim, nobody: &Aim) -> Vec<Answer> {
    let mut answers = Vec::new();
    for stranger in strangers(ours, nobody) {
        for row in rows_for(&stranger).filter(|row| row.is.a_read()) {
            answers.push(ask(world, row, &stranger, ours, ours).await);
        }
    }
    answers
}

#[tokio::test]
async fn nothing_foreign_is_read() {
    let world = World::new().await;
    let (ours, nobody) = (world.ours().await, world.nobody().await);
    // As long as there is nobody else, nothing foreign can be in an answer.
    let mut alone = told(&world, &ours, &nobody).await.into_iter();
    let victims = world.victims(&ours).await;

    let mut findings = Findings::default();
    for stranger in strangers(&ours, &nobody) {
        for row in rows_for(&stranger).filter(|row| row.is.a_read()) {
            let own = ask(&world, row, &stranger, &ours, &ours).await;
            let of_none = ask(&world, row, &stranger, &ours, &nobody).await;
            let pauper = Stranger {
                caller: stranger.pauper,
                ..stranger
            };
            let of_pauper = ask(&world, row, &pauper, &nobody, &nobody).await;
            let before = alone.next().unwrap();
            let mut check =
                |is_good, what: &dyn Fn() -> String| findings.check(row, stranger.who, is_good, what);
            check(own.is_ok(), &|| format!("one's own is not there: {own:?}"));
            check(own == before, &|| {
                format!("others change what one is told: {before:?} became {own:?}")
            });
            match row.is {
                Is::Read => check(own != of_none, &|| {
                    format!("one's own is told like nobody's: {own:?}")
                }),
                Is::List => check(own != of_pauper, &|| {
                    format!("who has nothing is told the same: {own:?}")
                }),
                _ => check(own == of_pauper, &|| {
                    format!("another is told something else: {of_pauper:?}")
                }),
            }
            for victim in &victims {
                let answer = ask(&world, row, &stranger, &ours, victim).await;
                if row.is == Is::Read {
                    check(answer == of_none, &|| {
                        format!(
                            "{} is told apart from nobody: {answer:?}, not {of_none:?}",
                            victim.name
                        )
                    });
                } else {
                    check(answer == own, &|| {
                        format!("{} changes the answer: {answer:?}, not {own:?}", victim.name)
                    });
                }
                for text in [&own, &answer] {
                    let (Ok(text) | Err(text)) = text;
                    let marks = victim.marks();
                    let mark = marks.iter().find(|mark| text.contains(mark.as_str()));
                    check(mark.is_none(), &|| {
                        format!("{mark:?} of {} stands in {text}", victim.name)
                    });
                }
            }
        }
    }
    findings.none_may_be();
}

#[tokio::test]
async fn nothing_foreign_is_changed() {
    let world = World::new().await;
    let (ours, nobody) = (world.ours().await, world.nobody().await);
    let victims = world.victims(&ours).await;

    let mut findings = Findings::default();
    for stranger in strangers(&ours, &nobody) {
        for row in rows_for(&stranger).filter(|row| !row.is.a_read()) {
            let of_none = ask(&world, row, &stranger, &ours, &nobody).await;
            for victim in &victims {
                let before = shelves(&world.sql, victim).await;
                let answer = ask(&world, row, &stranger, &ours, victim).await;
                let touched = changed(&before, &shelves(&world.sql, victim).await);
                let mut check =
                    |is_good, what: &dyn Fn() -> String| findings.check(row, stranger.who, is_good, what);
                check(touched.is_empty(), &|| {
                    format!("rows of {} changed in {touched:?}", victim.name)
                });
                if row.is != Is::Make {
                    check(answer.is_err(), &|| {
                        format!("{} was aimed at: {answer:?}", victim.name)
                    });
                    check(answer == of_none, &|| {
                        format!(
                            "{} is told apart from nobody: {answer:?}, not {of_none:?}",
                            victim.name
                        )
                    });
                }
            }
            let own = ask(&world, row, &stranger, &ours, &ours).await;
            let is_good = if row.is == Is::Refused {
                own == of_none
            } else {
                own.is_ok()
            };
            findings.check(row, stranger.who, is_good, || {
                format!("aimed at one's own: {own:?}; at nobody: {of_none:?}")
            });
        }
    }
    findings.none_may_be();
}

/// A victim that has nothing in some table proves nothing about it.
#[tokio::test]
async fn a_victim_has_one_of_everything() {
    let world = World::new().await;
    let ours = world.ours().await;
    for victim in world.victims(&ours).await {
        let shelves = shelves(&world.sql, &victim).await;
        let empty: Vec<&String> = shelves
            .iter()
            .filter(|(_, rows)| rows.is_empty())
            .map(|(table, _)| table)
            .collect();
        assert!(empty.is_empty(), "{} has nothing in {empty:?}", victim.name);
    }
}

#[test]
fn every_store_function_has_a_row() {
    let functions = sources::functions_for_persons();
    let rows: BTreeSet<String> = table().map(|row| row.function.to_owned()).collect();
    let forgotten: Vec<&String> = functions.difference(&rows).collect();
    assert!(
        forgotten.is_empty(),
        "no row in server/tests/stores for {forgotten:#?}"
    );
    let gone: Vec<&String> = rows.difference(&functions).collect();
    assert!(
        gone.is_empty(),
        "rows for functions that are not there: {gone:#?}"
    );
}
