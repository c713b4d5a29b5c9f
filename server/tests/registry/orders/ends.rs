//! How orders and returns end, and what is told of it.

use chrono::{NaiveDate, TimeDelta};
use vitalwire_server::ground::enums::{DeviceState, OrderState, OrderStepKind};
use vitalwire_server::orders::returns::{self, CameBack};
use vitalwire_server::orders::{self, Became, HardwareLine, Period, Step, WriteOff};
use vitalwire_server::registry::{RegistryError, TimeZone, Typed as _};
use vitalwire_server::tenancy::Scope as _;

use super::{all, all_but, named, parcel};
use crate::world::{Dealer, World};

fn off(serials: &[&str], became: Became, replace: bool) -> WriteOff {
    WriteOff {
        serials: named(serials),
        became,
        replace,
    }
}

/// The last step of a kind, as the administrator reads it and as the distributor does.
async fn last(world: &World, dealer: &Dealer, id: vitalwire_server::ground::ids::OrderId) -> Step {
    let find = async |tx: &_| orders::steps(tx, id).await;
    let ours: Result<Vec<Step>, RegistryError> = world.admin().run(&world.database, find).await;
    let find = async |tx: &_| orders::steps(tx, id).await;
    let theirs: Result<Vec<Step>, RegistryError> = dealer.scope().run(&world.database, find).await;
    let (mut ours, theirs) = (ours.unwrap(), theirs.unwrap());
    assert_eq!(ours, theirs, "both read the same line of events");
    ours.pop().unwrap()
}

#[tokio::test]
async fn an_order_of_which_nothing_came_is_not_in_stock() {
    let world = World::new().await;
    let dora = world.dealer("Dora").await;
    world.scales(&["S-1", "S-2"]).await;
    let orders = world.orders();
    let id = world.sent(&dora, 2, 0).await;
    orders
        .receive(&dora.user, id, all_but(&["S-1", "S-2"]))
        .await
        .unwrap();
    orders
        .write_off(&world.admin, id, off(&["S-1", "S-2"], Became::Lost, false))
        .await
        .unwrap();
    let order = world.order(id).await;
    assert_eq!(
        (order.state, order.ended_at.is_some()),
        (OrderState::Cancelled, true)
    );
    let step = last(&world, &dora, id).await;
    assert_eq!(step.kind, OrderStepKind::Cancelled);
    assert_eq!(step.text.as_deref(), Some("Nothing of it came."));
    assert_eq!(step.by, world.admin.person.id);
    world.reservations_hold().await;
}

#[tokio::test]
async fn what_a_carrier_lost_or_brought_back_need_not_be_missed_first() {
    let world = World::new().await;
    let dora = world.dealer("Dora").await;
    let devices = world.scales(&["S-1", "S-2", "S-3"]).await;
    let orders = world.orders();
    let id = world.sent(&dora, 3, 0).await;
    orders
        .write_off(&world.admin, id, off(&["S-1"], Became::Here, true))
        .await
        .unwrap();
    let step = last(&world, &dora, id).await;
    assert_eq!((step.kind, step.count), (OrderStepKind::WrittenOff, Some(1)));
    assert_eq!(
        step.text.as_deref(),
        Some("S-1 (back in the inventory, others come in their place)")
    );
    assert_eq!(world.order(id).await.state, OrderState::Ordered);
    orders
        .write_off(&world.admin, id, off(&["S-2"], Became::Lost, false))
        .await
        .unwrap();
    assert_eq!(world.seen(devices[1]).await.state, DeviceState::Retired);
    let gone = orders.receive(&dora.user, id, all_but(&["S-2"])).await;
    assert!(gone.unwrap_err().to_string().contains("none of them"));
    assert_eq!(orders.receive(&dora.user, id, all_but(&[])).await.unwrap(), 1);
    assert_eq!(world.seen(devices[2]).await.distributor, Some(dora.id));
    // What came back can be sent again.
    orders.allocate(&world.admin, id, all()).await.unwrap();
    orders.ship(&world.admin, id, parcel(None)).await.unwrap();
    orders.receive(&dora.user, id, all_but(&[])).await.unwrap();
    assert_eq!(world.order(id).await.state, OrderState::InStock);
    let again = orders
        .write_off(&world.admin, id, off(&["S-1"], Became::Lost, false))
        .await;
    assert!(
        again
            .unwrap_err()
            .to_string()
            .contains("all of the order is in stock")
    );
    world.reservations_hold().await;
}

