//! A contact is changed on a page of its own, by whoever may add one there.

use uuid::Uuid;
use vitalwire_server::identity::Organisation;

use crate::world::World;

/// A form without a mail address.
fn typed<'a>(name: &'a str, phone: &'a str) -> [(&'static str, &'a str); 4] {
    [
        ("name", name),
        ("purpose", "general"),
        ("email", ""),
        ("phone", phone),
    ]
}

#[tokio::test]
async fn a_contact_is_changed_where_it_stands() {
    let world = World::new().await;
    let distributor = world.distributor("Meridian").await;
    let clinic = world.customer_of("Northside", Some(distributor)).await;
    world.distributor("Elsewhere").await;
    world.user("Root", Organisation::Platform, None).await;
    let (root, seller) = (world.signed_in("Root").await, world.signed_in("Meridian").await);
    let (nurse, stranger) = (
        world.signed_in("Northside").await,
        world.signed_in("Elsewhere").await,
    );
    let customer = format!("/customers/{}", clinic.id);
    let places = [
        (&root, format!("/distributors/{distributor}")),
        (&seller, customer.clone()),
        (&nurse, "/organization".to_owned()),
    ];
    for (browser, base) in &places {
        let new = [
            ("name", "Pat"),
            ("purpose", "billing"),
            ("email", "pat@example.org"),
        ];
        let added = browser.submit(&format!("{base}/contacts"), &new).await;
        assert_eq!(added.status, 303, "{base}: {}", added.text);
        let page = browser.get(base).await.text;
        let path = page
            .split("href=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .find(|href| href.starts_with(&format!("{base}/contacts/")))
            .unwrap_or_else(|| panic!("{base} leads nowhere: {page}"))
            .to_owned();
        let form = browser.get(&path).await.text;
        assert!(
            form.contains("value=\"Pat\"") && form.contains("pat@example.org"),
            "{form}"
        );
        assert!(form.contains("value=\"billing\" selected"), "{form}");

        let refused = browser.submit(&path, &typed("", "call me")).await;
        assert_eq!(refused.status, 422, "{base}");
        let told = refused.text.contains("2 fields want another look:");
        assert!(told, "{}", refused.text);
        let unreachable = typed("Pat", "");
        assert_eq!(browser.submit(&path, &unreachable).await.status, 422, "{base}");

        let good = typed("Pat Doe", "+1 555 0100");
        let saved = browser.submit(&path, &good).await;
        assert_eq!(saved.status, 303, "{base}: {}", saved.text);
        let page = browser.get(saved.location()).await.text;
        assert!(page.contains("Pat Doe") && page.contains("+1 555 0100"), "{page}");
        assert!(!page.contains("pat@example.org"), "what was emptied is gone");
        if base == &customer {
            assert_eq!(stranger.get(&path).await.status, 404);
            assert_eq!(stranger.submit(&path, &good).await.status, 404);
            // Another organisation's contact is not found below this one either.
            let id = path.rsplit('/').next().unwrap();
            let own = format!("/organization/contacts/{id}");
            assert_eq!(stranger.get(&own).await.status, 404);
            assert_eq!(stranger.submit(&own, &good).await.status, 404);
        }
        let nobody = format!("{base}/contacts/{}", Uuid::from_u128(99));
        assert_eq!(browser.get(&nobody).await.status, 404, "{base}");
        assert_eq!(browser.submit(&nobody, &good).await.status, 404, "{base}");
    }
}
