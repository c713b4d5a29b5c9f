//! That nobody fills the desk, or anybody's mailbox.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use vitalwire_server::ground::enums::MailKind;
use vitalwire_server::mailing::Letter;
use vitalwire_server::registry::imports::KEPT;
use vitalwire_server::tenancy::{Scope as _, SystemScope};

use crate::world::{Client, World};

#[tokio::test]
async fn one_person_writes_thirty_times_in_a_row_and_mails_tell_of_some_of_it() {
    let world = World::new().await;
    let admin = world.admin().await;
    let tenant = world.tenant(&admin, "a").await;
    let case = json!({"device_id": tenant.device, "title": "Nothing arrives"});
    let id = tenant.user.post("/api/v1/cases", &case).await.created("id");
    let notes = format!("/api/v1/cases/{id}/notes");
    let mut statuses = BTreeMap::new();
    for number in 0..35 {
        let note = json!({"text": format!("And {number}")});
        *statuses
            .entry(admin.post(&notes, &note).await.status)
            .or_insert(0) += 1;
    }
    assert_eq!(statuses, BTreeMap::from([(201, 30), (429, 5)]));
    let late = admin.post(&notes, &json!({"text": "And more"})).await;
    assert_eq!(late.problem(), (429, "too-many-attempts"));
    assert!(late.headers.contains_key("retry-after"));
    assert_eq!(
        world.letters("case_note").await.len(),
        1 + 6,
        "one of the case, and the opener reads the other notes there"
    );
    assert_eq!(
        tenant.user.post("/api/v1/cases", &case).await.status,
        201,
        "others write"
    );
    world.clock.advance(TimeDelta::minutes(1));
    let again = world
        .admin()
        .await
        .post(&notes, &json!({"text": "At last"}))
        .await;
    assert_eq!(again.status, 201);
}

/// Changes leave lines, too: they are counted, and however many there are they push out nothing that somebody wrote.
#[tokio::test]
async fn changes_are_counted_and_take_no_words_place() {
    let world = World::new().await;
    let admin = world.admin().await;
    let tenant = world.tenant(&admin, "a").await;
    let case = json!({"device_id": tenant.device, "title": "Nothing arrives", "text": "Since Tuesday"});
    let id = tenant.user.post("/api/v1/cases", &case).await.created("id");
    let path = format!("/api/v1/cases/{id}");
    let lines = async || -> (bool, usize, usize) {
        let seen = tenant.user.get(&path).await;
        let notes = seen.body["notes"].as_array().unwrap();
        let of = |kind: &str| notes.iter().filter(|note| note["kind"] == kind).count();
        let is_asked = notes.iter().any(|note| note["text"] == "Since Tuesday");
        (is_asked, of("note"), of("state") + of("assignee"))
    };
    let mut statuses = BTreeMap::new();
    for number in 0..64 {
        let state = ["solved", "open"][number % 2];
        let changed = admin.patch(&path, &json!({"state": state})).await;
        *statuses.entry(changed.status).or_insert(0) += 1;
    }
    // After the sixtieth, to solve it is refused, and to open it changes nothing.
    assert_eq!(statuses, BTreeMap::from([(200, 62), (429, 2)]));
    let late = admin.patch(&path, &json!({"state": "closed"})).await;
    assert_eq!(late.problem(), (429, "too-many-attempts"));
    assert!(late.headers.contains_key("retry-after"));
    assert_eq!(lines().await, (true, 1, 60), "what was refused left nothing");

    let many = "insert into case_note (id, case_id, customer_id, kind, author, author_name, author_side, at, state, text)
        select gen_random_uuid(), k.id, k.customer_id, $2, k.opened_by, 'Ada', $3, k.opened_at + n * interval '1 ms',
          case when $2 = 'state' then 'open' end, case when $2 = 'note' then 'And ' || n end
        from support_case k, generate_series(1, $4) n where k.id = $1::uuid";
    let write = async |kind: &str, side: &str, count: i32| {
        let lines = sqlx::query(many).bind(&id).bind(kind).bind(side).bind(count);
        lines.execute(&world.sql).await.unwrap();
    };
    write("state", "platform", 700).await;
    assert_eq!(lines().await, (true, 1, 200));
    write("note", "platform", 199).await;
    let more = json!({"text": "And more"});
    let notes = format!("{path}/notes");
    assert_eq!(admin.post(&notes, &more).await.status, 201);
    let full = admin.post(&notes, &more).await;
    assert_eq!(
        (full.status, full.text.contains("the case is full")),
        (409, true),
        "{}",
        full.text
    );
    assert_eq!(
        tenant.user.post(&notes, &more).await.status,
        201,
        "the other side writes on"
    );
    assert_eq!(lines().await, (true, 202, 200), "all that people wrote is there");
}

