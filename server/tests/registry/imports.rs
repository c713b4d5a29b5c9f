//! Imports: every wrong line is named with what to do, nothing is half-imported, and nobody imports for another.

mod applied;
mod names;
mod squatted;
mod told;

use std::fmt::Write as _;

use uuid::Uuid;
use vitalwire_server::ground::enums::{DeviceState, ImportState, ImportStep, OrganisationState};
use vitalwire_server::ground::ids::ImportId;
use vitalwire_server::registry::imports::{self, Column, Import, Into, Lines, Upload, Whose};
use vitalwire_server::registry::moves;
use vitalwire_server::registry::organisations::{self, CustomerPatch};
use vitalwire_server::registry::rights::HasRights;
use vitalwire_server::registry::{Ask, RegistryError};
use vitalwire_server::tenancy::Scope as _;

use crate::world::World;

const GOOD_TOKEN: &str = "0123456789abcdef0123456789abcdef";

async fn receive<S: HasRights>(
    world: &World,
    by: &S,
    text: &str,
    into: Into,
) -> Result<ImportId, RegistryError> {
    let file = Upload {
        name: "devices.csv".to_owned(),
        bytes: text.as_bytes().to_vec(),
        into,
        insecure_dev: false,
    };
    imports::receive(&world.ground, &world.database, by, file).await
}

async fn seen<S: HasRights>(world: &World, by: &S, id: ImportId) -> Import {
    by.run(&world.database, async |tx| imports::get(tx, id).await)
        .await
        .unwrap()
}

/// What is wrong: line, column and the beginning of why.
async fn wrong<S: HasRights>(world: &World, by: &S, id: ImportId) -> Vec<(i32, String, String)> {
    let ask = Ask::first(1_000);
    let page = by
        .run(&world.database, async |tx| {
            imports::lines(tx, id, Lines::Wrong, &ask).await
        })
        .await
        .unwrap();
    page.rows
        .into_iter()
        .flat_map(|line| {
            line.problems
                .into_iter()
                .map(move |problem| (line.line, problem.column, problem.why))
        })
        .collect()
}

fn told(line: i32, column: &str, why: &str) -> (i32, String, String) {
    (line, column.to_owned(), why.to_owned())
}

async fn apply<S: HasRights>(world: &World, by: &S, id: ImportId) -> Result<(), RegistryError> {
    imports::apply(&world.ground, &world.database, by, id).await
}

async fn run(world: &World) {
    imports::system_run(&world.ground, &world.database).await.unwrap();
}

async fn count(world: &World, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&world.sql).await.unwrap()
}

