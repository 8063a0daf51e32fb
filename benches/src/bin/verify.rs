//! Compares verification with its unavoidable work: the hash of the module, and one signature check
//! for each link of its chain. Both alternate in one run, because the speed of a machine changes.
#![forbid(unsafe_code)]

use anyhow::{Context, Result, ensure};
use capwire::wascap::{
    AccountMetadata, ActorClaimsBuilder, ClaimsBuilder, KeyKind, KeyPair, OperatorMetadata,
    Standalone, Trust, UnixSeconds, Verifier, sign_module, sign_token,
};
use capwire_benches::lean_guest;
use clap::Parser;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};
use std::hint::black_box;
use std::io::Write;
use std::time::Instant;

const NOW: UnixSeconds = UnixSeconds(1_600_000_000);
const MODULE_BYTES: usize = 2_000_000;
const ROUNDS: usize = 31;
/// The number of repetitions in each turn.
const TURN: u32 = 20;
/// The approximate size of a token's signed part in bytes.
const SIGNED_BYTES: usize = 600;

/// Compare the time to verify a module of 2 MB with the time of its SHA-256 and its Ed25519
/// signature checks.
#[derive(Parser)]
struct Options {
    /// Fail if verification takes more than this many times as long
    #[arg(long, value_name = "RATIO")]
    require: Option<f64>,
}

/// The work that is measured.
type Work<'a> = dyn Fn() -> Result<()> + 'a;

/// The results of one round, in microseconds.
struct Round {
    verifying: f64,
    needed: f64,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let chain = Chain::new()?;
    let needed = Needed::new(&chain.module);
    let cases: [(_, _, &Work<'_>); 3] = [
        ("alone", 1, &|| chain.alone()),
        ("with its chain, first time", 3, &|| chain.first_time()),
        ("with its chain, once known", 1, &|| chain.known()),
    ];
    let mut out = std::io::stdout();
    writeln!(
        out,
        "{MODULE_BYTES:>10} bytes              verifying      needed    ratio"
    )?;
    let mut worst: f64 = 0.0;
    for (name, signatures, verify) in cases {
        let rounds = measure(verify, &|| needed.with(signatures))?;
        let verifying = median(rounds.iter().map(|round| round.verifying))?;
        let least = median(rounds.iter().map(|round| round.needed))?;
        let ratio = median(rounds.iter().map(|round| round.verifying / round.needed))?;
        writeln!(
            out,
            "{name:28} {verifying:>9.0} µs {least:>8.0} µs {ratio:>8.3}"
        )?;
        worst = worst.max(ratio);
    }
    let allowed = options.require.unwrap_or(f64::INFINITY);
    ensure!(
        worst <= allowed,
        "verifying takes {worst:.3} times as long, {allowed} is allowed"
    );
    Ok(())
}

fn measure(verify: &Work<'_>, needed: &Work<'_>) -> Result<Vec<Round>> {
    let round = || {
        Ok(Round {
            verifying: time(verify)?,
            needed: time(needed)?,
        })
    };
    round()?; // to fill caches
    (0..ROUNDS).map(|_| round()).collect()
}

fn time(work: &Work<'_>) -> Result<f64> {
    let begun = Instant::now();
    for _ in 0..TURN {
        work()?;
    }
    Ok(begun.elapsed().as_secs_f64() * 1e6 / f64::from(TURN))
}

/// A signed module and the chain of its account.
struct Chain {
    module: Vec<u8>,
    account: String,
    operator: String,
    known: Verifier,
}

impl Chain {
    fn new() -> Result<Self> {
        let operator = pair(KeyKind::Operator)?;
        let account = pair(KeyKind::Account)?;
        let claims = ActorClaimsBuilder::new(pair(KeyKind::Module)?.public(), NOW)?;
        let claims = claims.name("large").capability("wascc:keyvalue");
        let module = sign_module(&module()?, claims, &account)?;
        let account = sign::<AccountMetadata>(&account, &operator)?;
        let operator = sign::<OperatorMetadata>(&operator, &operator)?;
        let known = Verifier::new().trust(trust(&operator, &account)?);
        Ok(Self {
            module,
            account,
            operator,
            known,
        })
    }

    fn alone(&self) -> Result<()> {
        let verified = Verifier::new().verify_module(&self.module, NOW)?;
        drop(black_box(verified));
        Ok(())
    }

    fn first_time(&self) -> Result<()> {
        let verifier = Verifier::new().trust(trust(&self.operator, &self.account)?);
        let verified = verifier.verify_module(&self.module, NOW)?;
        ensure!(verified.chain().len() == 2, "no chain");
        Ok(())
    }

    /// Verifies the module only. The signatures of the tokens above it were checked when the tokens
    /// were read.
    fn known(&self) -> Result<()> {
        let verified = self.known.verify_module(&self.module, NOW)?;
        ensure!(verified.chain().len() == 2, "no chain");
        Ok(())
    }
}

fn trust(operator: &str, account: &str) -> Result<Trust> {
    let mut trust = Trust::new();
    trust.operator_token(operator)?;
    trust.account_token(account)?;
    Ok(trust)
}

fn pair(kind: KeyKind) -> Result<KeyPair> {
    Ok(KeyPair::generate(kind)?)
}

fn sign<M>(subject: &KeyPair, issuer: &KeyPair) -> Result<String>
where
    M: Standalone<Subject = capwire::wascap::PublicKey> + Default,
{
    let claims = ClaimsBuilder::with_metadata(subject.public(), M::default(), NOW)?;
    Ok(sign_token(claims, issuer)?)
}

/// Returns a guest with a custom section of the size of debug information.
fn module() -> Result<Vec<u8>> {
    let mut wasm = lean_guest()?.bytes;
    let header = 9; // id, size in four bytes, and the name
    let content = MODULE_BYTES - wasm.len() - header + 4;
    let seven = |shift: usize| (content >> shift & 0x7F) as u8;
    wasm.push(0);
    wasm.extend([
        seven(0) | 0x80,
        seven(7) | 0x80,
        seven(14) | 0x80,
        seven(21),
    ]);
    wasm.extend(b"\x03aux");
    let bytes = (0..=u8::MAX).cycle().take(MODULE_BYTES - wasm.len());
    wasm.extend(bytes);
    Ok(wasm)
}

/// The minimum work that proves the same facts.
struct Needed<'m> {
    module: &'m [u8],
    key: [u8; 32],
    message: [u8; SIGNED_BYTES],
    signature: Signature,
}

impl<'m> Needed<'m> {
    fn new(module: &'m [u8]) -> Self {
        let secret = SigningKey::from_bytes(&[7; 32]);
        let message = [7; SIGNED_BYTES];
        Self {
            module,
            key: secret.verifying_key().to_bytes(),
            message,
            signature: secret.sign(&message),
        }
    }

    fn with(&self, signatures: usize) -> Result<()> {
        black_box(Sha256::digest(self.module));
        for _ in 0..signatures {
            let key = VerifyingKey::from_bytes(black_box(&self.key))?;
            key.verify_strict(&self.message, &self.signature)?;
        }
        Ok(())
    }
}

/// Returns the median of an odd number of values.
fn median(values: impl Iterator<Item = f64>) -> Result<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.get(values.len() / 2);
    middle.copied().context("nothing was measured")
}
