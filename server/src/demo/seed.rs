//! Making the demo world through the API, as an operator would. A start that was cut off is taken up where it ended:
//! what is there already answers 409 and is looked up.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::DemoError;
use super::api::{Answer, Api};
use super::screen::Screen;
use super::values::{Dice, quality, values};
use super::world::{ADMIN, Clinic, Device, Endpoint, World};
use crate::app::{AppError, Running};
use crate::ground::Ground;
use crate::identity::IdentityError;

/// Days that the devices have been with their clinics.
const HELD_FOR: i64 = 10;

/// The first administrator can only be made beside the API, as `vitalwire-server admin create` does.
pub(super) async fn administrator(running: &Running, world: &World) -> Result<(), DemoError> {
    let identity = running.state().identity();
    match identity
        .system_create_admin(ADMIN, "Ada Admin", &world.password)
        .await
    {
        Ok(_) | Err(IdentityError::EmailTaken) => Ok(()),
        Err(error) => Err(DemoError::App(AppError::Refused(error.to_string()))),
    }
}

/// Clinics with users, devices with tokens, endpoints.
pub(super) async fn world(
    admin: &Api,
    api: &Api,
    world: &mut World,
    ground: &Ground,
    screen: &Screen,
) -> Result<(), DemoError> {
    let all: usize = world.clinics.iter().map(|clinic| clinic.devices.len() + 1).sum();
    let is_new = world.clinics.iter().any(|clinic| clinic.id.is_none());
    let mut done = 0;
    for nth in 0..world.clinics.len() {
        let password = world.password.clone();
        let port = world.receiver_port.unwrap_or_default();
        clinic(admin, api, &mut world.clinics[nth], &password, port).await?;
        world.save()?;
        done += 1;
        for number in 0..world.clinics[nth].devices.len() {
            let customer = world.clinics[nth].id.clone().unwrap_or_default();
            device(admin, &mut world.clinics[nth].devices[number], &customer, ground).await?;
            world.save()?;
            done += 1;
            if is_new {
                screen.progress("seeding clinics and devices", done, all);
            }
        }
    }
    Ok(())
}

async fn clinic(
    admin: &Api,
    api: &Api,
    clinic: &mut Clinic,
    password: &str,
    port: u16,
) -> Result<(), DemoError> {
    if clinic.id.is_none() {
        let new = json!({"name": clinic.name, "time_zone": clinic.time_zone});
        let found = find(admin, "/api/v1/customers?limit=200", |row| {
            row["name"] == clinic.name.as_str()
        })
        .await?;
        let id = match found {
            Some(id) => id,
            None => id_of(
                admin.post("/api/v1/customers", &new).await?,
                "creating a customer",
            )?,
        };
        let user = json!({"email": clinic.email, "name": format!("Nurse of {}", clinic.name), "role": "customer",
            "customer_id": id, "password": password});
        let answer = admin.post("/api/v1/users", &user).await?;
        if !answer.is_conflict() {
            answer.success("creating a user")?;
        }
        clinic.id = Some(id);
    }
    let user = api.sign_in(&clinic.email, password).await?;
    let url = format!("http://127.0.0.1:{port}/{}", clinic.slug);
    match &mut clinic.endpoint {
        Some(endpoint) if endpoint.port == port => {}
        Some(endpoint) => {
            user.patch(
                &format!("/api/v1/endpoints/{}", endpoint.id),
                &json!({"url": url}),
            )
            .await?
            .success("moving an endpoint")?;
            endpoint.port = port;
        }
        None => {
            let new = json!({"url": url, "description": "The sample clinic's own server"});
            let made = user
                .post("/api/v1/endpoints", &new)
                .await?
                .success("registering an endpoint")?;
            let text = |name: &str| made[name].as_str().unwrap_or_default().to_owned();
            clinic.endpoint = Some(Endpoint {
                id: text("id"),
                secret: text("secret"),
                port,
            });
        }
    }
    Ok(())
}

async fn device(admin: &Api, device: &mut Device, customer: &str, ground: &Ground) -> Result<(), DemoError> {
    if device.id.is_none() {
        let since = (ground.now() - TimeDelta::days(HELD_FOR)).to_rfc3339();
        let new = json!({"maker": device.maker, "serial": device.serial, "model_id": model(admin, device).await?,
            "customer_id": customer, "customer_reference": device.reference, "assigned_since": since, "state": "active"});
        let answer = admin.post("/api/v1/devices", &new).await?;
        let id = if answer.is_conflict() {
            let path = format!("/api/v1/devices?limit=200&q={}", device.serial);
            find(admin, &path, |row| row["serial"] == device.serial.as_str()).await?
        } else {
            Some(id_of(answer, "creating a device")?)
        };
        device.id = id;
    }
    if let (Some(id), None, false) = (&device.id, &device.token, device.through_hub) {
        let issued = admin
            .post(&format!("/api/v1/devices/{id}/token"), &json!({}))
            .await?
            .success("issuing a token")?;
        device.token = issued["token"].as_str().map(str::to_owned);
    }
    Ok(())
}

async fn model(admin: &Api, device: &Device) -> Result<String, DemoError> {
    let same = |row: &Value| row["maker"] == device.maker.as_str() && row["name"] == device.model.as_str();
    if let Some(id) = find(admin, "/api/v1/device-models?limit=200", same).await? {
        return Ok(id);
    }
    let transport = if device.through_hub {
        "bluetooth"
    } else {
        "cellular"
    };
    let new =
        json!({"maker": device.maker, "name": device.model, "kinds": [device.kind], "transport": transport});
    id_of(
        admin.post("/api/v1/device-models", &new).await?,
        "creating a device model",
    )
}

/// A week of readings for the devices with tokens of their own, sent the way they would have come.
pub(super) async fn history(
    api: &Api,
    world: &mut World,
    ground: &Ground,
    screen: &Screen,
) -> Result<(), DemoError> {
    if world.has_history {
        return Ok(());
    }
    let now = ground.now();
    let dice = Dice(ground);
    let devices: Vec<Device> = world
        .clinics
        .iter()
        .flat_map(|clinic| clinic.devices.clone())
        .collect();
    let devices: Vec<&Device> = devices.iter().filter(|device| device.token.is_some()).collect();
    for (nth, device) in devices.iter().enumerate() {
        let api = api.with_token(device.token.as_deref().unwrap_or_default());
        for quarter in 1..28 {
            let at = now - TimeDelta::hours(6 * quarter) + TimeDelta::minutes(dice.between(-70, 70));
            let reading = json!({"device": device.serial, "kind": device.kind, "measured_at": at.to_rfc3339(),
                "values": values(device.kind, at, &dice), "quality": quality(device.kind, &dice)});
            api.post("/v1/telemetry", &reading)
                .await?
                .success("sending an earlier reading")?;
        }
        screen.progress("sending a week of readings, device", nth + 1, devices.len());
    }
    world.has_history = true;
    world.save()
}

/// The id of the first row of a list that fits.
pub(super) async fn find(
    api: &Api,
    path: &str,
    fits: impl Fn(&Value) -> bool,
) -> Result<Option<String>, DemoError> {
    let list = api.get(path).await?.success(path)?;
    let rows = list["data"].as_array().into_iter().flatten();
    Ok(rows
        .into_iter()
        .find(|row| fits(row))
        .and_then(|row| row["id"].as_str())
        .map(str::to_owned))
}

/// The id of what was created.
pub(super) fn id_of(answer: Answer, what: &str) -> Result<String, DemoError> {
    let body = answer.success(what)?;
    Ok(body["id"].as_str().unwrap_or_default().to_owned())
}
