//! `POST /returns/{id}/receive`.

use actix_web::{HttpResponse, web};

use super::answer;
use crate::ground::ids::ReturnId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::orders::serials;
use crate::http::portal::sent::Sent;
use crate::http::portal::visitor::Visitor;
use crate::orders::returns::CameBack;

/// Takes in what came back.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<ReturnId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let came = CameBack {
        retired: serials(&sent, "retired"),
        missing: serials(&sent, "missing"),
        condition: sent.maybe("condition").map(str::to_owned),
    };
    let done = state
        .orders()
        .receive_return(visitor.caller(), *id, came)
        .await
        .map(drop);
    let done = done.map(|()| "return-received").map_err(Into::into);
    answer(&state, &visitor, (*id, "receive"), &sent, done).await
}
