//! The rows of sources: accounts in vendors' clouds, the devices that they speak for, and those that wait.

use uuid::Uuid;
use vitalwire_server::ground::enums::{SourceState, Vendor};
use vitalwire_server::registry::Ask;
use vitalwire_server::registry::sources::{self, Adoption, NewSource, SourceKey, SourcePatch, SourcesAsked};

use crate::aim::Aim;
use crate::table::{Call, Row, either, row, said};
use crate::world::World;

/// What the vendor calls the device that the source speaks for.
fn named(of: &Aim) -> String {
    format!("{} speaks", of.name.to_lowercase())
}

/// What it calls those that wait.
fn unknown(of: &Aim, which: &str) -> SourceKey {
    SourceKey::new(&format!("{} {which} waits", of.name.to_lowercase())).unwrap()
}

fn adoption(call: &Call<'_>, which: &str) -> Adoption {
    Adoption {
        named: unknown(call.at, which),
        model: call.world.model.into(),
        serial: format!("{which}-{}", call.world.ground.id::<Uuid>().simple())
            .parse()
            .unwrap(),
        customer: None,
    }
}

fn added(call: &Call<'_>) -> NewSource {
    NewSource {
        vendor: Vendor::Tenovi,
        name: "New".to_owned(),
        customer: Some(call.at.customer),
        scheme: None,
        shown_as: None,
    }
}

impl World {
    /// An account of the customer's in a vendor's cloud, which speaks for the device and spoke of three others.
    pub(crate) async fn clouded(&self, aim: &Aim) {
        sqlx::query(
            "with made as (
               insert into source (id, vendor, name, customer_id, scheme, shown_as, secret_hmac, secret_since, former_hmac,
                 former_until, created_at)
               values ($1, 'telli', $3, $2, 'header', 'x-api-key', sha256($3::bytea), $4, sha256($3::bytea),
                 $4 + interval '1 day', $4)
             )
             insert into quarantine (id, received_at, customer_id, source_id, serial, reason, item_sealed, item_hmac, raw_id)
             select gen_random_uuid(), $4, $2, $1, name, 'unknown_device', '\\x00', sha256(name::bytea), $1
             from unnest($5::text[]) as w(name)",
        )
        .bind(aim.source)
        .bind(aim.customer)
        .bind(format!("{} cloud", aim.name))
        .bind(self.ground.now())
        .bind(["one", "other", "third"].map(|which| unknown(aim, which).as_str().to_owned()))
        .execute(&self.sql)
        .await
        .unwrap();
        sqlx::query("update device set source_id = $1, source_key = $2 where id = $3")
            .bind(aim.source)
            .bind(named(aim))
            .bind(aim.device)
            .execute(&self.sql)
            .await
            .unwrap();
    }
}

