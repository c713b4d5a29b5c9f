//! One of everything for a customer: what intake, router and workers would have written, by hand; what people make, by
//! the functions that make it.

use chrono::TimeDelta;
use uuid::Uuid;
use vitalwire_server::forwarding::NewEndpoint;
use vitalwire_server::ground::enums::{EndpointFormat, UserRole};
use vitalwire_server::ground::ids::{
    DeliveryId, DeviceId, DistributorId, EndpointId, InvitationId, ReadingId,
};
use vitalwire_server::identity::{Belonging, NewInvitation, Organisation};
use vitalwire_server::registry::{claim, tokens};
use vitalwire_server::tenancy::Scope as _;

use crate::aim::Aim;
use crate::life::Life;
use crate::world::World;

const PLACED: &str = "
    with made_device as (
      insert into device (id, maker, serial, model_id, distributor_id, customer_id, customer_reference, state,
        created_at, updated_at)
      values ($1, 'Acme', $2, $3, $4, $5, $2 || ' bed', 'active', $6, $6)
    ), made_hub as (
      insert into hub (id, serial, name, distributor_id, customer_id, state, public_key, fingerprint, claimed_at,
        last_seen_at, created_at)
      values ($7, $8, $8 || ' ward', $4, $5, 'claimed', sha256($8::bytea), $9, $6, $6, $6)
    ), made_hub_key as (
      insert into hub_key (id, hub_id, public_key, fingerprint, valid_from)
      values (gen_random_uuid(), $7, sha256($8::bytea), $9, $6)
    ), held as (
      insert into assignment (id, device_id, hub_id, distributor_id, customer_id, valid_from, created_at)
      values ($10, $1, null, $4, $5, $6, $6), ($11, null, $7, $4, $5, $6, $6)
    )
    insert into device_status (device_id, distributor_id, customer_id, last_seen_at, last_reading_at, last_kind,
      last_hub_id, battery_percent, signal_dbm)
    values ($1, $4, $5, $6, $6, 'weight', $7, 12, -90)";

/// Readings as intake commits them, with their message, their key and their outbox row, and what was refused.
const MEASURED: &str = r#"
    with made_raw as (
      insert into raw_message (id, received_at, customer_id, device_id, hub_id, body_sealed)
      values ($1, $2, $3, $4, $5, '\x00')
    ), made_reading as (
      insert into reading (id, received_at, customer_id, device_id, hub_id, credential_id, kind, measured_at,
        measured_on, content_hash, vals, quality, proof, raw_id)
      select id, $2, $3, $4, $5, $5, kind, $7, ($7 at time zone 'UTC')::date, sha256(id::text::bytea), vals::jsonb, 0,
        'hub_signed', $1
      from unnest($6::uuid[], array['blood_pressure', 'weight'],
        array['{"systolic": 131, "diastolic": 87, "pulse": 66}', '{"weight": 81.5}']) as r(id, kind, vals)
      returning id, customer_id, measured_on, content_hash
    ), made_key as (
      insert into reading_key (customer_id, measured_on, content_hash, reading_id)
      select customer_id, measured_on, content_hash, id from made_reading
    ), made_outbox as (
      insert into outbox (circuit, customer_id, reading_ids, received_from, received_until)
      values ('forwarding', $3, $6, $2, $2)
    ), made_quarantine as (
      insert into quarantine (id, received_at, customer_id, distributor_id, device_id, hub_id, serial, reason,
        item_sealed, item_hmac, raw_id)
      values ($8, $2, $3, $10, $4, $5, 'S', 'implausible', '\x00', sha256($8::text::bytea), $1)
    )
    insert into refusal (id, minute, customer_id, distributor_id, device_id, hub_id, reason, count, last_at)
    values ($9, $2, $3, $10, $4, $5, 'bad-token', 3, $2)"#;

