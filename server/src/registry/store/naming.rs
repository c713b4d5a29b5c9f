//! `hub.name`.

use sea_orm::DbErr;

use super::run;
use crate::ground::ids::HubId;
use crate::registry::RegistryScope;
use crate::tenancy::Tx;

pub(in crate::registry) async fn name_hub<S: RegistryScope>(
    tx: &Tx<S>,
    id: HubId,
    name: &str,
) -> Result<(), DbErr> {
    let sql = "update hub set name = $2 where id = $1";
    run(tx, sql, [id.as_uuid().into(), name.into()]).await.map(drop)
}
