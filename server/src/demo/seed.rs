//! Making the demo world through the API, as an operator would. A start that was cut off is taken up where it ended:
//! what is there already answers 409 and is looked up.

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use serde_json::{Value, json};
use vitals::Kind;

use super::DemoError;
use super::api::{Answer, Api};
use super::rhythm::{week_before, zone};
use super::screen::Screen;
use super::values::reading;
use super::world::{ADMIN, Clinic, Device, Distributor, Endpoint, FINANCE, Person, World};
use super::{hubs, numbers, paper};
use crate::app::{AppError, Running};
use crate::ground::Ground;
use crate::ground::enums::{Report, UserRole};
use crate::identity::IdentityError;
use crate::tenancy::Bundle;

/// Days that the devices have been with their clinics.
const HELD_FOR: i64 = 10;
/// Devices that send their week at the same time.
const AT_ONCE: usize = 16;

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

/// Distributors, clinics with their people, devices with tokens, endpoints, and what lies in stock.
pub(super) async fn world(
    running: &Running,
    admin: &Api,
    api: &Api,
    world: &mut World,
    ground: &Ground,
    screen: &Screen,
) -> Result<(), DemoError> {
    let all: usize = world.clinics.iter().map(|clinic| clinic.devices.len() + 1).sum();
    let is_new = world.clinics.iter().any(|clinic| clinic.id.is_none());
    let mut done = 0;
    let password = world.password.clone();
    let finance = json!({"email": FINANCE, "name": "Fay Finance", "role": "finance", "password": password});
    login(admin, &finance).await?;
    for nth in 0..world.distributors.len() {
        distributor(admin, &mut world.distributors[nth], &password, ground).await?;
        world.save()?;
    }
    for device in &mut world.stock {
        stocked(admin, device, None, ground).await?;
    }
    world.save()?;
    for nth in 0..world.clinics.len() {
        let port = world.receiver_port.unwrap_or_default();
        let of = world
            .distributors
            .iter()
            .find(|one| Some(&one.name) == world.clinics[nth].distributor.as_ref());
        let of = of.and_then(|distributor| distributor.id.clone());
        organisation(
            (running, admin, api),
            &mut world.clinics[nth],
            of.as_deref(),
            &password,
        )
        .await?;
        endpoint(api, &mut world.clinics[nth], &password, port).await?;
        world.save()?;
        done += 1;
        let first = api.sign_in(&world.clinics[nth].email, &password).await?;
        for number in 0..world.clinics[nth].devices.len() {
            let customer = world.clinics[nth].id.clone().unwrap_or_default();
            device(
                (admin, &first),
                &mut world.clinics[nth].devices[number],
                &customer,
                ground,
            )
            .await?;
            world.save()?;
            done += 1;
            if is_new {
                screen.progress("seeding clinics and devices", done, all);
            }
        }
    }
    Ok(())
}

async fn distributor(
    admin: &Api,
    distributor: &mut Distributor,
    password: &str,
    ground: &Ground,
) -> Result<(), DemoError> {
    if distributor.id.is_none() {
        let new = json!({"name": distributor.name, "time_zone": distributor.time_zone});
        let id = found_or_made(admin, "/api/v1/distributors", &distributor.name, &new).await?;
        let user = json!({"email": distributor.email, "name": format!("Desk of {}", distributor.name),
            "role": "distributor", "distributor_id": id, "password": password});
        login(admin, &user).await?;
        distributor.id = Some(id);
    }
    let id = distributor.id.clone().unwrap_or_default();
    let belongs = json!({"role": "distributor", "distributor_id": id});
    people(
        admin,
        &mut distributor.people,
        UserRole::Distributor,
        &belongs,
        password,
    )
    .await?;
    for device in &mut distributor.stock {
        stocked(admin, device, Some(&id), ground).await?;
    }
    Ok(())
}

