//! Unpredictable bytes, injected so that a test can know them.

use aws_lc_rs::rand::SecureRandom;

/// A source of unpredictable bytes.
pub trait Random: Send + Sync {
    /// Fills the whole slice; `false` where the source has failed and the bytes must not be used.
    #[must_use]
    fn fill(&self, bytes: &mut [u8]) -> bool;
}

/// The operating system's generator by way of aws-lc.
#[derive(Debug, Default)]
pub struct SystemRandom(aws_lc_rs::rand::SystemRandom);

impl SystemRandom {
    /// A handle; costs nothing.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) -> bool {
        self.0.fill(bytes).is_ok()
    }
}
