//! That the enums are the database's checks, and that ids and enums travel through sqlx as what they stand for.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;
use vitalwire_entity::enums::*;
use vitalwire_entity::ids::{CustomerId, DeviceId, Sequence};

use crate::support::Cluster;

fn texts<T: std::fmt::Display>(all: &[T]) -> BTreeSet<String> {
    all.iter().map(ToString::to_string).collect()
}

/// Every check of a column, or of its domain, against a list of texts is an enum with the same texts, and there is no other
/// such check.
#[tokio::test]
async fn every_checked_text_is_an_enum() {
    let cluster = Cluster::start().await;
    let database = cluster.migrated("texts").await;
    let found: Vec<(String, Vec<String>)> = sqlx::query_as(
        r"select checked.name, array(select m[1] from regexp_matches(checked.says, '''([^'']*)''::text', 'g') as m)
          from (
            select conrelid::regclass || '.' || attname, pg_get_constraintdef(k.oid)
            from pg_constraint k
            join pg_class c on c.oid = conrelid and not c.relispartition
            join pg_attribute a on a.attrelid = conrelid and a.attnum = conkey[1]
            where contype = 'c' and cardinality(conkey) = 1 and c.relnamespace = 'public'::regnamespace
            union all
            select c.oid::regclass || '.' || attname, pg_get_constraintdef(k.oid)
            from pg_constraint k
            join pg_attribute a on a.atttypid = k.contypid and not a.attisdropped
            join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p') and not c.relispartition
            where contypid <> 0 and c.relnamespace = 'public'::regnamespace
          ) as checked(name, says)
          where says like '%ARRAY[%'",
    )
    .fetch_all(&database.as_superuser().await)
    .await
    .expect("read the checks");
    let found: BTreeMap<String, BTreeSet<String>> = found
        .into_iter()
        .map(|(column, texts)| (column, texts.into_iter().collect()))
        .collect();

    assert_eq!(
        found,
        enums(),
        "the database's on the left, the enums' on the right"
    );
}

