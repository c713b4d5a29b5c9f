//! A server of the generator's own, with its private PostgreSQL in a temporary folder, on loopback: made for a run and gone
//! with it. Customers, devices and hubs come to be as they do elsewhere: by the API, the import of makers' files, and claims.

use std::fmt::Write;

use serde_json::json;
use vitalwire_hub::{Identity, Random, Registration, SystemRandom};
use vitalwire_tests::{Client, Customer, PASSWORD, World};

use crate::error::LoadError;
use crate::files::Hub;
use crate::readings::{Device, Kind};

/// Accounts that one administrator makes, fewer than the platform lets through in a row.
const ACCOUNTS: usize = 40;

/// Starts it. It is the release build where the generator is one.
pub(crate) async fn world() -> World {
    if cfg!(debug_assertions) {
        eprintln!("this is a debug build: build with --release for numbers that mean something");
    }
    World::new().await
}

/// So many devices of a customer, from a maker's file with tokens of 128 bits.
pub(crate) fn devices(
    world: &World,
    customer: &str,
    count: usize,
    first: usize,
) -> Result<Vec<Device>, LoadError> {
    let random = SystemRandom::new();
    let (mut file, mut devices) = (
        "serial,maker,model,kind,token\n".to_owned(),
        Vec::with_capacity(count),
    );
    for number in first..first + count {
        let mut bits = [0; 16];
        if !random.fill(&mut bits) {
            return Err(LoadError::Wanting("the operating system gives no random numbers"));
        }
        let (serial, token) = (format!("D{number:06}"), data_encoding::HEXLOWER.encode(&bits));
        let written = writeln!(file, "{serial},Acme,Load cuff,blood_pressure,{token}");
        debug_assert!(written.is_ok(), "a string takes everything");
        devices.push(Device::new(&serial, Kind::BloodPressure, &token));
    }
    let path = world.server.scratch().join("devices.csv");
    std::fs::write(&path, file).map_err(|source| LoadError::File {
        path: path.clone(),
        source,
    })?;
    let file = path.display().to_string();
    world
        .server
        .run(&["devices", "import", "--customer", customer, &file], "");
    Ok(devices)
}

/// So many active hubs of a customer. Each claims itself from a place of its own, because claims are throttled per place.
pub(crate) async fn hubs(world: &World, customer: &Customer, count: usize) -> Result<Vec<Hub>, LoadError> {
    let mut hubs = Vec::with_capacity(count);
    for number in 0..count {
        let serial = format!("H{number:04}");
        let hub = world.hub(customer, &serial).await;
        let key = world.server.scratch().join(format!("{serial}.key"));
        let identity = Identity::load_or_create(&key)?;
        let claim =
            json!({"code": hub.claim_code, "public_key": identity.public_key_text(), "version": "load"});
        let claimed = place(&world.anyone, number)
            .post("/v1/hubs/claim", &claim)
            .await
            .ok();
        let text = |name: &str| claimed[name].as_str().unwrap_or_default().to_owned();
        let registration = Registration {
            hub_id: hub.id.parse().unwrap_or_default(),
            audience: text("audience"),
            fingerprint: text("fingerprint"),
        };
        let confirm = format!("/api/v1/hubs/{}/confirm", hub.id);
        customer
            .user
            .post(&confirm, &json!({"fingerprint": registration.fingerprint}))
            .await
            .ok();
        hubs.push(Hub::new(&key, &registration)?);
    }
    Ok(hubs)
}

/// The same caller at another of loopback's addresses.
pub(crate) fn place(anyone: &Client, number: usize) -> Client {
    let [.., high, low] = (number + 2).to_be_bytes();
    anyone.at([127, 1, high, low])
}

/// Customers whose people sign in from places of their own, because sign-ins are throttled per place, and who are made by one
/// administrator after the other, because one makes fifty accounts in a row.
pub(crate) async fn customer(world: &mut World, number: usize) -> Customer {
    let there = place(&world.anyone, number);
    if number > 0 && number.is_multiple_of(ACCOUNTS) {
        let email = format!("admin{number}@example.org");
        let create = [
            "admin",
            "create",
            "--email",
            &email,
            "--name",
            "Ada Again",
            "--password-stdin",
        ];
        world.server.run(&create, PASSWORD);
        world.admin = there.sign_in(&email, PASSWORD).await;
    }
    let here = std::mem::replace(&mut world.anyone, there);
    let customer = world.customer(&format!("Load {number:04}")).await;
    world.anyone = here;
    customer
}
