//! Many devices at once, from a file. It is read, and what is wrong with each line is told; nothing is imported until
//! somebody says so, and then all of it in one transaction or nothing.
//!
//! The platform takes devices into its inventory, a distributor's stock or to a customer. A distributor places devices of
//! its own stock with its customers. A customer says what it calls its devices, and switches them on and off. The file
//! itself is never kept: its lines are, without what they give away, a token as its HMAC.

mod columns;
pub(crate) mod csv;
mod line;
mod room;
mod run;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::page::{Ask, Page};
use super::rights::HasRights;
use super::scope::RegistryScope;
use super::{RegistryError, store};
use crate::ground::Ground;
use crate::ground::enums::{ImportState, ImportStep, OrganisationState, UserRole};
use crate::ground::ids::{CustomerId, DistributorId, ImportId, UserId};
use crate::tenancy::{Database, Right, Scope as _, SystemScope, Tx};

pub use columns::{Column, template};
pub(super) use line::Line;
pub use line::LineProblem;
pub use room::{ARRIVES_WITHIN, OnItsWay};
pub(super) use run::{CHANGED, Due};
pub use run::{start, system_run};

/// The largest file, in bytes.
pub const LARGEST: usize = 20 * 1024 * 1024;
/// The most lines of one file.
const MOST_LINES: usize = 200_000;
/// A kept import is forgotten after so long.
const FORGOTTEN_AFTER: chrono::TimeDelta = chrono::TimeDelta::days(90);
/// Imports of one organisation that are kept; the platform's own are more.
pub const KEPT: i64 = 20;
const KEPT_OF_PLATFORM: i64 = 200;
/// Problems that their file tells. Whoever has more of them mends these and brings the file again.
pub const MOST_PROBLEMS: usize = 10_000;

/// Whose import it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// The platform's.
    Platform,
    /// A distributor's.
    Distributor(DistributorId),
    /// A customer's.
    Customer(CustomerId),
}

impl Whose {
    /// For whom the caller imports.
    pub fn of<S: HasRights>(by: &S) -> Result<Self, RegistryError> {
        by.must(Right::ImportDevices)?;
        match (S::PEOPLE_OF, by.distributor(), by.customer()) {
            (UserRole::Admin, ..) => Ok(Self::Platform),
            (UserRole::Distributor, Some(distributor), _) => Ok(Self::Distributor(distributor)),
            (UserRole::Customer, _, Some(customer)) => Ok(Self::Customer(customer)),
            _ => Err(RegistryError::NotAllowed("devices are not yours to import")),
        }
    }

    pub(super) fn distributor(self) -> Option<DistributorId> {
        match self {
            Self::Distributor(distributor) => Some(distributor),
            Self::Platform | Self::Customer(_) => None,
        }
    }

    pub(super) fn customer(self) -> Option<CustomerId> {
        match self {
            Self::Customer(customer) => Some(customer),
            Self::Platform | Self::Distributor(_) => None,
        }
    }
}

/// Where the devices of the platform's file go, where a line names no customer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Into {
    /// Into the platform's inventory.
    #[default]
    Inventory,
    /// Into a distributor's stock.
    Stock(DistributorId),
    /// To a customer.
    Customer(CustomerId),
}

/// A file that somebody brought.
#[derive(Debug)]
pub struct Upload {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
    /// Where its devices go.
    pub into: Into,
    /// Whether a maker's tokens may be short, on a developer's machine.
    pub insecure_dev: bool,
}

/// An import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Its id.
    pub id: ImportId,
    /// What the file is called.
    pub file_name: String,
    /// Who brought it.
    pub made_by: UserId,
    /// Into whose stock its devices go, where a line says nothing else.
    pub into_distributor: Option<DistributorId>,
    /// To which customer they go.
    pub into_customer: Option<CustomerId>,
    /// How far it is.
    pub state: ImportState,
    /// Lines with devices.
    pub lines: i32,
    /// Lines that cannot be taken.
    pub wrong: i32,
    /// Lines that add a device.
    pub adds: i32,
    /// Lines that place or change one.
    pub changes: i32,
    /// Lines that are done, while it is applied.
    pub done: i32,
    /// Why it failed, or why it has to be looked at again.
    pub failure: Option<String>,
    /// When the file was brought.
    pub created_at: DateTime<Utc>,
    /// When somebody said that it be applied.
    pub began_at: Option<DateTime<Utc>>,
    /// When it was over.
    pub ended_at: Option<DateTime<Utc>>,
}

/// A line of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportLine {
    /// Its number, as an editor counts.
    pub line: i32,
    /// The maker, if it could be read.
    pub maker: Option<String>,
    /// The serial, if it could be read.
    pub serial: Option<String>,
    /// The model.
    pub model: Option<String>,
    /// The customer, as written.
    pub customer: Option<String>,
    /// One's own word for it.
    pub reference: Option<String>,
    /// What else stands there and could be read, by its column; never a token.
    pub others: Vec<(Column, String)>,
    /// What becomes of it; none while something is wrong.
    pub step: Option<ImportStep>,
    /// What is wrong with it, if anything.
    pub problems: Vec<LineProblem>,
}

