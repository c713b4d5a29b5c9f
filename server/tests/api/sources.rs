//! Vendors' clouds: who may send, for which devices, and what becomes of what they say.

mod adopted;
mod each_vendor;
mod kept_apart;
mod taken;

use serde_json::{Value, json};

use crate::world::{Answer, Client, World};

/// A source with its secret.
pub(crate) struct Source {
    pub(crate) id: String,
    pub(crate) path: String,
    pub(crate) secret: String,
    pub(crate) header: String,
    anyone: Client,
}

impl Source {
    /// Adds one; what else there is to say of it stands in `more`.
    pub(crate) async fn add(world: &World, by: &Client, vendor: &str, more: Value) -> Self {
        let mut wanted = json!({"vendor": vendor, "name": format!("Our {vendor}")});
        let members = more.as_object().unwrap().clone();
        wanted.as_object_mut().unwrap().extend(members);
        let made = by.post("/api/v1/sources", &wanted).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let source = &made.body["source"];
        let address = source["address"].as_str().unwrap();
        let path = address.strip_prefix("https://vitalwire.example").unwrap();
        Self {
            id: source["id"].as_str().unwrap().to_owned(),
            path: path.to_owned(),
            secret: made.body["secret"].as_str().unwrap().to_owned(),
            header: source["shown_as"].as_str().unwrap().to_owned(),
            anyone: world.anyone.clone(),
        }
    }

    /// Sends as the vendor's cloud does that shows a header.
    pub(crate) async fn sends(&self, body: &Value) -> Answer {
        self.shows(&self.secret, body.to_string()).await
    }

    /// The same with whatever secret and body.
    pub(crate) async fn shows(&self, secret: &str, body: String) -> Answer {
        let request = self
            .anyone
            .request("POST", &self.path)
            .header("content-type", "application/json")
            .body(body);
        let request = if self.header == "vitalwire" {
            request.basic_auth("vitalwire", Some(secret))
        } else {
            request.header(&self.header, secret)
        };
        self.anyone.send(request).await
    }

    /// Gives it a device.
    pub(crate) async fn knows(&self, by: &Client, device: &str, named: &str) -> Answer {
        let path = format!("/api/v1/sources/{}/devices", self.id);
        by.post(&path, &json!({"device_id": device, "named": named}))
            .await
    }

    /// The devices that it spoke of and does not speak for.
    pub(crate) async fn waiting(&self, by: &Client) -> Vec<(String, i64)> {
        let answer = by.get(&format!("/api/v1/sources/{}/waiting", self.id)).await;
        let rows = answer
            .body
            .as_array()
            .unwrap_or_else(|| panic!("{}", answer.text));
        let row = |row: &Value| {
            (
                row["named"].as_str().unwrap().to_owned(),
                row["messages"].as_i64().unwrap(),
            )
        };
        rows.iter().map(row).collect()
    }
}

/// The statuses of an answer's verdicts, and the reasons of those that were set aside.
pub(crate) fn verdicts(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.text);
    let verdicts = answer.body["verdicts"].as_array().unwrap();
    let word = |verdict: &Value| match (verdict["status"].as_str().unwrap(), verdict["reason"].as_str()) {
        (status, Some(reason)) => format!("{status}: {reason}"),
        (status, None) => status.to_owned(),
    };
    verdicts.iter().map(word).collect()
}

/// A blood pressure of a cuff of Transtek's, measured at these seconds.
pub(crate) fn cuff(imei: &str, seconds: i64, systolic: i32) -> Value {
    json!({"deviceId": "100224300182", "isTest": false, "modelNumber": "TMB-2092-G", "createdAt": seconds,
        "data": {"data_type": "bpm_gen2_measure", "imei": imei, "sn": "100224300182", "iccid": "89014103271467425631",
            "user": 1, "sys": systolic, "dia": 78, "pul": 65, "ihb": false, "hand": false, "tri": false, "bat": 90,
            "sig": 20, "ts": seconds, "tz": "UTC-4"}})
}
