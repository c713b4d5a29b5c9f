//! Cases: asked by a customer, answered by its distributor, seen by nobody else.

use sqlx::Row as _;
use uuid::Uuid;
use vitalwire_server::identity::Organisation;
use vitalwire_server::tenancy::Permission;

use crate::browser::Browser;
use crate::world::{Customer, World};

/// A clinic of Meridian's, another of its clinics, a distributor with a clinic beside them, and the platform.
struct Desk {
    world: World,
    meridian: Uuid,
    clinic: Customer,
    nurse: Browser,
    seller: Browser,
    root: Browser,
}

impl Desk {
    async fn new() -> Self {
        let world = World::new().await;
        let meridian = world.distributor("Meridian").await;
        let clinic = world.customer_of("Northside", Some(meridian)).await;
        world.user("Root", Organisation::Platform, None).await;
        let nurse = world.signed_in("Northside").await;
        let seller = world.signed_in("Meridian").await;
        let root = world.signed_in("Root").await;
        Self {
            world,
            meridian,
            clinic,
            nurse,
            seller,
            root,
        }
    }

    /// Opens a case about the clinic's device, and says where its page is.
    async fn opened(&self) -> String {
        let device = self.clinic.device.to_string();
        let form = [
            ("device", device.as_str()),
            ("title", "Nothing arrives"),
            ("text", "Since <Tuesday>."),
        ];
        let answer = self.nurse.submit("/cases/new", &form).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        let page = answer.location().split('?').next().unwrap().to_owned();
        let said = self.nurse.get(answer.location()).await;
        assert!(said.text.contains("The case is open."));
        page
    }

    async fn mails(&self) -> i64 {
        sqlx::query("select count(*) as n from mail_outbox where kind = 'case_note'")
            .fetch_one(&self.world.sql)
            .await
            .unwrap()
            .get("n")
    }
}

async fn step(browser: &Browser, path: &str, form: &[(&str, &str)], words: &str) {
    let answer = browser.submit(path, form).await;
    assert_eq!(answer.status, 303, "{path}: {}", answer.text);
    let page = browser.get(answer.location()).await;
    assert!(page.text.contains(words), "{path}: {words}");
}

/// What the menus of the three sides say waits for them.
async fn waits(desk: &Desk) -> Vec<Option<String>> {
    let mut waits = Vec::new();
    for browser in [&desk.nurse, &desk.seller, &desk.root] {
        let page = browser.get("/devices").await;
        waits.push(page.waits_at("/cases").map(str::to_owned));
    }
    waits
}

#[tokio::test]
async fn the_menu_counts_the_cases_that_wait_for_who_looks() {
    let desk = Desk::new().await;
    let one = || Some("1".to_owned());
    assert_eq!(waits(&desk).await, [None, None, None]);
    let case = desk.opened().await;
    assert_eq!(
        waits(&desk).await,
        [None, one(), None],
        "the distributor is asked first"
    );
    let at = |verb: &str| format!("{case}/{verb}");
    let waiting = [("state", "waiting")];
    step(&desk.seller, &at("state"), &waiting, "waits for an answer").await;
    assert_eq!(waits(&desk).await, [one(), None, None]);
    // Looked after by the nurse, it is hers to see at whatever site.
    let nurse: Uuid = sqlx::query_scalar("select id from user_account where email = 'northside@example.org'")
        .fetch_one(&desk.world.sql)
        .await
        .unwrap();
    let nurse = nurse.to_string();
    let gives = [("assignee", nurse.as_str())];
    step(
        &desk.seller,
        &at("assignee"),
        &gives,
        "Northside User looks after it.",
    )
    .await;
    for (confined, waiting) in [(true, None), (false, one())] {
        sqlx::query(
            "update user_account set confined = $1, permissions = '{answer_cases}'
             where email = 'northside@example.org'",
        )
        .bind(confined)
        .execute(&desk.world.sql)
        .await
        .unwrap();
        assert_eq!(waits(&desk).await[0], waiting, "confined: {confined}");
    }
    let solved = [("state", "solved")];
    step(&desk.seller, &at("state"), &solved, "solved").await;
    assert_eq!(waits(&desk).await, [None, None, None], "at once");
    desk.opened().await;
    let part = desk
        .seller
        .get_with("/devices", ("accept", "application/json"))
        .await;
    assert_eq!(
        part.waits_at("/cases"),
        None,
        "what a script asks for has no menu"
    );
    // But for a whole page, where somebody goes back to one.
    for (back, waiting) in [("", None), ("true", Some("1"))] {
        let headers = [("hx-request", "true"), ("hx-history-restore-request", back)];
        let headers = headers.into_iter().filter(|(_, value)| !value.is_empty());
        let page = desk.seller.get_with_all("/devices", headers).await;
        assert_eq!(page.waits_at("/cases"), waiting, "{back}");
    }
}

