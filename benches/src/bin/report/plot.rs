//! Plots time over size, both on logarithmic axes.

use crate::measurements::Group;
use crate::text::{bytes, time};
use anyhow::{Context, Result};
use plotters::prelude::*;
use std::path::Path;

const PICTURE: (u32, u32) = (860, 460);

/// The position of an empty payload, which a logarithmic axis cannot show, in bytes.
const SMALLEST: f64 = 1.0;

/// Draws the group.
pub(crate) fn write(group: &Group, path: &Path) -> Result<()> {
    let area = SVGBackend::new(path, PICTURE).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(
            format!("{}: time by payload", group.name),
            ("sans-serif", 18),
        )
        .margin(12)
        .x_label_area_size(36)
        .y_label_area_size(70)
        .build_cartesian_2d(
            (SMALLEST..largest(group)).log_scale(),
            times(group).log_scale(),
        )?;
    chart
        .configure_mesh()
        .x_label_formatter(&|size| bytes(*size as u64))
        .y_label_formatter(&|nanoseconds| time(*nanoseconds))
        .draw()?;
    for (index, (subject, by_size)) in group.medians.iter().enumerate() {
        let color = Palette99::pick(index).to_rgba();
        let points = by_size
            .iter()
            .map(|(size, median)| ((*size as f64).max(SMALLEST), *median));
        chart
            .draw_series(LineSeries::new(points, color.stroke_width(2)).point_size(3))?
            .label(subject)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], color.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK)
        .draw()?;
    area.present()
        .with_context(|| format!("cannot write {}", path.display()))
}

fn largest(group: &Group) -> f64 {
    group.sizes().last().map_or(2.0, |size| *size as f64 * 1.2)
}

fn times(group: &Group) -> std::ops::Range<f64> {
    let all = || {
        group
            .medians
            .values()
            .flat_map(|by_size| by_size.values())
            .copied()
    };
    all().fold(f64::INFINITY, f64::min) * 0.7..all().fold(1.0, f64::max) * 1.4
}
