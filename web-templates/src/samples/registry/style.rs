//! Every part in all its states: `GET /style`.

use super::devices::{moves, note_form, notes};
use super::organisations::{contacts, history};
use super::{CSRF, forms, held_device, platform_frame, signal};
use crate::actions::Action;
use crate::components::{Progress, Step, StepState, Tab};
use crate::field::{Field, FieldKind};
use crate::forms::Form;
use crate::frame::Flash;
use crate::icon::Icon;
use crate::pages::style::StylePage;
use crate::parts::{Battery, Choice, Stat, Tag, Tone, Value};
use crate::samples::{filter, kinds};

const TONES: [Tone; 4] = [Tone::Quiet, Tone::Ok, Tone::Info, Tone::Warn];

/// Every part in all its states.
pub fn style() -> StylePage {
    StylePage {
        frame: platform_frame("Style", "/style"),
        buttons: buttons(),
        moves: moves(),
        tags: TONES.iter().map(|tone| Tag::new(tone.class(), *tone)).collect(),
        batteries: [100, 55, 9]
            .map(|percent| Battery {
                percent,
                low: percent < 15,
            })
            .to_vec(),
        signals: (0..=4).map(signal).collect(),
        stats: vec![
            Stat::new("A plain tile", Value::new("2,418", ""), "a line below"),
            Stat::new("Two numbers", Value::pair("131", "82", "mmHg"), "with a unit"),
            Stat::new("A person should look", Value::new("1", "of 512"), "and why").warn_if(true),
            Stat::new("With a bar", Value::new("12", "of 16"), "").with_percent(75),
        ],
        flashes: TONES
            .iter()
            .skip(1)
            .map(|tone| Flash {
                tone: *tone,
                text: "Said once, a whole sentence.".into(),
            })
            .collect(),
        tabs: vec![
            Tab::new("Profile", "/style", true),
            Tab::new("Devices", "/style?tab=devices", false).count(231),
            Tab::new("Users", "/style?tab=users", false).count(4),
        ],
        filter: filter("/style", "Serial, model or customer", vec![kinds()]),
        pager: crate::parts::Pager {
            text: "50 of 231 devices".into(),
            first: Some("/style".into()),
            next: Some("/style?after=c1".into()),
        },
        cards: held_device().cards,
        contacts: contacts(),
        history: history(),
        ways: ways(),
        bars: [0, 8_113, 12_480]
            .map(|done| Progress {
                label: "Importing devices".into(),
                done,
                total: 12_480,
                note: String::new(),
            })
            .to_vec(),
        notes: notes(),
        note_form: note_form(),
        form: form("all"),
        refused: refused(),
        labels: super::labels::some(),
    }
}

fn buttons() -> Vec<Action> {
    let ask = Form::new("/style/ask", CSRF, "Do it").fields(vec![Field::text("reason", "Why")]);
    let danger = Form::new("/style/danger", CSRF, "Yes, retire it").danger();
    vec![
        Action::print(),
        Action::ask("Asks first", ask).hint("A button may open a form of its own, without any script."),
        Action::ask("Retire", danger)
            .icon(Icon::Retire)
            .hint("A retired device never comes back."),
        Action::go("Primary", "/style").icon(Icon::Add).primary(),
    ]
}

fn ways() -> Vec<Vec<Step>> {
    let names = ["Ordered", "Allocated", "Shipped", "Received", "In stock"];
    let mut order = Step::way(&names, 2);
    order[0].note = "Nov 12 · 40 devices".into();
    order[1].note = "Nov 14".into();
    order[2].note = "UPS 1Z 999 AA1 01".into();
    let mut stuck = Step::way(&names, 3);
    stuck[3].state = StepState::Stuck;
    stuck[3].note = "2 devices are missing".into();
    vec![order, stuck, Step::way(&names, 5)]
}

fn form(name: &str) -> Form {
    let permission = |value: &str, label: &str, on| Choice::new(value, label, on);
    Form::new(format!("/style/{name}"), CSRF, "Save")
        .cancel("/style")
        .section("Company", forms::company())
        .section_with(
            "Every other sort of field",
            "With a line below the title.",
            vec![
                Field::email("email", "Email").hint("A hint stands below its field."),
                Field::new(FieldKind::Password, "password", "Password"),
                Field::code("serial", "Serial").placeholder("D000017"),
                Field::new(FieldKind::Date, "since", "Since"),
                Field::area("about", "About it"),
                Field::checks(
                    "permissions",
                    "Permissions",
                    vec![
                        permission("manage_devices", "Manage devices – add, place, activate", true),
                        permission("manage_users", "Manage users – invite, change, deactivate", false),
                        permission(
                            "manage_endpoints",
                            "Manage the server – its address and secret",
                            false,
                        ),
                        permission("view_readings", "See readings", true),
                    ],
                ),
                Field::radio(
                    "units",
                    "Units",
                    vec![
                        permission("us", "US – lb, °F, mg/dL", true),
                        permission("si", "International – kg, °C, mmol/L", false),
                    ],
                ),
                Field::check("mail", "Send me a mail when a device falls silent", true),
                Field::csv("file", "File").hint("Up to 50,000 lines."),
            ],
        )
}

fn refused() -> Form {
    let mut form = form("refused");
    for (name, error) in [
        ("legal_name", "Write its legal name."),
        ("email", "This is no email address."),
        ("permissions", "Choose at least one."),
        ("country", "Choose a country of the list."),
        ("about", "That is too long: 2,000 characters at most."),
    ] {
        form.refuse(name, error);
    }
    form
}
