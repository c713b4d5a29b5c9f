//! The rows of orders and returns, and those that a distributor has.

use chrono::Days;
use uuid::Uuid;
use vitalwire_server::ground::enums::{CaseSide, ReturnReason};
use vitalwire_server::ground::ids::DistributorId;
use vitalwire_server::orders::returns::{self, CameBack, NewReturn, ReturnFilter};
use vitalwire_server::orders::{
    self, Arrived, Became, NewDelivery, NewOrder, NewParcel, OrderFilter, Orders, Period, Serials, Wanted,
    WriteOff, incoming,
};
use vitalwire_server::registry::errands::Thing;
use vitalwire_server::registry::{Ask, RegistryError};

use crate::aim::Aim;
use crate::table::{Answer, Call, Row, row, said};
use crate::world::World;

fn orders<'a>(call: &Call<'a>) -> Orders<'a> {
    Orders {
        ground: &call.world.ground,
        database: &call.world.database,
    }
}

/// Today, in UTC.
fn today(call: &Call<'_>) -> Period {
    let day = call.world.ground.now().date_naive();
    Period::new(day, day + Days::new(1)).unwrap()
}

fn new_order(call: &Call<'_>) -> NewOrder {
    NewOrder {
        token: call.world.ground.id(),
        wanted: vec![Wanted {
            model: Some(call.world.model.into()),
            quantity: 1,
        }],
        delivery: NewDelivery {
            name: "Here".to_owned(),
            street: "1 Main Street".to_owned(),
            city: "New York".to_owned(),
            country: "US".to_owned(),
            ..NewDelivery::default()
        },
        reference: None,
        note: None,
    }
}

/// A refusal names the serial that was typed, which differs from one to the other.
fn without(serial: &str, answer: Answer) -> Answer {
    answer.map_err(|why| why.replace(serial, "the serial"))
}

