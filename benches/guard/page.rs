//! The page with the results.

use std::fmt::Write;

/// Text that grows by a section after the other.
#[derive(Default)]
pub struct Page(pub String);

impl Page {
    pub fn section(&mut self, heading: &str, text: &str) {
        write!(self.0, "\n## {heading}\n\n{text}\n").unwrap();
    }

    /// A table; the first column is text, the others are numbers.
    pub fn table(&mut self, heads: &[&str], rows: &[Vec<String>]) {
        writeln!(self.0, "\n| {} |", heads.join(" | ")).unwrap();
        writeln!(self.0, "|---{}|", "|--:".repeat(heads.len() - 1)).unwrap();
        for row in rows {
            writeln!(self.0, "| {} |", row.join(" | ")).unwrap();
        }
    }
}

/// Seconds with as many digits as matter.
pub fn seconds(seconds: f64) -> String {
    match seconds {
        s if s.is_infinite() => "never".to_owned(),
        s if s < 0.0 => "false alarm".to_owned(),
        s if s < 10.0 => format!("{s:.2} s"),
        s if s < 100.0 => format!("{s:.1} s"),
        s => format!("{s:.0} s"),
    }
}

/// A rate as a percentage.
pub fn percent(rate: f64) -> String {
    format!("{} %", (rate * 1000.0).round() / 10.0)
}
