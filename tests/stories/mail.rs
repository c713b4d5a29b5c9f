//! Mail arrives at a real mail server, its links work once, and neither a mail server that is away nor a kill loses any.

use serde_json::json;
use vitalwire_tests::{PASSWORD, Portal, PostOffice, World};

const NEW: &str = "quite another one of these";

/// A server that sends its mail to a post office, which is closed yet.
async fn world() -> (World, PostOffice) {
    let folder = std::env::temp_dir().join(format!("vw-mail-{}", uuid::Uuid::from_u128(rand())));
    let post = PostOffice::closed(&folder);
    let config = folder.join("mail.toml");
    let mail = format!(
        "[mail]\nfrom = \"Vitalwire <mail@vitalwire.example>\"\nsmtp_host = \"127.0.0.1\"\nsmtp_port = {}\n\
         smtp_tls = \"none\"\ntimeout_seconds = 3\n",
        post.port()
    );
    std::fs::write(&config, mail).unwrap();
    let world = World::with(&["--config", config.to_str().unwrap()]).await;
    (world, post)
}

fn rand() -> u128 {
    let nanos = vitalwire_tests::now().timestamp_nanos_opt().unwrap_or_default();
    u128::from(nanos.unsigned_abs()) << 32 | u128::from(std::process::id())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invitation_arrives_and_its_link_works_once() {
    let (world, mut post) = world().await;
    post.open().await;
    let base = world.server.url();
    let customer = world.customer("Northside").await;
    let invitation = json!({"email": "lena@northside.example", "name": "Lena Ortiz", "role": "customer",
        "customer_id": customer.id, "permissions": ["read_readings"]});
    customer.user.post("/api/v1/invitations", &invitation).await.ok();
    let letter = post.wait_for_one("lena@northside.example", &base).await;
    assert!(
        letter.0.contains("From: Vitalwire <mail@vitalwire.example>"),
        "{}",
        letter.0
    );
    let link = letter.link(&base);

    let lena = Portal::stranger(&base);
    let page = lena.get(&link).await;
    assert_eq!(page.status, 200, "{}", page.html);
    assert!(page.html.contains("Welcome, Lena Ortiz") && page.html.contains("Northside"));
    let typed = [("password", PASSWORD), ("again", "something else")];
    assert_eq!(lena.post(&link, &typed).await.status, 422);
    let typed = [("password", "short"), ("again", "short")];
    assert_eq!(lena.post(&link, &typed).await.status, 422);
    let typed = [("password", PASSWORD), ("again", PASSWORD)];
    let made = lena.post(&link, &typed).await;
    assert_eq!(made.status, 303, "{}", made.html);
    assert!(
        made.header("set-cookie").contains("vitalwire="),
        "{}",
        made.headers
    );
    for again in [lena.get(&link).await, lena.post(&link, &typed).await] {
        assert_eq!(again.status, 410, "{}", again.html);
        assert!(again.html.contains("works no longer"), "{}", again.html);
    }
    let signed_in = Portal::sign_in(&base, "lena@northside.example").await;
    assert_eq!(
        signed_in.get("/users").await.status,
        403,
        "nothing that was not given"
    );
    assert!(!world.server.log().contains(&link), "a link stands in the log");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forgotten_password_is_chosen_anew_and_its_link_works_once() {
    let (world, mut post) = world().await;
    post.open().await;
    let base = world.server.url();
    let customer = world.customer("Northside").await;
    let stranger = Portal::stranger(&base);
    let nobody = stranger
        .post("/forgot", &[("email", "nobody@northside.example")])
        .await;
    let known = stranger.post("/forgot", &[("email", &customer.email)]).await;
    assert_eq!((nobody.status, known.status), (200, 200));
    assert_eq!(nobody.html, known.html, "the answer tells who has an account");
    let letter = post
        .wait_for_one(&customer.email, &format!("{base}/reset/"))
        .await;
    let link = letter.link(&base);

    let before = Portal::sign_in(&base, &customer.email).await;
    let typed = [("password", NEW), ("again", NEW)];
    assert_eq!(stranger.get(&link).await.status, 200);
    let changed = stranger.post(&link, &typed).await;
    assert_eq!(
        changed.header("location"),
        "/login?said=password-changed",
        "{}",
        changed.html
    );
    assert_eq!(stranger.post(&link, &typed).await.status, 410);
    assert_eq!(
        before.get("/devices").await.status,
        303,
        "its sessions have ended"
    );
    assert_eq!(
        customer.user.get("/api/v1/me").await.status,
        401,
        "so have its tokens"
    );
    let sign_in = async |password| {
        let typed = [("email", customer.email.as_str()), ("password", password)];
        stranger.post("/login", &typed).await.status
    };
    assert_eq!((sign_in(PASSWORD).await, sign_in(NEW).await), (401, 303));
    post.wait_for_one(&customer.email, "was changed").await;
    let others = post.letters().into_iter();
    assert_eq!(
        others.filter(|letter| letter.0.contains("nobody@")).count(),
        0,
        "nobody else was written to"
    );
}

/// The mail server is away while an invitation is accepted, the server is killed, and the mail arrives all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mail_outlives_a_mail_server_that_is_away_and_a_kill() {
    let (mut world, mut post) = world().await;
    let invite =
        |name: &str| json!({"email": format!("{name}@platform.example"), "name": name, "role": "admin"});
    world
        .admin
        .post("/api/v1/invitations", &invite("first"))
        .await
        .ok();
    world.server.kill();
    world.server.restart().await;
    world
        .admin
        .post("/api/v1/invitations", &invite("second"))
        .await
        .ok();
    // It has been tried in vain before it is opened.
    for _ in 0..600 {
        if world.server.log().contains("a mail waits") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(
        world.server.log().contains("a mail waits"),
        "{}",
        world.server.log()
    );
    post.open().await;
    post.wait_for(2).await;
    let letters = post.letters();
    for name in ["first", "second"] {
        let to = format!("rcpt: {name}@platform.example\n");
        let letter = letters
            .iter()
            .find(|letter| letter.0.starts_with(&to))
            .expect(name);
        let page = Portal::stranger(&world.server.url())
            .get(&letter.link(&world.server.url()))
            .await;
        assert_eq!(page.status, 200, "{}", page.html);
    }
    let left: i64 = sqlx::query_scalar("select count(*) from mail_outbox where mail_sealed is not null")
        .fetch_one(&mut world.server.owner().await)
        .await
        .unwrap();
    assert_eq!(left, 0, "nothing of a sent mail stays");
}

/// Who may answer hears of a new case at a real mail server, and its link leads there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_case_reaches_those_who_answer_and_its_link_leads_there() {
    let (world, mut post) = world().await;
    post.open().await;
    let base = world.server.url();
    let customer = world.customer("Northside").await;
    let case = json!({"title": "Mrs Miller's cuff", "text": "It said 171 over 99."});
    let case = customer.user.post("/api/v1/cases", &case).await.ok();
    let path = format!("/cases/{}", case["id"].as_str().unwrap());
    let letter = post
        .wait_for_one("admin@example.org", &format!("{base}{path}"))
        .await;
    for word in ["Miller", "over 99", "cuff"] {
        assert!(!letter.0.contains(word), "{}", letter.0);
    }
    assert!(letter.0.contains("C-000001: somebody asks"), "{}", letter.0);
    let answer = json!({"text": "Is its battery full?"});
    let notes = format!("/api/v1{path}/notes");
    world.admin.post(&notes, &answer).await.ok();
    let letter = post.wait_for_one(&customer.email, "somebody wrote").await;
    let nurse = Portal::sign_in(&base, &customer.email).await;
    let page = nurse.get(&letter.link(&base)).await;
    assert!(page.html.contains("Is its battery full?"), "{}", page.html);
}