/// A clinic with its people. The platform makes its first person, and confirms them as who runs the machine can; that one
/// adds the others, because nobody outside of the clinic lets anybody see its readings.
async fn organisation(
    (running, admin, api): (&Running, &Api, &Api),
    clinic: &mut Clinic,
    distributor: Option<&str>,
    password: &str,
) -> Result<(), DemoError> {
    if clinic.id.is_none() {
        let new = json!({"name": clinic.name, "time_zone": clinic.time_zone, "distributor_id": distributor});
        let id = found_or_made(admin, "/api/v1/customers", &clinic.name, &new).await?;
        let user = json!({"email": clinic.email, "name": format!("Nurse of {}", clinic.name), "role": "customer",
            "customer_id": id, "password": password});
        login(admin, &user).await?;
        let identity = running.state().identity();
        let confirmed = identity.system_confirm_at_the_machine(&clinic.email).await;
        confirmed.map_err(|error| DemoError::App(AppError::Refused(error.to_string())))?;
        clinic.id = Some(id);
    }
    if clinic.people.iter().all(|person| person.is_there) {
        return Ok(());
    }
    let belongs = json!({"role": "customer", "customer_id": clinic.id});
    let first = api.sign_in(&clinic.email, password).await?;
    people(&first, &mut clinic.people, UserRole::Customer, &belongs, password).await
}

/// The others of an organisation, each with a bundle of permissions.
async fn people(
    admin: &Api,
    people: &mut [Person],
    role: UserRole,
    belongs: &Value,
    password: &str,
) -> Result<(), DemoError> {
    for person in people.iter_mut().filter(|person| !person.is_there) {
        let permissions = Bundle::named(role, &person.bundle).map(Bundle::permissions);
        let mut user = belongs.clone();
        user["email"] = json!(person.email);
        user["name"] = json!(person.name);
        user["password"] = json!(password);
        user["permissions"] = json!(permissions.unwrap_or_default().to_texts());
        login(admin, &user).await?;
        person.is_there = true;
    }
    Ok(())
}

/// The organisation of that name, from a start that was cut off, or a new one.
async fn found_or_made(admin: &Api, path: &str, name: &str, new: &Value) -> Result<String, DemoError> {
    let found = find(admin, &format!("{path}?limit=200"), |row| row["name"] == name).await?;
    if let Some(id) = found {
        return Ok(id);
    }
    let mut new = new.clone();
    paper::write(name, &mut new);
    let id = id_of(admin.post(path, &new).await?, "creating an organisation")?;
    paper::contacts(admin, &format!("{path}/{id}"), name).await?;
    Ok(id)
}

async fn login(admin: &Api, user: &Value) -> Result<(), DemoError> {
    let answer = admin.post("/api/v1/users", user).await?;
    if !answer.is_conflict() {
        answer.success("creating a user")?;
    }
    Ok(())
}

