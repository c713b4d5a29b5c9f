//! What a call can be aimed at: one of everything that a customer has, or ids that nobody has.

use uuid::Uuid;
use vitalwire_server::ground::ids::{
    CaseId, ContactId, CustomerId, DeliveryId, DeviceId, DistributorId, EndpointId, HubId, ImportId,
    InvitationId, ReadingId, UserId,
};
use vitalwire_server::identity::{Caller, CallerScope};
use vitalwire_server::tenancy::{CustomerScope, DistributorScope};

use crate::life::Life;

/// One of everything that a customer and its distributor have.
pub(crate) struct Aim {
    pub(crate) name: String,
    /// A user of the customer who may do everything there.
    pub(crate) customer_user: Caller,
    /// A user of the distributor who may do everything there.
    pub(crate) distributor_user: Caller,
    pub(crate) customer: CustomerId,
    /// A customer of the same distributor that has no users yet.
    pub(crate) fresh: CustomerId,
    /// Another user of the customer.
    pub(crate) colleague: UserId,
    /// Another user of the distributor.
    pub(crate) staff: UserId,
    /// Open invitations of the customer's, and of the distributor's own.
    pub(crate) invited: [InvitationId; 2],
    pub(crate) device: DeviceId,
    pub(crate) serial: String,
    pub(crate) hub: HubId,
    pub(crate) hub_serial: String,
    /// Of the key that the hub waits with.
    pub(crate) fingerprint: String,
    /// A blood pressure and a weight.
    pub(crate) readings: [ReadingId; 2],
    /// Of the events that announced them.
    pub(crate) sequences: [i64; 2],
    pub(crate) endpoint: EndpointId,
    /// Imports that wait: the customer's, and its distributor's.
    pub(crate) customer_import: ImportId,
    pub(crate) distributor_import: ImportId,
    /// Whom one calls at the customer.
    pub(crate) contact: ContactId,
    /// About the device, with a note and an internal one.
    pub(crate) case: CaseId,
    /// On the dead-letter shelf.
    pub(crate) dead: DeliveryId,
    /// What moves.
    pub(crate) life: Life,
    /// Ids that no call is aimed at but that answers could give away.
    pub(crate) others: Vec<Uuid>,
}

impl Aim {
    /// The scope of the customer's user.
    pub(crate) fn scope(&self) -> &CustomerScope {
        match &self.customer_user.scope {
            CallerScope::Customer(scope) => scope,
            other => panic!("no customer: {other:?}"),
        }
    }

    /// The scope of the distributor's user.
    pub(crate) fn distributor_scope(&self) -> &DistributorScope {
        match &self.distributor_user.scope {
            CallerScope::Distributor(scope) => scope,
            other => panic!("no distributor: {other:?}"),
        }
    }

    pub(crate) fn distributor(&self) -> DistributorId {
        self.distributor_scope().id()
    }

    /// Texts that stand in no answer to anybody else.
    pub(crate) fn marks(&self) -> Vec<String> {
        let ids = [
            self.customer.as_uuid(),
            self.fresh.as_uuid(),
            self.colleague.as_uuid(),
            self.customer_user.person.id.as_uuid(),
            self.distributor().as_uuid(),
            self.staff.as_uuid(),
            self.distributor_user.person.id.as_uuid(),
            self.invited[0].as_uuid(),
            self.invited[1].as_uuid(),
            self.device.as_uuid(),
            self.hub.as_uuid(),
            self.readings[0].as_uuid(),
            self.readings[1].as_uuid(),
            self.endpoint.as_uuid(),
            self.contact.as_uuid(),
            self.case.as_uuid(),
            self.customer_import.as_uuid(),
            self.distributor_import.as_uuid(),
            self.dead.as_uuid(),
        ];
        ids.iter()
            .chain(&self.others)
            .copied()
            .chain(self.life.ids())
            .map(|id| id.to_string())
            .chain([
                self.name.clone(),
                self.name.to_lowercase(),
                self.fingerprint.clone(),
            ])
            .collect()
    }
}
