//! Every column of text that the database checks, as an enum. Each has `ALL`, `as_str`, `Display`, `FromStr` and serde
//! by the database's own text.
//!
//! [`Kind`] and [`Proof`] have the same names and texts as `vitals::Kind` and `vitals::Proof`: this crate lies beside
//! `vitals` and does not need it, and a test of the migrations holds these texts to the database's checks.

pub use crate::text::UnknownName;
use crate::text::text_enum;
pub use messages::*;
pub use models::*;
pub use orders::*;
pub use organisations::*;
pub use sources::*;
pub use states::*;

mod messages;
mod models;
mod orders;
mod organisations;
mod sources;
mod states;

text_enum! {
    /// Whether a distributor or a customer may act.
    pub enum OrganisationState {
        /// In business.
        Active = "active",
        /// On hold.
        Suspended = "suspended",
        /// Gone; kept for its records.
        Closed = "closed",
    }

    /// What a customer's readings carry.
    pub enum PatientMode {
        /// The device and the customer's own reference; no alerts on patients, no EHR.
        DeviceOnly = "device_only",
        /// A patient; the readings of an unpaired device wait in quarantine.
        Paired = "paired",
    }

    /// Whom a person works for.
    pub enum UserRole {
        /// The platform, with every permission.
        Admin = "admin",
        /// The platform's accounts.
        Finance = "finance",
        /// A distributor.
        Distributor = "distributor",
        /// A customer.
        Customer = "customer",
    }

    /// Whether a person may sign in.
    pub enum UserState {
        /// May sign in.
        Active = "active",
        /// May not.
        Disabled = "disabled",
    }

    /// The unit in which a person reads pressures.
    pub enum PressureUnit {
        /// Millimetres of mercury.
        MmHg = "mmHg",
        /// Kilopascals.
        KPa = "kPa",
    }

    /// The unit in which a person reads weights.
    pub enum MassUnit {
        /// Kilograms.
        Kg = "kg",
        /// Pounds.
        Lb = "lb",
    }

    /// The unit in which a person reads glucose.
    pub enum GlucoseUnit {
        /// Milligrams in a decilitre.
        MgDl = "mg/dL",
        /// Millimoles in a litre.
        MmolL = "mmol/L",
    }

    /// The unit in which a person reads temperatures, by its UCUM code.
    pub enum TemperatureUnit {
        /// Degrees Celsius.
        Celsius = "Cel",
        /// Degrees Fahrenheit.
        Fahrenheit = "[degF]",
    }

    /// How the pages look to a person.
    pub enum Look {
        /// As the machine says.
        Auto = "auto",
        /// Dark on light.
        Light = "light",
        /// Light on dark.
        Dark = "dark",
    }

    /// What a mail is about.
    pub enum MailKind {
        /// The link of an invitation.
        Invitation = "invitation",
        /// The link with which one chooses a new password.
        PasswordReset = "password_reset",
        /// That a password was changed.
        PasswordChanged = "password_changed",
        /// That somebody wrote in a case.
        CaseNote = "case_note",
        /// That somebody asks to be confirmed, or was.
        Confirmation = "confirmation",
        /// That what an endpoint did not take is given up soon.
        ShelfEnds = "shelf_ends",
    }

    /// How a case stands.
    pub enum CaseState {
        /// Somebody has to look after it.
        Open = "open",
        /// It waits for an answer of whoever opened it.
        Waiting = "waiting",
        /// Answered or mended; whoever opened it may say otherwise.
        Solved = "solved",
        /// Done with.
        Closed = "closed",
    }

    /// Whose people somebody in a case is.
    pub enum CaseSide {
        /// The platform's.
        Platform = "platform",
        /// The distributor's.
        Distributor = "distributor",
        /// The customer's.
        Customer = "customer",
    }

    /// What a line of a case is.
    pub enum CaseNoteKind {
        /// Somebody wrote.
        Note = "note",
        /// The state changed.
        State = "state",
        /// Somebody else looks after it.
        Assignee = "assignee",
    }

    /// Who reads a line of a case.
    pub enum CaseVisibility {
        /// Everybody who sees the case.
        Everybody = "everybody",
        /// The platform's and the distributor's people alone.
        Internal = "internal",
    }

    /// How far a mail got.
    pub enum MailState {
        /// It will be handed over to the mail server.
        Waiting = "waiting",
        /// The mail server took it.
        Sent = "sent",
        /// It was given up.
        Failed = "failed",
    }

    /// The way a model's readings come.
    pub enum Transport {
        /// A modem in the device.
        Cellular = "cellular",
        /// Bluetooth to a hub.
        Bluetooth = "bluetooth",
        /// The vendor's own cloud.
        VendorCloud = "vendor_cloud",
        /// MQTT.
        Mqtt = "mqtt",
    }

    /// Where a device is in its life.
    pub enum DeviceState {
        /// On a shelf, with nobody's readings.
        Stock = "stock",
        /// Its readings are taken.
        Active = "active",
        /// Switched off for now: what it sends itself is refused, what a hub brings of it goes to quarantine.
        Inactive = "inactive",
        /// Sent back.
        Returned = "returned",
        /// Another device took its place.
        Replaced = "replaced",
        /// Out of use for ever.
        Retired = "retired",
    }

    /// What a move of a device or a hub was.
    pub enum MoveReason {
        /// The platform took it in.
        Added = "added",
        /// From the platform's stock to a distributor's.
        Allocated = "allocated",
        /// From stock to a customer.
        Placed = "placed",
        /// From one customer to another.
        Moved = "moved",
        /// Back from a customer.
        Returned = "returned",
        /// Back from a distributor's stock to the platform's.
        Recalled = "recalled",
        /// It took another device's place.
        Replaced = "replaced",
        /// Out of use for good.
        Retired = "retired",
    }

    /// How far an import of devices is.
    pub enum ImportState {
        /// Its lines were looked at; nothing has been imported.
        Checked = "checked",
        /// It is being imported.
        Applying = "applying",
        /// All of it was imported.
        Applied = "applied",
        /// Nothing was imported, because something broke.
        Failed = "failed",
        /// Nothing was imported, because somebody said so.
        Cancelled = "cancelled",
    }

    /// What becomes of a line of an import.
    pub enum ImportStep {
        /// It adds a device.
        Add = "add",
        /// It places one that there is.
        Place = "place",
        /// It changes what is written down about one.
        Change = "change",
        /// It says what is so already.
        Same = "same",
    }

    /// What a contact is for.
    pub enum ContactPurpose {
        /// Whatever there is.
        General = "general",
        /// Questions about patients and their care.
        Clinical = "clinical",
        /// Devices, hubs, integration.
        Technical = "technical",
        /// Statements and payments.
        Billing = "billing",
    }

    /// Where a hub is in its life: unclaimed → claimed → active ⇄ inactive → retired.
    pub enum HubState {
        /// It holds no key yet.
        Unclaimed = "unclaimed",
        /// It holds a key whose fingerprint nobody has confirmed.
        Claimed = "claimed",
        /// A person confirmed it.
        Active = "active",
        /// Switched off for now.
        Inactive = "inactive",
        /// Out of use for ever.
        Retired = "retired",
    }

    /// What a hub is asked to do.
    pub enum HubCommandKind {
        /// Say that it is there.
        Ping = "ping",
        /// Look for its devices anew.
        Rescan = "rescan",
        /// Ask the platform again which devices it serves.
        UpdateList = "update_list",
        /// Send what it wrote down of its own work.
        SendLogs = "send_logs",
    }

    /// How far a hub's command is.
    pub enum HubCommandState {
        /// The hub has not come for it yet.
        Queued = "queued",
        /// The hub was told and has not said what came of it.
        Sent = "sent",
        /// The hub did it.
        Done = "done",
        /// The hub could not.
        Failed = "failed",
        /// The hub did not come, or did not answer, in time.
        Expired = "expired",
    }

    /// What kind of vital sign a reading is; the texts of `vitals::Kind`.
    pub enum Kind {
        /// Systolic and diastolic pressure by a cuff.
        BloodPressure = "blood_pressure",
        /// Body weight.
        Weight = "weight",
        /// Glucose.
        Glucose = "glucose",
        /// Oxygen saturation.
        Oximetry = "oximetry",
        /// Body temperature.
        Temperature = "temperature",
        /// Heart rate.
        HeartRate = "heart_rate",
        /// Steps and what goes with them.
        Activity = "activity",
        /// Minutes by stage of sleep.
        Sleep = "sleep",
    }

    /// How well it is proved that a reading came from its device; the texts of `vitals::Proof`.
    pub enum Proof {
        /// A hub signed the batch it was in.
        HubSigned = "hub_signed",
        /// The device showed its own token.
        DeviceToken = "device_token",
        /// A vendor's cloud said so.
        VendorAsserted = "vendor_asserted",
    }

    /// Whether a reading stands.
    pub enum ReadingStatus {
        /// It stands.
        Final = "final",
        /// It was taken back: flagged, never removed.
        EnteredInError = "entered_in_error",
    }

    /// Why something authenticated was not believed.
    pub enum QuarantineReason {
        /// The platform has no such device.
        UnknownDevice = "unknown_device",
        /// The device belongs to another customer than its sender.
        WrongOwner = "wrong_owner",
        /// Nobody held the device when it measured.
        NoOwner = "no_owner",
        /// The device is switched off.
        InactiveDevice = "inactive_device",
        /// The message could not be read.
        Undecodable = "undecodable",
        /// Physically impossible values.
        Implausible = "implausible",
        /// Its time cannot be true and the device has moved, so nobody can say whose it is.
        ClockSuspectMoved = "clock_suspect_moved",
        /// The customer's readings need a patient and the device has none.
        Unpaired = "unpaired",
        /// The device says that it measured nothing.
        NoValue = "no_value",
        /// A type of message that nobody has told the platform of.
        UnknownType = "unknown_type",
    }

    /// What became of an item in quarantine.
    pub enum QuarantineState {
        /// Nobody has decided yet.
        Waiting = "waiting",
        /// Taken in after all.
        Released = "released",
        /// Turned down.
        Rejected = "rejected",
    }

    /// The three circuits an outbox row can be for; none ever waits for another.
    pub enum Circuit {
        /// To the customers' servers.
        Forwarding = "forwarding",
        /// To people.
        Alerts = "alerts",
        /// To EHRs.
        Clinical = "clinical",
    }

    /// What an event in a customer's stream says.
    pub enum EventType {
        /// A reading was taken in.
        ReadingCreated = "reading.created",
        /// A reading was taken back.
        ReadingWithdrawn = "reading.withdrawn",
        /// Somebody tried an endpoint.
        EndpointTest = "endpoint.test",
    }

    /// How far an event got, as a page shows it; the truth of what is still to be sent is in the deliveries.
    pub enum EventDeliveryState {
        /// No endpoint wanted it.
        None = "none",
        /// Not every endpoint has it yet.
        Waiting = "waiting",
        /// Every endpoint has it.
        Delivered = "delivered",
        /// A delivery of it lies on the dead-letter shelf.
        Dead = "dead",
    }

    /// Whether an endpoint is sent to.
    pub enum EndpointState {
        /// It is.
        Active = "active",
        /// It is not; its events keep gathering.
        Disabled = "disabled",
    }

    /// The form in which an endpoint wants readings.
    pub enum EndpointFormat {
        /// Vitalwire's own JSON.
        Canonical = "canonical",
        /// A FHIR R4 Observation.
        Fhir = "fhir",
    }

    /// Where a delivery that has not succeeded stands.
    pub enum DeliveryState {
        /// It will be tried at its next time.
        Due = "due",
        /// On the dead-letter shelf.
        Dead = "dead",
    }

    /// How one try of a delivery ended.
    pub enum AttemptOutcome {
        /// The endpoint has it.
        Delivered = "delivered",
        /// It will be tried again.
        Retry = "retry",
        /// It will not: the dead-letter shelf.
        Dead = "dead",
        /// It was given up after its time on the shelf.
        Expired = "expired",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_name_is_the_database_s_text() {
        for kind in Kind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
            assert_eq!(kind.as_str().parse(), Ok(*kind));
            assert_eq!(sea_orm::ActiveEnum::to_value(kind), kind.to_string());
        }
        assert_eq!(
            serde_json::from_str::<EventType>("\"reading.created\"").unwrap(),
            EventType::ReadingCreated
        );
        assert_eq!(
            "Active".parse::<HubState>().unwrap_err().to_string(),
            "unknown HubState"
        );
    }

    #[cfg(feature = "openapi")]
    #[test]
    fn a_schema_lists_the_database_s_texts() {
        let schema = serde_json::to_value(<EventType as utoipa::PartialSchema>::schema()).unwrap();
        assert_eq!(schema["type"], "string");
        assert_eq!(schema["enum"], serde_json::to_value(EventType::ALL).unwrap());
        let schema = serde_json::to_value(<crate::ids::DeviceId as utoipa::PartialSchema>::schema()).unwrap();
        assert_eq!(
            (&schema["type"], &schema["format"]),
            (&"string".into(), &"uuid".into())
        );
    }
}
