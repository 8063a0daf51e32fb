//! Tests of the log lines that operators see.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use capwire_contracts::codec;
use capwire_contracts::logging::{TextLogRequest, WriteLogRequest};
use capwire_contracts_suite::Nobody;
use capwire_logging::Logging;
use capwire_provider::{Binding, BindingId, Call, Config, Provider, ProviderError, TraceContext};
use std::io;
use std::sync::{Arc, Mutex};
use tracing::Level;
use tracing::subscriber::{DefaultGuard, set_default};

const KEY: &str = "MACTOR";

/// The log of this test's thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn start() -> (Self, DefaultGuard) {
        let log = Self::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(Level::TRACE)
            .with_writer(move || writer.clone())
            .without_time()
            .with_ansi(false)
            .finish();
        (log, set_default(subscriber))
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

async fn bound(config: Config) -> Result<(Logging, BindingId), ProviderError> {
    let logging = Logging::new();
    let id = BindingId {
        actor: KEY.to_owned(),
        name: "default".to_owned(),
    };
    let binding = Binding {
        id: id.clone(),
        config,
        actor: Arc::new(Nobody),
    };
    logging.bind(binding).await?;
    Ok((logging, id))
}

fn named(name: &str) -> Config {
    Config::from_iter([("__wascc_name", name)])
}

fn line(level: u32, body: &str) -> Vec<u8> {
    let body = body.to_owned();
    codec::encode(&WriteLogRequest { level, body }).unwrap()
}

/// Returns the log's text for one line of an actor.
async fn logged(name: &str, level: u32, body: &str) -> String {
    let (log, _guard) = Log::start();
    let (logging, id) = bound(named(name)).await.unwrap();
    let payload = line(level, body);
    let call = Call::new(&id, "WriteLog", &payload);
    assert_eq!(logging.call(call).await.unwrap(), [0xc0][..]);
    log.text()
}

#[tokio::test]
async fn a_line_has_its_level_and_its_author() {
    for (level, shown) in [
        (1, "ERROR"),
        (2, "WARN"),
        (3, "INFO"),
        (4, "DEBUG"),
        (5, "TRACE"),
    ] {
        let text = logged("counter", level, "it works").await;
        assert_eq!(
            text.trim_start(),
            format!("{shown} actor: it works actor=\"counter\" key=\"MACTOR\"\n")
        );
    }
}

#[tokio::test]
async fn a_line_says_to_which_trace_it_belongs() {
    let (log, _guard) = Log::start();
    let (logging, id) = bound(named("counter")).await.unwrap();
    let payload = line(3, "it works");
    let trace = TraceContext::start();
    let call = Call::new(&id, "WriteLog", &payload).traced(&trace);
    logging.call(call).await.unwrap();
    let field = format!("trace_id={}", trace.trace_id());
    assert!(log.text().contains(&field), "{}", log.text());
}

#[tokio::test]
async fn the_level_off_logs_nothing() {
    assert_eq!(logged("counter", 0, "nothing").await, "");
}

#[tokio::test]
async fn an_unknown_level_is_logged_as_an_error_with_its_number() {
    let text = logged("counter", 6, "louder").await;
    assert!(text.starts_with("ERROR actor: louder"), "{text}");
    assert!(text.contains("level=6"), "{text}");
}

#[tokio::test]
async fn lines_cannot_be_forged_in_a_body_or_a_name() {
    let text = logged("a\nERROR b", 3, "one\nERROR host: two\u{1b}[31m").await;
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(text.contains(r"one\nERROR host: two"), "{text}");
    assert!(!text.contains('\u{1b}'), "{text}");
}

#[tokio::test]
async fn assemblyscript_and_the_positional_dialect_are_understood() {
    let (log, _guard) = Log::start();
    let (logging, id) = bound(named("as")).await.unwrap();
    let write = Call::new(&id, "write", b"\x82\xa5level\x03\xa4body\xa2hi");
    logging.call(write).await.unwrap();
    logging
        .call(Call::new(&id, "WriteLog", b"\x92\x02\xa3old"))
        .await
        .unwrap();
    let text = log.text();
    assert!(text.contains("INFO actor: hi"), "{text}");
    assert!(text.contains("WARN actor: old"), "{text}");
}

#[tokio::test]
async fn what_is_wrong_is_refused_and_not_logged() {
    let (log, _guard) = Log::start();
    let (logging, id) = bound(Config::default()).await.unwrap();
    let malformed = logging.call(Call::new(&id, "WriteLog", b"")).await;
    assert!(matches!(malformed, Err(ProviderError::BadMessage { .. })));
    let payload = line(3, "hello");
    let unknown = logging.call(Call::new(&id, "Shout", &payload)).await;
    assert!(matches!(
        unknown,
        Err(ProviderError::UnknownOperation { .. })
    ));
    logging.unbind(&id).await.unwrap();
    let unbound = logging.call(Call::new(&id, "WriteLog", &payload)).await;
    assert!(matches!(unbound, Err(ProviderError::NotBound)));
    assert_eq!(log.text(), "");
}

#[tokio::test]
async fn every_configuration_key_is_refused() {
    let refused = bound(Config::from_iter([("LOG_PATH", "/tmp")])).await;
    assert!(refused.unwrap_err().to_string().contains("LOG_PATH"));
}

/// Actors of 2021 name the level, and their line is called `text`.
#[tokio::test]
async fn the_level_of_a_line_may_be_a_text_x6() {
    let (logging, id) = bound(named("counter")).await.unwrap();
    for (level, shown) in [
        ("error", "ERROR actor: low"),
        ("WARN", "WARN actor: low"),
        ("debug", "DEBUG actor: low"),
        ("verbose", "INFO actor: low"),
    ] {
        let (log, _guard) = Log::start();
        let request = TextLogRequest {
            target: "stock".to_owned(),
            level: level.to_owned(),
            text: "low".to_owned(),
        };
        let payload = codec::encode(&request).unwrap();
        logging
            .call(Call::new(&id, "WriteLog", &payload))
            .await
            .unwrap();
        assert!(log.text().contains(shown), "{}", log.text());
    }
    let error = logging.call(Call::new(&id, "WriteLog", b"\x80")).await;
    let error = error.unwrap_err().to_string();
    assert!(error.contains("`level`"), "{error}");
}
