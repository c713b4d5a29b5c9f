//! The live stream of a device's page: `GET /devices/{id}/live`, `text/event-stream`.
//!
//! Every event's data is one line of JSON. `reading` carries the row for the table, the point for the chart and the server's
//! time, from which a page knows what its range has come to, `delivery` the row's last two cells. A row that is already there is replaced, so an event that is sent again after a reconnect (the
//! browser sends `Last-Event-ID`) does no harm. Between events the server sends [`HEARTBEAT`] every 15 s.

use askama::Template as _;
use serde::Serialize;

use crate::pages::reading::{ReadingRow, WayCell};
use crate::series::Point;

/// A comment line that keeps proxies from closing a quiet stream.
pub const HEARTBEAT: &str = ":\n\n";

/// The first bytes of the stream: how long a browser waits before it reconnects, in milliseconds.
pub const PREAMBLE: &str = "retry: 2000\n\n";

#[derive(Serialize)]
struct Data<'a> {
    id: &'a str,
    html: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    point: Option<&'a Point>,
    /// Milliseconds since 1970 in UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    now: Option<i64>,
}

/// The event of a new reading. `event_id` is what the browser sends back after a break, the event's sequence number; `now` is
/// in milliseconds since 1970.
pub fn reading(event_id: &str, row: &ReadingRow, point: &Point, now: i64) -> askama::Result<String> {
    let data = Data {
        id: &row.id,
        html: row.render()?,
        point: Some(point),
        now: Some(now),
    };
    event(event_id, "reading", &data)
}

/// The event of a reading's delivery: sent, retried, given up.
pub fn delivery(event_id: &str, cell: &WayCell) -> askama::Result<String> {
    let data = Data {
        id: &cell.reading_id,
        html: cell.render()?,
        point: None,
        now: None,
    };
    event(event_id, "delivery", &data)
}

fn event(id: &str, name: &str, data: &Data<'_>) -> askama::Result<String> {
    let json = serde_json::to_string(data).map_err(askama::Error::custom)?;
    Ok(format!("id: {id}\nevent: {name}\ndata: {json}\n\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn an_event_is_four_lines_whatever_the_html_holds() {
        let page = samples::device(vitals::Kind::BloodPressure);
        let point = samples::series(vitals::Kind::BloodPressure).points.remove(0);
        let text = reading("42", &page.rows[0], &point, 1_000).unwrap();
        assert!(text.starts_with("id: 42\nevent: reading\ndata: {\"id\":"));
        assert_eq!(text.matches('\n').count(), 4);
        let json: serde_json::Value = serde_json::from_str(text.split("data: ").nth(1).unwrap()).unwrap();
        assert!(json["html"].as_str().unwrap().starts_with("<tr"));
        assert_eq!(json["point"]["v"]["systolic"], point.v[&vitals::Field::Systolic]);
        assert_eq!(json["now"], 1_000);

        let text = delivery("43", &page.rows[0].way).unwrap();
        assert!(text.starts_with("id: 43\nevent: delivery\n") && text.matches('\n').count() == 4);
    }
}
