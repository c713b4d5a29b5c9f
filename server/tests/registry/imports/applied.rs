//! What happens between the look and the end: changes, kills, and readings that come in meanwhile.

use super::*;

fn many(count: usize) -> String {
    let mut text = "maker,serial,model,customer\n".to_owned();
    for number in 0..count {
        writeln!(text, "Acme,M{number:06},Scale,Anna").unwrap();
    }
    text
}

#[tokio::test]
async fn what_changes_between_the_look_and_the_import_stops_it_whole() {
    let world = World::new().await;
    let anna = world.clinic("Anna", None).await;
    let id = receive(&world, world.admin(), &many(3_000), Into::Inventory)
        .await
        .unwrap();
    apply(&world, world.admin(), id).await.unwrap();
    world.device("M002999").await;
    run(&world).await;
    let import = seen(&world, world.admin(), id).await;
    assert_eq!(
        (import.state, import.wrong),
        (ImportState::Checked, 1),
        "{import:?}"
    );
    assert!(import.failure.is_some());
    assert_eq!(count(&world, "select count(*) from device").await, 1);
    assert_eq!(wrong(&world, world.admin(), id).await[0].0, 3_001);

    // The last one is taken while the first ones are being written: nothing of them stays either.
    sqlx::query("update device set serial = 'OTHER'")
        .execute(&world.sql)
        .await
        .unwrap();
    let id = receive(&world, world.admin(), &many(3_000), Into::Inventory)
        .await
        .unwrap();
    apply(&world, world.admin(), id).await.unwrap();
    let mut other = world.sql.begin().await.unwrap();
    sqlx::query(
        "insert into device (id, maker, serial, model_id, created_at, updated_at)
           values (gen_random_uuid(), 'Acme', 'M002999', $1, now(), now())",
    )
    .bind(world.scale)
    .execute(&mut *other)
    .await
    .unwrap();
    tokio::join!(run(&world), async {
        loop {
            let waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";
            if count(&world, waiting).await > 0 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        let done = seen(&world, world.admin(), id).await.done;
        assert!(done > 0, "it has come a part of its way");
        other.commit().await.unwrap();
    });
    let import = seen(&world, world.admin(), id).await;
    assert_eq!(
        (import.state, import.wrong),
        (ImportState::Checked, 1),
        "{import:?}"
    );
    assert_eq!(
        count(&world, "select count(*) from device where serial like 'M%'").await,
        1
    );

    sqlx::query("delete from device where serial = 'M002999'")
        .execute(&world.sql)
        .await
        .unwrap();
    let id = receive(&world, world.admin(), &many(10), Into::Inventory)
        .await
        .unwrap();
    apply(&world, world.admin(), id).await.unwrap();
    let closed = CustomerPatch {
        state: Some(OrganisationState::Closed),
        ..CustomerPatch::default()
    };
    let admin = world.admin();
    admin
        .run(&world.database, async |tx| {
            organisations::change_customer(tx, admin, &world.ground, anna.id, closed).await
        })
        .await
        .unwrap();
    run(&world).await;
    assert_eq!(seen(&world, admin, id).await.wrong, 10, "its customer is closed");
    assert_eq!(
        count(&world, "select count(*) from device where serial like 'M%'").await,
        0
    );
}

/// A worker that dies in the middle has done nothing, and the next one begins again; one that comes too late ends nothing.
#[tokio::test]
async fn a_killed_import_is_begun_again_and_a_cancelled_one_leaves_nothing() {
    let world = World::new().await;
    world.clinic("Anna", None).await;
    let id = receive(&world, world.admin(), &many(4_000), Into::Inventory)
        .await
        .unwrap();
    apply(&world, world.admin(), id).await.unwrap();
    let (ground, database) = (world.ground.clone(), world.database.clone());
    let worker = tokio::spawn(async move {
        imports::system_run(&ground, &database)
            .await
            .map_err(|error| error.to_string())
    });
    while seen(&world, world.admin(), id).await.done == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    worker.abort();
    assert!(worker.await.is_err(), "it was killed");
    assert_eq!(seen(&world, world.admin(), id).await.state, ImportState::Applying);
    assert_eq!(count(&world, "select count(*) from device").await, 0);
    run(&world).await;
    let import = seen(&world, world.admin(), id).await;
    assert_eq!((import.state, import.done), (ImportState::Applied, 4_000));
    assert_eq!(count(&world, "select count(*) from device").await, 4_000);

    let text = many(4_000).replace(",M", ",N");
    let id = receive(&world, world.admin(), &text, Into::Inventory)
        .await
        .unwrap();
    apply(&world, world.admin(), id).await.unwrap();
    let cancelled = async {
        while seen(&world, world.admin(), id).await.done == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        imports::cancel(&world.ground, &world.database, world.admin(), id)
            .await
            .unwrap();
    };
    tokio::join!(run(&world), cancelled);
    assert_eq!(
        seen(&world, world.admin(), id).await.state,
        ImportState::Cancelled
    );
    assert_eq!(count(&world, "select count(*) from device").await, 4_000);
    let over = imports::cancel(&world.ground, &world.database, world.admin(), id).await;
    assert!(matches!(over, Err(RegistryError::Conflict(_))), "{over:?}");
}

/// The planner knows of the imports of before only: that this one has many lines is in no statistics. A look that goes
/// through all lines for each line does not end within the time that a statement has.
#[tokio::test]
async fn a_long_file_is_looked_at_whatever_the_planner_expects_of_it() {
    let world = World::new().await;
    let file = |letter: char, count: usize| {
        let lines = (0..count).map(|number| format!("Acme,{letter}{number:06},Scale\n"));
        std::iter::once("maker,serial,model\n".to_owned())
            .chain(lines)
            .collect::<String>()
    };
    receive(&world, world.admin(), &file('S', 300), Into::Inventory)
        .await
        .unwrap();
    sqlx::query("analyze device_import_line")
        .execute(&world.sql)
        .await
        .unwrap();
    let id = receive(&world, world.admin(), &file('L', 20_000), Into::Inventory)
        .await
        .unwrap();
    let import = seen(&world, world.admin(), id).await;
    assert_eq!((import.wrong, import.adds), (0, 20_000));
}

/// Commits a reading every few milliseconds until told to stop, and says how long each commit took.
async fn intake(world: &World, stop: &std::sync::atomic::AtomicBool) -> Vec<std::time::Duration> {
    let mut times = Vec::new();
    let devices: Vec<Uuid> = sqlx::query_scalar("select id from device where serial like 'I%'")
        .fetch_all(&world.sql)
        .await
        .unwrap();
    let credentials: Vec<Uuid> = sqlx::query_scalar(
        "select k.id from device_credential k join device d on d.id = k.device_id where d.serial like 'I%' order by d.id",
    )
    .fetch_all(&world.sql)
    .await
    .unwrap();
    let mut devices = devices;
    devices.sort_unstable();
    let mut at = 0;
    while !stop.load(std::sync::atomic::Ordering::Relaxed) {
        let rows = (0..10)
            .map(|_| {
                at = (at + 1) % devices.len();
                world.row(
                    devices[at].into(),
                    (None, credentials[at].into()),
                    world.ground.now(),
                )
            })
            .collect();
        let began = std::time::Instant::now();
        let verdicts = world.committer.commit(rows).await.unwrap();
        times.push(began.elapsed());
        assert!(
            verdicts.iter().all(|verdict| matches!(
                verdict,
                vitalwire_server::history::commit::Verdict::Accepted { .. }
            )),
            "{verdicts:?}"
        );
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    times
}

fn told_times(what: &str, mut times: Vec<std::time::Duration>) {
    times.sort_unstable();
    let ms = |share: usize| times[(times.len() - 1) * share / 1_000].as_secs_f64() * 1_000.0;
    println!(
        "{what}: {} commits of 10 readings, p50 {:.1} ms, p99 {:.1} ms, longest {:.1} ms",
        times.len(),
        ms(500),
        ms(990),
        ms(1_000)
    );
}

/// Prints what a file of 50,000 devices with tokens costs, and what intake notices of it; figures, never asserted.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "prints figures: `cargo nextest run --run-ignored only -E 'test(fifty_thousand)' --no-capture`"]
async fn fifty_thousand_devices_come_in_while_readings_do() {
    let world = World::new().await;
    world.clinic("Anna", None).await;
    let file = |letter: char, count: usize| {
        let mut text = "maker,serial,model,customer,token\n".to_owned();
        for number in 0..count {
            writeln!(
                text,
                "Acme,{letter}{number:06},Scale,Anna,{letter}{number:06}x0123456789abcdefghij"
            )
            .unwrap();
        }
        text
    };
    let id = receive(&world, world.admin(), &file('I', 200), Into::Inventory)
        .await
        .unwrap();
    assert_eq!(wrong(&world, world.admin(), id).await, []);
    apply(&world, world.admin(), id).await.unwrap();
    run(&world).await;
    world.tick();
    let stop = std::sync::atomic::AtomicBool::new(false);
    let (times, ()) = tokio::join!(intake(&world, &stop), async {
        tokio::time::sleep(std::time::Duration::from_secs(10)).await;
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    told_times("without an import", times);

    let text = file('M', 50_000);
    stop.store(false, std::sync::atomic::Ordering::Relaxed);
    let import = async {
        let began = std::time::Instant::now();
        let id = receive(&world, world.admin(), &text, Into::Inventory)
            .await
            .unwrap();
        println!(
            "{} bytes brought and looked at in {:.1} s",
            text.len(),
            began.elapsed().as_secs_f64()
        );
        assert_eq!(seen(&world, world.admin(), id).await.wrong, 0);
        apply(&world, world.admin(), id).await.unwrap();
        let began = std::time::Instant::now();
        run(&world).await;
        println!("applied in {:.1} s", began.elapsed().as_secs_f64());
        assert_eq!(seen(&world, world.admin(), id).await.state, ImportState::Applied);
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
    };
    let (times, ()) = tokio::join!(intake(&world, &stop), import);
    told_times("with an import of 50,000", times);
    assert_eq!(count(&world, "select count(*) from device").await, 50_200);
}
