//! What a call can be aimed at: one of everything that a customer has, or ids that nobody has.

use uuid::Uuid;
use vitalwire_server::ground::ids::{
    CareTeamId, CaseId, ContactId, CustomerId, DeliveryId, DeviceId, DistributorId, EndpointId, HubId,
    ImportId, InvitationId, OrderId, ReadingId, ReturnId, SiteId, SourceId, UserId,
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
    /// Where nothing stands, with a colleague, and the care team that looks after it.
    pub(crate) site: SiteId,
    pub(crate) team: CareTeamId,
    /// The customer's account in a vendor's cloud, which speaks for the device.
    pub(crate) source: SourceId,
    /// About the device, with a note and an internal one.
    pub(crate) case: CaseId,
    /// Of the distributor: one that waits, and one of which one device is on its way and one has come.
    pub(crate) orders: [OrderId; 2],
    /// Of the distributor: one that waits for a word, and one that may be sent.
    pub(crate) returns: [ReturnId; 2],
    /// Of what is on its way to the distributor, and of what lies in its stock.
    pub(crate) sent_serial: String,
    pub(crate) spare_serial: String,
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
            self.orders[0].as_uuid(),
            self.orders[1].as_uuid(),
            self.returns[0].as_uuid(),
            self.returns[1].as_uuid(),
            self.site.as_uuid(),
            self.team.as_uuid(),
            self.source.as_uuid(),
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
