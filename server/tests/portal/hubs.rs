//! A hub from its claim code to its confirmed key.

use vitalwire_server::registry::system_claim;

use crate::world::World;

#[tokio::test]
async fn a_hub_is_claimed_and_its_key_compared() {
    let world = World::new().await;
    let customer = world.customer("Own").await;
    let browser = world.signed_in("Own").await;
    let page = browser
        .submit(&format!("/hubs/{}/claim-code", customer.hub), &[])
        .await;
    assert_eq!(page.status, 200);
    let code = page
        .text
        .split("vw-code big\"><code>")
        .nth(1)
        .unwrap()
        .split('<')
        .next()
        .unwrap();
    assert!(!browser.get("/hubs").await.text.contains(code), "shown once");

    let claimed = system_claim(world.state.ground(), world.state.database(), code, &[9; 32], None)
        .await
        .unwrap();
    let page = browser.get("/hubs").await.text;
    assert!(page.contains(&claimed.fingerprint) && page.contains("1 hub waits to be confirmed."));

    let path = format!("/hubs/{}/confirm", customer.hub);
    let wrong = browser.submit(&path, &[("fingerprint", "00:00")]).await;
    assert_eq!(wrong.status, 409);
    let right = browser
        .submit(&path, &[("fingerprint", &claimed.fingerprint)])
        .await;
    assert_eq!(right.location(), "/hubs?said=hub-confirmed");
    assert!(
        browser
            .get(right.location())
            .await
            .text
            .contains("The hub is confirmed.")
    );
    let again = browser
        .submit(&format!("/hubs/{}/claim-code", customer.hub), &[])
        .await;
    assert_eq!(again.status, 409, "an active hub takes no other key");
}
