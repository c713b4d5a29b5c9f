//! Orders: from what a distributor wants to what lies in its stock.

mod ends;
mod makers;
mod races;
mod returns;
mod turns;
mod wrong;

use std::sync::atomic::{AtomicU64, Ordering};

use uuid::Uuid;
use vitalwire_server::ground::enums::{DeviceState, MoveReason, OrderItemState, OrderState, OrderStepKind};
use vitalwire_server::ground::ids::{DeviceId, HubId, OrderId};
use vitalwire_server::orders::{
    self, Arrived, Became, Item, Line, NewDelivery, NewOrder, NewParcel, Order, OrderFilter, Orders, Period,
    Serials, Standing, Wanted, WriteOff,
};
use vitalwire_server::registry::{Ask, RegistryError, hubs, moves};
use vitalwire_server::tenancy::Scope as _;

use crate::world::{Dealer, World};

use OrderItemState as Is;
use OrderState::{Allocated, InStock, Ordered, Received, Shipped};

impl World {
    fn orders(&self) -> Orders<'_> {
        Orders {
            ground: &self.ground,
            database: &self.database,
        }
    }

    /// As the administrator sees it.
    async fn order(&self, id: OrderId) -> Order {
        let find = async |tx: &_| orders::get(tx, id).await;
        let found: Result<_, RegistryError> = self.admin().run(&self.database, find).await;
        found.unwrap()
    }

    async fn lines(&self, id: OrderId) -> Vec<Line> {
        let find = async |tx: &_| orders::lines(tx, id).await;
        let found: Result<_, RegistryError> = self.admin().run(&self.database, find).await;
        found.unwrap()
    }

    async fn items(&self, id: OrderId) -> Vec<Item> {
        let find = async |tx: &_| orders::items(tx, id).await;
        let found: Result<_, RegistryError> = self.admin().run(&self.database, find).await;
        found.unwrap()
    }

    async fn order_states(&self, id: OrderId) -> Vec<(String, Is)> {
        let items = self.items(id).await.into_iter();
        let mut states: Vec<_> = items.map(|item| (item.serial, item.state)).collect();
        states.sort();
        states
    }

    async fn steps(&self, id: OrderId) -> Vec<(OrderStepKind, Option<i32>)> {
        let find = async |tx: &_| orders::steps(tx, id).await;
        let found: Result<Vec<orders::Step>, RegistryError> = self.admin().run(&self.database, find).await;
        found
            .unwrap()
            .into_iter()
            .map(|step| (step.kind, step.count))
            .collect()
    }

    /// What is promised to something, and that it is what open items say.
    async fn reservations_hold(&self) {
        let broken: Vec<String> = sqlx::query_scalar(
            "select d.serial || ' ' || coalesce(d.reserved_for, 'free') from device d
             where (d.reserved_for = 'order') is distinct from nullif(exists (select from order_item i
                 where i.device_id = d.id and i.state in ('allocated', 'shipped', 'missing')), false)
               and not (d.reserved_for is not null and d.reserved_for = 'return')
             union all
             select h.serial || ' ' || coalesce(h.reserved_for, 'free') from hub h
             where (h.reserved_for = 'order') is distinct from nullif(exists (select from order_item i
                 where i.hub_id = h.id and i.state in ('allocated', 'shipped', 'missing')), false)
               and not (h.reserved_for is not null and h.reserved_for = 'return')
             union all
             select o.number || ' ' || o.state from device_order o
             where o.state = 'in_stock' and (select count(*) from order_item i where i.order_id = o.id
                 and i.state in ('received', 'lost')) <> (select sum(l.quantity - l.waived) from order_line l
                 where l.order_id = o.id)",
        )
        .fetch_all(&self.sql)
        .await
        .unwrap();
        assert!(broken.is_empty(), "{broken:?}");
        self.periods_hold().await;
    }

    /// Scales in the inventory.
    async fn scales(&self, serials: &[&str]) -> Vec<DeviceId> {
        let mut devices = Vec::new();
        for serial in serials {
            devices.push(self.device(serial).await);
        }
        devices
    }

    async fn inventory_hub(&self, serial: &str) -> HubId {
        let new = hubs::NewHub {
            serial: serial.to_owned(),
            name: serial.to_owned(),
            customer: None,
            distributor: None,
        };
        let by = hubs::HubMaker::Admin(self.admin());
        hubs::create(&self.ground, &self.database, by, new).await.unwrap()
    }

    /// An order of so many scales and hubs.
    pub(crate) fn wants(&self, scales: i32, hubs: i32) -> NewOrder {
        let scale = Wanted {
            model: Some(self.scale.into()),
            quantity: scales,
        };
        let hub = Wanted {
            model: None,
            quantity: hubs,
        };
        NewOrder {
            token: fresh_token(),
            wanted: [scale, hub].into_iter().filter(|one| one.quantity > 0).collect(),
            delivery: NewDelivery {
                name: "Dora Ltd".to_owned(),
                street: "1 Main Street".to_owned(),
                city: "New York".to_owned(),
                country: "us".to_owned(),
                ..NewDelivery::default()
            },
            reference: Some("PO 17".to_owned()),
            note: None,
        }
    }

    async fn ordered(&self, dealer: &Dealer, scales: i32, hubs: i32) -> OrderId {
        let new = self.wants(scales, hubs);
        let id = self.orders().place(&dealer.user, new).await.unwrap();
        self.tick();
        id
    }

    /// The same, with everything found and sent.
    async fn sent(&self, dealer: &Dealer, scales: i32, hubs: i32) -> OrderId {
        let id = self.ordered(dealer, scales, hubs).await;
        self.orders().allocate(&self.admin, id, all()).await.unwrap();
        self.orders().ship(&self.admin, id, parcel(None)).await.unwrap();
        self.tick();
        id
    }
}

