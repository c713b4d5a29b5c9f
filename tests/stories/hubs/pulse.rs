//! A hub that beats beside its uplink, and does what people ask of it.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use vitalwire_hub::{Bedside, CallError, DeviceHealth, Heartbeat, HubDevice, Pulse, SystemRandom};
use vitalwire_tests::{World, now};

/// A box with one scale in reach, and one that is not its customer's.
#[derive(Default)]
struct Ward {
    rescans: AtomicUsize,
    served: Mutex<Vec<HubDevice>>,
}

impl Bedside for Ward {
    async fn health(&self) -> Heartbeat {
        let heard = |serial: &str, battery| DeviceHealth {
            maker: "Acme".to_owned(),
            serial: serial.to_owned(),
            battery_percent: Some(battery),
            signal_dbm: Some(-70),
            last_seen_at: Some(now()),
        };
        Heartbeat {
            version: "9.9.9".to_owned(),
            uptime_seconds: 12,
            queued: 0,
            devices: vec![heard("P-scale", 61), heard("P-foreign", 5)],
        }
    }

    async fn serve(&self, devices: Vec<HubDevice>) {
        *self.served.lock().unwrap() = devices;
    }

    async fn rescan(&self) -> Result<String, String> {
        self.rescans.fetch_add(1, Ordering::SeqCst);
        Ok("found 1 device".to_owned())
    }

    async fn log(&self) -> Result<String, String> {
        Ok("08:15 found P-scale".to_owned())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hub_says_how_it_is_and_does_what_it_is_asked() {
    let world = World::new().await;
    let (customer, other) = (world.customer("Wards").await, world.customer("Others").await);
    let model = world.model("Scale P", &["weight"], "bluetooth").await;
    world.device(&customer, &model, "P-scale").await;
    world.device(&other, &model, "P-foreign").await;
    let hub = world.active_hub(&customer, "P-hub").await;
    let path = format!("/api/v1/hubs/{}", hub.id);
    let mut commands = Vec::new();
    for kind in ["ping", "update_list", "rescan", "send_logs"] {
        let made = customer
            .user
            .post(&format!("{path}/commands"), &json!({"kind": kind}))
            .await
            .ok();
        commands.push(made["id"].clone());
    }

    let ward = Arc::new(Ward::default());
    let pulse = Pulse::new(
        Arc::clone(&ward),
        Arc::clone(&hub.client),
        Arc::new(SystemRandom::new()),
    );
    let stop = CancellationToken::new();
    let beating = tokio::spawn(pulse.run(stop.clone()));
    let all_done = async || -> Value {
        loop {
            let seen = customer.user.get(&format!("{path}/commands")).await.ok();
            let rows = seen["data"].as_array().unwrap();
            if rows.iter().all(|row| row["state"] == "done") {
                return seen;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let seen = tokio::time::timeout(Duration::from_secs(30), all_done()).await;
    let seen = seen.expect("every command is done");
    let details: Vec<&Value> = seen["data"]
        .as_array()
        .unwrap()
        .iter()
        .rev()
        .map(|row| &row["detail"])
        .collect();
    assert_eq!(
        details,
        [
            &json!("here"),
            &json!("serves 1 devices"),
            &json!("found 1 device"),
            &Value::Null
        ]
    );
    assert_eq!(ward.rescans.load(Ordering::SeqCst), 1);
    assert_eq!(ward.served.lock().unwrap()[0].serial, "P-scale");
    stop.cancel();
    beating.await.unwrap();

    let shown = customer.user.get(&path).await.ok();
    assert_eq!(
        (&shown["version"], &shown["queued"]),
        (&json!("9.9.9"), &json!(0))
    );
    let behind = customer.user.get(&format!("{path}/devices")).await.ok();
    let behind = behind["data"].as_array().unwrap();
    assert_eq!(behind.len(), 1, "nothing of others' devices");
    assert_eq!(
        (&behind[0]["serial"], &behind[0]["battery_percent"]),
        (&json!("P-scale"), &json!(61))
    );
    let logs = customer.user.get(&format!("{path}/logs")).await.ok();
    let log = logs["data"][0]["id"].as_str().unwrap().to_owned();
    let text = customer.user.get(&format!("{path}/logs/{log}")).await;
    assert_eq!(text.text, "08:15 found P-scale");

    // Given back, the box is believed no more.
    let back = customer.user.post(&format!("{path}/return"), &json!({})).await;
    assert_eq!(back.status, 204, "{}", back.text);
    let health = ward.health().await;
    let refused = loop {
        match hub.client.heartbeat(&health).await {
            Ok(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            Err(error) => break error,
        }
    };
    assert!(
        matches!(refused, CallError::Unauthorized { .. } | CallError::Inactive),
        "{refused:?}"
    );
}
