//! Who hears by mail of a case that nobody looks after, and that the mail says nothing but where it is.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde_json::{Value, json};
use vitalwire_server::identity::Organisation;

use crate::world::{ADMIN, Client, PASSWORD, World};

/// A distributor with a clinic and people of both, some of whom answer cases.
struct Desk {
    world: World,
    admin: Client,
    clinic: String,
    device: String,
    dora_id: String,
    carl_id: String,
    /// Of the distributor, answers cases.
    dora: Client,
    /// Of the clinic, answers cases.
    cleo: Client,
    /// Of the clinic, may ask only.
    rea: Client,
}

impl Desk {
    async fn new() -> Self {
        let world = World::new().await;
        let admin = world.admin().await;
        let made = async |path: &str, body: &Value| admin.post(path, body).await.created("id");
        let distributor = made("/api/v1/distributors", &json!({"name": "Meridian"})).await;
        let other = made("/api/v1/distributors", &json!({"name": "Zenith"})).await;
        let clinic = json!({"name": "Northside", "distributor_id": distributor});
        let clinic = made("/api/v1/customers", &clinic).await;
        let model = world.model(&admin).await;
        let device = json!({"maker": "Acme", "serial": "S-1", "model_id": model, "customer_id": clinic});
        let device = made("/api/v1/devices", &device).await;
        let somebody = async |name: &str, organisation| {
            let email = format!("{name}@desk.example");
            let id = world.user(&email, organisation).await.to_string();
            (id, world.anyone.sign_in(&email).await)
        };
        let of_distributor = |id: &str| Organisation::Distributor(id.parse().unwrap());
        let (dora_id, dora) = somebody("dora", of_distributor(&distributor)).await;
        somebody("zoe", of_distributor(&other)).await;
        let (_, cleo) = somebody("cleo", Organisation::Customer(clinic.parse().unwrap())).await;
        let colleague = async |of: &Client, role: &str, organisation: &str, name: &str, may: &[&str]| {
            let person = json!({"email": format!("{name}@desk.example"), "name": name, "role": role,
                format!("{role}_id"): organisation, "password": PASSWORD, "permissions": may});
            of.post("/api/v1/users", &person).await.created("id")
        };
        colleague(&dora, "distributor", &distributor, "dan", &[]).await;
        let carl_id = colleague(&cleo, "customer", &clinic, "carl", &["answer_cases"]).await;
        colleague(&cleo, "customer", &clinic, "rea", &[]).await;
        let rea = world.anyone.sign_in("rea@desk.example").await;
        Self {
            world,
            admin,
            clinic,
            device,
            dora_id,
            carl_id,
            dora,
            cleo,
            rea,
        }
    }

    fn about_device(&self) -> Value {
        json!({"device_id": self.device, "title": "Mrs Miller's cuff", "text": "It said 171 over 99."})
    }

    /// Does something, and tells who was written to because of it.
    async fn told<T>(&self, done: impl Future<Output = T>) -> (T, BTreeSet<String>) {
        let before = self.world.letters("case_note").await.len();
        let done = done.await;
        let letters = self.world.letters("case_note").await;
        let told: Vec<String> = letters[before..].iter().map(|letter| letter.to.clone()).collect();
        let once: BTreeSet<String> = told.iter().cloned().collect();
        assert_eq!(once.len(), told.len(), "nobody twice: {told:?}");
        (done, once)
    }
}

fn people<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
    let email = |name: &str| match name {
        "ada" => ADMIN.to_owned(),
        name => format!("{name}@desk.example"),
    };
    names.into_iter().map(email).collect()
}

async fn opened(by: &Client, case: &Value) -> String {
    by.post("/api/v1/cases", case).await.created("id")
}

async fn writes(by: &Client, case: &str) {
    let answer = by
        .post(
            &format!("/api/v1/cases/{case}/notes"),
            &json!({"text": "And now?"}),
        )
        .await;
    assert_eq!(answer.status, 201, "{}", answer.text);
}