/// What a form that was not sent before carries.
fn fresh_token() -> Uuid {
    static SENT: AtomicU64 = AtomicU64::new(1);
    Uuid::from_u128(SENT.fetch_add(1, Ordering::Relaxed).into())
}

fn all() -> Serials {
    Serials::Next {
        line: None,
        count: None,
    }
}

fn named(serials: &[&str]) -> Vec<String> {
    serials.iter().map(|serial| (*serial).to_owned()).collect()
}

fn parcel(serials: Option<&[&str]>) -> NewParcel {
    NewParcel {
        carrier: "UPS".to_owned(),
        tracking: Some("1Z 999".to_owned()),
        serials: serials.map(named),
    }
}

fn all_but(missing: &[&str]) -> Arrived {
    Arrived::AllBut {
        parcel: None,
        missing: named(missing),
    }
}

#[tokio::test]
async fn an_order_goes_from_wanted_to_stock() {
    let world = World::new().await;
    let dora = world.dealer("Dora").await;
    let devices = world.scales(&["S-1", "S-2", "S-3"]).await;
    let hub = world.inventory_hub("H-1").await;
    let orders = world.orders();

    let id = world.ordered(&dora, 2, 1).await;
    let order = world.order(id).await;
    assert!(order.number.ends_with("-0001"), "{}", order.number);
    assert_eq!((order.state, order.devices, order.hubs), (Ordered, 2, 1));
    assert_eq!(order.delivery.country, "US");
    assert_eq!(orders.free(&world.admin, id).await.unwrap(), [3, 1]);

    let done = orders.allocate(&world.admin, id, all()).await.unwrap();
    assert_eq!((done.found, done.open), (3, 0));
    assert_eq!(world.order(id).await.state, Allocated);
    assert_eq!(orders.free(&world.admin, id).await.unwrap(), [1, 0]);
    // Still the platform's.
    assert_eq!(world.seen(devices[0]).await.distributor, None);

    orders.ship(&world.admin, id, parcel(None)).await.unwrap();
    assert_eq!(world.order(id).await.state, Shipped);
    world.tick();

    assert_eq!(orders.receive(&dora.user, id, all_but(&[])).await.unwrap(), 3);
    let order = world.order(id).await;
    assert_eq!((order.state, order.ended_at.is_some()), (InStock, true));
    for device in &devices[..2] {
        let device = world.seen(*device).await;
        assert_eq!(
            (device.distributor, device.state),
            (Some(dora.id), DeviceState::Stock)
        );
    }
    let history = async |tx: &_| moves::history(tx, dora.scope(), devices[0]).await;
    let history: Result<Vec<moves::HeldPeriod>, RegistryError> =
        dora.scope().run(&world.database, history).await;
    let came = &history.unwrap()[0];
    assert_eq!(came.reason, MoveReason::Allocated);
    assert_eq!(
        came.note.as_deref(),
        Some(format!("Order {}", order.number).as_str())
    );
    let find = async |tx: &_| hubs::get(tx, hub).await;
    let hub: Result<hubs::Hub, RegistryError> = dora.scope().run(&world.database, find).await;
    assert_eq!(hub.unwrap().distributor, Some(dora.id));
    assert_eq!(
        world.steps(id).await,
        [
            (OrderStepKind::Ordered, None),
            (OrderStepKind::Allocated, Some(3)),
            (OrderStepKind::Shipped, Some(3)),
            (OrderStepKind::Received, Some(3)),
            (OrderStepKind::InStock, None),
        ]
    );
    world.reservations_hold().await;
}

