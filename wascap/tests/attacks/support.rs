//! A forger's workshop: tokens from any text, signed by any key, put into any module.

use capwire_wascap::{
    ActorClaims, Hash, KeyKind, KeyPair, Trust, UnixSeconds, Verified, Verifier, VerifyError,
    rand_core,
};
use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::{Signer, SigningKey};
use std::convert::Infallible;

pub(crate) const NOW: UnixSeconds = UnixSeconds(1_600_000_000);

/// A small module with types, one function, an export, its code and a custom section.
pub(crate) const CODE: &[u8] = b"\0asm\x01\0\0\0\
    \x01\x05\x01\x60\0\x01\x7F\
    \x03\x02\x01\0\
    \x07\x05\x01\x01f\0\0\
    \x0A\x06\x01\x04\0\x41\x2A\x0B\
    \0\x07\x04notehi";

pub(crate) const HEADER: &str = r#"{"typ":"jwt","alg":"Ed25519"}"#;

/// Secrets of the cast.
pub(crate) const ACCOUNT: u8 = 1;
pub(crate) const MODULE: u8 = 2;
pub(crate) const OTHER: u8 = 3;
pub(crate) const OPERATOR: u8 = 4;
pub(crate) const OPERATOR_SIGNER: u8 = 5;
pub(crate) const ACCOUNT_SIGNER: u8 = 6;
pub(crate) const SERVICE: u8 = 7;

/// "Randomness" that repeats one byte, so that keys are known and ids are equal.
pub(crate) struct Same(pub(crate) u8);

impl rand_core::TryRng for Same {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_ne_bytes([self.0; 4]))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_ne_bytes([self.0; 8]))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.fill(self.0);
        Ok(())
    }
}

impl rand_core::TryCryptoRng for Same {}

pub(crate) fn pair(kind: KeyKind, secret: u8) -> KeyPair {
    KeyPair::generate_with(kind, &mut Same(secret))
}

pub(crate) fn public(kind: KeyKind, secret: u8) -> String {
    pair(kind, secret).public().to_string()
}

pub(crate) fn key(kind: KeyKind, secret: u8) -> capwire_wascap::PublicKey {
    pair(kind, secret).public()
}

/// A token of these texts, signed by this secret.
pub(crate) fn token(header: &str, claims: &str, secret: u8) -> String {
    let encode = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
    let signed = format!("{}.{}", encode(header), encode(claims));
    let signature = SigningKey::from_bytes(&[secret; 32]).sign(signed.as_bytes());
    format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature.to_bytes()))
}

/// A custom section, its size padded to three bytes.
pub(crate) fn section(name: &str, content: &[u8]) -> Vec<u8> {
    let size = 1 + name.len() + content.len();
    let number = [
        (size & 0x7F) as u8 | 0x80,
        (size >> 7 & 0x7F) as u8 | 0x80,
        (size >> 14) as u8,
    ];
    [
        b"\0",
        &number[..],
        &[name.len() as u8],
        name.as_bytes(),
        content,
    ]
    .concat()
}

pub(crate) fn with_token(code: &[u8], token: &str) -> Vec<u8> {
    [code, &section("jwt", token.as_bytes())].concat()
}

pub(crate) fn verify(wasm: &[u8]) -> Result<Verified<ActorClaims>, VerifyError> {
    Verifier::new().verify_module(wasm, NOW)
}

pub(crate) fn refusal(wasm: &[u8]) -> VerifyError {
    verify(wasm).expect_err("the attack succeeded")
}

/// A valid actor's token and module, of which a test changes one thing.
pub(crate) struct Forge {
    pub(crate) header: String,
    pub(crate) claims: String,
    pub(crate) secret: u8,
}

impl Forge {
    pub(crate) fn new() -> Self {
        let claims = format!(
            r#"{{"jti":"dBXPmMFzXxDQ1e5KqQyPVg","iat":{iat},"iss":"{iss}","sub":"{sub}","wascap":{{"name":"a","hash":"{hash}","tags":[],"caps":["wascc:keyvalue"],"prov":false}}}}"#,
            iat = NOW.0 - 10,
            iss = public(KeyKind::Account, ACCOUNT),
            sub = public(KeyKind::Module, MODULE),
            hash = Hash::of(CODE),
        );
        Self {
            header: HEADER.into(),
            claims,
            secret: ACCOUNT,
        }
    }

