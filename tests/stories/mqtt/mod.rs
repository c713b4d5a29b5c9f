//! Devices over MQTT: a real Mosquitto with the configuration that we ship, devices that speak to it with somebody else's
//! client, and the built server.

mod acknowledged;
mod away;
mod bad_input;
mod kills;
mod refused;
mod servers;
mod walls;

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use vitalwire_tests::{Broker, Client, Customer, Device, Server, World, free_port};

/// The users of the platform in the configuration that we ship.
const SERVERS: [&str; 2] = ["vitalwire-1", "vitalwire-2"];

/// A platform whose devices send over a broker.
struct Scene {
    broker: Broker,
    world: World,
    customer: Customer,
    /// Where the server's metrics are read.
    metrics: u16,
    model: String,
}

impl Scene {
    /// With these devices as users of the broker, which runs. Returns when the server has subscribed.
    async fn new(serials: &[&str]) -> Self {
        Self::with_settings(serials, "").await
    }

    /// The same with more in the server's configuration.
    async fn with_settings(serials: &[&str], more: &str) -> Self {
        let mut broker = Broker::with_users(&[serials, &SERVERS].concat());
        broker.start().await;
        let scene = Self::set_up(broker, SERVERS[0], more).await;
        scene.connected(1).await;
        scene
    }

    /// With a broker as it is, on which the server is this user.
    async fn with(broker: Broker, user: &str) -> Self {
        Self::set_up(broker, user, "").await
    }

    async fn set_up(broker: Broker, user: &str, more: &str) -> Self {
        let metrics = free_port();
        let file = broker.server_file(user, &format!("{}\n{more}", listen(metrics)));
        let world = World::with(&["--config", &file]).await;
        let customer = world.customer("Northside Clinic").await;
        let model = world.model("Cuff M", &["blood_pressure"], "mqtt").await;
        Self {
            broker,
            world,
            customer,
            metrics,
            model,
        }
    }

    async fn device(&self, serial: &str) -> Device {
        self.world.device(&self.customer, &self.model, serial).await
    }

    /// Waits until the server has connected so many times, by its log.
    async fn connected(&self, times: usize) {
        until("the server connects", || {
            count(&self.world.server, "connected to the MQTT broker") >= times
        })
        .await;
    }

    /// Waits until a metric of the server has at least this value.
    async fn reaches(&self, name: &str, least: f64) {
        for _ in 0..1_200 {
            if self.metric(name).await >= least {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{name} does not reach {least}");
    }

    /// A metric of the server, 0 where it is not there yet.
    async fn metric(&self, name: &str) -> f64 {
        metric(self.metrics, name).await
    }
}

/// The line of a configuration that opens the metrics.
fn listen(port: u16) -> String {
    format!("metrics_listen = \"127.0.0.1:{port}\"")
}

async fn metric(port: u16, name: &str) -> f64 {
    let base = format!("http://127.0.0.1:{port}");
    let text = Client::new(&base).get("/metrics").await.text;
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.map_or(0.0, |value| value.trim().parse().expect("a number"))
}

/// How often the server's log says this.
fn count(server: &Server, words: &str) -> usize {
    server.log().matches(words).count()
}

/// Asks again and again what no event tells.
async fn until(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..1_200 {
        if is_so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it does not happen: {what}");
}

/// A reading of a device as it is published.
fn reading(serial: &str, token: &str, at: DateTime<Utc>) -> Value {
    json!({"device": serial, "token": token, "kind": "blood_pressure", "measured_at": at.to_rfc3339(),
        "values": {"systolic": 121, "diastolic": 79, "pulse": 66}})
}

fn bytes(message: &Value) -> Vec<u8> {
    message.to_string().into_bytes()
}