#[tokio::test]
async fn a_distributor_does_without_the_rest() {
    let world = World::new().await;
    let (dora, ernst) = (world.dealer("Dora").await, world.dealer("Ernst").await);
    world.scales(&["S-1"]).await;
    let orders = world.orders();
    let id = world.ordered(&dora, 3, 0).await;
    let early = orders.waive(&dora.user, id, None).await;
    assert!(early.unwrap_err().to_string().contains("cancel or decline it"));
    orders.allocate(&world.admin, id, all()).await.unwrap();
    orders.ship(&world.admin, id, parcel(None)).await.unwrap();
    orders.receive(&dora.user, id, all_but(&[])).await.unwrap();
    let late = orders.cancel(&dora.user, id, None).await;
    assert!(late.unwrap_err().to_string().contains("the rest can be closed"));
    let foreign = orders.waive(&ernst.user, id, None).await;
    assert!(matches!(foreign, Err(RegistryError::NotFound("order"))));
    let why = Some("bought elsewhere".to_owned());
    orders.waive(&dora.user, id, why).await.unwrap();
    assert_eq!(world.order(id).await.state, OrderState::InStock);
    assert_eq!(world.lines(id).await[0].waived, 2);
    world.reservations_hold().await;
}

#[tokio::test]
async fn nothing_is_found_for_or_sent_to_who_could_not_take_it_in() {
    let world = World::new().await;
    let dora = world.dealer("Dora").await;
    world.scales(&["S-1"]).await;
    let orders = world.orders();
    let id = world.ordered(&dora, 2, 0).await;
    orders.allocate(&world.admin, id, all()).await.unwrap();
    world.scales(&["S-2"]).await;
    sqlx::query("update distributor set state = 'closed'")
        .execute(&world.sql)
        .await
        .unwrap();
    for refused in [
        orders.allocate(&world.admin, id, all()).await.map(drop),
        orders.ship(&world.admin, id, parcel(None)).await.map(drop),
    ] {
        assert!(refused.unwrap_err().to_string().contains("closed"));
    }
    // What was found is given up.
    orders.cancel(&world.admin, id, None).await.unwrap();
    world.reservations_hold().await;
}

#[tokio::test]
async fn a_return_says_in_what_condition_it_came() {
    let world = World::new().await;
    let dora = world.dealer("Dora").await;
    world.scales(&["S-1", "S-2", "S-3"]).await;
    let id = world.sent(&dora, 3, 0).await;
    let orders = world.orders();
    orders.receive(&dora.user, id, all_but(&[])).await.unwrap();
    let back = super::returns::asked(&world, &dora, &["S-1", "S-2", "S-3"]).await;
    orders.accept_return(&world.admin, back).await.unwrap();
    orders.send_return(&dora.user, back, ("UPS", None)).await.unwrap();
    let came = |condition: &str| CameBack {
        retired: named(&["S-1"]),
        missing: named(&["S-2"]),
        condition: Some(condition.to_owned()),
    };
    let long = orders
        .receive_return(&world.admin, back, came(&"x".repeat(501)))
        .await;
    assert!(long.unwrap_err().to_string().starts_with("condition: "));
    orders
        .receive_return(&world.admin, back, came("display broken"))
        .await
        .unwrap();
    let find = async |tx: &_| returns::steps(tx, back).await;
    let steps: Result<Vec<Step>, RegistryError> = dora.scope().run(&world.database, find).await;
    let told: Vec<_> = steps
        .unwrap()
        .into_iter()
        .skip(4)
        .map(|step| (step.kind, step.count, step.text.unwrap_or_default()))
        .collect();
    assert_eq!(
        told,
        [
            (OrderStepKind::Missing, Some(1), "S-2".to_owned()),
            (
                OrderStepKind::Returned,
                Some(2),
                "out of use: S-1 · display broken".to_owned()
            ),
        ]
    );
}

