//! Arbitrary readings for property tests: anything that can be kept, plausible or not.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

use crate::vital::{
    Activity, BloodPressure, Glucose, HeartRate, Oximetry, RrIntervals, Sleep, Temperature, Weight,
};
use crate::{
    Comparator, DeviceKey, DeviceTime, Field, Fixed, Instant, MAX_SCALED, Meal, Original, Period, Quality,
    Reading, Sample, Site, UserSlot, Vital,
};

fn number<const D: u8>() -> BoxedStrategy<Fixed<D>> {
    let scaled = prop_oneof![3 => -10_000i64..100_000, 1 => -MAX_SCALED..=MAX_SCALED];
    (scaled, of(select(Comparator::ALL)))
        .prop_map(|(scaled, comparator)| Fixed::from_scaled(scaled).unwrap().with_comparator(comparator))
        .boxed()
}

fn period() -> impl Strategy<Value = Period> {
    let instant = || (-62_135_596_800_000i64..=253_402_300_799_999).prop_map(|ms| Instant::new(ms).unwrap());
    (instant(), instant()).prop_map(|(from, to)| Period { from, to })
}

fn sleep() -> impl Strategy<Value = Vital> {
    (
        number(),
        of(number()),
        of(number()),
        of(number()),
        period(),
        0usize..4,
    )
        .prop_map(|(first, light, rem, awake, period, turn)| {
            let mut stages = [Some(first), light, rem, awake];
            stages.rotate_left(turn);
            let [deep, light, rem, awake] = stages;
            Vital::Sleep(Sleep {
                deep,
                light,
                rem,
                awake,
                period,
            })
        })
}

/// Values of any kind.
pub(crate) fn vital() -> impl Strategy<Value = Vital> {
    let blood_pressure = (number(), number(), of(number()), of(number()), of(any::<bool>())).prop_map(
        |(systolic, diastolic, mean, pulse, irregular)| {
            Vital::BloodPressure(BloodPressure {
                systolic,
                diastolic,
                mean,
                pulse,
                irregular,
            })
        },
    );
    let weight = (number(), of(number()), of(number())).prop_map(|(weight, bmi, body_fat)| {
        Vital::Weight(Weight {
            weight,
            bmi,
            body_fat,
        })
    });
    let glucose =
        (number(), of(select(Meal::ALL)), of(select(Sample::ALL))).prop_map(|(glucose, meal, sample)| {
            Vital::Glucose(Glucose {
                glucose,
                meal,
                sample,
            })
        });
    let oximetry = (number(), of(number()), of(number())).prop_map(|(spo2, pulse, perfusion_index)| {
        Vital::Oximetry(Oximetry {
            spo2,
            pulse,
            perfusion_index,
        })
    });
    let temperature = (number(), of(select(Site::ALL)))
        .prop_map(|(temperature, site)| Vital::Temperature(Temperature { temperature, site }));
    let heart_rate = (number(), vec(-MAX_SCALED..=MAX_SCALED, 0..=64)).prop_map(|(heart_rate, list)| {
        let rr_intervals = RrIntervals::new(list).unwrap();
        Vital::HeartRate(HeartRate {
            heart_rate,
            rr_intervals,
        })
    });
    let activity = (number(), of(number()), of(number()), of(number()), period()).prop_map(
        |(steps, distance, energy, active_minutes, period)| {
            Vital::Activity(Activity {
                steps,
                distance,
                energy,
                active_minutes,
                period,
            })
        },
    );
    // Boxed: unboxed, the trees of two readings do not fit a test's stack.
    prop_oneof![
        blood_pressure.boxed(),
        weight.boxed(),
        glucose.boxed(),
        oximetry.boxed(),
        temperature.boxed(),
        heart_rate.boxed(),
        activity.boxed(),
        sleep().boxed(),
    ]
    .boxed()
}

fn key() -> impl Strategy<Value = DeviceKey> {
    let text = r"[A-Za-z0-9|\\%][ -~äöüß|\\]{0,40}[A-Za-z0-9|\\]";
    (text, text).prop_map(|(maker, serial)| DeviceKey::parse(&maker, &serial).unwrap())
}

/// Times that can be written, and others.
fn device_time() -> impl Strategy<Value = DeviceTime> {
    let ms = prop_oneof![4 => 0i64..2_000_000_000_000, 1 => any::<i64>()];
    let offset = prop_oneof![4 => -840i16..=840, 1 => -1_080i16..=1_080];
    (ms, of(offset)).prop_map(|(ms, offset_minutes)| DeviceTime { ms, offset_minutes })
}

/// Any reading.
pub(crate) fn reading() -> impl Strategy<Value = Reading> {
    let original = (select(Field::ALL), "[0-9. ]{1,12}", "[a-zA-Z\\[\\]/]{1,6}")
        .prop_map(|(field, value, unit)| Original { field, value, unit });
    (
        key(),
        of((0i64..255).prop_map(|slot| UserSlot::new(slot).unwrap())),
        vital(),
        of(device_time()),
        of(any::<i64>()),
        (0i16..128).prop_map(|bits| Quality::from_bits(bits).unwrap()),
        vec(original, 0..3),
    )
        .prop_map(
            |(device, user_slot, vital, device_time, sequence, quality, original)| Reading {
                device,
                user_slot,
                vital,
                device_time,
                sequence,
                quality,
                original,
            },
        )
}
