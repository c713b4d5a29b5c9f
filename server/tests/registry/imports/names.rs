//! How a file finds models and customers by their names.

use vitalwire_server::registry::imports::Into;
use vitalwire_server::registry::system_import_devices;

use super::{GOOD_TOKEN, apply, count, receive, run, seen, told, wrong};
use crate::world::World;

/// What brought the names of before into the form in which names are kept.
const FOLDED: &str = include_str!("../../../../migration/src/sql/m0039_names_are_found.up.sql");
const UNDONE: &str = include_str!("../../../../migration/src/sql/m0039_names_are_found.down.sql");

/// Letters put together of two, and blanks that are not plain, as they were stored before names were folded.
#[tokio::test]
async fn names_of_before_are_found_however_a_file_writes_them() {
    let world = World::new().await;
    let admin = world.admin();
    for sql in [
        "insert into customer (id, name, created_at)
         values (gen_random_uuid(), E'Zoe\\u0308\\u00a0 Clinic', now())",
        "insert into device_model (id, maker, name, kinds, transport, created_at)
         values (gen_random_uuid(), 'Acme', E'Tensio\\u0301metro\\u2009II', '{weight}', 'bluetooth', now())",
    ] {
        sqlx::query(sql).execute(&world.sql).await.unwrap();
    }
    let file = "maker,serial,model,customer\n\
                Acme,N-1,Tensi\u{f3}metro II,Zo\u{eb} Clinic\n\
                Acme,N-2,Tensio\u{301}metro  II,Zoe\u{308}\u{3000}Clinic\n";
    let before = receive(&world, admin, file, Into::Inventory).await.unwrap();
    assert_eq!(
        wrong(&world, admin, before).await.len(),
        4,
        "two names in two lines"
    );

    sqlx::raw_sql(UNDONE).execute(&world.sql).await.unwrap();
    sqlx::raw_sql(FOLDED).execute(&world.sql).await.unwrap();
    let id = receive(&world, admin, file, Into::Inventory).await.unwrap();
    assert_eq!(wrong(&world, admin, id).await, []);
    apply(&world, admin, id).await.unwrap();
    run(&world).await;
    let there = "select count(*) from device d join customer c on c.id = d.customer_id join device_model m on m.id = d.model_id
        where c.name = E'Zo\\u00eb Clinic' and m.name = E'Tensi\\u00f3metro II'";
    assert_eq!(count(&world, there).await, 2);
}

/// Who renames their own organisation may take a closed one's name, or write another's id as a name: nobody guesses who is
/// meant by a name that two have, and an id is one customer's alone.
#[tokio::test]
async fn a_name_that_two_have_is_nobody_s_and_an_id_is_its_own_customer_s() {
    let world = World::new().await;
    let admin = world.admin();
    let dora = world.dealer("Dora").await;
    let anna = world.clinic("Anna", Some(&dora)).await;
    let former = "insert into customer (id, name, distributor_id, state, created_at)
        values ($1, 'Anna', $2, 'closed', '2020-01-01Z'), (gen_random_uuid(), $3, $2, 'active', '2020-01-01Z')";
    let closed = uuid::Uuid::from_u128(7);
    sqlx::query(former)
        .bind(closed)
        .bind(dora.id)
        .bind(anna.id.as_uuid().to_string())
        .execute(&world.sql)
        .await
        .unwrap();
    let look = async |customer: &str| {
        let file = format!("maker,serial,model,customer\nAcme,N-1,Scale,{customer}\n");
        let id = receive(&world, admin, &file, Into::Inventory).await.unwrap();
        (id, wrong(&world, admin, id).await)
    };
    let several = told(2, "customer", "several customers have this name: write the id");
    assert_eq!(look("Anna").await.1, [several]);
    assert_eq!(look(&closed.to_string()).await.1.len(), 1, "it is closed");
    let (id, problems) = look(&anna.id.as_uuid().to_string().to_uppercase()).await;
    assert_eq!(problems, []);
    apply(&world, admin, id).await.unwrap();
    run(&world).await;
    let holder: uuid::Uuid = sqlx::query_scalar("select customer_id from device where serial = 'N-1'")
        .fetch_one(&world.sql)
        .await
        .unwrap();
    assert_eq!(holder, anna.id.as_uuid());
}

/// A statement that looked through all customers for each name would end with the time that a request has.
#[tokio::test]
async fn a_file_of_many_customers_is_looked_at_name_by_name() {
    let world = World::new().await;
    let many = "insert into customer (id, name, created_at)
        select gen_random_uuid(), 'Clinic ' || n, now() from generate_series(1, 20000) n";
    sqlx::query(many).execute(&world.sql).await.unwrap();
    let ids: Vec<uuid::Uuid> = sqlx::query_scalar("select id from customer order by id limit 100")
        .fetch_all(&world.sql)
        .await
        .unwrap();
    let by_name = (1..=20_000).map(|number| format!("Acme,N-{number},Scale,Clinic {number}\n"));
    let by_id = ids.iter().enumerate();
    let by_id =
        by_id.map(|(number, id)| format!("Acme,I-{number},Scale,{}\n", id.to_string().to_uppercase()));
    let file: String = std::iter::once("maker,serial,model,customer\n".to_owned())
        .chain(by_name)
        .chain(by_id)
        .collect();
    let id = receive(&world, world.admin(), &file, Into::Inventory)
        .await
        .unwrap();
    let import = seen(&world, world.admin(), id).await;
    assert_eq!((import.wrong, import.adds), (0, 20_100));
}

/// At the command line a customer is made where there is none of the name, whatever its case, and models are kept as the
/// catalogue keeps them.
#[tokio::test]
async fn at_the_command_line_one_name_is_one_customer_and_one_model() {
    let world = World::new().await;
    let anna = world.clinic("Anna", None).await;
    let import = async |customer: &str, serial: &str, model: &str| {
        let token = GOOD_TOKEN.replace("ef", &serial.to_lowercase());
        let text = format!("serial,maker,model,kind,token\n{serial},Acme,{model},weight,{token}\n");
        system_import_devices(&world.ground, &world.database, customer, &text, false).await
    };
    import("ANNA", "A1", "Scale").await.unwrap();
    import("anna", "A2", "Ba\u{301}scula").await.unwrap();
    import("Anna", "A3", "B\u{e1}scula ").await.unwrap();
    let of_anna = "select count(*) from device where customer_id is not null";
    assert_eq!(count(&world, of_anna).await, 3);
    assert_eq!(count(&world, "select count(*) from customer").await, 1);
    assert_eq!(
        count(
            &world,
            "select count(*) from device_model where name = E'B\\u00e1scula'"
        )
        .await,
        1
    );
    assert_eq!(count(&world, "select count(*) from device_model").await, 2);

    // A closed one is given nothing, and nobody guesses whether another that has its name is meant.
    sqlx::query("update customer set state = 'closed' where id = $1")
        .bind(anna.id)
        .execute(&world.sql)
        .await
        .unwrap();
    let refused = import("Anna", "A4", "Scale").await.unwrap_err();
    assert!(refused.to_string().contains("closed"), "{refused}");
    sqlx::query("insert into customer (id, name, created_at) values (gen_random_uuid(), 'anna', now())")
        .execute(&world.sql)
        .await
        .unwrap();
    let refused = import("Anna", "A4", "Scale").await.unwrap_err();
    assert!(refused.to_string().contains("rename one of them"), "{refused}");
    assert_eq!(count(&world, of_anna).await, 3);
}
