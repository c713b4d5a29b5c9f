//! A case is handed on, or stands differently.

use super::letters::{Named, News};
use super::list;
use crate::desk::store::{self, Line};
use crate::desk::{Desk, must, side};
use crate::ground::enums::{CaseSide, CaseState};
use crate::ground::ids::{CaseId, UserId};
use crate::identity::{Caller, in_scope};
use crate::registry::{Change, RegistryError};
use crate::tenancy::{Right, Scope as _, SystemScope};

/// What changes of a case.
#[derive(Debug, Clone, Default)]
pub struct CasePatch {
    /// How it stands from now on.
    pub state: Option<CaseState>,
    /// Who looks after it from now on.
    pub assignee: Option<Change<UserId>>,
}

/// Somebody who may look after a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Who.
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// Whose people they are.
    pub side: CaseSide,
}

impl Desk<'_> {
    /// Those who may look after a case that the caller sees: whoever may answer it, of the caller's own side, and of the
    /// others those who have spoken up in it. To the platform's people everybody is named.
    pub async fn candidates(&self, by: &Caller, id: CaseId) -> Result<Vec<Candidate>, RegistryError> {
        let seen = in_scope!(by, scope => {
            scope.run(self.database, async |tx| list::get(tx, id).await).await
        })?;
        SystemScope::for_purpose("who may look after a case that the caller sees")
            .run(self.database, async |tx| {
                store::people::system_candidates(tx, &seen, side(by)).await
            })
            .await
    }

    /// Changes a case that the caller sees and may answer. What stays as it is leaves no line. Whoever is to look after it
    /// from now on is told by mail.
    pub async fn change(&self, by: &Caller, id: CaseId, patch: CasePatch) -> Result<(), RegistryError> {
        must(by, Right::AnswerCases)?;
        let seen = in_scope!(by, scope => {
            scope.run(self.database, async |tx| list::get(tx, id).await).await
        })?;
        let CasePatch { state, assignee } = patch;
        let now = self.ground.now();
        SystemScope::for_purpose("change a case that the caller sees")
            .run(self.database, async |tx| {
                let case = store::cases::system_lock(tx, &seen).await?;
                let assignee = assignee.filter(|change| change.value().copied() != case.assignee);
                let state = state.filter(|state| *state != case.state);
                if assignee.is_some() || state.is_some() {
                    self.rate.change(by)?;
                }
                if let Some(change) = assignee {
                    let chosen = match change {
                        Change::Clear => None,
                        Change::Set(wanted) => {
                            let known = store::people::system_candidates(tx, &seen, side(by)).await?;
                            let chosen = known.into_iter().find(|candidate| candidate.id == wanted);
                            Some(chosen.ok_or_else(nobody)?)
                        }
                    };
                    store::cases::system_assign(tx, id, chosen.as_ref()).await?;
                    if let Some(chosen) = chosen.as_ref().filter(|chosen| chosen.id != by.person.id) {
                        let named = Named {
                            id,
                            number: seen.number,
                        };
                        let reader = store::people::system_reader(tx, chosen.id).await?;
                        self.system_tell(tx, reader, (named, News::Assigned), &by.person)
                            .await?;
                    }
                    let line = Line::assignee(chosen.map(|chosen| chosen.name));
                    store::notes::system_insert(tx, (self.ground.id(), id), &line, by, now).await?;
                    store::cases::system_touch(tx, id, now).await?;
                }
                if let Some(state) = state {
                    store::cases::system_set_state(tx, id, state).await?;
                    let line = Line::state(state);
                    store::notes::system_insert(tx, (self.ground.id(), id), &line, by, now).await?;
                    store::cases::system_touch(tx, id, now).await?;
                }
                Ok::<_, RegistryError>(())
            })
            .await?;
        self.post.hurry();
        Ok(())
    }

    /// Opens a case again that the caller sees: who asked says when it is answered.
    pub async fn reopen(&self, by: &Caller, id: CaseId) -> Result<(), RegistryError> {
        must(by, Right::OpenCases)?;
        let seen = in_scope!(by, scope => {
            scope.run(self.database, async |tx| list::get(tx, id).await).await
        })?;
        let now = self.ground.now();
        SystemScope::for_purpose("open a case again that the caller sees")
            .run(self.database, async |tx| {
                let case = store::cases::system_lock(tx, &seen).await?;
                if !matches!(case.state, CaseState::Solved | CaseState::Closed) {
                    return Err(RegistryError::Conflict("the case is open"));
                }
                self.rate.change(by)?;
                store::cases::system_set_state(tx, id, CaseState::Open).await?;
                let line = Line::state(CaseState::Open);
                store::notes::system_insert(tx, (self.ground.id(), id), &line, by, now).await?;
                store::cases::system_touch(tx, id, now).await
            })
            .await
    }
}

fn nobody() -> RegistryError {
    RegistryError::Invalid {
        field: "assignee",
        why: "must be somebody who may answer this case".to_owned(),
    }
}
