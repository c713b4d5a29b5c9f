//! The portal's sessions: a random secret in a cookie, its HMAC in the database.
//!
//! **CSRF.** A page's forms carry [`SessionSecret::csrf`]'s token: an HMAC bound to the session's secret, so it cannot be
//! planted with a foreign session and needs no storage. The login form has no session to bind to; it is guarded by where
//! the browser says the request comes from (`Sec-Fetch-Site`, else `Origin` against `Host`), which needs no cookie
//! before the sign-in and cannot be fixed by a neighbouring subdomain. The HTTP room checks that for every other form
//! as well.

use std::fmt;
use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::BASE64URL_NOPAD;
use tokio::sync::watch;

use super::store::{self, Account, NewSession};
use super::{Caller, Email, Identity, IdentityError, Password};
use crate::ground::ids::{SessionId, UserId};
use crate::ground::{Keys, Purpose};
use crate::tenancy::{Scope as _, SystemScope};

/// A session ends this long after its sign-in, whatever happens.
pub const ABSOLUTE: TimeDelta = TimeDelta::hours(12);
/// A session that nobody uses ends after this time.
pub const IDLE: TimeDelta = TimeDelta::minutes(60);
/// How exactly the last use is noted.
const NOTED_EVERY: TimeDelta = TimeDelta::minutes(1);
/// Ended sessions are kept this long, then swept with the user's next sign-in.
const KEPT: TimeDelta = TimeDelta::days(7);

/// The secret that a portal cookie holds. Never shown, stored only as HMAC.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionSecret([u8; 32]);

impl fmt::Debug for SessionSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionSecret(…)")
    }
}

impl SessionSecret {
    /// Reads a cookie's value.
    pub fn parse(text: &str) -> Option<Self> {
        BASE64URL_NOPAD
            .decode(text.as_bytes())
            .ok()?
            .try_into()
            .ok()
            .map(Self)
    }

    /// The cookie's value.
    pub fn expose(&self) -> String {
        BASE64URL_NOPAD.encode(&self.0)
    }

    pub(super) fn hmac(&self, keys: &Keys) -> [u8; 32] {
        keys.hmac(Purpose::Session, &self.bound_to(b"session"))
    }

    fn bound_to(&self, use_: &[u8]) -> Vec<u8> {
        [use_, b"\0", self.0.as_slice()].concat()
    }
}

/// A sign-in that succeeded, or a session that goes on.
#[derive(Debug, Clone)]
pub struct Session {
    /// The session's id, for the log.
    pub id: SessionId,
    /// What the cookie holds.
    pub secret: SessionSecret,
    /// Who signed in.
    pub caller: Caller,
    /// When it ends at the latest.
    pub expires_at: DateTime<Utc>,
}

impl Identity {
    /// Signs in to the portal. Whatever is wrong, the answer and the time it takes are the same.
    pub async fn sign_in(
        &self,
        email: &str,
        password: Password,
        remote: IpAddr,
    ) -> Result<Session, IdentityError> {
        let account = self.system_verified(email, password, remote).await?;
        let now = self.ground.now();
        let (secret, session) = self.new_session(account.user.id, now);
        SystemScope::for_purpose("begin a session")
            .run(&self.database, async |tx| {
                store::system_note_sign_in(tx, &account, now).await?;
                store::system_begin_session(tx, &session).await
            })
            .await?;
        Ok(Session {
            id: session.id,
            secret,
            caller: account.into_caller()?,
            expires_at: session.expires_at,
        })
    }

    /// A session to begin.
    pub(super) fn new_session(&self, user: UserId, now: DateTime<Utc>) -> (SessionSecret, NewSession) {
        let secret = SessionSecret(self.ground.random());
        let session = NewSession {
            id: self.ground.id(),
            user,
            secret_hmac: secret.hmac(self.ground.keys()),
            created_at: now,
            expires_at: now + ABSOLUTE,
            forget_before: now - KEPT,
        };
        (secret, session)
    }