#[tokio::test]
async fn a_new_case_is_told_to_those_who_answer_it_and_says_nothing_of_itself() {
    let desk = Desk::new().await;
    let case = desk.about_device();
    let (id, told) = desk.told(opened(&desk.rea, &case)).await;
    assert_eq!(
        told,
        people(["dora"]),
        "the distributor comes before the platform"
    );
    let letter = desk.world.last_letter("case_note").await;
    assert!(
        letter.text.contains("rea of Northside opened the case C-000001"),
        "{}",
        letter.text
    );
    assert_eq!(letter.token(), id, "{}", letter.text);
    // The case's id is made of such digits too.
    let said = letter.text.replace(&id, "");
    for word in ["Miller", "171", "99", "S-1"] {
        assert!(!said.contains(word), "{said}");
    }

    let about_clinic = json!({"customer_id": desk.clinic, "title": "Which room?"});
    let (_, told) = desk.told(opened(&desk.dora, &about_clinic)).await;
    assert_eq!(told, people(["ada", "carl", "cleo"]), "not her own side");
    let (_, told) = desk.told(opened(&desk.admin, &about_clinic)).await;
    assert_eq!(told, people(["carl", "cleo", "dora"]));
    let own = json!({"title": "Our invoice"});
    let (_, told) = desk.told(opened(&desk.dora, &own)).await;
    assert_eq!(told, people(["ada"]));

    let admin = &desk.admin;
    let direct = desk.world.tenant(admin, "b").await;
    let case = json!({"device_id": direct.device, "title": "Nothing arrives"});
    let (_, told) = desk.told(opened(&direct.user, &case)).await;
    assert_eq!(told, people(["ada"]), "nobody stands between");
}

#[tokio::test]
async fn who_asks_again_reaches_those_who_answer_until_somebody_looks_after_it() {
    let desk = Desk::new().await;
    let id = opened(&desk.rea, &desk.about_device()).await;
    let ((), told) = desk.told(writes(&desk.cleo, &id)).await;
    assert_eq!(told, people(["dora", "rea"]), "and who opened it");
    let ((), told) = desk.told(writes(&desk.dora, &id)).await;
    assert_eq!(told, people(["rea"]));

    let path = format!("/api/v1/cases/{id}");
    let hers = json!({"assignee": desk.dora_id});
    let (answer, told) = desk.told(desk.admin.patch(&path, &hers)).await;
    assert_eq!(
        (answer.status, told),
        (200, people(["dora"])),
        "it was given to her"
    );
    let (answer, told) = desk.told(desk.dora.patch(&path, &hers)).await;
    assert_eq!((answer.status, told), (200, people([])), "it was hers");
    let ((), told) = desk.told(writes(&desk.rea, &id)).await;
    assert_eq!(told, people(["dora"]), "as who looks after it, once");

    let taken = json!({"assignee": null});
    assert_eq!(desk.dora.patch(&path, &taken).await.status, 200);
    let (answer, told) = desk.told(desk.dora.patch(&path, &hers)).await;
    assert_eq!(
        (answer.status, told),
        (200, people([])),
        "nobody is told what they do"
    );
}

#[tokio::test]
async fn who_sees_some_sites_alone_is_told_of_what_stands_there() {
    let desk = Desk::new().await;
    let site = async |name: &str| {
        let site = desk.cleo.post("/api/v1/sites", &json!({"name": name})).await;
        site.created("id")
    };
    let (here, there) = (site("Here").await, site("There").await);
    let confine = json!({"confined": true, "sites": [here]});
    let answer = desk
        .cleo
        .patch(&format!("/api/v1/users/{}", desk.carl_id), &confine)
        .await;
    assert_eq!(answer.status, 204, "{}", answer.text);
    let about = json!({"device_id": desk.device, "title": "Its battery"});
    for (site, expected) in [
        (&there, people(["ada", "cleo"])),
        (&here, people(["ada", "carl", "cleo"])),
    ] {
        let put = json!({"devices": [desk.device]});
        let path = format!("/api/v1/sites/{site}/devices");
        assert_eq!(desk.cleo.post(&path, &put).await.status, 204);
        let (_, told) = desk.told(opened(&desk.dora, &about)).await;
        assert_eq!(told, expected);
    }
}

#[tokio::test]
async fn many_cases_fill_nobodys_mailbox() {
    let desk = Desk::new().await;
    for number in 1..=12 {
        let (_, told) = desk.told(opened(&desk.rea, &desk.about_device())).await;
        assert_eq!(told.len(), usize::from(number <= 10), "{number}");
    }
    desk.world.clock.advance(TimeDelta::minutes(5));
    let (_, told) = desk.told(opened(&desk.rea, &desk.about_device())).await;
    assert_eq!(told, people(["dora"]));
    let gone = json!({"state": "disabled"});
    let path = format!("/api/v1/users/{}", desk.dora_id);
    let answer = desk.admin.patch(&path, &gone).await;
    assert_eq!(answer.status, 204, "{}", answer.text);
    desk.world.clock.advance(TimeDelta::minutes(5));
    let (_, told) = desk.told(opened(&desk.rea, &desk.about_device())).await;
    assert_eq!(told, people([]), "who cannot sign in is not written to");
}
