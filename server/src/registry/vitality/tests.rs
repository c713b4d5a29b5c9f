use uuid::Uuid;

use super::*;

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(second, 0).unwrap()
}

fn who(number: u128) -> (DeviceId, CustomerId) {
    (Uuid::from_u128(number).into(), Uuid::from_u128(9).into())
}

fn due(vitality: &Vitality, second: i64) -> Vec<Said> {
    let due = vitality.lock().due(at(second), false);
    due.into_iter().map(|(_, said)| said).collect()
}

#[test]
fn a_device_is_written_once_a_minute_with_all_that_it_said() {
    let vitality = Vitality::default();
    vitality.note(who(1), Some(80), None, at(0));
    assert_eq!(due(&vitality, 0), [Said::once(Some(80), None, at(0))]);
    vitality.note(who(1), Some(30), Some(-90), at(10));
    vitality.note(who(1), Some(40), None, at(20));
    vitality.note(who(2), None, Some(-70), at(20));
    assert_eq!(due(&vitality, 30), [Said::once(None, Some(-70), at(20))]);
    let both = Said {
        battery: Some((30, 40)),
        signal: Some((-90, -90)),
        heard: 2,
        last_at: at(20),
    };
    assert_eq!(due(&vitality, 60), [both], "though it says nothing more");
    assert_eq!(due(&vitality, 600), []);
    assert!(
        vitality.lock().written.is_empty(),
        "nobody is remembered for ever"
    );
}

#[test]
fn each_day_is_told_apart() {
    let vitality = Vitality::default();
    vitality.note(who(1), Some(80), None, at(86_399));
    vitality.note(who(1), Some(79), None, at(86_400));
    let heard: Vec<i32> = due(&vitality, 86_400).iter().map(|said| said.heard).collect();
    assert_eq!(heard, [1, 1]);
}

#[test]
fn no_more_waits_than_has_room() {
    let mut gathered = Gathered::default();
    let said = Said::once(Some(1), None, at(0));
    for number in 0..=MOST_WAITING as u128 {
        let (device, customer) = who(number);
        let day = at(0).date_naive();
        gathered.add(
            Of {
                device,
                customer,
                day,
            },
            said,
        );
    }
    assert_eq!(gathered.waiting.len(), MOST_WAITING);
}

#[tokio::test]
async fn what_cannot_be_written_waits_for_the_next_time() {
    // Nobody listens there.
    let nowhere = sqlx::postgres::PgConnectOptions::new().socket("/nonexistent/vitalwire");
    let vitality = Vitality::default();
    vitality.note(who(1), Some(80), None, at(0));
    let pool = PgPool::connect_lazy_with(nowhere);
    vitality.write(&pool, at(0), false).await;
    assert_eq!(due(&vitality, 60), [Said::once(Some(80), None, at(0))]);
}