pub(crate) const ROWS: &[Row] = &[
    row!("orders::list::list", Distributor, List, call => {
        let all = OrderFilter::default();
        call.distributor(async |tx| orders::list(tx, &all, &Ask::first(100)).await).await
    }),
    row!("orders::list::list", Distributor, Read, call => {
        let with_serial = OrderFilter { q: Some(call.at.sent_serial.clone()), ..OrderFilter::default() };
        call.distributor(async |tx| orders::list(tx, &with_serial, &Ask::first(100)).await).await
    }),
    row!("orders::list::list", Distributor, Read, call => {
        let of = OrderFilter { distributor: Some(call.at.distributor()), ..OrderFilter::default() };
        call.distributor(async |tx| orders::list(tx, &of, &Ask::first(100)).await).await
    }),
    row!("orders::list::waiting", Distributor, List, call => {
        call.distributor(async |tx| orders::waiting(tx, 10).await).await
    }),
    row!("orders::list::get", Distributor, Read, call => {
        call.distributor(async |tx| orders::get(tx, call.at.orders[1]).await).await
    }),
    row!("orders::list::numbered", Distributor, Read, call => {
        let number: Option<String> = sqlx::query_scalar("select number from device_order where id = $1")
            .bind(call.at.orders[1].as_uuid())
            .fetch_optional(&call.world.sql)
            .await
            .unwrap();
        call.distributor(async |tx| {
            let found = orders::numbered(tx, &number.unwrap_or_default()).await?;
            found.ok_or(RegistryError::NotFound("order"))
        })
        .await
    }),
    row!("orders::list::tally", Distributor, Read, call => {
        call.distributor(async |tx| orders::tally(tx, call.at.orders[1]).await).await
    }),
    row!("orders::promised::promised", Distributor, Read, call => {
        let sent: Option<Uuid> = sqlx::query_scalar(
            "select device_id from order_item where order_id = $1 and state = 'shipped' and device_id is not null")
            .bind(call.at.orders[1].as_uuid())
            .fetch_optional(&call.world.sql)
            .await
            .unwrap();
        let thing = Thing::Device(sent.unwrap_or_default().into());
        call.distributor(async |tx| orders::promised(tx, thing).await).await
    }),
    row!("orders::list::lines", Distributor, Read, call => {
        call.distributor(async |tx| orders::lines(tx, call.at.orders[1]).await).await
    }),
    row!("orders::list::parcels", Distributor, Read, call => {
        call.distributor(async |tx| orders::parcels(tx, call.at.orders[1]).await).await
    }),
    row!("orders::list::items", Distributor, Read, call => {
        call.distributor(async |tx| orders::items(tx, call.at.orders[1]).await).await
    }),
    row!("orders::list::steps", Distributor, Read, call => {
        call.distributor(async |tx| orders::steps(tx, call.at.orders[1]).await).await
    }),
    row!("orders::hardware::hardware_lines", Distributor, List, call => {
        let today = today(call);
        call.distributor(async |tx| orders::hardware_lines(tx, today, None).await).await
    }),
    row!("orders::hardware::hardware_lines", Distributor, Read, call => {
        let (today, of) = (today(call), Some(call.at.distributor()));
        call.distributor(async |tx| orders::hardware_lines(tx, today, of).await).await
    }),
    row!("orders::incoming::counts", Distributor, List, call => {
        call.distributor(async |tx| incoming::counts(tx).await).await
    }),
    row!("orders::incoming::waiting_for", Distributor, List, call => {
        call.distributor(async |tx| incoming::waiting_for(tx, CaseSide::Platform).await).await
    }),
    row!("orders::incoming::by_model", Distributor, List, call => {
        call.distributor(async |tx| incoming::by_model(tx).await).await
    }),
    row!("orders::returns::list::list", Distributor, List, call => {
        let all = ReturnFilter::default();
        call.distributor(async |tx| returns::list(tx, &all, &Ask::first(100)).await).await
    }),
    row!("orders::returns::list::waiting", Distributor, List, call => {
        call.distributor(async |tx| returns::waiting(tx, 10).await).await
    }),
    row!("orders::returns::list::get", Distributor, Read, call => {
        call.distributor(async |tx| returns::get(tx, call.at.returns[0]).await).await
    }),
    row!("orders::returns::list::numbered", Distributor, Read, call => {
        let number: Option<String> = sqlx::query_scalar("select number from device_return where id = $1")
            .bind(call.at.returns[0].as_uuid())
            .fetch_optional(&call.world.sql)
            .await
            .unwrap();
        call.distributor(async |tx| {
            let found = returns::numbered(tx, &number.unwrap_or_default()).await?;
            found.ok_or(RegistryError::NotFound("return"))
        })
        .await
    }),
    row!("orders::returns::list::items", Distributor, Read, call => {
        call.distributor(async |tx| returns::items(tx, call.at.returns[0]).await).await
    }),
    row!("orders::returns::list::steps", Distributor, Read, call => {
        call.distributor(async |tx| returns::steps(tx, call.at.returns[0]).await).await
    }),
    row!("orders::allocate::free", Distributor, Refused, call => {
        said(orders(call).free(call.by, call.at.orders[0]).await)
    }),
    row!("orders::place::place", Distributor, Make, call => {
        said(orders(call).place(call.by, new_order(call)).await)
    }),
    row!("orders::place::place", Customer, Refused, call => {
        said(orders(call).place(call.by, new_order(call)).await)
    }),
    row!("orders::allocate::allocate", Distributor, Refused, call => {
        let next = Serials::Next { line: None, count: None };
        said(orders(call).allocate(call.by, call.at.orders[0], next).await)
    }),
    row!("orders::allocate::release", Distributor, Refused, call => {
        said(orders(call).release(call.by, call.at.orders[0], None).await)
    }),
    row!("orders::ship::ship", Distributor, Refused, call => {
        let parcel = NewParcel { carrier: "UPS".to_owned(), ..NewParcel::default() };
        said(orders(call).ship(call.by, call.at.orders[0], parcel).await)
    }),
    row!("orders::settle::write_off", Distributor, Refused, call => {
        let what = WriteOff {
            serials: vec![call.at.sent_serial.clone()],
            became: Became::Lost,
            replace: false,
        };
        said(orders(call).write_off(call.by, call.at.orders[1], what).await)
    }),
    row!("orders::settle::waive", Distributor, Change, call => {
        said(orders(call).waive(call.by, call.at.orders[1], None).await)
    }),
    row!("orders::note::note", Distributor, Change, call => {
        said(orders(call).note(call.by, call.at.orders[1], "And now?").await)
    }),
    row!("orders::note::note", Customer, Refused, call => {
        said(orders(call).note(call.by, call.at.orders[1], "And now?").await)
    }),
    row!("orders::receive::receive", Distributor, Change, call => {
        let arrived = Arrived::AllBut { parcel: None, missing: Vec::new() };
        said(orders(call).receive(call.by, call.at.orders[1], arrived).await)
    }),
    row!("orders::cancel::cancel", Distributor, Change, call => {
        said(orders(call).cancel(call.by, call.at.orders[0], None).await)
    }),
    row!("orders::returns::ask::ask_return", Distributor, Change, call => {
        let new = NewReturn {
            token: call.world.ground.id(),
            reason: ReturnReason::NotNeeded,
            serials: vec![call.at.spare_serial.clone()],
            note: None,
        };
        without(&call.at.spare_serial, said(orders(call).ask_return(call.by, new).await))
    }),
    row!("orders::note::note_return", Distributor, Change, call => {
        said(orders(call).note_return(call.by, call.at.returns[0], "And now?").await)
    }),
    row!("orders::returns::answer::accept_return", Distributor, Refused, call => {
        said(orders(call).accept_return(call.by, call.at.returns[0]).await)
    }),
    row!("orders::returns::answer::decline_return", Distributor, Refused, call => {
        said(orders(call).decline_return(call.by, call.at.returns[0], "no").await)
    }),
    row!("orders::returns::answer::cancel_return", Distributor, Change, call => {
        said(orders(call).cancel_return(call.by, call.at.returns[0]).await)
    }),
    row!("orders::returns::send::send_return", Distributor, Change, call => {
        said(orders(call).send_return(call.by, call.at.returns[1], ("UPS", None)).await)
    }),
    row!("orders::returns::receive::receive_return", Distributor, Refused, call => {
        said(orders(call).receive_return(call.by, call.at.returns[1], CameBack::default()).await)
    }),
];

