//! Orders, when several requests come at once: what can be done once is done once, whoever comes first, and what is promised,
//! sent and taken in agrees afterwards.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::world::{Answer, Client, World};

/// Requests at once, and how often it is tried.
const AT_ONCE: usize = 4;
const ROUNDS: usize = 6;

/// What must hold, whatever came first: a thing is of one order at most, promised to it while it is on its way, in the stock of
/// whose order brought it, and nobody's period overlaps another.
const BROKEN: &str = "
    select 'twice: ' || d.serial from device d join order_item i on i.device_id = d.id
      and i.state not in ('lost', 'replaced') group by d.serial having count(*) > 1
    union all
    select 'promised: ' || d.serial || coalesce(' to ' || d.reserved_for, '') from device d
      where (d.reserved_for = 'order') is distinct from nullif(exists (select from order_item i
        where i.device_id = d.id and i.state in ('allocated', 'shipped', 'missing')), false)
    union all
    select 'whose: ' || d.serial from device d join order_item i on i.device_id = d.id
      where (i.state = 'received') <> (d.distributor_id is not distinct from i.distributor_id)
    union all
    select 'cancelled: ' || o.number from device_order o join order_item i on i.order_id = o.id
      where o.state = 'cancelled'
    union all
    select 'steps: ' || o.number || ' ' || s.kind from device_order o join order_step s on s.order_id = o.id
      where s.kind in ('received', 'cancelled', 'shipped') group by o.id, o.number, s.kind having count(*) > 1
    union all
    select 'periods: ' || a.device_id from assignment a join assignment b on b.device_id = a.device_id and b.id <> a.id
      where tstzrange(a.valid_from, a.valid_until) && tstzrange(b.valid_from, b.valid_until)";

struct Desk {
    world: World,
    admin: Client,
    seller: Client,
    model: String,
}

impl Desk {
    async fn new() -> Self {
        let world = World::new().await;
        let admin = world.admin().await;
        let (_, seller) = world.dealer(&admin).await;
        let model = world.model(&admin).await;
        Self {
            world,
            admin,
            seller,
            model,
        }
    }

    /// A device in the inventory.
    async fn device(&self, serial: &str) {
        let device = json!({"maker": "Acme", "serial": serial, "model_id": self.model});
        self.admin.post("/api/v1/devices", &device).await.created("id");
    }

    /// The path of an order of one device.
    async fn order(&self) -> String {
        let order = json!({"lines": [{"model_id": self.model, "quantity": 1}], "delivery":
            {"name": "Meridian", "street": "1 Main Street", "city": "New York", "country": "US"}});
        let id = self.seller.post("/api/v1/orders", &order).await.created("id");
        format!("/api/v1/orders/{id}")
    }

    async fn allocate(&self, order: &str, serial: &str) -> Answer {
        let named = json!({"serials": [serial]});
        self.admin.post(&format!("{order}/allocate"), &named).await
    }

    /// An order whose one device is found.
    async fn allocated(&self, serial: &str) -> String {
        self.device(serial).await;
        let order = self.order().await;
        let found = self.allocate(&order, serial).await;
        assert_eq!(found.status, 200, "{}", found.text);
        order
    }

    async fn holds(&self) {
        let broken: Vec<String> = sqlx::query_scalar(BROKEN)
            .fetch_all(&self.world.sql)
            .await
            .unwrap();
        assert!(broken.is_empty(), "{broken:?}");
    }
}

/// One was answered, and the others were told that it is done.
fn one_of(answers: &[Answer]) {
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    let texts: Vec<&str> = answers.iter().map(|answer| answer.text.as_str()).collect();
    assert_eq!(statuses[0], 200, "{texts:?}");
    assert!(statuses[1..].iter().all(|status| *status == 409), "{texts:?}");
}

#[tokio::test]
async fn a_parcel_is_taken_in_once_by_requests_at_once() {
    let desk = Desk::new().await;
    for round in 0..ROUNDS {
        let order = desk.allocated(&format!("S-{round}")).await;
        let sent = desk
            .admin
            .post(&format!("{order}/ship"), &json!({"carrier": "UPS"}))
            .await;
        assert_eq!(sent.status, 200, "{}", sent.text);
        let path = format!("{order}/receive");
        let nothing = json!({});
        let clicks = (0..AT_ONCE).map(|_| desk.seller.post(&path, &nothing));
        one_of(&join_all(clicks).await);
        desk.holds().await;
        let seen = desk.seller.get(&order).await;
        assert_eq!(seen.body["state"], "in_stock", "{}", seen.text);
    }
}

#[tokio::test]
async fn an_order_is_sent_or_cancelled_by_requests_at_once() {
    let desk = Desk::new().await;
    for round in 0..ROUNDS {
        let order = desk.allocated(&format!("S-{round}")).await;
        let (ship, cancel) = (format!("{order}/ship"), format!("{order}/cancel"));
        let (carried, nothing) = (json!({"carrier": "UPS"}), json!({}));
        let asked: [(&Client, &str, &Value); AT_ONCE] = [
            (&desk.admin, &ship, &carried),
            (&desk.seller, &cancel, &nothing),
            (&desk.admin, &ship, &carried),
            (&desk.admin, &cancel, &nothing),
        ];
        // Who is asked first takes turns.
        let turned = (0..AT_ONCE).map(|at| asked[(at + round) % AT_ONCE]);
        let answers = turned.map(|(by, path, body)| by.post(path, body));
        one_of(&join_all(answers).await);
        desk.holds().await;
    }
}

#[tokio::test]
async fn a_serial_is_found_for_one_of_the_orders_that_want_it_at_once() {
    let desk = Desk::new().await;
    for round in 0..ROUNDS {
        let serial = format!("S-{round}");
        desk.device(&serial).await;
        let mut orders = Vec::new();
        for _ in 0..AT_ONCE {
            orders.push(desk.order().await);
        }
        let answers = join_all(orders.iter().map(|order| desk.allocate(order, &serial))).await;
        let found = answers.iter().filter(|answer| answer.status == 200).count();
        let refused = answers
            .iter()
            .filter(|answer| matches!(answer.status, 409 | 422))
            .count();
        let texts: Vec<&str> = answers.iter().map(|answer| answer.text.as_str()).collect();
        assert_eq!((found, refused), (1, AT_ONCE - 1), "{texts:?}");
        desk.holds().await;
    }
}
