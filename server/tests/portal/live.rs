//! Live pages: what happens is seen without being asked for.

use std::time::Duration;

use chrono::TimeDelta;
use uuid::Uuid;
use vitalwire_server::ground::enums::UserState;
use vitalwire_server::ground::ids::CustomerId;
use vitalwire_server::identity::{BelongingPatch, Caller, CallerScope, Organisation, Password};
use vitalwire_server::tenancy::{CustomerScope, Permission, PermissionSet};

use crate::browser::Stream;
use crate::world::{Customer, PASSWORD, World};

#[tokio::test]
async fn a_reading_appears_and_then_its_delivery() {
    let world = World::new().await;
    let customer = world.customer("Own").await;
    let browser = world.signed_in("Own").await;
    // The stream begins with what is there already. Once that came, what follows is new, and comes when it is routed.
    let earlier = world.commit(&customer, &[(TimeDelta::minutes(1), 120, 80)]).await[0];
    world.route().await;
    // Nobody listens there, so the delivery is retried.
    let endpoint = [("url", "http://127.0.0.1:9/hook")];
    assert_eq!(browser.submit("/endpoint", &endpoint).await.status, 201);
    let mut stream = browser
        .open(&format!("/devices/{}/live", customer.device), None)
        .await;
    assert_eq!(stream.block().await.unwrap(), "retry: 2000");
    assert_eq!(stream.next().await.data["id"], earlier.to_string());
    let reading = world.commit(&customer, &[(TimeDelta::seconds(1), 131, 82)]).await[0];
    world.route().await;
    let event = stream.next().await;
    assert_eq!(event.name, "reading");
    assert_eq!(event.data["id"], reading.to_string());
    let html = event.data["html"].as_str().unwrap();
    assert!(
        html.starts_with("<tr") && html.contains(">131<") && html.contains(">82<"),
        "{html}"
    );
    assert_eq!(event.data["point"]["v"]["systolic"], 131.0);

    // Only now anybody tries to deliver it, so what follows is about the delivery alone.
    let forwarding = world.start_forwarding();
    let retried = loop {
        let event = stream.next().await;
        assert_eq!(event.data["id"], reading.to_string());
        if event.data["html"].as_str().unwrap().contains("retry <time") {
            break event;
        }
    };
    assert_eq!(retried.name, "delivery");
    assert_eq!(retried.id, "2", "after a break the browser says where it was");
    forwarding.stop().await;
}

#[tokio::test]
async fn a_browser_that_comes_back_gets_what_it_missed() {
    let world = World::new().await;
    let customer = world.customer("Own").await;
    let browser = world.signed_in("Own").await;
    let path = format!("/devices/{}/blood_pressure/live", customer.device);
    world.commit(&customer, &[(TimeDelta::days(1), 120, 80)]).await;
    world.route().await;
    world.clock.advance(TimeDelta::minutes(5));
    let missed = world
        .commit(
            &customer,
            &[(TimeDelta::seconds(2), 131, 82), (TimeDelta::seconds(1), 132, 83)],
        )
        .await;
    world.route().await;
    let mut stream = browser.open(&path, Some("1")).await;
    let first = stream.next().await;
    assert_eq!(
        first.name, "delivery",
        "the row that was there says how its delivery stands"
    );
    for (reading, id) in missed.iter().zip(["2", "3"]) {
        let event = stream.next().await;
        assert_eq!((event.name.as_str(), event.id.as_str()), ("reading", id));
        assert_eq!(event.data["id"], reading.to_string());
    }
}

#[tokio::test]
async fn a_live_page_shows_nothing_of_others() {
    let world = World::new().await;
    let (own, other) = (world.customer("Own").await, world.customer("Other").await);
    let browser = world.signed_in("Own").await;
    let mut stream = browser.open(&format!("/devices/{}/live", own.device), None).await;
    let forwarding = world.start_forwarding();
    world.commit(&other, &[(TimeDelta::seconds(1), 173, 107)]).await;
    world.until("select count(*) from event", 1).await;
    let mine = world.commit(&own, &[(TimeDelta::seconds(1), 131, 82)]).await[0];
    assert_eq!(
        stream.next().await.data["id"],
        mine.to_string(),
        "the first event is the own reading"
    );
    forwarding.stop().await;
}

