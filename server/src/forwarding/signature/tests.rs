use super::*;

/// The specification's own example.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const SECONDS: i64 = 1_614_265_330;
const BODY: &[u8] = br#"{"test": 2432232314}"#;
const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

fn secret() -> Secret {
    Secret::parse(SECRET).unwrap()
}

fn received<'a>(signature: &'a str, body: &'a [u8]) -> Received<'a> {
    Received {
        id: ID,
        timestamp: "1614265330",
        signature,
        body,
    }
}

#[test]
fn the_published_example_is_signed_as_published() {
    assert_eq!(sign(ID, at(SECONDS), BODY, &[secret()], None), SIGNATURE);
    assert_eq!(
        verify(
            received(SIGNATURE, BODY),
            at(SECONDS),
            &Verifier::Secret(secret())
        ),
        Ok(())
    );
}

#[test]
fn both_kinds_of_signature_verify_and_a_changed_byte_does_not() {
    let key = SigningKey::from_seed([7; 32]).unwrap();
    let old = Secret::from_bytes(vec![1; 32]).unwrap();
    let header = sign(ID, at(SECONDS), BODY, &[secret(), old.clone()], Some(&key));
    assert_eq!(header.split(' ').count(), 3);
    for verifier in [
        Verifier::Secret(secret()),
        Verifier::Secret(old),
        Verifier::PublicKey(key.public_key()),
    ] {
        assert_eq!(verify(received(&header, BODY), at(SECONDS), &verifier), Ok(()));
        for position in 0..BODY.len() {
            let mut body = BODY.to_vec();
            body[position] ^= 1;
            assert_eq!(
                verify(received(&header, &body), at(SECONDS), &verifier),
                Err(SignatureError::Mismatch)
            );
        }
        let other_id = Received {
            id: "msg_other",
            ..received(&header, BODY)
        };
        assert_eq!(
            verify(other_id, at(SECONDS), &verifier),
            Err(SignatureError::Mismatch)
        );
    }
    let stranger = Verifier::PublicKey(SigningKey::from_seed([8; 32]).unwrap().public_key());
    assert_eq!(
        verify(received(&header, BODY), at(SECONDS), &stranger),
        Err(SignatureError::Mismatch)
    );
}

#[test]
fn five_minutes_are_tolerated_and_not_a_second_more() {
    let check = |now| verify(received(SIGNATURE, BODY), at(now), &Verifier::Secret(secret()));
    assert_eq!((check(SECONDS + 300), check(SECONDS - 300)), (Ok(()), Ok(())));
    assert_eq!(check(SECONDS + 301), Err(SignatureError::Time));
    assert_eq!(check(SECONDS - 301), Err(SignatureError::Time));
}

#[test]
fn malformed_headers_are_refused() {
    let verifier = Verifier::Secret(secret());
    let check = |message| verify(message, at(SECONDS), &verifier);
    for signature in [
        "",
        "v1",
        "v1,",
        "v1,not base64",
        "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        "v1a,AAAA",
    ] {
        assert_eq!(
            check(received(signature, BODY)),
            Err(SignatureError::Mismatch),
            "{signature}"
        );
    }
    let timed = |timestamp| {
        check(Received {
            timestamp,
            ..received(SIGNATURE, BODY)
        })
    };
    assert_eq!(timed(""), Err(SignatureError::Header));
    assert_eq!(timed("yesterday"), Err(SignatureError::Header));
    assert_eq!(timed("9223372036854775807"), Err(SignatureError::Header));
    assert_eq!(
        check(Received {
            id: "",
            ..received(SIGNATURE, BODY)
        }),
        Err(SignatureError::Header)
    );
}

#[test]
fn keys_have_text_forms() {
    assert_eq!(secret().to_text(), SECRET);
    let key = SigningKey::from_seed([7; 32]).unwrap();
    assert_eq!(
        SigningKey::parse(&key.to_text()).unwrap().public_key(),
        key.public_key()
    );
    let seed_only = format!("whsk_{}", BASE64.encode(&[7; 32]));
    assert_eq!(
        SigningKey::parse(&seed_only).unwrap().public_key(),
        key.public_key()
    );
    assert_eq!(
        parse_public_key(&public_key_text(&key.public_key())),
        Ok(key.public_key())
    );
    assert!(Secret::parse("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").is_err());
    assert!(
        Secret::parse("whsec_c2hvcnQ=").is_err(),
        "a short secret is refused"
    );
    let foreign = format!("whsk_{}", BASE64.encode(&[[7; 32], [9; 32]].concat()));
    assert!(
        SigningKey::parse(&foreign).is_err(),
        "the public half must belong to the seed"
    );
    assert_eq!(format!("{:?}{key:?}", secret()), "Secret(…)SigningKey(…)");
}
