//! How messages come.

use crate::text::text_enum;

text_enum! {
    /// How a message is packed on the wire, by its name in HTTP.
    pub enum Encoding {
        /// RFC 1952.
        Gzip = "gzip",
        /// RFC 8878.
        Zstd = "zstd",
    }
}
