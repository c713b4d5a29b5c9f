//! What is made by a form has a number, and is made once.

use chrono::Datelike as _;
use uuid::Uuid;

use super::{MOST_OPEN, Orders, store};
use crate::ground::enums::Errand;
use crate::ground::ids::DistributorId;
use crate::registry::{RegistryError, errands};
use crate::tenancy::{SystemScope, Tx};

/// What a form comes to.
#[derive(Debug)]
pub(super) enum Numbered {
    /// It was sent before, and made this.
    Before(Uuid),
    /// It makes something new, of this number.
    Now(String),
}

impl Orders<'_> {
    /// The number for what a distributor makes by a form with a token, who has not too much of it that is not over. Whoever
    /// makes another one waits until this transaction has ended.
    pub(super) async fn numbered(
        &self,
        tx: &Tx<SystemScope>,
        errand: Errand,
        form: (DistributorId, Uuid),
    ) -> Result<Numbered, RegistryError> {
        let (year, (distributor, _)) = (self.now().year(), form);
        store::system_hold_counter(tx, errand, year).await?;
        if let Some(made) = store::system_made(tx, errand, form).await? {
            return Ok(Numbered::Before(made));
        }
        // Who is suspended or closed orders no more, and sends back what it still has.
        if errand == Errand::Order {
            errands::system_must_be_active(tx, distributor).await?;
        }
        if store::system_open_count(tx, errand, distributor).await? >= MOST_OPEN {
            return Err(RegistryError::Conflict(match errand {
                Errand::Order => "200 orders are open; some of them have to be done with first",
                Errand::Return => "200 returns are open; some of them have to be done with first",
            }));
        }
        store::system_number(tx, errand, year).await.map(Numbered::Now)
    }
}
