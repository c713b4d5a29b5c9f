//! What the desk writes to people. No word of a case leaves the platform: a mail names the case and leads to it.

use chrono::TimeDelta;

use super::CaseNumber;
use crate::desk::Desk;
use crate::desk::store::people::Reader;
use crate::ground::enums::MailKind;
use crate::ground::ids::CaseId;
use crate::identity::Person;
use crate::mailing::Letter;
use crate::registry::RegistryError;
use crate::tenancy::{SystemScope, Tx};

/// How long it is worth telling somebody by mail.
const LIVES: TimeDelta = TimeDelta::days(2);

/// What there is to tell of a case.
#[derive(Debug, Clone, Copy)]
pub(super) enum News {
    /// Somebody asks, and nobody looks after it yet.
    Opened,
    /// Somebody wrote, to those who opened it or look after it.
    Written,
    /// Somebody wrote again, and still nobody looks after it.
    WrittenAgain,
    /// It is for the reader to look after.
    Assigned,
}

/// A case, as a letter names it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named {
    pub(super) id: CaseId,
    pub(super) number: CaseNumber,
}

impl Desk<'_> {
    /// Tells people of what somebody did in a case, as often as each of them hears of one. Call the post's `hurry` after the
    /// commit.
    pub(super) async fn system_tell(
        &self,
        tx: &Tx<SystemScope>,
        readers: Vec<Reader>,
        (case, news): (Named, News),
        by: &Person,
    ) -> Result<(), RegistryError> {
        for reader in readers {
            let goes = match news {
                News::Opened => self.rate.tells_of_new(&reader.email),
                News::Written | News::WrittenAgain | News::Assigned => {
                    self.rate.tells(case.id, &reader.email)
                }
            };
            if goes {
                let letter = letter(reader, (case, news), by, self.public_url);
                let sealed = self.post.seal(&letter, LIVES);
                self.post.system_take(tx, &sealed).await?;
            }
        }
        Ok(())
    }
}

fn letter(to: Reader, (case, news): (Named, News), by: &Person, public_url: &str) -> Letter {
    let Named { id, number } = case;
    let by = match &by.organisation {
        Some(organisation) => format!("{} of {organisation}", by.name),
        None => by.name.clone(),
    };
    let (matter, said, why) = match news {
        News::Opened => (
            "somebody asks",
            format!("{by} opened the case {number} on Vitalwire. Nobody looks after it yet. Read it here:"),
            "you may answer cases, and this one waits for your organization",
        ),
        News::Written => (
            "somebody wrote",
            format!("{by} wrote in the case {number} on Vitalwire. Read it here:"),
            "you opened the case, or look after it",
        ),
        News::WrittenAgain => (
            "somebody wrote",
            format!("{by} wrote in the case {number} on Vitalwire. Nobody looks after it yet. Read it here:"),
            "you may answer cases, and this one waits for your organization",
        ),
        News::Assigned => (
            "you look after it",
            format!("{by} gave the case {number} on Vitalwire to you. Read it here:"),
            "you look after the case",
        ),
    };
    Letter {
        kind: MailKind::CaseNote,
        to: to.email,
        subject: format!("{number}: {matter}"),
        text: format!(
            "Hello {name},\n\n{said}\n\n{public_url}/cases/{id}\n\nYou get this mail because {why}.\n",
            name = to.name,
        ),
    }
}
