//! The API's access tokens: EdDSA JWTs that live a quarter of an hour. Who they speak for is looked up at every request,
//! so a disabled user is refused at once and a token carries no permission that was taken away. It also carries under which
//! generation of its account it was issued: each disabling begins another, so no token outlives one. Nor does one outlive the
//! closing of its organisation.

use std::fmt;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Caller, Identity, IdentityError, Password, store};
use crate::ground::ids::UserId;
use crate::ground::{Ground, Purpose};
use crate::tenancy::{Scope as _, SystemScope};

const LIVES: TimeDelta = TimeDelta::minutes(15);
/// How far the clocks of two servers may lie apart.
const LEEWAY_SECONDS: i64 = 5;
/// RFC 9068: it cannot be mistaken for a hub's proof.
const TYPE: &str = "at+jwt";
/// PKCS#8 version 1 of an Ed25519 key (RFC 8410), up to the seed.
const PKCS8_BEFORE_SEED: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// A new access token.
pub struct AccessToken {
    /// The JWT, to be sent as `Authorization: Bearer …`.
    pub jwt: String,
    /// How long it is good for.
    pub lives: TimeDelta,
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken")
            .field("lives", &self.lives)
            .finish_non_exhaustive()
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: UserId,
    role: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    org: Option<Uuid>,
    /// The account's generation. Tokens of before there were any are of the first.
    #[serde(default)]
    generation: i32,
    iat: i64,
    exp: i64,
    jti: Uuid,
}

pub(super) struct AccessTokens {
    ground: Ground,
    issuer: String,
    audience: String,
    signing: EncodingKey,
    verifying: DecodingKey,
    validation: Validation,
}

impl fmt::Debug for AccessTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessTokens")
            .field("audience", &self.audience)
            .finish_non_exhaustive()
    }
}

impl AccessTokens {
    pub(super) fn new(ground: Ground, public_url: &str) -> Result<Self, IdentityError> {
        let broken = IdentityError::Machinery("access tokens cannot be signed and verified");
        let seed = ground.keys().seed(Purpose::AccessToken);
        let Ok(pair) = Ed25519KeyPair::from_seed_unchecked(seed) else {
            return Err(broken);
        };
        let signing = EncodingKey::from_ed_der(&[PKCS8_BEFORE_SEED.as_slice(), seed].concat());
        let verifying = DecodingKey::from_ed_der(pair.public_key().as_ref());
        let issuer = public_url.to_owned();
        let audience = format!("{public_url}/api");
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_audience(&[&audience]);
        validation.set_issuer(&[&issuer]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // The library would ask the machine's clock; `subject` asks the injected one.
        validation.validate_exp = false;
        let tokens = Self {
            ground,
            issuer,
            audience,
            signing,
            verifying,
            validation,
        };
        let probe = UserId::from(Uuid::nil());
        let verified = tokens
            .issue(probe, "admin", None, 0)
            .and_then(|token| tokens.subject(&token.jwt));
        if matches!(verified, Ok(Claims { sub, .. }) if sub == probe) {
            Ok(tokens)
        } else {
            Err(broken)
        }
    }

    fn issue(
        &self,
        user: UserId,
        role: &str,
        org: Option<Uuid>,
        generation: i32,
    ) -> Result<AccessToken, IdentityError> {
        let now = self.ground.now();
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            sub: user,
            role: role.to_owned(),
            org,
            generation,
            iat: now.timestamp(),
            exp: (now + LIVES).timestamp(),
            jti: self.ground.id(),
        };
        let header = Header {
            typ: Some(TYPE.to_owned()),
            ..Header::new(Algorithm::EdDSA)
        };
        let jwt = encode(&header, &claims, &self.signing)
            .map_err(|_| IdentityError::Machinery("an access token could not be signed"))?;
        Ok(AccessToken { jwt, lives: LIVES })
    }

    /// What a token says, if this platform's API issued it and it is not over.
    fn subject(&self, jwt: &str) -> Result<Claims, IdentityError> {
        let token = decode::<Claims>(jwt, &self.verifying, &self.validation)
            .map_err(|_| IdentityError::NotSignedIn)?;
        let now = self.ground.now().timestamp();
        let Claims { iat, exp, .. } = token.claims;
        let is_good = token.header.typ.as_deref() == Some(TYPE) && now < exp && iat <= now + LEEWAY_SECONDS;
        if is_good {
            Ok(token.claims)
        } else {
            Err(IdentityError::NotSignedIn)
        }
    }
}

impl Identity {
    /// A token for the API in exchange for a password, throttled like a sign-in.
    pub async fn api_token(
        &self,
        email: &str,
        password: Password,
        remote: std::net::IpAddr,
    ) -> Result<AccessToken, IdentityError> {
        let account = self.system_verified(email, password, remote).await?;
        let now = self.ground.now();
        SystemScope::for_purpose("note a sign-in to the API")
            .run(&self.database, async |tx| {
                store::system_note_sign_in(tx, &account, now).await
            })
            .await?;
        let user = &account.user;
        self.tokens.issue(
            user.id,
            user.role.as_str(),
            user.organisation.id(),
            account.generation,
        )
    }

