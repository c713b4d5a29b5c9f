//! What is written as foreseen is what asking would have written.

use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::Value;
use vitals::Quality;
use vitalwire_server::history::commit::{Row, Verdict};

use crate::world::{HOUR, Way, World};

/// Everything that a reading left behind, without what makes it this one.
const TRACES: &str = "
    select jsonb_build_object(
      'reading', to_jsonb(r) - 'id' - 'raw_id' - 'content_hash' - 'body_sealed', 'leads_to_it', m.id is not distinct from r.raw_id,
      'key', to_jsonb(k) - 'content_hash' - 'reading_id',
      'message', to_jsonb(m) - 'id' - 'body_sealed',
      'body', coalesce(r.body_sealed, m.body_sealed) = uuid_send(coalesce(r.raw_id, r.id)), 'with_it', r.body_sealed is not null,
      'outbox', (select count(*) from outbox o where r.id = any (o.reading_ids) and o.customer_id = r.customer_id
        and o.circuit = 'forwarding' and o.received_from = r.received_at and o.received_until = r.received_at))
    from reading r
    join reading_key k on k.reading_id = r.id and k.content_hash = r.content_hash
    left join raw_message m on m.id = r.raw_id
    where r.content_hash = $1";

async fn traces(world: &World, row: &Row) -> Value {
    sqlx::query_scalar(TRACES)
        .bind(row.hash.as_bytes().as_slice())
        .fetch_one(&world.sql)
        .await
        .unwrap()
}

/// With every value that may be missing.
fn full(row: Row) -> Row {
    Row {
        utc_offset_minutes: Some(-300),
        hub_time: Some(row.raw.received_at - TimeDelta::minutes(3)),
        sequence: Some(41),
        user_slot: Some(2),
        original: Some("{\"weight\":{\"value\":154,\"unit\":\"[lb_av]\"}}".to_owned()),
        quality: Quality::MOVEMENT,
        ..row
    }
}

#[tokio::test]
async fn both_forms_leave_the_same_traces() {
    let world = World::new().await;
    for way in [Way::Token, Way::Hub, Way::Source] {
        let memory = world.memory(way).await;
        let bare = |memory| world.row(way, HOUR, memory);
        let timeless = |memory| world.row_at(way, None, memory);
        for (foreseen, asked) in [
            (bare(memory), bare(None)),
            (full(bare(memory)), full(bare(None))),
            (timeless(memory), timeless(None)),
        ] {
            for (row, is_foreseen) in [(&foreseen, true), (&asked, false)] {
                assert_eq!(world.verdict(row.clone()).await, Verdict::Accepted(row.id));
                assert_eq!(
                    world.was_foreseen().await,
                    is_foreseen,
                    "{way:?} {:?}",
                    row.standing
                );
            }
            let (one, other) = (traces(&world, &foreseen).await, traces(&world, &asked).await);
            assert_eq!(one, other);
            assert_eq!(one["outbox"], 1);
        }
    }
}

