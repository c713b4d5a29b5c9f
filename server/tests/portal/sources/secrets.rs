//! The secret of a source, its state and its name.

use vitalwire_server::ground::Clock as _;
use vitalwire_server::identity::Organisation;

use super::{Cloud, cuff, once, step};
use crate::world::World;

#[tokio::test]
async fn a_secret_is_exchanged_while_the_one_before_works_on() {
    let world = World::new().await;
    world.customer("Own").await;
    let browser = world.signed_in("Own").await;
    let cloud = Cloud::add(&browser, "Our cuffs", &[]).await;
    let message = cuff(world.clock.now().timestamp(), 121);
    let made = browser.submit(&cloud.at("secret"), &[]).await;
    let (shown, again) = browser.follow_twice(&made).await;
    let secret = once(&shown);
    assert!(secret != cloud.secret && !again.text.contains("vws_"));
    assert!(
        again.text.contains("The secret before this one works until"),
        "{}",
        again.text
    );
    for secret in [&secret, &cloud.secret] {
        assert_eq!(cloud.sends(&world, secret, &message).await, 200);
    }
    step(
        &browser,
        &cloud.at("end-former"),
        &[],
        "The former secret is ended",
    )
    .await;
    let page = browser.get(&cloud.page).await.text;
    assert!(!page.contains("End the former secret now"), "{page}");
    assert_eq!(cloud.sends(&world, &cloud.secret, &message).await, 401);
    assert_eq!(cloud.sends(&world, &secret, &message).await, 200);

    step(
        &browser,
        &cloud.at("deactivate"),
        &[],
        "The vendor&#39;s cloud is inactive",
    )
    .await;
    let page = browser.get(&cloud.page).await.text;
    assert!(page.contains("what the vendor sends is refused"), "{page}");
    assert_eq!(cloud.sends(&world, &secret, &message).await, 403);
    world
        .until(
            "select count(*) from refusal where reason = 'source-inactive' and source_id is not null",
            1,
        )
        .await;
    world.user("Root", Organisation::Platform, None).await;
    let refusals = world.signed_in("Root").await.get("/admin/refusals").await.text;
    assert!(refusals.contains("vendor cloud Our cuffs"), "{refusals}");
    step(
        &browser,
        &cloud.at("activate"),
        &[],
        "The vendor&#39;s cloud is active",
    )
    .await;
    assert_eq!(cloud.sends(&world, &secret, &message).await, 200);
    step(
        &browser,
        &cloud.at("name"),
        &[("name", "Cuffs, ward 3")],
        "Cuffs, ward 3",
    )
    .await;
}