    pub(crate) fn header(mut self, header: &str) -> Self {
        self.header = header.into();
        self
    }

    /// Replaces text that must be in the claims.
    pub(crate) fn replace(mut self, old: &str, new: &str) -> Self {
        assert!(self.claims.contains(old), "{old} is not in {}", self.claims);
        self.claims = self.claims.replacen(old, new, 1);
        self
    }

    /// Adds members at the top.
    pub(crate) fn with(self, members: &str) -> Self {
        self.replace(r#""wascap":"#, &format!(r#"{members},"wascap":"#))
    }

    pub(crate) fn token(&self) -> String {
        token(&self.header, &self.claims, self.secret)
    }

    pub(crate) fn module(&self) -> Vec<u8> {
        with_token(CODE, &self.token())
    }

    pub(crate) fn verify(&self) -> Result<Verified<ActorClaims>, VerifyError> {
        verify(&self.module())
    }

    pub(crate) fn refusal(&self) -> VerifyError {
        refusal(&self.module())
    }
}

/// A token of one who vouches for others, of which a test changes one thing.
#[derive(Clone)]
pub(crate) struct Authority {
    pub(crate) issuer: (KeyKind, u8),
    pub(crate) subject: (KeyKind, u8),
    pub(crate) signers: Vec<(KeyKind, u8)>,
    pub(crate) members: String,
}

impl Authority {
    pub(crate) fn account() -> Self {
        let signers = vec![(KeyKind::Account, ACCOUNT_SIGNER)];
        let issuer = (KeyKind::Operator, OPERATOR);
        Self {
            issuer,
            subject: (KeyKind::Account, ACCOUNT),
            signers,
            members: String::new(),
        }
    }

    pub(crate) fn operator() -> Self {
        let signers = vec![(KeyKind::Operator, OPERATOR_SIGNER)];
        let key = (KeyKind::Operator, OPERATOR);
        Self {
            issuer: key,
            subject: key,
            signers,
            members: String::new(),
        }
    }

    pub(crate) fn issued_by(mut self, kind: KeyKind, secret: u8) -> Self {
        self.issuer = (kind, secret);
        self
    }

    /// Adds members at the top.
    pub(crate) fn with(mut self, members: &str) -> Self {
        self.members = format!(",{members}");
        self
    }

    pub(crate) fn claims(&self) -> String {
        let key = |(kind, secret): &(KeyKind, u8)| format!("\"{}\"", public(*kind, *secret));
        let signers: Vec<String> = self.signers.iter().map(key).collect();
        format!(
            r#"{{"jti":"id-{}-{}","iat":{},"iss":{},"sub":{}{},"wascap":{{"name":"n","valid_signers":[{}]}}}}"#,
            self.subject.0,
            self.subject.1,
            NOW.0 - 100,
            key(&self.issuer),
            key(&self.subject),
            self.members,
            signers.join(",")
        )
    }

    pub(crate) fn token(&self) -> String {
        token(HEADER, &self.claims(), self.issuer.1)
    }
}

/// Trust in the operator's key, and the account's token.
pub(crate) fn trust() -> Trust {
    let mut trust = Trust::new();
    trust.operator_key(pair(KeyKind::Operator, OPERATOR).public());
    trust.account_token(&Authority::account().token()).unwrap();
    trust
}

pub(crate) fn trust_in(operator: &Authority, account: &Authority) -> Trust {
    let mut trust = Trust::new();
    trust.operator_token(&operator.token()).unwrap();
    trust.account_token(&account.token()).unwrap();
    trust
}

#[test]
fn the_workshop_can_make_what_is_accepted() {
    let verified = Forge::new().verify().unwrap();
    assert_eq!(verified.metadata.caps, ["wascc:keyvalue"]);
    assert_eq!(verified.subject, pair(KeyKind::Module, MODULE).public());
}
