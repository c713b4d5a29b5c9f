//! Archiving goes wrong, or is done twice.

use super::*;

/// A customer of whom a day is to be archived with so many readings, each in a message of its own.
async fn chosen(world: &World, readings: i64) -> Tenant {
    let hub = Hub::new(world, "a").await;
    world.chooses_archive(&hub.tenant).await;
    for minutes in 1..=readings {
        let mut item = blood_pressure("S-a");
        item["measured_at"] = json!((world.clock.now() - TimeDelta::minutes(minutes)).to_rfc3339());
        let body = batch(&[item]);
        assert_eq!(hub.send(&hub.token(&body), &body).await.status, 200);
    }
    hub.tenant
}

/// What this version cannot read goes into the archive as it is stored, and keeps nothing waiting.
#[tokio::test]
async fn what_cannot_be_read_is_archived_as_it_is_stored() {
    let world = World::new().await;
    let tenant = chosen(&world, 10).await;
    let day = world.clock.now().date_naive();
    for text in [
        "update reading set vals = '{\"nothing\": 17}' where id = (select min(id::text)::uuid from reading)",
        "update raw_message set body_sealed = '\\x00' where id = (select min(id::text)::uuid from raw_message)",
    ] {
        assert_eq!(
            sqlx::query(text)
                .execute(&world.sql)
                .await
                .unwrap()
                .rows_affected(),
            1
        );
    }
    world.out_of_the_history().await;
    let archive = world.archive(&world.folder.blobs());
    world.retention(&archive).await.unwrap();
    assert_eq!(world.readings().await, 0);
    let kept = Kept::of(&archive, &tenant, day).await.unwrap();
    assert_eq!(
        (
            kept.observations.len(),
            kept.messages.len(),
            kept.manifest.as_stored
        ),
        (9, 9, 2)
    );
    let mut tables: Vec<&str> = kept
        .as_stored
        .iter()
        .map(|line| line["table"].as_str().unwrap())
        .collect();
    tables.sort_unstable();
    assert_eq!(tables, ["raw_message", "reading"]);
    let reading = kept
        .as_stored
        .iter()
        .find(|line| line["table"] == "reading")
        .unwrap();
    assert_eq!(reading["row"]["vals"], json!({"nothing": 17}));
}

/// With another key than that of its messages nothing of a day opens: then it stays.
#[tokio::test]
async fn a_day_whose_messages_do_not_open_stays() {
    let world = World::new().await;
    let tenant = chosen(&world, 2).await;
    let day = world.clock.now().date_naive();
    let spoilt = "update raw_message set body_sealed = '\\x00' where id = (select min(id::text)::uuid from raw_message)";
    sqlx::query(spoilt).execute(&world.sql).await.unwrap();
    world.out_of_the_history().await;
    let archive = world.archive(&world.folder.blobs());
    let refused = world.retention(&archive).await.unwrap_err();
    assert!(refused.contains("1 of 2 messages do not open"), "{refused}");
    assert_eq!(world.readings().await, 2);
    assert!(Kept::of(&archive, &tenant, day).await.is_none());
}

/// Spoils what is of one customer.
#[derive(Debug)]
struct Spoils {
    customer: String,
    is_at_it: AtomicBool,
}

#[async_trait]
impl Meddler for Spoils {
    async fn before(&self, name: &str, bytes: &mut Vec<u8>) {
        if name.contains(&self.customer) && self.is_at_it.load(Ordering::Relaxed) {
            bytes.push(0);
        }
    }
}

#[tokio::test]
async fn what_is_wrong_with_one_customer_s_day_keeps_no_other_waiting() {
    let world = World::new().await;
    let admin = world.admin().await;
    let mut tenants = Vec::new();
    for name in ["a", "b", "c"] {
        let tenant = world.tenant(&admin, name).await;
        world.chooses_archive(&tenant).await;
        world.reading(&tenant, 5).await;
        tenants.push(tenant);
    }
    // The one whose turn is neither first nor last.
    tenants.sort_unstable_by_key(Tenant::customer_id);
    let day = world.clock.now().date_naive();
    world.out_of_the_history().await;
    let spoils = Arc::new(Meddled {
        inner: world.folder.blobs(),
        by: Spoils {
            customer: tenants[1].customer.clone(),
            is_at_it: true.into(),
        },
    });
    let blobs: Arc<dyn Blobs> = spoils.clone();
    let archive = world.archive(&blobs);
    world.retention(&archive).await.unwrap_err();
    assert_eq!(world.readings().await, 3, "the day stays");
    let mut are_there = Vec::new();
    for tenant in &tenants {
        are_there.push(Kept::of(&archive, tenant, day).await.is_some());
    }
    assert_eq!(are_there, [true, false, true]);
    spoils.by.is_at_it.store(false, Ordering::Relaxed);
    world.retention(&archive).await.unwrap();
    assert_eq!(world.readings().await, 0);
    assert!(Kept::of(&archive, &tenants[1], day).await.is_some());
}

/// Lets another server archive the day in the middle of this one's.
#[derive(Debug)]
struct Overtaken {
    by: std::sync::Mutex<Option<(Archive, NaiveDate)>>,
    after_it: bool,
}

impl Overtaken {
    async fn now(&self) {
        let by = self.by.lock().unwrap().take();
        if let Some((archive, day)) = by {
            archive.keep(day).await.unwrap();
        }
    }
}

#[async_trait]
impl Meddler for Overtaken {
    async fn before(&self, _: &str, _: &mut Vec<u8>) {
        if !self.after_it {
            self.now().await;
        }
    }

    async fn after(&self) {
        self.now().await;
    }
}

/// Two servers may both believe that the day is theirs to archive. Whatever the slower one still does, what was noted stays
/// whole.
#[rstest::rstest]
#[case::before_its_first_part(false)]
#[case::after_its_first_part(true)]
#[tokio::test]
async fn two_servers_at_one_day_leave_one_whole_archive(#[case] after_it: bool) {
    let world = World::new().await;
    let tenant = chosen(&world, 1).await;
    let day = world.clock.now().date_naive();
    world.out_of_the_history().await;
    let inner = world.folder.blobs();
    let blobs: Arc<dyn Blobs> = Arc::new(Meddled {
        inner: inner.clone(),
        by: Overtaken {
            by: Some((world.archive(&inner), day)).into(),
            after_it,
        },
    });
    world.archive(&blobs).keep(day).await.unwrap();
    world.retention(&world.archive(&inner)).await.unwrap();
    assert_eq!(world.readings().await, 0);
    let kept = Kept::of(&world.archive(&inner), &tenant, day).await.unwrap();
    assert_eq!((kept.observations.len(), kept.messages.len()), (1, 1));
    let names = inner.list("archive/").await.unwrap();
    assert_eq!(names.len(), kept.manifest.parts.len() + 1, "{names:?}");
}
