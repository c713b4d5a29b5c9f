//! `GET /imports`: the form for a file, and the files that were brought before.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use web_templates::{Field, Form, Icon, ImportColumn, ImportPage, ImportRow, Tag, Tone, When};

use crate::ground::enums::ImportState;
use crate::http::State;
use crate::http::portal::choose::Offer;
use crate::http::portal::error::{PageError, sentence};
use crate::http::portal::frame::{Place, crumb, frame};
use crate::http::portal::page::html_with;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::{CallerScope, in_scope};
use crate::registry::imports::{self, Column, Import, Whose};
use crate::registry::overview::{self, Counts};
use crate::registry::{Ask, HasRights, RegistryError};
use crate::tenancy::{Scope as _, Tx};

/// Earlier files on the page.
const ROWS: u16 = 20;

/// What the page is made of.
struct Found {
    earlier: Vec<Import>,
    customers: Offer,
    distributors: Offer,
    whose: Whose,
    counts: Counts,
}

/// The form.
pub(super) async fn get(state: web::Data<State>, visitor: Visitor) -> Result<HttpResponse, PageError> {
    let found = find(&state, &visitor).await?;
    let form = form(&state, &visitor, &found);
    html_with(StatusCode::OK, &page(&state, &visitor, &found, form))
}

/// The form again, with why the file was not taken.
pub(super) async fn refused(
    state: &State,
    visitor: &Visitor,
    refused: Refused,
    sent: &Sent,
) -> Result<HttpResponse, PageError> {
    let found = find(state, visitor).await?;
    let mut form = form(state, visitor, &found);
    let status = refused.show(&mut form, sent)?;
    html_with(status, &page(state, visitor, &found, form))
}

async fn find(state: &State, visitor: &Visitor) -> Result<Found, PageError> {
    let mut found = in_scope!(visitor.caller(), scope => {
        scope.run(state.database(), async |tx| of(state, scope, tx).await).await
    })?;
    if let CallerScope::Admin(scope) = visitor.scope() {
        let offers = async |tx: &_| {
            Ok::<_, RegistryError>((Offer::customers(tx).await?, Offer::distributors(tx).await?))
        };
        (found.customers, found.distributors) = scope.run(state.database(), offers).await?;
    }
    Ok(found)
}

async fn of<S: HasRights>(state: &State, by: &S, tx: &Tx<S>) -> Result<Found, RegistryError> {
    Ok(Found {
        whose: Whose::of(by)?,
        earlier: imports::list(tx, &Ask::first(ROWS)).await?.rows,
        customers: Offer::default(),
        distributors: Offer::default(),
        counts: overview::counts(tx, state.ground().now()).await?,
    })
}

fn form(state: &State, visitor: &Visitor, found: &Found) -> Form {
    let form = Form::new("/imports", visitor.csrf(state), "Look at the file")
        .icon(Icon::Upload)
        .cancel("/devices");
    let mut fields =
        vec![Field::csv("file", "File").required().hint(
            "CSV in UTF-8, 20 MB at most. Nothing is imported before you have seen what would happen.",
        )];
    if found.whose == Whose::Platform {
        fields.push(
            found
                .distributors
                .field("distributor", "Into the stock of", "the platform", "")
                .hint("Where a line names no customer."),
        );
        fields.push(
            found
                .customers
                .field("customer", "Or to the customer", "nobody yet", ""),
        );
    }
    form.fields(fields)
}

fn page(state: &State, visitor: &Visitor, found: &Found, form: Form) -> ImportPage {
    let mut frame = frame(state, visitor, Place::Devices, "Import devices", &found.counts);
    frame.crumbs = vec![crumb("Devices", "/devices")];
    let (now, zone) = (state.ground().now(), visitor.zone());
    let columns = Column::of(found.whose);
    ImportPage {
        frame,
        form,
        columns: columns
            .map(|column| ImportColumn {
                name: column.as_str().to_owned(),
                required: column.is_required(found.whose),
                about: sentence(column.about()),
            })
            .collect(),
        example: imports::template(found.whose),
        earlier: found
            .earlier
            .iter()
            .map(|import| ImportRow {
                href: format!("/imports/{}", import.id),
                file: import.file_name.clone(),
                who: String::new(),
                at: When::clock(import.created_at, now, &zone),
                lines: u64::from(import.lines.unsigned_abs()),
                state: state_tag(import),
            })
            .collect(),
    }
}

/// How an import stands, in a word.
pub(super) fn state_tag(import: &Import) -> Tag {
    match import.state {
        ImportState::Checked if import.wrong > 0 => Tag::new("has errors", Tone::Warn),
        ImportState::Checked => Tag::new("ready", Tone::Info),
        ImportState::Applying => Tag::new("being imported", Tone::Info),
        ImportState::Applied => Tag::new("imported", Tone::Ok),
        ImportState::Failed => Tag::new("failed", Tone::Warn),
        ImportState::Cancelled => Tag::new("cancelled", Tone::Quiet),
    }
}
