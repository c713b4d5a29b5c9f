//! That the platform makes sure of a customer's first person. An account that somebody outside of a customer made sees no
//! values, and cannot give them away. Its person asks, in the customer's name, with a password that nobody else chose; the
//! customer's contacts are told; an administrator of the platform who made nobody there makes sure of the person, and
//! confirms. From then on the customer's own people decide who sees what. See ADR 12.

use chrono::TimeDelta;

use super::rules::VALUES;
use super::store::confirmation as store;
use super::store::confirmation::Asking;
use super::users::may_manage_users;
use super::{Caller, CallerScope, Email, Identity, IdentityError, letters};
use crate::ground::ids::{CustomerId, UserId};
use crate::tenancy::{Scope as _, SystemScope, Tx};

/// How long it is worth telling by mail.
const NEWS: TimeDelta = TimeDelta::days(7);

impl Identity {
    /// A customer's person says that they belong to it, and asks the platform to make sure of them. Where somebody there may
    /// let them see values, they are asked instead. The customer's contacts and the administrators hear of it.
    pub async fn ask_to_be_confirmed(&self, caller: &Caller) -> Result<(), IdentityError> {
        may_manage_users(caller)?;
        let CallerScope::Customer(scope) = &caller.scope else {
            return Err(IdentityError::NotAllowed(
                "the platform confirms people of customers",
            ));
        };
        let (user, customer, now) = (caller.person.id, scope.id(), self.ground.now());
        SystemScope::for_purpose("note that a customer's person asks to be confirmed")
            .run(&self.database, async |tx| {
                let asking = store::system_asking(tx, user)
                    .await?
                    .ok_or(IdentityError::NoSuchUser)?;
                may_ask(&asking)?;
                if asking.waits {
                    return Err(IdentityError::NotNow("you have asked already"));
                }
                store::system_ask(tx, user, now).await?;
                self.tell(tx, customer, &asking, true).await
            })
            .await?;
        self.post.hurry();
        Ok(())
    }

    /// An administrator has made sure of a person who asked: they may see values from now on, and decide who else does. Not
    /// one who made an account there: what one alone began, another one ends.
    pub async fn confirm(&self, caller: &Caller, user: UserId) -> Result<(), IdentityError> {
        let CallerScope::Admin(scope) = &caller.scope else {
            return Err(IdentityError::NotAllowed(
                "the platform's administrators confirm people",
            ));
        };
        scope
            .run(&self.database, async |tx| {
                super::store::people::one_user(tx, user).await
            })
            .await?;
        self.system_confirm(user, Some(caller.person.id)).await
    }

    /// The same for who runs the machine, at the command line: whether the person asked makes no difference there.
    pub async fn system_confirm_at_the_machine(&self, email: &str) -> Result<(), IdentityError> {
        let email: Email = email.parse()?;
        let user = SystemScope::for_purpose("find the account of an address")
            .run(&self.database, async |tx| store::system_user_of(tx, &email).await)
            .await?
            .ok_or(IdentityError::NoSuchUser)?;
        self.system_confirm(user, None).await
    }

    async fn system_confirm(&self, user: UserId, by: Option<UserId>) -> Result<(), IdentityError> {
        let now = self.ground.now();
        SystemScope::for_purpose("confirm a customer's person")
            .run(&self.database, async |tx| {
                let asking = store::system_asking(tx, user)
                    .await?
                    .ok_or(IdentityError::NoSuchUser)?;
                let customer = asking.customer.ok_or(IdentityError::NotAllowed(
                    "only people of customers are confirmed",
                ))?;
                if let Some(by) = by {
                    if !asking.waits {
                        return Err(IdentityError::NotNow("this person has not asked to be confirmed"));
                    }
                    may_ask(&asking)?;
                    if store::system_made_somebody(tx, customer, by).await? {
                        return Err(IdentityError::NotAllowed(
                            "you made an account of this customer: another administrator confirms its people",
                        ));
                    }
                }
                let gained: Vec<String> = VALUES.map(|permission| permission.as_str().to_owned()).into();
                store::system_confirm(tx, user, by, gained, now).await?;
                self.tell(tx, customer, &asking, false).await
            })
            .await?;
        self.post.hurry();
        self.endings.send_replace(());
        Ok(())
    }

    /// Tells the customer's contacts, and the administrators of who asks, the person of the answer.
    async fn tell(
        &self,
        tx: &Tx<SystemScope>,
        customer: CustomerId,
        about: &Asking,
        asks: bool,
    ) -> Result<(), IdentityError> {
        for to in store::system_to_tell(tx, customer, asks, &about.email).await? {
            let letter = if asks {
                letters::asks(
                    &to,
                    &about.name,
                    &about.email,
                    &about.organisation,
                    &self.public_url,
                )
            } else {
                letters::confirmed(&to, &about.name, &about.email, &about.organisation)
            };
            let sealed = self.post.seal(&letter, NEWS);
            self.post.system_take(tx, &sealed).await?;
        }
        Ok(())
    }
}

/// Whether there is something to ask for.
fn may_ask(asking: &Asking) -> Result<(), IdentityError> {
    if !asking.is_active || !asking.manages_users {
        return Err(IdentityError::NotAllowed(
            "somebody who manages the customer's people asks to be confirmed",
        ));
    }
    if asking.sees_values {
        return Err(IdentityError::NotNow("there is nothing to ask for"));
    }
    if asking.others_decide {
        return Err(IdentityError::NotNow(
            "your organization has people who see readings and manage its people: ask them",
        ));
    }
    if !asking.chose_password {
        return Err(IdentityError::NotNow(
            "somebody else chose your password: change it first",
        ));
    }
    Ok(())
}
