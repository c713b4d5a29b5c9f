//! `POST /devices/{id}/site`, `POST /hubs/{id}/site`: where a device or a hub stands.

use actix_web::{HttpResponse, web};

use crate::ground::ids::{DeviceId, HubId, SiteId};
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::local::see;
use crate::http::portal::sent::Sent;
use crate::http::portal::visitor::Visitor;
use crate::registry::sites;

/// The site that was chosen; none: nowhere in particular.
fn chosen(sent: &Sent) -> Result<Option<SiteId>, PageError> {
    sent.maybe("site")
        .map(|id| id.parse().map_err(|_| PageError::bad_request()))
        .transpose()
}

/// A device.
pub(super) async fn device(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<DeviceId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let (scope, site) = (visitor.customer()?, chosen(&sent)?);
    sites::put_devices(state.ground(), state.database(), scope, &[*id], site).await?;
    Ok(see(&format!("/devices/{id}/about?said=site-placed")))
}

/// A hub.
pub(super) async fn hub(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<HubId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let (scope, site) = (visitor.customer()?, chosen(&sent)?);
    sites::put_hub(state.database(), scope, *id, site).await?;
    Ok(see(&format!("/hubs/{id}?said=site-placed")))
}
