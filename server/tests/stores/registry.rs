//! The rows of the registry room.

use vitalwire_server::ground::enums::{ContactPurpose, DeviceState, HubState};
use vitalwire_server::ground::ids::ImportId;
use vitalwire_server::identity::CallerScope;
use vitalwire_server::registry::contacts::{self, ContactPatch, NewContact, Of};
use vitalwire_server::registry::devices::{DeviceFilter, DevicePatch, ReferenceChange};
use vitalwire_server::registry::hubs::{HubMaker, HubsAsked, NewHub};
use vitalwire_server::registry::imports::{self, Lines, Upload};
use vitalwire_server::registry::organisations::{
    CustomerFilter, CustomerPatch, DistributorFilter, DistributorPatch, Draft, NewOrganisation,
};
use vitalwire_server::registry::overview::HubFilter;
use vitalwire_server::registry::refusals::RefusalFilter;
use vitalwire_server::registry::{
    Ask, Change, Reference, RegistryError, Typed as _, claim, configure, devices, figures, hubs, models,
    organisations, overview, past, refusals, search, tokens, wanting,
};

use crate::table::{Call, Row, either, row, said};

/// The import of the caller's sort that it is aimed at.
fn import_of(call: &Call<'_>) -> ImportId {
    match &call.by.scope {
        CallerScope::Distributor(_) => call.at.distributor_import,
        _ => call.at.customer_import,
    }
}

fn somebody() -> NewContact {
    NewContact::typed(ContactPurpose::General, "Sam", None, Some("+1 555 0199")).unwrap()
}

