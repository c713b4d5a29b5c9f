//! A server with a clock that is moved by hand, its clients, and two customers.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use vitalwire_server::config::{Config, Overrides, Role};
use vitalwire_server::ground::ids::{CustomerId, UserId};
use vitalwire_server::ground::{Clock as _, Ground, Keys, MasterKey, SystemClock, SystemRandom, TestClock};
use vitalwire_server::history::archive::Archive;
use vitalwire_server::history::commit::{Committer, Limits};
use vitalwire_server::http::{self, State};
use vitalwire_server::identity::{Cost, Identity, NewUser, Organisation, Password};
use vitalwire_server::intake::{Intake, RefusalLog};

use vitalwire_server::queue::Signals;
use vitalwire_server::registry::IdentityCache;
use vitalwire_server::tenancy::{Database, Pools};

use crate::cluster::Cluster;
use crate::folder::Folder;

pub(crate) const PASSWORD: &str = "correct horse battery staple";
pub(crate) const ADMIN: &str = "ada@platform.example";

pub(crate) struct World {
    pub(crate) clock: Arc<TestClock>,
    pub(crate) ground: Ground,
    pub(crate) database: Database,
    pub(crate) identity: Identity,
    pub(crate) intake: Intake,
    /// The server's own, to say what other circuits would, and to stop it.
    pub(crate) state: State,
    pub(crate) anyone: Client,
    /// As the superuser, to look and to prepare.
    pub(crate) sql: PgPool,
    /// Where the server's archive lies.
    pub(crate) folder: Folder,
    /// Where its database is: for the server's own role, and for the superuser.
    pub(crate) urls: [String; 2],
    _stop: tokio_util::sync::DropGuard,
}

