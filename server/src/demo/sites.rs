//! Riverside Hospital has two sites and a care team; its ward's clinician sees what stands at hers. Made at the first start
//! alone: what people change about it later stays.

use serde_json::json;

use super::DemoError;
use super::api::Api;
use super::plan::{DIVIDED, WARD_CLINICIAN};
use super::seed::{find, id_of};
use super::world::{Clinic, World};

/// Sites with their places.
const SITES: [(&str, &str); 2] = [
    ("Cardiology", "Main building, 2nd floor"),
    ("Ward 4", "South wing"),
];
const TEAM: &str = "Night rounds";

/// Sets the sites up, puts every other device at each, and the hub at the first.
pub(super) async fn make(api: &Api, world: &World) -> Result<(), DemoError> {
    let Some(clinic) = world.clinics.iter().find(|clinic| clinic.name == DIVIDED) else {
        return Ok(());
    };
    let first = api.sign_in(&clinic.email, &world.password).await?;
    let mut sites = Vec::new();
    for (name, place) in SITES {
        let new = json!({"name": name, "place": place});
        sites.push(set_up(&first, "/api/v1/sites", name, &new).await?);
    }
    for (nth, site) in sites.iter().enumerate() {
        let devices: Vec<&String> = devices(clinic).skip(nth).step_by(sites.len()).collect();
        let put = first
            .post(
                &format!("/api/v1/sites/{site}/devices"),
                &json!({"devices": devices}),
            )
            .await?;
        put.success("putting devices at a site")?;
    }
    if let (Some(hub), Some(site)) = (clinic.hub.as_ref().and_then(|hub| hub.id.as_ref()), sites.first()) {
        let put = first
            .post(&format!("/api/v1/sites/{site}/hubs"), &json!({"hub_id": hub}))
            .await?;
        put.success("putting a hub at a site")?;
    }
    let whole = json!({"name": TEAM, "sites": sites});
    set_up(&first, "/api/v1/care-teams", TEAM, &whole).await?;
    let person = find(&first, "/api/v1/users?limit=200", |row| {
        row["email"] == WARD_CLINICIAN
    })
    .await?;
    if let (Some(person), Some(site)) = (person, sites.last()) {
        let sees = json!({"confined": true, "sites": [site]});
        let set = first.patch(&format!("/api/v1/users/{person}"), &sees).await?;
        set.success("confining a clinician to a site")?;
    }
    Ok(())
}

fn devices(clinic: &Clinic) -> impl Iterator<Item = &String> {
    clinic.devices.iter().filter_map(|device| device.id.as_ref())
}

/// A new one, or the one of a start that was cut off.
async fn set_up(api: &Api, path: &str, name: &str, new: &serde_json::Value) -> Result<String, DemoError> {
    let answer = api.post(path, new).await?;
    if answer.is_conflict() {
        let found = find(api, path, |row| row["name"] == name).await?;
        return Ok(found.unwrap_or_default());
    }
    id_of(answer, "setting up a site")
}
