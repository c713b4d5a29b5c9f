//! Passwords: argon2id, two at a time, away from the threads that serve requests.

use std::fmt;
use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use super::IdentityError;
use crate::ground::Ground;

const SHORTEST: usize = 12;
const LONGEST_BYTES: usize = 256;
/// Hashes at the same time: each takes 19 MiB and a core.
const AT_ONCE: usize = 2;
/// Sign-ins that may wait for their turn.
const WAITING: usize = 64;

/// What one hash costs.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    memory_kib: u32,
    passes: u32,
}

impl Cost {
    /// 19 MiB, two passes, one lane: OWASP's recommendation for argon2id.
    pub const STRONG: Self = Self {
        memory_kib: 19 * 1024,
        passes: 2,
    };
    /// Next to nothing, for tests of everything but the hash.
    pub const TRIVIAL: Self = Self {
        memory_kib: 16,
        passes: 1,
    };
}

/// A password as it was typed. Never shown.
#[derive(Clone)]
pub struct Password(String);

impl Password {
    /// Takes what was typed at a sign-in; the rules for new passwords do not apply.
    pub fn typed(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Checks a new password: length counts, composition does not (NIST SP 800-63B).
    pub(super) fn check_new(&self, email: &str) -> Result<(), IdentityError> {
        let bad = |why| Err(IdentityError::BadPassword(why));
        if self.0.chars().count() < SHORTEST {
            return bad("must have at least 12 characters");
        }
        if self.0.len() > LONGEST_BYTES {
            return bad("is too long: 256 bytes at most");
        }
        let mut characters = self.0.chars();
        let first = characters.next();
        if characters.all(|c| Some(c) == first) {
            return bad("must not be one character repeated");
        }
        if self.0.to_lowercase().contains(email) {
            return bad("must not contain the e-mail address");
        }
        Ok(())
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// Hashes and verifies.
pub(super) struct Passwords {
    ground: Ground,
    argon2: Argon2<'static>,
    /// The hash of a password that nobody knows: an unknown address costs the same time as a known one.
    nobody: String,
    waiting: Arc<Semaphore>,
    at_once: Arc<Semaphore>,
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passwords").finish_non_exhaustive()
    }
}

impl Passwords {
    pub(super) fn new(ground: Ground, cost: Cost) -> Result<Self, IdentityError> {
        let params = Params::new(cost.memory_kib, cost.passes, 1, None)
            .map_err(|_| IdentityError::Machinery("the cost of a password's hash is out of range"))?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody = hash(&argon2, &ground.random::<32>(), &ground.random())?;
        let waiting = Arc::new(Semaphore::new(WAITING));
        Ok(Self {
            ground,
            argon2,
            nobody,
            waiting,
            at_once: Arc::new(Semaphore::new(AT_ONCE)),
        })
    }

    /// The hash to store.
    pub(super) async fn hash(&self, password: &Password) -> Result<String, IdentityError> {
        let (argon2, password, salt) = (self.argon2.clone(), password.clone(), self.ground.random());
        self.in_turn(move || hash(&argon2, password.0.as_bytes(), &salt))
            .await?
    }

    /// Whether the password is the one behind the stored hash; without a hash it takes as long and is `false`.
    pub(super) async fn verify(
        &self,
        password: Password,
        stored: Option<String>,
    ) -> Result<bool, IdentityError> {
        let known = stored.is_some();
        let (argon2, stored) = (self.argon2.clone(), stored.unwrap_or_else(|| self.nobody.clone()));
        let matches = self
            .in_turn(move || {
                // Longer than any password that can be set; hashing it would only cost time.
                if password.0.len() > LONGEST_BYTES {
                    return Ok::<_, IdentityError>(false);
                }
                let stored = PasswordHash::new(&stored)
                    .map_err(|_| IdentityError::Machinery("a stored password hash cannot be read"))?;
                Ok(argon2.verify_password(password.0.as_bytes(), &stored).is_ok())
            })
            .await??;
        Ok(known && matches)
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, IdentityError> {
        let _waiting = Arc::clone(&self.waiting)
            .try_acquire_owned()
            .map_err(|_| IdentityError::Busy)?;
        let turn = Arc::clone(&self.at_once)
            .acquire_owned()
            .await
            .map_err(|_| IdentityError::Busy)?;
        // The turn travels with the work: a sender that hangs up frees nothing before its hash has ended.
        let work = move || {
            let done = work();
            drop(turn);
            done
        };
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|_| IdentityError::Machinery("a password could not be hashed"))
    }
}

fn hash(argon2: &Argon2<'_>, password: &[u8], salt: &[u8; 16]) -> Result<String, IdentityError> {
    let hash: PasswordHash = argon2
        .hash_password_with_salt(password, salt)
        .map_err(|_| IdentityError::Machinery("a password could not be hashed"))?;
    Ok(hash.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::{Keys, MasterKey};

    fn passwords(cost: Cost) -> Passwords {
        Passwords::new(Ground::new(Keys::derive(&MasterKey::new([1; 32]))), cost).unwrap()
    }

    #[tokio::test]
    async fn the_stored_form_is_argon2id_with_the_cost_in_it() {
        let stored = passwords(Cost::STRONG)
            .hash(&Password::typed("correct horse battery"))
            .await
            .unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
    }

    #[tokio::test]
    async fn only_the_right_password_of_a_known_account_matches() {
        let passwords = passwords(Cost::TRIVIAL);
        let stored = passwords
            .hash(&Password::typed("correct horse battery"))
            .await
            .unwrap();
        let verify = async |typed: &str, stored: Option<&String>| {
            passwords
                .verify(Password::typed(typed), stored.cloned())
                .await
                .unwrap()
        };
        assert!(verify("correct horse battery", Some(&stored)).await);
        assert!(!verify("correct horse batterz", Some(&stored)).await);
        assert!(!verify("correct horse battery", None).await);
        assert!(!verify(&"x".repeat(1000), Some(&stored)).await);
    }

    #[test]
    fn length_counts() {
        let check = |text: &str| Password::typed(text).check_new("ann@clinic.example");
        assert!(check("correct horse battery").is_ok());
        assert!(check("short").is_err());
        assert!(check("aaaaaaaaaaaaaaaa").is_err());
        assert!(check("Ann@Clinic.Example1").is_err());
        assert!(check(&"ab".repeat(129)).is_err());
    }
}