#[tokio::test]
async fn every_wrong_line_says_where_what_and_what_to_do() {
    let world = World::new().await;
    let dora = world.dealer("Dora").await;
    let (anna, twin, closed) = (
        world.clinic("Anna", Some(&dora)).await,
        world.clinic("Twin", None).await,
        world.clinic("Closed", None).await,
    );
    let _ = twin;
    sqlx::query("insert into customer (id, name, created_at) values (gen_random_uuid(), 'Twin', now())")
        .execute(&world.sql)
        .await
        .unwrap();
    sqlx::query("update customer set state = 'closed' where id = $1")
        .bind(closed.id)
        .execute(&world.sql)
        .await
        .unwrap();
    world.device("KNOWN").await;
    sqlx::query("update device set imei = '352099001761481' where serial = 'KNOWN'")
        .execute(&world.sql)
        .await
        .unwrap();
    let text = format!(
        "\u{feff}Maker;Serial;Model;Kind;IMEI;MAC;Customer;State;Token;Held since\r\n\
         Acme;G1;Scale;weight;49-015420-323751;001a2b3c4d5e;Anna;inactive;{GOOD_TOKEN};2026-11-01\r\n\
         Acme;;Scale;;;;;;;\r\n\
         Acme;W1;Unheard of;;;;;;;\r\n\
         Acme;W2;Scale;mood;;;;;;\r\n\
         Acme;W3;Scale;glucose;;;;;;\r\n\
         Acme;W4;Scale;;490154203237517;;;;;\r\n\
         Acme;W5;Scale;;352099001761481;;;;;\r\n\
         Acme;W6;Scale;;;00:1A;;;;\r\n\
         Acme;W7;Scale;;;;Nobody;;;\r\n\
         Acme;W8;Scale;;;;Twin;;;\r\n\
         Acme;W9;Scale;;;;Closed;;;\r\n\
         Acme;W10;Scale;;;;;active;;\r\n\
         Acme;W11;Scale;;;;Anna;retired;;\r\n\
         Acme;W12;Scale;;;;;;secret;\r\n\
         Acme;W13;Scale;;;;Anna;;;tomorrow\r\n\
         ACME;G1;Scale;;;;;;;\r\n\
         Acme;KNOWN;Scale;;;;Anna;;;\r\n\
         Acme;W14;Scale;;490154203237518;;;;;\r\n\
         Acme;\"W15;Scale;;;;;;;\r\n\
         Acme;G2;Scale;;;;;;;\r\n"
    );
    let id = receive(&world, world.admin(), &text, Into::Inventory)
        .await
        .unwrap();
    assert_eq!(
        wrong(&world, world.admin(), id).await,
        [
            told(3, "serial", "is empty; it is needed"),
            told(
                4,
                "model",
                "is not in the catalogue of this maker: add it there, or correct its name"
            ),
            told(
                5,
                "kind",
                "\"mood\" is no kind; there are blood_pressure, weight, glucose, oximetry, temperature, heart_rate, activity, sleep"
            ),
            told(6, "kind", "the model measures weight, as the catalogue says"),
            told(
                7,
                "imei",
                "the check digit of the IMEI is wrong: one of its digits is mistyped"
            ),
            told(8, "imei", "another device has this IMEI"),
            told(
                9,
                "mac",
                "must be six pairs of hex digits, such as 00:1A:2B:3C:4D:5E"
            ),
            told(10, "customer", "there is no customer of this name or id"),
            told(11, "customer", "several customers have this name: write the id"),
            told(12, "customer", "is closed"),
            told(13, "state", "is for devices that a customer gets: name one"),
            told(14, "state", "must be active, inactive or stock"),
            told(
                15,
                "token",
                "too easy to guess; 128 random bits are needed, such as 32 hex digits"
            ),
            told(
                16,
                "held_since",
                "must be a day or a moment, such as 2026-11-20 or 2026-11-20T08:00:00Z"
            ),
            told(
                17,
                "serial",
                "the same device stands in line 2 already; remove one"
            ),
            told(
                18,
                "serial",
                "is registered already and is not where this file puts it: move the device instead"
            ),
            told(19, "imei", "the same IMEI stands in line 2 already"),
            told(20, "line", "a quotation mark is opened and never closed"),
        ]
    );
    let import = seen(&world, world.admin(), id).await;
    assert_eq!(
        (import.lines, import.wrong, import.adds, import.state),
        (20, 18, 2, ImportState::Checked)
    );
    let refused = apply(&world, world.admin(), id).await;
    assert!(matches!(refused, Err(RegistryError::Conflict(_))), "{refused:?}");
    run(&world).await;
    assert_eq!(
        count(&world, "select count(*) from device").await,
        1,
        "nothing was imported"
    );
    let csv = world
        .admin()
        .run(&world.database, async |tx| imports::problems(tx, id).await)
        .await
        .unwrap();
    assert!(
        csv.starts_with(
            "line,column,problem,maker,serial,value\r\n3,serial,\"is empty; it is needed\",Acme,,\r\n"
        ),
        "{csv}"
    );
    assert_eq!(csv.lines().count(), 19);
    let kept: Vec<String> = sqlx::query_scalar("select to_jsonb(l)::text from device_import_line l")
        .fetch_all(&world.sql)
        .await
        .unwrap();
    assert!(
        kept.iter()
            .all(|line| !line.contains(GOOD_TOKEN) && !line.contains("secret")),
        "no token is kept"
    );
    let _ = anna;
}

#[tokio::test]
async fn a_file_that_cannot_be_read_at_all_says_why() {
    let world = World::new().await;
    let admin = world.admin();
    for (bytes, why) in [
        (b"".to_vec(), "is empty"),
        (b"maker,serial,model\n".to_vec(), "holds no devices"),
        (b"maker,serial\nAcme,1\n".to_vec(), "columns are missing: model"),
        (
            b"maker,serial,model,colour\nAcme,1,Scale,red\n".to_vec(),
            "\"colour\" is none of those",
        ),
        (b"maker,serial,model,serial\n".to_vec(), "serial is there twice"),
        (
            b"maker,serial,model\nAcme,1,K\xf6nig\n".to_vec(),
            "line 2 holds a character of another encoding",
        ),
        (b"m\0a\0k\0e\0r\0".to_vec(), "U+0000"),
        (vec![b'x'; imports::LARGEST + 1], "more than 20 MB"),
    ] {
        let file = Upload {
            name: String::new(),
            bytes,
            into: Into::Inventory,
            insecure_dev: false,
        };
        let refused = imports::receive(&world.ground, &world.database, admin, file).await;
        let told = refused.unwrap_err().to_string();
        assert!(told.contains(why), "{told}");
    }
    assert_eq!(count(&world, "select count(*) from device_import").await, 0);
    for whose in [
        Whose::Platform,
        Whose::Distributor(world.ground.id()),
        Whose::Customer(world.ground.id()),
    ] {
        let template = imports::template(whose);
        assert_eq!(
            template.lines().next().unwrap().split(',').count(),
            Column::of(whose).count()
        );
    }
}

