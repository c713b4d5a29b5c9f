//! The page of a site.

use super::{CSRF, customer_frame};
use crate::components::{Fact, FactCard};
use crate::field::Field;
use crate::forms::Form;
use crate::icon::Icon;
use crate::pages::sites::{SitePage, SitePerson};
use crate::parts::Choice;
use crate::{Action, Crumb};

/// A site with two people.
pub fn site() -> SitePage {
    let mut frame = customer_frame("Ward 3", "/sites");
    frame.crumbs = vec![Crumb::to("Sites", "/sites")];
    let person = |href: &str, name: &str, note: &str| SitePerson {
        href: href.into(),
        name: name.into(),
        note: note.into(),
    };
    SitePage {
        frame,
        lead: "Main house, third floor".into(),
        actions: vec![
            Action::go("Put devices here", "/sites/1/devices")
                .icon(Icon::Devices)
                .primary(),
        ],
        people: vec![
            person("/users/1", "Rosa Keller", "sees their own sites alone"),
            person("", "Theo Lindqvist", "through Heart failure · sees everything"),
        ],
        nobody: String::new(),
        forms: vec![
            Form::new("/sites/1/people", CSRF, "Save the people").fields(vec![Field::checks(
                "person",
                "Who belongs here by themselves",
                vec![Choice::new("1", "Rosa Keller", true)],
            )]),
        ],
        cards: vec![FactCard::new(
            "What is here",
            vec![
                Fact::link("Devices", "112", "/devices?site=1"),
                Fact::text("Hubs", "2"),
            ],
        )],
        moves: vec![
            Action::ask(
                "Change it",
                Form::new("/sites/1", CSRF, "Save").fields(vec![Field::text("name", "Name").value("Ward 3")]),
            )
            .icon(Icon::Edit),
        ],
    }
}