/// Events, deliveries and counts as the router and the workers write them.
const FORWARDED: &str = "
    with made_stream as (
      insert into customer_stream (customer_id, last_sequence) values ($1, $2 + 1)
      on conflict (customer_id) do update set last_sequence = excluded.last_sequence
    ), made_event as (
      insert into event (customer_id, sequence, created_at, type, device_id, reading_id, reading_received_at,
        delivery_state)
      select $1, $2 + place - 1, $3, 'reading.created', $4, id, $3, 'dead'
      from unnest($5::uuid[]) with ordinality as r(id, place)
    ), made_delivery as (
      insert into delivery (id, customer_id, endpoint_id, lane, event_sequences, events_created_at, state,
        next_attempt_at, created_at)
      values ($6, $1, $8, '', array[$2], $3, 'dead', $3, $3), ($7, $1, $8, '', array[$2 + 1], $3, 'due', $3, $3)
    ), made_attempt as (
      insert into delivery_attempt (id, created_at, customer_id, endpoint_id, delivery_id, event_sequences, event_type,
        attempt, outcome, status_code, error, answer, duration_ms)
      values ($9, $3, $1, $8, $6, array[$2], 'reading.created', 1, 'dead', 500, 'it is broken', 'no', 20)
    ), made_device_day as (
      insert into usage_device_day (customer_id, distributor_id, device_id, day, hourly)
      values ($1, $11, $4, ($3 at time zone 'UTC')::date, array_fill($2::int, array[24]))
    ), made_hub_day as (
      insert into usage_hub_day (customer_id, distributor_id, hub_id, day, hourly)
      values ($1, $11, $10, ($3 at time zone 'UTC')::date, array_fill($2::int, array[24]))
      on conflict do nothing
    ), made_archive_day as (
      insert into archive_day (customer_id, day, observations, raw_messages, bytes, manifest_hash, verified_at,
        manifest)
      values ($1, ($3 at time zone 'UTC')::date, $2, $2, $2, sha256($1::text::bytea), $3, 'manifest.json')
      on conflict do nothing
    )
    insert into usage_delivery_day (customer_id, distributor_id, endpoint_id, day, delivered)
    values ($1, $11, $8, ($3 at time zone 'UTC')::date, $2)
    on conflict do nothing";

impl World {
    /// A customer of that name with one of everything. Its stream of events begins at `first`, which is also what is
    /// counted of it in an hour, so that no two customers' figures are the same.
    pub(crate) async fn furnished(&self, name: &str, distributor: Option<DistributorId>, first: i64) -> Aim {
        let ground = &self.ground;
        let customer = self.customer(name, distributor).await;
        let fresh = self.customer(&format!("{name} Fresh"), distributor).await;
        self.person(name, Organisation::Customer(customer)).await;
        let colleague = self
            .person(&format!("{name} Colleague"), Organisation::Customer(customer))
            .await;
        // Beside a customer of nobody's stands a distributor that holds nothing of it.
        let beside = match distributor {
            Some(distributor) => distributor,
            None => self.distributor(&format!("{name} Beside")).await,
        };
        let manager = format!("{name} Manager");
        self.person(&manager, Organisation::Distributor(beside)).await;
        let staff = self
            .person(&format!("{name} Staff"), Organisation::Distributor(beside))
            .await;
        let mut aim = Aim {
            name: name.to_owned(),
            customer_user: self.signed_in(name).await,
            distributor_user: self.signed_in(&manager).await,
            customer,
            fresh,
            colleague,
            staff,
            invited: [ground.id(), ground.id()],
            device: ground.id(),
            serial: format!("{name}-1"),
            hub: ground.id(),
            hub_serial: format!("HUB-{name}"),
            fingerprint: format!("fingerprint of {name}"),
            readings: [ground.id(), ground.id()],
            sequences: [first, first + 1],
            endpoint: ground.id(),
            contact: ground.id(),
            case: ground.id(),
            orders: [ground.id(), ground.id()],
            returns: [ground.id(), ground.id()],
            sent_serial: format!("{name}-sent"),
            spare_serial: format!("{name}-spare"),
            site: ground.id(),
            team: ground.id(),
            source: ground.id(),
            customer_import: ground.id(),
            distributor_import: ground.id(),
            dead: ground.id(),
            life: Life::new(ground),
            others: Vec::new(),
        };
        self.placed(&aim, distributor).await;
        self.asked(&aim, distributor).await;
        self.housed(&aim).await;
        self.living(&aim, distributor).await;
        let endpoint = NewEndpoint {
            url: format!("https://{}.example/hook", name.to_lowercase()),
            description: format!("{name}'s server"),
            format: EndpointFormat::Canonical,
            batch_max: 1,
        };
        let registered = aim
            .scope()
            .run(&self.database, async |tx| {
                self.endpoints.register(tx, endpoint).await
            })
            .await
            .unwrap();
        aim.endpoint = registered.endpoint.id;
        self.written_down(&aim, distributor, beside).await;
        tokens::issue(ground, &self.database, aim.scope(), aim.device)
            .await
            .unwrap();
        claim::new_code(ground, &self.database, aim.scope(), aim.hub)
            .await
            .unwrap();
        aim.invited = self.invited(&aim).await;
        let past = Past::of(&aim, first);
        aim.others = self.lived(&aim, distributor, &past).await;
        aim.others.extend(self.ordered(&aim, beside).await);
        aim
    }