impl ImportLine {
    /// What stands in the column of one of its problems, as far as it was kept; never a token.
    pub fn stands<'a>(&'a self, problem: &'a LineProblem) -> Option<&'a str> {
        let kept = || match problem.column.as_str() {
            "maker" => self.maker.as_deref(),
            "serial" => self.serial.as_deref(),
            "model" => self.model.as_deref(),
            "customer" => self.customer.as_deref(),
            "reference" => self.reference.as_deref(),
            name => {
                let other = self.others.iter().find(|(other, _)| other.as_str() == name);
                other.map(|(_, text)| text.as_str())
            }
        };
        problem.stands.as_deref().or_else(kept)
    }
}

/// Which lines are looked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub enum Lines {
    /// All.
    #[default]
    All,
    /// Those that cannot be taken.
    Wrong,
    /// Those that can.
    Good,
}

/// Reads a file, looks every line up in the registry and keeps what was found. Nothing is imported.
pub async fn receive<S: HasRights>(
    ground: &Ground,
    database: &Database,
    by: &S,
    file: Upload,
) -> Result<ImportId, RegistryError> {
    let whose = Whose::of(by)?;
    let Upload {
        name,
        bytes,
        into,
        insecure_dev,
    } = file;
    let into = if whose == Whose::Platform {
        into
    } else {
        Into::Inventory
    };
    by.run(database, async |tx| target_is_served(tx, into).await)
        .await?;
    let name: String = name
        .trim()
        .chars()
        .filter(|c| !c.is_control())
        .take(200)
        .collect();
    let name = if name.is_empty() {
        "devices.csv".to_owned()
    } else {
        name
    };
    let reader = ground.clone();
    // A large file takes a second of work, which would hold up whoever else is served by this thread.
    let lines = tokio::task::spawn_blocking(move || read(&reader, whose, &bytes, insecure_dev))
        .await
        .map_err(|error| sea_orm::DbErr::Custom(error.to_string()))??;
    let (id, now): (ImportId, _) = (ground.id(), ground.now());
    let import = store::imports::New {
        id,
        whose,
        made_by: by.user(),
        file_name: name,
        into,
        lines: i32::try_from(lines.len()).unwrap_or(i32::MAX),
    };
    SystemScope::for_purpose("keep an import that the caller may make, and look its lines up")
        .run(database, async |tx| {
            store::imports::system_forget(tx, now - FORGOTTEN_AFTER).await?;
            store::imports::system_insert(tx, &import, now).await?;
            let kept = if whose == Whose::Platform {
                KEPT_OF_PLATFORM
            } else {
                KEPT
            };
            store::imports::system_keep(tx, &import, kept).await?;
            store::imports::system_insert_lines(tx, ground, &import, &lines).await?;
            store::imports::system_check(tx, id, whose).await
        })
        .await?;
    Ok(id)
}

async fn target_is_served<S: RegistryScope>(tx: &Tx<S>, into: Into) -> Result<(), RegistryError> {
    let state = match into {
        Into::Inventory => OrganisationState::Active,
        Into::Stock(distributor) => store::organisations::distributor_state(tx, distributor)
            .await?
            .ok_or(RegistryError::NotFound("distributor"))?,
        Into::Customer(customer) => super::organisations::customer(tx, customer).await?.state,
    };
    if state == OrganisationState::Closed {
        return Err(RegistryError::Conflict("what the file's devices go to is closed"));
    }
    Ok(())
}

/// The lines of a file, good and wrong ones.
fn read(ground: &Ground, whose: Whose, bytes: &[u8], insecure_dev: bool) -> Result<Vec<Line>, RegistryError> {
    let wrong = |why: String| RegistryError::invalid("file", why);
    if bytes.len() > LARGEST {
        return Err(wrong(format!(
            "has more than {} MB; part it",
            LARGEST / 1024 / 1024
        )));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes[..error.valid_up_to()].split(|byte| *byte == b'\n').count();
        wrong(format!(
            "is not in UTF-8: line {line} holds a character of another encoding; save it as CSV UTF-8"
        ))
    })?;
    if text.contains('\0') {
        return Err(wrong(
            "holds U+0000: it is no text, or in another encoding than UTF-8".to_owned(),
        ));
    }
    let mut records = csv::Reader::new(text);
    let first = records.next().and_then(|record| record.fields);
    let first =
        first.ok_or_else(|| wrong("is empty, or its first line has a quotation mark too many".to_owned()))?;
    let columns = columns::header(&first, whose)?;
    let reading = line::Reading {
        ground,
        whose,
        columns: &columns,
        insecure_dev,
    };
    let (mut lines, mut seen) = (Vec::new(), line::Seen::default());
    for record in records {
        if lines.len() == MOST_LINES {
            return Err(wrong(format!("has more than {MOST_LINES} lines; part it")));
        }
        let mut line = line::read(&reading, &record);
        seen.look(&mut line);
        lines.push(line);
    }
    if lines.is_empty() {
        return Err(wrong("holds no devices below its first line".to_owned()));
    }
    Ok(lines)
}