/// The columns that hold the texts of an enum, with these.
fn enums() -> BTreeMap<String, BTreeSet<String>> {
    let enums = [
        ("distributor.state", texts(OrganisationState::ALL)),
        ("customer.state", texts(OrganisationState::ALL)),
        ("customer.patient_mode", texts(PatientMode::ALL)),
        ("user_account.role", texts(UserRole::ALL)),
        ("user_account.state", texts(UserState::ALL)),
        ("user_account.pressure_unit", texts(PressureUnit::ALL)),
        ("user_account.mass_unit", texts(MassUnit::ALL)),
        ("user_account.glucose_unit", texts(GlucoseUnit::ALL)),
        ("user_account.temperature_unit", texts(TemperatureUnit::ALL)),
        ("user_account.look", texts(Look::ALL)),
        ("user_account.made_side", texts(CaseSide::ALL)),
        ("user_account.disabled_side", texts(CaseSide::ALL)),
        (
            "customer.stopped_side",
            texts(&[CaseSide::Platform, CaseSide::Distributor]),
        ),
        ("mail_outbox.kind", texts(MailKind::ALL)),
        ("mail_outbox.state", texts(MailState::ALL)),
        ("invitation.role", texts(UserRole::ALL)),
        ("device_model.kinds", texts(Kind::ALL)),
        ("device_model.reports", texts(Report::ALL)),
        ("device_model.transport", texts(Transport::ALL)),
        ("device.state", texts(DeviceState::ALL)),
        ("device_import.state", texts(ImportState::ALL)),
        ("device_import_line.step", texts(ImportStep::ALL)),
        ("hub.state", texts(HubState::ALL)),
        ("assignment.reason", texts(MoveReason::ALL)),
        ("state_change.was", texts(ThingState::ALL)),
        ("state_change.became", texts(ThingState::ALL)),
        ("state_change.by_side", texts(CaseSide::ALL)),
        ("hub_command.kind", texts(HubCommandKind::ALL)),
        ("hub_command.state", texts(HubCommandState::ALL)),
        ("support_case.state", texts(CaseState::ALL)),
        ("support_case.opener_side", texts(CaseSide::ALL)),
        ("case_note.kind", texts(CaseNoteKind::ALL)),
        ("case_note.visibility", texts(CaseVisibility::ALL)),
        ("case_note.author_side", texts(CaseSide::ALL)),
        ("case_note.state", texts(CaseState::ALL)),
        ("organisation_event.kind", texts(OrganisationEventKind::ALL)),
        ("organisation_event.by_side", texts(CaseSide::ALL)),
        ("contact.purpose", texts(ContactPurpose::ALL)),
        ("device.reserved_for", texts(Errand::ALL)),
        ("hub.reserved_for", texts(Errand::ALL)),
        ("order_counter.what", texts(Errand::ALL)),
        ("device_order.state", texts(OrderState::ALL)),
        ("order_line.kinds", texts(Kind::ALL)),
        ("order_item.state", texts(OrderItemState::ALL)),
        ("order_step.kind", texts(OrderStepKind::ALL)),
        ("order_step.by_side", texts(CaseSide::ALL)),
        ("device_return.reason", texts(ReturnReason::ALL)),
        ("device_return.state", texts(ReturnState::ALL)),
        ("return_item.kinds", texts(Kind::ALL)),
        ("return_item.state", texts(ReturnItemState::ALL)),
        ("reading.kind", texts(Kind::ALL)),
        ("reading.proof", texts(Proof::ALL)),
        ("reading.status", texts(ReadingStatus::ALL)),
        ("quarantine.reason", texts(QuarantineReason::ALL)),
        ("quarantine.state", texts(QuarantineState::ALL)),
        ("raw_message.encoding", texts(Encoding::ALL)),
        ("source.vendor", texts(Vendor::ALL)),
        ("source.state", texts(SourceState::ALL)),
        ("source.scheme", texts(SourceScheme::ALL)),
        ("outbox.circuit", texts(Circuit::ALL)),
        ("event.type", texts(EventType::ALL)),
        ("shelved_event.type", texts(EventType::ALL)),
        ("event.delivery_state", texts(EventDeliveryState::ALL)),
        ("endpoint.state", texts(EndpointState::ALL)),
        ("endpoint.format", texts(EndpointFormat::ALL)),
        ("delivery.state", texts(DeliveryState::ALL)),
        ("delivery_attempt.outcome", texts(AttemptOutcome::ALL)),
    ];
    enums
        .into_iter()
        .map(|(column, texts)| (column.to_owned(), texts))
        .collect()
}

#[tokio::test]
async fn ids_and_enums_travel_through_sqlx() {
    let cluster = Cluster::start().await;
    let database = cluster.database("travel").await;
    let pool = database.as_superuser().await;
    let (a, b) = (
        DeviceId::from(Uuid::from_u128(1)),
        DeviceId::from(Uuid::from_u128(2)),
    );

    let (one, many, none, sequences): (DeviceId, Vec<DeviceId>, Option<CustomerId>, Vec<Sequence>) =
        sqlx::query_as("select $1::uuid, $2::uuid[], $3::uuid, $4::int8[]")
            .bind(a)
            .bind(vec![a, b])
            .bind(None::<CustomerId>)
            .bind([Sequence::from(3)])
            .fetch_one(&pool)
            .await
            .expect("ids");
    assert_eq!(
        (one, many, none, sequences),
        (a, vec![a, b], None, vec![Sequence::from(3)])
    );

    // A name is sent as text, so it compares with a column of text without a cast.
    let (is_text, one, many): (bool, Kind, Vec<EventType>) =
        sqlx::query_as("select pg_typeof($1) = 'text'::regtype, $1, $2::text[]")
            .bind(Kind::Oximetry)
            .bind(EventType::ALL)
            .fetch_one(&pool)
            .await
            .expect("enums");
    assert_eq!(
        (is_text, one, many),
        (true, Kind::Oximetry, EventType::ALL.to_vec())
    );

    let unknown = sqlx::query_scalar::<_, Kind>("select 'pulse'")
        .fetch_one(&pool)
        .await;
    assert!(
        matches!(unknown, Err(sqlx::Error::ColumnDecode { .. })),
        "{unknown:?}"
    );
}
