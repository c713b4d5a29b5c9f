//! `GET /imports/{id}/problems`: what is wrong with the lines, as a file.

use actix_web::{HttpResponse, web};

use super::template::file;
use crate::ground::ids::ImportId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::visitor::Visitor;
use crate::identity::in_scope;
use crate::registry::imports;
use crate::tenancy::Scope as _;

/// The file.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<ImportId>,
) -> Result<HttpResponse, PageError> {
    let text = in_scope!(visitor.caller(), scope => {
        scope.run(state.database(), async |tx| imports::problems(tx, *id).await).await
    })?;
    Ok(file("problems.csv", text))
}
