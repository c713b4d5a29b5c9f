//! The content hash of a reading: its idempotency key from the hub's disk to the customer's server.
//!
//! SHA-256 over these bytes, in this order, all integers little-endian:
//!
//! | bytes | what |
//! |---|---|
//! | `vitalwire/reading` and `01` | the domain, 17 bytes of ASCII, and the version of this layout |
//! | u16 length, UTF-8 | the device's maker, ASCII letters in lower case |
//! | u16 length, UTF-8 | the device's serial number |
//! | `00`, or `01` u8 | the user slot |
//! | u8 length, ASCII | the kind's name |
//! | `00`, or `01` i64, or `02` i64 | no time; the device's **raw** time in ms since epoch; or, without one, the ms at which the hub first saw the reading |
//! | `00`, or `01` i64 | the device's own sequence number |
//! | for each of [`Kind::fields`](crate::Kind::fields), in that order: `00`, or `01` u8 u8 i64 | the number: comparator (0 none, 1 `<`, 2 `<=`, 3 `>=`, 4 `>`), digits behind the point of its scale, scaled integer |
//! | heart_rate only: u8 count, i64 each | RR intervals in ms |
//! | activity and sleep only: i64, i64 | from, to in ms since epoch |
//!
//! Everything else stays outside: quality flags and `irregular`, which repeats one of them; the original unit; the device's
//! UTC offset; meal, sample and site, which a meter may be told after the measurement: the same drop of blood must not
//! become two readings. `vectors/content_hash.json` holds test vectors for other implementations.

use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::{Comparator, Quantity, Reading};

const DOMAIN: &[u8; 17] = b"vitalwire/reading";
const VERSION: u8 = 1;

/// SHA-256 over the content of a reading. It can be guessed from the values, so it is patient data: `Debug` does not show
/// it, there is no `Display`, and it belongs into no log, URL or distributor's view.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContentHash([u8; 32]);

impl ContentHash {
    /// A hash that was stored.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// For storage.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// 64 lower-case hexadecimal digits, for the sender's acknowledgement and the customer's payload.
    pub fn to_hex(self) -> String {
        use fmt::Write as _;
        self.0.iter().fold(String::with_capacity(64), |mut hex, byte| {
            // Writing to a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }

    /// Reads 64 hexadecimal digits of either case.
    pub fn from_hex(hex: &str) -> Option<Self> {
        let digits: &[u8; 64] = hex.as_bytes().try_into().ok()?;
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            if !pair.iter().all(u8::is_ascii_hexdigit) {
                return None;
            }
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ContentHash(…)")
    }
}

/// The content hash of `reading`. `hub_first_seen_ms`, frozen in the hub's ledger, stands in for the device's time where
/// the device gave none, and is ignored where it did.
pub fn content_hash(reading: &Reading, hub_first_seen_ms: Option<i64>) -> ContentHash {
    let mut hasher = Sha256::new();
    write_canonical(reading, hub_first_seen_ms, &mut hasher);
    ContentHash(hasher.finalize().into())
}

/// The bytes that [`content_hash`] hashes, for test vectors and for other implementations to compare with.
pub fn canonical_bytes(reading: &Reading, hub_first_seen_ms: Option<i64>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(160);
    write_canonical(reading, hub_first_seen_ms, &mut bytes);
    bytes
}

/// Where the canonical bytes go.
trait Sink {
    fn put(&mut self, bytes: &[u8]);
}

impl Sink for Sha256 {
    fn put(&mut self, bytes: &[u8]) {
        self.update(bytes);
    }
}

impl Sink for Vec<u8> {
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

fn write_canonical(reading: &Reading, hub_first_seen_ms: Option<i64>, out: &mut impl Sink) {
    out.put(DOMAIN);
    out.put(&[VERSION]);
    write_maker(reading.device.maker.as_str(), out);
    write_length(reading.device.serial.as_str().len(), out);
    out.put(reading.device.serial.as_str().as_bytes());
    match reading.user_slot {
        Some(slot) => out.put(&[1, slot.get()]),
        None => out.put(&[0]),
    }
    let kind = reading.vital.kind();
    // The longest name of a kind has 14 bytes.
    out.put(&[u8::try_from(kind.as_str().len()).unwrap_or(u8::MAX)]);
    out.put(kind.as_str().as_bytes());
    match (reading.device_time, hub_first_seen_ms) {
        (Some(time), _) => write_tagged(1, time.ms, out),
        (None, Some(ms)) => write_tagged(2, ms, out),
        (None, None) => out.put(&[0]),
    }
    match reading.sequence {
        Some(number) => write_tagged(1, number, out),
        None => out.put(&[0]),
    }
    for field in kind.fields() {
        write_quantity(reading.vital.get(*field), out);
    }
    if kind == crate::Kind::HeartRate {
        let intervals = reading.vital.rr_intervals();
        // At most 64 of them.
        out.put(&[u8::try_from(intervals.len()).unwrap_or(u8::MAX)]);
        for ms in intervals {
            out.put(&ms.to_le_bytes());
        }
    }
    if let Some(period) = reading.vital.period() {
        out.put(&period.from.ms().to_le_bytes());
        out.put(&period.to.ms().to_le_bytes());
    }
}

fn write_length(length: usize, out: &mut impl Sink) {
    // A maker or serial number has at most 64 characters of 4 bytes.
    out.put(&u16::try_from(length).unwrap_or(u16::MAX).to_le_bytes());
}

/// In lower case without a copy on the heap.
fn write_maker(maker: &str, out: &mut impl Sink) {
    write_length(maker.len(), out);
    for part in maker.as_bytes().chunks(64) {
        let mut lower = [0; 64];
        for (to, from) in lower.iter_mut().zip(part) {
            *to = from.to_ascii_lowercase();
        }
        out.put(lower.get(..part.len()).unwrap_or_default());
    }
}

fn write_tagged(tag: u8, number: i64, out: &mut impl Sink) {
    let mut bytes = [tag, 0, 0, 0, 0, 0, 0, 0, 0];
    bytes[1..].copy_from_slice(&number.to_le_bytes());
    out.put(&bytes);
}

fn write_quantity(quantity: Option<Quantity>, out: &mut impl Sink) {
    let Some(quantity) = quantity else {
        return out.put(&[0]);
    };
    let comparator = match quantity.comparator() {
        None => 0,
        Some(Comparator::Less) => 1,
        Some(Comparator::LessOrEqual) => 2,
        Some(Comparator::GreaterOrEqual) => 3,
        Some(Comparator::Greater) => 4,
    };
    let mut bytes = [1, comparator, quantity.decimals(), 0, 0, 0, 0, 0, 0, 0, 0];
    bytes[3..].copy_from_slice(&quantity.scaled().to_le_bytes());
    out.put(&bytes);
}

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;
