//! What the clouds of vendors are known by.

use crate::text::text_enum;

text_enum! {
    /// A vendor of devices whose cloud pushes readings to the platform.
    pub enum Vendor {
        /// BodyTrace.
        BodyTrace = "bodytrace",
        /// Transtek, with its cloud MioConnect.
        Transtek = "transtek",
        /// Telli Health.
        Telli = "telli",
        /// Tenovi.
        Tenovi = "tenovi",
        /// Smart Meter, through Validic.
        SmartMeter = "smartmeter",
    }

    /// Whether anything is taken from a vendor's cloud.
    pub enum SourceState {
        /// It may send.
        Active = "active",
        /// It may not, for now.
        Inactive = "inactive",
    }

    /// How a vendor's cloud shows who it is.
    pub enum SourceScheme {
        /// HTTP Basic: a user's name and a password.
        Basic = "basic",
        /// A header of a fixed name with a secret value.
        Header = "header",
    }
}
