//! Passwords: argon2id on two threads of its own, away from those that serve requests. The 12 MiB that a hash takes are kept
//! and filled again for the next, so that a rush of sign-ins needs no more memory than two, and one after the other no more
//! than one. They are not given back: what a thread frees before it rests, the allocator keeps.

mod turns;

use std::fmt;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use tokio::sync::oneshot;

use self::turns::{Full, Turns, Work};
use super::IdentityError;
use crate::ground::Ground;
use crate::ground::swallow::either_way;

const SHORTEST: usize = 12;
const LONGEST_BYTES: usize = 256;
/// Bytes of a hash.
const HASH: usize = Params::DEFAULT_OUTPUT_LEN;
/// Of new hashes.
const ALGORITHM: Algorithm = Algorithm::Argon2id;
const VERSION: Version = Version::V0x13;

/// What one hash costs.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    memory_kib: u32,
    passes: u32,
}

impl Cost {
    /// 12 MiB, three passes, one lane: of the settings for argon2id that OWASP's Password Storage Cheat Sheet names as
    /// equally strong, this one takes as long as 19 MiB with two passes and a third less memory.
    pub const STRONG: Self = Self {
        memory_kib: 12 * 1024,
        passes: 3,
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
    params: Params,
    /// A hash that is no password's: an unknown address costs the same time as a known one.
    nobody: String,
    turns: Turns,
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passwords").finish_non_exhaustive()
    }
}

impl Passwords {
    pub(super) fn new(ground: Ground, cost: Cost) -> Result<Self, IdentityError> {
        let params = Params::new(cost.memory_kib, cost.passes, 1, Some(HASH))
            .map_err(|_| IdentityError::Machinery("the cost of a password's hash is out of range"))?;
        let nobody = written(&params, &ground.random(), &ground.random::<HASH>())?;
        let turns = Turns::start().map_err(|_| IdentityError::Machinery("a thread could not be started"))?;
        Ok(Self {
            ground,
            params,
            nobody,
            turns,
        })
    }

    /// The hash to store.
    pub(super) async fn hash(&self, password: &Password) -> Result<String, IdentityError> {
        let (params, password, salt) = (self.params.clone(), password.clone(), self.ground.random());
        self.in_turn(move |memory| hash(&params, password.0.as_bytes(), &salt, memory))
            .await?
    }

    /// Whether the password is the one behind the stored hash; without a hash it takes as long and is `false`.
    pub(super) async fn verify(
        &self,
        password: Password,
        stored: Option<String>,
    ) -> Result<bool, IdentityError> {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.nobody.clone());
        // Longer than any password that can be set; hashing it would only cost time.
        if password.0.len() > LONGEST_BYTES {
            return Ok(false);
        }
        let matches = self
            .in_turn(move |memory| matches(&stored, password.0.as_bytes(), memory))
            .await??;
        Ok(known && matches)
    }

    /// Waits for a thread. Work whose caller has gone before its turn is not done.
    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Vec<Block>) -> T + Send + 'static,
    ) -> Result<T, IdentityError> {
        let failed = IdentityError::Machinery("a password could not be hashed");
        let (answer, done) = oneshot::channel();
        let work: Work = Box::new(move |memory| {
            if !answer.is_closed() {
                either_way(
                    answer.send(work(memory)),
                    "where nobody waits for it any more there is nobody to tell",
                );
            }
        });
        self.turns.push(work).map_err(|Full| IdentityError::Busy)?;
        done.await.map_err(|_| failed)
    }
}

/// Fills `memory`, which grows to what the parameters ask for and is kept at that.
fn fill(
    (algorithm, version, params): (Algorithm, Version, &Params),
    (password, salt): (&[u8], &[u8]),
    out: &mut [u8],
    memory: &mut Vec<Block>,
) -> Result<(), IdentityError> {
    if memory.len() < params.block_count() {
        memory.resize(params.block_count(), Block::new());
    }
    Argon2::new(algorithm, version, params.clone())
        .hash_password_into_with_memory(password, salt, out, memory)
        .map_err(|_| IdentityError::Machinery("a password could not be hashed"))
}

fn hash(
    params: &Params,
    password: &[u8],
    salt: &[u8; 16],
    memory: &mut Vec<Block>,
) -> Result<String, IdentityError> {
    let mut out = [0; HASH];
    fill((ALGORITHM, VERSION, params), (password, salt), &mut out, memory)?;
    written(params, salt, &out)
}

/// The form in which a hash is stored.
fn written(params: &Params, salt: &[u8; 16], hash: &[u8; HASH]) -> Result<String, IdentityError> {
    let failed = || IdentityError::Machinery("a password's hash could not be written");
    let hash = PasswordHash {
        algorithm: ALGORITHM.ident(),
        version: Some(VERSION.into()),
        params: ParamsString::try_from(params).map_err(|_| failed())?,
        salt: Some(Salt::new(salt).map_err(|_| failed())?),
        hash: Some(Output::new(hash).map_err(|_| failed())?),
    };
    Ok(hash.to_string())
}

/// Whether the password has this hash, by the cost that is written in it; compared in constant time.
fn matches(stored: &str, password: &[u8], memory: &mut Vec<Block>) -> Result<bool, IdentityError> {
    let unreadable = || IdentityError::Machinery("a stored password hash cannot be read");
    let stored = PasswordHash::new(stored).map_err(|_| unreadable())?;
    let (Some(salt), Some(expected), Some(version)) = (&stored.salt, &stored.hash, stored.version) else {
        return Err(unreadable());
    };
    let algorithm = Algorithm::try_from(stored.algorithm.as_str()).map_err(|_| unreadable())?;
    let version = Version::try_from(version).map_err(|_| unreadable())?;
    let params = Params::try_from(&stored).map_err(|_| unreadable())?;
    let mut out = vec![0; expected.len()];
    fill((algorithm, version, &params), (password, salt), &mut out, memory)?;
    let computed = Output::new(&out).map_err(|_| unreadable())?;
    // `Output` compares in constant time.
    Ok(computed == *expected)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::turns::WAITING;
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
        assert!(stored.starts_with("$argon2id$v=19$m=12288,t=3,p=1$"), "{stored}");
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

    /// What this process has needed at most, in KiB.
    #[cfg(target_os = "linux")]
    fn peak_kib() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_rush_of_sign_ins_takes_the_memory_of_two() {
        let passwords = Arc::new(passwords(Cost::STRONG));
        let before = peak_kib();
        let rush: Vec<_> = (0..200)
            .map(|number| {
                let passwords = Arc::clone(&passwords);
                tokio::spawn(async move {
                    let typed = Password::typed(format!("guess number {number}"));
                    passwords.verify(typed, None).await
                })
            })
            .collect();
        let (mut done, mut busy) = (0, 0);
        for answer in rush {
            match answer.await.unwrap() {
                Ok(matches) => {
                    assert!(!matches);
                    done += 1;
                }
                Err(IdentityError::Busy) => busy += 1,
                Err(other) => panic!("{other}"),
            }
        }
        assert!(done >= WAITING && busy > 0, "{done} done, {busy} sent away");
        let needed = peak_kib() - before;
        assert!(needed < 3 * 12 * 1024, "{needed} KiB");
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
