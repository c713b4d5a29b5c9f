//! `GET /api/v1/invitations`.

use actix_web::{get, web};

use super::Out;
use crate::ground::ids::InvitationId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::paging::{ListOut, PageQuery, cursor};
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::Page;
use crate::tenancy::Scope as _;

/// List open invitations by address
///
/// Those that nobody has accepted and nobody has taken back; `expires_at` may be past.
#[utoipa::path(get, path = "/invitations", tag = "organisations", security(("token" = [])), params(PageQuery),
    responses((status = 200, body = ListOut<Out>), Refused))]
#[get("/invitations")]
pub(super) async fn list(
    state: web::Data<State>,
    caller: ApiCaller,
    query: web::Query<PageQuery>,
) -> Result<web::Json<ListOut<Out>>, Problem> {
    let ask = query.into_inner().ask::<(String, InvitationId)>()?;
    let (identity, after) = (state.identity(), ask.after.as_ref());
    let rows = in_scope!(caller.0, scope => {
        scope.run(state.database(), async |tx| identity.invitations(tx, after, ask.limit + 1).await).await
    })?;
    let page = Page::of(rows, &ask, |invitation| {
        (invitation.email.as_str().to_owned(), invitation.id)
    });
    let mails = identity.system_mails_of(&page.rows).await?;
    let data = page
        .rows
        .into_iter()
        .zip(mails)
        .map(|(row, mail)| Out::of(row, mail));
    Ok(web::Json(ListOut {
        data: data.collect(),
        next: page.next.as_ref().and_then(cursor),
    }))
}
