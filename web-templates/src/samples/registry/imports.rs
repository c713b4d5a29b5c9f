//! An import in all its states.

use super::{CSRF, crumbs, platform_frame};
use crate::actions::Action;
use crate::components::{Progress, Step, StepState};
use crate::field::Field;
use crate::forms::Form;
use crate::icon::Icon;
use crate::pages::registry::imports::{
    ImportColumn, ImportLine, ImportPage, ImportRow, ImportRunPage, LineError,
};
use crate::parts::{Stat, Tag, Tone, Value};
use crate::samples::before;

/// Before a file was chosen.
pub fn import() -> ImportPage {
    let mut frame = platform_frame("Import devices", "/admin/devices");
    frame.crumbs = crumbs(&[("Devices", "/admin/devices")]);
    let column = |name: &str, required, about: &str| ImportColumn {
        name: name.into(),
        required,
        about: about.into(),
    };
    ImportPage {
        frame,
        form: Form::new("/admin/devices/import", CSRF, "Check the file")
            .icon(Icon::Upload)
            .cancel("/admin/devices")
            .fields(vec![Field::csv("file", "File").required().hint(
                "Up to 50,000 lines. Nothing is imported before you have seen what would happen.",
            )]),
        columns: vec![
            column("maker", true, "As in the list of models."),
            column("model", true, "As in the list of models."),
            column("serial", true, "Unique with its maker."),
            column("imei", false, "15 digits."),
            column(
                "customer",
                false,
                "A customer's name or id; without it the device goes to the stock.",
            ),
            column("token", false, "A credential that the maker has provisioned."),
        ],
        example: "maker,model,serial,imei\nOmron,HEM-7142T1,D000017,\nAcme,BP Cell 2,A900431,356938035643809"
            .into(),
        earlier: vec![ImportRow {
            href: "/admin/devices/import/1".into(),
            file: "meridian-march.csv".into(),
            who: "Ada Devlin".into(),
            at: before(9_000),
            lines: 4_120,
            state: Tag::new("imported", Tone::Ok),
        }],
    }
}

fn run(title: &str, done: usize) -> ImportRunPage {
    let mut frame = platform_frame(title, "/admin/devices");
    frame.crumbs = crumbs(&[("Devices", "/admin/devices"), ("Import", "/admin/devices/import")]);
    ImportRunPage {
        frame,
        steps: Step::way(&["File checked", "Looked at", "Imported"], done),
        lead: String::new(),
        warn: false,
        stats: vec![],
        progress: None,
        poll: None,
        errors: vec![],
        error_count: 0,
        sample: vec![],
        sample_title: "The first lines, as they would be taken".into(),
        actions: vec![],
    }
}

/// A file with errors: nothing can be imported.
pub fn import_preview() -> ImportRunPage {
    let error = |line, column: &str, value: &str, error: &str| LineError {
        line,
        column: column.into(),
        value: value.into(),
        error: error.into(),
    };
    let line = |line, serial: &str, model: &str, effect| ImportLine {
        line,
        serial: serial.into(),
        model: model.into(),
        holder: if line == 4 { "Northside Clinic" } else { "" }.into(),
        effect,
    };
    let mut page = run("meridian-november.csv", 1);
    page.steps[1].state = StepState::Stuck;
    page.steps[1].note = "3 lines want another look".into();
    page.lead =
        "3 lines cannot be taken, so nothing is imported. Correct the file and bring it again.".into();
    page.warn = true;
    page.stats = vec![
        Stat::new("Lines", Value::new("12,480", ""), "meridian-november.csv, 812 kB"),
        Stat::new("Ready", Value::new("12,437", ""), "12,400 new, 37 move"),
        Stat::new("Already known", Value::new("40", ""), "left as they are"),
        Stat::new("With an error", Value::new("3", ""), "see below").warn_if(true),
    ];
    page.errors = vec![
        error(17, "serial", "", "Every device needs a serial."),
        error(
            311,
            "model",
            "HEM-7142",
            "Omron has no model of this name here. Did you mean HEM-7142T1?",
        ),
        error(
            9_004,
            "imei",
            "35693803564380",
            "An IMEI has 15 digits; this has 14.",
        ),
    ];
    page.error_count = 3;
    page.sample = vec![
        line(2, "D004117", "Omron HEM-7142T1", Tag::new("new", Tone::Info)),
        line(3, "D004118", "Omron HEM-7142T1", Tag::new("new", Tone::Info)),
        line(
            4,
            "D000231",
            "A&D UC-352BLE",
            Tag::new("moves from stock", Tone::Ok),
        ),
        line(
            5,
            "D000017",
            "Omron HEM-7142T1",
            Tag::new("already known", Tone::Quiet),
        ),
    ];
    page.actions = vec![
        Action::go("Another file", "/admin/devices/import")
            .icon(Icon::Upload)
            .primary(),
    ];
    page
}

/// Under way.
pub fn import_running() -> ImportRunPage {
    let mut page = run("meridian-november.csv", 2);
    page.lead = "You may leave this page: the import goes on.".into();
    page.progress = Some(Progress {
        label: "Importing".into(),
        done: 8_113,
        total: 12_480,
        note: "About 20 seconds more. All of it is taken in the end, or nothing.".into(),
    });
    page.poll = Some("/admin/devices/import/2".into());
    page
}

/// Done.
pub fn import_done() -> ImportRunPage {
    let mut page = run("meridian-november.csv", 3);
    page.lead = "12,440 devices are here.".into();
    page.stats = vec![
        Stat::new("New", Value::new("12,400", "devices"), ""),
        Stat::new("Moved", Value::new("40", "devices"), ""),
        Stat::new("Already known", Value::new("40", ""), "left as they are"),
        Stat::new("Took", Value::new("31", "s"), ""),
    ];
    page.actions = vec![
        Action::go("Print their labels", "/admin/devices/labels?import=2").icon(Icon::Label),
        Action::go("See the devices", "/admin/devices").primary(),
    ];
    page
}
