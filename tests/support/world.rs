//! A small world, made through the API as an integrator would make it.

use serde_json::{Value, json};

use crate::{Client, Server};

pub const PASSWORD: &str = "correct horse battery staple";

/// A server with an administrator.
#[derive(Debug)]
pub struct World {
    pub server: Server,
    pub admin: Client,
    pub anyone: Client,
}

#[derive(Debug, Clone)]
pub struct Customer {
    pub id: String,
    pub email: String,
    pub user_id: String,
    /// A user of the customer with every permission.
    pub user: Client,
}

#[derive(Debug, Clone)]
pub struct Device {
    pub id: String,
    pub serial: String,
    /// Sends with the device's own token.
    pub client: Client,
}

#[derive(Debug, Clone)]
pub struct Hub {
    pub id: String,
    pub claim_code: String,
}

impl World {
    pub async fn new() -> Self {
        Self::with(&[]).await
    }

    pub async fn with(arguments: &[&str]) -> Self {
        let server = Server::start_with(arguments).await;
        server.run(
            &[
                "admin",
                "create",
                "--email",
                "admin@example.org",
                "--name",
                "Ada Admin",
                "--password-stdin",
            ],
            PASSWORD,
        );
        let anyone = Client::new(&server.url());
        let admin = anyone.sign_in("admin@example.org", PASSWORD).await;
        Self {
            server,
            admin,
            anyone,
        }
    }

    pub async fn customer(&self, name: &str) -> Customer {
        let id = id(&self
            .admin
            .post("/api/v1/customers", &json!({"name": name}))
            .await
            .ok());
        let email = format!("{}@example.org", name.to_lowercase().replace(' ', "."));
        let user = json!({"email": email, "name": format!("{name} User"), "role": "customer", "customer_id": id,
            "password": PASSWORD});
        let user_id = self::id(&self.admin.post("/api/v1/users", &user).await.ok());
        self.server.run(&["admin", "confirm", "--email", &email], "");
        let user = self.anyone.sign_in(&email, PASSWORD).await;
        Customer {
            id,
            email,
            user_id,
            user,
        }
    }

    pub async fn model(&self, name: &str, kinds: &[&str], transport: &str) -> String {
        let model = json!({"maker": "Acme", "name": name, "kinds": kinds, "transport": transport});
        id(&self.admin.post("/api/v1/device-models", &model).await.ok())
    }

    /// An active device of the customer, held for sixty days, with a token.
    pub async fn device(&self, customer: &Customer, model: &str, serial: &str) -> Device {
        let since = (crate::now() - chrono::TimeDelta::days(60)).to_rfc3339();
        let device = json!({"maker": "Acme", "serial": serial, "model_id": model, "customer_id": customer.id,
            "customer_reference": format!("bed-{serial}"), "assigned_since": since, "state": "active"});
        let id = id(&self.admin.post("/api/v1/devices", &device).await.ok());
        let token = customer
            .user
            .post(&format!("/api/v1/devices/{id}/token"), &json!({}))
            .await
            .ok();
        let client = self.anyone.with_token(token["token"].as_str().expect("a token"));
        Device {
            id,
            serial: serial.to_owned(),
            client,
        }
    }

    pub async fn hub(&self, customer: &Customer, serial: &str) -> Hub {
        let hub = json!({"serial": serial, "name": format!("Ward {serial}"), "customer_id": customer.id});
        let id = id(&self.admin.post("/api/v1/hubs", &hub).await.ok());
        let code = self
            .admin
            .post(&format!("/api/v1/hubs/{id}/claim-code"), &json!({}))
            .await
            .ok();
        Hub {
            id,
            claim_code: code["code"].as_str().expect("a code").to_owned(),
        }
    }

    /// The customer's own server is told to the platform; returns the endpoint's id and its secret.
    pub async fn endpoint(&self, customer: &Customer, url: &str) -> (String, String) {
        let endpoint = customer
            .user
            .post("/api/v1/endpoints", &json!({"url": url}))
            .await
            .ok();
        (
            id(&endpoint),
            endpoint["secret"].as_str().expect("a secret").to_owned(),
        )
    }
}

/// The `id` of an answer.
#[track_caller]
pub fn id(answer: &Value) -> String {
    answer["id"]
        .as_str()
        .unwrap_or_else(|| panic!("no id in {answer}"))
        .to_owned()
}
