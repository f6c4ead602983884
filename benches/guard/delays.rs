//! How soon a bad green is taken back.

use crate::page::{Page, percent, seconds};
use crate::proxy::{Crowd, OverTime, Traffic};
use crate::runs::{GUARD, Runs, WINDOW};
use crate::{Form, demand};

/// Seconds for which green is as good as blue.
const GOOD: f64 = 30.0;

fn bad<'a>(rate: f64, weight: OverTime<'a>, green: OverTime<'a>) -> Traffic<'a> {
    // Long enough for rare requests, and the test stops when both rules have tripped.
    let seconds = GOOD + (4e5 / rate).clamp(600.0, 40_000.0);
    let (crowd, blue) = (Crowd::Endless, &|_| 0.01);
    Traffic { rate, crowd, weight, green, blue, seconds, change: GOOD }
}

/// Median and nineteen of twenty.
fn times(runs: &Runs) -> [String; 3] {
    let times = [0.5, 0.95].map(|part| seconds(runs.quantile(GUARD, part)));
    [times.join(" / "), seconds(runs.quantile(WINDOW, 0.5)), runs.failed().to_string()]
}

pub fn sudden(page: &mut Page, form: Form) {
    page.section(
        "Green turns bad",
        "After 30 seconds in which both variants fail at 1 %. Time from the change to the tick at \
         which green is taken back, median / nineteen of twenty, for all requests of a proxy with \
         two workers; green's failed answers until then, median.",
    );
    let runs = form.runs(100);
    for weight in [0.1, 0.5] {
        let mut rows = Vec::new();
        for rate in [2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 2000.0] {
            let mut row = vec![format!("{rate} requests/s, {} green", percent(weight))];
            for failing in [1.0, 0.5, 0.2] {
                let found = Runs::new(runs, &bad(rate, &|_| weight, &|_| failing));
                if rate >= 500.0 && weight < 0.5 {
                    let most = if failing < 1.0 { 8.0 } else { 0.8 };
                    let median = found.quantile(GUARD, 0.5);
                    demand(median <= most, "a bad green is taken back in time");
                }
                demand(found.early(GUARD) == 0, "no alarm before the change");
                row.extend(times(&found));
            }
            rows.push(row);
        }
        let heads = [
            "",
            "all fail",
            "window",
            "failed",
            "half fails",
            "window",
            "failed",
            "20 % fail",
            "window",
            "failed",
        ];
        page.table(&heads, &rows);
    }
}

pub fn gradual(page: &mut Page, form: Form) {
    page.section(
        "Green turns bad step by step",
        "Its failures rise evenly from 1 % to 30 % and stay there. Time from the moment at which \
         they exceed `above`, 5 %; 10 % green.",
    );
    let runs = form.runs(50);
    let mut rows = Vec::new();
    for length in [10.0, 60.0, 600.0] {
        let exceeds = length * 4.0 / 29.0;
        let green = |time: f64| 0.01 + 0.29 * ((time - GOOD) / length).clamp(0.0, 1.0);
        let mut row = vec![format!("within {length} s")];
        for rate in [20.0, 200.0, 500.0] {
            let found = Runs::new(runs, &bad(rate, &|_| 0.1, &green));
            for rule in [GUARD, WINDOW] {
                row.push(seconds(found.quantile(rule, 0.5) - exceeds));
            }
        }
        rows.push(row);
    }
    let heads = ["", "guard, 20/s", "window", "guard, 200/s", "window", "guard, 500/s", "window"];
    page.table(&heads, &rows);
}

pub fn few_users(page: &mut Page, form: Form) {
    page.section(
        "Few users",
        "A user counts once until an answer succeeds, unless the variant has failed many times in a \
         row. So a green that fails wholly is taken back also if few users meet it. 500 requests a \
         second of so many users, half of them on green.",
    );
    let runs = form.runs(50);
    let mut rows = Vec::new();
    for count in [4, 10, 20, 100] {
        let crowd = Crowd::Users { count, always_failing: 0.0 };
        let mut row = vec![format!("{count} users")];
        for failing in [1.0, 0.5] {
            let green = |_| failing;
            let traffic = Traffic { crowd, seconds: 300.0, ..bad(500.0, &|_| 0.5, &green) };
            let found = Runs::new(runs, &traffic);
            row.push(format!("{} of {runs}", found.trips(GUARD)));
            row.push(seconds(found.quantile(GUARD, 0.5)));
        }
        rows.push(row);
    }
    page.table(&["", "all fail", "median", "half fails", "median"], &rows);
}