pub(crate) const ROWS: &[Row] = &[
    row!("registry::sources::list", Customer, List, call => {
        let all = SourcesAsked::default();
        call.customer(async |tx| sources::list(tx, call.scope(), &all, &Ask::first(100)).await).await
    }),
    row!("registry::sources::list", Customer, Read, call => {
        let of_customer = SourcesAsked { customer: Some(call.at.customer), ..SourcesAsked::default() };
        call.customer(async |tx| sources::list(tx, call.scope(), &of_customer, &Ask::first(100)).await).await
    }),
    row!("registry::sources::counts", Customer, List, call => {
        let now = call.world.ground.now();
        call.customer(async |tx| sources::counts(tx, call.scope(), now).await).await
    }),
    row!("registry::sources::get", Customer, Read, call => {
        call.customer(async |tx| sources::get(tx, call.scope(), call.at.source).await).await
    }),
    row!("registry::sources::of_device", Customer, Read, call => {
        call.customer(async |tx| sources::of_device(tx, call.at.device).await).await
    }),
    row!("registry::sources::devices::spoken_for", Customer, Read, call => {
        call.customer(async |tx| sources::spoken_for(tx, call.scope(), call.at.source).await).await
    }),
    row!("registry::sources::devices::waiting", Customer, Read, call => {
        call.customer(async |tx| sources::waiting(tx, call.scope(), call.at.source).await).await
    }),
    row!("registry::sources::manage::create", Customer, Change, call => {
        let (ground, database, new) = (&call.world.ground, &call.world.database, added(call));
        either!(call, scope => said(sources::create(ground, database, scope, new).await))
    }),
    row!("registry::sources::manage::create", Distributor, Refused, call => {
        let (ground, database, new) = (&call.world.ground, &call.world.database, added(call));
        either!(call, scope => said(sources::create(ground, database, scope, new).await))
    }),
    row!("registry::sources::manage::change", Customer, Change, call => {
        let stop = SourcePatch { name: Some("Mine".to_owned()), state: Some(SourceState::Inactive) };
        either!(call, scope => said(sources::change(&call.world.database, scope, call.at.source, stop).await))
    }),
    row!("registry::sources::manage::change", Distributor, Refused, call => {
        let stop = SourcePatch { name: None, state: Some(SourceState::Inactive) };
        either!(call, scope => said(sources::change(&call.world.database, scope, call.at.source, stop).await))
    }),
    row!("registry::sources::manage::rotate", Customer, Change, call => {
        let (ground, database) = (&call.world.ground, &call.world.database);
        either!(call, scope => said(sources::rotate(ground, database, scope, call.at.source).await))
    }),
    row!("registry::sources::manage::rotate", Distributor, Refused, call => {
        let (ground, database) = (&call.world.ground, &call.world.database);
        either!(call, scope => said(sources::rotate(ground, database, scope, call.at.source).await))
    }),
    row!("registry::sources::manage::end_former", Customer, Change, call => {
        either!(call, scope => said(sources::end_former(&call.world.database, scope, call.at.source).await))
    }),
    row!("registry::sources::devices::give", Customer, Change, call => {
        let (ground, database) = (&call.world.ground, &call.world.database);
        let (which, name) = ((call.at.source, call.at.device), SourceKey::new("mine").unwrap());
        either!(call, scope => said(sources::give(ground, database, scope, which, &name).await))
    }),
    // One's own source speaks for no device of others, and others' for none of one's own.
    row!("registry::sources::devices::give", Customer, Change, call => {
        let (ground, database) = (&call.world.ground, &call.world.database);
        let (which, name) = ((call.own.source, call.at.device), SourceKey::new("mine").unwrap());
        either!(call, scope => said(sources::give(ground, database, scope, which, &name).await))
    }),
    row!("registry::sources::devices::give", Customer, Change, call => {
        let (ground, database) = (&call.world.ground, &call.world.database);
        let (which, name) = ((call.at.source, call.own.device), SourceKey::new("mine").unwrap());
        either!(call, scope => said(sources::give(ground, database, scope, which, &name).await))
    }),
    row!("registry::sources::devices::give", Distributor, Refused, call => {
        let (ground, database) = (&call.world.ground, &call.world.database);
        let (which, name) = ((call.at.source, call.at.device), SourceKey::new("mine").unwrap());
        either!(call, scope => said(sources::give(ground, database, scope, which, &name).await))
    }),
    row!("registry::sources::devices::take_away", Customer, Change, call => {
        let (ground, database) = (&call.world.ground, &call.world.database);
        let which = (call.at.source, call.at.device);
        either!(call, scope => said(sources::take_away(ground, database, scope, which).await))
    }),
    row!("registry::sources::devices::take_away", Customer, Change, call => {
        let (ground, database) = (&call.world.ground, &call.world.database);
        let which = (call.own.source, call.at.device);
        either!(call, scope => said(sources::take_away(ground, database, scope, which).await))
    }),
    row!("registry::sources::adopt::adopt", Customer, Change, call => {
        let (ground, database, now) = (&call.world.ground, &call.world.database, call.world.ground.now());
        let adoption = adoption(call, "one");
        either!(call, scope => said(sources::adopt(ground, database, scope, call.at.source, adoption, now).await))
    }),
    // With the caller's own source before it, what others' source spoke of is not there.
    row!("registry::sources::adopt::adopt", Customer, Change, call => {
        let (ground, database, now) = (&call.world.ground, &call.world.database, call.world.ground.now());
        let adoption = adoption(call, "other");
        either!(call, scope => said(sources::adopt(ground, database, scope, call.own.source, adoption, now).await))
    }),
    row!("intake::release::adopt_from_source", Customer, Change, call => {
        let adoption = adoption(call, "third");
        either!(call, scope => said(call.world.intake.adopt_from_source(scope, call.at.source, adoption).await))
    }),
];
