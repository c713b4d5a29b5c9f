//! What the desk writes to people. No word of a case leaves the platform: a mail names the case and leads to it.

use super::CaseNumber;
use crate::ground::enums::MailKind;
use crate::ground::ids::CaseId;
use crate::mailing::Letter;

/// "Somebody wrote."
pub(super) fn written(
    to: &str,
    name: &str,
    by: &str,
    number: CaseNumber,
    id: CaseId,
    public_url: &str,
) -> Letter {
    let text = format!(
        "Hello {name},\n\n\
         {by} wrote in the case {number} on Vitalwire. Read it here:\n\n{public_url}/cases/{id}\n\n\
         You get this mail because you opened the case, or look after it.\n"
    );
    Letter {
        kind: MailKind::CaseNote,
        to: to.to_owned(),
        subject: format!("{number}: somebody wrote"),
        text,
    }
}
