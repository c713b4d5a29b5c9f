//! Whatever store function somebody calls who is confined to some sites of a customer, nothing is told or touched of what
//! stands elsewhere; and what stands there is told as to everybody else.

use vitalwire_server::identity::{Caller, Organisation};

use crate::aim::Aim;
use crate::isolation::table;
use crate::shelves::{changed, shelves};
use crate::table::{Answer, Call, Is, Row, Who};
use crate::world::World;

/// Whose answers are about the customer itself and its people, of which a part is no part.
const OF_THE_CUSTOMER: [&str; 8] = [
    "registry::organisations::",
    "registry::past::",
    "registry::contacts::",
    "identity::",
    // How far the customer's stream has come, and its own name among what is found.
    "history::store::live::end",
    "history::store::live::since",
    "history::store::stream::",
    "registry::search::search",
];
/// What concerns the whole customer, or stands at none of its sites: nothing of it is there for who sees a part.
const OF_THE_WHOLE: [&str; 8] = [
    "history::archive::",
    "registry::given_back::",
    "forwarding::",
    "registry::imports::",
    "usage::delivered_on",
    "identity::invitations::",
    "registry::sources::",
    "intake::release::",
];

fn is_of(row: &Row, functions: &[&str]) -> bool {
    functions.iter().any(|begin| row.function.starts_with(begin))
}

fn rows() -> impl Iterator<Item = &'static Row> {
    table().filter(|row| row.who != Who::Distributor)
}

async fn ask(world: &World, row: &Row, by: &Caller, own: &Aim, at: &Aim) -> Answer {
    (row.call)(&Call { world, own, by, at }).await
}

impl World {
    /// A person of the customer's who may do whatever who is confined may, and is at none of its sites.
    async fn confined(&self, of: &Aim) -> Caller {
        let name = format!("{} Confined", of.name);
        let user = self.person(&name, Organisation::Customer(of.customer)).await;
        sqlx::query(
            "update user_account set confined = true,
               permissions = array['read_readings', 'manage_devices', 'answer_cases'] where id = $1",
        )
        .bind(user)
        .execute(&self.sql)
        .await
        .unwrap();
        self.signed_in(&name).await
    }

    /// Everything of the customer's stands at its site, and the person belongs there.
    async fn let_in(&self, of: &Aim, person: &Caller) -> Caller {
        for sql in [
            "update device set site_id = $1 where customer_id = $2",
            "update hub set site_id = $1 where customer_id = $2",
            "insert into site_member (site_id, customer_id, user_id)
             select $1, $2, id from user_account where customer_id = $2 and confined on conflict do nothing",
        ] {
            sqlx::query(sql)
                .bind(of.site)
                .bind(of.customer)
                .execute(&self.sql)
                .await
                .unwrap();
        }
        self.signed_in(&person.person.name).await
    }
}

/// Texts that speak of something that stands somewhere.
fn marks(of: &Aim) -> Vec<String> {
    let people = [
        of.name.clone(),
        of.name.to_lowercase(),
        of.customer.to_string(),
        of.colleague.to_string(),
        of.customer_user.person.id.to_string(),
        of.contact.to_string(),
        of.distributor().to_string(),
    ];
    of.marks()
        .into_iter()
        .filter(|mark| !people.contains(mark))
        .collect()
}

#[tokio::test]
async fn nothing_of_other_sites_is_read() {
    let world = World::new().await;
    let (ours, nobody) = (world.ours().await, world.nobody().await);
    let by = world.confined(&ours).await;
    let marks = marks(&ours);
    let mut findings = Vec::new();
    for row in rows().filter(|row| row.is.a_read()) {
        let answer = ask(&world, row, &by, &ours, &ours).await;
        let of_none = ask(&world, row, &by, &ours, &nobody).await;
        let (Ok(text) | Err(text)) = &answer;
        if let Some(mark) = marks.iter().find(|mark| text.contains(mark.as_str())) {
            findings.push(format!("{}: {mark:?} stands in {text}", row.function));
        }
        if row.is == Is::Read && !is_of(row, &OF_THE_CUSTOMER) && answer != of_none {
            findings.push(format!("{}: {answer:?}, not {of_none:?}", row.function));
        }
    }
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

#[tokio::test]
async fn what_stands_at_one_s_site_is_read_as_by_everybody() {
    let world = World::new().await;
    let ours = world.ours().await;
    let by = world.confined(&ours).await;
    let by = world.let_in(&ours, &by).await;
    let mut findings = Vec::new();
    for row in rows().filter(|row| row.is.a_read()) {
        if is_of(row, &OF_THE_WHOLE) || row.function == "history::store::trace::trace" {
            continue;
        }
        let whole = ask(&world, row, &ours.customer_user, &ours, &ours).await;
        let part = ask(&world, row, &by, &ours, &ours).await;
        if part != whole {
            findings.push(format!("{}: {part:?}, not {whole:?}", row.function));
        }
    }
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

#[tokio::test]
async fn nothing_of_other_sites_is_changed() {
    let world = World::new().await;
    let ours = world.ours().await;
    let by = world.confined(&ours).await;
    let mut findings = Vec::new();
    let mut opened = 0;
    for row in rows().filter(|row| !row.is.a_read() && row.is != Is::Make) {
        let before = shelves(&world.sql, &ours).await;
        let answer = ask(&world, row, &by, &ours, &ours).await;
        let touched = changed(&before, &shelves(&world.sql, &ours).await);
        // They ask their own organisation something.
        if row.function == "desk::cases::open::open"
            && touched
                .iter()
                .all(|table| table.starts_with("case_note") || table == "support_case")
            && answer.is_ok()
        {
            opened += 1;
            continue;
        }
        if answer.is_ok() || !touched.is_empty() {
            findings.push(format!("{}: {answer:?}, {touched:?}", row.function));
        }
    }
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
    assert_eq!(opened, 1, "a case about the customer");
}

/// The same table, for somebody to whom everything is open: the tests above see what they are there for.
#[tokio::test]
async fn who_is_let_in_changes_what_stands_there() {
    let world = World::new().await;
    let ours = world.ours().await;
    let by = world.confined(&ours).await;
    let by = world.let_in(&ours, &by).await;
    let mut done = Vec::new();
    for row in rows().filter(|row| row.is == Is::Change) {
        if ask(&world, row, &by, &ours, &ours).await.is_ok() {
            done.push(row.function);
        }
    }
    for function in [
        "registry::devices::change",
        "registry::hubs::set_state",
        "registry::tokens::issue",
        "registry::moves::give_back::give_back",
        "desk::cases::note::note",
    ] {
        assert!(done.contains(&function), "{function} is refused: {done:?}");
    }
    let whole: Vec<&&str> = done
        .iter()
        .filter(|function| {
            OF_THE_WHOLE
                .into_iter()
                .chain(["registry::sites::", "registry::contacts::", "identity::"])
                .any(|begin| function.starts_with(begin))
        })
        .collect();
    assert!(whole.is_empty(), "{whole:?}");
}