#[tokio::test]
async fn who_writes_is_told_who_reads() {
    let desk = Desk::new().await;
    let case = desk.opened().await;
    let new = format!("/cases/new?device={}", desk.clinic.device);
    let of_clinic = "Northside and its distributor read it too";
    for (browser, told) in [
        (&desk.nurse, "Your distributor and the platform read it too"),
        (&desk.seller, "Northside and the platform read it too"),
        (&desk.root, of_clinic),
    ] {
        for path in [&case, &new] {
            let page = browser.get(path).await.text;
            let told = format!("{told}: name no patient and no value.");
            assert!(page.contains(&told), "{path}: {told}: {page}");
        }
    }
    let general = desk.nurse.get("/cases/new").await.text;
    assert!(
        general.contains("Your distributor and the platform read it too"),
        "{general}"
    );
    let general = desk.root.get("/cases/new").await.text;
    assert!(
        general.contains("The customer, and its distributor if it has one, reads it too"),
        "{general}"
    );
}

#[tokio::test]
async fn a_case_goes_from_its_question_to_its_end() {
    let desk = Desk::new().await;
    let case = desk.opened().await;
    let at = |verb: &str| format!("{case}/{verb}");
    let page = desk.seller.get(&case).await;
    assert!(page.text.contains("Since &#60;Tuesday&#62;.") || page.text.contains("Since &lt;Tuesday&gt;."));
    assert!(page.text.contains("C-000001") && page.text.contains(&desk.clinic.serial));
    assert!(page.text.contains("Northside User"));
    let link = format!("href=\"{case}\"");
    let others = "1 case is open, and none waits for you.";
    for (browser, told) in [
        (&desk.nurse, others),
        (&desk.seller, ">1 case waits for you<"),
        (&desk.root, others),
    ] {
        let found = browser.get("/search?q=c-1").await;
        assert!(found.text.contains(&link), "{}", found.text);
        let list = browser.get("/cases").await.text;
        assert!(list.contains(told), "{told}: {list}");
    }

    assert_eq!(desk.mails().await, 1, "to whoever may answer");
    let answer = [("text", "Is its battery full?")];
    step(&desk.seller, &at("notes"), &answer, "It is written down.").await;
    assert_eq!(desk.mails().await, 2, "to whoever opened it");
    let waiting = [("state", "waiting")];
    step(&desk.seller, &at("state"), &waiting, "waits for an answer").await;
    assert!(desk.nurse.get(&case).await.text.contains("waits for you"));
    step(
        &desk.nurse,
        &at("notes"),
        &[("text", "It was empty.")],
        "It was empty.",
    )
    .await;
    assert!(
        desk.seller.get(&case).await.text.contains(">open<"),
        "their turn again"
    );

    let own: Uuid = sqlx::query_scalar("select id from user_account where email = 'meridian@example.org'")
        .fetch_one(&desk.world.sql)
        .await
        .unwrap();
    let own = own.to_string();
    step(
        &desk.seller,
        &at("assignee"),
        &[("assignee", &own)],
        "Meridian User looks after it.",
    )
    .await;
    let before = desk.mails().await;
    step(&desk.nurse, &at("notes"), &[("text", "Thank you.")], "Thank you.").await;
    assert_eq!(desk.mails().await, before + 1, "to whoever looks after it");
    let mine = desk.seller.get("/cases?mine=yes").await.text;
    assert!(mine.contains("Nothing arrives"));
    assert!(
        !desk
            .root
            .get("/cases?mine=yes")
            .await
            .text
            .contains("Nothing arrives")
    );

    step(&desk.seller, &at("state"), &[("state", "closed")], "closed").await;
    let shut = desk.nurse.submit(&at("notes"), &[("text", "One more.")]).await;
    assert_eq!(shut.status, 409, "{}", shut.text);
    assert!(!desk.nurse.get("/cases").await.text.contains("Nothing arrives"));
    assert!(
        desk.nurse
            .get("/cases?state=closed&q=C-000001")
            .await
            .text
            .contains("Nothing arrives")
    );
    step(&desk.nurse, &at("reopen"), &[], "The case is open again.").await;
    assert_eq!(desk.nurse.submit(&at("reopen"), &[]).await.status, 409);
    let wordless = desk.nurse.submit(&at("notes"), &[("text", " ")]).await;
    assert_eq!(wordless.status, 422);
    assert!(wordless.text.contains("Must have 1 to 4000 characters."));
}

