//! "Why did nothing arrive?": how a device and its hub were, day by day, what came late, and whose time all that is of.

use chrono::TimeDelta;
use uuid::Uuid;
use vitalwire_server::identity::Organisation;
use vitalwire_server::tenancy::Permission;

use crate::world::World;

const REFUSED: &str =
    "insert into refusal (id, minute, customer_id, distributor_id, device_id, reason, count, last_at)
    values (gen_random_uuid(), now(), $1, $2, $3, $4, 4, now())";
const DAY: &str = "insert into device_vitality_day (customer_id, distributor_id, device_id, day, battery_min,
      battery_last, signal_min, signal_last, heard, last_at)
    values ($1, $2, $3, (now() at time zone 'UTC')::date - $4, $5, $5 + 3, -88, -88, 2, now())";
const BEAT: &str =
    "insert into hub_heartbeat (hub_id, at, distributor_id, customer_id, version, uptime_seconds, queued)
    values ($1, now() - make_interval(mins => $4), $2, $3, '3.2.1', $5, 17)";
const HUB_DAY: &str =
    "insert into hub_vitality_day (customer_id, distributor_id, hub_id, day, heartbeats, queued_max,
      queued_last, longest_gap_seconds, last_at)
    values ($1, $2, $3, (now() at time zone 'UTC')::date, 1200, 17, 0, 3600, now())";

#[tokio::test]
async fn how_it_was_is_shown_day_by_day_without_a_value() {
    let world = World::new().await;
    let meridian = world.distributor("Meridian").await;
    let clinic = world.customer_of("Northside", Some(meridian)).await;
    world.user("Root", Organisation::Platform, None).await;
    for (ago, battery) in [(1, 41_i16), (3, 12)] {
        sqlx::query(DAY)
            .bind(clinic.id)
            .bind(meridian)
            .bind(clinic.device)
            .bind(ago)
            .bind(battery)
            .execute(&world.sql)
            .await
            .unwrap();
    }
    // The last one was started anew nine minutes after the one before.
    for (ago, up) in [(11, 89_940_i64), (10, 90_000), (1, 20)] {
        sqlx::query(BEAT)
            .bind(clinic.hub)
            .bind(meridian)
            .bind(clinic.id)
            .bind(ago)
            .bind(up)
            .execute(&world.sql)
            .await
            .unwrap();
    }
    sqlx::query(HUB_DAY)
        .bind(clinic.id)
        .bind(meridian)
        .bind(clinic.hub)
        .execute(&world.sql)
        .await
        .unwrap();
    let ids = world
        .commit(
            &clinic,
            &[(TimeDelta::hours(3), 173, 107), (TimeDelta::minutes(5), 174, 108)],
        )
        .await;
    sqlx::query("update reading set quality = 32 where id = $1")
        .bind(ids[1])
        .execute(&world.sql)
        .await
        .unwrap();
    world.route().await;
    for name in ["Northside", "Meridian", "Root"] {
        let browser = world.signed_in(name).await;
        let page = browser.get(&format!("/devices/{}/trouble", clinic.device)).await;
        let said = page.text.matches("aria-label=\"Battery: 41 to 44 % on").count();
        assert_eq!(said, 1, "{name}: {}", page.text);
        assert!(page.text.contains("nothing on 28 of 30 days; of note on 1 day"));
        assert!(
            page.text.matches("class=\"none\"").count() >= 28 * 2,
            "empty days are shown as such"
        );
        assert!(page.text.contains("12 to 15 %") && page.text.contains("−88 dBm"));
        assert!(page.text.contains("Late by") && page.text.contains(">3 h<"));
        assert!(page.text.contains("its clock cannot be right"));
        for value in ["173", "107", "174", "108"] {
            assert!(!page.shows(value), "{name}: {value}");
        }
        let hub = browser.get(&format!("/hubs/{}/trouble", clinic.hub)).await;
        assert!(
            hub.text.contains("1200 heartbeats, once none for 60 min")
                || hub.text.contains("once none for 1 h")
        );
        assert!(hub.text.contains("3.2.1") && hub.text.contains("restarted"));
        assert!(
            hub.text.contains("<span class=\"vw-tag warn\">9 min</span>"),
            "{}",
            hub.text
        );
    }
}

/// What was measured when the customer did not have the device is nobody's. That it came is told to who had it when it did.
#[tokio::test]
async fn what_came_of_another_s_time_is_not_passed_over() {
    let world = World::new().await;
    let meridian = world.distributor("Meridian").await;
    let clinic = world.customer_of("Northside", Some(meridian)).await;
    world.user("Root", Organisation::Platform, None).await;
    sqlx::query(
        "insert into assignment (id, device_id, customer_id, distributor_id, valid_from, created_at)
         values (gen_random_uuid(), $1, $2, $3, now() - interval '1 hour', now() - interval '1 hour')",
    )
    .bind(clinic.device)
    .bind(clinic.id)
    .bind(meridian)
    .execute(&world.sql)
    .await
    .unwrap();
    // One of them came before the device did.
    for hours in [0, 2] {
        sqlx::query(
            "insert into quarantine (id, received_at, device_id, reason, item_sealed, item_hmac, raw_id)
             values (gen_random_uuid(), now() - make_interval(hours => $2), $1, 'no_owner', '', sha256($2::text::bytea),
               gen_random_uuid())",
        )
        .bind(clinic.device)
        .bind(hours)
        .execute(&world.sql)
        .await
        .unwrap();
    }
    for name in ["Northside", "Meridian", "Root"] {
        let browser = world.signed_in(name).await;
        let page = browser.get(&format!("/devices/{}/trouble", clinic.device)).await;
        let told = "1 item waits in quarantine: nobody, or somebody else, held the device when it measured.";
        assert!(page.text.contains(told), "{name}: {}", page.text);
        assert!(
            !page.text.contains("Nothing was ever heard"),
            "{name}: {}",
            page.text
        );
    }
}

