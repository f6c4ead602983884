//! Plots in a terminal and as SVG.

use plotters::prelude::*;
use textplots::{Chart, Plot, Shape};

use super::ramp::Curve;
use crate::clock;

/// Size of the plot in a terminal, in dots: two in each column, four in each line.
const TERMINAL: (u32, u32) = (120, 40);

/// Size of the SVG, in pixels.
const SVG: (u32, u32) = (720, 360);

/// Colours that are told apart by those who see red and green alike, too.
const COLOURS: [RGBColor; 4] =
    [RGBColor(0, 114, 178), RGBColor(213, 94, 0), RGBColor(0, 158, 115), RGBColor(204, 121, 167)];

/// A plot of dots.
pub fn terminal(curve: &Curve<'_>) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "dots are coarse")]
    let points: Vec<(f32, f32)> =
        curve.points.iter().map(|(hours, percent)| (*hours as f32, *percent as f32)).collect();
    let end = points.last().map_or(1.0, |(hours, _)| hours.max(f32::MIN_POSITIVE));
    let mut chart = Chart::new_with_y_range(TERMINAL.0, TERMINAL.1, 0.0, end, 0.0, 100.0);
    let shape = Shape::Lines(&points);
    let chart = chart.lineplot(&shape);
    chart.axis();
    chart.figures();
    format!("{chart}  hours, percent on green\n")
}

/// A drawing.
///
/// # Errors
/// What cannot be drawn.
pub fn svg(curves: &[Curve<'_>]) -> Result<String, String> {
    let mut text = String::new();
    draw(curves, &mut text).map_err(|error| error.to_string())?;
    Ok(text)
}

fn draw(curves: &[Curve<'_>], text: &mut String) -> Result<(), Box<dyn std::error::Error>> {
    let area = SVGBackend::with_string(text, SVG).into_drawing_area();
    area.fill(&WHITE)?;
    let ends = curves.iter().filter_map(|curve| curve.points.last());
    let end = ends.map(|(hours, _)| *hours).fold(f64::MIN_POSITIVE, f64::max);
    let start = curves.first().map_or(0, |curve| curve.start);
    let mut chart = ChartBuilder::on(&area)
        .margin(16)
        .x_label_area_size(40)
        .y_label_area_size(48)
        .build_cartesian_2d(0.0..end, 0.0..100.0)?;
    chart
        .configure_mesh()
        .x_desc(format!("hours since {}", clock::shown(start)))
        .y_desc("percent on green")
        .disable_x_mesh()
        .draw()?;
    for (curve, colour) in curves.iter().zip(COLOURS.iter().cycle()) {
        let line = LineSeries::new(curve.points.iter().copied(), colour.stroke_width(2));
        let colour = *colour;
        chart.draw_series(line)?.label(curve.name).legend(move |(x, y)| {
            PathElement::new([(x, y), (x.saturating_add(16), y)], colour.stroke_width(2))
        });
    }
    chart.configure_series_labels().background_style(WHITE.mix(0.8)).border_style(BLACK).draw()?;
    area.present()?;
    Ok(())
}