#[tokio::test]
async fn an_internal_note_reaches_no_customer() {
    let desk = Desk::new().await;
    let case = desk.opened().await;
    let notes = format!("{case}/notes");
    let internal = [("text", "They never charge it."), ("internal", "on")];
    let (before, mails): (String, i64) = (updated(&desk).await, desk.mails().await);
    step(&desk.seller, &notes, &internal, "It is noted").await;
    assert_eq!(desk.mails().await, mails, "the customer hears nothing of it");
    assert_eq!(updated(&desk).await, before, "nor that there is something");
    for browser in [&desk.seller, &desk.root] {
        assert!(browser.get(&case).await.text.contains("They never charge it."));
    }
    let page = desk.nurse.get(&case).await;
    assert_eq!(page.status, 200);
    assert!(!page.text.contains("They never charge it."));
    assert!(!page.text.contains("internal note"));
    assert_eq!(desk.nurse.submit(&notes, &internal).await.status, 403);
}

#[tokio::test]
async fn nobody_else_sees_a_case() {
    let desk = Desk::new().await;
    let case = desk.opened().await;
    desk.world.customer_of("Southside", Some(desk.meridian)).await;
    let elsewhere = desk.world.distributor("Elsewhere").await;
    desk.world.customer_of("Faraway", Some(elsewhere)).await;
    for name in ["Southside", "Elsewhere", "Faraway"] {
        let stranger = desk.world.signed_in(name).await;
        assert!(
            !stranger
                .get("/cases?state=all")
                .await
                .text
                .contains("Nothing arrives"),
            "{name}"
        );
        assert_eq!(stranger.get(&case).await.status, 404, "{name}");
        for (verb, form) in [
            ("notes", ("text", "Hello")),
            ("state", ("state", "solved")),
            ("assignee", ("assignee", "")),
            ("reopen", ("text", "")),
        ] {
            let answer = stranger.submit(&format!("{case}/{verb}"), &[form]).await;
            assert_eq!(answer.status, 404, "{name} {verb}");
        }
        let link = format!("href=\"{case}\"");
        assert!(
            !stranger.get("/search?q=C-000001").await.text.contains(&link),
            "{name}"
        );
        let foreign = desk.clinic.device.to_string();
        let form = [("device", foreign.as_str()), ("title", "Mine")];
        assert_eq!(stranger.submit("/cases/new", &form).await.status, 404, "{name}");
    }
}

#[tokio::test]
async fn a_device_that_changes_hands_leaves_its_cases_behind() {
    let desk = Desk::new().await;
    let case = desk.opened().await;
    let next = desk.world.customer_of("Southside", Some(desk.meridian)).await;
    sqlx::query("update device set customer_id = $2 where id = $1")
        .bind(desk.clinic.device)
        .bind(next.id)
        .execute(&desk.world.sql)
        .await
        .unwrap();
    let heir = desk.world.signed_in("Southside").await;
    assert_eq!(heir.get(&case).await.status, 404);
    assert!(
        !heir
            .get("/cases?state=all")
            .await
            .text
            .contains("Nothing arrives")
    );
    let page = desk.nurse.get(&case).await;
    assert_eq!(page.status, 200, "who asked goes on to read the answer");
    assert!(page.text.contains(&desk.clinic.serial));
    assert!(!page.text.contains(&format!("/devices/{}", desk.clinic.device)));
}

