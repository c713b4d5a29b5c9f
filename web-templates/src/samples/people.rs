//! Made-up pages of people.

use askama::Template as _;
use chrono::TimeDelta;

use super::{frame, now, zone};
use crate::actions::Action;
use crate::components::{Fact, FactCard};
use crate::field::{Field, FieldKind, Width};
use crate::forms::Form;
use crate::icon::Icon;
use crate::pages::people::{AccountPage, DoorPage, InvitationRow, PersonRow, UserPage, UsersPage};
use crate::parts::{Choice, Filter, Pager, Tag, Tone, When};

/// Every page of people, rendered, under the path at which it may be looked at.
pub fn pages() -> Vec<(&'static str, askama::Result<String>)> {
    let mut nobody = users();
    nobody.rows.clear();
    nobody.invitations.clear();
    vec![
        ("users", users().render()),
        ("users-empty", nobody.render()),
        ("users/lena", user().render()),
        ("account", account().render()),
        ("invitation", invitation().render()),
        ("invitation-over", over().render()),
        ("forgot", forgot().render()),
    ]
}

fn password(name: &str, label: &str, autocomplete: &'static str) -> Field {
    Field::new(FieldKind::Password, name, label)
        .required()
        .autocomplete(autocomplete)
        .width(Width::Full)
}

/// The link of an invitation.
pub fn invitation() -> DoorPage {
    let form = Form::new("/invitation/token", "csrf-token", "Make my account").fields(vec![
        password("password", "Password", "new-password").hint("At least 12 characters."),
        password("again", "The same again", "new-password"),
    ]);
    DoorPage::new(
        "Welcome, Lena Ortiz",
        "You are invited to Northside Clinic. You will sign in as lena@northside.example.",
    )
    .form(form)
}

/// A link that was used.
pub fn over() -> DoorPage {
    DoorPage::new(
        "This link works no longer",
        "It has been used, was taken back, or is over.",
    )
    .way("Sign in", "/login")
}

/// A forgotten password.
pub fn forgot() -> DoorPage {
    let mut form = Form::new("/forgot", "csrf-token", "Send the link")
        .fields(vec![Field::email("email", "Email").required().width(Width::Full)]);
    form.refuse("email", "The e-mail address is not valid.");
    DoorPage::new("Forgotten your password?", "We send you a link.")
        .form(form)
        .way("Back to the sign-in", "/login")
}

/// The people of a clinic.
pub fn users() -> UsersPage {
    let again = Form::new("/invitations/1/send-again", "csrf-token", "Send again");
    let back = Form::new("/invitations/1/revoke", "csrf-token", "Take back").danger();
    UsersPage {
        frame: frame("People", "/users"),
        actions: vec![Action::go("Invite", "/users/invite").icon(Icon::Users).primary()],
        filter: Filter {
            action: "/users".into(),
            q: String::new(),
            placeholder: "Name or address".into(),
            selects: vec![],
        },
        rows: vec![PersonRow {
            href: "/users/1".into(),
            name: "Rosa Keller".into(),
            email: "rosa.keller@northside.example".into(),
            organisation: String::new(),
            role: "Administrator".into(),
            sees: "sees Ward 4 alone".into(),
            state: Tag::new("active", Tone::Ok),
            made_by: "added by Harbor Devices (distributor)".into(),
            last_sign_in: Some(When::ago(now() - TimeDelta::minutes(3), now(), &zone())),
        }],
        pager: Pager {
            text: "1 person".into(),
            first: None,
            next: None,
        },
        invitations: vec![InvitationRow {
            name: "Lena Ortiz".into(),
            email: "lena@northside.example".into(),
            organisation: String::new(),
            role: "Technician".into(),
            state: Tag::new("sent", Tone::Info),
            sent: When::ago(now() - TimeDelta::hours(3), now(), &zone()),
            ends: When::ahead(now() + TimeDelta::days(6), now(), &zone()),
            actions: vec![Action::post(again), Action::post(back)],
        }],
    }
}

/// One of them.
pub fn user() -> UserPage {
    let form = Form::new("/users/1/permissions", "csrf-token", "Save").fields(vec![Field::checks(
        "permission",
        "Permissions",
        vec![
            Choice::new("read_readings", "See readings", true),
            Choice::new("manage_devices", "Manage devices and hubs", false),
        ],
    )]);
    let disable = Form::new("/users/1/state", "csrf-token", "Disable")
        .hidden("state", "disabled")
        .danger();
    UserPage {
        frame: frame("Lena Ortiz", "/users"),
        email: "lena@northside.example".into(),
        state: Tag::new("active", Tone::Ok),
        cards: vec![FactCard::new("Account", vec![Fact::text("Role", "Clinician")])],
        permissions: Some(form),
        sees: None,
        fixed: String::new(),
        moves: vec![Action::post_as("Disable the account", disable).hint("Ends every session at once.")],
    }
}

/// One's own account.
pub fn account() -> AccountPage {
    let preferences = Form::new("/account", "csrf-token", "Save").fields(vec![
        Field::text("time_zone", "Time zone").placeholder("America/New_York"),
        Field::select(
            "pressure",
            "Blood pressure",
            vec![Choice::new("mmHg", "mmHg", true)],
        ),
    ]);
    let change = Form::new("/account/password", "csrf-token", "Change the password").fields(vec![
        password("present", "Present password", "current-password"),
        password("password", "New password", "new-password"),
    ]);
    AccountPage {
        frame: frame("Your account", "/account"),
        cards: vec![FactCard::new("You", vec![Fact::text("Name", "Rosa Keller")])],
        preferences,
        password: change,
    }
}
