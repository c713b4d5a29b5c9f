//! Forms: only from this session's own pages, and what they do.

use uuid::Uuid;

use crate::world::{PASSWORD, World};

#[tokio::test]
async fn a_form_without_the_session_s_token_is_refused() {
    let world = World::new().await;
    let customer = world.customer("Own").await;
    world.customer("Other").await;
    let (browser, other) = (world.signed_in("Own").await, world.signed_in("Other").await);
    let stolen = other.get("/hubs").await.csrf();
    let hub = customer.hub;
    let routes = [
        "/logout".to_owned(),
        "/endpoint".to_owned(),
        "/endpoint/test".to_owned(),
        "/endpoint/rotate-secret".to_owned(),
        "/endpoint/dead-letters/retry-all".to_owned(),
        format!("/endpoint/dead-letters/{}/retry", Uuid::from_u128(7)),
        format!("/hubs/{hub}/claim-code"),
        format!("/hubs/{hub}/confirm"),
    ];
    for path in &routes {
        let fields = [("url", "https://example.org"), ("fingerprint", "ab")];
        for token in ["", "x", stolen.as_str()] {
            let mut form = fields.to_vec();
            form.push(("csrf", token));
            assert_eq!(
                browser.post(path, &form).await.status,
                403,
                "{path} with {token:?}"
            );
        }
        assert_eq!(browser.post(path, &fields).await.status, 403, "{path} without");
        let own = browser.get("/hubs").await.csrf();
        let mut form = fields.to_vec();
        form.push(("csrf", own.as_str()));
        assert_eq!(
            browser
                .post_from(path, &form, "https://evil.example")
                .await
                .status,
            403,
            "{path} from elsewhere"
        );
    }
    assert_eq!(browser.get("/devices").await.status, 200, "nobody was signed out");
    let login = [("email", "own@example.org"), ("password", PASSWORD)];
    assert_eq!(
        world
            .browser()
            .post_from("/login", &login, "https://evil.example")
            .await
            .status,
        403
    );
}

#[tokio::test]
async fn an_endpoint_is_registered_moved_tested_and_given_a_new_secret() {
    let world = World::new().await;
    world.customer("Own").await;
    let browser = world.signed_in("Own").await;
    assert!(
        browser
            .get("/endpoint")
            .await
            .text
            .contains("Register your server")
    );

    let bad = browser
        .submit("/endpoint", &[("url", "ftp://example.org/x\"><b>")])
        .await;
    assert_eq!(bad.status, 422);
    assert!(bad.text.contains("This is not a web address.") && !bad.text.contains("\"><b>"));

    let made = browser
        .submit("/endpoint", &[("url", "https://example.org/hook")])
        .await;
    assert_eq!(made.status, 201);
    assert!(made.text.contains("whsec_") && made.text.contains("https://example.org/hook"));
    assert!(
        !browser.get("/endpoint").await.text.contains("whsec_"),
        "shown once"
    );

    let moved = browser
        .submit("/endpoint", &[("url", "https://example.org/other")])
        .await;
    assert_eq!(moved.location(), "/endpoint?said=endpoint-saved");
    let page = browser.get(moved.location()).await.text;
    assert!(page.contains("https://example.org/other") && page.contains("The address is saved."));

    let rotated = browser.submit("/endpoint/rotate-secret", &[]).await;
    assert!(rotated.status == 200 && rotated.text.contains("whsec_"));
    let tested = browser.submit("/endpoint/test", &[]).await;
    assert_eq!(tested.location(), "/endpoint?said=test-sent");
    let waiting: i64 = sqlx::query_scalar("select count(*) from delivery")
        .fetch_one(&world.sql)
        .await
        .unwrap();
    assert_eq!(waiting, 1);
    let nothing = browser.submit("/endpoint/dead-letters/retry-all", &[]).await;
    assert_eq!(nothing.location(), "/endpoint?said=nothing-to-retry");
}
