//! Nothing of one customer can be read, changed or guessed by another, whichever operation is tried. Every operation of
//! the description has a row here; one without fails.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use vitalwire_server::ground::Clock as _;

use crate::world::{Answer, Client, PASSWORD, Tenant, World};

/// What a stranger from another customer gets, who may do everything in their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gets {
    /// It does not exist.
    NotFound,
    /// It is not for customers at all.
    Forbidden,
    /// An answer in which nothing of the other customer stands.
    NothingForeign,
}
use Gets::{Forbidden, NotFound, NothingForeign};

/// Every operation, and what the stranger gets.
const TABLE: [(&str, &str, Gets); 158] = [
    ("POST", "/token", NothingForeign),
    ("GET", "/me", NothingForeign),
    ("GET", "/customers", NothingForeign),
    ("POST", "/customers", Forbidden),
    ("GET", "/customers/{id}", NotFound),
    ("PATCH", "/customers/{id}", Forbidden),
    ("GET", "/customers/{id}/history", NotFound),
    ("GET", "/customers/{id}/contacts", NotFound),
    ("POST", "/customers/{id}/contacts", Forbidden),
    ("PATCH", "/customers/{id}/contacts/{contact}", Forbidden),
    ("DELETE", "/customers/{id}/contacts/{contact}", Forbidden),
    ("GET", "/distributors", Forbidden),
    ("POST", "/distributors", Forbidden),
    ("GET", "/distributors/{id}", Forbidden),
    ("PATCH", "/distributors/{id}", Forbidden),
    ("GET", "/distributors/{id}/history", Forbidden),
    ("GET", "/distributors/{id}/contacts", Forbidden),
    ("POST", "/distributors/{id}/contacts", Forbidden),
    ("PATCH", "/distributors/{id}/contacts/{contact}", Forbidden),
    ("DELETE", "/distributors/{id}/contacts/{contact}", Forbidden),
    ("GET", "/organisation", NothingForeign),
    ("PATCH", "/organisation", NothingForeign),
    ("GET", "/organisation/contacts", NothingForeign),
    ("POST", "/organisation/contacts", NothingForeign),
    ("PATCH", "/organisation/contacts/{id}", NotFound),
    ("DELETE", "/organisation/contacts/{id}", NotFound),
    ("GET", "/users", NothingForeign),
    ("POST", "/users", NotFound),
    ("POST", "/users/{id}/confirm", Forbidden),
    ("POST", "/me/confirmation", NothingForeign),
    ("PATCH", "/users/{id}", NotFound),
    ("GET", "/users/{id}/sites", NotFound),
    ("GET", "/sites", NothingForeign),
    ("POST", "/sites", NothingForeign),
    ("GET", "/sites/{id}", NotFound),
    ("PATCH", "/sites/{id}", NotFound),
    ("POST", "/sites/{id}/devices", NotFound),
    ("POST", "/sites/{id}/hubs", NotFound),
    ("GET", "/care-teams", NothingForeign),
    ("POST", "/care-teams", NothingForeign),
    ("GET", "/care-teams/{id}", NotFound),
    ("PATCH", "/care-teams/{id}", NotFound),
    ("DELETE", "/care-teams/{id}", NotFound),
    ("GET", "/invitations", NothingForeign),
    ("POST", "/invitations", NotFound),
    ("POST", "/invitations/{id}/send-again", NotFound),
    ("DELETE", "/invitations/{id}", NotFound),
    ("GET", "/device-models", NothingForeign),
    ("POST", "/device-models", Forbidden),
    ("PATCH", "/device-models/{id}", Forbidden),
    ("GET", "/devices", NothingForeign),
    ("POST", "/devices", Forbidden),
    ("GET", "/devices/{id}", NotFound),
    ("PATCH", "/devices/{id}", NotFound),
    ("PATCH", "/devices/{id}/numbers", Forbidden),
    ("PATCH", "/devices/{id}/reference", NotFound),
    ("POST", "/devices/{id}/token", NotFound),
    ("GET", "/devices/{id}/token", NotFound),
    ("DELETE", "/devices/{id}/token", NotFound),
    ("POST", "/devices/{id}/assignments", Forbidden),
    ("POST", "/devices/{id}/allocate", Forbidden),
    ("POST", "/devices/{id}/recall", Forbidden),
    ("POST", "/devices/{id}/place", Forbidden),
    ("POST", "/devices/{id}/return", NotFound),
    ("POST", "/devices/{id}/restock", Forbidden),
    ("POST", "/devices/{id}/replace", NotFound),
    ("POST", "/devices/{id}/retire", Forbidden),
    ("GET", "/devices/{id}/history", NotFound),
    ("GET", "/devices/{id}/line", NotFound),
    ("GET", "/devices/{id}/label", Forbidden),
    ("POST", "/devices/adopt", NotFound),
    ("POST", "/devices/adopt/ask", NothingForeign),
    ("POST", "/devices/adopt/reading", NotFound),
    ("GET", "/devices/{id}/readings", NotFound),
    ("GET", "/devices/{id}/readings/series", NotFound),
    ("GET", "/readings/stream", NothingForeign),
    ("GET", "/readings/{id}", NotFound),
    ("GET", "/readings/{id}/trace", NotFound),
    ("GET", "/archive", NothingForeign),
    ("GET", "/archive/{day}", NotFound),
    ("GET", "/archive/{day}/observations", NotFound),
    ("GET", "/archive/{day}/raw-messages", NotFound),
    ("GET", "/hubs", NothingForeign),
    ("POST", "/hubs", NotFound),
    ("GET", "/hubs/{id}", NotFound),
    ("PATCH", "/hubs/{id}", NotFound),
    ("POST", "/hubs/{id}/claim-code", NotFound),
    ("POST", "/hubs/{id}/confirm", NotFound),
    ("POST", "/hubs/{id}/allocate", Forbidden),
    ("POST", "/hubs/{id}/recall", Forbidden),
    ("POST", "/hubs/{id}/place", Forbidden),
    ("POST", "/hubs/{id}/return", NotFound),
    ("POST", "/hubs/{id}/retire", Forbidden),
    ("GET", "/hubs/{id}/history", NotFound),
    ("GET", "/hubs/{id}/devices", NotFound),
    ("GET", "/hubs/{id}/commands", NotFound),
    ("POST", "/hubs/{id}/commands", NotFound),
    ("GET", "/hubs/{id}/logs", NotFound),
    ("GET", "/hubs/{id}/logs/{log}", NothingForeign),
    ("GET", "/sources", NothingForeign),
    ("POST", "/sources", NotFound),
    ("GET", "/sources/{id}", NotFound),
    ("PATCH", "/sources/{id}", NotFound),
    ("POST", "/sources/{id}/rotate-secret", NotFound),
    ("DELETE", "/sources/{id}/former-secret", NotFound),
    ("GET", "/sources/{id}/devices", NotFound),
    ("POST", "/sources/{id}/devices", NotFound),
    ("DELETE", "/sources/{id}/devices/{device}", NotFound),
    ("GET", "/sources/{id}/waiting", NotFound),
    ("POST", "/sources/{id}/adopt", NotFound),
    ("GET", "/endpoints", NothingForeign),
    ("POST", "/endpoints", NothingForeign),
    ("GET", "/endpoints/{id}", NotFound),
    ("PATCH", "/endpoints/{id}", NotFound),
    ("POST", "/endpoints/{id}/rotate-secret", NotFound),
    ("POST", "/endpoints/{id}/test", NotFound),
    ("GET", "/endpoints/{id}/attempts", NotFound),
    ("GET", "/endpoints/{id}/dead-letters", NotFound),
    ("POST", "/endpoints/{id}/dead-letters/retry", NotFound),
    ("GET", "/quarantine", Forbidden),
    ("POST", "/quarantine/dismiss", Forbidden),
    ("GET", "/refusals", NothingForeign),
    ("GET", "/search", NothingForeign),
    ("GET", "/cases", NothingForeign),
    ("POST", "/cases", NotFound),
    ("GET", "/cases/{id}", NotFound),
    ("PATCH", "/cases/{id}", NotFound),
    ("POST", "/cases/{id}/notes", NotFound),
    ("GET", "/orders", Forbidden),
    ("POST", "/orders", Forbidden),
    ("GET", "/orders/hardware-lines", Forbidden),
    ("GET", "/orders/{id}", Forbidden),
    ("POST", "/orders/{id}/allocate", Forbidden),
    ("POST", "/orders/{id}/release", Forbidden),
    ("POST", "/orders/{id}/ship", Forbidden),
    ("POST", "/orders/{id}/receive", Forbidden),
    ("POST", "/orders/{id}/found", Forbidden),
    ("POST", "/orders/{id}/write-off", Forbidden),
    ("POST", "/orders/{id}/waive", Forbidden),
    ("POST", "/orders/{id}/cancel", Forbidden),
    ("POST", "/orders/{id}/notes", Forbidden),
    ("GET", "/returns", Forbidden),
    ("POST", "/returns", Forbidden),
    ("GET", "/returns/{id}", Forbidden),
    ("POST", "/returns/{id}/accept", Forbidden),
    ("POST", "/returns/{id}/decline", Forbidden),
    ("POST", "/returns/{id}/cancel", Forbidden),
    ("POST", "/returns/{id}/send", Forbidden),
    ("POST", "/returns/{id}/receive", Forbidden),
    ("POST", "/returns/{id}/notes", Forbidden),
    ("GET", "/imports", NothingForeign),
    ("POST", "/imports", NothingForeign),
    ("GET", "/imports/template", NothingForeign),
    ("GET", "/imports/{id}", NotFound),
    ("DELETE", "/imports/{id}", NotFound),
    ("GET", "/imports/{id}/lines", NotFound),
    ("GET", "/imports/{id}/problems", NotFound),
    ("POST", "/imports/{id}/apply", NotFound),
];