#[tokio::test]
async fn a_live_page_ends_with_the_server() {
    let world = World::new().await;
    let customer = world.customer("Own").await;
    let browser = world.signed_in("Own").await;
    let mut stream = browser
        .open(&format!("/devices/{}/live", customer.device), None)
        .await;
    assert_eq!(stream.block().await.unwrap(), "retry: 2000");
    world.state.hang_up();
    assert_eq!(stream.block().await, None);
}

#[tokio::test]
async fn one_person_has_twenty_live_pages_at_most() {
    let world = World::new().await;
    let customer = world.customer("Own").await;
    let browser = world.signed_in("Own").await;
    let path = format!("/devices/{}/live", customer.device);
    let mut open = Vec::new();
    for _ in 0..20 {
        open.push(browser.open(&path, None).await);
    }
    let refused = browser.get(&path).await;
    assert_eq!(refused.status, 429);
    assert!(
        refused
            .text
            .contains("Too many pages with live readings are open.")
    );
}

#[tokio::test]
async fn a_live_page_shows_nothing_after_its_session() {
    let world = World::new().await;
    world.user("Ada", Organisation::Platform, None).await;
    let by = world
        .state
        .identity()
        .sign_in(
            "ada@example.org",
            Password::typed(PASSWORD),
            "192.0.2.1".parse().unwrap(),
        )
        .await
        .unwrap()
        .caller;
    let CallerScope::Admin(admin) = &by.scope else {
        panic!("Ada is of the platform")
    };
    for ends in ["SignedOut", "Disabled", "Elsewhere"] {
        let customer = world.customer(ends).await;
        let browser = world.signed_in(ends).await;
        let path = format!("/devices/{}/live", customer.device);
        let mut stream = browser.open(&path, None).await;
        world.commit(&customer, &[(TimeDelta::seconds(2), 131, 82)]).await;
        world.route().await;
        stream.next().await;
        match ends {
            "SignedOut" => assert_eq!(browser.submit("/logout", &[]).await.status, 303),
            "Disabled" => {
                let user: Uuid = sqlx::query_scalar("select id from user_account where customer_id = $1")
                    .bind(customer.id)
                    .fetch_one(&world.sql)
                    .await
                    .unwrap();
                let identity = world.state.identity();
                identity
                    .set_user_state(&by, admin, user.into(), UserState::Disabled)
                    .await
                    .unwrap();
            }
            _ => {
                sqlx::query("update session set ended_at = last_seen_at where ended_at is null")
                    .execute(&world.sql)
                    .await
                    .unwrap();
                tokio::time::sleep(Duration::from_secs(5)).await;
            }
        }
        world.commit(&customer, &[(TimeDelta::seconds(1), 132, 83)]).await;
        world.route().await;
        while let Some(block) = stream.block().await {
            assert!(!block.contains(">132<"), "{ends}: {block}");
        }
    }
}

/// A customer, its person who manages it, and a colleague who reads, with an open page of the customer's device.
struct Watched {
    world: World,
    customer: Customer,
    manager: Caller,
    colleague: Uuid,
    site: Uuid,
    stream: Stream,
}