#[tokio::test]
async fn parts_come_one_after_the_other_and_the_slowest_says_how_far_it_is() {
    let world = World::new().await;
    let dora = world.dealer("Dora").await;
    world.scales(&["S-1", "S-2"]).await;
    let orders = world.orders();
    let id = world.ordered(&dora, 3, 0).await;

    let done = orders.allocate(&world.admin, id, all()).await.unwrap();
    assert_eq!((done.found, done.open), (2, 1));
    orders
        .ship(&world.admin, id, parcel(Some(&["s-1"])))
        .await
        .unwrap();
    assert_eq!(world.order(id).await.state, Ordered, "one has no serial yet");
    assert_eq!(orders.receive(&dora.user, id, all_but(&[])).await.unwrap(), 1);
    world.scales(&["S-3"]).await;
    let last = Serials::Named(named(&["S-3"]));
    orders.allocate(&world.admin, id, last).await.unwrap();
    assert_eq!(world.order(id).await.state, Allocated);
    let second = orders.ship(&world.admin, id, parcel(None)).await.unwrap();
    world.tick();
    let line = &world.lines(id).await[0];
    assert_eq!((line.open(), line.found, line.sent, line.received), (0, 3, 3, 1));

    let arrived = Arrived::AllBut {
        parcel: Some(second),
        missing: named(&["S-3"]),
    };
    assert_eq!(orders.receive(&dora.user, id, arrived).await.unwrap(), 1);
    assert_eq!(world.order(id).await.state, Received);
    let late = Arrived::AfterAll(named(&["S-3"]));
    orders.receive(&dora.user, id, late).await.unwrap();
    assert_eq!(world.order(id).await.state, InStock);
    world.reservations_hold().await;
}

#[tokio::test]
async fn what_never_arrives_is_written_off_or_replaced() {
    let world = World::new().await;
    let dora = world.dealer("Dora").await;
    let devices = world.scales(&["S-1", "S-2", "S-3", "S-4"]).await;
    let orders = world.orders();
    let id = world.sent(&dora, 3, 0).await;
    orders
        .receive(&dora.user, id, all_but(&["S-1", "S-2", "S-3"]))
        .await
        .unwrap();
    assert_eq!(world.order(id).await.state, Received);

    let off = |serial: &str, became, replace| WriteOff {
        serials: named(&[serial]),
        became,
        replace,
    };
    orders
        .write_off(&world.admin, id, off("S-1", Became::Lost, true))
        .await
        .unwrap();
    assert_eq!(world.seen(devices[0]).await.state, DeviceState::Retired);
    assert_eq!(world.order(id).await.state, Ordered, "another one is to come");
    let done = orders.allocate(&world.admin, id, all()).await.unwrap();
    assert_eq!((done.found, done.open), (1, 0));
    orders
        .write_off(&world.admin, id, off("S-2", Became::Here, false))
        .await
        .unwrap();
    let here = world.seen(devices[1]).await;
    assert_eq!((here.state, here.distributor), (DeviceState::Stock, None));
    moves::allocate(&world.ground, &world.database, world.admin(), devices[1], dora.id)
        .await
        .unwrap();
    orders.ship(&world.admin, id, parcel(None)).await.unwrap();
    orders.receive(&dora.user, id, all_but(&[])).await.unwrap();
    assert_eq!(world.order(id).await.state, Received);
    orders
        .write_off(&world.admin, id, off("S-3", Became::Lost, false))
        .await
        .unwrap();
    assert_eq!(world.order(id).await.state, InStock);
    assert_eq!(
        world.order_states(id).await,
        [
            ("S-1".to_owned(), Is::Replaced),
            ("S-2".to_owned(), Is::Lost),
            ("S-3".to_owned(), Is::Lost),
            ("S-4".to_owned(), Is::Received),
        ]
    );
    world.reservations_hold().await;
}

