//! A return is on its way.

use crate::ground::enums::OrderStepKind;
use crate::ground::ids::ReturnId;
use crate::identity::Caller;
use crate::orders::store::steps::NewStep;
use crate::orders::way::ReturnMove;
use crate::orders::{Carriage, Orders, store};
use crate::registry::RegistryError;

impl Orders<'_> {
    /// Says that what was accepted is on its way, and with whom.
    pub async fn send_return(
        &self,
        by: &Caller,
        id: ReturnId,
        (carrier, tracking): (&str, Option<&str>),
    ) -> Result<(), RegistryError> {
        let act = self.begin_return(by, ReturnMove::Send)?;
        let carriage = Carriage::typed(carrier, tracking)?;
        act.on(id, async |tx, _| {
            store::returns::system_carry(tx, id, &carriage).await?;
            Ok(NewStep::of(OrderStepKind::Sent).text(Some(carriage.said())))
        })
        .await
    }
}
