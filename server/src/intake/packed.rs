//! Bodies that come packed. What a packed body becomes has a limit, because a few bytes can stand for gigabytes, and so has
//! the memory that unpacking takes. It is kept as it came: that is what its sender signed.

use std::borrow::Cow;
use std::io::{self, Read};

use flate2::bufread::MultiGzDecoder;

use crate::ground::enums::Encoding;

/// How far back a zstd frame may refer, as a power of two: 8 MiB, what every decoder has to bear (RFC 8878, 3.1.1.1.2).
const WINDOW_LOG: u32 = 23;
/// Set aside before it is known how much it becomes.
const FIRST: usize = 64 * 1024;

/// A body as it came, and what it says.
#[derive(Debug)]
pub struct Body<'a> {
    wire: &'a [u8],
    encoding: Option<Encoding>,
    plain: Option<Cow<'a, [u8]>>,
}

/// It becomes larger than is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge;

impl<'a> Body<'a> {
    /// One that is not packed.
    pub fn plain(wire: &'a [u8]) -> Self {
        Self {
            wire,
            encoding: None,
            plain: Some(Cow::Borrowed(wire)),
        }
    }

    /// Unpacks a body to `most` bytes. One that is broken is kept as it is: nothing can be read in it.
    pub fn unpack(encoding: Encoding, wire: &'a [u8], most: usize) -> Result<Self, TooLarge> {
        let unpacked = match encoding {
            Encoding::Gzip => read(MultiGzDecoder::new(wire), most),
            Encoding::Zstd => zstd::Decoder::with_buffer(wire).and_then(|mut decoder| {
                decoder.window_log_max(WINDOW_LOG)?;
                read(decoder, most)
            }),
        };
        let plain = match unpacked {
            Ok(bytes) if bytes.len() > most => return Err(TooLarge),
            Ok(bytes) => Some(Cow::Owned(bytes)),
            Err(_) => None,
        };
        Ok(Self {
            wire,
            encoding: Some(encoding),
            plain,
        })
    }

    /// As it came.
    pub(super) fn wire(&self) -> &'a [u8] {
        self.wire
    }

    /// How it is packed.
    pub(super) fn encoding(&self) -> Option<Encoding> {
        self.encoding
    }

    /// What it says; none where it cannot be unpacked.
    pub(super) fn said(&self) -> Option<&[u8]> {
        self.plain.as_deref()
    }

    /// Bytes of memory that it takes beside those that came.
    pub fn unpacked_bytes(&self) -> usize {
        match &self.plain {
            Some(Cow::Owned(bytes)) => bytes.len(),
            Some(Cow::Borrowed(_)) | None => 0,
        }
    }
}

/// One byte more than `most` says that there is more.
fn read(from: impl Read, most: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(FIRST.min(most));
    from.take(most as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn packed(encoding: Encoding, bytes: &[u8]) -> Vec<u8> {
        match encoding {
            Encoding::Gzip => {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
                encoder.write_all(bytes).unwrap();
                encoder.finish().unwrap()
            }
            Encoding::Zstd => zstd::encode_all(bytes, 3).unwrap(),
        }
    }

    #[rstest]
    fn what_was_packed_is_read_up_to_the_limit(
        #[values(Encoding::Gzip, Encoding::Zstd)] encoding: Encoding,
        #[values(0, 1, 70_000)] length: usize,
    ) {
        let bytes = vec![b'7'; length];
        let wire = packed(encoding, &bytes);
        let body = Body::unpack(encoding, &wire, length).unwrap();
        assert_eq!((body.said(), body.wire()), (Some(&bytes[..]), &wire[..]));
        assert_eq!(body.unpacked_bytes(), length);
        if length > 0 {
            assert_eq!(Body::unpack(encoding, &wire, length - 1).unwrap_err(), TooLarge);
        }
    }

    /// A bomb of 64 MiB in some kilobytes.
    #[rstest]
    fn a_bomb_is_not_unpacked(#[values(Encoding::Gzip, Encoding::Zstd)] encoding: Encoding) {
        let wire = packed(encoding, &vec![0; 64 << 20]);
        assert!(wire.len() < 100_000);
        assert_eq!(Body::unpack(encoding, &wire, 1_000_000).unwrap_err(), TooLarge);
    }

    #[rstest]
    fn what_is_broken_says_nothing(#[values(Encoding::Gzip, Encoding::Zstd)] encoding: Encoding) {
        let mut wire = packed(encoding, b"{\"readings\":[]}");
        let cut = wire.len() - 1;
        for broken in [&b""[..], b"\x00", b"{\"readings\":[]}", &wire.clone()[..cut]] {
            let body = Body::unpack(encoding, broken, 1_000).unwrap();
            assert!(body.said().is_none() || broken.is_empty(), "{broken:?}");
        }
        wire.extend_from_slice(b"and more");
        let _ = Body::unpack(encoding, &wire, 1_000).unwrap();
    }

    /// A frame that wants a window of 2 GiB.
    #[test]
    fn memory_is_not_given_for_the_asking() {
        let header = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3];
        let body = Body::unpack(Encoding::Zstd, &header, 1_000).unwrap();
        assert_eq!(body.said(), None);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(wire: Vec<u8>) {
            for encoding in [Encoding::Gzip, Encoding::Zstd] {
                let _ = Body::unpack(encoding, &wire, 1_000);
            }
        }
    }
}
