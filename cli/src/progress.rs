//! A progress message for slow work, shown only on a terminal and removed when the work is done.

use crate::output;
use capwire_text::escaped;
use std::future::Future;
use std::io::{self, IsTerminal, Write};
use std::pin::pin;
use std::time::Duration;
use tokio::time::{self, Instant, MissedTickBehavior};

/// The time after which the message appears.
const INTERVAL: Duration = Duration::from_secs(1);

/// Waits for `work`, and shows the message `doing` on a terminal.
pub(crate) async fn during<T>(doing: impl Fn() -> String, work: impl Future<Output = T>) -> T {
    if io::stderr().is_terminal() {
        show(doing, work, &mut output::Stderr).await
    } else {
        work.await
    }
}

/// Does the same as [`during`] on any `terminal`. Ignores a terminal that cannot be written to.
async fn show<T>(
    doing: impl Fn() -> String,
    work: impl Future<Output = T>,
    terminal: &mut impl Write,
) -> T {
    let mut work = pin!(work);
    let begin = Instant::now();
    let mut ticks = time::interval_at(begin + INTERVAL, INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut shown = false;
    loop {
        tokio::select! {
            done = &mut work => {
                if shown {
                    overwrite(terminal, "");
                }
                return done;
            }
            now = ticks.tick() => {
                let seconds = now.duration_since(begin).as_secs();
                overwrite(terminal, &format!("{} … {seconds} s", escaped(&doing())));
                shown = true;
            }
        }
    }
}

/// Replaces the line that the cursor is in.
fn overwrite(terminal: &mut impl Write, text: &str) {
    write!(terminal, "\r\x1b[2K{text}").ok();
    terminal.flush().ok();
}

#[cfg(test)]
mod tests {
    use super::show;
    use std::time::Duration;
    use tokio::time::sleep;

    async fn shown(work: Duration) -> String {
        shown_of("compiling a.wasm", work).await
    }

    async fn shown_of(doing: &str, work: Duration) -> String {
        let mut terminal = Vec::new();
        show(|| doing.to_owned(), sleep(work), &mut terminal).await;
        String::from_utf8(terminal).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn names_of_files_do_not_steer_the_terminal() {
        assert_eq!(
            shown_of("compiling \x1b]0;a\x07.wasm", Duration::from_millis(1500)).await,
            "\r\x1b[2Kcompiling \\u{1b}]0;a\\u{7}.wasm … 1 s\r\x1b[2K"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_quick_is_silent_and_what_is_slow_leaves_no_trace() {
        assert_eq!(shown(Duration::from_millis(900)).await, "");
        assert_eq!(
            shown(Duration::from_millis(2500)).await,
            "\r\x1b[2Kcompiling a.wasm … 1 s\r\x1b[2Kcompiling a.wasm … 2 s\r\x1b[2K"
        );
    }
}