/// Rows of several messages, some with values that others lack, in the order in which they came.
#[tokio::test]
async fn a_mixed_commit_keeps_each_reading_s_own() {
    let world = World::new().await;
    let (token, hub) = (world.memory(Way::Token).await, world.memory(Way::Hub).await);
    let mut batch = full(world.row(Way::Hub, HOUR, hub));
    let mut rows = vec![
        world.row(Way::Token, HOUR, token),
        batch.clone(),
        world.row(Way::Token, HOUR * 2, token),
        world.row(Way::Source, HOUR * 4, world.memory(Way::Source).await),
    ];
    // A second reading of the hub's message stands beside the first.
    let raw = Arc::clone(&batch.raw);
    batch = world.row(Way::Hub, HOUR * 3, hub);
    batch.raw = raw;
    rows.insert(2, batch);
    let verdicts = world.commit(rows.clone()).await;
    assert!(world.was_foreseen().await);
    for (row, verdict) in rows.iter().zip(verdicts) {
        assert_eq!(verdict, Verdict::Accepted(row.id));
        let traces = traces(&world, row).await;
        let reading = &traces["reading"];
        assert_eq!(reading["sequence"].as_i64(), row.sequence);
        assert_eq!(reading["hub_id"].is_null(), row.hub.is_none());
        assert_eq!(traces["message"]["jwt"].is_null(), row.hub.is_none());
        let source = row.source.map(|source| source.to_string());
        assert_eq!(traces["message"]["source_id"].as_str(), source.as_deref());
        assert_eq!(traces["leads_to_it"], true);
        let is_own = row.hub.is_none() && row.source.is_none();
        assert_eq!(traces["message"].is_null(), is_own);
        assert_eq!(traces["with_it"], is_own, "with its reading");
        assert_eq!(traces["body"], true, "its own");
    }
    // In any order: the router numbers by arrival.
    let announced: Vec<uuid::Uuid> =
        sqlx::query_scalar("select unnest(reading_ids) as id from outbox order by id")
            .fetch_all(&world.sql)
            .await
            .unwrap();
    let mut sent: Vec<uuid::Uuid> = rows.iter().map(|row| row.id.as_uuid()).collect();
    sent.sort_unstable();
    assert_eq!(announced, sent);
    let messages: i64 = sqlx::query_scalar("select count(*) from raw_message")
        .fetch_one(&world.sql)
        .await
        .unwrap();
    assert_eq!(messages, 2);
}

/// Each customer's outbox row names their readings alone, and the span of their arrival, by both forms.
#[tokio::test]
async fn the_readings_of_two_customers_are_announced_apart() {
    let world = World::new().await;
    world
        .change(
            "insert into device (id, maker, serial, model_id, customer_id, state, created_at, updated_at)
               select $hub, 'Acme', 'S-2', model_id, $other, 'active', created_at, updated_at from device;
             insert into device_credential (id, device_id, token_hmac, created_at)
               select $source, $hub, decode(repeat('06', 32), 'hex'), created_at from device_credential;
             insert into assignment (id, device_id, customer_id, valid_from, created_at)
               select gen_random_uuid(), $hub, $other, valid_from, created_at from assignment where device_id = $device",
        )
        .await;
    for is_foreseen in [true, false] {
        let ours = world.memory(Way::Token).await;
        let theirs = world.cache().device([6; 32]).await.unwrap().unwrap().standing;
        let mut rows = Vec::new();
        for nth in 1..=3 {
            let own = world.row(Way::Token, HOUR * nth, ours.filter(|_| is_foreseen));
            let mut other = world.row(Way::Token, HOUR * nth, Some(theirs).filter(|_| is_foreseen));
            (other.device, other.credential) = (world.hub.into(), world.source.into());
            rows.extend([other, own]);
            world.clock.advance(TimeDelta::milliseconds(20));
        }
        for verdict in world.commit(rows.clone()).await {
            assert!(matches!(verdict, Verdict::Accepted(_)), "{verdict:?}");
        }
        assert_eq!(world.was_foreseen().await, is_foreseen);
        for (customer, device) in [(world.customer, world.device), (world.other_customer, world.hub)] {
            let (mut ids, from, until): (Vec<uuid::Uuid>, chrono::DateTime<chrono::Utc>, chrono::DateTime<chrono::Utc>) =
                sqlx::query_as(
                    "delete from outbox where customer_id = $1 returning reading_ids, received_from, received_until",
                )
                .bind(customer)
                .fetch_one(&world.sql)
                .await
                .unwrap();
            ids.sort_unstable();
            let mut sent: Vec<&Row> = rows.iter().filter(|row| row.device.as_uuid() == device).collect();
            sent.sort_unstable_by_key(|row| row.id.as_uuid());
            let sent_ids: Vec<uuid::Uuid> = sent.iter().map(|row| row.id.as_uuid()).collect();
            assert_eq!(ids, sent_ids);
            let arrivals = || sent.iter().map(|row| row.raw.received_at.timestamp_millis());
            assert_eq!(
                (Some(from.timestamp_millis()), Some(until.timestamp_millis())),
                (arrivals().min(), arrivals().max())
            );
        }
    }
}