async fn endpoint(api: &Api, clinic: &mut Clinic, password: &str, port: u16) -> Result<(), DemoError> {
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

/// A device at a clinic, whose own people issue its token.
pub(super) async fn device(
    (admin, first): (&Api, &Api),
    device: &mut Device,
    customer: &str,
    ground: &Ground,
) -> Result<(), DemoError> {
    let since = (ground.now() - TimeDelta::days(HELD_FOR)).to_rfc3339();
    let where_it_is = json!({"customer_id": customer, "customer_reference": device.reference, "assigned_since": since,
        "state": "active"});
    registered(admin, device, where_it_is).await?;
    if let (Some(id), None, false) = (&device.id, &device.token, device.through_hub) {
        let issued = first
            .post(&format!("/api/v1/devices/{id}/token"), &json!({}))
            .await?
            .success("issuing a token")?;
        device.token = issued["token"].as_str().map(str::to_owned);
    }
    Ok(())
}

/// A device in a distributor's stock, or in the platform's own.
pub(super) async fn stocked(
    admin: &Api,
    device: &mut Device,
    distributor: Option<&str>,
    ground: &Ground,
) -> Result<(), DemoError> {
    let since = (ground.now() - TimeDelta::days(HELD_FOR)).to_rfc3339();
    registered(
        admin,
        device,
        json!({"distributor_id": distributor, "assigned_since": since}),
    )
    .await
}

async fn registered(admin: &Api, device: &mut Device, where_it_is: Value) -> Result<(), DemoError> {
    if device.id.is_some() {
        return Ok(());
    }
    let mut new = where_it_is;
    if let (Some(new), Value::Object(printed)) = (new.as_object_mut(), numbers::of(device)) {
        new.extend(printed);
    }
    new["maker"] = json!(device.maker);
    new["serial"] = json!(device.serial);
    new["model_id"] = json!(model(admin, device).await?);
    let answer = admin.post("/api/v1/devices", &new).await?;
    device.id = if answer.is_conflict() {
        let path = format!("/api/v1/devices?limit=200&q={}", device.serial);
        find(admin, &path, |row| row["serial"] == device.serial.as_str()).await?
    } else {
        Some(id_of(answer, "creating a device")?)
    };
    Ok(())
}

/// The id of a model that there is.
pub(super) async fn model_id(admin: &Api, maker: &str, name: &str) -> Result<Option<String>, DemoError> {
    let same = |row: &Value| row["maker"] == maker && row["name"] == name;
    find(admin, "/api/v1/device-models?limit=200", same).await
}

/// What a model that measures a kind reports besides.
fn reports(kind: Kind) -> Vec<Report> {
    let beside = match kind {
        Kind::BloodPressure => vec![Report::Pulse, Report::Irregular],
        Kind::Weight => vec![Report::Bmi, Report::BodyFat],
        Kind::Glucose => vec![Report::Meal, Report::Sample],
        Kind::Oximetry => vec![Report::Pulse, Report::PerfusionIndex],
        Kind::Temperature => vec![Report::BodySite],
        Kind::HeartRate => vec![Report::RrIntervals],
        Kind::Activity => vec![Report::Distance, Report::Energy, Report::ActiveMinutes],
        Kind::Sleep => vec![Report::SleepStages],
    };
    [Report::Battery, Report::Signal]
        .into_iter()
        .chain(beside)
        .collect()
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
    let new = json!({"maker": device.maker, "name": device.model, "kinds": [device.kind], "transport": transport,
        "reports": reports(device.kind)});
    id_of(
        admin.post("/api/v1/device-models", &new).await?,
        "creating a device model",
    )
}

/// The week before the first start, sent the way it would have come: by each device with its token, and by the hubs,
/// signed. A start that was cut off sends it again, and what arrived before is a duplicate.
pub(super) async fn week(
    api: &Api,
    hubs: &mut [hubs::Running],
    world: &mut World,
    ground: &Ground,
    screen: &Screen,
) -> Result<(), DemoError> {
    if world.week_sent {
        return Ok(());
    }
    let now = ground.now();
    let senders: Vec<(Device, String)> = world
        .clinics
        .iter()
        .flat_map(|clinic| clinic.devices.iter().map(|device| (device, &clinic.time_zone)))
        .filter(|(device, _)| device.token.is_some())
        .map(|(device, time_zone)| (device.clone(), time_zone.clone()))
        .collect();
    let (mut done, all) = (0, senders.len());
    let mut weeks = stream::iter(senders)
        .map(|(device, time_zone)| device_week(api, device, time_zone, now))
        .buffer_unordered(AT_ONCE);
    while weeks.try_next().await?.is_some() {
        done += 1;
        screen.progress("devices send the week before", done, all);
    }
    let mut sent = 0;
    for hub in hubs {
        sent += hub.send_week(now).await?;
    }
    screen.step(&format!("hubs uploaded the week before: {sent} readings"));
    world.week_sent = true;
    world.save()
}

async fn device_week(
    api: &Api,
    device: Device,
    time_zone: String,
    now: DateTime<Utc>,
) -> Result<(), DemoError> {
    let api = api.with_token(device.token.as_deref().unwrap_or_default());
    let zone = zone(&time_zone);
    for at in week_before(&device, zone, now) {
        let answer = api.post("/v1/telemetry", &reading(&device, at, zone)).await?;
        answer.success("sending an earlier reading")?;
    }
    Ok(())
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
