//! Many devices at once: a file is brought and looked at, then imported whole or not at all.

mod apply;
mod cancel;
mod get;
mod lines;
mod list;
mod problems;
mod template;
mod upload;

use actix_web::HttpResponse;
use actix_web::http::header;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::ground::enums::ImportState;
use crate::ground::ids::{CustomerId, DistributorId, ImportId, UserId};
use crate::registry::imports::Import;

pub(super) fn operations(cfg: &mut ServiceConfig) {
    cfg.service(template::template)
        .service(list::list)
        .service(upload::upload)
        .service(get::get)
        .service(lines::lines)
        .service(problems::problems)
        .service(apply::apply)
        .service(cancel::cancel);
}

#[derive(Serialize, ToSchema)]
#[schema(as = Import)]
struct Out {
    id: ImportId,
    file_name: String,
    /// Who brought it.
    made_by: UserId,
    /// Into whose stock its devices go, where a line says nothing else.
    #[schema(required)]
    into_distributor_id: Option<DistributorId>,
    /// To which customer they go, where a line says nothing else.
    #[schema(required)]
    into_customer_id: Option<CustomerId>,
    state: ImportState,
    /// Lines with devices.
    lines: i32,
    /// Lines that cannot be taken.
    wrong: i32,
    /// Lines that add a device.
    adds: i32,
    /// Lines that place or change one.
    changes: i32,
    /// Lines that are done, while it is applied.
    done: i32,
    /// Why it failed, or why it has to be looked at again.
    #[schema(required)]
    failure: Option<String>,
    created_at: DateTime<Utc>,
    /// When somebody said that it be applied.
    #[schema(required)]
    began_at: Option<DateTime<Utc>>,
    /// When it was over.
    #[schema(required)]
    ended_at: Option<DateTime<Utc>>,
}

impl From<Import> for Out {
    fn from(import: Import) -> Self {
        let Import {
            id,
            file_name,
            made_by,
            into_distributor,
            into_customer,
            state,
            lines,
            wrong,
            adds,
            changes,
            done,
            failure,
            created_at,
            began_at,
            ended_at,
        } = import;
        Self {
            id,
            file_name,
            made_by,
            into_distributor_id: into_distributor,
            into_customer_id: into_customer,
            state,
            lines,
            wrong,
            adds,
            changes,
            done,
            failure,
            created_at,
            began_at,
            ended_at,
        }
    }
}

/// A file to keep.
fn file(name: &str, text: String) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ))
        .body(text)
}
