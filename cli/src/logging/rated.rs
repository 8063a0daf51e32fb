//! The format of events, with a bounded rate for each source.

use super::LOG_TARGET;
use super::rates::Rates;
use super::source::{Site, Source};
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// The maximum length of a line of text, in bytes.
const LONGEST: usize = 64 << 10;

/// Formats an event like `inner`, or as nothing if its source has used up its rate.
pub(super) struct Rated<F> {
    inner: F,
    rates: Arc<Rates>,
    begin: Instant,
    /// `false` for JSON, half of which would be none.
    is_cut: bool,
}

impl<F> Rated<F> {
    /// Lines of text: the end of a very long line is cut off.
    pub(super) fn of_text(inner: F, rates: Arc<Rates>) -> Self {
        Self {
            inner,
            rates,
            begin: Instant::now(),
            is_cut: true,
        }
    }

    /// Lines of JSON: a very long line is left out.
    pub(super) fn of_json(inner: F, rates: Arc<Rates>) -> Self {
        Self {
            is_cut: false,
            ..Self::of_text(inner, rates)
        }
    }

    fn now(&self) -> Duration {
        self.begin.elapsed()
    }
}

impl<S, N, F> FormatEvent<S, N> for Rated<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let metadata = event.metadata();
        if metadata.target() == LOG_TARGET {
            return self.inner.format_event(context, writer, event);
        }
        let (site, source) = (Site::of(metadata), Source::of(event));
        if !self.rates.has_room(&site, &source, self.now()) {
            return Ok(());
        }
        let mut line = String::new();
        let formatted = Writer::new(&mut line);
        self.inner.format_event(context, formatted, event)?;
        if self.is_cut {
            cut(&mut line);
        }
        match self.rates.admit(&site, &source, line.len(), self.now()) {
            true => writer.write_str(&line),
            false => Ok(()),
        }
    }
}

/// Cuts off the end of a very long line.
fn cut(line: &mut String) {
    let more = line.len().saturating_sub(LONGEST);
    if more > 0 {
        line.truncate(line.floor_char_boundary(LONGEST));
        line.push_str(&format!(" [… {more} bytes more]\n"));
    }
}
