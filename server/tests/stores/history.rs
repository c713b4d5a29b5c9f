//! The rows of the history room. What holds a patient's values has no `Debug`, so answers are told by their ids.

use chrono::{TimeDelta, Utc};
use vitals::{Kind, Quality};
use vitalwire_server::history::archive;
use vitalwire_server::history::store::buckets::Stretches;
use vitalwire_server::history::store::readings::{Order, Stored, Wanted};
use vitalwire_server::history::store::stream::{Followed, Item};
use vitalwire_server::history::store::{
    buckets, file, live, page, readings, recent, series, stream, summary, trace,
};

use crate::table::{Row, row};

const BP: Kind = Kind::BloodPressure;

pub(crate) const ROWS: &[Row] = &[
    row!("history::archive::store::days", Customer, List, call => {
        call.customer(async |tx| archive::days(tx, None, 100).await).await
    }),
    row!("history::store::live::end", Customer, Read, call => {
        call.customer(async |tx| live::end(call.at.scope(), tx).await).await
    }),
    // A foreign scope gets nowhere in one's own transaction, and one's own scope shows no foreign device.
    row!("history::store::live::since", Customer, Read, call => {
        call.customer(async |tx| {
            let news = live::since(call.at.scope(), tx, call.at.device, BP, 0, 100).await?;
            Ok::<_, sea_orm::DbErr>((news.until, ids(&news.readings), news.is_cut))
        })
        .await
    }),
    row!("history::store::live::since", Customer, Read, call => {
        call.customer(async |tx| {
            let news = live::since(call.own.scope(), tx, call.at.device, Kind::Weight, 0, 100).await?;
            Ok::<_, sea_orm::DbErr>((news.until, ids(&news.readings), news.is_cut))
        })
        .await
    }),
    row!("history::store::live::these", Customer, Read, call => {
        call.customer(async |tx| {
            live::these(call.at.scope(), tx, &call.at.sequences).await.map(|rows| ids(&rows))
        })
        .await
    }),
    row!("history::store::live::these", Customer, Read, call => {
        call.customer(async |tx| {
            live::these(call.own.scope(), tx, &call.at.sequences).await.map(|rows| ids(&rows))
        })
        .await
    }),
    row!("history::store::page::newest", Customer, Read, call => {
        call.customer(async |tx| {
            page::newest(tx, call.at.device, BP, None, None, 100).await.map(|rows| ids(&rows))
        })
        .await
    }),
    row!("history::store::file::stretch", Customer, Read, call => {
        let wanted = file::Wanted { kinds: vec![BP], since: call.world.ground.now() - TimeDelta::days(1) };
        call.customer(async |tx| {
            let rows = file::stretch(tx, call.at.device, &wanted, None, 100).await?;
            Ok::<_, sea_orm::DbErr>(rows.iter().map(|row| (row.shown.id, row.user_slot)).collect::<Vec<_>>())
        })
        .await
    }),
    row!("history::store::page::latest", Customer, Read, call => {
        call.customer(async |tx| {
            let rows = page::latest(tx, &[call.at.device]).await?;
            Ok::<_, sea_orm::DbErr>(rows.iter().map(|row| (row.device, row.measured_at)).collect::<Vec<_>>())
        })
        .await
    }),
    row!("history::store::recent::recent", Customer, Read, call => {
        call.customer(async |tx| {
            let rows = recent::recent(call.at.scope(), tx, 100).await?;
            Ok::<_, sea_orm::DbErr>(rows.iter().map(|row| (row.device, row.measured_at)).collect::<Vec<_>>())
        })
        .await
    }),
    row!("history::store::readings::readings", Customer, Read, call => {
        call.customer(async |tx| {
            let rows = readings::readings(tx, call.at.device, &Wanted::default(), Order::Newest, None, 100).await?;
            Ok::<_, sea_orm::DbErr>(rows.iter().map(stored).collect::<Vec<_>>())
        })
        .await
    }),
    row!("history::store::readings::reading", Customer, Read, call => {
        call.customer(async |tx| {
            readings::reading(tx, call.at.readings[0]).await.map(|row| row.as_ref().map(stored))
        })
        .await
    }),
    row!("history::store::buckets::buckets", Customer, Read, call => {
        let until = call.world.ground.now() + TimeDelta::minutes(1);
        let asked = Stretches {
            kind: BP,
            from: until - TimeDelta::days(1),
            until,
            length_ms: 3_600_000,
            without: Quality::TEST,
        };
        call.customer(async |tx| {
            let found = buckets::buckets(tx, call.at.device, asked).await?;
            Ok::<_, sea_orm::DbErr>(found.iter().map(|one| (one.from, one.count)).collect::<Vec<_>>())
        })
        .await
    }),
    // A foreign scope gets nowhere in one's own transaction, and one's own scope shows no foreign device.
    row!("history::store::stream::news", Customer, Read, call => {
        call.customer(async |tx| told(stream::news(call.at.scope(), tx, Followed::default(), 0, 100).await)).await
    }),
    row!("history::store::stream::news", Customer, Read, call => {
        let followed = Followed { device: Some(call.at.device), kind: Some(Kind::Weight) };
        call.customer(async |tx| told(stream::news(call.own.scope(), tx, followed, 0, 100).await)).await
    }),
    row!("history::store::series::measured", Customer, Read, call => {
        let since = call.world.ground.now() - TimeDelta::days(1);
        call.customer(async |tx| {
            let found = series::measured(tx, call.at.device, BP, since).await?;
            let points: Vec<_> = found.points.iter().map(|point| (point.id, point.values)).collect();
            Ok::<_, sea_orm::DbErr>((points, found.kinds))
        })
        .await
    }),
    row!("history::store::file::kinds", Customer, Read, call => {
        let since = call.world.ground.now() - TimeDelta::days(1);
        call.customer(async |tx| file::kinds(tx, call.at.device, since).await).await
    }),
    row!("history::store::summary::days_with_data", Customer, Read, call => {
        let now = call.world.ground.now();
        call.customer(async |tx| summary::days_with_data(tx, call.at.device, now, &Utc).await).await
    }),
    row!("history::store::trace::trace", Customer, Read, call => {
        call.customer(async |tx| {
            let found = trace::trace(tx, call.at.readings[0]).await?;
            Ok::<_, sea_orm::DbErr>(found.map(|found| (stored(&found.reading), found.events, found.attempts)))
        })
        .await
    }),
];

fn ids(rows: &[page::Shown]) -> Vec<(vitalwire_server::ground::ids::ReadingId, Option<page::Forwarded>)> {
    rows.iter().map(|row| (row.id, row.forwarded)).collect()
}

/// Until where the stream was looked through, what it has there, and whether there is more.
type Told = (i64, Vec<(i64, String)>, bool);

fn told(news: Result<stream::News, sea_orm::DbErr>) -> Result<Told, sea_orm::DbErr> {
    let stream::News { until, items, is_cut } = news?;
    let items = items.iter().map(|item| match item {
        Item::Told(one) => (one.sequence, stored(&one.reading)),
        Item::Missed(missed) => (missed.from, format!("{missed:?}")),
    });
    Ok((until, items.collect(), is_cut))
}

fn stored(row: &Stored) -> String {
    format!("{} of {} by {:?}: {}", row.id, row.device, row.hub, row.values)
}
