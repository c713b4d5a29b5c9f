//! `GET /hubs/{id}/logs/{log}`: what a hub sent of its log, as a file of text.

use actix_web::http::header::{self, ContentDisposition, DispositionParam, DispositionType};
use actix_web::{HttpResponse, web};

use crate::ground::ids::{HubId, HubLogId};
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::visitor::Visitor;
use crate::registry::fleet;

/// The file. It is never shown as a page: its words are the hub's own.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    path: web::Path<(HubId, HubLogId)>,
) -> Result<HttpResponse, PageError> {
    let (hub, log) = path.into_inner();
    let (ground, database) = (state.ground(), state.database());
    let text = fleet::log(ground, database, visitor.customer()?, hub, log).await?;
    let name = ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![DispositionParam::Filename(format!("hub-{log}.txt"))],
    };
    Ok(HttpResponse::Ok()
        .insert_header(name)
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .content_type("text/plain; charset=utf-8")
        .body(text.expose()))
}
