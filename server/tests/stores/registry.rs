//! The rows of the registry room.

use vitalwire_server::ground::enums::{DeviceState, HubState};
use vitalwire_server::registry::devices::{DeviceFilter, DevicePatch, ReferenceChange};
use vitalwire_server::registry::hubs::{HubMaker, NewHub};
use vitalwire_server::registry::organisations::NewOrganisation;
use vitalwire_server::registry::overview::HubFilter;
use vitalwire_server::registry::refusals::RefusalFilter;
use vitalwire_server::registry::{
    Ask, claim, devices, hubs, models, organisations, overview, refusals, tokens,
};

use crate::table::{Row, either, row, said};

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
        either!(call, scope => call.run(scope, async |tx| hubs::list(tx, None, &Ask::first(100)).await).await)
    }),
    row!("registry::hubs::list", Either, Read, call => {
        let of_customer = Some(call.at.customer);
        either!(call, scope => {
            call.run(scope, async |tx| hubs::list(tx, of_customer, &Ask::first(100)).await).await
        })
    }),
    row!("registry::hubs::get", Either, Read, call => {
        either!(call, scope => call.run(scope, async |tx| hubs::get(tx, call.at.hub).await).await)
    }),
    row!("registry::models::list", Either, Catalogue, call => {
        either!(call, scope => call.run(scope, async |tx| models::list(tx, &Ask::first(100)).await).await)
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
        let of_device = RefusalFilter { device: Some(call.at.device), hub: None };
        either!(call, scope => {
            call.run(scope, async |tx| refusals::list(tx, &of_device, &Ask::first(100)).await).await
        })
    }),
    row!("registry::refusals::list", Either, Read, call => {
        let of_hub = RefusalFilter { device: None, hub: Some(call.at.hub) };
        either!(call, scope => {
            call.run(scope, async |tx| refusals::list(tx, &of_hub, &Ask::first(100)).await).await
        })
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
            customer: call.at.customer,
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
            call.run(scope, async |tx| hubs::set_state(tx, scope, call.at.hub, HubState::Inactive).await).await
        })
    }),
    // Who acts and whose transaction it is are given apart: a foreign name on it must not help.
    row!("registry::organisations::create_customer_of", Distributor, Change, call => {
        let (ground, by) = (&call.world.ground, call.at.distributor_scope());
        let new = NewOrganisation { name: "New".to_owned(), time_zone: None };
        call.distributor(async |tx| organisations::create_customer_of(tx, by, ground, new).await).await
    }),
    row!("registry::tokens::issue", Either, Change, call => {
        let (ground, database) = (&call.world.ground, &call.world.database);
        either!(call, scope => said(tokens::issue(ground, database, scope, call.at.device).await))
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
