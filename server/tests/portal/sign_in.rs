//! Signing in and out, and where that leads.

use vitalwire_server::identity::Organisation;

use crate::world::{PASSWORD, World};

#[tokio::test]
async fn a_platform_without_an_administrator_says_how_to_make_one_until_there_is_one() {
    let world = World::new().await;
    let browser = world.browser();
    let page = browser.get("/login").await;
    assert_eq!(page.status, 200);
    assert!(
        page.text.contains("vitalwire-server admin create"),
        "{}",
        page.text
    );
    world.customer("Northside").await;
    assert!(browser.get("/login").await.text.contains("admin create"));
    world.user("Root", Organisation::Platform, None).await;
    for _ in 0..2 {
        let page = browser.get("/login").await.text;
        assert!(!page.contains("dministrator"), "{page}");
        assert!(page.contains("Welcome back."));
    }
}

#[tokio::test]
async fn who_asks_for_the_head_of_a_page_gets_that_and_no_body() {
    let world = World::new().await;
    world.customer("Northside").await;
    let stranger = world.browser();
    let nurse = world.signed_in("Northside").await;
    for (browser, path) in [
        (&stranger, "/login"),
        (&stranger, "/home"),
        (&stranger, "/nothing-here"),
        (&nurse, "/home"),
        (&nurse, "/admin"),
        (&nurse, "/live.json"),
    ] {
        let (head, page) = (browser.head(path).await, browser.get(path).await);
        assert_eq!(head.status, page.status, "{path}");
        assert_eq!(head.text, "", "{path}");
        for name in ["content-type", "location", "content-security-policy"] {
            assert_eq!(head.header(name), page.header(name), "{path} {name}");
        }
    }
    assert_eq!(
        nurse.head("/logout").await.status,
        nurse.get("/logout").await.status
    );
    assert_eq!(nurse.get("/home").await.status, 200, "nobody was signed out");
}

#[tokio::test]
async fn a_person_signs_in_looks_around_and_signs_out() {
    let world = World::new().await;
    world.customer("Northside").await;
    let mut browser = world.browser();

    let form = browser.get("/login?next=%2Fhubs").await;
    assert_eq!(form.status, 200);
    assert!(form.text.contains("name=\"next\" value=\"/hubs\""));
    let signed_out = browser.get("/devices?kind=weight").await;
    assert_eq!(
        (signed_out.status, signed_out.location()),
        (303, "/login?next=%2Fdevices%3Fkind%3Dweight")
    );

    let wrong = browser.sign_in("northside@example.org", "wrong password").await;
    assert_eq!(wrong.status, 401);
    assert!(
        wrong
            .text
            .contains("The e-mail address or the password is wrong.")
    );
    assert!(
        wrong.text.contains("value=\"northside@example.org\""),
        "only the password is typed again"
    );

    let right = browser.sign_in("Northside@example.org", PASSWORD).await;
    assert_eq!((right.status, right.location()), (303, "/home"));
    let cookie = right.header("set-cookie");
    for part in [
        "__Host-vitalwire=",
        "HttpOnly",
        "Secure",
        "SameSite=Lax",
        "Path=/",
    ] {
        assert!(cookie.contains(part), "{cookie}");
    }

    let page = browser.get("/devices").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("NORTHSIDE-1") && page.text.contains("Northside User"));
    assert_eq!(page.header("cache-control"), "no-store");
    assert!(
        page.header("content-security-policy")
            .contains("script-src 'self'")
    );
    assert_eq!(browser.get("/").await.location(), "/home");
    assert_eq!(
        browser.get("/login").await.location(),
        "/home",
        "who is signed in needs no form"
    );

    let out = browser.post("/logout", &[("csrf", &page.csrf())]).await;
    assert_eq!((out.status, out.location()), (303, "/login?said=signed-out"));
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(
        browser.get("/devices").await.status,
        303,
        "the session is over, not only the cookie"
    );
}

#[tokio::test]
async fn a_sign_in_leads_nowhere_else() {
    let world = World::new().await;
    world.customer("Northside").await;
    let browser = world.browser();
    for (next, leads_to) in [
        ("/hubs", "/hubs"),
        ("/devices?after=x", "/devices?after=x"),
        ("", "/home"),
        ("//evil.example", "/home"),
        ("/\\evil.example", "/home"),
        ("\\\\evil.example", "/home"),
        ("https://evil.example/", "/home"),
        ("javascript:alert(1)", "/home"),
        ("/\t/evil.example", "/home"),
        ("evil.example", "/home"),
    ] {
        let form = [
            ("email", "northside@example.org"),
            ("password", PASSWORD),
            ("next", next),
        ];
        assert_eq!(
            browser.post("/login", &form).await.location(),
            leads_to,
            "{next:?}"
        );
    }
}

#[tokio::test]
async fn too_many_attempts_are_told_to_wait() {
    let world = World::new().await;
    let mut browser = world.browser();
    let mut last = browser.sign_in("nobody@example.org", "guess").await;
    for _ in 0..30 {
        if last.status == 429 {
            break;
        }
        last = browser.sign_in("nobody@example.org", "guess").await;
    }
    assert_eq!(last.status, 429);
    assert!(
        last.text.contains("There were too many attempts. Wait "),
        "{}",
        last.text
    );
    assert!(last.header("retry-after").parse::<u64>().unwrap() > 0);
}

#[tokio::test]
async fn a_form_that_was_sent_signed_out_leads_back_to_its_page() {
    let world = World::new().await;
    world.customer("Northside").await;
    let typed = [("title", "Nothing arrives"), ("text", "Since noon")];
    let gone = world.browser();
    let page = format!("{}/cases/new?device=", world.url);
    let sent = gone.post_with("/cases/new", &typed, ("referer", &page)).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    assert_eq!(
        sent.location(),
        "/login?next=%2Fcases%2Fnew%3Fdevice%3D%26said%3Dnot-sent"
    );
    let login = gone.get(sent.location()).await;
    assert!(
        login.text.contains("what you sent did not arrive"),
        "{}",
        login.text
    );
    assert!(!login.text.contains("Since noon") && !sent.location().contains("Since"));

    // Of another server's page, or of none, nothing is known.
    for referer in ["https://evil.example/cases/new", "nonsense", ""] {
        let sent = gone.post_with("/cases/new", &typed, ("referer", referer)).await;
        assert_eq!(sent.location(), "/login", "{referer}");
    }
    let nurse = world.signed_in("Northside").await;
    for page in [
        "/cases/new?device=&said=not-sent",
        "/devices?said=not-sent",
        "/account?said=not-sent",
    ] {
        let told = nurse.get(page).await.text;
        assert_eq!(
            told.matches("Look at the form and send it again.").count(),
            1,
            "{page}: {told}"
        );
    }
    let untold = nurse.get("/cases/new").await.text;
    assert!(!untold.contains("send it again"));
}
