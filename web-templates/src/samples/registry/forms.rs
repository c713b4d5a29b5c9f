//! Pages that are forms.

use vitals::Kind;

use super::{CSRF, crumbs, customer_frame, platform_frame};
use crate::field::{Field, FieldKind, Width};
use crate::forms::Form;
use crate::frame::Frame;
use crate::icon::Icon;
use crate::pages::form::FormPage;
use crate::parts::Choice;

fn place(title: &str, of: &str, href: &str) -> Frame {
    let mut frame = platform_frame(title, href);
    frame.crumbs = crumbs(&[(of, href)]);
    frame
}

pub(super) fn company() -> Vec<Field> {
    vec![
        Field::text("legal_name", "Legal name")
            .required()
            .hint("As on the contract and on statements."),
        Field::text("name", "Name")
            .required()
            .hint("As it is called every day."),
        Field::text("street", "Street").width(Width::Full),
        Field::text("postal_code", "Postal code").width(Width::Third),
        Field::text("city", "City").width(Width::Third),
        Field::text("region", "State or region").width(Width::Third),
        Field::select(
            "country",
            "Country",
            vec![
                Choice::new("US", "United States", true),
                Choice::new("CA", "Canada", false),
            ],
        )
        .required(),
        Field::select(
            "time_zone",
            "Time zone",
            vec![
                Choice::new("America/New_York", "Eastern (New York)", true),
                Choice::new("America/Chicago", "Central (Chicago)", false),
                Choice::new("America/Denver", "Mountain (Denver)", false),
                Choice::new("America/Los_Angeles", "Pacific (Los Angeles)", false),
            ],
        )
        .required()
        .hint("Days and dates are shown in it."),
    ]
}

fn contact() -> Vec<Field> {
    vec![
        Field::text("contact_name", "Name"),
        Field::select(
            "contact_purpose",
            "What for",
            vec![
                Choice::new("general", "In general", true),
                Choice::new("clinical", "Clinical questions", false),
                Choice::new("technical", "Technical questions", false),
                Choice::new("billing", "Bills", false),
            ],
        )
        .required(),
        Field::email("contact_email", "Email"),
        Field::phone("contact_phone", "Telephone"),
    ]
}

fn state() -> Field {
    Field::radio(
        "state",
        "State",
        vec![
            Choice::new(
                "active",
                "Active – its people sign in, its devices are heard",
                true,
            ),
            Choice::new(
                "suspended",
                "Suspended – nobody signs in, nothing is taken",
                false,
            ),
        ],
    )
    .required()
}

/// Adding a distributor.
pub fn distributor_form() -> FormPage {
    let form = Form::new("/admin/distributors", CSRF, "Add the distributor")
        .cancel("/admin/distributors")
        .section("Company", company())
        .section_with("Contact", "Whom to call. More can be added later.", contact())
        .section("", vec![state()]);
    FormPage::new(
        place("Add a distributor", "Distributors", "/admin/distributors"),
        "It holds a stock and places devices with its customers.",
        form,
    )
    .help(
        "What comes next",
        "Invite its first user, then allocate devices to its stock.",
    )
    .help(
        "What it sees",
        "Its customers, devices and hubs with their state: never a measured value.",
    )
}

/// The same after it was refused.
pub fn distributor_refused() -> FormPage {
    let mut page = distributor_form();
    page.form.fill(&[
        ("name", "Meridian"),
        ("city", "Buffalo"),
        ("contact_email", "dana.whitfield"),
        ("time_zone", "America/Chicago"),
    ]);
    page.form.refuse("legal_name", "Write its legal name.");
    page.form.refuse(
        "contact_email",
        "This is no email address: it has to hold an @ and a domain.",
    );
    page
}

/// Adding a customer.
pub fn customer_form() -> FormPage {
    let form = Form::new("/admin/customers", CSRF, "Add the customer")
        .cancel("/admin/customers")
        .section("Company", company())
        .section(
            "How it works with us",
            vec![
                Field::select(
                    "distributor_id",
                    "Distributor",
                    vec![
                        Choice::new("", "None: the platform's own", true),
                        Choice::new("d1", "Meridian Medical Supply", false),
                        Choice::new("d2", "CareLine Devices", false),
                    ],
                ),
                Field::radio(
                    "patient_mode",
                    "Patients",
                    vec![
                        Choice::new("external", "Known to them only – readings carry the device", true),
                        Choice::new("internal", "Known here – readings carry the patient", false),
                    ],
                )
                .required(),
                state(),
            ],
        )
        .section("Contact", contact());
    FormPage::new(
        place("Add a customer", "Customers", "/admin/customers"),
        "It receives the readings of the devices that are placed with it.",
        form,
    )
    .help(
        "What comes next",
        "Invite its first user, place devices with it, and let them register their server.",
    )
}