#[tokio::test]
async fn the_platform_takes_devices_in_whole_and_again_without_harm() {
    let world = World::new().await;
    let dora = world.dealer("Dora").await;
    let anna = world.clinic("Anna", Some(&dora)).await;
    let text = format!(
        "maker,serial,model,imei,customer,reference,token,held_since\n\
         Acme,A1,Scale,490154203237518,Anna,bed 1,{GOOD_TOKEN},2026-11-01\n\
         Acme,A2,Scale,,{},,,\n\
         Acme,A3,Scale,,,,,\n",
        anna.id.to_string().to_uppercase()
    );
    let id = receive(&world, world.admin(), &text, Into::Stock(dora.id))
        .await
        .unwrap();
    assert_eq!(wrong(&world, world.admin(), id).await, []);
    apply(&world, world.admin(), id).await.unwrap();
    run(&world).await;
    let import = seen(&world, world.admin(), id).await;
    assert_eq!(
        (import.state, import.done, import.adds),
        (ImportState::Applied, 3, 3)
    );
    let devices: Vec<(String, String, Option<Uuid>, Option<Uuid>, Option<String>)> = sqlx::query_as(
        "select serial, state, distributor_id, customer_id, customer_reference from device order by serial",
    )
    .fetch_all(&world.sql)
    .await
    .unwrap();
    let (through, holder) = (Some(dora.id.as_uuid()), Some(anna.id.as_uuid()));
    assert_eq!(
        devices,
        [
            (
                "A1".to_owned(),
                "active".to_owned(),
                through,
                holder,
                Some("bed 1".to_owned())
            ),
            ("A2".to_owned(), "active".to_owned(), through, holder, None),
            ("A3".to_owned(), "stock".to_owned(), through, None, None),
        ]
    );
    world.periods_hold().await;
    assert_eq!(
        count(
            &world,
            "select count(*) from assignment where valid_from = '2026-11-01'"
        )
        .await,
        1
    );
    let tokens = "select count(*) from device_credential where revoked_at is null and customer_id is null";
    assert_eq!(count(&world, tokens).await, 1);

    let again = receive(&world, world.admin(), &text, Into::Stock(dora.id))
        .await
        .unwrap();
    let import = seen(&world, world.admin(), again).await;
    assert_eq!(
        (import.wrong, import.adds, import.changes),
        (0, 0, 0),
        "it says what is so already"
    );
    let other = text
        .replace(GOOD_TOKEN, "fedcba9876543210fedcba9876543210")
        .replace("bed 1", "bed 2");
    let other = receive(&world, world.admin(), &other, Into::Stock(dora.id))
        .await
        .unwrap();
    apply(&world, world.admin(), other).await.unwrap();
    run(&world).await;
    let import = seen(&world, world.admin(), other).await;
    assert_eq!((import.state, import.changes), (ImportState::Applied, 1));
    assert_eq!(
        count(&world, tokens).await,
        1,
        "the new token takes the place of the first"
    );
    assert_eq!(
        count(
            &world,
            "select count(*) from device where customer_reference = 'bed 1'"
        )
        .await,
        1,
        "what the customer calls it by now is the customer's"
    );
    let stolen = "maker,serial,model,token\nAcme,A9,Scale,fedcba9876543210fedcba9876543210\n";
    let stolen = receive(&world, world.admin(), stolen, Into::Inventory)
        .await
        .unwrap();
    assert_eq!(
        wrong(&world, world.admin(), stolen).await,
        [told(2, "token", "cannot be used: another one is needed")]
    );
}

