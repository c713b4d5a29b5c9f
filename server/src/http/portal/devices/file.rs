//! `GET /devices/{id}/readings.csv?kind=&range=`: what a device measured in a day or a week, as a file to keep.
//!
//! It is read stretch by stretch as the browser takes it, each in a short transaction of its own, and by who may read it by
//! then. Where that is nobody any more, or the database is away, the answer breaks off: the browser says that the file is
//! not whole.

use std::collections::HashMap;

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use vitals::Kind;
use web_templates::Range;

use super::chart::since;
use super::file_lines::{Columns, Named};
use super::line::{self, Line};
use super::parts::model;
use super::show;
use crate::ground::ids::{DeviceId, HubId};
use crate::history::store::file::{self, Filed, Wanted};
use crate::history::store::page::Before;
use crate::http::State;
use crate::http::files::{self, Full, Stretches};
use crate::http::portal::error::PageError;
use crate::http::portal::visitor::Visitor;
use crate::identity::{CallerScope, SessionSecret};
use crate::registry::devices::Device;
use crate::registry::given_back::{self, Had};
use crate::registry::{RegistryError, hubs};
use crate::tenancy::{CustomerScope, Permission, Scope as _, Tx};

/// Readings of one stretch.
const STRETCH: u16 = 500;

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    /// One kind; every kind, where nothing is said.
    #[serde(default)]
    kind: String,
    /// `24h` or `7d`; the week, where nothing is said.
    #[serde(default)]
    range: String,
}

impl Asked {
    fn kind(&self) -> Result<Option<Kind>, PageError> {
        match self.kind.as_str() {
            "" => Ok(None),
            kind => kind.parse().map(Some).map_err(|_| PageError::bad_request()),
        }
    }

    fn range(&self) -> Result<Range, PageError> {
        match self.range.as_str() {
            "" => Ok(Range::Week),
            range if range == Range::Week.as_str() => Ok(Range::Week),
            range if range == Range::Day.as_str() => Ok(Range::Day),
            _ => Err(PageError::bad_request()),
        }
    }
}

/// The readings of the device, and of those whose line it is in, newest first.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<DeviceId>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    let (kind, range) = (asked.kind()?, asked.range()?);
    let (now, zone, scope) = (state.ground().now(), visitor.zone(), visitor.reader()?);
    let line = line::of(&state, scope, *id).await?;
    let Had { device, .. } = given_back::had(state.database(), scope, *id).await?;
    let kinds = scope
        .run(state.database(), async |tx| {
            let kinds = if let Some(kind) = kind {
                vec![kind]
            } else {
                let week = since(Range::Week, now, zone);
                show::measured(&device, &file::kinds(tx, &line.devices, week).await?)
            };
            Ok::<_, PageError>(kinds)
        })
        .await?;
    let place = state
        .files()
        .open(visitor.person().id, visitor.caller().organisation_id())
        .map_err(|full| PageError::too_many_files(full == Full::Own))?;
    let what = kind.map_or("readings", Kind::as_str);
    let name = file_name(&device.serial, what, range, now.with_timezone(&zone).date_naive());
    let mut taking = Taking {
        columns: Columns::of(&kinds, zone, visitor.person().units),
        wanted: Wanted {
            kinds,
            since: since(range, now, zone),
        },
        scope: scope.clone(),
        secret: visitor.secret().clone(),
        state,
        line,
        device,
        hubs: HashMap::new(),
        before: None,
        is_over: false,
    };
    // What is wrong at the beginning is still said by a page.
    let mut first = taking.columns.head();
    taking.write(&mut first).await?;
    let ending = taking.state.ending().clone();
    let text = files::hand_over(first, taking, place, ending);
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ))
        .content_type("text/csv; charset=utf-8")
        .streaming(Box::pin(text)))
}

/// For example `D000017-blood_pressure-7d-2026-11-20.csv`. A serial may hold what no file's name does.
fn file_name(serial: &str, what: &str, range: Range, day: chrono::NaiveDate) -> String {
    let plain = |letter: char| {
        if letter.is_ascii_alphanumeric() {
            letter
        } else {
            '_'
        }
    };
    let serial: String = serial.chars().take(60).map(plain).collect();
    format!("{serial}-{what}-{}-{day}.csv", range.as_str())
}

/// A file on its way to the browser.
struct Taking {
    state: web::Data<State>,
    scope: CustomerScope,
    secret: SessionSecret,
    columns: Columns,
    wanted: Wanted,
    line: Line,
    device: Device,
    /// The names of the hubs that were met; none of one that this person does not see.
    hubs: HashMap<HubId, Option<String>>,
    before: Option<Before>,
    is_over: bool,
}

impl Stretches for Taking {
    type Error = PageError;

    /// For who may read it by now.
    async fn next(&mut self) -> Result<Option<String>, PageError> {
        if self.is_over {
            return Ok(None);
        }
        let caller = self.state.identity().watched_by(&self.secret).await?;
        match caller.scope {
            CallerScope::Customer(scope) if scope.allows(Permission::ReadReadings) => self.scope = scope,
            _ => return Err(PageError::forbidden()),
        }
        let mut text = String::new();
        self.write(&mut text).await?;
        Ok(Some(text))
    }
}

impl Taking {
    /// Writes the next stretch; none is left behind one that is not full.
    async fn write(&mut self, text: &mut String) -> Result<(), PageError> {
        let (devices, wanted, before) = (&self.line.devices, &self.wanted, self.before);
        let known = std::mem::take(&mut self.hubs);
        let (filed, hubs) = self
            .scope
            .run(self.state.database(), async |tx| {
                let filed = file::stretch(tx, devices, wanted, before, STRETCH).await?;
                let hubs = names(tx, known.clone(), &filed).await?;
                Ok::<_, PageError>((filed, hubs))
            })
            .await?;
        self.hubs = hubs;
        self.is_over = filed.len() < usize::from(STRETCH);
        self.before = filed.last().map(|last| Before {
            measured_at: last.shown.measured_at,
            id: last.shown.id,
        });
        let own_model = model(&self.device);
        for filed in &filed {
            let hub = filed.shown.hub.and_then(|hub| self.hubs.get(&hub)?.as_deref());
            let (model, serial) = self
                .line
                .named(filed.shown.device)
                .unwrap_or_else(|| (own_model.clone(), self.device.serial.as_str()));
            let named = Named {
                model: &model,
                serial,
                hub: hub.unwrap_or_default(),
            };
            self.columns.line(filed, named, text);
        }
        Ok(())
    }
}

/// The names of the hubs through which these came, where they are not known yet.
async fn names(
    tx: &Tx<CustomerScope>,
    mut known: HashMap<HubId, Option<String>>,
    filed: &[Filed],
) -> Result<HashMap<HubId, Option<String>>, RegistryError> {
    for hub in filed.iter().filter_map(|filed| filed.shown.hub) {
        if known.contains_key(&hub) {
            continue;
        }
        let name = match hubs::get(tx, hub).await {
            Ok(hub) => Some(hub.name),
            Err(RegistryError::NotFound(_)) => None,
            Err(error) => return Err(error),
        };
        known.insert(hub, name);
    }
    Ok(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_by_what_is_in_it() {
        let day = "2026-11-20".parse().unwrap();
        assert_eq!(
            file_name("D000017", "blood_pressure", Range::Day, day),
            "D000017-blood_pressure-24h-2026-11-20.csv"
        );
        assert_eq!(
            file_name("A/..\"\r\nß", "readings", Range::Week, day),
            "A_______-readings-7d-2026-11-20.csv"
        );
    }
}
