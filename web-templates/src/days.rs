//! A small chart of days: one bar a day, a day without any word left empty and marked as such, and the same as words.

/// A chart of days, the oldest first.
#[derive(Debug, Clone)]
pub struct DayChart {
    /// What it shows, for example `Battery, lowest of the day`.
    pub title: String,
    /// The newest value with its unit and day, for example `74 % on Nov 22`; empty where there is none.
    pub latest: String,
    /// The whole of it in a sentence, for who does not see it.
    pub summary: String,
    /// The days.
    pub days: Vec<DayBar>,
    /// Where a line stands at which a person should look, in parts of the height.
    pub limit: Option<f64>,
}

/// A day of it.
#[derive(Debug, Clone)]
pub struct DayBar {
    /// The day, for example `Nov 22`.
    pub day: String,
    /// The value with its unit; empty: nothing was said on that day.
    pub text: String,
    /// In parts of the height, 0 to 1; none: nothing was said on that day.
    pub height: Option<f64>,
    /// Whether a person should look.
    pub warn: bool,
}

/// Height of the chart's box, and the width of one day in it.
const HEIGHT: f64 = 56.0;
const DAY: f64 = 10.0;

impl DayChart {
    /// The width of its box.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a chart has a few hundred days at most"
    )]
    pub fn width(&self) -> f64 {
        self.days.len() as f64 * DAY
    }

    /// Where the line of the limit stands.
    pub fn limit_at(&self) -> Option<String> {
        let limit = self.limit?.clamp(0.0, 1.0);
        Some(format!("{:.1}", HEIGHT - limit * HEIGHT))
    }

    /// Whether there is any word at all.
    pub fn is_empty(&self) -> bool {
        self.days.iter().all(|day| day.height.is_none())
    }

    /// The bars with their places: `(x, y, height, day)`. What is told is never so small that it cannot be seen.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a chart has a few hundred days at most"
    )]
    pub fn bars(&self) -> Vec<(String, String, String, &DayBar)> {
        let place = |(index, day)| {
            let day: &DayBar = day;
            let tall = day
                .height
                .map_or(2.0, |height| (height.clamp(0.0, 1.0) * HEIGHT).max(2.0));
            let text = |number: f64| format!("{number:.1}");
            let x = index as f64 * DAY + 1.5;
            (text(x), text(HEIGHT - tall), text(tall), day)
        };
        self.days.iter().enumerate().map(place).collect()
    }
}

/// The charts of the same days as rows of a table, the newest day first: the day, and what each chart says of it.
pub fn by_day(charts: &[DayChart]) -> Vec<(&str, Vec<&str>)> {
    let Some(first) = charts.first() else {
        return Vec::new();
    };
    let said = |index: usize| charts.iter().map(move |chart| text_at(chart, index)).collect();
    let days = first.days.iter().enumerate().rev();
    days.map(|(index, day)| (day.day.as_str(), said(index))).collect()
}

fn text_at(chart: &DayChart, index: usize) -> &str {
    chart.days.get(index).map_or("", |day| day.text.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(height: Option<f64>) -> DayBar {
        DayBar {
            day: "Nov 1".to_owned(),
            text: String::new(),
            height,
            warn: false,
        }
    }

    #[test]
    fn an_empty_day_keeps_its_place() {
        let chart = DayChart {
            title: String::new(),
            latest: String::new(),
            summary: String::new(),
            days: vec![day(Some(1.0)), day(None), day(Some(0.0))],
            limit: Some(0.5),
        };
        let bars = chart.bars();
        let places: Vec<_> = bars.iter().map(|(x, y, tall, _)| [x, y, tall]).collect();
        assert_eq!(
            places,
            [
                ["1.5", "0.0", "56.0"],
                ["11.5", "54.0", "2.0"],
                ["21.5", "54.0", "2.0"]
            ]
        );
        assert!(bars[1].3.height.is_none(), "and is told from a day of nothing");
        assert_eq!((chart.width(), chart.limit_at().as_deref()), (30.0, Some("28.0")));
        assert!(!chart.is_empty());
    }
}
