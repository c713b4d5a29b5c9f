//! Returns: devices and hubs that a distributor sends back to the platform.

mod accept;
mod cancel;
mod create;
mod decline;
mod get;
mod list;
mod note;
mod receive;
mod send;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::orders::StepOut;
use crate::ground::enums::{ReturnItemState, ReturnReason, ReturnState};
use crate::ground::ids::{DeviceId, DistributorId, HubId, ReturnId, ReturnItemId, UserId};
use crate::http::State;
use crate::http::problem::Problem;
use crate::identity::{Caller, in_scope};
use crate::orders::returns::{self, Return, ReturnItem};
use crate::registry::RegistryError;
use crate::tenancy::Scope as _;

pub(super) fn operations(cfg: &mut ServiceConfig) {
    cfg.service(list::list)
        .service(create::create)
        .service(get::get)
        .service(accept::accept)
        .service(decline::decline)
        .service(cancel::cancel)
        .service(send::send)
        .service(receive::receive)
        .service(note::create);
}

#[derive(Serialize, ToSchema)]
#[schema(as = Return)]
struct Out {
    id: ReturnId,
    /// What people call it.
    #[schema(example = "R-2026-0007")]
    number: String,
    distributor_id: DistributorId,
    distributor_name: String,
    reason: ReturnReason,
    state: ReturnState,
    /// How many devices and hubs.
    items: i32,
    #[schema(required)]
    carrier: Option<String>,
    #[schema(required)]
    tracking: Option<String>,
    asked_by: UserId,
    asker_name: String,
    asked_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    #[schema(required)]
    ended_at: Option<DateTime<Utc>>,
}

impl From<Return> for Out {
    fn from(back: Return) -> Self {
        let Return {
            id,
            number,
            distributor,
            distributor_name,
            reason,
            state,
            items,
            carrier,
            tracking,
            asked_by,
            asker_name,
            asked_at,
            updated_at,
            ended_at,
        } = back;
        Self {
            id,
            number,
            distributor_id: distributor,
            distributor_name,
            reason,
            state,
            items,
            carrier,
            tracking,
            asked_by,
            asker_name,
            asked_at,
            updated_at,
            ended_at,
        }
    }
}

/// A return with all that belongs to it.
#[derive(Serialize, ToSchema)]
#[schema(as = ReturnInFull)]
struct Whole {
    #[serde(flatten)]
    back: Out,
    serials: Vec<ItemOut>,
    /// Oldest first. Notes are among them.
    steps: Vec<StepOut>,
}

/// A device or a hub that is sent back.
#[derive(Serialize, ToSchema)]
#[schema(as = ReturnItem)]
struct ItemOut {
    id: ReturnItemId,
    #[schema(required)]
    device_id: Option<DeviceId>,
    #[schema(required)]
    hub_id: Option<HubId>,
    serial: String,
    model: String,
    state: ReturnItemState,
    /// When the platform received it.
    #[schema(required)]
    received_at: Option<DateTime<Utc>>,
}

impl From<ReturnItem> for ItemOut {
    fn from(item: ReturnItem) -> Self {
        let ReturnItem {
            id,
            thing,
            serial,
            model,
            kinds: _,
            state,
            received_at,
        } = item;
        Self {
            id,
            device_id: thing.device(),
            hub_id: thing.hub(),
            serial,
            model,
            state,
            received_at,
        }
    }
}

async fn whole(state: &State, caller: &Caller, id: ReturnId) -> Result<Whole, Problem> {
    Ok(in_scope!(caller, scope => {
        scope
            .run(state.database(), async |tx| {
                Ok::<_, RegistryError>(Whole {
                    back: returns::get(tx, id).await?.into(),
                    serials: returns::items(tx, id).await?.into_iter().map(ItemOut::from).collect(),
                    steps: returns::steps(tx, id).await?.into_iter().map(StepOut::from).collect(),
                })
            })
            .await
    })?)
}
