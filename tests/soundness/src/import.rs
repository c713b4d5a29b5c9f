//! A file of devices, brought by the platform, a distributor or a customer: the first byte says who.

use std::sync::{Arc, LazyLock};

use uuid::Uuid;
use vitalwire_server::ground::{Ground, Keys, MasterKey, SystemClock, SystemRandom};
use vitalwire_server::registry::imports::{Whose, counted};

static GROUND: LazyLock<Ground> = LazyLock::new(|| {
    let keys = Keys::derive(&MasterKey::new([7; 32]));
    Ground::with(Arc::new(SystemClock), Arc::new(SystemRandom::new()), keys)
});

/// Panics unless what comes of these bytes is sound.
pub(crate) fn is_sound(bytes: &[u8]) {
    let Some((first, file)) = bytes.split_first() else {
        return;
    };
    let whose = match first % 3 {
        0 => Whose::Platform,
        1 => Whose::Distributor(Uuid::from_u128(1).into()),
        _ => Whose::Customer(Uuid::from_u128(2).into()),
    };
    match counted(&GROUND, whose, file) {
        Ok((good, wrong)) => {
            let lines = file.split(|byte| *byte == b'\n').count();
            assert!(
                (1..lines).contains(&(good + wrong)),
                "{good} and {wrong} of {lines} lines"
            );
        }
        Err(error) => assert!(error.to_string().len() < 2_000),
    }
}
