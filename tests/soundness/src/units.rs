//! A field, a unit and a number as text, each on a line of its own.

use vitals::units::convert;
use vitals::{Decimal, Field, MAX_SCALED};

/// Panics unless what comes of these bytes is sound.
pub(crate) fn is_sound(text: &str) {
    let mut lines = text.splitn(3, '\n');
    let (Some(field), Some(unit), Some(number)) = (lines.next(), lines.next(), lines.next()) else {
        return;
    };
    let (Ok(field), Ok(number)) = (field.parse::<Field>(), number.parse::<Decimal>()) else {
        return;
    };
    let shown: Decimal = number.to_string().parse().expect("a number is shown as one");
    for unit in [None, Some(unit)] {
        let converted = convert(field, number, unit);
        assert_eq!(
            converted,
            convert(field, shown, unit),
            "what is shown means the same"
        );
        if let Ok(quantity) = converted {
            assert_eq!(quantity.decimals(), field.decimals());
            assert!(quantity.scaled().abs() <= MAX_SCALED);
        }
    }
}
