//! The rows of sites and care teams.

use sea_orm::{DatabaseTransaction, EntityTrait as _, IntoActiveModel as _};
use vitalwire_entity::*;

use super::World;

impl World {
    pub(super) async fn write_sites(self, tx: &DatabaseTransaction) {
        keep!(tx => site {
            id: self.id(),
            customer_id: self.id(),
            name: "Ward 3".into(),
            place: Some("2nd floor".into()),
            time_zone: Some("America/Chicago".into()),
            created_at: self.now,
            archived_at: Some(self.now),
        });
        keep!(tx => care_team {
            id: self.id(),
            customer_id: self.id(),
            name: "Heart failure".into(),
            created_at: self.now,
        });
        keep!(tx => site_member {
            site_id: self.id(),
            user_id: self.id(),
            customer_id: self.id(),
        });
        keep!(tx => care_team_member {
            care_team_id: self.id(),
            user_id: self.id(),
            customer_id: self.id(),
        });
        keep!(tx => care_team_site {
            care_team_id: self.id(),
            site_id: self.id(),
            customer_id: self.id(),
        });
    }
}
