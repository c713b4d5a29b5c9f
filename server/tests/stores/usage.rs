//! The rows of the usage room.

use vitalwire_server::usage;

use crate::table::{Row, row};

pub(crate) const ROWS: &[Row] = &[
    row!("usage::customer_days", Customer, List, call => {
        let day = call.world.today();
        call.customer(async |tx| usage::customer_days(tx, day, day).await).await
    }),
    row!("usage::distributor_days", Distributor, List, call => {
        let day = call.world.today();
        call.distributor(async |tx| usage::distributor_days(tx, day, day).await).await
    }),
    row!("usage::device_hours", Customer, Read, call => {
        call.customer(async |tx| usage::device_hours(tx, call.at.device, call.world.today()).await).await
    }),
    row!("usage::delivered_on", Customer, List, call => {
        call.customer(async |tx| usage::delivered_on(tx, call.world.today()).await).await
    }),
];
