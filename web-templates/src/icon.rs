//! The icons of the portal. The build takes exactly these from Tabler's set into one sprite.

use std::fmt;

use vitals::Kind;

use crate::assets;

macro_rules! icons {
    ($($(#[$meta:meta])* $variant:ident => $name:literal,)+) => {
        /// A picture of the sprite. `Display` writes it as inline SVG that refers to the sprite, hidden from screen readers:
        /// the text beside it says the same.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Icon {
            $($(#[$meta])* $variant,)+
        }

        impl Icon {
            /// Every icon.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its name in the sprite.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

icons! {
    /// A page's start.
    Home => "home",
    /// Patients.
    Patients => "user-heart",
    /// Devices.
    Devices => "device-watch",
    /// Hubs.
    Hubs => "router",
    /// Alerts.
    Alerts => "bell",
    /// A customer's server and what else is plugged in.
    Endpoint => "plug-connected",
    /// Statements and bills.
    Statements => "receipt",
    /// People.
    Users => "users",
    /// Settings.
    Settings => "settings",
    /// Customers.
    Customers => "building-hospital",
    /// Distributors.
    Distributors => "building-store",
    /// Organizations of either sort.
    Organisations => "building-community",
    /// Quarantine.
    Quarantine => "inbox",
    /// Refusals.
    Refusals => "ban",
    /// Deliveries.
    Deliveries => "send",
    /// The health board.
    Health => "activity-heartbeat",
    /// The audit log.
    Audit => "history",
    /// Search.
    Search => "search",
    /// Opens the menu of a narrow screen.
    Menu => "menu-2",
    /// Closes.
    Close => "x",
    /// Goes on.
    Next => "chevron-right",
    /// Opens below.
    Down => "chevron-down",
    /// Days that have left the history.
    Archive => "archive",
    /// Downloads.
    Download => "download",
    /// Prints.
    Print => "printer",
    /// Copies.
    Copy => "copy",
    /// Done, or well.
    Check => "circle-check",
    /// A person should look.
    Warn => "alert-triangle",
    /// For your information.
    Info => "info-circle",
    /// Again.
    Retry => "refresh",
    /// Keys and secrets.
    Key => "key",
    /// A fingerprint to be confirmed.
    Fingerprint => "fingerprint",
    /// The light look.
    Sun => "sun",
    /// The dark look.
    Moon => "moon",
    /// The look the system asks for.
    System => "device-desktop",
    /// Signs out.
    SignOut => "logout",
    /// A battery.
    Battery => "battery-2",
    /// A battery that wants changing.
    BatteryLow => "battery-1",
    /// A radio signal.
    Signal => "antenna-bars-4",
    /// Over Bluetooth and a hub.
    Bluetooth => "bluetooth",
    /// Over a cellular network.
    Cellular => "cell-signal-4",
    /// Through a vendor's cloud.
    Cloud => "cloud",
    /// Over MQTT or another line of its own.
    Direct => "broadcast",
    /// A blood pressure cuff.
    BloodPressure => "heart-rate-monitor",
    /// A scale.
    Weight => "scale",
    /// A glucometer.
    Glucose => "droplet",
    /// An oximeter.
    Oximetry => "lungs",
    /// A thermometer.
    Temperature => "temperature",
    /// A heart rate strap.
    HeartRate => "heartbeat",
    /// A step counter.
    Activity => "walk",
    /// A sleep mat.
    Sleep => "zzz",
    /// Device models.
    Models => "versions",
    /// Orders of devices and hubs.
    Orders => "package",
    /// What lies in a stock.
    Stock => "building-warehouse",
    /// Support cases.
    Cases => "lifebuoy",
    /// A customer's sites.
    Sites => "map-pin",
    /// Care teams.
    Teams => "users-group",
    /// One's own account.
    Account => "user-circle",
    /// A distributor's portfolio.
    Portfolio => "chart-donut",
    /// Adds something.
    Add => "plus",
    /// Changes something.
    Edit => "pencil",
    /// Takes a file.
    Upload => "upload",
    /// A label with its code.
    Label => "qrcode",
    /// An email address.
    Mail => "mail",
    /// A telephone number.
    Phone => "phone",
    /// On its way.
    Truck => "truck-delivery",
    /// Switches on.
    Activate => "player-play",
    /// Switches off.
    Deactivate => "player-pause",
    /// Places something with somebody.
    Place => "arrow-right",
    /// Comes back.
    Return => "arrow-back-up",
    /// Puts one in the place of another.
    Replace => "replace",
    /// Out of use for good.
    Retire => "archive",
    /// A note.
    Note => "message",
    /// Asks whether somebody is there.
    Ping => "access-point",
    /// A log.
    Log => "file-text",
    /// A list.
    List => "list-check",
    /// A clock, or how long.
    Clock => "clock",
}

impl Icon {
    /// The icon of a kind of vital sign.
    pub const fn of(kind: Kind) -> Self {
        match kind {
            Kind::BloodPressure => Self::BloodPressure,
            Kind::Weight => Self::Weight,
            Kind::Glucose => Self::Glucose,
            Kind::Oximetry => Self::Oximetry,
            Kind::Temperature => Self::Temperature,
            Kind::HeartRate => Self::HeartRate,
            Kind::Activity => Self::Activity,
            Kind::Sleep => Self::Sleep,
        }
    }
}

impl fmt::Display for Icon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sprite = assets::url("icons.svg");
        write!(
            f,
            r#"<svg class="vw-icon" aria-hidden="true"><use href="{sprite}#{}"></use></svg>"#,
            self.name()
        )
    }
}

impl askama::FastWritable for Icon {
    fn write_into(
        &self,
        destination: &mut dyn fmt::Write,
        _values: &dyn askama::Values,
    ) -> askama::Result<()> {
        write!(destination, "{self}")?;
        Ok(())
    }
}

impl askama::filters::HtmlSafe for Icon {}