/// Letters of cases that wait, and one with which somebody gets in, written after them.
#[tokio::test]
async fn a_letter_that_lets_somebody_in_waits_behind_no_news() {
    let world = World::new().await;
    let post = world.identity.post().clone();
    let letter = |kind: MailKind, number: u32| Letter {
        kind,
        to: format!("{number}@clinic.example"),
        subject: "News".to_owned(),
        text: "News".to_owned(),
    };
    let news = (0..8).map(|number| letter(MailKind::CaseNote, number));
    let letters: Vec<Letter> = news.chain([letter(MailKind::PasswordReset, 9)]).collect();
    for one in &letters {
        let sealed = post.seal(one, TimeDelta::days(1));
        SystemScope::for_purpose("test")
            .run(&world.database, async |tx| post.system_take(tx, &sealed).await)
            .await
            .unwrap();
    }
    let taken = crate::letters::carried(&world).await;
    let place = taken.iter().position(|to| to == "9@clinic.example").unwrap();
    assert!(place < 4, "it is in the first round: {taken:?}");
}

const FILE: &str = "maker,serial,reference\nAcme,S-b,bed 7\n";

/// A file that never arrives whole keeps its own organisation waiting, and nobody else.
#[tokio::test]
async fn a_slow_file_keeps_nobody_else_from_bringing_theirs() {
    let world = World::new().await;
    let admin = world.admin().await;
    let (a, b) = (world.tenant(&admin, "a").await, world.tenant(&admin, "b").await);
    let bring = async |client: &Client| {
        let request = client.request("POST", "/api/v1/imports");
        client
            .send(request.header("content-type", "text/csv").body(FILE))
            .await
    };
    let whole = a.user.request("POST", "/api/v1/imports").build().unwrap();
    let to = whole.url().clone();
    let token = whole.headers()["authorization"].to_str().unwrap().to_owned();
    let address = (to.host_str().unwrap().to_owned(), to.port().unwrap());
    let head = format!(
        "POST /api/v1/imports HTTP/1.1\r\nhost: x\r\nauthorization: {token}\r\ncontent-type: text/csv\r\n\
         content-length: 1000\r\n\r\nmaker,serial"
    );
    let slowly = async || {
        let mut slow = tokio::net::TcpStream::connect(&address).await.unwrap();
        slow.write_all(head.as_bytes()).await.unwrap();
        slow
    };
    let mut slow = slowly().await;
    let mut own = bring(&a.user).await;
    for _ in 0..20 {
        if own.status == 503 {
            break;
        }
        // The other one came first: then the slow one was refused, and is begun again.
        if slow.try_read(&mut [0; 64]).is_ok() {
            slow = slowly().await;
        }
        own = bring(&a.user).await;
    }
    assert_eq!(own.problem(), (503, "too-busy"));
    for _ in 0..3 {
        assert_eq!(bring(&b.user).await.status, 201);
    }
    drop(slow);
}

#[tokio::test]
async fn the_last_imports_of_an_organisation_are_kept_and_not_more_than_some_are_begun() {
    let world = World::new().await;
    let admin = world.admin().await;
    let a = world.tenant(&admin, "a").await;
    let mut statuses = BTreeMap::new();
    for _ in 0..33 {
        let request = a.user.request("POST", "/api/v1/imports");
        let answer = a
            .user
            .send(request.header("content-type", "text/csv").body(FILE))
            .await;
        *statuses.entry(answer.status).or_insert(0) += 1;
    }
    assert_eq!(statuses, BTreeMap::from([(201, 30), (429, 3)]));
    let kept: i64 = sqlx::query_scalar("select count(*) from device_import")
        .fetch_one(&world.sql)
        .await
        .unwrap();
    assert_eq!(kept, KEPT);
}