#[tokio::test]
async fn who_may_not_answer_asks_all_the_same() {
    let desk = Desk::new().await;
    let case = desk.opened().await;
    let organisation = Organisation::Customer(desk.clinic.id.into());
    let may = [Permission::ReadReadings];
    desk.world.user("Reader", organisation, Some(&may)).await;
    let reader = desk.world.signed_in("Reader").await;
    let page = reader.get(&case).await;
    assert!(page.text.contains("Your answer") && !page.text.contains("Assign"));
    step(
        &reader,
        &format!("{case}/notes"),
        &[("text", "Me too.")],
        "Me too.",
    )
    .await;
    let state = reader
        .submit(&format!("{case}/state"), &[("state", "solved")])
        .await;
    assert_eq!(state.status, 403);
    step(
        &reader,
        "/cases/new",
        &[("title", "Who sees our readings?")],
        "Who sees our readings?",
    )
    .await;
    let stranger: Uuid = sqlx::query_scalar("select id from user_account where email = 'root@example.org'")
        .fetch_one(&desk.world.sql)
        .await
        .unwrap();
    let stranger = stranger.to_string();
    let assign = format!("{case}/assignee");
    let answer = desk.nurse.submit(&assign, &[("assignee", &stranger)]).await;
    assert_eq!(answer.status, 422, "who has not spoken up is not known here");
}

#[tokio::test]
async fn a_text_that_the_database_cannot_hold_is_refused_and_no_fault() {
    let desk = Desk::new().await;
    let form = [
        ("title", "Why?"),
        ("text", "Nothing comes."),
        ("customer", "a\0b"),
    ];
    let answer = desk.seller.submit("/cases/new", &form).await;
    assert_eq!(answer.status, 422, "{}", answer.text);
    assert!(
        !answer.text.contains("cannot reach its database"),
        "{}",
        answer.text
    );
}

#[tokio::test]
async fn why_nothing_arrived_is_told_without_a_value() {
    let desk = Desk::new().await;
    let (device, hub) = (desk.clinic.device, desk.clinic.hub);
    let path = format!("/devices/{device}/trouble");
    let never = desk.nurse.get(&path).await;
    assert_eq!(never.status, 200);
    assert!(never.text.contains("Nothing was ever heard of the device."));
    let form = desk.nurse.get(&format!("/cases/new?device={device}")).await;
    assert!(
        form.text.contains("Nothing was ever heard of the device."),
        "the first note"
    );

    desk.world
        .commit(&desk.clinic, &[(chrono::TimeDelta::hours(3), 173, 107)])
        .await;
    desk.world.route().await;
    for browser in [&desk.nurse, &desk.seller, &desk.root] {
        let page = browser.get(&path).await;
        assert!(
            page.text.contains("All is well: the last reading came"),
            "{}",
            page.text
        );
        assert!(!page.shows("173") && !page.shows("107"));
    }
    assert!(
        desk.nurse
            .get(&path)
            .await
            .text
            .contains("arrived more than an hour after")
    );
    sqlx::query(
        "insert into refusal (id, minute, customer_id, distributor_id, device_id, reason, count, last_at)
         values ($1, now(), $2, $3, $1, 'token-of-another-device', 4, now() + interval '1 hour')",
    )
    .bind(device)
    .bind(desk.clinic.id)
    .bind(desk.meridian)
    .execute(&desk.world.sql)
    .await
    .unwrap();
    let refused = desk.seller.get(&path).await.text;
    assert!(refused.contains("4 requests were refused in the last 30 days: token of another device"));

    let of_hub = format!("/hubs/{hub}/trouble");
    let page = desk.seller.get(&of_hub).await;
    assert!(page.text.contains("holds no key yet"));
    desk.world.customer("Elsewhere").await;
    let stranger = desk.world.signed_in("Elsewhere").await;
    for path in [&path, &of_hub] {
        assert_eq!(stranger.get(path).await.status, 404);
    }
}

async fn updated(desk: &Desk) -> String {
    sqlx::query_scalar("select updated_at::text from support_case")
        .fetch_one(&desk.world.sql)
        .await
        .unwrap()
}
