//! Who the first of a customer's people is: whoever comes after them, they invite. The distributor who invited them is told
//! their name, so that it knows whom to turn to; of people whom somebody else made, no more than that there are some.

use super::{Identity, IdentityError, store};
use crate::ground::ids::CustomerId;
use crate::tenancy::{DistributorScope, Scope as _, SystemScope};

/// The first of a customer's people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstPerson {
    /// Their name, where the caller's own people made the account.
    pub name: Option<String>,
}

impl Identity {
    /// The first person of a customer of the caller's portfolio; none where it has no people yet.
    pub async fn first_person(
        &self,
        by: &DistributorScope,
        customer: CustomerId,
    ) -> Result<Option<FirstPerson>, IdentityError> {
        SystemScope::for_purpose("say whether a customer of the caller's portfolio has people")
            .run(&self.database, async |tx| {
                store::people::system_first(tx, by.id(), customer).await
            })
            .await
    }
}
