//! What became a distributor's by orders, and what went back by returns: the lines from which a statement will be made.
//! Quantities alone; a price is no matter of an order.
//!
//! A line is dated by when somebody did something, which is never changed afterwards and never dated back: what a period
//! that is over holds stays as it is. What is put right later, by a return or by what arrives after all, is a line of the
//! day on which that is done.

use chrono::{DateTime, Datelike as _, Days, NaiveDate, Utc};

use super::{invalid, store};
use crate::ground::ids::{DeviceModelId, DistributorId, OrderId, ReturnId};
use crate::registry::imports::csv;
use crate::registry::{RegistryError, RegistryScope, TimeZone};
use crate::tenancy::Tx;

/// Days of a period at most.
const MOST_DAYS: u64 = 366;
/// Years of which there may be lines.
const EARLIEST: i32 = 2000;
const LATEST: i32 = 9999;
/// Lines at most.
const MOST: i64 = 10_000;

/// Days, the first of which is in it and the last of which is not, as they are counted where the seller is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    from: NaiveDate,
    until: NaiveDate,
    zone: TimeZone,
}

impl Period {
    /// From one day to before another one, at most 366 days later, in UTC.
    pub fn new(from: NaiveDate, until: NaiveDate) -> Result<Self, RegistryError> {
        if from.year() < EARLIEST {
            return Err(invalid("from", format!("must lie in {EARLIEST} or later")));
        }
        if until <= from {
            return Err(invalid("until", "must lie after the first day"));
        }
        let latest = from.checked_add_days(Days::new(MOST_DAYS));
        if until.year() > LATEST || latest.is_none_or(|latest| until > latest) {
            return Err(invalid(
                "until",
                format!("must lie at most {MOST_DAYS} days after the first day"),
            ));
        }
        let zone = TimeZone::UTC;
        Ok(Self { from, until, zone })
    }

    /// The same days as they are counted in a time zone.
    #[must_use]
    pub fn in_zone(self, zone: TimeZone) -> Self {
        Self { zone, ..self }
    }

    /// When it begins and when it is over.
    fn moments(self) -> (DateTime<Utc>, DateTime<Utc>) {
        (self.zone.begins(self.from), self.zone.begins(self.until))
    }
}

/// So many of a model that came to a distributor's stock on a day, or went back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HardwareLine {
    /// The day, in the period's time zone.
    pub day: NaiveDate,
    /// Whose stock.
    pub distributor: DistributorId,
    /// That distributor's name.
    pub distributor_name: String,
    /// The order's number, or the return's.
    pub number: String,
    /// The return by which they went back; none: they came.
    pub returned: Option<ReturnId>,
    /// The order with which they came; none: what went back came by no order.
    pub order: Option<OrderId>,
    /// That order's number.
    pub order_number: Option<String>,
    /// The distributor's own word for that order.
    pub reference: Option<String>,
    /// Whether they are hubs, which have no model.
    pub is_hub: bool,
    /// The model.
    pub model: Option<DeviceModelId>,
    /// Maker and model as they were called when it was ordered, or asked to be taken back.
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
    let (from, until) = period.moments();
    let of = (from, until, period.zone);
    let lines = store::hardware::lines(tx, of, distributor, MOST + 1).await?;
    if i64::try_from(lines.len()).unwrap_or(i64::MAX) > MOST {
        return Err(invalid(
            "until",
            "must lie earlier: the period has more than 10,000 lines",
        ));
    }
    Ok(lines)
}

/// The columns of the file.
const COLUMNS: [&str; 8] = [
    "day",
    "distributor",
    "number",
    "order",
    "reference",
    "what",
    "model",
    "quantity",
];

/// The same as a file of comma-separated values.
pub fn hardware_csv(lines: &[HardwareLine]) -> String {
    let mut out = String::new();
    csv::write(&mut out, COLUMNS);
    for line in lines {
        let day = line.day.to_string();
        let mut row = String::new();
        let words = [
            day.as_str(),
            &line.distributor_name,
            &line.number,
            line.order_number.as_deref().unwrap_or_default(),
            line.reference.as_deref().unwrap_or_default(),
            if line.is_hub { "hub" } else { "device" },
            &line.name,
        ];
        csv::write(&mut row, words);
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
            returned: Some(uuid::Uuid::nil().into()),
            order: Some(uuid::Uuid::nil().into()),
            order_number: Some("2026-0142".to_owned()),
            reference: Some("@PO 17".to_owned()),
            is_hub: true,
            model: None,
            name: "Hub".to_owned(),
            quantity: -2,
        };
        let expected = "day,distributor,number,order,reference,what,model,quantity\r\n\
            2026-11-20,\"'=Dora, Ltd\",R-2026-0001,2026-0142,\"'@PO 17\",hub,Hub,-2\r\n";
        assert_eq!(hardware_csv(&[line]), expected);
    }

    #[test]
    fn a_month_begins_where_the_seller_is() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let november = Period::new(day("2026-11-01"), day("2026-12-01")).unwrap();
        for (zone, from, until) in [
            ("UTC", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"),
            ("Pacific/Auckland", "2026-10-31T11:00:00Z", "2026-11-30T11:00:00Z"),
            // Clocks go back in the night of the 1st.
            ("America/New_York", "2026-11-01T04:00:00Z", "2026-12-01T05:00:00Z"),
        ] {
            let zone = <TimeZone as crate::registry::Typed>::parse("zone", zone).unwrap();
            let told = november.in_zone(zone).moments();
            let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
            assert_eq!(told, (at(from), at(until)), "{zone:?}");
        }
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
        assert!(Period::new(NaiveDate::MIN, day("2026-11-01")).is_err());
        assert!(Period::new(day("1999-12-31"), day("2000-01-02")).is_err());
    }
}