    /// Contacts of both, and an import of each.
    async fn written_down(&self, aim: &Aim, distributor: Option<DistributorId>, beside: DistributorId) {
        let (ground, customer, name) = (&self.ground, aim.customer, &aim.name);
        sqlx::query(
            "insert into contact (id, distributor_id, customer_id, purpose, name, email, created_at)
             values ($1, $2, $3, 'general', $4, 'pat@example.org', $5)",
        )
        .bind(aim.contact)
        .bind(distributor)
        .bind(customer)
        .bind(format!("{name} Pat"))
        .bind(ground.now())
        .execute(&self.sql)
        .await
        .unwrap();
        sqlx::query(
            "insert into contact (id, distributor_id, purpose, name, phone, created_at)
             values ($1, $2, 'general', $3, '+1 555 0100', $4)",
        )
        .bind(ground.id::<Uuid>())
        .bind(beside)
        .bind(format!("{name} Desk"))
        .bind(ground.now())
        .execute(&self.sql)
        .await
        .unwrap();
        let of_distributor = (aim.distributor_import, Some(beside), None);
        for (import, distributor, customer) in [of_distributor, (aim.customer_import, None, Some(customer))] {
            let maker = match customer {
                Some(_) => aim.colleague,
                None => aim.staff,
            };
            sqlx::query(
                "with made as (
                   insert into device_import (id, distributor_id, customer_id, made_by, file_name, lines, created_at)
                   values ($1, $2, $3, $4, $5, 1, $6)
                 )
                 insert into device_import_line (import_id, line, distributor_id, customer_id, maker, serial, maker_key,
                   new_device_id, new_period_id, new_credential_id)
                 values ($1, 2, $2, $3, 'Acme', $5, 'acme', $1, $1, $1)",
            )
            .bind(import)
            .bind(distributor)
            .bind(customer)
            .bind(maker)
            .bind(format!("{name} file"))
            .bind(ground.now())
            .execute(&self.sql)
            .await
            .unwrap();
        }
    }

    /// The victim held our device before: its readings, events and counts of that time are still the victim's. Its
    /// deliveries name our endpoint, which never happens, so that every row is hidden by whose it is and by nothing else.
    pub(crate) async fn held_before(&self, victim: &Aim, distributor: Option<DistributorId>, ours: &Aim) {
        let past = Past {
            device: ours.device,
            endpoint: ours.endpoint,
            readings: [self.ground.id(), self.ground.id()],
            first: victim.sequences[1] + 1,
            dead: self.ground.id(),
        };
        self.lived(victim, distributor, &past).await;
    }

    /// Somebody is invited to the customer, and somebody to the distributor.
    async fn invited(&self, aim: &Aim) -> [InvitationId; 2] {
        let invite = async |caller, role, organisation| {
            let user = self.new_user(role, organisation);
            let new = NewInvitation {
                email: user.email,
                name: user.name,
                role,
                organisation,
                permissions: None,
                belonging: Belonging::default(),
            };
            self.identity.invite(caller, new).await.unwrap()
        };
        let customer = Organisation::Customer(aim.customer);
        let distributor = Organisation::Distributor(aim.distributor());
        [
            invite(&aim.customer_user, UserRole::Customer, customer).await,
            invite(&aim.distributor_user, UserRole::Distributor, distributor).await,
        ]
    }

    /// Somebody asks, somebody answers, somebody notes something for its own side, and the platform asks something; and
    /// somebody asks to see readings.
    async fn asked(&self, aim: &Aim, distributor: Option<DistributorId>) {
        sqlx::query(
            "with made as (
               insert into support_case (id, distributor_id, customer_id, device_id, subject, title, opened_by,
                 opener_name, opener_side, opened_at, updated_at)
               values ($1, $2, $3, $4, $5, 'Nothing arrives', $6, $5, 'customer', $8, $8)
             ), theirs as (
               insert into support_case (id, distributor_id, customer_id, device_id, subject, title, opened_by,
                 opener_name, opener_side, opened_at, updated_at)
               values ($9, $2, $3, $4, $5, 'Is it charged?', $7, $5, 'platform', $8, $8)
             )
             insert into case_note (id, case_id, distributor_id, customer_id, kind, visibility, author, author_name,
               author_side, at, text)
             values ($1, $1, $2, $3, 'note', 'everybody', $6, $5, 'customer', $8, $5 || ' asks'),
               ($7, $1, $2, $3, 'note', 'internal', $7, $5, 'distributor', $8, $5 || ' between us')",
        )
        .bind(aim.case)
        .bind(distributor)
        .bind(aim.customer)
        .bind(aim.device)
        .bind(&aim.serial)
        .bind(aim.colleague)
        .bind(aim.staff)
        .bind(self.ground.now())
        .bind(self.ground.id::<Uuid>())
        .execute(&self.sql)
        .await
        .unwrap();
        sqlx::query("update user_account set asked_at = $3 where id in ($1, $2)")
            .bind(aim.colleague)
            .bind(aim.staff)
            .bind(self.ground.now())
            .execute(&self.sql)
            .await
            .unwrap();
    }

    async fn placed(&self, aim: &Aim, distributor: Option<DistributorId>) {
        let ground = &self.ground;
        sqlx::query(PLACED)
            .bind(aim.device)
            .bind(&aim.serial)
            .bind(self.model)
            .bind(distributor)
            .bind(aim.customer)
            .bind(ground.now())
            .bind(aim.hub)
            .bind(&aim.hub_serial)
            .bind(&aim.fingerprint)
            .bind(ground.id::<Uuid>())
            .bind(ground.id::<Uuid>())
            .execute(&self.sql)
            .await
            .unwrap();
        self.clouded(aim).await;
        // What became of them, told with the name that they had before.
        for customer in [Some(aim.customer), None] {
            sqlx::query(
                "insert into organisation_event (id, distributor_id, customer_id, kind, before, by_side, at)
                 select $1, $2, $3, 'renamed', $4, 'platform', $5 where num_nonnulls($2, $3) > 0",
            )
            .bind(ground.id::<Uuid>())
            .bind(distributor)
            .bind(customer)
            .bind(format!("{} before", aim.name))
            .bind(ground.now())
            .execute(&self.sql)
            .await
            .unwrap();
        }
    }

    /// A device's readings, from their arrival to the dead-letter shelf; returns the other ids that came up.
    async fn lived(&self, aim: &Aim, distributor: Option<DistributorId>, past: &Past) -> Vec<Uuid> {
        let (ground, now) = (&self.ground, self.ground.now());
        let [raw, quarantined, refused, due, attempt] = std::array::from_fn(|_| ground.id::<Uuid>());
        let readings = past.readings.map(Uuid::from);
        sqlx::query(MEASURED)
            .bind(raw)
            .bind(now)
            .bind(aim.customer)
            .bind(past.device)
            .bind(aim.hub)
            .bind(readings)
            .bind(now - TimeDelta::hours(1))
            .bind(quarantined)
            .bind(refused)
            .bind(distributor)
            .execute(&self.sql)
            .await
            .unwrap();
        sqlx::query(FORWARDED)
            .bind(aim.customer)
            .bind(past.first)
            .bind(now)
            .bind(past.device)
            .bind(readings)
            .bind(past.dead)
            .bind(due)
            .bind(past.endpoint)
            .bind(attempt)
            .bind(aim.hub)
            .bind(distributor)
            .execute(&self.sql)
            .await
            .unwrap();
        [raw, quarantined, refused, due, attempt]
            .into_iter()
            .chain(readings)
            .chain([past.dead.as_uuid()])
            .collect()
    }
}

/// What a device measured at a customer.
struct Past {
    device: DeviceId,
    endpoint: EndpointId,
    readings: [ReadingId; 2],
    /// The number of its first event.
    first: i64,
    dead: DeliveryId,
}

impl Past {
    /// That of everything which was furnished, whose first event has this number.
    fn of(aim: &Aim, first: i64) -> Self {
        Self {
            device: aim.device,
            endpoint: aim.endpoint,
            readings: aim.readings,
            first,
            dead: aim.dead,
        }
    }
}
