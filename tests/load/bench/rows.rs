//! The rows of DESIGN §8, in its order.

use crate::Measured;
use crate::loads::Runs;
use crate::median::median;
use crate::table::Goal::{AtLeast, AtMost};
use crate::table::{Goal, Row, short};

const NOT_MEASURED: &str = "not measured";
const NOT_BUILT: &str = "not built yet";

/// All of them.
pub(crate) fn all(measured: &Measured) -> Vec<Row> {
    let mut rows = intake(measured);
    rows.extend(forwarding(measured));
    rows.extend(pages(measured));
    rows.push(none(
        "month's statements, 10,000 customers of 100 devices",
        " s",
        Some(AtMost(30.0)),
        Some(AtMost(10.0)),
    ));
    rows.push(none("statements as PDF", "/s", Some(AtLeast(15.0)), None));
    rows.push(memory(measured));
    rows.push(none(
        "hub's local API, 1,000 readers, p99",
        " ms",
        Some(AtMost(50.0)),
        Some(AtMost(10.0)),
    ));
    rows
}

fn none(what: &'static str, unit: &'static str, must: Option<Goal>, aim: Option<Goal>) -> Row {
    row(what, unit, None, NOT_BUILT.to_owned(), must, aim)
}

fn row(
    what: &'static str,
    unit: &'static str,
    measured: Option<f64>,
    detail: String,
    must: Option<Goal>,
    aim: Option<Goal>,
) -> Row {
    let detail = match measured {
        None if detail.is_empty() => NOT_MEASURED.to_owned(),
        _ => detail,
    };
    Row {
        what,
        unit,
        measured,
        detail,
        must,
        aim,
    }
}

/// A number of the load generator's, as it is.
fn plain(
    what: &'static str,
    unit: &'static str,
    runs: &Runs,
    field: &str,
    must: Option<Goal>,
    aim: Option<Goal>,
) -> Row {
    row(what, unit, runs.median(field), String::new(), must, aim)
}

fn intake(measured: &Measured) -> Vec<Row> {
    let Measured { ingest, loads, .. } = measured;
    let over = |field: fn(&crate::Ingest) -> f64| median(ingest.iter().map(field).collect());
    let ours = over(|run| run.vitalwire);
    let beside = |theirs: Option<f64>| match (ours, theirs, loads.devices.median("per_second")) {
        (Some(ours), Some(theirs), _) => format!("{} of {}/s", short(ours), short(theirs)),
        (_, _, Some(own)) => format!("nothing to compare {}/s with", short(own)),
        _ => String::new(),
    };
    let in_statements = over(|run| run.in_statements);
    let batches = loads.hubs.median("readings_per_second");
    let share = batches
        .zip(in_statements)
        .map(|(ours, theirs)| 100.0 * ours / theirs);
    let detail = match (batches, in_statements) {
        (Some(ours), Some(theirs)) => format!("{} of {} readings/s", short(ours), short(theirs)),
        (Some(ours), None) => format!("nothing to compare {} readings/s with", short(ours)),
        (None, _) => String::new(),
    };
    let of_devices = loads
        .devices
        .median("per_second")
        .map_or_else(String::new, |rate| format!("at {}/s", short(rate)));
    vec![
        row(
            "single readings, times Django",
            " ×",
            over(|run| run.vitalwire / run.django),
            beside(over(|run| run.django)),
            Some(AtLeast(40.0)),
            Some(AtLeast(60.0)),
        ),
        row(
            "single readings, times PostgreSQL one by one",
            " ×",
            over(|run| run.vitalwire / run.one_by_one),
            beside(over(|run| run.one_by_one)),
            Some(AtLeast(2.0)),
            Some(AtLeast(3.0)),
        ),
        row(
            "single readings, p99 at 32 connections",
            " ms",
            loads.devices.median("p99_ms"),
            of_devices,
            None,
            Some(AtMost(5.0)),
        ),
        row(
            "hub batches of 100, of PostgreSQL's 500 a statement",
            " %",
            share,
            detail,
            Some(AtLeast(50.0)),
            Some(AtLeast(70.0)),
        ),
    ]
}