impl Watched {
    async fn new() -> Self {
        let world = World::new().await;
        let customer = world.customer("Own").await;
        let of = Organisation::Customer(CustomerId::from(customer.id));
        world.user("Rea", of, Some(&[Permission::ReadReadings])).await;
        let site: Uuid = world.state.ground().id();
        sqlx::query("insert into site (id, customer_id, name, created_at) values ($1, $2, 'Ward', now())")
            .bind(site)
            .bind(customer.id)
            .execute(&world.sql)
            .await
            .unwrap();
        let colleague = sqlx::query_scalar("select id from user_account where email = 'rea@example.org'")
            .fetch_one(&world.sql)
            .await
            .unwrap();
        let remote = "192.0.2.1".parse().unwrap();
        let manager = world
            .state
            .identity()
            .sign_in("own@example.org", Password::typed(PASSWORD), remote)
            .await
            .unwrap()
            .caller;
        let path = format!("/devices/{}/live", customer.device);
        let mut stream = world.signed_in("Rea").await.open(&path, None).await;
        // From here on, whatever comes is new.
        let seen = world.commit(&customer, &[(TimeDelta::seconds(9), 121, 71)]).await[0];
        world.route().await;
        assert_eq!(stream.next().await.data["id"], seen.to_string());
        Self {
            world,
            customer,
            manager,
            colleague,
            site,
            stream,
        }
    }

    fn scope(&self) -> &CustomerScope {
        match &self.manager.scope {
            CallerScope::Customer(scope) => scope,
            other => panic!("no customer's: {other:?}"),
        }
    }

    /// What the colleague sees from now on: this alone.
    async fn confined_to(&self, sites: &[Uuid]) {
        let patch = BelongingPatch {
            confined: Some(true),
            sites: Some(sites.iter().copied().map(Into::into).collect()),
            teams: None,
        };
        let identity = self.world.state.identity();
        identity
            .set_belonging(&self.manager, self.colleague.into(), patch)
            .await
            .unwrap();
    }

    /// From now on the colleague sees what stands at the site alone, and the device does: by a team, or by themselves.
    async fn looked_after(&self, by_team: bool) -> Uuid {
        let team: Uuid = self.world.state.ground().id();
        for sql in [
            "insert into care_team (id, customer_id, name, created_at)
             select $1, customer_id, 'Rounds', now() from site where id = $2",
            "insert into care_team_site (care_team_id, site_id, customer_id)
             select $1, id, customer_id from site where id = $2",
            "update device set site_id = s.id from site s where s.id = $2 and $1::uuid is not null",
        ] {
            let query = sqlx::query(sql).bind(team).bind(self.site);
            query.execute(&self.world.sql).await.unwrap();
        }
        let patch = BelongingPatch {
            confined: Some(true),
            sites: Some(if by_team {
                Vec::new()
            } else {
                vec![self.site.into()]
            }),
            teams: Some(if by_team { vec![team.into()] } else { Vec::new() }),
        };
        let identity = self.world.state.identity();
        identity
            .set_belonging(&self.manager, self.colleague.into(), patch)
            .await
            .unwrap();
        team
    }

    async fn measure(&self, systolic: i64) -> Uuid {
        let reading = [(TimeDelta::seconds(1), systolic, 82)];
        let id = self.world.commit(&self.customer, &reading).await[0];
        self.world.route().await;
        id
    }
}

#[tokio::test]
async fn a_live_page_shows_no_more_than_its_person_sees_by_now() {
    let mut watched = Watched::new().await;
    watched.confined_to(&[watched.site]).await;
    watched.measure(132).await;
    // It looked, found nothing, and says after a while that it lives.
    let block = watched.stream.block().await.expect("it goes on");
    assert!(block.starts_with(':'), "what stands elsewhere is shown: {block}");
    // What is seen again is shown again: the page had followed, and not what was measured meanwhile.
    sqlx::query("update device set site_id = $1 where id = $2")
        .bind(watched.site)
        .bind(watched.customer.device)
        .execute(&watched.world.sql)
        .await
        .unwrap();
    let seen = watched.measure(133).await;
    assert_eq!(watched.stream.next().await.data["id"], seen.to_string());
}

#[tokio::test]
async fn a_live_page_ends_when_its_person_may_not_read_any_more() {
    let mut watched = Watched::new().await;
    let identity = watched.world.state.identity();
    let nothing = PermissionSet::default();
    identity
        .set_permissions(
            &watched.manager,
            watched.scope(),
            watched.colleague.into(),
            nothing,
        )
        .await
        .unwrap();
    watched.measure(132).await;
    assert_eq!(watched.stream.block().await, None);

    let mut watched = Watched::new().await;
    let identity = watched.world.state.identity();
    let off = UserState::Disabled;
    identity
        .set_user_state(&watched.manager, watched.scope(), watched.colleague.into(), off)
        .await
        .unwrap();
    watched.measure(132).await;
    assert_eq!(watched.stream.block().await, None);
}

