//! `POST /imports`: a file is brought and looked at; nothing is imported yet.

use actix_multipart::{Field, Multipart};
use actix_web::{HttpResponse, web};
use futures_util::StreamExt as _;

use crate::ground::ids::ImportId;
use crate::http::State;
use crate::http::portal::choose;
use crate::http::portal::error::PageError;
use crate::http::portal::local::see;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::{CallerScope, in_scope};
use crate::registry::imports::{self, ARRIVES_WITHIN, Into, LARGEST, OnItsWay, Upload};
use crate::tenancy::Scope as _;

/// The largest of the other fields.
const FIELD_BYTES: usize = 1024;
/// More fields than the form has.
const MOST_FIELDS: usize = 10;

/// What the form brought.
#[derive(Default)]
struct Brought {
    fields: Vec<(String, String)>,
    name: String,
    bytes: Vec<u8>,
}

/// Looks at the file and leads to what was found. The form's token comes before the file, so that a forged one is refused
/// before anything of it is read.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    parts: Multipart,
) -> Result<HttpResponse, PageError> {
    let mut sent = Sent::default();
    let refused = match bring(&state, &visitor, parts, &mut sent).await {
        Ok(id) => return Ok(see(&format!("/imports/{id}"))),
        Err(refused) => refused,
    };
    super::list::refused(&state, &visitor, refused, &sent).await
}

/// One file of an organisation is on its way at a time, and it is read when there is room.
async fn bring(
    state: &State,
    visitor: &Visitor,
    parts: Multipart,
    sent: &mut Sent,
) -> Result<ImportId, Refused> {
    let busy =
        || Refused::Whole("Other files are being read right now. Try again in a few seconds.".to_owned());
    let caller = visitor.caller();
    state.may_import(caller)?;
    let on_its_way = OnItsWay::begin(caller.organisation_id()).ok_or_else(busy)?;
    let read = tokio::time::timeout(ARRIVES_WITHIN, read(state, visitor, parts)).await;
    let late = |_| Refused::at("file", "The file took too long to arrive. Send it again.");
    let brought = read.map_err(late)??;
    let _room = on_its_way.room().await.ok_or_else(busy)?;
    *sent = Sent::from(brought.fields);
    receive(state, visitor, sent, brought.name, brought.bytes).await
}
async fn read(state: &State, visitor: &Visitor, mut parts: Multipart) -> Result<Brought, Refused> {
    let broken = || Refused::at("file", "The file did not arrive whole. Send it again.");
    let (mut brought, mut is_own) = (Brought::default(), false);
    while let Some(part) = parts.next().await {
        let mut part = part.map_err(|_| broken())?;
        let name = part.name().unwrap_or_default().to_owned();
        if name == "csrf" && !is_own {
            let token = text(&mut part).await.ok_or_else(broken)?;
            visitor.check_csrf(state, &token)?;
            is_own = true;
        } else if !is_own
            || !brought.bytes.is_empty() && name == "file"
            || brought.fields.len() >= MOST_FIELDS
        {
            return Err(PageError::bad_request().into());
        } else if name == "file" {
            let file = part.content_disposition().and_then(|part| part.get_filename());
            brought.name = file.unwrap_or_default().to_owned();
            brought.bytes = bytes(&mut part, LARGEST)
                .await
                .map_err(|is_large| if is_large { too_large() } else { broken() })?;
        } else {
            let value = text(&mut part).await.ok_or_else(broken)?;
            brought.fields.push((name, value));
        }
    }
    if brought.bytes.is_empty() {
        return Err(Refused::at("file", "Choose a file."));
    }
    Ok(brought)
}

fn too_large() -> Refused {
    Refused::at(
        "file",
        format!("The file has more than {} MB; part it.", LARGEST / 1024 / 1024),
    )
}

async fn text(part: &mut Field) -> Option<String> {
    String::from_utf8(bytes(part, FIELD_BYTES).await.ok()?).ok()
}

/// What a part holds, or whether it was too large.
async fn bytes(part: &mut Field, most: usize) -> Result<Vec<u8>, bool> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.next().await {
        let chunk = chunk.map_err(|_| false)?;
        if bytes.len() + chunk.len() > most {
            return Err(true);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

async fn receive(
    state: &State,
    visitor: &Visitor,
    sent: &Sent,
    name: String,
    bytes: Vec<u8>,
) -> Result<ImportId, Refused> {
    let mut into = Into::Inventory;
    if let CallerScope::Admin(scope) = visitor.scope() {
        let chosen = async |tx: &_| {
            let distributor = choose::distributor(tx, sent, "distributor").await?;
            Ok::<_, Refused>((distributor, choose::customer(tx, sent, "customer").await?))
        };
        into = match scope.run(state.database(), chosen).await? {
            (_, Some(customer)) => Into::Customer(customer),
            (Some(distributor), None) => Into::Stock(distributor),
            (None, None) => Into::Inventory,
        };
    }
    let file = Upload {
        name,
        bytes,
        into,
        insecure_dev: false,
    };
    let (ground, database) = (state.ground(), state.database());
    Ok(in_scope!(visitor.caller(), scope => imports::receive(ground, database, scope, file).await)?)
}