    /// Whom an access token speaks for.
    pub async fn caller_of_token(&self, jwt: &str) -> Result<Caller, IdentityError> {
        let claims = self.tokens.subject(jwt)?;
        let account = SystemScope::for_purpose("find the user of an access token")
            .run(&self.database, async |tx| {
                store::system_account(tx, claims.sub).await
            })
            .await?
            .ok_or(IdentityError::NotSignedIn)?;
        let is_of_this_account = account.user.role.as_str() == claims.role
            && account.user.organisation.id() == claims.org
            && account.generation == claims.generation
            && account
                .closed_at
                .is_none_or(|closed| claims.iat > closed.timestamp());
        if !is_of_this_account {
            return Err(IdentityError::NotSignedIn);
        }
        account.into_caller()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use data_encoding::BASE64URL_NOPAD;

    use super::*;
    use crate::ground::{Clock, Keys, MasterKey, SystemRandom, TestClock};

    fn tokens(key: u8, url: &str) -> (AccessTokens, Arc<TestClock>) {
        let clock = Arc::new(TestClock::at("2026-11-20T12:00:00Z".parse().unwrap()));
        let keys = Keys::derive(&MasterKey::new([key; 32]));
        let ground = Ground::with(
            Arc::clone(&clock) as Arc<dyn Clock>,
            Arc::new(SystemRandom::new()),
            keys,
        );
        (AccessTokens::new(ground, url).unwrap(), clock)
    }

    fn user() -> UserId {
        UserId::from(Uuid::from_u128(7))
    }

    #[test]
    fn a_token_lives_a_quarter_of_an_hour() {
        let (tokens, clock) = tokens(1, "https://v.example");
        let jwt = tokens.issue(user(), "admin", None, 0).unwrap().jwt;
        clock.advance(TimeDelta::seconds(899));
        assert_eq!(tokens.subject(&jwt).unwrap().sub, user());
        clock.advance(TimeDelta::seconds(1));
        assert!(tokens.subject(&jwt).is_err());
    }

    #[test]
    fn a_token_from_the_future_is_refused() {
        let (tokens, clock) = tokens(1, "https://v.example");
        clock.advance(TimeDelta::seconds(60));
        let jwt = tokens.issue(user(), "admin", None, 0).unwrap().jwt;
        clock.advance(TimeDelta::seconds(-60));
        assert!(tokens.subject(&jwt).is_err());
    }

    #[test]
    fn another_key_and_another_audience_are_refused() {
        let (ours, _) = tokens(1, "https://v.example");
        for (key, url) in [(2, "https://v.example"), (1, "https://w.example")] {
            let jwt = tokens(key, url).0.issue(user(), "admin", None, 0).unwrap().jwt;
            assert!(ours.subject(&jwt).is_err());
        }
    }

    #[test]
    fn no_algorithm_and_a_changed_claim_are_refused() {
        let (tokens, _) = tokens(1, "https://v.example");
        let jwt = tokens.issue(user(), "customer", None, 0).unwrap().jwt;
        let parts: Vec<&str> = jwt.split('.').collect();
        let none = BASE64URL_NOPAD.encode(br#"{"alg":"none","typ":"at+jwt"}"#);
        let claims = BASE64URL_NOPAD.decode(parts[1].as_bytes()).unwrap();
        let admin = String::from_utf8(claims).unwrap().replace("customer", "admin");
        let admin = BASE64URL_NOPAD.encode(admin.as_bytes());
        for forged in [
            format!("{none}.{}.", parts[1]),
            format!("{none}.{}.{}", parts[1], parts[2]),
            format!("{}.{admin}.{}", parts[0], parts[2]),
            format!("{}.{}.", parts[0], parts[1]),
        ] {
            assert!(tokens.subject(&forged).is_err(), "{forged}");
        }
        assert!(tokens.subject(&jwt).is_ok());
    }

    #[test]
    fn the_public_key_as_an_hmac_secret_is_refused() {
        let (tokens, _) = tokens(1, "https://v.example");
        let pair =
            Ed25519KeyPair::from_seed_unchecked(tokens.ground.keys().seed(Purpose::AccessToken)).unwrap();
        let claims = tokens
            .subject(&tokens.issue(user(), "admin", None, 0).unwrap().jwt)
            .unwrap();
        let header = Header {
            typ: Some(TYPE.to_owned()),
            ..Header::new(Algorithm::HS256)
        };
        let forged = encode(
            &header,
            &claims,
            &EncodingKey::from_secret(pair.public_key().as_ref()),
        )
        .unwrap();
        assert!(tokens.subject(&forged).is_err());
    }
}
