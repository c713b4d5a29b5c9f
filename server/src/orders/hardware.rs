//! What became a distributor's by orders, and what went back by returns: the lines from which a statement will be made.
//! Quantities alone; a price is no matter of an order.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};

use super::{invalid, store};
use crate::ground::ids::{DeviceModelId, DistributorId};
use crate::registry::imports::csv;
use crate::registry::{RegistryError, RegistryScope};
use crate::tenancy::Tx;

/// Days of a period at most.
const MOST_DAYS: u64 = 366;
/// Lines at most.
const MOST: i64 = 10_000;

/// Days in UTC, the first of which is in it and the last of which is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    from: NaiveDate,
    until: NaiveDate,
}

impl Period {
    /// From one day to before another one, at most 366 days later.
    pub fn new(from: NaiveDate, until: NaiveDate) -> Result<Self, RegistryError> {
        if until <= from {
            return Err(invalid("until", "must lie after the first day"));
        }
        let latest = from.checked_add_days(Days::new(MOST_DAYS));
        if latest.is_none_or(|latest| until > latest) {
            return Err(invalid(
                "until",
                format!("must lie at most {MOST_DAYS} days after the first day"),
            ));
        }
        Ok(Self { from, until })
    }

    fn moments(self) -> (DateTime<Utc>, DateTime<Utc>) {
        let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
        (midnight(self.from), midnight(self.until))
    }
}

/// So many of a model that came to a distributor's stock on a day, or went back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HardwareLine {
    /// The day, in UTC.
    pub day: NaiveDate,
    /// Whose stock.
    pub distributor: DistributorId,
    /// That distributor's name.
    pub distributor_name: String,
    /// The order's number, or the return's.
    pub number: String,
    /// The model; none: hubs, or what went back.
    pub model: Option<DeviceModelId>,
    /// Maker and model as they were called when it was ordered.
    pub name: String,
    /// How many: came, or, below zero, went back.
    pub quantity: i64,
}

/// The lines of a period that the scope sees, by day: of one distributor, or of all. What was asked to be taken back counts
/// from the day on which the platform received it.
pub async fn hardware_lines<S: RegistryScope>(
    tx: &Tx<S>,
    period: Period,
    distributor: Option<DistributorId>,
) -> Result<Vec<HardwareLine>, RegistryError> {
    let lines = store::hardware::lines(tx, period.moments(), distributor, MOST + 1).await?;
    if i64::try_from(lines.len()).unwrap_or(i64::MAX) > MOST {
        return Err(invalid(
            "until",
            "must lie earlier: the period has more than 10,000 lines",
        ));
    }
    Ok(lines)
}

/// The same as a file of comma-separated values.
pub fn hardware_csv(lines: &[HardwareLine]) -> String {
    let mut out = String::new();
    csv::write(&mut out, ["day", "distributor", "number", "model", "quantity"]);
    for line in lines {
        let day = line.day.to_string();
        let mut row = String::new();
        let words = [&day, &line.distributor_name, &line.number, &line.name];
        csv::write(&mut row, words.map(String::as_str));
        // A number below zero is no formula.
        out.push_str(row.trim_end());
        out.push(',');
        out.push_str(&line.quantity.to_string());
        out.push_str("\r\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_holds_numbers_as_numbers_and_no_formula() {
        let line = HardwareLine {
            day: "2026-11-20".parse().unwrap(),
            distributor: uuid::Uuid::nil().into(),
            distributor_name: "=Dora, Ltd".to_owned(),
            number: "R-2026-0001".to_owned(),
            model: None,
            name: "Hub".to_owned(),
            quantity: -2,
        };
        let expected = "day,distributor,number,model,quantity\r\n\
            2026-11-20,\"'=Dora, Ltd\",R-2026-0001,Hub,-2\r\n";
        assert_eq!(hardware_csv(&[line]), expected);
    }

    #[test]
    fn a_period_has_a_day_and_not_too_many() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert!(Period::new(day("2026-11-01"), day("2026-12-01")).is_ok());
        assert!(Period::new(day("2026-11-01"), day("2026-11-01")).is_err());
        assert!(Period::new(day("2026-11-02"), day("2026-11-01")).is_err());
        assert!(Period::new(day("2024-01-01"), day("2025-01-01")).is_ok());
        assert!(Period::new(day("2024-01-01"), day("2025-01-02")).is_err());
        assert!(Period::new(NaiveDate::MAX, NaiveDate::MAX).is_err());
    }
}