    /// The session of a cookie, unless it is over or its user may no longer sign in.
    pub async fn session(&self, secret: &SessionSecret) -> Result<Session, IdentityError> {
        let now = self.ground.now();
        let hmac = secret.hmac(self.ground.keys());
        let (idle_since, noted_before) = (now - IDLE, now - NOTED_EVERY);
        let (id, expires_at, account) = SystemScope::for_purpose("find a session")
            .run(&self.database, async |tx| {
                store::system_use_session(tx, &hmac, now, idle_since, noted_before).await
            })
            .await?
            .ok_or(IdentityError::NotSignedIn)?;
        Ok(Session {
            id,
            secret: secret.clone(),
            caller: account.into_caller()?,
            expires_at,
        })
    }

    /// Whose session it is and what they may do by now, without counting as a use of it: a page that is left open keeps
    /// nobody signed in.
    ///
    /// # Errors
    /// [`IdentityError::NotSignedIn`] where it is over.
    pub async fn watched_by(&self, secret: &SessionSecret) -> Result<Caller, IdentityError> {
        let now = self.ground.now();
        let (hmac, idle_since) = (secret.hmac(self.ground.keys()), now - IDLE);
        SystemScope::for_purpose("see whether a session still stands")
            .run(&self.database, async |tx| {
                store::system_watch_session(tx, &hmac, now, idle_since).await
            })
            .await?
            .ok_or(IdentityError::NotSignedIn)?
            .into_caller()
    }

    /// Ends a session; that it was over already is no error.
    pub async fn sign_out(&self, secret: &SessionSecret) -> Result<(), IdentityError> {
        let (now, hmac) = (self.ground.now(), secret.hmac(self.ground.keys()));
        SystemScope::for_purpose("end a session")
            .run(&self.database, async |tx| {
                store::system_end_session(tx, &hmac, now).await
            })
            .await?;
        self.endings.send_replace(());
        Ok(())
    }

    /// Changes when some session or other may have ended in this process: who keeps something open for one asks
    /// [`Identity::watched_by`] then.
    pub fn endings(&self) -> watch::Receiver<()> {
        self.endings.subscribe()
    }

    /// Something has changed by which people see less than before: whoever keeps a page open for one looks again.
    pub fn sees_otherwise(&self) {
        self.endings.send_replace(());
    }

    /// What a form of this session carries.
    pub fn csrf_token(&self, secret: &SessionSecret) -> String {
        BASE64URL_NOPAD.encode(
            &self
                .ground
                .keys()
                .hmac(Purpose::Session, &secret.bound_to(b"csrf")),
        )
    }

    /// Whether a form belongs to this session; in constant time.
    pub fn check_csrf(&self, secret: &SessionSecret, token: &str) -> bool {
        BASE64URL_NOPAD.decode(token.as_bytes()).is_ok_and(|tag| {
            self.ground
                .keys()
                .hmac_matches(Purpose::Session, &secret.bound_to(b"csrf"), &tag)
        })
    }

    /// The account behind an address and its password. The password is hashed outside of any transaction.
    pub(super) async fn system_verified(
        &self,
        email: &str,
        password: Password,
        remote: IpAddr,
    ) -> Result<Account, IdentityError> {
        let email: Email = email.parse().map_err(|_| IdentityError::WrongCredentials)?;
        let attempt = self.throttle.attempt(&email, remote)?;
        let looked = async {
            let found = SystemScope::for_purpose("find the account that signs in")
                .run(&self.database, async |tx| {
                    store::system_credentials(tx, &email).await
                })
                .await?;
            let (account, hash) = found.map_or((None, None), |(account, hash)| (Some(account), Some(hash)));
            let matches = self.passwords.verify(password, hash).await?;
            Ok(account.filter(|account| matches && account.may_sign_in()))
        }
        .await;
        // Who hangs up before the answer has had their guess as well: then nothing is taken back.
        match looked {
            Ok(None) => Err(IdentityError::WrongCredentials),
            Ok(Some(account)) => {
                attempt.was_no_failure();
                Ok(account)
            }
            Err(error) => {
                attempt.was_no_failure();
                Err(error)
            }
        }
    }
}
