//! Readings made of the fuzzer's bytes, as far as any can be kept.

use arbitrary::{Result, Unstructured};
use vitals::{
    Comparator, Decimal, DeviceKey, DeviceTime, Field, Instant, Kind, MAX_SCALED, Meal, Original, Quality,
    Quantity, Reading, Sample, Site, UserSlot, VitalDraft,
};

/// A reading; none where the bytes make no device or no values.
///
/// # Errors
/// Where there are too few bytes.
pub(crate) fn reading(bytes: &mut Unstructured<'_>) -> Result<Option<Reading>> {
    let (maker, serial): (&str, &str) = (bytes.arbitrary()?, bytes.arbitrary()?);
    let Ok(device) = DeviceKey::parse(maker, serial) else {
        return Ok(None);
    };
    let kind = *bytes.choose(Kind::ALL)?;
    let mut draft = VitalDraft::new(kind);
    let mut original: Vec<Original> = Vec::new();
    for field in kind.fields() {
        if bytes.ratio(3_u8, 4_u8)? {
            original.extend(value(bytes, &mut draft, *field)?);
        }
    }
    words(bytes, &mut draft)?;
    let Ok(vital) = draft.finish() else {
        return Ok(None);
    };
    let mut reading = Reading::new(device, vital);
    reading.quality |= Quality::from_bits(bytes.int_in_range(0..=127)?).unwrap_or(Quality::NONE);
    reading.user_slot = UserSlot::new(bytes.arbitrary()?);
    reading.sequence = bytes.arbitrary()?;
    if bytes.arbitrary()? {
        let offset_minutes = DeviceTime::offset(bytes.int_in_range(-2_000..=2_000)?);
        let ms = bytes.arbitrary()?;
        reading.device_time = Some(DeviceTime { ms, offset_minutes });
    }
    reading.original = original;
    Ok(Some(reading))
}

/// A number of the field, in its own unit and scale or converted from another one.
fn value(bytes: &mut Unstructured<'_>, draft: &mut VitalDraft, field: Field) -> Result<Option<Original>> {
    let comparator = if bytes.arbitrary()? {
        Some(*bytes.choose(Comparator::ALL)?)
    } else {
        None
    };
    if bytes.arbitrary()? {
        let number = Decimal::from_parts(bytes.arbitrary()?, bytes.int_in_range(-30..=30)?);
        let unit = *bytes.choose(&[
            "kPa",
            "g",
            "lb",
            "mmol/L",
            "[degF]",
            "km",
            "kJ",
            "h",
            field.ucum(),
        ])?;
        return Ok(draft
            .measure(field, number, Some(unit), comparator)
            .ok()
            .flatten());
    }
    let scaled = bytes.int_in_range(-MAX_SCALED..=MAX_SCALED)?;
    if let Ok(quantity) = Quantity::from_scaled(scaled, field.decimals()) {
        let _ = draft.set(field, quantity.with_comparator(comparator));
    }
    Ok(None)
}

/// What is no number: whatever the kind does not have is passed over by the draft.
fn words(bytes: &mut Unstructured<'_>, draft: &mut VitalDraft) -> Result<()> {
    match draft.kind() {
        Kind::BloodPressure if bytes.arbitrary()? => draft.irregular(bytes.arbitrary()?),
        Kind::Glucose => {
            draft.meal(*bytes.choose(Meal::ALL)?);
            draft.sample(*bytes.choose(Sample::ALL)?);
        }
        Kind::Temperature => draft.site(*bytes.choose(Site::ALL)?),
        Kind::HeartRate => {
            let numbers: Vec<i64> = bytes.arbitrary()?;
            let numbers: Vec<Decimal> = numbers.into_iter().map(Decimal::from_i64).collect();
            let _ = draft.rr_intervals(&numbers, None);
        }
        Kind::Activity | Kind::Sleep => {
            let (from, to) = (Instant::new(bytes.arbitrary()?), Instant::new(bytes.arbitrary()?));
            if let (Some(from), Some(to)) = (from, to) {
                draft.from(from);
                draft.to(to);
            }
        }
        _ => {}
    }
    Ok(())
}
