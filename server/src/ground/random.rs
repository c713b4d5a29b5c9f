//! Unpredictable bytes.

use aws_lc_rs::rand::{SecureRandom, SystemRandom as AwsRandom};

/// A source of unpredictable bytes.
pub trait Random: Send + Sync {
    /// Fills the whole slice.
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's generator by way of aws-lc.
#[derive(Debug)]
pub struct SystemRandom(AwsRandom);

impl SystemRandom {
    /// A handle; costs nothing.
    pub fn new() -> Self {
        Self(AwsRandom::new())
    }
}

impl Default for SystemRandom {
    fn default() -> Self {
        Self::new()
    }
}

impl Random for SystemRandom {
    #[expect(
        clippy::expect_used,
        reason = "a machine without randomness must not go on and make guessable secrets"
    )]
    fn fill(&self, bytes: &mut [u8]) {
        self.0
            .fill(bytes)
            .expect("the operating system gives random bytes");
    }
}
