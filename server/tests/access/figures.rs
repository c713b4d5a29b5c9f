//! What every page and every operation costs where there are a hundred thousand devices, over HTTP, to everybody. It
//! prints figures and asserts none: `cargo nextest run --run-ignored only -E 'test(over_http)' --no-capture`.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::Value;
use uuid::Uuid;
use vitalwire_server::http::access::{Route, Who, routes};

use crate::aim::Aim;
use crate::callers::{Caller, confined, everybody};
use crate::world::World;

/// `$1` devices, of which the distributor `$2` has three fifths, and of those its customer `$3` a half; what lies around
/// them; and what they have been through. Every hundredth is silent, every twentieth low or weak, and every twentieth `$3`
/// gave back. At the customer's site `$4` stands every hundredth device, at 29 other sites the rest of its own.
const SEED: [&str; 16] = [
    "insert into distributor (id, name, created_at)
     select md5('r' || n)::uuid, 'Dealer ' || n, now() from generate_series(1, 200) n",
    "insert into customer (id, distributor_id, name, created_at)
     select md5('c' || n)::uuid, case when n % 4 = 0 then $2::uuid else md5('r' || n % 200 + 1)::uuid end, 'Clinic ' || n, now()
     from generate_series(1, 2000) n",
    "insert into site (id, customer_id, name, created_at)
     select md5('site' || n)::uuid, $3, 'Building ' || n, now() from generate_series(0, 28) n",
    "insert into device_model (id, maker, name, kinds, transport, created_at)
     select md5('m' || n)::uuid, 'Maker ' || n % 9, 'Model ' || n,
       array[(array['blood_pressure', 'weight', 'glucose', 'oximetry'])[n % 4 + 1]], 'cellular', now()
     from generate_series(1, 80) n",
    "insert into device (id, maker, serial, model_id, distributor_id, customer_id, customer_reference, distributor_reference,
       state, imei, mac, created_at, updated_at, site_id)
     select md5('d' || n)::uuid, 'Maker ' || n % 9, 'D' || lpad((n::bigint * 7919 % 1000003)::text, 7, '0'),
       md5('m' || n % 80 + 1)::uuid,
       case when n % 10 < 6 then $2::uuid when n % 10 < 9 then md5('r' || n % 200 + 1)::uuid end,
       case when n % 10 < 3 then $3::uuid when n % 10 < 5 then md5('c' || n % 500 * 4 + 4)::uuid
         when n % 10 in (6, 7, 9) then md5('c' || n % 600 * 3 + 1)::uuid end,
       case when n % 3 = 0 then 'bed ' || n end, case when n % 7 = 0 then 'shelf ' || n end,
       case when n % 10 in (5, 8) then 'stock' when n % 50 = 1 then 'inactive' else 'active' end,
       lpad(n::text, 15, '0'), upper(regexp_replace(lpad(to_hex(n), 12, '0'), '(..)(..)(..)(..)(..)(..)', '\\1:\\2:\\3:\\4:\\5:\\6')),
       now() - interval '90 days', now(),
       case when n % 100 = 2 then $4::uuid when n % 10 < 3 then md5('site' || n % 29)::uuid end
     from generate_series(1, $1::int) n",
    "insert into device_status (device_id, distributor_id, customer_id, last_seen_at, last_reading_at, last_kind,
       battery_percent, signal_dbm)
     select d.id, d.distributor_id, d.customer_id,
       now() - case when hashtext(d.serial) % 100 = 0 then interval '5 days' else interval '3 hours' end, now(), 'weight',
       case when hashtext(d.serial) % 20 = 1 then 12 else 80 end, case when hashtext(d.serial) % 20 = 2 then -112 else -80 end
     from device d where d.state <> 'stock'",
    "insert into assignment (id, device_id, distributor_id, customer_id, valid_from, valid_until, created_at, is_heard)
     select gen_random_uuid(), d.id, d.distributor_id, case when step = 3 then d.customer_id when step = 2 and given_back then $3 end,
       now() - ago[step] * interval '1 day' - hashtext(d.serial) % 86400 * interval '1 s',
       case when step < 3 then now() - ago[step + 1] * interval '1 day' - hashtext(d.serial) % 86400 * interval '1 s' end, now(),
       step = 3 and d.state <> 'stock'
     from device d cross join generate_series(1, 3) step
       cross join lateral (select d.state = 'stock' and hashtext(d.serial) % 4 = 0 as given_back) w
       cross join lateral (select array[90, 60, case when given_back then 3 else 30 end] as ago) h
     where d.serial like 'D%'",
    "insert into hub (id, serial, name, distributor_id, customer_id, state, public_key, created_at, site_id)
     select md5('h' || n)::uuid, 'H' || lpad(n::text, 6, '0'), 'Ward ' || n,
       case when n % 2 = 0 then $2::uuid end, case when n % 4 = 0 then $3::uuid end,
       case when n % 4 = 0 then 'active' else 'unclaimed' end, case when n % 4 = 0 then sha256(n::text::bytea) end, now(),
       case when n % 100 = 0 then $4::uuid when n % 4 = 0 then md5('site' || n % 29)::uuid end
     from generate_series(1, $1::int / 20) n",
    "insert into user_account (id, email, display_name, role, distributor_id, customer_id, created_at)
     select md5('u' || n)::uuid, 'user' || n || '@many.example', 'User ' || n,
       case when n % 10 = 0 then 'distributor' else 'customer' end, case when n % 10 = 0 then $2::uuid end,
       case when n % 10 between 1 and 4 then $3::uuid when n % 10 > 4 then md5('c' || n % 2000 + 1)::uuid end, now()
     from generate_series(1, $1::int / 10) n",
    "insert into support_case (id, distributor_id, customer_id, device_id, subject, title, state, opened_by, opener_name,
       opener_side, opened_at, updated_at)
     select md5('s' || row_number() over ())::uuid, d.distributor_id, d.customer_id, d.id, d.serial, 'Nothing arrives',
       (array['open', 'waiting', 'solved', 'closed'])[1 + abs(hashtext(d.serial)) % 4],
       (select id from user_account where role = 'admin' limit 1), 'Ada', 'platform', now(), now() - hashtext(d.serial) % 999 * interval '1 h'
     from device d where hashtext(d.serial) % 5 = 0",
    "insert into quarantine (id, received_at, customer_id, distributor_id, device_id, serial, reason, item_sealed, item_hmac, raw_id)
     select gen_random_uuid(), now() - n * interval '1 minute', $3, $2, null, 'Q' || n, 'unknown_device', '\\x00',
       sha256(n::text::bytea), gen_random_uuid()
     from generate_series(1, $1::int / 10) n",
    "insert into refusal (id, minute, customer_id, distributor_id, claimed, reason, count, last_at)
     select gen_random_uuid(), date_trunc('minute', now()) - n % 1000 * interval '1 minute', $3, $2, 'D' || n, 'bad-token', 3, now()
     from generate_series(1, $1::int / 10) n",
    "insert into device_order (id, number, distributor_id, token, state, devices, hubs, deliver_to, street, city, country,
       ordered_by, orderer_name, ordered_at, updated_at, ended_at)
     select md5('o' || n)::uuid, '2025-' || lpad(n::text, 5, '0'), case when n % 3 = 0 then $2 else md5('r' || n % 200 + 1)::uuid end,
       gen_random_uuid(), case when n % 9 = 0 then 'ordered' else 'in_stock' end, 4, 0, 'Stores', 'Road 1', 'Hamburg', 'DE',
       (select id from user_account where role = 'admin' limit 1), 'Ada', now() - n * interval '1 h', now(),
       case when n % 9 = 0 then null else now() end
     from generate_series(1, $1::int / 10) n",
    "insert into order_line (id, order_id, distributor_id, place, model_id, model, kinds, quantity)
     select gen_random_uuid(), o.id, o.distributor_id, 1, m.id, m.name, m.kinds, 4 from device_order o,
       lateral (select * from device_model order by name limit 1) m where o.number like '2025-%'",
    "insert into device_vitality_day (device_id, day, distributor_id, customer_id, heard, battery_min, battery_last, last_at)
     select d.id, (now() - n * interval '1 day')::date, d.distributor_id, d.customer_id, 4, 70, 72, now()
     from device d cross join generate_series(0, 9) n where d.customer_id is not null and hashtext(d.serial) % 3 = 0",
    "analyze",
];

