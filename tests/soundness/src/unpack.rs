//! Packed bodies. The first byte says how, and whether what follows is packed first and then broken at one place; the second
//! sets the limit. Nothing that comes out is larger than that.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use vitalwire_server::ground::enums::Encoding;
use vitalwire_server::intake::TooLarge;
use vitalwire_server::intake::fuzzing::unpack;

/// Panics unless what comes of these bytes is sound.
pub(crate) fn is_sound(bytes: &[u8]) {
    let [how, limit, place, flip, rest @ ..] = bytes else {
        return;
    };
    let encoding = if how & 1 == 0 {
        Encoding::Gzip
    } else {
        Encoding::Zstd
    };
    let most = usize::from(*limit) * 16;
    if how & 2 == 0 {
        return bounded(encoding, rest, most);
    }
    // What is repeated packs well, so that small inputs reach the limit.
    let plain = rest.repeat(usize::from(*how >> 2) + 1);
    let mut wire = pack(encoding, &plain);
    match unpack(encoding, &wire, most) {
        Ok(unpacked) => assert_eq!(unpacked, Some(plain)),
        Err(TooLarge) => assert!(plain.len() > most),
    }
    let place = usize::from(*place) % wire.len();
    wire[place] ^= flip;
    bounded(encoding, &wire, most);
    bounded(encoding, &wire[..place], most);
}

fn bounded(encoding: Encoding, wire: &[u8], most: usize) {
    if let Ok(Some(unpacked)) = unpack(encoding, wire, most) {
        assert!(unpacked.len() <= most);
    }
}

fn pack(encoding: Encoding, plain: &[u8]) -> Vec<u8> {
    match encoding {
        Encoding::Gzip => {
            let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
            packer
                .write_all(plain)
                .and_then(|()| packer.finish())
                .expect("memory is enough")
        }
        Encoding::Zstd => zstd::encode_all(plain, 1).expect("memory is enough"),
    }
}