async fn hardware(world: &World, dealer: &Dealer, period: Period) -> Vec<HardwareLine> {
    let look = async |tx: &_| orders::hardware_lines(tx, period, Some(dealer.id)).await;
    let lines: Result<Vec<HardwareLine>, RegistryError> = world.admin().run(&world.database, look).await;
    lines.unwrap()
}

#[tokio::test]
async fn a_statement_knows_what_came_with_which_order_and_a_closed_month_stays_as_it_was() {
    let world = World::new().await;
    let dora = world.dealer("Dora").await;
    world.scales(&["S-1", "S-2"]).await;
    world.inventory_hub("H-1").await;
    let orders = world.orders();
    let id = world.sent(&dora, 1, 1).await;
    orders.receive(&dora.user, id, all_but(&[])).await.unwrap();
    let order = world.order(id).await;
    let came_on: NaiveDate = world.ground.now().date_naive();
    let closed = Period::new(came_on, came_on.succ_opt().unwrap()).unwrap();
    let before = hardware(&world, &dora, closed).await;
    let told: Vec<_> = before
        .iter()
        .map(|line| (line.is_hub, line.model.map(uuid::Uuid::from), line.quantity))
        .collect();
    assert_eq!(told, [(false, Some(world.scale), 1), (true, None, 1)]);
    for line in &before {
        assert_eq!((line.order, line.returned), (Some(id), None));
        assert_eq!(line.reference.as_deref(), Some("PO 17"));
        assert_eq!(line.order_number.as_ref(), Some(&order.number));
    }

    world.clock.advance(TimeDelta::days(40));
    let back = super::returns::asked(&world, &dora, &["S-1", "H-1"]).await;
    orders.accept_return(&world.admin, back).await.unwrap();
    orders.send_return(&dora.user, back, ("UPS", None)).await.unwrap();
    orders
        .receive_return(&world.admin, back, CameBack::default())
        .await
        .unwrap();
    assert_eq!(hardware(&world, &dora, closed).await, before);

    let went = world.ground.now();
    let day = went.date_naive();
    let later = Period::new(day, day.succ_opt().unwrap()).unwrap();
    let after = hardware(&world, &dora, later).await;
    let told: Vec<_> = after
        .iter()
        .map(|line| (line.is_hub, line.model.map(uuid::Uuid::from), line.quantity))
        .collect();
    assert_eq!(told, [(false, Some(world.scale), -1), (true, None, -1)]);
    for line in &after {
        assert_eq!((line.order, line.returned), (Some(id), Some(back)));
        assert!(line.number.starts_with("R-"), "{line:?}");
        assert_eq!(line.order_number.as_ref(), Some(&order.number));
        assert_eq!(line.reference.as_deref(), Some("PO 17"));
    }
    // Days are counted where the seller is: 14 hours further on, and 11 hours back.
    for (zone, hours) in [("Pacific/Kiritimati", 14), ("Pacific/Pago_Pago", -11)] {
        let there = (went + TimeDelta::hours(hours)).date_naive();
        let zone = TimeZone::parse("zone", zone).unwrap();
        let period = Period::new(there, there.succ_opt().unwrap())
            .unwrap()
            .in_zone(zone);
        let lines = hardware(&world, &dora, period).await;
        assert_eq!(lines.len(), 2, "{zone:?}");
        assert!(lines.iter().all(|line| line.day == there), "{lines:?}");
        let next = Period::new(there.succ_opt().unwrap(), there + chrono::Days::new(2)).unwrap();
        assert!(hardware(&world, &dora, next.in_zone(zone)).await.is_empty());
    }
}
