//! People: accounts, invitations, passwords, preferences, portal sessions and the API's access tokens.
//!
//! Main types: [`Identity`], and [`Caller`], which it alone makes from a verified session or token. Called by the HTTP
//! room and by the command line. Everything here happens before a tenant is known, so it runs in the system scope.

mod access_token;
mod called;
mod caller;
mod confirmation;
mod email;
mod error;
mod first_person;
mod first_start;
mod invitations;
mod letters;
mod link;
mod membership;
mod password;
mod preferences;
mod resets;
mod rules;
mod session;
mod store;
mod throttle;
mod users;

use std::sync::Arc;
use std::time::Duration;

pub use access_token::AccessToken;
pub use called::called;
pub(crate) use caller::in_scope;
pub use caller::{Caller, CallerScope, Person};
pub use email::Email;
pub use error::IdentityError;
pub use first_person::FirstPerson;
pub use invitations::{INVITATION_LIVES, Invitation, Invited, NewInvitation, system_void_of_former};
pub use link::LinkToken;
pub use membership::{Belonging, BelongingPatch, Member, Place};
pub use password::{Cost, Password};
pub use preferences::Preferences;
pub use resets::RESET_LIVES;
pub use session::{ABSOLUTE, IDLE, Session, SessionSecret};
pub use throttle::{Throttle, place};
pub use users::{Listed, Made, NewUser, Organisation, User, UserFilter, UserScope};
pub(crate) use users::{checked_name, is_plain};

use tokio::sync::watch;

use crate::ground::Ground;
use crate::ground::ids::UserId;
use crate::mailing::Post;
use crate::tenancy::Database;
use access_token::AccessTokens;
use password::Passwords;
use throttle::{ResetThrottle, SignInThrottle};

/// Invitations that one person may send: fifty in a row, then one in half a minute.
const INVITATIONS: (u32, Duration) = (50, Duration::from_secs(30));
/// Accounts with a password that one person may make, each of which costs a hash: likewise.
const ACCOUNTS: (u32, Duration) = (50, Duration::from_secs(30));
/// How often an organisation may hear that an address is taken by somebody whom it does not see: three times in a row, then
/// three times a day. Whoever goes through addresses learns no more than that.
const TAKEN: (u32, Duration) = (3, Duration::from_hours(8));

/// Who is who. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Identity {
    ground: Ground,
    database: Database,
    passwords: Arc<Passwords>,
    throttle: Arc<SignInThrottle>,
    tokens: Arc<AccessTokens>,
    /// The invitations of each person.
    letters_of: Arc<Throttle<UserId>>,
    resets: Arc<ResetThrottle>,
    accounts_by: Arc<Throttle<UserId>>,
    taken_for: Arc<Throttle<Option<uuid::Uuid>>>,
    has_administrator: first_start::HasAdministrator,
    post: Post,
    public_url: Arc<str>,
    /// Touched whenever a session may have ended in this process.
    endings: watch::Sender<()>,
}

impl Identity {
    /// Ties the parts together. `public_url` is the platform's address, without a slash at its end: access tokens are
    /// issued by it and for its API.
    ///
    /// # Panics
    /// At start-up, where passwords cannot be hashed or tokens not be signed and verified.
    pub fn new(ground: Ground, database: Database, public_url: &str) -> Self {
        Self::with_cost(ground, database, public_url, Cost::STRONG)
    }

    /// The same with another cost of a password's hash, for tests.
    ///
    /// # Panics
    /// As [`Identity::new`].
    #[expect(
        clippy::expect_used,
        reason = "start-up: a server that cannot check a sign-in must not serve"
    )]
    pub fn with_cost(ground: Ground, database: Database, public_url: &str, cost: Cost) -> Self {
        let passwords = Passwords::new(ground.clone(), cost).expect("passwords can be hashed");
        let throttle = SignInThrottle::new(&ground.clock());
        let tokens =
            AccessTokens::new(ground.clone(), public_url).expect("tokens can be signed and verified");
        let letters_of = Throttle::new(ground.clock(), INVITATIONS.0, INVITATIONS.1);
        let accounts_by = Throttle::new(ground.clock(), ACCOUNTS.0, ACCOUNTS.1);
        let taken_for = Throttle::new(ground.clock(), TAKEN.0, TAKEN.1);
        let resets = ResetThrottle::new(&ground.clock());
        Self {
            post: Post::new(ground.clone()),
            ground,
            database,
            passwords: Arc::new(passwords),
            throttle: Arc::new(throttle),
            tokens: Arc::new(tokens),
            letters_of: Arc::new(letters_of),
            resets: Arc::new(resets),
            accounts_by: Arc::new(accounts_by),
            taken_for: Arc::new(taken_for),
            has_administrator: first_start::HasAdministrator::default(),
            public_url: public_url.into(),
            endings: watch::Sender::new(()),
        }
    }

    /// Where the letters about accounts are written down; its carriers send them.
    pub fn post(&self) -> &Post {
        &self.post
    }
}