/// Devices: one on its way, one that came, one that waits for a word, one that may go back, one that lies in stock.
const DEVICES: &str = "
    insert into device (id, maker, serial, model_id, distributor_id, state, created_at, updated_at, reserved_for)
    values ($1, 'Acme', $6 || '-sent', $7, null, 'stock', $8, $8, 'order'),
      ($2, 'Acme', $6 || '-came', $7, $9, 'stock', $8, $8, null),
      ($3, 'Acme', $6 || '-asked', $7, $9, 'stock', $8, $8, null),
      ($4, 'Acme', $6 || '-going', $7, $9, 'stock', $8, $8, 'return'),
      ($5, 'Acme', $6 || '-spare', $7, $9, 'stock', $8, $8, null)";

/// One order that waits, and one of which one is there, one is on its way and one is wanted still, with all that belongs to it.
const ORDERED: &str = "
    with made as (
      insert into device_order (id, number, distributor_id, token, reference, state, devices, hubs, deliver_to, street,
        city, country, ordered_by, orderer_name, ordered_at, updated_at)
      select id, '2026-' || left(id::text, 8) || right(id::text, 4), $3, id, $4 || ' PO', state, quantity, 0,
        $4 || ' hall', '1 Main Street', 'New York', 'US', $5, $4, $6, $6
      from (values ($1::uuid, 'ordered', 1), ($2::uuid, 'ordered', 3)) as o(id, state, quantity)
    ), lines as (
      insert into order_line (id, order_id, distributor_id, place, model_id, model, kinds, quantity)
      values ($1, $1, $3, 1, $7, 'Acme Cuff', '{weight}', 1), ($2, $2, $3, 1, $7, 'Acme Cuff', '{weight}', 3)
    ), parcel as (
      insert into order_parcel (id, order_id, distributor_id, carrier, tracking, shipped_at, shipped_by)
      values ($2, $2, $3, 'UPS', '1Z999', $6, $5)
    ), items as (
      insert into order_item (id, order_id, line_id, distributor_id, device_id, serial, state, parcel_id, allocated_at,
        received_at)
      values ($8, $2, $2, $3, $8, $4 || '-sent', 'shipped', $2, $6, null),
        ($9, $2, $2, $3, $9, $4 || '-came', 'received', $2, $6, $6)
    )
    insert into order_step (id, order_id, distributor_id, kind, at, by_user, by_name, by_side, text)
    values ($1, $1, $3, 'note', $6, $5, $4, 'distributor', $4 || ' wants'),
      ($2, $2, $3, 'note', $6, $5, $4, 'distributor', $4 || ' asks')";

