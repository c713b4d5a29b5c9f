//! The token of a link in a mail.

use std::fmt;

use data_encoding::BASE64URL_NOPAD;

use crate::ground::{Ground, Keys, Purpose};

/// 256 bits that nobody guesses. Never shown, stored only as HMAC; the mail that holds it is sealed until it is sent.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkToken([u8; 32]);

impl fmt::Debug for LinkToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkToken(…)")
    }
}

impl LinkToken {
    pub(super) fn new(ground: &Ground) -> Self {
        Self(ground.random())
    }

    /// Reads the last part of a link.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        bytes.try_into().ok().map(Self)
    }

    /// The last part of a link.
    pub fn expose(&self) -> String {
        BASE64URL_NOPAD.encode(&self.0)
    }

    /// What is stored. Tokens of one purpose are worth nothing for another.
    pub(super) fn hmac(&self, keys: &Keys, purpose: Purpose) -> [u8; 32] {
        keys.hmac(purpose, &self.0)
    }
}