/// An operation aimed at a victim.
struct Aimed {
    method: &'static str,
    path: String,
    body: Option<Value>,
    gets: Gets,
}

impl Aimed {
    fn at(
        victim: &Tenant,
        [reading, import, case, site, team, source, day]: [&str; 7],
        (method, pattern, gets): (&'static str, &str, Gets),
    ) -> Self {
        let id = match pattern.split('/').nth(1) {
            Some("customers") => &victim.customer,
            Some("users") => &victim.user_id,
            Some("invitations") => &victim.invitation,
            Some("devices") => &victim.device,
            Some("hubs") => &victim.hub,
            Some("endpoints") => &victim.endpoint,
            Some("imports") => import,
            Some("cases") => case,
            Some("sites") => site,
            Some("care-teams") => team,
            Some("sources") => source,
            _ => reading,
        };
        let mut path = format!(
            "/api/v1{}",
            pattern
                .replace("{id}", id)
                .replace("{contact}", reading)
                .replace("{device}", &victim.device)
                .replace("{day}", day)
        );
        if path.ends_with("/hardware-lines") {
            path.push_str("?from=2026-11-01&until=2026-12-01");
        }
        if path.ends_with("/readings/series") {
            path.push_str("?kind=blood_pressure");
        }
        Self {
            method,
            path,
            body: body(method, pattern, victim),
            gets,
        }
    }

    async fn fire(&self, client: &Client) -> Answer {
        if self.path.ends_with("/readings/stream") {
            // It has no end: what it begins with is all there is.
            return client.head_of("GET", &self.path).await;
        }
        client.call(self.method, &self.path, self.body.as_ref()).await
    }
}

/// A body that would do harm.
fn body(method: &str, pattern: &str, victim: &Tenant) -> Option<Value> {
    let customer = &victim.customer;
    Some(match (method, pattern) {
        ("POST", "/sites" | "/care-teams") | ("PATCH", "/sites/{id}" | "/care-teams/{id}") => {
            json!({"name": "Mine"})
        }
        ("POST", "/sites/{id}/devices") => json!({"devices": [victim.device]}),
        ("POST", "/sites/{id}/hubs") => json!({"hub_id": victim.hub}),
        ("POST", "/token") => json!({"email": "x@y.example", "password": "wrong"}),
        ("POST", "/customers" | "/distributors") => json!({"name": "New"}),
        ("POST", "/users") => json!({"email": "spy@clinic.example", "name": "Spy", "role": "customer",
            "customer_id": customer, "password": PASSWORD}),
        ("POST", "/invitations") => json!({"email": "spy@clinic.example", "name": "Spy", "role": "customer",
            "customer_id": customer}),
        ("PATCH", "/users/{id}") => json!({"state": "disabled"}),
        ("POST", "/device-models") => {
            json!({"maker": "M", "name": "N", "kinds": ["weight"], "transport": "mqtt"})
        }
        ("PATCH", "/customers/{id}" | "/distributors/{id}" | "/organisation") => {
            json!({"legal_name": "Taken"})
        }
        ("POST", path) if path.ends_with("/contacts") => {
            json!({"purpose": "general", "name": "Mine", "phone": "+1 555 0100"})
        }
        ("PATCH", path) if path.contains("/contacts/") => json!({"name": "Taken"}),
        ("PATCH", "/device-models/{id}") => json!({"name": "Taken"}),
        ("PATCH", "/devices/{id}/numbers") => json!({"firmware": "9.9"}),
        ("PATCH", "/devices/{id}/reference") => json!({"reference": "taken"}),
        ("POST", "/devices") => json!({"maker": "M", "serial": "S", "model_id": customer}),
        ("POST", "/cases") => json!({"device_id": victim.device, "title": "Mine"}),
        ("PATCH", "/cases/{id}") => json!({"state": "closed"}),
        ("POST", "/cases/{id}/notes" | "/orders/{id}/notes" | "/returns/{id}/notes") => {
            json!({"text": "Mine"})
        }
        ("POST", "/orders") => json!({"lines": [{"quantity": 1}], "delivery":
            {"name": "Here", "street": "1 Main Street", "city": "New York", "country": "US"}}),
        ("POST", "/orders/{id}/ship" | "/returns/{id}/send") => json!({"carrier": "UPS"}),
        ("POST", "/orders/{id}/found") => json!({"serials": ["S"]}),
        ("POST", "/orders/{id}/write-off") => json!({"serials": ["S"], "became": "lost", "replace": true}),

        ("POST", "/returns") => json!({"reason": "faulty", "serials": ["S"]}),
        ("POST", "/returns/{id}/decline") => json!({"reason": "no"}),
        ("POST", path) if path.starts_with("/orders/{id}/") || path == "/returns/{id}/receive" => json!({}),
        ("PATCH", "/devices/{id}" | "/hubs/{id}") => json!({"state": "inactive"}),
        ("POST", "/devices/{id}/assignments" | "/devices/{id}/place" | "/hubs/{id}/place") => {
            json!({"customer_id": customer})
        }
        ("POST", "/devices/{id}/allocate" | "/hubs/{id}/allocate") => json!({"distributor_id": customer}),
        ("POST", "/quarantine/dismiss") => json!({"items": [customer], "reason": "mine"}),
        ("POST", "/devices/adopt") => json!({"maker": "Acme", "serial": "S-victim", "code": "ABCDE-FGHJK"}),
        ("POST", "/devices/adopt/ask") => json!({"maker": "Acme", "serial": "S-victim"}),
        ("POST", "/devices/adopt/reading") => {
            json!({"maker": "Acme", "serial": "S-victim", "model_id": customer, "ticket": "AAAA"})
        }
        ("POST", "/devices/{id}/replace") => {
            json!({"with_device_id": victim.device, "reason": "it is broken"})
        }
        ("POST", "/hubs") => json!({"serial": "H", "name": "H", "customer_id": customer}),
        ("POST", "/hubs/{id}/commands") => json!({"kind": "ping"}),
        ("POST", "/hubs/{id}/confirm") => json!({"fingerprint": "aa"}),
        ("POST", "/sources") => json!({"vendor": "telli", "name": "Spy", "customer_id": customer}),
        ("PATCH", "/sources/{id}") => json!({"state": "inactive", "name": "Spied"}),
        ("POST", "/sources/{id}/devices") => json!({"device_id": victim.device, "named": "864593054464085"}),
        ("POST", "/sources/{id}/adopt") => {
            json!({"named": "864593054464085", "model_id": customer, "serial": "SPY", "customer_id": customer})
        }
        ("POST", "/endpoints") => json!({"url": "https://a.example/hook"}),
        ("PATCH", "/endpoints/{id}") => json!({"url": "https://evil.example/"}),
        ("POST", "/endpoints/{id}/dead-letters/retry") => json!({"all": true}),
        _ => return None,
    })
}

async fn everything(sql: &sqlx::PgPool) -> Vec<String> {
    let mut rows = Vec::new();
    for statement in [
        "select to_jsonb(t)::text from device t order by id",
        "select to_jsonb(t)::text from customer t where name <> 'stranger' order by id",
        "select to_jsonb(t)::text from contact t where name <> 'Mine' order by id",
        "select to_jsonb(t)::text from device_import t order by id",
        "select to_jsonb(t)::text from hub t order by id",
        "select to_jsonb(t)::text from assignment t order by id",
        "select to_jsonb(t)::text from state_change t order by id",
        "select to_jsonb(t)::text from device_credential t order by id",
        "select to_jsonb(t)::text from hub_claim_code t order by id",
        "select (to_jsonb(t) - 'last_sign_in_at')::text from user_account t order by id",
        "select to_jsonb(t)::text from invitation t order by id",
        "select to_jsonb(t)::text from endpoint t where url not like 'https://a.example%' order by id",
        "select to_jsonb(t)::text from delivery t order by id",
        "select to_jsonb(t)::text from source t order by id",
        "select to_jsonb(t)::text from support_case t order by id",
        "select to_jsonb(t)::text from case_note t order by id",
    ] {
        rows.extend(
            sqlx::query_scalar::<_, String>(statement)
                .fetch_all(sql)
                .await
                .unwrap(),
        );
    }
    rows
}

/// A reading, an import, a case, a site, a care team, a source and an archived day of the customer.
async fn belongings(world: &World, victim: &Tenant) -> [String; 7] {
    let reading = world.reading(victim, 5).await;
    let chosen = json!({"archive": true});
    let chosen = victim.user.patch("/api/v1/organisation", &chosen).await;
    assert_eq!(chosen.body["archive"], true, "{}", chosen.text);
    let day = world.clock.now().date_naive();
    world.state.archive().keep(day).await.unwrap();
    let file = victim
        .user
        .request("POST", "/api/v1/imports")
        .header("content-type", "text/csv")
        .body("maker,serial,reference\nAcme,S-victim,bed 7\n");
    let import = victim.user.send(file).await.created("id");
    let about = json!({"device_id": victim.device, "title": "Nothing arrives", "text": "Since Tuesday."});
    let case = victim.user.post("/api/v1/cases", &about).await.created("id");
    let site = victim.user.post("/api/v1/sites", &json!({"name": "Ward"})).await;
    let team = victim
        .user
        .post("/api/v1/care-teams", &json!({"name": "Heart"}))
        .await;
    let (site, team) = (site.created("id"), team.created("id"));
    let source = json!({"vendor": "telli", "name": "Ours"});
    let source = victim.user.post("/api/v1/sources", &source).await;
    let source = source.body["source"]["id"].as_str().unwrap().to_owned();
    [reading, import, case, site, team, source, day.to_string()]
}

#[tokio::test]
async fn nothing_foreign_can_be_read_changed_or_guessed() {
    let world = World::new().await;
    let admin = world.admin().await;
    let stranger = world.tenant(&admin, "stranger").await;
    let victim = world.tenant(&admin, "victim").await;
    let [reading, import, case, site, team, source, day] = belongings(&world, &victim).await;
    let (_, distributor) = world.dealer(&admin).await;
    let before = everything(&world.sql).await;
    let foreign = [
        &victim.customer,
        &victim.user_id,
        &victim.invitation,
        &victim.device,
        &victim.hub,
        &victim.endpoint,
        &reading,
        &import,
        &case,
        &site,
        &team,
        &source,
    ];

    let aimed = || {
        TABLE.into_iter().map(|row| {
            Aimed::at(
                &victim,
                [&reading, &import, &case, &site, &team, &source, &day],
                row,
            )
        })
    };
    for shot in aimed() {
        let answer = shot.fire(&stranger.user).await;
        let name = format!("{} {}: {}", shot.method, shot.path, answer.text);
        match shot.gets {
            NotFound => assert_eq!(answer.problem(), (404, "not-found"), "{name}"),
            Forbidden => assert_eq!(answer.problem(), (403, "forbidden"), "{name}"),
            NothingForeign => assert_ne!(answer.status, 500, "{name}"),
        }
        assert!(
            foreign.iter().all(|id| !answer.text.contains(id.as_str())),
            "{name}"
        );

        // A distributor whose customer it is not gets no further.
        if shot.gets == NotFound {
            let answer = shot.fire(&distributor).await;
            assert!(
                matches!(answer.status, 403 | 404),
                "distributor: {name}: {}",
                answer.text
            );
        }
        // Without a token nothing is answered at all.
        if shot.path != "/api/v1/token" {
            assert_eq!(shot.fire(&world.anyone).await.status, 401, "{name}");
        }
    }
    assert_eq!(
        everything(&world.sql).await,
        before,
        "something of somebody was changed"
    );

    for shot in aimed().filter(|shot| shot.method == "GET" && shot.gets == NotFound) {
        let answer = shot.fire(&victim.user).await;
        assert_eq!(
            answer.status, 200,
            "its owner sees it: {} {}",
            shot.path, answer.text
        );
    }
}

#[test]
fn every_operation_has_a_row() {
    let description = serde_json::to_value(vitalwire_server::http::api::openapi()).unwrap();
    let described: BTreeSet<(String, String)> = description["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| {
            let path = path.strip_prefix("/api/v1").unwrap();
            item.as_object()
                .unwrap()
                .keys()
                .map(move |method| (method.to_uppercase(), path.to_owned()))
        })
        .collect();
    let rows = TABLE.map(|(method, pattern, _)| (method.to_owned(), pattern.to_owned()));
    assert_eq!(described, BTreeSet::from(rows));
}
