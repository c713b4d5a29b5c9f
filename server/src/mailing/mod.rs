//! Mail on its way: what a room has to tell a person commits with what it tells of, and is handed over afterwards. A killed
//! server loses none of it, and a mail server that is away delays it.
//!
//! Main types: [`Post`], which takes letters inside of a transaction, and [`Carrier`], the task that hands them over. The
//! outside's [`crate::outside::mail::Mailer`] does the rest. Rooms above may call it.

mod carrier;
mod letter;
mod store;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::DbErr;
use tokio::sync::Notify;

use crate::ground::enums::MailKind;
use crate::ground::ids::MailId;
use crate::ground::swallow::either_way;
use crate::ground::{Ground, Purpose};
use crate::tenancy::{SystemScope, Tx};

pub use carrier::Carrier;
pub use letter::Letter;
pub use store::MailStanding;

/// A letter that was written down. What it says and to whom is sealed: it may hold a link that opens an account.
#[derive(Debug)]
pub struct Sealed {
    id: MailId,
    kind: MailKind,
    letter: Vec<u8>,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

impl Sealed {
    /// The id under which one hears how it ended.
    pub fn id(&self) -> MailId {
        self.id
    }
}

/// Takes letters. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Post {
    ground: Ground,
    arrived: Arc<Notify>,
}

impl Post {
    /// A post office; its carriers, if this process has any, follow its signals.
    pub fn new(ground: Ground) -> Self {
        Self {
            ground,
            arrived: Arc::new(Notify::new()),
        }
    }

    /// Seals a letter. It is worth carrying for `lives`.
    pub fn seal(&self, said: &Letter, lives: TimeDelta) -> Sealed {
        let (id, kind, now) = (self.ground.id::<MailId>(), said.kind, self.ground.now());
        let letter = self
            .ground
            .keys()
            .seal(Purpose::Mail, id.as_uuid().as_bytes(), &said.to_bytes());
        Sealed {
            id,
            kind,
            letter,
            created_at: now,
            expires_at: now + lives,
        }
    }

    /// Writes it down with whatever else the transaction holds. Call [`Post::hurry`] after the commit.
    pub async fn system_take(&self, tx: &Tx<SystemScope>, sealed: &Sealed) -> Result<(), DbErr> {
        store::system_insert(tx, sealed).await
    }

    /// The carriers of this process look at once; those of others within seconds.
    pub fn hurry(&self) {
        self.arrived.notify_one();
    }

    /// How these letters fare, those that are known.
    pub async fn system_standing(
        &self,
        tx: &Tx<SystemScope>,
        ids: &[MailId],
    ) -> Result<Vec<(MailId, MailStanding)>, DbErr> {
        store::system_standing(tx, ids).await
    }

    /// Waits for a letter, but no longer than `at_most`: it may have been written down by another process.
    async fn wait(&self, at_most: Duration) {
        either_way(
            tokio::time::timeout(at_most, self.arrived.notified()).await,
            "that the time is up is as good a reason to look",
        );
    }
}
