//! How well it is proved that a reading comes from its device.

use crate::code::text_enum;

text_enum! {
    /// The level of proof that travels with a reading to the customer. We claim no more than this.
    pub enum Proof ("proof level") {
        /// A hub signed the batch it was in with its own Ed25519 key.
        HubSigned = "hub_signed",
        /// The device showed its own bearer token.
        DeviceToken = "device_token",
        /// A vendor's cloud said so, authenticated the way that vendor does it.
        VendorAsserted = "vendor_asserted",
    }
}