#[tokio::test]
async fn the_rest_need_not_come() {
    let world = World::new().await;
    let dora = world.dealer("Dora").await;
    world.scales(&["S-1"]).await;
    let orders = world.orders();
    let id = world.ordered(&dora, 5, 0).await;
    let nothing = orders.waive(&world.admin, id, None).await;
    assert!(matches!(nothing, Err(RegistryError::Conflict(_))), "{nothing:?}");
    orders.allocate(&world.admin, id, all()).await.unwrap();
    orders
        .waive(&world.admin, id, Some("sold out".to_owned()))
        .await
        .unwrap();
    assert_eq!(world.order(id).await.state, Allocated);
    assert_eq!(world.lines(id).await[0].waived, 4);
    orders.ship(&world.admin, id, parcel(None)).await.unwrap();
    orders.receive(&dora.user, id, all_but(&[])).await.unwrap();
    assert_eq!(world.order(id).await.state, InStock);
    world.reservations_hold().await;
}

#[tokio::test]
async fn orders_are_found_by_what_people_know_of_them() {
    let world = World::new().await;
    let (dora, ernst) = (world.dealer("Dora").await, world.dealer("Ernst").await);
    world.scales(&["S-1"]).await;
    let sent = world.sent(&dora, 1, 0).await;
    let other = world.ordered(&ernst, 1, 0).await;
    let number = world.order(other).await.number;
    let found = async |q: &str, standing| {
        let filter = OrderFilter {
            q: (!q.is_empty()).then(|| q.to_owned()),
            standing,
            distributor: None,
            waits_for: None,
        };
        let look = async |tx: &_| orders::list(tx, &filter, &Ask::first(10)).await;
        let page: Result<vitalwire_server::registry::Page<Order, _>, RegistryError> =
            world.admin().run(&world.database, look).await;
        let ids: Vec<OrderId> = page.unwrap().rows.into_iter().map(|order| order.id).collect();
        ids
    };
    assert_eq!(found("", Standing::Any).await, [other, sent]);
    assert_eq!(found("s-1", Standing::Any).await, [sent]);
    assert_eq!(found("1z-999", Standing::Any).await, [sent]);
    assert_eq!(found(&number, Standing::Any).await, [other]);
    assert_eq!(found("po 17", Standing::Any).await, [other, sent]);
    assert_eq!(found("ernst", Standing::Any).await, [other]);
    assert_eq!(found("%", Standing::Any).await, []);
    assert_eq!(found("", Standing::Is(Shipped)).await, [sent]);
    world.orders().cancel(&ernst.user, other, None).await.unwrap();
    assert_eq!(found("", Standing::Open).await, [sent]);

    let all = OrderFilter::default();
    let mine = async |tx: &_| orders::list(tx, &all, &Ask::first(10)).await;
    let mine: Result<vitalwire_server::registry::Page<Order, _>, RegistryError> =
        dora.scope().run(&world.database, mine).await;
    assert_eq!(mine.unwrap().rows.len(), 1, "another's are not there");
}

#[tokio::test]
async fn hardware_of_a_month_is_what_came_less_what_went_back() {
    let world = World::new().await;
    let dora = world.dealer("Dora").await;
    world.scales(&["S-1", "S-2", "S-3"]).await;
    let id = world.sent(&dora, 3, 0).await;
    let orders = world.orders();
    orders.receive(&dora.user, id, all_but(&["S-3"])).await.unwrap();
    let back = returns::asked(&world, &dora, &["S-1", "S-2"]).await;
    orders.accept_return(&world.admin, back).await.unwrap();
    orders.send_return(&dora.user, back, ("UPS", None)).await.unwrap();
    let came = orders::returns::CameBack {
        retired: named(&["S-1"]),
        missing: named(&["S-2"]),
        condition: None,
    };
    orders.receive_return(&world.admin, back, came).await.unwrap();

    let today = world.ground.now().date_naive();
    let lines = async |from: chrono::NaiveDate, until: chrono::NaiveDate| {
        let period = Period::new(from, until).unwrap();
        let look = async |tx: &_| orders::hardware_lines(tx, period, None).await;
        let lines: Result<Vec<orders::HardwareLine>, RegistryError> =
            dora.scope().run(&world.database, look).await;
        let told = lines.unwrap().into_iter();
        told.map(|line| (line.number.starts_with("R-"), line.name, line.quantity))
            .collect::<Vec<_>>()
    };
    let tomorrow = today.succ_opt().unwrap();
    assert_eq!(
        lines(today, tomorrow).await,
        [
            (false, "Acme Scale".to_owned(), 2),
            (true, "Acme Scale".to_owned(), -1)
        ]
    );
    assert_eq!(lines(today.pred_opt().unwrap(), today).await, []);
    assert_eq!(lines(tomorrow, tomorrow.succ_opt().unwrap()).await, []);
}