/// What is typed and chosen in lists, besides nothing.
const QUERIES: [&str; 15] = [
    "q=D0077",
    "q=0077",
    "q=Clinic+39",
    "q=2025-00777",
    "q=Hamburg",
    "q=nowhere+at+all",
    "state=inactive",
    "state=stock",
    "state=returned",
    "kind=glucose",
    "attention=silent",
    "attention=low_battery",
    "wants=weak_signal",
    "state=open",
    "state=ordered",
];

#[tokio::test]
#[ignore = "prints figures: `cargo nextest run --run-ignored only -E 'test(over_http)' --no-capture`"]
async fn what_an_administrator_s_pages_cost_over_http() {
    figures(&["admin-everything", "finance-everything"]).await;
}

#[tokio::test]
#[ignore = "prints figures: `cargo nextest run --run-ignored only -E 'test(over_http)' --no-capture`"]
async fn what_a_distributor_s_pages_cost_over_http() {
    figures(&["distributor-everything"]).await;
}

#[tokio::test]
#[ignore = "prints figures: `cargo nextest run --run-ignored only -E 'test(over_http)' --no-capture`"]
async fn what_a_customer_s_pages_cost_over_http() {
    figures(&["customer-everything"]).await;
}

#[tokio::test]
#[ignore = "prints figures: `cargo nextest run --run-ignored only -E 'test(over_http)' --no-capture`"]
async fn what_a_confined_person_s_pages_cost_over_http() {
    figures(&["confined-everything"]).await;
}

