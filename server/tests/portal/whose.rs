//! Lists narrowed down to one organisation: its page leads there, the filter shows whose they are, and the next page keeps it;
//! and what counts as wanting a person at a site.

use uuid::Uuid;
use vitalwire_server::identity::Organisation;

use crate::world::World;

#[tokio::test]
async fn the_lists_that_an_organisation_s_page_leads_to_are_its_own() {
    let world = World::new().await;
    let meridian = world.distributor("Meridian").await;
    let (near, far) = (
        world.customer_of("Near", Some(meridian)).await,
        world.customer_of("Far", None).await,
    );
    world.user("Root", Organisation::Platform, None).await;
    let (root, seller) = (world.signed_in("Root").await, world.signed_in("Meridian").await);
    let page = root.get(&format!("/customers/{}", near.id)).await.text;
    for (path, own, others) in [
        (
            format!("/users?organisation={}", near.id),
            "near@example.org",
            "far@example.org",
        ),
        (format!("/hubs?holder={}", near.id), "HUB-Near", "HUB-Far"),
        (format!("/devices?holder={}", near.id), "NEAR-1", "FAR-1"),
    ] {
        assert!(page.contains(&format!("href=\"{path}\"")), "{path}: {page}");
        let list = root.get(&path).await.text;
        assert!(list.contains(own) && !list.contains(others), "{path}: {list}");
        // Whose they are is said, and taken away by choosing everybody.
        assert!(
            list.contains(&format!("value=\"{}\" selected>Near", near.id)),
            "{path}: {list}"
        );
        let all = root.get(path.split('?').next().unwrap()).await.text;
        assert!(all.contains(own) && all.contains(others), "{path}");
    }
    let through = root.get(&format!("/hubs?holder={meridian}")).await.text;
    assert!(through.contains("HUB-Near") && !through.contains("HUB-Far"));
    assert!(through.contains("selected>Meridian"), "{through}");
    let people = root.get(&format!("/distributors/{meridian}")).await.text;
    assert!(
        people.contains(&format!("href=\"/users?organisation={meridian}\"")),
        "{people}"
    );
    // A distributor narrows down its own; what is not its own is nothing.
    assert!(
        seller
            .get(&format!("/hubs?holder={}", near.id))
            .await
            .text
            .contains("HUB-Near")
    );
    let heard = "update hub set state = 'active', public_key = sha256('near'), fingerprint = 'near', claimed_at = now(),
        confirmed_at = now(), last_seen_at = now() where serial = 'HUB-Near'";
    sqlx::query(heard).execute(&world.sql).await.unwrap();
    for (state, is_there) in [("online", true), ("offline", false), ("unclaimed", false)] {
        let list = root.get(&format!("/hubs?state={state}")).await.text;
        assert_eq!(list.contains("HUB-Near"), is_there, "{state}: {list}");
        assert!(list.contains(&format!("value=\"{state}\" selected>")), "{state}");
    }
    let foreign = seller.get(&format!("/hubs?holder={}", far.id)).await;
    assert_eq!(foreign.status, 200);
    assert!(
        !foreign.text.contains("HUB-") && !foreign.text.contains(">Far"),
        "{}",
        foreign.text
    );

    for number in 0..60_u128 {
        sqlx::query(
            "insert into hub (id, serial, name, customer_id, distributor_id, created_at) values ($1, $2, $2, $3, $4, now())",
        )
        .bind(Uuid::from_u128(1_000 + number))
        .bind(format!("H-{number:03}"))
        .bind(near.id)
        .bind(meridian)
        .execute(&world.sql)
        .await
        .unwrap();
    }
    let first = root.get(&format!("/hubs?holder={}", near.id)).await.text;
    let next = first.split("rel=\"next\"").next().unwrap();
    let next = next.rsplit("href=\"").next().unwrap().split('"').next().unwrap();
    let next = next.replace("&amp;", "&").replace("&#38;", "&");
    assert!(next.contains(&format!("holder={}", near.id)), "{next}");
    let second = root.get(&next).await.text;
    assert!(
        second.contains("H-059") && !second.contains("HUB-Far"),
        "{second}"
    );
}

#[tokio::test]
async fn a_site_counts_what_wants_a_person_as_every_page_does() {
    let world = World::new().await;
    let clinic = world.customer("Clinic").await;
    let site = Uuid::from_u128(77);
    sqlx::query("insert into site (id, customer_id, name, created_at) values ($1, $2, 'North wing', now())")
        .bind(site)
        .bind(clinic.id)
        .execute(&world.sql)
        .await
        .unwrap();
    for sql in [
        "update device set site_id = $1 where serial = 'CLINIC-1'",
        "insert into assignment (id, device_id, customer_id, valid_from, created_at)
         select gen_random_uuid(), id, customer_id, now() - interval '25 hours', now() from device where site_id = $1",
    ] {
        sqlx::query(sql).bind(site).execute(&world.sql).await.unwrap();
    }
    let nurse = world.signed_in("Clinic").await;
    let count = async || {
        let list = nurse.get("/sites").await.text;
        let row = list.split("North wing").nth(1).unwrap();
        let of = |label: &str| {
            let cell = row.split(&format!("data-label=\"{label}\"")).nth(1).unwrap();
            let cell = cell.split_once('>').unwrap().1;
            cell.split('<').next().unwrap().trim().to_owned()
        };
        (of("Devices"), of("Attention"))
    };
    assert_eq!(count().await, ("1".to_owned(), "1".to_owned()), "never heard");
    let gone = "update device set state = 'replaced' where site_id = $1";
    sqlx::query(gone).bind(site).execute(&world.sql).await.unwrap();
    assert_eq!(count().await.0, "0", "a replaced device stands nowhere");
}

#[tokio::test]
async fn nobody_is_advised_to_do_what_they_may_not() {
    let world = World::new().await;
    let meridian = world.distributor("Meridian").await;
    let clinic = world.customer("Clinic").await;
    sqlx::query("delete from device where id = $1")
        .bind(clinic.device)
        .execute(&world.sql)
        .await
        .unwrap();
    let (seller, customer) = (
        Organisation::Distributor(meridian.into()),
        Organisation::Customer(clinic.id.into()),
    );
    world.user("Viewer", seller, Some(&[])).await;
    world.user("Guest", customer, Some(&[])).await;
    let advice = [
        ("Meridian", "Viewer", "/portfolio", "Add your first customer"),
        ("Meridian", "Viewer", "/customers", "Add the first one above"),
        ("Clinic", "Guest", "/home", "Adopt one by the serial"),
    ];
    for (may, may_not, page, words) in advice {
        let (may, may_not) = (world.signed_in(may).await, world.signed_in(may_not).await);
        assert!(may.get(page).await.text.contains(words), "{page}");
        let other = may_not.get(page).await;
        assert_eq!(other.status, 200);
        assert!(!other.text.contains(words), "{page}: {}", other.text);
    }
}