/// How many lines of a file can be taken and how many cannot, for the fuzz targets, which are a crate of their own.
#[doc(hidden)]
pub fn counted(ground: &Ground, whose: Whose, bytes: &[u8]) -> Result<(usize, usize), RegistryError> {
    let lines = read(ground, whose, bytes, false)?;
    let good = lines.iter().filter(|line| line.problems.is_empty()).count();
    Ok((good, lines.len() - good))
}

/// The imports that the scope sees, the newest first.
pub async fn list<S: RegistryScope>(
    tx: &Tx<S>,
    ask: &Ask<(DateTime<Utc>, uuid::Uuid)>,
) -> Result<Page<Import, (DateTime<Utc>, uuid::Uuid)>, RegistryError> {
    let rows = store::imports::list(tx, ask).await?;
    Ok(Page::of(rows, ask, |row| (row.created_at, row.id.as_uuid())))
}

/// One import.
pub async fn get<S: RegistryScope>(tx: &Tx<S>, id: ImportId) -> Result<Import, RegistryError> {
    store::imports::get_one(tx, id)
        .await?
        .ok_or(RegistryError::NotFound("import"))
}

/// Its lines.
pub async fn lines<S: RegistryScope>(
    tx: &Tx<S>,
    id: ImportId,
    which: Lines,
    ask: &Ask<i32>,
) -> Result<Page<ImportLine, i32>, RegistryError> {
    get(tx, id).await?;
    let rows = store::imports::lines(tx, id, which, ask).await?;
    Ok(Page::of(rows, ask, |row| row.line))
}

/// What is wrong with its lines, as a file: one row a problem, the first ten thousand of them. No spreadsheet runs anything
/// of it.
pub async fn problems<S: RegistryScope>(tx: &Tx<S>, id: ImportId) -> Result<String, RegistryError> {
    get(tx, id).await?;
    let mut out = String::new();
    csv::write(
        &mut out,
        ["line", "column", "problem", "maker", "serial", "value"],
    );
    let (mut ask, mut told) = (Ask::first(1_000), 0);
    loop {
        let page = lines(tx, id, Lines::Wrong, &ask).await?;
        for line in &page.rows {
            let number = line.line.to_string();
            for problem in &line.problems {
                if told == MOST_PROBLEMS {
                    let more = "there are more: mend these and bring the file again";
                    csv::write(&mut out, [number.as_str(), "", more, "", "", ""]);
                    return Ok(out);
                }
                told += 1;
                let fields = [
                    number.as_str(),
                    problem.column.as_str(),
                    problem.why.as_str(),
                    line.maker.as_deref().unwrap_or_default(),
                    line.serial.as_deref().unwrap_or_default(),
                    line.stands(problem).unwrap_or_default(),
                ];
                csv::write(&mut out, fields);
            }
        }
        let Some(next) = page.next else { return Ok(out) };
        ask.after = Some(next);
    }
}

/// Says that an import be applied. A worker does it within seconds, whole or not at all; [`get`] tells how far it is.
pub async fn apply<S: HasRights>(
    ground: &Ground,
    database: &Database,
    by: &S,
    id: ImportId,
) -> Result<(), RegistryError> {
    Whose::of(by)?;
    let import = by.run(database, async |tx| get(tx, id).await).await?;
    match import.state {
        ImportState::Checked if import.wrong > 0 => {
            return Err(RegistryError::Conflict(
                "some lines cannot be taken: correct the file and bring it again",
            ));
        }
        ImportState::Checked => {}
        ImportState::Applying | ImportState::Applied => {
            return Err(RegistryError::Conflict("the import is under way or done"));
        }
        ImportState::Failed | ImportState::Cancelled => {
            return Err(RegistryError::Conflict(
                "the import is over: bring the file again",
            ));
        }
    }
    let (user, now) = (by.user(), ground.now());
    let begun = SystemScope::for_purpose("apply an import that the caller sees")
        .run(database, async |tx| {
            store::imports::system_begin(tx, id, user, now).await
        })
        .await?;
    if begun { Ok(()) } else { Err(MEANWHILE) }
}

/// Gives an import up, as long as it is not applied: then nothing of it was imported.
pub async fn cancel<S: HasRights>(
    ground: &Ground,
    database: &Database,
    by: &S,
    id: ImportId,
) -> Result<(), RegistryError> {
    Whose::of(by)?;
    let import = by.run(database, async |tx| get(tx, id).await).await?;
    if !matches!(import.state, ImportState::Checked | ImportState::Applying) {
        return Err(RegistryError::Conflict("the import is over already"));
    }
    let now = ground.now();
    let cancelled = SystemScope::for_purpose("cancel an import that the caller sees")
        .run(database, async |tx| {
            store::imports::system_cancel(tx, id, now).await
        })
        .await?;
    if cancelled { Ok(()) } else { Err(MEANWHILE) }
}

const MEANWHILE: RegistryError = RegistryError::Conflict("the import has gone on meanwhile; look again");