fn forwarding(measured: &Measured) -> Vec<Row> {
    let loads = &measured.loads;
    let (well, dead) = (
        loads.latency.median("p99_ms"),
        loads.latency_with_dead.median("p99_ms"),
    );
    let times = dead.zip(well).map(|(dead, well)| dead / well);
    let detail = dead.map_or_else(String::new, |dead| format!("{} ms", short(dead)));
    let rate = "readings_per_second";
    vec![
        plain(
            "commit → server, 500/s, 100 customers, p50",
            " ms",
            &loads.latency,
            "p50_ms",
            Some(AtMost(20.0)),
            None,
        ),
        plain(
            "commit → server, 500/s, 100 customers, p99",
            " ms",
            &loads.latency,
            "p99_ms",
            Some(AtMost(100.0)),
            Some(AtMost(50.0)),
        ),
        row(
            "the same, 10 dead and 10 slow, p99 of the other 80",
            " ×",
            times,
            detail,
            Some(AtMost(1.5)),
            Some(AtMost(1.1)),
        ),
        plain(
            "deliveries to one server, one by one",
            "/s",
            &loads.deliveries,
            "per_second",
            Some(AtLeast(3000.0)),
            Some(AtLeast(6000.0)),
        ),
        plain(
            "readings to one server, in batches of 100",
            "/s",
            &loads.deliveries_in_batches,
            rate,
            Some(AtLeast(20_000.0)),
            Some(AtLeast(40_000.0)),
        ),
    ]
}

fn pages(measured: &Measured) -> Vec<Row> {
    let history = &measured.history;
    let least = history.iter().min_by_key(|one| one.rows);
    let most = history.iter().max_by_key(|one| one.rows);
    let detail = least.map_or_else(String::new, |one| format!("{} rows", short(one.rows_float())));
    let mut rows = vec![row(
        "7-day page of 10,000 readings, warm",
        " ms",
        least.map(|one| one.ms),
        detail,
        Some(AtMost(50.0)),
        Some(AtMost(20.0)),
    )];
    let compared = least.zip(most).filter(|(least, most)| least.rows < most.rows);
    let detail = compared.map_or_else(String::new, |(_, most)| {
        format!("{} ms at {} rows", short(most.ms), short(most.rows_float()))
    });
    rows.push(row(
        "the same page in the largest table",
        " ×",
        compared.map(|(least, most)| most.ms / least.ms),
        detail,
        Some(AtMost(1.0)),
        None,
    ));
    rows
}

/// At full load of either kind, whichever takes more.
fn memory(measured: &Measured) -> Row {
    let loads = &measured.loads;
    let most = |field: &str| {
        let both = [loads.devices.median(field), loads.hubs.median(field)];
        both.into_iter().flatten().reduce(f64::max)
    };
    let detail =
        most("server_peak_mib").map_or_else(String::new, |peak| format!("since its start {}", short(peak)));
    row(
        "server's memory at full ingest load",
        " MiB",
        most("server_rss_mib"),
        detail,
        Some(AtMost(100.0)),
        Some(AtMost(60.0)),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ingest::Ingest;
    use crate::loads::Loads;
    use crate::table::render;

    #[test]
    fn a_table_has_every_row_also_where_nothing_was_measured() {
        let text = render(&all(&Measured::default()));
        assert_eq!(text.lines().count(), 2 + 15, "{text}");
        assert_eq!(text.matches(NOT_BUILT).count(), 3);
        assert_eq!(text.matches(NOT_MEASURED).count(), 12);
    }

    #[test]
    fn ratios_are_of_the_same_run_and_medians_over_runs() {
        let run = |vitalwire| Ingest {
            one_by_one: 10_000.0,
            in_statements: 100_000.0,
            django: 500.0,
            vitalwire,
            refused: 0.0,
        };
        let measured = Measured {
            ingest: vec![run(20_000.0), run(40_000.0), run(30_000.0)],
            loads: Loads {
                hubs: Runs::of(&[
                    json!({"readings_per_second": 60_000, "server_rss_mib": 70, "server_peak_mib": 80}),
                ]),
                latency: Runs::of(&[json!({"p50_ms": 10, "p99_ms": 40})]),
                latency_with_dead: Runs::of(&[json!({"p99_ms": 50})]),
                ..Loads::default()
            },
            ..Measured::default()
        };
        let rows = all(&measured);
        let number = |what: &str| {
            rows.iter()
                .find(|row| row.what.contains(what))
                .and_then(|row| row.measured)
        };
        assert_eq!(number("times Django"), Some(60.0));
        assert_eq!(number("times PostgreSQL"), Some(3.0));
        assert_eq!(number("hub batches"), Some(60.0));
        assert_eq!(number("10 dead"), Some(1.25));
        assert_eq!(number("memory"), Some(70.0));
        assert_eq!(number("p99 at 32"), None);
    }
}
