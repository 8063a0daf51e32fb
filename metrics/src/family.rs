//! Families of samples, in the form that the encoder expects.

use crate::labels::Labels;
use capwire_host::{CallMetrics, Durations};
use prometheus::proto::{Bucket, Counter, Gauge, Histogram, Metric, MetricFamily, MetricType};

/// The samples of one metric.
pub(crate) struct Family(MetricFamily);

/// The four metrics of calls.
pub(crate) struct Calls {
    total: Family,
    errors: Family,
    durations: Family,
    in_flight: Family,
}

impl Family {
    pub(crate) fn new(name: &str, help: &str, is: MetricType) -> Self {
        let mut family = MetricFamily::default();
        family.set_name(name.to_owned());
        family.set_help(help.to_owned());
        family.set_field_type(is);
        Self(family)
    }

    pub(crate) fn count(&mut self, labels: Labels, value: u64) {
        let mut counter = Counter::default();
        counter.set_value(number(value));
        self.add(labels, |sample| sample.set_counter(counter));
    }

    pub(crate) fn gauge(&mut self, labels: Labels, value: u64) {
        let mut gauge = Gauge::default();
        gauge.set_value(number(value));
        self.add(labels, |sample| sample.set_gauge(gauge));
    }

    fn time(&mut self, labels: Labels, durations: &Durations) {
        let histogram = histogram(durations);
        self.add(labels, |sample| sample.set_histogram(histogram));
    }

    fn add(&mut self, labels: Labels, fill: impl FnOnce(&mut Metric)) {
        let mut sample = Metric::from_label(labels.into_pairs());
        fill(&mut sample);
        self.0.mut_metric().push(sample);
    }

    /// Returns the family, or `None` if it has no samples.
    pub(crate) fn finish(self) -> Option<MetricFamily> {
        (!self.0.get_metric().is_empty()).then_some(self.0)
    }
}

impl Calls {
    /// Returns metrics for calls of `whom`, with names that begin with `prefix`.
    pub(crate) fn new(prefix: &str, whom: &str) -> Self {
        let family = |name: &str, help: &str, is| {
            Family::new(&format!("{prefix}{name}"), &format!("{help} of {whom}"), is)
        };
        Self {
            total: family("calls_total", "Ended calls", MetricType::COUNTER),
            errors: family("call_errors_total", "Failed calls", MetricType::COUNTER),
            durations: family(
                "call_duration_seconds",
                "Durations of ended calls",
                MetricType::HISTOGRAM,
            ),
            in_flight: family("calls_in_flight", "Calls under way", MetricType::GAUGE),
        }
    }

    pub(crate) fn add(&mut self, labels: &Labels, calls: &CallMetrics) {
        self.total.count(labels.clone(), calls.ended());
        for (kind, count) in &calls.errors {
            let labels = labels.clone().with("kind", kind.name());
            self.errors.count(labels, *count);
        }
        if calls.abandoned > 0 {
            let labels = labels.clone().with("kind", "abandoned");
            self.errors.count(labels, calls.abandoned);
        }
        self.durations.time(labels.clone(), &calls.durations);
        self.in_flight.gauge(labels.clone(), calls.in_flight);
    }

    pub(crate) fn finish(self) -> impl Iterator<Item = MetricFamily> {
        let all = [self.total, self.errors, self.durations, self.in_flight];
        all.into_iter().filter_map(Family::finish)
    }
}

/// Converts durations to a histogram. A bucket of Prometheus counts all durations up to its bound.
fn histogram(durations: &Durations) -> Histogram {
    let mut below = 0;
    let buckets = durations.buckets.iter().map(|(bound, count)| {
        below += count;
        let mut bucket = Bucket::default();
        bucket.set_upper_bound(bound.as_secs_f64());
        bucket.set_cumulative_count(below);
        bucket
    });
    let mut histogram = Histogram::default();
    histogram.set_bucket(buckets.collect());
    histogram.set_sample_count(below + durations.longer);
    histogram.set_sample_sum(durations.sum.as_secs_f64());
    histogram
}

/// Converts a number to the only type of Prometheus. It is exact up to 2^53.
fn number(value: u64) -> f64 {
    value as f64
}
