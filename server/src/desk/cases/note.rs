//! Somebody writes in a case.

use super::letters::{Named, News};
use super::{list, rules};
use crate::desk::store::{self, Line};
use crate::desk::{Desk, must, side};
use crate::ground::enums::{CaseSide, CaseState, CaseVisibility};
use crate::ground::ids::{CaseId, CaseNoteId};
use crate::identity::{Caller, in_scope};
use crate::registry::RegistryError;
use crate::tenancy::{Right, Scope as _, SystemScope};

/// What somebody writes.
#[derive(Debug, Clone)]
pub struct NewNote {
    /// 1 to 4,000 characters.
    pub text: String,
    /// Who reads it.
    pub visibility: CaseVisibility,
}

impl Desk<'_> {
    /// Writes in a case that the caller sees, and tells whoever opened it and whoever looks after it; where nobody
    /// does, and the side that opened it writes again, those for whom it waits.
    pub async fn note(&self, by: &Caller, id: CaseId, new: NewNote) -> Result<CaseNoteId, RegistryError> {
        must(by, Right::OpenCases)?;
        let NewNote { text, visibility } = new;
        if visibility == CaseVisibility::Internal {
            must(by, Right::AnswerCases)?;
            if side(by) == CaseSide::Customer {
                return Err(RegistryError::NotAllowed(
                    "internal notes are the platform's and the distributor's",
                ));
            }
        }
        let text = rules::note(&text)?;
        let seen = in_scope!(by, scope => {
            scope.run(self.database, async |tx| list::get(tx, id).await).await
        })?;
        self.rate.write(by)?;
        let (note, now) = (self.ground.id(), self.ground.now());
        SystemScope::for_purpose("write in a case that the caller sees")
            .run(self.database, async |tx| {
                let case = store::cases::system_lock(tx, &seen).await?;
                let after = rules::after_note(case.state, case.opener_side, side(by), visibility)?;
                if store::notes::system_is_full(tx, id, side(by)).await? {
                    return Err(RegistryError::Conflict(
                        "the case is full; open another one and name this one there",
                    ));
                }
                store::notes::system_insert(tx, (note, id), &Line::note(text, visibility), by, now).await?;
                if after != case.state {
                    let line = Line::state(after);
                    store::notes::system_insert(tx, (self.ground.id(), id), &line, by, now).await?;
                    store::cases::system_set_state(tx, id, after).await?;
                }
                if visibility == CaseVisibility::Everybody {
                    store::cases::system_touch(tx, id, now).await?;
                }
                let named = Named {
                    id,
                    number: seen.number,
                };
                let author = by.person.id;
                let readers = store::people::system_to_tell(tx, (id, &case), visibility, author).await?;
                self.system_tell(tx, readers, (named, News::Written), &by.person)
                    .await?;
                let asks_again = case.opener_side == side(by) && visibility == CaseVisibility::Everybody;
                if asks_again && after == CaseState::Open && case.assignee.is_none() {
                    let readers = store::people::system_waited_for(tx, id, author).await?;
                    self.system_tell(tx, readers, (named, News::WrittenAgain), &by.person)
                        .await?;
                }
                Ok::<_, RegistryError>(())
            })
            .await?;
        self.post.hurry();
        Ok(note)
    }
}