async fn figures(whose: &[&str]) {
    let world = World::new().await;
    let admin = world.admin().await;
    let own = Aim::new(&world, &admin, "own").await;
    let mut callers = everybody(&world, own.distributor, own.customer).await;
    callers.extend(confined(&world, own.customer, own.id("sites", None)).await);
    let began = Instant::now();
    seed(&world, &own, 100_000).await;
    println!("seeded in {:.1} s", began.elapsed().as_secs_f64());
    for caller in callers
        .iter()
        .filter(|caller| whose.contains(&caller.name.as_str()))
    {
        let mut figures = Vec::new();
        for route in routes().filter(|route| is_looked_at(route, caller)) {
            let path = own.path(&route.path.replace("{kind}", "blood_pressure"), caller.role);
            let mut pages = pages(caller, &path).await;
            if !route.path.contains('{') {
                pages.extend(QUERIES.iter().map(|query| format!("{path}?{query}")));
            }
            for page in pages {
                figures.push((median(caller, &page).await, page));
            }
        }
        figures.sort();
        let over = figures
            .iter()
            .filter(|(took, _)| *took > Duration::from_millis(100));
        println!(
            "{}: {} pages, {} over 100 ms",
            caller.name,
            figures.len(),
            over.count()
        );
        for (took, page) in figures.iter().rev().take(25) {
            println!("  {:>7.1} ms  {page}", took.as_secs_f64() * 1_000.0);
        }
    }
}

async fn seed(world: &World, own: &Aim, devices: i32) {
    let site: Uuid = own.id("sites", None).parse().unwrap();
    let mut connection = world.sql.acquire().await.unwrap();
    // The epoch's triggers, once a row, are not what is looked at.
    sqlx::query("set session_replication_role = replica")
        .execute(&mut *connection)
        .await
        .unwrap();
    for statement in SEED {
        // Each of the four is named once, so that all have a type.
        let named = statement.replacen(
            "insert into",
            "with p as (select $1::int, $2::uuid, $3::uuid, $4::uuid) insert into",
            1,
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(named));
        if statement != "analyze" {
            query = query
                .bind(devices)
                .bind(own.distributor.as_uuid())
                .bind(own.customer.as_uuid())
                .bind(site);
        }
        if let Err(error) = query.execute(&mut *connection).await {
            panic!("{error}: {statement}");
        }
    }
    sqlx::query("reset session_replication_role")
        .execute(&mut *connection)
        .await
        .unwrap();
    drop(connection);
    sqlx::query("vacuum analyze").execute(&world.sql).await.unwrap();
}

fn is_looked_at(route: &Route, caller: &Caller) -> bool {
    let Who::Person(right) = route.who else {
        return false;
    };
    route.method == "GET" && !route.path.ends_with("/live") && caller.may(right)
}

/// The first page of a list, and those that follow: the third, and one from the middle of the alphabet on.
async fn pages(caller: &Caller, path: &str) -> Vec<String> {
    let mut pages = vec![path.to_owned()];
    let mut page = path.to_owned();
    for _ in 0..2 {
        let text = get(caller, &page).await;
        let Some(next) = next(path, &text) else {
            return pages;
        };
        page = next;
    }
    pages.push(page);
    pages
}

/// Where a list goes on, as it says itself.
fn next(path: &str, text: &str) -> Option<String> {
    if path.starts_with("/api/") {
        let answer: Value = serde_json::from_str(text).ok()?;
        return Some(format!("{path}?after={}", answer["next"].as_str()?));
    }
    let before = text
        .split("rel=\"next\"")
        .next()
        .filter(|before| before.len() < text.len())?;
    let href = before.rsplit("href=\"").next()?.split('"').next()?;
    Some(href.replace("&amp;", "&").replace("&#38;", "&"))
}

async fn get(caller: &Caller, path: &str) -> String {
    if path.starts_with("/api/") {
        caller.call("GET", path, &Value::Null).await.text
    } else {
        caller.browse("GET", path, &[]).await.text
    }
}

/// The median of five.
async fn median(caller: &Caller, path: &str) -> Duration {
    let mut times = BTreeSet::new();
    for number in 0..5_u32 {
        let began = Instant::now();
        get(caller, path).await;
        times.insert((began.elapsed(), number));
    }
    times.into_iter().nth(2).map_or(Duration::ZERO, |(took, _)| took)
}
