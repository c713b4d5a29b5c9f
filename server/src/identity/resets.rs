//! Passwords that are forgotten or changed.

use std::net::IpAddr;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::time::Instant;

use super::store::resets as store;
use super::{Caller, Email, Identity, IdentityError, LinkToken, Password, SessionSecret, letters};
use crate::ground::Purpose;
use crate::ground::ids::{PasswordResetId, UserId};
use crate::tenancy::{Scope as _, SystemScope, Tx};

/// How long a link for a new password works.
pub const RESET_LIVES: TimeDelta = TimeDelta::hours(1);
/// A mail that says what happened is worth sending for so long.
const NEWS_LIVES: TimeDelta = TimeDelta::days(3);
/// Links that are over are kept this long, then swept with the user's next one.
const KEPT: TimeDelta = TimeDelta::days(7);
/// Every request for a link takes at least so long, so that its time does not tell whether there is an account.
const FLOOR: Duration = Duration::from_millis(400);

impl Identity {
    /// Sends a link for a new password, where the address has an account that may sign in. Whether it has, neither the
    /// answer nor its time tells.
    pub async fn ask_for_reset(&self, email: &str, remote: IpAddr) -> Result<(), IdentityError> {
        let began = Instant::now();
        let asked = self.write_reset(email, remote).await;
        tokio::time::sleep_until(began + FLOOR).await;
        asked
    }

    async fn write_reset(&self, email: &str, remote: IpAddr) -> Result<(), IdentityError> {
        let Ok(email) = email.parse::<Email>() else {
            return self.resets.place(remote);
        };
        self.resets.attempt(&email, remote)?;
        let (now, token) = (self.ground.now(), LinkToken::new(&self.ground));
        let link = format!("{}/reset/{}", self.public_url, token.expose());
        // Done in any case, as everything here that costs time.
        let sealed = self.post.seal(&letters::reset(&email, &link), RESET_LIVES);
        let new = store::NewReset {
            id: self.ground.id::<PasswordResetId>(),
            secret_hmac: token.hmac(self.ground.keys(), Purpose::PasswordReset),
            created_at: now,
            expires_at: now + RESET_LIVES,
            forget_before: now - KEPT,
        };
        let has_account = SystemScope::for_purpose("send a link for a new password")
            .run(&self.database, async |tx| {
                let user = store::system_who_may_sign_in(tx, &email).await?;
                if let Some(user) = user {
                    store::system_insert(tx, user, &new).await?;
                    self.post.system_take(tx, &sealed).await?;
                }
                Ok::<_, IdentityError>(user.is_some())
            })
            .await?;
        if has_account {
            self.post.hurry();
        }
        Ok(())
    }

    /// Whose password a link that still works is for.
    pub async fn reset_of(&self, token: &LinkToken) -> Result<Email, IdentityError> {
        let (hmac, now) = (
            token.hmac(self.ground.keys(), Purpose::PasswordReset),
            self.ground.now(),
        );
        SystemScope::for_purpose("find whose password a link is for")
            .run(&self.database, async |tx| {
                store::system_pending(tx, &hmac, now).await
            })
            .await?
            .map(|(_, email)| email)
            .ok_or(IdentityError::LinkOver)
    }

    /// Sets a new password by a link. It works once; every session and every access token of the account ends.
    pub async fn reset_password(&self, token: &LinkToken, password: Password) -> Result<(), IdentityError> {
        let email = self.reset_of(token).await?;
        let hash = self.hash_of_new(&password, &email).await?;
        let (hmac, now) = (
            token.hmac(self.ground.keys(), Purpose::PasswordReset),
            self.ground.now(),
        );
        SystemScope::for_purpose("set a new password by a link")
            .run(&self.database, async |tx| {
                store::system_lock_account(tx, &hmac).await?;
                let pending = store::system_pending(tx, &hmac, now).await?;
                let (user, email) = pending.ok_or(IdentityError::LinkOver)?;
                self.set_password(tx, user, &email, &hash, None).await
            })
            .await?;
        self.endings.send_replace(());
        self.post.hurry();
        Ok(())
    }

    /// Changes one's own password, for whoever knows the present one. Every other session and every access token ends.
    pub async fn change_password(
        &self,
        caller: &Caller,
        session: &SessionSecret,
        present: Password,
        new: Password,
        remote: IpAddr,
    ) -> Result<(), IdentityError> {
        let email = &caller.person.email;
        self.system_verified(email.as_str(), present, remote)
            .await
            .map_err(|error| match error {
                IdentityError::WrongCredentials => IdentityError::WrongPassword,
                error => error,
            })?;
        let hash = self.hash_of_new(&new, email).await?;
        let keep = session.hmac(self.ground.keys());
        SystemScope::for_purpose("change one's own password")
            .run(&self.database, async |tx| {
                self.set_password(tx, caller.person.id, email, &hash, Some(&keep))
                    .await
            })
            .await?;
        self.endings.send_replace(());
        self.post.hurry();
        Ok(())
    }

    async fn hash_of_new(&self, password: &Password, email: &Email) -> Result<String, IdentityError> {
        password.check_new(email.as_str())?;
        self.passwords.hash(password).await
    }

    /// Sets it, ends what was given out under the old one, and says so by mail.
    async fn set_password(
        &self,
        tx: &Tx<SystemScope>,
        user: UserId,
        email: &Email,
        hash: &str,
        keep: Option<&[u8; 32]>,
    ) -> Result<(), IdentityError> {
        let now = self.ground.now();
        store::system_set_password(tx, user, hash, keep, now).await?;
        let news = letters::changed(email, &self.public_url);
        let sealed = self.post.seal(&news, NEWS_LIVES);
        Ok(self.post.system_take(tx, &sealed).await?)
    }
}
