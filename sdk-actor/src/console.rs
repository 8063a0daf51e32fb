//! Console lines, which appear in the host's log.

/// Writes a line to the host's log, formatted like `println!`.
///
/// ```
/// use capwire_actor::{console_log, testing::FakeHost};
///
/// let host = FakeHost::new();
/// host.run(|| console_log!("{} left", 3));
/// assert_eq!(host.console(), ["3 left"]);
/// ```
#[macro_export]
macro_rules! console_log {
    ($($argument:tt)+) => {
        $crate::__private::console_log(&::std::format!($($argument)+))
    };
}

/// Writes `line` to the host's log.
pub fn console_log(line: &str) {
    crate::host::console_log(line);
}
