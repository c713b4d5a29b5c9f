//! What a hundred thousand devices cost.

use super::*;

/// The median of eleven.
async fn median(mut work: impl AsyncFnMut()) -> Duration {
    let mut times = Vec::new();
    for _ in 0..11 {
        let began = Instant::now();
        work().await;
        times.push(began.elapsed());
    }
    times.sort_unstable();
    times[5]
}

async fn figures<S: HasRights>(large: &Large, who: &str, by: &S) -> Duration {
    let world = &large.world;
    let now = world.ground.now();
    let all = large.list(by, &DeviceFilter::default()).await;
    let middle = &all[all.len() / 2];
    let last = &all[all.len().saturating_sub(30)];
    let device = all.iter().find(|device| device.mac.is_some()).unwrap();
    let after = |device: &Device| Some((device.serial.clone(), device.id.as_uuid()));
    let mut longest = Duration::ZERO;
    let mut say = |what: &str, took: Duration| {
        println!("{who:<12} {what:<44} {:>8.1} ms", took.as_secs_f64() * 1_000.0);
        longest = longest.max(took);
    };
    let none = DeviceFilter::default;
    let lists: Vec<(&str, DeviceFilter, Option<(String, Uuid)>)> = vec![
        ("list, first page", none(), None),
        ("list, a page in the middle", none(), after(middle)),
        ("list, the last page", none(), after(last)),
        (
            "inactive",
            DeviceFilter {
                state: Some(DeviceState::Inactive),
                ..none()
            },
            None,
        ),
        (
            "retired (none there)",
            DeviceFilter {
                state: Some(DeviceState::Retired),
                ..none()
            },
            None,
        ),
        (
            "glucose",
            DeviceFilter {
                kind: Some(Kind::Glucose),
                ..none()
            },
            None,
        ),
        (
            "temperature (none there)",
            DeviceFilter {
                kind: Some(Kind::Temperature),
                ..none()
            },
            None,
        ),
        (
            "silent",
            DeviceFilter {
                wants: Some(Wants::Silent(Silence::at(now))),
                ..none()
            },
            None,
        ),
        (
            "silent, from the middle",
            DeviceFilter {
                wants: Some(Wants::Silent(Silence::at(now))),
                ..none()
            },
            after(middle),
        ),
        (
            "silent since ever (none there)",
            DeviceFilter {
                wants: Some(Wants::Silent(Silence::at(now - TimeDelta::days(100)))),
                ..none()
            },
            None,
        ),
        (
            "low battery",
            DeviceFilter {
                wants: Some(Wants::LowBattery),
                ..none()
            },
            None,
        ),
        (
            "weak signal",
            DeviceFilter {
                wants: Some(Wants::WeakSignal),
                ..none()
            },
            None,
        ),
        (
            "in stock",
            DeviceFilter {
                in_stock: true,
                ..none()
            },
            None,
        ),
        (
            "of the largest customer",
            DeviceFilter {
                customer: Some(large.clinic.id),
                ..none()
            },
            None,
        ),
        (
            "of a small customer",
            DeviceFilter {
                customer: Some(CustomerId::from(
                    Uuid::parse_str("a87ff679-a2f3-e71d-9181-a67b7542122c").unwrap(),
                )),
                ..none()
            },
            None,
        ),
        (
            "of a distributor",
            DeviceFilter {
                distributor: Some(DistributorId::from(large.dealer.id.as_uuid())),
                ..none()
            },
            None,
        ),
        ("typed: a whole serial", q(&device.serial), None),
        ("typed: how a serial begins", q(&device.serial[..4]), None),
        ("typed: a serial's last four", q(&device.serial[4..]), None),
        ("typed: a serial's middle", q(&device.serial[2..6]), None),
        (
            "typed: a MAC",
            q(&device.mac.clone().unwrap().replace(':', "")),
            None,
        ),
        ("typed: an IMEI", q("490154203237518"), None),
        ("typed: a reference", q("bed 99"), None),
        ("typed: a model", q("Model 17"), None),
        ("typed: a customer", q("Clinic 396"), None),
        ("typed: nothing there has it", q("nowhere at all"), None),
    ];
    for (what, filter, after) in &lists {
        let ask = Ask {
            after: after.clone(),
            limit: 50,
        };
        let took = median(async || {
            by.run(&world.database, async |tx| devices::list(tx, filter, &ask).await)
                .await
                .unwrap();
        })
        .await;
        say(what, took);
    }
    for (what, text) in [
        ("search: a whole serial", device.serial.clone()),
        ("search: how a serial begins", device.serial[..4].to_owned()),
        ("search: a serial's last four", device.serial[4..].to_owned()),
        ("search: a MAC", device.mac.clone().unwrap().replace(':', "-")),
        ("search: an IMEI", "490154203237518".to_owned()),
        ("search: a customer's name", "Clinic 396".to_owned()),
        ("search: nothing there has it", "nowhere at all".to_owned()),
    ] {
        let took = median(async || {
            by.run(&world.database, async |tx| search::search(tx, &text).await)
                .await
                .unwrap();
        })
        .await;
        say(what, took);
    }
    let took = median(async || {
        by.run(&world.database, async |tx| {
            organisations::customers_like(tx, &CustomerFilter::default(), &Ask::first(50)).await
        })
        .await
        .unwrap();
    })
    .await;
    say("customers, first page", took);
    let took = median(async || {
        by.run(&world.database, async |tx| {
            models::list(tx, &Ask::first(50)).await
        })
        .await
        .unwrap();
    })
    .await;
    say("models, first page", took);
    let took = median(async || {
        // Far enough apart that nothing is remembered.
        world.clock.advance(TimeDelta::minutes(1));
        let now = world.ground.now();
        by.run(&world.database, async |tx| overview::counts(tx, now).await)
            .await
            .unwrap();
    })
    .await;
    say("counts, not remembered", took);
    let took = median(async || {
        let now = world.ground.now();
        by.run(&world.database, async |tx| overview::counts(tx, now).await)
            .await
            .unwrap();
    })
    .await;
    say("counts, remembered", took);
    longest
}

/// Prints what a hundred thousand devices cost; figures, never asserted.
#[tokio::test]
#[ignore = "prints figures: `cargo nextest run --run-ignored only -E 'test(a_hundred_thousand)' --no-capture`"]
async fn a_hundred_thousand_devices_are_listed_and_searched_in_good_time() {
    let began = Instant::now();
    let large = Large::new(100_000).await;
    println!("seeded in {:.1} s", began.elapsed().as_secs_f64());
    let admin = figures(&large, "admin", large.world.admin()).await;
    let dealer = figures(&large, "distributor", large.dealer.scope()).await;
    let clinic = figures(&large, "customer", large.clinic.scope()).await;
    println!("longest medians: admin {admin:?}, distributor {dealer:?}, customer {clinic:?}");
}