/// Adding a device.
pub fn device_form() -> FormPage {
    let form = Form::new("/admin/devices", CSRF, "Add the device")
        .cancel("/admin/devices")
        .section(
            "Which it is",
            vec![
                Field::select(
                    "model_id",
                    "Model",
                    vec![
                        Choice::new("", "Choose a model …", true),
                        Choice::new("m1", "Omron HEM-7142T1 · blood pressure", false),
                    ],
                )
                .required(),
                Field::code("serial", "Serial").required().placeholder("D000017"),
                Field::code("imei", "IMEI")
                    .hint("15 digits, for cellular devices.")
                    .width(Width::Third),
                Field::code("mac", "MAC")
                    .placeholder("C8:2B:96:4A:11:7E")
                    .width(Width::Third),
                Field::code("iccid", "ICCID")
                    .hint("The number of its SIM.")
                    .width(Width::Third),
                Field::text("firmware", "Firmware"),
            ],
        )
        .section(
            "Where it goes",
            vec![
                Field::select(
                    "distributor_id",
                    "Distributor",
                    vec![Choice::new("", "Stays in the platform's stock", true)],
                ),
                Field::select(
                    "customer_id",
                    "Customer",
                    vec![Choice::new("", "Nobody yet", true)],
                ),
                Field::text("reference", "Their reference").placeholder("bed 3"),
            ],
        )
        .section(
            "Its token",
            vec![
                Field::check("issue_token", "Issue a token now", true)
                    .hint("It is shown once, on the next page. Leave it out for devices behind a hub."),
            ],
        );
    FormPage::new(place("Add a device", "Devices", "/admin/devices"), "", form).help(
        "Many at once?",
        "Bring a file of comma-separated values: it is checked line by line first.",
    )
}

/// Adopting a device by its label.
pub fn adopt_device() -> FormPage {
    let mut frame = customer_frame("Adopt a device", "/devices");
    frame.crumbs = crumbs(&[("Devices", "/devices")]);
    let form = Form::new("/devices/adopt", CSRF, "Adopt it")
        .cancel("/devices")
        .fields(vec![
            Field::code("serial", "Serial").required().placeholder("D000017"),
            Field::code("code", "Code on its label")
                .required()
                .placeholder("K7QF-93XM"),
            Field::text("reference", "What you call it")
                .placeholder("bed 3")
                .hint("No patient's name."),
        ]);
    FormPage::new(frame, "The code proves that you hold it.", form).help(
        "Where is the code?",
        "On the label, below the square. Without a label, your distributor can place the device with you.",
    )
}

/// Adding a hub.
pub fn hub_form() -> FormPage {
    let form = Form::new("/admin/hubs", CSRF, "Add the hub")
        .cancel("/admin/hubs")
        .fields(vec![
            Field::code("serial", "Serial").required().placeholder("HB-00420"),
            Field::text("name", "Name").required().placeholder("Ward 3 East"),
            Field::select(
                "customer_id",
                "Customer",
                vec![Choice::new("", "Stays in stock", true)],
            ),
        ]);
    FormPage::new(
        place("Add a hub", "Hubs", "/admin/hubs"),
        "It gets a claim code on the next page.",
        form,
    )
}

/// Adding a model.
pub fn model_form() -> FormPage {
    let kinds = Kind::ALL
        .iter()
        .map(|kind| Choice::new(kind.as_str(), kind.label(), *kind == Kind::BloodPressure))
        .collect();
    let form = Form::new("/admin/models", CSRF, "Add the model")
        .icon(Icon::Add)
        .cancel("/admin/models")
        .fields(vec![
            Field::text("maker", "Maker").required().placeholder("Omron"),
            Field::text("name", "Name").required().placeholder("HEM-7142T1"),
            Field::checks("kinds", "Measures", kinds).required(),
            Field::radio(
                "transport",
                "Sends over",
                vec![
                    Choice::new("bluetooth", "Bluetooth – through a hub", true),
                    Choice::new("cellular", "Cellular – by itself", false),
                    Choice::new("cloud", "Its maker's cloud", false),
                ],
            )
            .required(),
            Field::new(FieldKind::Number, "expected_a_day", "Readings expected a day")
                .hint("Silent is judged by it."),
        ]);
    FormPage::new(place("Add a model", "Models", "/admin/models"), "", form)
}
