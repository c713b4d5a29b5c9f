//! The rows of the support desk.

use vitalwire_server::desk::cases::{
    self, About, CaseFilter, CaseNumber, CasePatch, NewCase, NewNote, Standing, Waiting,
};
use vitalwire_server::desk::{Desk, Rate, trouble};
use vitalwire_server::ground::enums::{CaseState, CaseVisibility};
use vitalwire_server::registry::{Ask, Change, RegistryError};

use crate::table::{Call, Row, either, row, said};

fn desk<'a>(call: &Call<'a>) -> Desk<'a> {
    Desk {
        ground: &call.world.ground,
        database: &call.world.database,
        post: call.world.identity.post(),
        // Of its own, so that rows do not slow each other down.
        rate: Box::leak(Box::new(Rate::new(&call.world.ground.clock()))),
        public_url: "http://127.0.0.1",
    }
}

fn about(about: About) -> NewCase {
    NewCase {
        about,
        title: "Nothing arrives".to_owned(),
        text: Some("Since Tuesday.".to_owned()),
    }
}

pub(crate) const ROWS: &[Row] = &[
    row!("desk::cases::list::list", Either, List, call => {
        let all = CaseFilter::default();
        either!(call, scope => call.run(scope, async |tx| cases::list(tx, &all, &Ask::first(100)).await).await)
    }),
    row!("desk::cases::list::list", Either, Read, call => {
        let of_device = CaseFilter { device: Some(call.at.device), ..CaseFilter::default() };
        either!(call, scope => {
            call.run(scope, async |tx| cases::list(tx, &of_device, &Ask::first(100)).await).await
        })
    }),
    row!("desk::cases::list::list", Either, Read, call => {
        let of_customer = CaseFilter { customer: Some(call.at.customer), ..CaseFilter::default() };
        either!(call, scope => {
            call.run(scope, async |tx| cases::list(tx, &of_customer, &Ask::first(100)).await).await
        })
    }),
    row!("desk::cases::list::list", Either, Read, call => {
        let named = CaseFilter { q: Some(call.at.serial.clone()), ..CaseFilter::default() };
        either!(call, scope => call.run(scope, async |tx| cases::list(tx, &named, &Ask::first(100)).await).await)
    }),
    row!("desk::cases::list::open_count", Either, List, call => {
        either!(call, scope => call.run(scope, async |tx| cases::open_count(tx).await).await)
    }),
    row!("desk::cases::list::waiting_count", Either, List, call => {
        let waiting = Waiting::on(call.by);
        either!(call, scope => call.run(scope, async |tx| cases::waiting_count(tx, waiting).await).await)
    }),
    row!("desk::cases::list::on", Either, List, call => {
        let waiting = CaseFilter { standing: Standing::For(Waiting::on(call.by)), ..CaseFilter::default() };
        either!(call, scope => call.run(scope, async |tx| cases::list(tx, &waiting, &Ask::first(100)).await).await)
    }),
    row!("desk::cases::list::get", Either, Read, call => {
        either!(call, scope => call.run(scope, async |tx| cases::get(tx, call.at.case).await).await)
    }),
    row!("desk::cases::list::numbered", Either, Read, call => {
        let number: Option<i64> = sqlx::query_scalar("select number from support_case where id = $1")
            .bind(call.at.case)
            .fetch_optional(&call.world.sql)
            .await
            .unwrap();
        either!(call, scope => {
            call.run(scope, async |tx| {
                let found = cases::numbered(tx, CaseNumber(number.unwrap_or_default())).await?;
                found.ok_or(RegistryError::NotFound("case"))
            })
            .await
        })
    }),
    row!("desk::cases::list::notes", Either, Read, call => {
        either!(call, scope => call.run(scope, async |tx| cases::notes(tx, call.at.case).await).await)
    }),
    row!("desk::cases::change::candidates", Either, Read, call => {
        said(desk(call).candidates(call.by, call.at.case).await)
    }),
    row!("desk::trouble::device::of_device", Either, Read, call => {
        let (ground, database) = (&call.world.ground, &call.world.database);
        either!(call, scope => said(trouble::of_device(ground, database, scope, call.at.device).await))
    }),
    row!("desk::trouble::hub::of_hub", Either, Read, call => {
        let (ground, database) = (&call.world.ground, &call.world.database);
        either!(call, scope => said(trouble::of_hub(ground, database, scope, call.at.hub).await))
    }),
    row!("desk::cases::open::open", Either, Change, call => {
        said(desk(call).open(call.by, about(About::Device(call.at.device))).await)
    }),
    row!("desk::cases::open::open", Either, Change, call => {
        said(desk(call).open(call.by, about(About::Hub(call.at.hub))).await)
    }),
    row!("desk::cases::open::open", Either, Change, call => {
        said(desk(call).open(call.by, about(About::Customer(call.at.customer))).await)
    }),
    row!("desk::cases::note::note", Either, Change, call => {
        let new = NewNote { text: "And now?".to_owned(), visibility: CaseVisibility::Everybody };
        said(desk(call).note(call.by, call.at.case, new).await)
    }),
    row!("desk::cases::note::note", Distributor, Change, call => {
        let new = NewNote { text: "Between us.".to_owned(), visibility: CaseVisibility::Internal };
        said(desk(call).note(call.by, call.at.case, new).await)
    }),
    row!("desk::cases::note::note", Customer, Refused, call => {
        let new = NewNote { text: "Between us.".to_owned(), visibility: CaseVisibility::Internal };
        said(desk(call).note(call.by, call.at.case, new).await)
    }),
    row!("desk::cases::change::change", Either, Change, call => {
        let assignee = Some(Change::Set(call.by.person.id));
        let patch = CasePatch { state: Some(CaseState::Solved), assignee };
        said(desk(call).change(call.by, call.at.case, patch).await)
    }),
    row!("desk::cases::change::reopen", Either, Change, call => {
        said(desk(call).reopen(call.by, call.at.case).await)
    }),
];