/// One return that waits for the platform's word, and one that may be sent.
const RETURNED: &str = "
    with made as (
      insert into device_return (id, number, distributor_id, token, reason, state, items, asked_by, asker_name, asked_at,
        updated_at)
      select id, 'R-' || left(id::text, 8) || right(id::text, 4), $3, id, 'faulty', state, 1, $5, $4, $6, $6
      from (values ($1::uuid, 'asked'), ($2::uuid, 'accepted')) as r(id, state)
    ), items as (
      insert into return_item (id, return_id, distributor_id, device_id, model, kinds, serial)
      values ($7, $1, $3, $7, 'Acme Cuff', '{weight}', $4 || '-asked'),
        ($8, $2, $3, $8, 'Acme Cuff', '{weight}', $4 || '-going')
    )
    insert into order_step (id, return_id, distributor_id, kind, at, by_user, by_name, by_side, text)
    values ($1, $1, $3, 'note', $6, $5, $4, 'distributor', $4 || ' returns')";

impl World {
    /// What a distributor ordered and sends back.
    pub(crate) async fn ordered(&self, aim: &Aim, of: DistributorId) -> Vec<Uuid> {
        let (ground, now) = (&self.ground, self.ground.now());
        let devices: [Uuid; 5] = std::array::from_fn(|_| ground.id());
        let [sent, came, asked, going, spare] = devices;
        sqlx::query(DEVICES)
            .bind(sent)
            .bind(came)
            .bind(asked)
            .bind(going)
            .bind(spare)
            .bind(&aim.name)
            .bind(self.model)
            .bind(now)
            .bind(of)
            .execute(&self.sql)
            .await
            .unwrap();
        for device in devices {
            sqlx::query(
                "insert into assignment (id, device_id, distributor_id, valid_from, created_at)
                 select id, id, distributor_id, $2, $2 from device where id = $1",
            )
            .bind(device)
            .bind(now)
            .execute(&self.sql)
            .await
            .unwrap();
        }
        sqlx::query(ORDERED)
            .bind(aim.orders[0])
            .bind(aim.orders[1])
            .bind(of)
            .bind(&aim.name)
            .bind(aim.staff)
            .bind(now)
            .bind(self.model)
            .bind(sent)
            .bind(came)
            .execute(&self.sql)
            .await
            .unwrap();
        sqlx::query(RETURNED)
            .bind(aim.returns[0])
            .bind(aim.returns[1])
            .bind(of)
            .bind(&aim.name)
            .bind(aim.staff)
            .bind(now)
            .bind(asked)
            .bind(going)
            .execute(&self.sql)
            .await
            .unwrap();
        devices.to_vec()
    }
}
