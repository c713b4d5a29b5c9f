//! What holds of every unit, whatever the number.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;

/// A field, and a unit that its numbers may come in.
fn field_and_unit() -> impl Strategy<Value = (Field, &'static Unit)> {
    let all: Vec<_> = Field::ALL
        .iter()
        .flat_map(|field| field.dimension().units().iter().map(|unit| (*field, unit)))
        .collect();
    select(all)
}

/// Any of the unit's names.
fn name(unit: &Unit, place: usize) -> &'static str {
    unit.names[place % unit.names.len()]
}

/// `digits × 10^−places`, as a device may send it.
fn number() -> impl Strategy<Value = (i64, u8)> {
    let digits = prop_oneof![3 => -20_000i64..20_000, 1 => -9_999_999_999i64..=9_999_999_999];
    (digits, 0u8..7)
}

fn decimal((digits, places): (i64, u8)) -> Decimal {
    Decimal::from_parts(digits, -i32::from(places))
}

fn ten(exponent: u8) -> i128 {
    10_i128.pow(exponent.into())
}

proptest! {
    /// By integers that cannot overflow here: 2 × |kept − exact| ≤ 1 step, both over the same denominator.
    #[test]
    fn what_is_kept_is_at_most_half_a_step_away((field, unit) in field_and_unit(), sent in number(), place: usize) {
        if let Ok(kept) = convert(field, decimal(sent), Some(name(unit, place))) {
            let one = ten(sent.1);
            let exact = (i128::from(sent.0) * unit.num + unit.add * one) * ten(field.decimals());
            let kept = i128::from(kept.scaled()) * unit.den * one;
            prop_assert!(2 * (kept - exact).abs() <= unit.den * one, "{kept} for {exact}");
        }
    }

    #[test]
    fn what_is_more_stays_no_less((field, unit) in field_and_unit(), digits: (i32, i32), places in 0u8..7) {
        let unit = Some(name(unit, 0));
        let (low, high) = (digits.0.min(digits.1), digits.0.max(digits.1));
        let [low, high] = [low, high].map(|digits| convert(field, decimal((digits.into(), places)), unit));
        if let (Ok(low), Ok(high)) = (low, high) {
            prop_assert!(low.scaled() <= high.scaled());
        }
    }

    /// Through the other unit at nine digits, which is finer than any scale here.
    #[test]
    fn there_and_back_is_the_same_number((field, unit) in field_and_unit(), scaled in -10_000i64..=10_000, place: usize) {
        let own = Decimal::from_parts(scaled, -i32::from(field.decimals()));
        let unit = name(unit, place);
        let there = field.dimension().out_of_canonical(own, unit, 9).unwrap();
        let back = convert(field, Decimal::from_parts(there, -9), Some(unit)).unwrap();
        prop_assert_eq!(back.scaled(), scaled);
    }

    #[test]
    fn a_comparator_and_the_names_of_a_unit_change_no_number(
        (field, unit) in field_and_unit(), sent in number(), place: usize, comparator in select(Comparator::ALL),
    ) {
        let plain = convert(field, decimal(sent), Some(name(unit, 0)));
        let marked = convert_with(field, decimal(sent), Some(name(unit, place)), Some(comparator));
        prop_assert_eq!(marked, plain.map(|quantity| quantity.with_comparator(Some(comparator))));
    }

    #[test]
    fn a_number_means_the_same_however_it_is_written((field, unit) in field_and_unit(), (digits, places) in number()) {
        let unit = Some(name(unit, 0));
        let plain = decimal((digits, places));
        for text in [
            plain.to_string(),
            format!("{digits}e-{places}"),
            format!("{digits}000E-{}", places + 3),
            format!("{digits}.00e-0{places}"),
        ] {
            prop_assert_eq!(convert(field, text.parse().unwrap(), unit), convert(field, plain, unit), "{}", text);
        }
    }
}