#[tokio::test]
async fn evidence_of_another_distributor_s_time_does_not_show() {
    let world = World::new().await;
    let (before, meridian) = (
        world.distributor("Before").await,
        world.distributor("Meridian").await,
    );
    let clinic = world.customer_of("Northside", Some(meridian)).await;
    let stocked: Uuid = world.state.ground().id();
    sqlx::query(
        "insert into device (id, maker, serial, model_id, distributor_id, state, created_at, updated_at)
         values ($1, 'Omron', 'STOCKED', $2, $3, 'stock', now(), now())",
    )
    .bind(stocked)
    .bind(Uuid::from_u128(1))
    .bind(meridian)
    .execute(&world.sql)
    .await
    .unwrap();
    for (customer, distributor, device, reason) in [
        (Some(clinic.id), before, clinic.device, "told-to-another"),
        (Some(clinic.id), meridian, clinic.device, "told-to-this-one"),
        (None, before, stocked, "told-to-another"),
        (None, meridian, stocked, "told-to-this-one"),
    ] {
        sqlx::query(REFUSED)
            .bind(customer)
            .bind(distributor)
            .bind(device)
            .bind(reason)
            .execute(&world.sql)
            .await
            .unwrap();
    }
    sqlx::query(DAY)
        .bind(clinic.id)
        .bind(before)
        .bind(clinic.device)
        .bind(1)
        .bind(41_i16)
        .execute(&world.sql)
        .await
        .unwrap();
    world.commit(&clinic, &[(TimeDelta::hours(3), 173, 107)]).await;
    world.route().await;
    sqlx::query("update usage_device_day set distributor_id = $1")
        .bind(before)
        .execute(&world.sql)
        .await
        .unwrap();
    let seller = world.signed_in("Meridian").await;
    for device in [clinic.device, stocked] {
        let page = seller.get(&format!("/devices/{device}/trouble")).await.text;
        assert!(page.contains("told to this one"), "{page}");
        assert!(
            !page.contains("told to another") && !page.contains("41 to 44"),
            "{page}"
        );
        assert!(page.contains("Nothing arrived in the last 7 days."), "{page}");
        assert!(!page.contains("Whatever arrived came within an hour."));
    }
    // Its own customer knows all of its own time.
    let nurse = world.signed_in("Northside").await;
    let page = nurse
        .get(&format!("/devices/{}/trouble", clinic.device))
        .await
        .text;
    assert!(
        page.contains("told to this one") && page.contains("told to another") && page.contains("41 to 44")
    );
    assert!(page.contains("Late by"));
}

/// A device that stands at one site and is heard through a hub of another, and who is confined to the first.
#[tokio::test]
async fn who_is_confined_is_told_no_hub_of_another_site() {
    let world = World::new().await;
    let clinic = world.customer("Northside").await;
    let of = Organisation::Customer(clinic.id.into());
    world.user("Wanda", of, Some(&[Permission::ReadReadings])).await;
    for sql in [
        "insert into site (id, customer_id, name, created_at)
         select gen_random_uuid(), $1, name, now() from unnest(array['Cardiology', 'Annex']) as s(name)",
        "update device set site_id = (select id from site where name = 'Cardiology') where customer_id = $1",
        "update hub set site_id = (select id from site where name = 'Annex') where customer_id = $1",
        "insert into device_status (device_id, customer_id, last_seen_at, last_hub_id)
         select d.id, d.customer_id, now(), h.id from device d join hub h using (customer_id) where customer_id = $1",
        "insert into site_member (user_id, site_id, customer_id)
         select u.id, s.id, customer_id from user_account u join site s using (customer_id)
         where u.email = 'wanda@example.org' and s.name = 'Cardiology' and customer_id = $1",
        "update user_account set confined = true where email = 'wanda@example.org' and customer_id = $1",
    ] {
        sqlx::query(sql).bind(clinic.id).execute(&world.sql).await.unwrap();
    }
    let late = world.commit(&clinic, &[(TimeDelta::hours(3), 173, 107)]).await[0];
    sqlx::query("update reading set hub_id = $2, proof = 'hub_signed' where id = $1")
        .bind(late)
        .bind(clinic.hub)
        .execute(&world.sql)
        .await
        .unwrap();
    world.route().await;
    let (whole, confined) = (world.signed_in("Northside").await, world.signed_in("Wanda").await);
    let (name, id) = ("Ward of Northside", clinic.hub.to_string());
    let device = format!("/devices/{}", clinic.device);
    let file = format!("{device}/readings.csv");
    for path in [
        format!("{device}/trouble"),
        format!("{device}/about"),
        format!("/readings/{late}/trace"),
        file.clone(),
        device,
        "/devices".to_owned(),
        "/home".to_owned(),
    ] {
        let theirs = confined.get(&path).await;
        assert_eq!(theirs.status, 200, "{path}");
        assert!(
            theirs.text.contains(&clinic.serial),
            "{path}: the device is theirs"
        );
        assert!(
            !theirs.text.contains(name) && !theirs.text.contains(&id),
            "{path}: {}",
            theirs.text
        );
        let all = whole.get(&path).await.text;
        assert!(all.contains(name), "{path}: it would not be found: {all}");
    }
    let page = confined.get(&format!("/devices/{}/trouble", clinic.device)).await;
    assert!(
        page.text.contains("through a hub of another site"),
        "{}",
        page.text
    );
    assert!(
        confined.get(&file).await.text.contains(",hub,,"),
        "how it came, and not through which"
    );
}
