//! Behaviour that users of `wapc` rely on with every engine. `cases!` creates the tests for one
//! engine.

use std::error::Error;
use std::sync::{Mutex, Once};
use std::time::{Duration, SystemTime};
use wapc::errors::Error as HostError;
use wapc::{HostCallback, WapcHost, WebAssemblyEngineProvider};

type Engine = Box<dyn WebAssemblyEngineProvider>;

/// The one thing that differs between engines: how one is made of a module.
pub(crate) type Make = fn(&[u8]) -> Result<Engine, Box<dyn Error + Send + Sync>>;

type Answer = Result<Vec<u8>, Box<dyn Error + Send + Sync>>;

macro_rules! cases {
    ($make:expr => $($case:ident)*) => {
        $(
            #[test]
            fn $case() {
                cases::$case($make);
            }
        )*
    };
    ($make:expr) => {
        cases! { $make =>
            answers_what_it_was_asked calls_its_host hears_an_error_of_its_host
            has_no_host_without_a_callback says_that_it_failed fails_without_a_word
            succeeds_without_an_answer prints starts_in_order is_replaced
            is_not_replaced_by_what_is_no_module is_called_after_a_trap
            has_a_host_of_its_own needs_a_function_to_be_called uses_wasi
        }
    };
}

pub(crate) fn guest() -> Vec<u8> {
    wat::parse_str(include_str!("guest.wat")).unwrap()
}

fn guest_of_version(version: &str) -> Vec<u8> {
    wat::parse_str(include_str!("guest.wat").replace("VERSION", version)).unwrap()
}

/// A host whose callback must not be called.
pub(crate) fn host(make: Make, wasm: &[u8]) -> WapcHost {
    host_with(make, wasm, Box::new(|_, _, _, _, _| panic!("unexpected")))
}

fn host_with(make: Make, wasm: &[u8], callback: Box<HostCallback>) -> WapcHost {
    WapcHost::new(make(wasm).unwrap(), Some(callback)).unwrap()
}

pub(crate) fn number(answer: &[u8]) -> u32 {
    u32::from_le_bytes(answer.try_into().unwrap())
}