pub(crate) const READS: &[Row] = &[
    row!("registry::devices::list", Either, List, call => {
        let all = DeviceFilter::default();
        either!(call, scope => call.run(scope, async |tx| devices::list(tx, &all, &Ask::first(100)).await).await)
    }),
    row!("registry::devices::list", Either, Read, call => {
        let of_customer = DeviceFilter { customer: Some(call.at.customer), ..DeviceFilter::default() };
        either!(call, scope => {
            call.run(scope, async |tx| devices::list(tx, &of_customer, &Ask::first(100)).await).await
        })
    }),
    row!("registry::devices::list", Either, Read, call => {
        let with_serial = DeviceFilter { q: Some(call.at.serial.clone()), ..DeviceFilter::default() };
        either!(call, scope => {
            call.run(scope, async |tx| devices::list(tx, &with_serial, &Ask::first(100)).await).await
        })
    }),
    row!("registry::devices::get", Either, Read, call => {
        either!(call, scope => call.run(scope, async |tx| devices::get(tx, call.at.device).await).await)
    }),
    row!("registry::hubs::list", Either, List, call => {
        either!(call, scope => call.run(scope, async |tx| hubs::list(tx, &HubsAsked::default(), &Ask::first(100)).await).await)
    }),
    row!("registry::hubs::list", Either, Read, call => {
        let of_customer = HubsAsked { customer: Some(call.at.customer), ..HubsAsked::default() };
        either!(call, scope => {
            call.run(scope, async |tx| hubs::list(tx, &of_customer, &Ask::first(100)).await).await
        })
    }),
    row!("registry::hubs::get", Either, Read, call => {
        either!(call, scope => call.run(scope, async |tx| hubs::get(tx, call.at.hub).await).await)
    }),
    row!("registry::models::list", Either, Catalogue, call => {
        either!(call, scope => call.run(scope, async |tx| models::list(tx, &Ask::first(100)).await).await)
    }),
    row!("registry::figures::of_customers", Either, Read, call => {
        let (customers, now) = ([call.at.customer], call.world.ground.now());
        // Every customer that was asked for is answered, with nothing for those that are not seen.
        either!(call, scope => {
            let figures = async |tx: &_| {
                let figures = figures::of_customers(tx, &customers, now).await?;
                Ok::<_, RegistryError>(figures.into_values().collect::<Vec<_>>())
            };
            call.run(scope, figures).await
        })
    }),
    row!("registry::models::list_like", Either, Catalogue, call => {
        let all = models::ModelFilter::default();
        either!(call, scope => call.run(scope, async |tx| models::list_like(tx, &all, &Ask::first(100)).await).await)
    }),
    row!("registry::models::get", Either, Catalogue, call => {
        let model = call.world.model.into();
        either!(call, scope => call.run(scope, async |tx| models::get(tx, model).await).await)
    }),
    row!("registry::models::holdings", Either, List, call => {
        either!(call, scope => call.run(scope, async |tx| models::holdings(tx).await).await)
    }),
    row!("registry::organisations::customers", Either, List, call => {
        either!(call, scope => {
            call.run(scope, async |tx| organisations::customers(tx, &Ask::first(100)).await).await
        })
    }),
    row!("registry::organisations::customer", Either, Read, call => {
        either!(call, scope => {
            call.run(scope, async |tx| organisations::customer(tx, call.at.customer).await).await
        })
    }),
    row!("registry::organisations::customer_counted", Either, Read, call => {
        either!(call, scope => {
            call.run(scope, async |tx| organisations::customer_counted(tx, call.at.customer).await).await
        })
    }),
    row!("registry::organisations::customers_like", Either, Read, call => {
        let named = CustomerFilter { q: Some(call.at.name.clone()), is_counted: true, ..CustomerFilter::default() };
        either!(call, scope => {
            call.run(scope, async |tx| organisations::customers_like(tx, &named, &Ask::first(100)).await).await
        })
    }),
    row!("registry::organisations::distributors", Distributor, List, call => {
        call.distributor(async |tx| organisations::distributors(tx, &Ask::first(100)).await).await
    }),
    row!("registry::organisations::distributors_like", Distributor, List, call => {
        call.distributor(async |tx| {
            organisations::distributors_like(tx, &DistributorFilter::default(), &Ask::first(100)).await
        }).await
    }),
    row!("registry::organisations::distributor", Distributor, Read, call => {
        call.distributor(async |tx| organisations::distributor(tx, call.at.distributor()).await).await
    }),
    row!("registry::past::of", Either, Read, call => {
        let whose = past::Whose::Customer(call.at.customer);
        either!(call, scope => call.run(scope, async |tx| past::of(tx, whose).await).await)
    }),
    row!("registry::past::of", Distributor, Read, call => {
        call.distributor(async |tx| past::of(tx, past::Whose::Distributor(call.at.distributor())).await).await
    }),
    row!("registry::contacts::of_customer", Either, Read, call => {
        either!(call, scope => call.run(scope, async |tx| contacts::of_customer(tx, call.at.customer).await).await)
    }),
    row!("registry::contacts::of_distributor", Distributor, Read, call => {
        call.distributor(async |tx| contacts::of_distributor(tx, call.at.distributor()).await).await
    }),
    row!("registry::contacts::main_of_distributors", Distributor, Read, call => {
        let distributors = [call.at.distributor()];
        call.distributor(async |tx| contacts::main_of_distributors(tx, &distributors).await).await
    }),
    row!("registry::contacts::get", Either, Read, call => {
        let of = Of::Customer(call.at.customer);
        either!(call, scope => call.run(scope, async |tx| contacts::get(tx, of, call.at.contact).await).await)
    }),
    row!("registry::wanting::worst", Either, List, call => {
        let now = call.world.ground.now();
        either!(call, scope => call.run(scope, async |tx| wanting::worst(tx, now, 20).await).await)
    }),
    row!("registry::wanting::worst", Either, List, call => {
        // Long after: all are silent.
        let now = call.world.ground.now() + chrono::TimeDelta::days(9);
        either!(call, scope => call.run(scope, async |tx| wanting::worst(tx, now, 20).await).await)
    }),
    row!("registry::wanting::worst_first", Either, List, call => {
        let now = call.world.ground.now();
        either!(call, scope => call.run(scope, async |tx| wanting::worst_first(tx, now, 20).await).await)
    }),
    row!("registry::wanting::of_customer", Either, Read, call => {
        // Long after: all are silent.
        let (now, at) = (call.world.ground.now() + chrono::TimeDelta::days(9), call.at.customer);
        either!(call, scope => call.run(scope, async |tx| wanting::of_customer(tx, at, now, 20).await).await)
    }),
    row!("registry::wanting::of_customer", Either, Read, call => {
        let (now, at) = (call.world.ground.now(), call.at.customer);
        either!(call, scope => call.run(scope, async |tx| wanting::of_customer(tx, at, now, 20).await).await)
    }),
    row!("registry::wanting::customers", Distributor, List, call => {
        let now = call.world.ground.now();
        call.distributor(async |tx| wanting::customers(tx, now, 20).await).await
    }),
    row!("registry::overview::counts", Either, List, call => {
        let now = call.world.ground.now();
        either!(call, scope => call.run(scope, async |tx| overview::counts(tx, now).await).await)
    }),
    row!("registry::overview::last_hubs", Either, Read, call => {
        let devices = [call.at.device];
        either!(call, scope => call.run(scope, async |tx| overview::last_hubs(tx, &devices).await).await)
    }),
    row!("registry::overview::devices_behind", Either, Read, call => {
        let hubs = [call.at.hub];
        either!(call, scope => call.run(scope, async |tx| overview::devices_behind(tx, &hubs).await).await)
    }),
    row!("registry::overview::hubs", Either, List, call => {
        let all = HubFilter::default();
        either!(call, scope => call.run(scope, async |tx| overview::hubs(tx, &all, &Ask::first(100)).await).await)
    }),
    row!("registry::overview::hubs", Either, Read, call => {
        let with_serial = HubFilter { q: Some(call.at.hub_serial.clone()), ..HubFilter::default() };
        either!(call, scope => {
            call.run(scope, async |tx| overview::hubs(tx, &with_serial, &Ask::first(100)).await).await
        })
    }),
    row!("registry::refusals::list", Either, List, call => {
        let all = RefusalFilter::default();
        either!(call, scope => call.run(scope, async |tx| refusals::list(tx, &all, &Ask::first(100)).await).await)
    }),
    row!("registry::refusals::list", Either, Read, call => {
        let of_device = RefusalFilter { device: Some(call.at.device), ..RefusalFilter::default() };
        either!(call, scope => {
            call.run(scope, async |tx| refusals::list(tx, &of_device, &Ask::first(100)).await).await
        })
    }),
    row!("registry::refusals::list", Either, Read, call => {
        let of_hub = RefusalFilter { hub: Some(call.at.hub), ..RefusalFilter::default() };
        either!(call, scope => {
            call.run(scope, async |tx| refusals::list(tx, &of_hub, &Ask::first(100)).await).await
        })
    }),
    row!("registry::search::search", Either, Read, call => {
        let serial = &call.at.serial;
        either!(call, scope => call.run(scope, async |tx| search::search(tx, serial).await).await)
    }),
    row!("registry::search::search", Either, Read, call => {
        let name = &call.at.name;
        either!(call, scope => call.run(scope, async |tx| search::search(tx, name).await).await)
    }),
    row!("registry::imports::list", Either, List, call => {
        either!(call, scope => call.run(scope, async |tx| imports::list(tx, &Ask::first(100)).await).await)
    }),
    row!("registry::imports::get", Either, Read, call => {
        let id = import_of(call);
        either!(call, scope => call.run(scope, async |tx| imports::get(tx, id).await).await)
    }),
    row!("registry::imports::lines", Either, Read, call => {
        let (id, ask) = (import_of(call), Ask::first(100));
        either!(call, scope => {
            call.run(scope, async |tx| imports::lines(tx, id, Lines::All, &ask).await).await
        })
    }),
    row!("registry::imports::problems", Either, Read, call => {
        let id = import_of(call);
        either!(call, scope => call.run(scope, async |tx| imports::problems(tx, id).await).await)
    }),
    row!("registry::tokens::issued_at", Either, Read, call => {
        either!(call, scope => said(tokens::issued_at(&call.world.database, scope, call.at.device).await))
    }),
];

