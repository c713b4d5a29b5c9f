//! What happened in the demo's world before one looks: a cuff that another replaced, one given back, one out of use, one that
//! never sends and one that was deactivated, what was refused and what waits in quarantine, a hub that waits for its claim, and
//! cases in several states. Made once, through the API, as people and devices would.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use vitals::Kind;

use super::DemoError;
use super::api::Api;
use super::plan::DIVIDED;
use super::rhythm::zone;
use super::screen::Screen;
use super::seed::{self, find, id_of};
use super::values::reading;
use super::world::{ADMIN, Device, World, device};
use crate::ground::Ground;

/// A device that was set up and never heard.
pub(super) const SILENT: &str = "D001805";

/// What the past is made with.
struct Past<'a> {
    api: &'a Api,
    admin: &'a Api,
    ground: &'a Ground,
    password: String,
}

/// A clinic with the sign-in of its first person.
struct At {
    nurse: Api,
    customer: String,
    time_zone: String,
}

/// Makes it, at the first start.
pub(super) async fn make(
    api: &Api,
    admin: &Api,
    world: &mut World,
    ground: &Ground,
    screen: &Screen,
) -> Result<(), DemoError> {
    if world.past_made {
        return Ok(());
    }
    let password = world.password.clone();
    let past = Past {
        api,
        admin,
        ground,
        password,
    };
    let northside = past.at(world, "Northside Clinic").await?;
    let lakeview = past.at(world, "Lakeview Cardiology").await?;
    let divided = past.at(world, DIVIDED).await?;
    let (leaks, spare) = past.replaced(&northside).await?;
    past.unowned(world, &northside).await?;
    past.given_back(&lakeview).await?;
    past.deactivated(&lakeview).await?;
    let silent = past.placed(&lakeview, SILENT, "home 9").await?;
    let mut scrapped = cuff("D001804", "");
    seed::stocked(admin, &mut scrapped, None, ground).await?;
    past.done(admin, &of(&scrapped, "retire"), &json!({})).await?;
    let own = json!({"serial": "H-0005", "name": "Ward 4"});
    past.done(&divided.nurse, "/api/v1/hubs", &own).await?;
    past.stands(&divided, "H-0005", "Ward 4").await?;
    let harbor = api.sign_in("desk@harbor.example", &past.password).await?;
    past.about_the_leak(&northside, &harbor, &leaks).await?;
    past.about_the_silence(&lakeview, &silent).await?;
    past.about_the_night(&divided).await?;
    past.case(
        &harbor,
        &json!({"title": "When does the rest of our order come?",
        "text": "Two clinics wait for their scales."}),
    )
    .await?;
    // It goes on sending with the others.
    let clinic = world.clinics.iter_mut().find(|clinic| clinic.slug == "northside");
    if let Some(clinic) = clinic.filter(|clinic| clinic.devices.iter().all(|one| one.serial != spare.serial))
    {
        clinic.devices.push(spare);
    }
    screen.step("people moved devices, asked and answered");
    world.past_made = true;
    world.save()
}

fn cuff(serial: &str, reference: &str) -> Device {
    device("Acme", "BP Cell 2", serial, reference, Kind::BloodPressure, false)
}

/// Where something is done with a device.
fn of(device: &Device, verb: &str) -> String {
    format!(
        "/api/v1/devices/{}/{verb}",
        device.id.as_deref().unwrap_or_default()
    )
}

