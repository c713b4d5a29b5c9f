//! `user_account`, read for whose people somebody is, and for nothing else of them.

use std::collections::HashMap;

use uuid::Uuid;

use super::{all, get, id};
use crate::ground::enums::CaseSide;
use crate::ground::ids::UserId;
use crate::registry::RegistryError;
use crate::tenancy::{SystemScope, Tx};

/// Whose people these are.
pub(in crate::registry) async fn system_sides(
    tx: &Tx<SystemScope>,
    users: &[UserId],
) -> Result<HashMap<UserId, CaseSide>, RegistryError> {
    let users: Vec<Uuid> = users.iter().map(|user| user.as_uuid()).collect();
    let sql = "select id, role from user_account where id = any($1)";
    let mut sides = HashMap::new();
    for row in &all(tx, sql, [users.into()]).await? {
        let role: String = get(row, "role")?;
        let side = match role.as_str() {
            "customer" => CaseSide::Customer,
            "distributor" => CaseSide::Distributor,
            _ => CaseSide::Platform,
        };
        sides.insert(id::<UserId>(row, "id")?, side);
    }
    Ok(sides)
}