pub(crate) const CHANGES: &[Row] = &[
    row!("registry::devices::change", Either, Change, call => {
        let stop = DevicePatch { state: Some(DeviceState::Inactive), reference: None };
        either!(call, scope => {
            let ground = &call.world.ground;
            call.run(scope, async |tx| devices::change(tx, scope, ground, call.at.device, stop).await).await
        })
    }),
    row!("registry::devices::change", Customer, Change, call => {
        let rename = DevicePatch { state: None, reference: Some(ReferenceChange::Set("mine".to_owned())) };
        either!(call, scope => {
            let ground = &call.world.ground;
            call.run(scope, async |tx| devices::change(tx, scope, ground, call.at.device, rename).await).await
        })
    }),
    row!("registry::hubs::create", Distributor, Change, call => {
        let by = HubMaker::Distributor(call.own.distributor_scope());
        let new = NewHub {
            serial: format!("NEW-{}", call.world.ground.id::<uuid::Uuid>().simple()),
            name: "New".to_owned(),
            customer: Some(call.at.customer),
            distributor: None,
        };
        said(hubs::create(&call.world.ground, &call.world.database, by, new).await)
    }),
    row!("registry::hubs::create", Customer, Change, call => {
        let by = HubMaker::Customer(call.scope());
        let new = NewHub {
            serial: format!("OWN-{}", call.world.ground.id::<uuid::Uuid>().simple()),
            name: "Own".to_owned(),
            customer: Some(call.at.customer),
            distributor: None,
        };
        said(hubs::create(&call.world.ground, &call.world.database, by, new).await)
    }),
    row!("registry::hubs::confirm", Customer, Change, call => {
        let fingerprint = &call.at.fingerprint;
        either!(call, scope => {
            let ground = &call.world.ground;
            call.run(scope, async |tx| hubs::confirm(tx, scope, ground, call.at.hub, fingerprint).await).await
        })
    }),
    row!("registry::hubs::confirm", Distributor, Refused, call => {
        let fingerprint = &call.at.fingerprint;
        either!(call, scope => {
            let ground = &call.world.ground;
            call.run(scope, async |tx| hubs::confirm(tx, scope, ground, call.at.hub, fingerprint).await).await
        })
    }),
    row!("registry::hubs::set_state", Either, Change, call => {
        either!(call, scope => {
            call.run(scope, async |tx| hubs::set_state(tx, scope, &call.world.ground, call.at.hub, HubState::Inactive).await).await
        })
    }),
    // Who acts and whose transaction it is are given apart: a foreign name on it must not help.
    row!("registry::organisations::create_customer_of", Distributor, Change, call => {
        let (ground, by) = (&call.world.ground, call.at.distributor_scope());
        let new = NewOrganisation::named("New", None).unwrap();
        call.distributor(async |tx| organisations::create_customer_of(tx, by, ground, new).await).await
    }),
    row!("registry::organisations::change_customer", Either, Change, call => {
        let organisation = Draft { city: Some(Some("Boston")), ..Draft::default() }.to_patch().unwrap();
        let patch = CustomerPatch { organisation, ..CustomerPatch::default() };
        either!(call, scope => {
            call.run(scope, async |tx| organisations::change_customer(tx, scope, &call.world.ground, call.at.customer, patch).await).await
        })
    }),
    row!("registry::organisations::change_distributor", Distributor, Change, call => {
        let organisation = Draft { city: Some(Some("Boston")), ..Draft::default() }.to_patch().unwrap();
        let patch = DistributorPatch { organisation, state: None };
        let by = call.own.distributor_scope();
        call.distributor(async |tx| {
            organisations::change_distributor(tx, by, &call.world.ground, call.at.distributor(), patch).await
        }).await
    }),
    row!("registry::contacts::add_to_customer", Either, Change, call => {
        let (ground, new) = (&call.world.ground, somebody());
        either!(call, scope => {
            let work = async |tx: &_| contacts::add_to_customer(tx, scope, ground, call.at.customer, &new).await;
            call.run(scope, work).await
        })
    }),
    row!("registry::contacts::add_to_distributor", Distributor, Change, call => {
        let (ground, new, by) = (&call.world.ground, somebody(), call.own.distributor_scope());
        let distributor = call.at.distributor();
        call.distributor(async |tx| contacts::add_to_distributor(tx, by, ground, distributor, &new).await).await
    }),
    row!("registry::contacts::change", Either, Change, call => {
        let patch = ContactPatch { purpose: Some(ContactPurpose::Billing), ..ContactPatch::default() };
        let of = Of::Customer(call.at.customer);
        either!(call, scope => {
            call.run(scope, async |tx| contacts::change(tx, scope, of, call.at.contact, &patch).await).await
        })
    }),
    row!("registry::contacts::remove", Either, Change, call => {
        let of = Of::Customer(call.at.customer);
        either!(call, scope => {
            call.run(scope, async |tx| contacts::remove(tx, scope, of, call.at.contact).await).await
        })
    }),
    // With the caller's own organisation before it, a foreign contact is not there either.
    row!("registry::contacts::remove", Either, Change, call => {
        let of = Of::Customer(call.own.customer);
        either!(call, scope => {
            call.run(scope, async |tx| contacts::remove(tx, scope, of, call.at.contact).await).await
        })
    }),
    row!("registry::imports::receive", Either, Make, call => {
        let file = Upload {
            name: "mine.csv".to_owned(),
            bytes: b"maker,serial\nAcme,NONE\n".to_vec(),
            into: imports::Into::Inventory,
            insecure_dev: false,
        };
        let (ground, database) = (&call.world.ground, &call.world.database);
        either!(call, scope => said(imports::receive(ground, database, scope, file).await))
    }),
    row!("registry::imports::apply", Either, Change, call => {
        let (ground, database, id) = (&call.world.ground, &call.world.database, import_of(call));
        either!(call, scope => said(imports::apply(ground, database, scope, id).await))
    }),
    row!("registry::imports::cancel", Either, Change, call => {
        let (ground, database, id) = (&call.world.ground, &call.world.database, import_of(call));
        either!(call, scope => said(imports::cancel(ground, database, scope, id).await))
    }),
    row!("registry::imports::of", Either, Catalogue, call => {
        either!(call, scope => said(imports::Whose::of(scope).map(|_| "theirs")))
    }),
    row!("registry::configure::call", Either, Change, call => {
        let word = Change::Set(Reference::parse("reference", "mine").unwrap());
        either!(call, scope => {
            let ground = &call.world.ground;
            call.run(scope, async |tx| configure::call(tx, scope, ground, call.at.device, &word).await).await
        })
    }),
    row!("registry::tokens::issue", Customer, Change, call => {
        let (ground, database) = (&call.world.ground, &call.world.database);
        either!(call, scope => said(tokens::issue(ground, database, scope, call.at.device).await))
    }),
    // A distributor's is what lies in its stock, not what is with its customers.
    row!("registry::tokens::issue", Distributor, Change, call => {
        let (ground, database) = (&call.world.ground, &call.world.database);
        either!(call, scope => said(tokens::issue(ground, database, scope, call.at.life.shelved).await))
    }),
    row!("registry::tokens::revoke", Either, Change, call => {
        let (ground, database) = (&call.world.ground, &call.world.database);
        either!(call, scope => said(tokens::revoke(ground, database, scope, call.at.device).await))
    }),
    row!("registry::claim::new_code", Either, Change, call => {
        let (ground, database) = (&call.world.ground, &call.world.database);
        either!(call, scope => said(claim::new_code(ground, database, scope, call.at.hub).await))
    }),
];