/// A client of the API, with a token or without.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
    pub(crate) body: Value,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// With another configuration.
    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let (url, superuser) = Cluster::get().await.database().await;
        let sql = PgPool::connect(&superuser).await.unwrap();
        let database = Database::connect(&url, Pools::default(), false).await.unwrap();
        let clock = Arc::new(TestClock::at(SystemClock.now()));
        let keys = Keys::derive(&MasterKey::new([7; 32]));
        let ground = Ground::with(clock.clone(), Arc::new(SystemRandom::new()), keys);
        let mut config = Config::load(&Overrides {
            listen: Some("127.0.0.1:0".parse().unwrap()),
            public_url: Some("https://vitalwire.example".to_owned()),
            data_dir: Some(std::env::temp_dir()),
            roles: vec![Role::Web],
            ..Overrides::default()
        })
        .unwrap();
        change(&mut config);
        let identity = Identity::with_cost(
            ground.clone(),
            database.clone(),
            &config.public_url,
            Cost::TRIVIAL,
        );
        let stop = CancellationToken::new();
        let pool = database.system_intake().clone();
        let limits = Limits {
            queue: 100,
            batch: 10,
            committers: 1,
        };
        let (refusals, _) = RefusalLog::start(ground.clone(), pool.clone(), stop.clone());
        let nobody_to_wake: Arc<dyn Fn() + Send + Sync> = Arc::new(|| {});
        let intake = Intake::new(
            ground.clone(),
            database.clone(),
            IdentityCache::start(ground.clone(), pool.clone(), stop.clone()),
            Committer::start(&pool, limits, &nobody_to_wake),
            refusals,
            config.public_url.clone(),
            config.intake,
        );
        let folder = Folder::new(&ground);
        let archive = Archive::new(ground.clone(), database.clone(), folder.blobs());
        let state = State::new(
            ground.clone(),
            database.clone(),
            identity.clone(),
            intake.clone(),
            Signals::local(),
            archive,
            &config,
        );
        let (server, address) = http::server(state.clone(), &config).unwrap();
        tokio::spawn(server);
        identity
            .system_create_admin(ADMIN, "Ada Admin", PASSWORD)
            .await
            .unwrap();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let anyone = Client {
            http,
            base: format!("http://{address}"),
            token: None,
        };
        Self {
            clock,
            ground,
            database,
            identity,
            intake,
            state,
            anyone,
            sql,
            folder,
            urls: [url, superuser],
            _stop: stop.drop_guard(),
        }
    }

    /// Returns when a statement of the server waits for a lock. A loop, because nothing announces it.
    pub(crate) async fn somebody_waits(&self) {
        let ask = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";
        for _ in 0..500 {
            let waiting: i64 = sqlx::query_scalar(ask).fetch_one(&self.sql).await.unwrap();
            if waiting > 0 {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("nobody waits");
    }

    pub(crate) async fn admin(&self) -> Client {
        self.anyone.sign_in(ADMIN).await
    }

    /// A user made beside the API, with every permission.
    pub(crate) async fn user(&self, email: &str, organisation: Organisation) -> UserId {
        self.person("Somebody", email, organisation).await
    }

    async fn person(&self, name: &str, email: &str, organisation: Organisation) -> UserId {
        let role = match organisation {
            Organisation::Platform => "admin",
            Organisation::Distributor(_) => "distributor",
            Organisation::Customer(_) => "customer",
        };
        self.identity
            .system_create_user(NewUser {
                email: email.parse().unwrap(),
                name: name.to_owned(),
                role: role.parse().unwrap(),
                organisation,
                password: Password::typed(PASSWORD),
                permissions: None,
            })
            .await
            .unwrap()
    }

    /// A distributor, and a person of its signed in, with every permission.
    pub(crate) async fn dealer(&self, admin: &Client) -> (String, Client) {
        let distributor = admin
            .post("/api/v1/distributors", &json!({"name": "Meridian"}))
            .await
            .created("id");
        let of = Organisation::Distributor(distributor.parse().unwrap());
        self.user("sel@meridian.example", of).await;
        let person = self.anyone.sign_in("sel@meridian.example").await;
        (distributor, person)
    }

    /// A customer with a user `<name>@clinic.example`, a device that is held for ten days, a hub and an endpoint.
    pub(crate) async fn tenant(&self, admin: &Client, name: &str) -> Tenant {
        let customer = admin
            .post("/api/v1/customers", &json!({"name": name}))
            .await
            .created("id");
        let email = format!("{name}@clinic.example");
        let own = Organisation::Customer(customer.parse().unwrap());
        let user_id = self.person(name, &email, own).await.to_string();
        let user = self.anyone.sign_in(&email).await;
        let model = self.model(admin).await;
        let since = (self.clock.now() - TimeDelta::days(10)).to_rfc3339();
        let device = json!({"maker": "Acme", "serial": format!("S-{name}"), "model_id": model,
            "customer_id": customer, "assigned_since": since});
        let device = admin.post("/api/v1/devices", &device).await.created("id");
        let hub = json!({"serial": format!("H-{name}"), "name": "Ward", "customer_id": customer});
        let hub = admin.post("/api/v1/hubs", &hub).await.created("id");
        let endpoint = json!({"url": "https://clinic.example/hook"});
        let endpoint = user.post("/api/v1/endpoints", &endpoint).await.created("id");
        let invitation = json!({"email": format!("new.{email}"), "name": "New", "role": "customer",
            "customer_id": customer});
        let invitation = user.post("/api/v1/invitations", &invitation).await.created("id");
        Tenant {
            customer,
            user_id,
            invitation,
            email,
            user,
            device,
            hub,
            endpoint,
        }
    }

    pub(crate) async fn model(&self, admin: &Client) -> String {
        let model =
            json!({"maker": "Acme", "name": "Cuff", "kinds": ["blood_pressure"], "transport": "cellular"});
        let made = admin.post("/api/v1/device-models", &model).await;
        if made.status == 201 {
            return made.created("id");
        }
        let known = admin.get("/api/v1/device-models").await;
        known.body["data"][0]["id"].as_str().unwrap().to_owned()
    }

    /// The last battery that was said of a device, in percent. A loop, because it is written behind the answers and nothing
    /// announces it.
    pub(crate) async fn heard(&self, device: &str) -> i16 {
        self.heard_since(device, DateTime::UNIX_EPOCH).await
    }

    /// The same once it was heard of at this time or later.
    pub(crate) async fn heard_since(&self, device: &str, since: DateTime<Utc>) -> i16 {
        let sql = "select battery_percent from device_status
            where device_id = $1 and last_seen_at >= $2::timestamptz - interval '1 millisecond'";
        for _ in 0..500 {
            let battery: Option<i16> = sqlx::query_scalar(sql)
                .bind(device.parse::<Uuid>().unwrap())
                .bind(since)
                .fetch_optional(&self.sql)
                .await
                .unwrap()
                .flatten();
            if let Some(battery) = battery {
                return battery;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("nothing was heard of the device");
    }

    /// A reading put into the history by hand.
    pub(crate) async fn reading(&self, tenant: &Tenant, minutes_ago: i64) -> String {
        let id: Uuid = self.ground.id();
        let measured = self.clock.now() - TimeDelta::minutes(minutes_ago);
        sqlx::query(
            "insert into reading (id, received_at, customer_id, device_id, credential_id, kind, measured_at, measured_on,
               content_hash, vals, quality, proof, raw_id)
             values ($1, $2, $3, $4, $1, 'blood_pressure', $5, $6, $7, $8, 0, 'device_token', $1)",
        )
        .bind(id)
        .bind(self.clock.now())
        .bind(tenant.customer.parse::<Uuid>().unwrap())
        .bind(tenant.device.parse::<Uuid>().unwrap())
        .bind(measured)
        .bind(measured.with_timezone(&Utc).date_naive())
        .bind([id.as_bytes().as_slice(), id.as_bytes().as_slice()].concat())
        .bind(json!({"systolic": 121, "diastolic": 79, "pulse": 66}))
        .execute(&self.sql)
        .await
        .unwrap();
        id.to_string()
    }
}

pub(crate) struct Tenant {
    pub(crate) customer: String,
    pub(crate) user_id: String,
    pub(crate) invitation: String,
    pub(crate) email: String,
    pub(crate) user: Client,
    pub(crate) device: String,
    pub(crate) hub: String,
    pub(crate) endpoint: String,
}

impl Tenant {
    /// Its user, signed in again: an access token lives a quarter of an hour.
    pub(crate) async fn anew(&self, world: &World) -> Client {
        world.anyone.sign_in(&self.email).await
    }

    pub(crate) fn customer_id(&self) -> CustomerId {
        self.customer.parse().unwrap()
    }
}

impl Client {
    pub(crate) async fn sign_in(&self, email: &str) -> Self {
        let token = self.token_for(email, PASSWORD).await.created("access_token");
        Self {
            token: Some(token),
            ..self.clone()
        }
    }

    pub(crate) async fn token_for(&self, email: &str, password: &str) -> Answer {
        self.post("/api/v1/token", &json!({"email": email, "password": password}))
            .await
    }

    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.call("POST", path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.call("PATCH", path, Some(body)).await
    }

    pub(crate) async fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let request = self.request(method, path);
        self.send(body.iter().fold(request, reqwest::RequestBuilder::json))
            .await
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let request = self
            .http
            .request(method.parse().unwrap(), format!("{}{path}", self.base));
        self.token
            .iter()
            .fold(request, reqwest::RequestBuilder::bearer_auth)
    }

    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Answer::of(status, headers, answer.text().await.unwrap())
    }

    /// The first part of an answer that may have no end.
    pub(crate) async fn head_of(&self, method: &str, path: &str) -> Answer {
        let mut answer = self.request(method, path).send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let first = answer.chunk().await.unwrap().unwrap_or_default();
        Answer::of(status, headers, String::from_utf8(first.into()).unwrap())
    }
}

impl Answer {
    fn of(status: u16, headers: reqwest::header::HeaderMap, text: String) -> Self {
        Self {
            status,
            headers,
            body: serde_json::from_str(&text).unwrap_or(Value::Null),
            text,
        }
    }

    /// A member of a success.
    #[track_caller]
    pub(crate) fn created(self, member: &str) -> String {
        assert!(
            (200..300).contains(&self.status),
            "{}: {}",
            self.status,
            self.text
        );
        self.body[member]
            .as_str()
            .unwrap_or_else(|| panic!("no {member} in {}", self.text))
            .to_owned()
    }

    /// Status and the last word of the problem's type.
    pub(crate) fn problem(&self) -> (u16, &str) {
        let slug = self.body["type"]
            .as_str()
            .and_then(|text| text.strip_prefix("urn:vitalwire:problem:"));
        (self.status, slug.unwrap_or("no problem document"))
    }

    pub(crate) fn ids(&self) -> Vec<&str> {
        let rows = self.body["data"]
            .as_array()
            .unwrap_or_else(|| panic!("no list: {}", self.text));
        rows.iter().map(|row| row["id"].as_str().unwrap()).collect()
    }
}