impl Past<'_> {
    async fn at(&self, world: &World, name: &str) -> Result<At, DemoError> {
        let clinic = world.clinics.iter().find(|clinic| clinic.name == name);
        let clinic = clinic.ok_or_else(|| DemoError::Refused {
            what: format!("looking for {name}"),
            status: 404,
            text: "it is not in the demo's world".to_owned(),
        })?;
        Ok(At {
            nurse: self.api.sign_in(&clinic.email, &self.password).await?,
            customer: clinic.id.clone().unwrap_or_default(),
            time_zone: clinic.time_zone.clone(),
        })
    }

    /// Does something that a start that was cut off may have done before.
    async fn done(&self, by: &Api, path: &str, body: &Value) -> Result<(), DemoError> {
        let answer = by.post(path, body).await?;
        if answer.is_conflict() {
            return Ok(());
        }
        answer.success(path).map(drop)
    }

    /// Puts a hub at a site.
    async fn stands(&self, at: &At, serial: &str, site: &str) -> Result<(), DemoError> {
        let hub = find(&at.nurse, "/api/v1/hubs?limit=200", |row| row["serial"] == serial).await?;
        let site = find(&at.nurse, "/api/v1/sites?limit=200", |row| row["name"] == site).await?;
        let (Some(hub), Some(site)) = (hub, site) else {
            return Ok(());
        };
        let path = format!("/api/v1/sites/{site}/hubs");
        self.done(&at.nurse, &path, &json!({"hub_id": hub})).await
    }

    async fn placed(&self, at: &At, serial: &str, reference: &str) -> Result<Device, DemoError> {
        let mut device = cuff(serial, reference);
        seed::device((self.admin, &at.nurse), &mut device, &at.customer, self.ground).await?;
        Ok(device)
    }

    /// Sends a reading with whatever token the device has; what comes of it is the platform's.
    async fn sends(&self, at: &At, device: &Device, moment: DateTime<Utc>) -> Result<(), DemoError> {
        let sender = self.api.with_token(device.token.as_deref().unwrap_or_default());
        let reading = reading(device, moment, zone(&at.time_zone));
        sender.post("/v1/telemetry", &reading).await.map(drop)
    }

    async fn sends_daily(&self, at: &At, device: &Device, days: [i64; 2]) -> Result<(), DemoError> {
        let now = self.ground.now();
        for day in (days[1]..=days[0]).rev() {
            self.sends(at, device, now - TimeDelta::days(day)).await?;
        }
        Ok(())
    }

    /// A cuff that leaks, and the one of the clinic's own that took its place and goes on.
    async fn replaced(&self, at: &At) -> Result<(Device, Device), DemoError> {
        let leaks = self.placed(at, "D001801", "bed 9").await?;
        self.sends_daily(at, &leaks, [6, 2]).await?;
        let spare = self.placed(at, "D001802", "bed 9").await?;
        let path = format!("/api/v1/devices/{}", spare.id.as_deref().unwrap_or_default());
        let known = at.nurse.get(&format!("{path}/line")).await?.success("a line")?;
        if known["data"].as_array().is_none_or(|periods| periods.len() < 2) {
            let set_aside = at.nurse.patch(&path, &json!({"state": "inactive"})).await?;
            set_aside.success("setting a spare device aside")?;
            let takes = json!({"with_device_id": spare.id, "reason": "the cuff leaks"});
            self.done(&at.nurse, &of(&leaks, "replace"), &takes).await?;
        }
        self.sends_daily(at, &spare, [1, 1]).await?;
        Ok((leaks, spare))
    }

    /// A reading of before anybody had the device that measured it.
    async fn unowned(&self, world: &World, at: &At) -> Result<(), DemoError> {
        let devices = world.clinics.iter().flat_map(|clinic| &clinic.devices);
        let mut own = devices.filter(|device| device.serial == "D000017");
        match own.next() {
            Some(device) => {
                self.sends(at, device, self.ground.now() - TimeDelta::days(20))
                    .await
            }
            None => Ok(()),
        }
    }

    async fn given_back(&self, at: &At) -> Result<(), DemoError> {
        let device = self.placed(at, "D001803", "home 7").await?;
        self.sends_daily(at, &device, [6, 4]).await?;
        self.done(&at.nurse, &of(&device, "return"), &json!({})).await
    }

    /// One that goes on sending after it was deactivated, in vain.
    async fn deactivated(&self, at: &At) -> Result<(), DemoError> {
        let device = self.placed(at, "D001806", "home 8").await?;
        self.sends_daily(at, &device, [6, 2]).await?;
        let path = format!("/api/v1/devices/{}", device.id.as_deref().unwrap_or_default());
        let off = at.nurse.patch(&path, &json!({"state": "inactive"})).await?;
        off.success("deactivating a device")?;
        for hours in [3, 2] {
            self.sends(at, &device, self.ground.now() - TimeDelta::hours(hours))
                .await?;
        }
        Ok(())
    }

    /// Opens a case; none where it is there already, from a start that was cut off.
    async fn case(&self, by: &Api, new: &Value) -> Result<Option<String>, DemoError> {
        let same = |row: &Value| row["title"] == new["title"];
        if find(by, "/api/v1/cases?limit=200", same).await?.is_some() {
            return Ok(None);
        }
        id_of(by.post("/api/v1/cases", new).await?, "opening a case").map(Some)
    }

    async fn note(&self, by: &Api, case: &str, note: &Value) -> Result<(), DemoError> {
        let written = by.post(&format!("/api/v1/cases/{case}/notes"), note).await?;
        written.success("writing in a case").map(drop)
    }

    /// Somebody looks after a case themselves, and says how it stands.
    async fn takes(&self, by: &Api, case: &str, state: &str) -> Result<(), DemoError> {
        let me = by.get("/api/v1/me").await?.success("who one is")?;
        let patch = json!({"assignee": me["id"], "state": state});
        let taken = by.patch(&format!("/api/v1/cases/{case}"), &patch).await?;
        taken.success("taking a case").map(drop)
    }

    /// Asked, answered, solved.
    async fn about_the_leak(&self, at: &At, harbor: &Api, leaks: &Device) -> Result<(), DemoError> {
        let new = json!({"device_id": leaks.id, "title": "The cuff leaks",
            "text": "It inflates and lets go again before it has measured."});
        let Some(case) = self.case(&at.nurse, &new).await? else {
            return Ok(());
        };
        let asks = json!({"text": "Is the hose pushed in as far as it goes?"});
        self.note(harbor, &case, &asks).await?;
        self.takes(harbor, &case, "waiting").await?;
        self.note(
            &at.nurse,
            &case,
            &json!({"text": "Yes, and it leaks with another hose, too."}),
        )
        .await?;
        let aside = json!({"text": "The third of this batch.", "visibility": "internal"});
        self.note(harbor, &case, &aside).await?;
        let answer = json!({"text": "Then go on with your spare one and give this one back, please."});
        self.note(harbor, &case, &answer).await?;
        self.takes(harbor, &case, "solved").await
    }

    /// Asked, and nobody looks after it yet.
    async fn about_the_silence(&self, at: &At, silent: &Device) -> Result<(), DemoError> {
        let new = json!({"device_id": silent.id, "title": "Nothing has come from it yet",
            "text": "It was set up ten days ago. Its display shows what it measures."});
        self.case(&at.nurse, &new).await.map(drop)
    }

    /// Answered by the platform, and waiting for who asked.
    async fn about_the_night(&self, at: &At) -> Result<(), DemoError> {
        let new = json!({"title": "May the night shift see both sites?",
            "text": "Two people of Ward 4 look after Cardiology at night."});
        let Some(case) = self.case(&at.nurse, &new).await? else {
            return Ok(());
        };
        let admin = self.api.sign_in(ADMIN, &self.password).await?;
        let answer =
            json!({"text": "Put them into the care team Night rounds. Do they see Cardiology then?"});
        self.note(&admin, &case, &answer).await?;
        self.takes(&admin, &case, "waiting").await
    }
}
