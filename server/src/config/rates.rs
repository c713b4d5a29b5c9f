//! `[intake.rates]`.

use serde::Deserialize;

/// How much each sender may send: so much in a row, and so much a second from then on.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the embedded default file documents every key")]
pub struct RatesConfig {
    pub device_per_second: u32,
    pub device_burst: u32,
    pub hub_per_second: u32,
    pub hub_burst: u32,
    pub source_per_second: u32,
    pub source_burst: u32,
    pub customer_per_second: u32,
    pub customer_burst: u32,
}

impl RatesConfig {
    /// No limits at all.
    pub const NONE: Self = Self {
        device_per_second: 0,
        device_burst: 0,
        hub_per_second: 0,
        hub_burst: 0,
        source_per_second: 0,
        source_burst: 0,
        customer_per_second: 0,
        customer_burst: 0,
    };
}
