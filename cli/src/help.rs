//! The texts that `--help` prints below the options. A test runs each example.

pub(crate) const EXIT_CODES: &str = "\
Exit codes:
  0  success, or the answer is yes
  1  failure, or the answer is no
  2  the command line is invalid, or a file that it names cannot be read
  3  the new release may do more than the old one (claims diff)

Environment:
  CAPWIRE_KEYS       the directory of your keys [default: ~/.config/capwire/keys]
  CAPWIRE_CACHE      the directory of compiled code, or `off` [default: ~/.cache/capwire/code]
  CAPWIRE_CACHE_KEY  the file with the cache's key [default: cache.key in your keys]
  RUST_LOG           the log level on standard error, such as `info` or `warn,capwire=debug`
  NO_COLOR           if set, turns colours off";

pub(crate) const NEW_EXAMPLES: &str = "\
Examples:
  capwire new hello
  capwire new guest-book --lang assemblyscript --template counter";

pub(crate) const BUILD_EXAMPLES: &str = "\
Examples:
  capwire build
  capwire build hello --json";

#[cfg(unix)]
pub(crate) const DEV_EXAMPLES: &str = "\
Examples:
  capwire dev
  capwire dev hello -- --engine wasmi";

pub(crate) const TEST_EXAMPLES: &str = "\
Examples:
  capwire test
  capwire test hello --cases --engine wasmi";

pub(crate) const DOCTOR_EXAMPLES: &str = "\
Examples:
  capwire doctor
  capwire doctor assemblyscript";

#[cfg(feature = "wasmtime")]
pub(crate) const COMPILE_EXAMPLES: &str = "\
Examples:
  capwire compile counter.signed.wasm
  capwire compile counter.signed.wasm --engine-option pooling=100";

#[cfg(feature = "wasmtime")]
pub(crate) const LS_EXAMPLES: &str = "\
Examples:
  capwire cache ls
  capwire cache ls --json";

#[cfg(feature = "wasmtime")]
pub(crate) const PRUNE_EXAMPLES: &str = "\
Examples:
  capwire cache prune
  capwire cache prune --to 100MiB";

#[cfg(feature = "wasmtime")]
pub(crate) const CACHE_VERIFY_EXAMPLES: &str = "\
Examples:
  capwire cache verify
  capwire cache verify --json";

pub(crate) const GEN_EXAMPLES: &str = "\
Examples:
  capwire keys gen account -o account.nk
  capwire keys gen module -o counter.nk
  capwire keys gen account --json";

pub(crate) const SHOW_EXAMPLES: &str = "\
Examples:
  capwire keys show account.nk";

pub(crate) const SIGN_EXAMPLES: &str = "\
Examples:
  capwire sign counter.wasm -o counter.signed.wasm --issuer account.nk --subject counter.nk \\
    --name counter --cap wascc:http_server --cap wascc:keyvalue --expires 90d
  capwire sign counter.wasm -o counter.signed.wasm --derive --yes
  capwire sign counter.wasm -o counter.signed.wasm --cap wascc:http_server \\
    --cap 'wascc:keyvalue[Add,Get on counter:*]'
  capwire sign counter.wasm -o counter.signed.wasm --legacy --cap wascc:http_server";

pub(crate) const ARCHIVE_EXAMPLES: &str = "\
Examples:
  capwire archive x86_64-linux=libredis.so -o redis.par --cap wascc:keyvalue --vendor acme";

pub(crate) const INSPECT_EXAMPLES: &str = "\
Examples:
  capwire inspect counter.signed.wasm
  capwire inspect counter.signed.wasm --json
  capwire inspect redis.par";

pub(crate) const VERIFY_EXAMPLES: &str = "\
Examples:
  capwire verify counter.signed.wasm
  capwire verify redis.par";

pub(crate) const WHY_EXAMPLES: &str = "\
Examples:
  capwire why counter wascc:http_server --manifest manifest.yaml
  capwire why counter wascc:keyvalue Get hits --manifest manifest.yaml --json";

pub(crate) const OPERATOR_EXAMPLES: &str = "\
Examples:
  capwire token operator -o operator.jwt --name acme";

