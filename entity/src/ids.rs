//! Typed ids: a device's id is no customer's id, and the compiler knows it.
//!
//! Each is a newtype that travels as what it wraps: in JSON, in URLs, through SeaORM and through sqlx, alone and in
//! arrays.

use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

use crate::sql::stored_as;

/// A text that is no id of the kind that was asked for. It does not repeat the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a valid {what}")]
pub struct InvalidId {
    /// The type that was asked for, for example `DeviceId`.
    pub what: &'static str,
}

/// Declares newtypes over `$inner` with everything an id needs; `$get` is the name of its getter.
macro_rules! ids {
    ($inner:ident, $get:ident, $($(#[$meta:meta])* $name:ident,)+) => { $(
        $(#[$meta])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, DeriveValueType,
        )]
        #[sea_orm(try_getable_array)]
        #[serde(transparent)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub struct $name($inner);

        impl $name {
            /// What it wraps.
            pub const fn $get(self) -> $inner {
                self.0
            }
        }

        impl From<$inner> for $name {
            fn from(inner: $inner) -> Self {
                Self(inner)
            }
        }

        impl From<$name> for $inner {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(&self.0, f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self).map_err(|_| InvalidId { what: stringify!($name) })
            }
        }

        stored_as!($name, $inner, $inner, Self::$get, |inner| Ok(Self(inner)));
    )+ };
}

ids! {
    Uuid, as_uuid,
    /// A distributor: who places devices with clinics.
    DistributorId,
    /// A customer: a clinic, and the tenant of all patient data.
    CustomerId,
    /// A person who signs in.
    UserId,
    /// A signed-in browser.
    SessionId,
    /// A maker's model of device.
    DeviceModelId,
    /// A single device; (maker, serial) is its identity to people.
    DeviceId,
    /// Who sent a reading: a device's token, or the hub or the source itself, whose id it then is.
    CredentialId,
    /// A hub.
    HubId,
    /// An account in a vendor's cloud that pushes readings.
    SourceId,
    /// A code with which a hub claims itself once.
    ClaimCodeId,
    /// A key that a hub holds or held.
    HubKeyId,
    /// Something that a hub is asked to do.
    HubCommandId,
    /// A piece of a hub's log.
    HubLogId,
    /// A period in which somebody held a device or a hub.
    AssignmentId,
    /// A reading.
    ReadingId,
    /// The bytes in which readings came.
    RawMessageId,
    /// An item that was authenticated but not believed.
    QuarantineId,
    /// A customer's own server.
    EndpointId,
    /// A delivery to an endpoint; it is the `webhook-id`, the same across retries and replays.
    DeliveryId,
    /// One try of a delivery.
    AttemptId,
    /// A counted refusal.
    RefusalId,
    /// Whom one writes to or calls.
    ContactId,
    /// An import of devices from a file.
    ImportId,
    /// A case of the support desk.
    CaseId,
    /// A line of a case.
    CaseNoteId,
    /// An order of devices and hubs.
    OrderId,
    /// So many of one model in an order.
    OrderLineId,
    /// A parcel of an order.
    ParcelId,
    /// A device or a hub of an order.
    OrderItemId,
    /// Devices and hubs that a distributor sends back.
    ReturnId,
    /// A device or a hub of a return.
    ReturnItemId,
    /// What happened to an order or a return.
    OrderStepId,
    /// An invitation to make an account.
    InvitationId,
    /// A mail that the platform sends.
    MailId,
    /// A link with which one chooses a new password.
    PasswordResetId,
    /// A house, a ward or a practice of a customer.
    SiteId,
    /// People of a customer who look after some of its sites.
    CareTeamId,
}

/// Uuid has no number in it that a database could hand back, so SeaORM may not make these from one.
macro_rules! no_number {
    ($($name:ident)+) => { $(
        impl sea_orm::TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
                Err(sea_orm::DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    )+ };
}

no_number! {
    DistributorId CustomerId UserId SessionId DeviceModelId DeviceId CredentialId HubId ClaimCodeId HubKeyId AssignmentId
    ReadingId RawMessageId QuarantineId EndpointId DeliveryId AttemptId RefusalId ContactId
    ImportId InvitationId MailId PasswordResetId
    HubCommandId HubLogId CaseId CaseNoteId SiteId CareTeamId
    SourceId OrderId OrderLineId ParcelId OrderItemId ReturnId ReturnItemId OrderStepId
}

ids! {
    i64, as_i64,
    /// A position in a customer's stream of events, counted from 1.
    Sequence,
    /// A row of the outbox. It is handed out before commit, so it orders nothing: never use it as a cursor.
    OutboxId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_written_as_what_it_wraps() {
        let text = "0192f0c1-2d3e-7a4b-8c5d-6e7f8091a2b3";
        let id: DeviceId = text.parse().unwrap();
        assert_eq!(id.to_string(), text);
        assert_eq!(serde_json::to_value(id).unwrap(), text);
        assert_eq!(serde_json::from_value::<DeviceId>(text.into()).unwrap(), id);
        assert_eq!(DeviceId::from(id.as_uuid()), id);
        assert_eq!(serde_json::to_string(&Sequence::from(7)).unwrap(), "7");
        assert_eq!("7".parse(), Ok(Sequence::from(7)));
    }

    #[test]
    fn an_error_names_what_was_asked_for_and_not_what_came() {
        let error = "a secret".parse::<HubId>().unwrap_err();
        assert_eq!(error.to_string(), "not a valid HubId");
        assert!("1.5".parse::<OutboxId>().is_err());
    }
}