#[tokio::test]
async fn a_distributor_places_what_is_in_its_stock_with_its_own_customers_alone() {
    let world = World::new().await;
    let (dora, ernst) = (world.dealer("Dora").await, world.dealer("Ernst").await);
    let (anna, _) = (
        world.clinic("Anna", Some(&dora)).await,
        world.clinic("Cleo", Some(&ernst)).await,
    );
    for (serial, dealer) in [("D1", &dora), ("D2", &dora), ("E1", &ernst)] {
        let device = world.device(serial).await;
        moves::allocate(&world.ground, &world.database, world.admin(), device, dealer.id)
            .await
            .unwrap();
        world.tick();
    }
    let text = "maker,serial,customer,reference,state\nAcme,D1,Anna,shelf 1,inactive\nAcme,E1,Anna,,\n\
                Acme,NONE,Anna,,\nAcme,D2,Cleo,,\n";
    let id = receive(&world, dora.scope(), text, Into::Inventory)
        .await
        .unwrap();
    assert_eq!(
        wrong(&world, dora.scope(), id).await,
        [
            told(3, "serial", "is not in your stock or at your customers"),
            told(4, "serial", "is not in your stock or at your customers"),
            told(5, "customer", "none of your customers has this name or id"),
        ],
        "what is foreign reads as what does not exist"
    );
    let foreign: Result<_, RegistryError> = ernst
        .scope()
        .run(&world.database, async |tx| imports::get(tx, id).await)
        .await;
    assert!(matches!(foreign, Err(RegistryError::NotFound("import"))));
    let foreign: Result<_, RegistryError> = world
        .admin()
        .run(&world.database, async |tx| imports::get(tx, id).await)
        .await;
    assert!(
        matches!(foreign, Err(RegistryError::NotFound("import"))),
        "nor is it the platform's"
    );
    assert!(matches!(
        apply(&world, ernst.scope(), id).await,
        Err(RegistryError::NotFound("import"))
    ));

    let good = "maker,serial,customer,reference,state\nAcme,D1,Anna,shelf 1,inactive\nAcme,D2,,shelf 2,\n";
    let id = receive(&world, dora.scope(), good, Into::Inventory)
        .await
        .unwrap();
    let page = dora
        .scope()
        .run(&world.database, async |tx| {
            imports::lines(tx, id, Lines::Good, &Ask::first(10)).await
        })
        .await
        .unwrap();
    let steps: Vec<_> = page.rows.iter().map(|line| line.step).collect();
    assert_eq!(steps, [Some(ImportStep::Place), Some(ImportStep::Change)]);
    world.tick();
    apply(&world, dora.scope(), id).await.unwrap();
    run(&world).await;
    assert_eq!(seen(&world, dora.scope(), id).await.state, ImportState::Applied);
    world.periods_hold().await;
    let placed: Vec<(String, String, Option<Uuid>, Option<String>)> = sqlx::query_as(
        "select serial, state, customer_id, distributor_reference from device where distributor_id = $1 order by serial",
    )
    .bind(dora.id)
    .fetch_all(&world.sql)
    .await
    .unwrap();
    assert_eq!(
        placed,
        [
            (
                "D1".to_owned(),
                "inactive".to_owned(),
                Some(anna.id.as_uuid()),
                Some("shelf 1".to_owned())
            ),
            (
                "D2".to_owned(),
                "stock".to_owned(),
                None,
                Some("shelf 2".to_owned())
            ),
        ]
    );

    // The customer says what it calls it, and switches it on; of others it learns nothing.
    let text = "maker,serial,reference,state\nAcme,D1,bed 1,active\nAcme,D2,bed 2,\n";
    let id = receive(&world, anna.scope(), text, Into::Inventory)
        .await
        .unwrap();
    assert_eq!(
        wrong(&world, anna.scope(), id).await,
        [told(3, "serial", "is not one of your devices")]
    );
    let text = "maker,serial,reference,state\nAcme,D1,bed 1,active\n";
    let id = receive(&world, anna.scope(), text, Into::Inventory)
        .await
        .unwrap();
    apply(&world, anna.scope(), id).await.unwrap();
    run(&world).await;
    let device: (String, Option<String>, Option<String>) = sqlx::query_as(
        "select state, customer_reference, distributor_reference from device where serial = 'D1'",
    )
    .fetch_one(&world.sql)
    .await
    .unwrap();
    let (bed, shelf) = (Some("bed 1".to_owned()), Some("shelf 1".to_owned()));
    assert_eq!(device, (DeviceState::Active.as_str().to_owned(), bed, shelf));
    let not_theirs = receive(
        &world,
        anna.scope(),
        "maker,serial,customer\nAcme,D1,Anna\n",
        Into::Inventory,
    )
    .await;
    assert!(
        matches!(not_theirs, Err(RegistryError::Invalid { field: "file", .. })),
        "{not_theirs:?}"
    );
}
