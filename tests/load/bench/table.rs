//! One table, in Markdown and aligned.

use std::fmt::Write;

/// What is to be reached.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Goal {
    /// More is better.
    AtLeast(f64),
    /// Less is better.
    AtMost(f64),
}

impl Goal {
    /// How many times as good as the goal: 1 and more has reached it.
    fn ratio(self, measured: f64) -> f64 {
        match self {
            Self::AtLeast(goal) => measured / goal,
            Self::AtMost(goal) => goal / measured.max(f64::MIN_POSITIVE),
        }
    }
}

/// A row: one number of DESIGN §8.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// What it is.
    pub(crate) what: &'static str,
    /// What it is counted in.
    pub(crate) unit: &'static str,
    /// The number; none where it could not be measured.
    pub(crate) measured: Option<f64>,
    /// Where it comes from, or why there is none.
    pub(crate) detail: String,
    /// What it must be.
    pub(crate) must: Option<Goal>,
    /// What it should be.
    pub(crate) aim: Option<Goal>,
}

const HEAD: [&str; 6] = ["DESIGN §8", "must", "aim", "measured", "of must", "of aim"];

/// Writes all of them.
pub(crate) fn render(rows: &[Row]) -> String {
    let cells: Vec<[String; 6]> = std::iter::once(HEAD.map(str::to_owned))
        .chain(rows.iter().map(Row::cells))
        .collect();
    let width = |column: usize| {
        cells
            .iter()
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: [usize; 6] = std::array::from_fn(width);
    let mut text = String::new();
    for (index, row) in cells.iter().enumerate() {
        for (cell, width) in row.iter().zip(widths) {
            let _written = write!(text, "| {cell:width$} ");
        }
        text.push_str("|\n");
        if index == 0 {
            for width in widths {
                let _written = write!(text, "|{:-<1$}", "", width + 2);
            }
            text.push_str("|\n");
        }
    }
    text
}

impl Row {
    fn cells(&self) -> [String; 6] {
        let unit = self.unit;
        let goal = |goal: Option<Goal>| match goal {
            None => "–".to_owned(),
            Some(Goal::AtLeast(number)) => format!("≥ {}{unit}", short(number)),
            Some(Goal::AtMost(number)) => format!("≤ {}{unit}", short(number)),
        };
        let ratio = |goal: Option<Goal>| match (goal, self.measured) {
            (Some(goal), Some(measured)) => format!("{:.2}", goal.ratio(measured)),
            _ => "–".to_owned(),
        };
        let measured = match (self.measured, self.detail.is_empty()) {
            (Some(number), true) => format!("{}{unit}", short(number)),
            (Some(number), false) => format!("{}{unit} ({})", short(number), self.detail),
            (None, _) => self.detail.clone(),
        };
        [
            self.what.to_owned(),
            goal(self.must),
            goal(self.aim),
            measured,
            ratio(self.must),
            ratio(self.aim),
        ]
    }
}

/// A number with as many digits as are worth reading, and commas between thousands.
pub(crate) fn short(number: f64) -> String {
    let digits = match number.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        _ => 2,
    };
    let text = format!("{number:.digits$}");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() {
        grouped
    } else {
        format!("{grouped}.{fraction}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_above_one_has_reached_the_goal_whichever_way_it_points() {
        let close = |ratio: f64, expected: f64| (ratio - expected).abs() < 1e-9;
        assert!(close(Goal::AtLeast(40.0).ratio(60.0), 1.5));
        assert!(close(Goal::AtMost(100.0).ratio(50.0), 2.0));
        assert!(close(Goal::AtMost(100.0).ratio(200.0), 0.5));
        assert!(Goal::AtMost(1.0).ratio(0.0) > 1e6);
    }

    #[test]
    fn numbers_are_short() {
        for (number, text) in [
            (31_044.12, "31,044"),
            (48.26, "48.3"),
            (2.3, "2.3"),
            (1.0, "1"),
            (1_234_567.0, "1,234,567"),
            (0.0, "0"),
        ] {
            assert_eq!(short(number), text);
        }
    }

    #[test]
    fn rows_stand_under_each_other() {
        let row = |measured, detail: &str| Row {
            what: "a page",
            unit: " ms",
            measured,
            detail: detail.to_owned(),
            must: Some(Goal::AtMost(50.0)),
            aim: None,
        };
        let text = render(&[
            row(Some(25.0), ""),
            row(Some(25.0), "1 M rows"),
            row(None, "not built yet"),
        ]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 5);
        assert!(
            lines
                .iter()
                .all(|line| line.chars().count() == lines[0].chars().count()),
            "{text}"
        );
        let cells = |line: usize| lines[line].split('|').map(str::trim).collect::<Vec<_>>();
        assert_eq!(cells(2), ["", "a page", "≤ 50 ms", "–", "25 ms", "2.00", "–", ""]);
        assert_eq!(cells(3)[4], "25 ms (1 M rows)");
        assert_eq!(cells(4)[4..6], ["not built yet", "–"]);
    }
}