pub(crate) const ACCOUNT_EXAMPLES: &str = "\
Examples:
  capwire token account -o accounts/team.jwt --name team --expires 365d";

pub(crate) const REVOCATIONS_EXAMPLES: &str = "\
Examples:
  capwire token revocations -o revocations.jwt --number 1";

pub(crate) const CLAIMS_SHOW_EXAMPLES: &str = "\
Examples:
  capwire claims show counter.signed.wasm";

pub(crate) const DIFF_EXAMPLES: &str = "\
Examples:
  capwire claims diff counter.signed.wasm counter.signed.wasm
  capwire claims diff counter.signed.wasm counter.signed.wasm --json";

pub(crate) const CALL_EXAMPLES: &str = "\
Examples:
  capwire call counter.wasm HealthRequest
  capwire call counter.wasm --http 'GET /hits?page=2' --header 'accept: text/html'
  capwire call counter.signed.wasm HandleRequest --manifest manifest.yaml --json --payload request.json

JSON and MessagePack:
  nil, booleans, numbers, strings, arrays, and maps with string keys have the same form in both.
  Values that JSON cannot express are objects with one key: bytes {\"$bytes\": BASE64}, a string
  that is not UTF-8 {\"$text\": BASE64}, an extension {\"$ext\": [TYPE, BASE64]}, a 32-bit float
  {\"$f32\": NUMBER}, a NaN or infinity {\"$f64\": \"NaN\"}, and any other map
  {\"$map\": [[KEY, VALUE], ...]}.";

pub(crate) const CHECK_EXAMPLES: &str = "\
Examples:
  capwire check manifest.yaml
  capwire check manifest.yaml --json";

pub(crate) const RUN_EXAMPLES: &str = "\
Examples:
  capwire run manifest.yaml
  capwire run manifest.yaml --engine wasmi --data-dir /tmp/counter-data
  capwire run manifest.yaml --metrics 127.0.0.1:0 --log-format json
  capwire run manifest.yaml --record uses.jsonl
  capwire run counter.signed.wasm --port 0";

pub(crate) const SCHEMA_EXAMPLES: &str = "\
Examples:
  capwire schema > manifest.schema.json";

pub(crate) const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  capwire completions bash > capwire.bash";

pub(crate) const MAN_EXAMPLES: &str = "\
Examples:
  capwire man man1";

#[cfg(unix)]
pub(crate) const PS_EXAMPLES: &str = "\
Examples:
  capwire ps
  capwire ps --host 4711 --json";

#[cfg(unix)]
pub(crate) const APPLY_EXAMPLES: &str = "\
Examples:
  capwire apply
  capwire apply manifest.yaml --dry-run
  capwire apply manifest.yaml --health-check --json";

#[cfg(unix)]
pub(crate) const START_EXAMPLES: &str = "\
Examples:
  capwire start counter.signed.wasm
  capwire start counter.signed.wasm --json";

#[cfg(unix)]
pub(crate) const BIND_EXAMPLES: &str = "\
Examples:
  capwire bind counter wascc:keyvalue
  capwire bind counter wascc:http_server PORT=0 ADDRESS=127.0.0.2";

#[cfg(unix)]
pub(crate) const UNBIND_EXAMPLES: &str = "\
Examples:
  capwire unbind counter wascc:keyvalue";

#[cfg(unix)]
pub(crate) const EVENTS_EXAMPLES: &str = "\
Examples:
  capwire events
  capwire events --json";

#[cfg(unix)]
pub(crate) const SWAP_EXAMPLES: &str = "\
Examples:
  capwire swap counter counter.v2.wasm
  capwire swap counter counter.v2.wasm --health-check --allow-wider
  capwire swap counter counter.v2.wasm --drain 60s
  capwire swap counter counter.v2.wasm --canary 10% --for 30s --max-errors 1%
  capwire swap wascc:http_server";

#[cfg(unix)]
pub(crate) const STOP_EXAMPLES: &str = "\
Examples:
  capwire stop counter
  capwire stop";
