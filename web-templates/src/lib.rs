//! The portal's pages: one typed struct a page, rendered by Askama; the stylesheet, the page scripts and the icons, embedded
//! under names that carry their content's hash.
//!
//! A page holds what is shown and nothing else: no row of a table, no id of a session. It is built by the server's
//! `http/portal` and rendered with [`askama::Template::render`]. The page scripts speak to the routes named in the templates; what
//! travels besides HTML is [`series::Series`] (the chart's JSON) and [`live`] (the live stream's events).
//!
//! No template holds a script, an event handler or a `style` attribute: the pages live under `default-src 'self'`.

pub mod actions;
pub mod assets;
pub mod components;
pub mod days;
pub mod field;
pub mod forms;
pub mod frame;
pub mod icon;
pub mod live;
pub mod pages;
pub mod parts;
#[cfg(any(test, debug_assertions, feature = "samples"))]
pub mod samples;
pub mod series;
pub mod text;

pub use actions::{Action, Does, Weight};
pub use askama::Template;
pub use components::{
    Comment, Contact, Fact, FactCard, FactValue, Label, Link, Progress, Step, StepState, Svg, Tab,
    TimelineEntry,
};
pub use days::{DayBar, DayChart};
pub use field::{Field, FieldKind, Width};
pub use forms::{Form, Section};
pub use frame::{Crumb, Flash, Frame, NavItem, Search, Status, Theme};
pub use icon::Icon;
pub use pages::admin::{
    AdminPage, AdminQuarantinePage, AdminRefusalsPage, Dismissal, QuarantineRow, RefusalRow, Want,
};
pub use pages::archive::{ArchivePage, ArchivedDayRow};
pub use pages::desk::{BeatRow, CasePage, CaseRow, CasesPage, Check, LateRow, TroublePage};
pub use pages::device::{DevicePage, DeviceVia, Range};
pub use pages::devices::{DeviceRow, DevicesPage};
pub use pages::endpoint::{
    AttemptRow, DeadLetterRow, Endpoint, EndpointForm, EndpointPage, EndpointState, Patience,
};
pub use pages::error::ErrorPage;
pub use pages::form::FormPage;
pub use pages::home::{HomePage, RecentReading};
pub use pages::login::LoginPage;
pub use pages::orders::{OrderItem, OrderLine, OrderPage, OrderRow, OrdersPage};
pub use pages::people::{AccountPage, DoorPage, InvitationRow, PersonRow, UserPage, UsersPage};
pub use pages::portfolio::{MovementRow, PortfolioPage, StockModelRow, StockPage};
pub use pages::reading::{Cell, Delivery, Note, ReadingPage, ReadingRow, TracePage, TraceStep, Way, WayCell};
pub use pages::registry::customers::{CustomerPage, CustomerRow, CustomersPage};
pub use pages::registry::devices::{HeldDevicePage, HeldDeviceRow, HeldDevicesPage};
pub use pages::registry::distributors::{DistributorPage, DistributorRow, DistributorsPage, MemberRow};
pub use pages::registry::hubs::{
    BoundDeviceRow, CommandRow, FingerprintCheck, HeldHubPage, HeldHubRow, HeldHubsPage, HubClaim,
};
pub use pages::registry::imports::{
    ImportColumn, ImportLine, ImportPage, ImportRow, ImportRunPage, LineError,
};
pub use pages::registry::labels::LabelsPage;
pub use pages::registry::models::{ModelRow, ModelsPage};
pub use pages::registry::own::OwnOrganisationPage;
pub use pages::registry::sources::{
    SourceDeviceRow, SourcePage, SourceRow, SourceSecret, SourcesPage, WaitingDeviceRow,
};
pub use pages::search::{Hit, HitGroup, SearchPage};
pub use pages::sites::{SitePage, SitePerson, SiteRow, SitesPage, TeamRow};
pub use pages::style::StylePage;
pub use parts::{
    Attention, Battery, Choice, Filter, Pager, Select, Signal, Spark, Stat, Tag, Tone, Value, Wanting, When,
};