/// The text of a failed call.
pub(crate) fn failure(result: Result<Vec<u8>, HostError>) -> String {
    match result {
        Err(HostError::GuestCallFailure(text)) => text,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn answers_what_it_was_asked(make: Make) {
    let host = host(make, &guest());
    for size in [0, 1, 1_000] {
        let payload = vec![7; size];
        assert_eq!(host.call("ping", &payload).unwrap(), payload);
    }
}

pub(crate) fn calls_its_host(make: Make) {
    let callback =
        |_id: u64, binding: &str, namespace: &str, operation: &str, payload: &[u8]| -> Answer {
            let call = (binding, namespace, operation, payload);
            assert_eq!(
                call,
                ("binding", "sample:namespace", "pong", &b"payload"[..])
            );
            Ok(b"from the host".to_vec())
        };
    let host = host_with(make, &guest(), Box::new(callback));
    assert_eq!(host.call("host", b"payload").unwrap(), b"from the host");
}

pub(crate) fn hears_an_error_of_its_host(make: Make) {
    let host = host_with(
        make,
        &guest(),
        Box::new(|_, _, _, _, _| Err("not today".into())),
    );
    assert_eq!(failure(host.call("host", b"")), "not today");
}

pub(crate) fn has_no_host_without_a_callback(make: Make) {
    let host = WapcHost::new(make(&guest()).unwrap(), None).unwrap();
    assert_eq!(
        failure(host.call("host", b"")),
        "Missing host callback function!"
    );
    assert_eq!(host.call("ping", b"still here").unwrap(), b"still here");
}

pub(crate) fn says_that_it_failed(make: Make) {
    let host = host(make, &guest());
    assert_eq!(failure(host.call("fail", b"")), "no such thing");
    assert_eq!(host.call("ping", b"still here").unwrap(), b"still here");
}

pub(crate) fn fails_without_a_word(make: Make) {
    let text = failure(host(make, &guest()).call("silence", b""));
    assert_eq!(text, "No error message set for call failure");
}

pub(crate) fn succeeds_without_an_answer(make: Make) {
    let text = failure(host(make, &guest()).call("nothing", b""));
    assert_eq!(text, "No error message OR response set for call success");
}

pub(crate) fn prints(make: Make) {
    listen();
    let host = host(make, &guest());
    host.call("log", b"a line").unwrap();
    let line = format!("Guest module {}: a line", host.id());
    assert!(HEARD.lock().unwrap().contains(&line));
}

pub(crate) fn starts_in_order(make: Make) {
    let begun = host(make, &guest()).call("begun", b"").unwrap();
    assert_eq!(number(&begun), 12);
}

pub(crate) fn is_replaced(make: Make) {
    let host = host_with(
        make,
        &guest_of_version("1.first"),
        Box::new(|_, _, _, _, _| Ok(b"still".to_vec())),
    );
    let id = host.id();
    assert_eq!(host.call("version", b"").unwrap(), b"1.first");
    host.replace_module(&guest_of_version("2second")).unwrap();
    assert_eq!(host.call("version", b"").unwrap(), b"2second");
    assert_eq!(number(&host.call("begun", b"").unwrap()), 12);
    assert_eq!(number(&host.call("calls", b"").unwrap()), 3);
    assert_eq!(host.call("host", b"").unwrap(), b"still");
    assert_eq!(host.id(), id);
}

pub(crate) fn is_not_replaced_by_what_is_no_module(make: Make) {
    let host = host(make, &guest());
    let refused = host.replace_module(b"no module");
    assert!(matches!(refused, Err(HostError::ReplacementFailed(_))));
    assert_eq!(host.call("ping", b"still here").unwrap(), b"still here");
}

pub(crate) fn is_called_after_a_trap(make: Make) {
    let host = host(make, &guest());
    for _ in 0..3 {
        assert!(!failure(host.call("trap", b"")).is_empty());
        assert_eq!(host.call("ping", b"still here").unwrap(), b"still here");
    }
}

pub(crate) fn has_a_host_of_its_own(make: Make) {
    let callback =
        |id: u64, _: &str, _: &str, _: &str, _: &[u8]| -> Answer { Ok(id.to_le_bytes().to_vec()) };
    let [one, two] = [(); 2].map(|()| host_with(make, &guest(), Box::new(callback)));
    assert_ne!(one.id(), two.id());
    for host in [&one, &two, &one] {
        assert_eq!(host.call("host", b"").unwrap(), host.id().to_le_bytes());
    }
    assert_eq!(number(&one.call("calls", b"").unwrap()), 3);
    assert_eq!(number(&two.call("calls", b"").unwrap()), 2);
}

pub(crate) fn needs_a_function_to_be_called(make: Make) {
    let wasm = wat::parse_str(r#"(module (memory (export "memory") 1))"#).unwrap();
    // Some engines know before they are initialised.
    let refused = make(&wasm)
        .map_err(|_| ())
        .and_then(|engine| WapcHost::new(engine, None).map_err(|_| ()));
    assert!(refused.is_err());
}

pub(crate) fn uses_wasi(make: Make) {
    let wasm = wat::parse_str(include_str!("wasi.wat")).unwrap();
    let host = host(make, &wasm);
    let answer = host.call("look", b"").unwrap();
    let (time, random) = answer.split_at(8);
    let time = Duration::from_nanos(u64::from_le_bytes(time.try_into().unwrap()));
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap();
    assert!(now.abs_diff(time) < Duration::from_secs(3_600), "{time:?}");
    assert_ne!(random, [0; 16]);
}

static HEARD: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Remembers what is logged: that is where `wapc` has the console.
fn listen() {
    struct Listener;
    impl log::Log for Listener {
        fn enabled(&self, _: &log::Metadata<'_>) -> bool {
            true
        }

        fn log(&self, record: &log::Record<'_>) {
            HEARD.lock().unwrap().push(record.args().to_string());
        }

        fn flush(&self) {}
    }
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_logger(&Listener).unwrap();
        log::set_max_level(log::LevelFilter::Info);
    });
}
