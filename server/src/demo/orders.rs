//! Orders of the demo's distributors, each as far as another one: all in stock, on its way, just ordered; and a return.
//! Made once, through the API, as people would; a start that was cut off goes on where it ended, because each has a name of
//! its own that orders once.

use serde_json::{Value, json};

use super::DemoError;
use super::api::Api;
use super::paper;
use super::screen::Screen;
use super::seed::{model_id, stocked};
use super::world::World;
use crate::ground::Ground;

/// How far an order goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Until {
    Ordered,
    Shipped,
    InStock,
}

/// An order of the demo.
struct Planned {
    /// The same at every start.
    name: &'static str,
    of: &'static str,
    /// Models, and how many of each.
    what: &'static [(&'static str, u32)],
    hubs: u32,
    reference: &'static str,
    until: Until,
}

const ORDERS: [Planned; 3] = [
    Planned {
        name: "0198c000-0000-7000-8000-000000000001",
        of: "Harbor Devices",
        what: &[("BP Cell 2", 4), ("Scale Cell", 2)],
        hubs: 0,
        reference: "PO 2041",
        until: Until::InStock,
    },
    Planned {
        name: "0198c000-0000-7000-8000-000000000002",
        of: "Harbor Devices",
        what: &[("BP Cell 2", 3), ("Scale Cell", 1)],
        hubs: 0,
        reference: "PO 2057",
        until: Until::Shipped,
    },
    Planned {
        name: "0198c000-0000-7000-8000-000000000003",
        of: "Summit Medical Supply",
        what: &[("BP Cell 2", 5)],
        hubs: 2,
        reference: "SMS-118",
        until: Until::Ordered,
    },
];

/// What Harbor Devices sends back.
const RETURN: &str = "0198c000-0000-7000-8000-000000000004";
const RETURNED: &str = "D000803";

/// Makes them, at the first start.
pub(super) async fn make(
    api: &Api,
    admin: &Api,
    world: &mut World,
    ground: &Ground,
    screen: &Screen,
) -> Result<(), DemoError> {
    if world.orders_made {
        return Ok(());
    }
    for device in &mut super::plan::for_orders() {
        stocked(admin, device, None, ground).await?;
    }
    for planned in &ORDERS {
        let Some(distributor) = world.distributors.iter().find(|one| one.name == planned.of) else {
            continue;
        };
        let people = api.sign_in(&distributor.email, &world.password).await?;
        one(&people, admin, planned).await?;
    }
    if let Some(harbor) = world.distributors.iter().find(|one| one.name == "Harbor Devices") {
        let people = api.sign_in(&harbor.email, &world.password).await?;
        let back = json!({"request_id": RETURN, "reason": "faulty", "serials": [RETURNED],
            "note": "The cuff does not inflate."});
        people
            .post("/api/v1/returns", &back)
            .await?
            .success("asking for a return")?;
    }
    screen.step("distributors ordered devices from the platform");
    world.orders_made = true;
    world.save()
}

async fn one(people: &Api, admin: &Api, planned: &Planned) -> Result<(), DemoError> {
    let mut lines = Vec::new();
    for (model, quantity) in planned.what {
        let id = model_id(admin, "Acme", model).await?;
        lines.push(json!({"model_id": id, "quantity": quantity}));
    }
    if planned.hubs > 0 {
        lines.push(json!({"quantity": planned.hubs}));
    }
    let new = json!({
        "request_id": planned.name,
        "lines": lines,
        "reference": planned.reference,
        "delivery": paper::delivery(planned.of),
    });
    let made = people
        .post("/api/v1/orders", &new)
        .await?
        .success("ordering devices")?;
    let path = format!("/api/v1/orders/{}", made["id"].as_str().unwrap_or_default());
    let mut state = made["state"].clone();
    if planned.until >= Until::Shipped {
        if state == "ordered" {
            state = step(admin, &path, "allocate", &json!({})).await?;
        }
        if state == "allocated" {
            let parcel = json!({"carrier": "UPS", "tracking": "1Z999AA10123456784"});
            state = step(admin, &path, "ship", &parcel).await?;
        }
    }
    if planned.until == Until::InStock && state == "shipped" {
        step(people, &path, "receive", &json!({})).await?;
    }
    Ok(())
}

/// Makes a step, and returns how far the order is then.
async fn step(api: &Api, path: &str, verb: &str, body: &Value) -> Result<Value, DemoError> {
    let done = api.post(&format!("{path}/{verb}"), body).await?;
    Ok(done.success("a step of an order")?["state"].clone())
}