/// What is sent.
type Fields = &'static [(&'static str, &'static str)];

/// How somebody stops seeing the device of an open page: what is sent to which address, in the name of who manages it.
const ENDS: [(&str, &str, Fields); 7] = [
    ("left out of the team's people", "/care-teams/{team}/people", &[]),
    (
        "the team looks after nothing",
        "/care-teams/{team}",
        &[("name", "Rounds")],
    ),
    ("the team is dissolved", "/care-teams/{team}/remove", &[]),
    ("left out of the site's people", "/sites/{site}/people", &[]),
    (
        "put to other sites by their own page",
        "/users/{person}/sites",
        &[("sees", "sites")],
    ),
    ("the device stands elsewhere", "/devices/{device}/site", &[]),
    (
        "the device goes back",
        "/devices/{device}/return",
        &[("reason", "no longer needed")],
    ),
];

/// Each of these waits until the page says that it lives, which takes a while, so they wait together.
#[tokio::test]
async fn a_live_page_shows_nothing_of_what_its_person_no_longer_sees() {
    futures_util::future::join_all(ENDS.map(|(how, path, form)| async move {
        let mut watched = Watched::new().await;
        let by_team = !path.starts_with("/sites/");
        let team = watched.looked_after(by_team).await;
        // What was there when the page was opened may come twice.
        let seen = watched.measure(131).await.to_string();
        while watched.stream.next().await.data["id"] != seen {}
        let path = path
            .replace("{team}", &team.to_string())
            .replace("{site}", &watched.site.to_string())
            .replace("{person}", &watched.colleague.to_string())
            .replace("{device}", &watched.customer.device.to_string());
        let done = watched.world.signed_in("Own").await.submit(&path, form).await;
        assert_eq!(done.status, 303, "{how}: {}", done.text);
        watched.measure(132).await;
        let block = watched.stream.block().await.expect("it goes on");
        assert!(block.starts_with(':'), "{how}: {block}");
    }))
    .await;
}

/// What another process says of somebody's rights is not announced here, so it holds after some seconds: but then it does.
#[tokio::test]
async fn a_live_page_ends_after_a_right_was_taken_elsewhere() {
    let mut watched = Watched::new().await;
    sqlx::query("update user_account set permissions = '{}' where id = $1")
        .bind(watched.colleague)
        .execute(&watched.world.sql)
        .await
        .unwrap();
    let mut shown = 0;
    loop {
        watched.measure(132).await;
        if watched.stream.block().await.is_none() {
            break;
        }
        shown += 1;
        assert!(shown < 60, "it goes on after {shown} blocks");
    }
}

/// A page asks the database whether its session stands, and then for what is new: where it ends in between, nothing is shown.
#[tokio::test]
async fn what_was_asked_for_when_a_session_ended_is_shown_to_nobody() {
    let world = World::new().await;
    let clinic = world.customer("Own").await;
    world.commit(&clinic, &[(TimeDelta::seconds(9), 121, 71)]).await;
    world.route().await;
    let nurse = world.signed_in("Own").await;
    let mut holding = world.sql.begin().await.unwrap();
    sqlx::query("lock table reading in access exclusive mode")
        .execute(&mut *holding)
        .await
        .unwrap();
    let mut stream = nurse
        .open(&format!("/devices/{}/live", clinic.device), None)
        .await;
    let waits = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";
    world.until(waits, 1).await;
    let gone = nurse.submit("/logout", &[]).await;
    assert_eq!(gone.status, 303, "{}", gone.text);
    holding.rollback().await.unwrap();
    let told = stream.block().await.unwrap();
    assert!(
        told.starts_with("retry:"),
        "when to come back, and nothing else: {told}"
    );
    assert_eq!(stream.block().await, None);
}
