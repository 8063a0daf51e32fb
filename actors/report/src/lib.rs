//! An actor that counts sales, and writes a report about them each night.
#![forbid(unsafe_code)]

use capwire_actor::prelude::*;
use capwire_actor::timer::Firing;
use std::time::Duration;

actor! {
    http => serve,
    timer => report,
}

/// The timer that the actor sets for a report out of turn.
const EXTRA: &str = "extra";

fn serve(request: http::Request) -> Result<http::Response> {
    match (&*request.method, &*request.path) {
        ("POST", "/sales") => {
            let sales = keyvalue::default().add("sales", 1)?;
            Ok(http::Response::text(format!("{sales}\n")))
        }
        ("GET", "/report") => match keyvalue::default().get("report")? {
            Some(report) => Ok(http::Response::text(report)),
            None => Ok(http::Response::not_found()),
        },
        ("POST", "/report") => {
            let due = timer::default().after(EXTRA, Duration::from_secs(1), "extra")?;
            Ok(http::Response::text(format!("{due}\n")))
        }
        _ => Ok(http::Response::not_found()),
    }
}

/// Writes a report. A call that a crash has cut off comes again, and finds what it has done.
fn report(firing: Firing) -> Result<()> {
    let store = keyvalue::default();
    let made = format!("made:{}", firing.name);
    let scheduled = firing.scheduled.to_string();
    if store.get(&made)?.as_deref() == Some(&*scheduled) {
        return Ok(());
    }
    let sales = store.add("sales", 0)?;
    let kind = String::from_utf8_lossy(&firing.payload);
    let title = config::default().get("TITLE")?;
    let title = title.as_ref().map_or("report", |value| value.as_str());
    store.set("report", &format!("{kind} {title}: {sales} sales\n"))?;
    store.set(&made, &scheduled)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::ACTOR;
    use capwire_actor::prelude::*;
    use capwire_actor::testing::FakeHost;
    use std::time::Duration;

    fn send(host: &FakeHost, method: &str, path: &str) -> (u32, String) {
        let request = http::Request::new(method, path);
        let response = host.http(&ACTOR, request).unwrap();
        let text = String::from_utf8(response.body).unwrap();
        (response.status_code, text)
    }

    #[test]
    fn the_nightly_report_has_the_sales() {
        let host = FakeHost::new().config("TITLE", "review");
        assert_eq!(send(&host, "GET", "/report").0, 404);
        send(&host, "POST", "/sales");
        send(&host, "POST", "/sales");
        host.fire(&ACTOR, "nightly", "nightly").unwrap();
        assert_eq!(send(&host, "GET", "/report").1, "nightly review: 2 sales\n");
    }

    #[test]
    fn a_report_out_of_turn_comes_a_second_later() {
        let host = FakeHost::new();
        send(&host, "POST", "/report");
        assert_eq!(host.advance(&ACTOR, Duration::from_millis(999)).unwrap(), 0);
        assert_eq!(send(&host, "GET", "/report").0, 404);
        assert_eq!(host.advance(&ACTOR, Duration::from_millis(1)).unwrap(), 1);
        assert_eq!(send(&host, "GET", "/report").1, "extra report: 0 sales\n");
    }

    #[test]
    fn a_repeated_call_writes_no_second_report() {
        let host = FakeHost::new();
        host.fire(&ACTOR, "nightly", "nightly").unwrap();
        send(&host, "POST", "/sales");
        host.fire(&ACTOR, "nightly", "nightly").unwrap();
        assert_eq!(send(&host, "GET", "/report").1, "nightly report: 0 sales\n");
    }
}
