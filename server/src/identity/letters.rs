//! What the platform writes to people about their accounts.

use super::Email;
use crate::ground::enums::MailKind;
use crate::mailing::Letter;

/// "You are invited."
pub(super) fn invitation(
    to: &Email,
    name: &str,
    by: &str,
    organisation: &str,
    role: &str,
    link: &str,
) -> Letter {
    let text = format!(
        "Hello {name},\n\n\
         {by} invites you to join {organisation} on Vitalwire, the platform for remote patient monitoring. \
         Your role there: {role}.\n\n\
         Choose your password here:\n\n{link}\n\n\
         The link works once, within seven days. If you expected no invitation, ignore this mail: without the link \
         no account is made.\n"
    );
    letter(MailKind::Invitation, to, "Your invitation to Vitalwire", text)
}

/// "Choose a new password."
pub(super) fn reset(to: &Email, link: &str) -> Letter {
    let text = format!(
        "Hello,\n\n\
         somebody asked for a new password for your account on Vitalwire. If it was you, choose it here:\n\n{link}\n\n\
         The link works once, within an hour. If it was not you, ignore this mail: your password stays as it is.\n"
    );
    letter(
        MailKind::PasswordReset,
        to,
        "Choose a new password for Vitalwire",
        text,
    )
}

/// "It was changed."
pub(super) fn changed(to: &Email, public_url: &str) -> Letter {
    let text = format!(
        "Hello,\n\n\
         the password of your account on Vitalwire was changed just now, and all other sessions have ended.\n\n\
         If it was not you, choose a new one at once, and tell whoever manages the people of your organization:\n\n\
         {public_url}/forgot\n"
    );
    letter(
        MailKind::PasswordChanged,
        to,
        "Your Vitalwire password was changed",
        text,
    )
}

/// "Somebody says that they speak for the customer."
pub(super) fn asks(to: &str, name: &str, email: &str, organisation: &str, public_url: &str) -> Letter {
    let text = format!(
        "Hello,\n\n\
         {name} ({email}) has signed in on Vitalwire as somebody who belongs to {organisation}, and asks to see what its \
         devices measure. An administrator of the platform makes sure of that before anything is shown.\n\n\
         If you do not know this person, say so now to whoever provides Vitalwire to you.\n\n{public_url}/users\n"
    );
    addressed(MailKind::Confirmation, to, "Somebody asks to see readings", text)
}

/// "The platform has made sure of them."
pub(super) fn confirmed(to: &str, name: &str, email: &str, organisation: &str) -> Letter {
    let text = format!(
        "Hello,\n\n\
         an administrator of the platform has confirmed that {name} ({email}) belongs to {organisation}. From now on they \
         see what its devices measure on Vitalwire, and decide who else there does.\n\n\
         If you do not know this person, say so at once to whoever provides Vitalwire to you.\n"
    );
    addressed(
        MailKind::Confirmation,
        to,
        "A person was confirmed on Vitalwire",
        text,
    )
}

fn letter(kind: MailKind, to: &Email, subject: &str, text: String) -> Letter {
    addressed(kind, to.as_str(), subject, text)
}

fn addressed(kind: MailKind, to: &str, subject: &str, text: String) -> Letter {
    Letter {
        kind,
        to: to.to_owned(),
        subject: subject.to_owned(),
        text,
    }
}
