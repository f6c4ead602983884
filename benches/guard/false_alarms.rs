//! How often green is taken back although nothing is wrong with it.

use std::time::Duration;

use bluegreen::rollback::guard::{Question, Threshold};

use crate::page::{Page, percent};
use crate::proxy::{Crowd, OverTime, Traffic};
use crate::runs::{ALL_ANSWERS, GUARD, Runs, WINDOW, question};
use crate::{Form, demand};

/// Requests of a run.
const REQUESTS: f64 = 1e6;

fn alike<'a>(rate: f64, weight: OverTime<'a>, failure: OverTime<'a>) -> Traffic<'a> {
    let seconds = REQUESTS / rate;
    let (green, blue) = (failure, failure);
    Traffic { rate, crowd: Crowd::Endless, weight, green, blue, seconds, change: 0.0 }
}

fn of(trips: usize, runs: u64) -> String {
    format!("{trips} of {runs}")
}

pub fn equal_rates(page: &mut Page, form: Form) {
    page.section(
        "Both variants fail equally often",
        "A run has a million requests. The guard takes green back at an evidence of 1.04e10, which \
         is the default.",
    );
    let mut rows = Vec::new();
    for (rate, weight, runs) in
        [(500.0, 0.1, form.runs(1000)), (500.0, 0.5, form.runs(100)), (20.0, 0.1, form.runs(100))]
    {
        for failure in [0.001, 0.01, 0.05] {
            let found = Runs::new(runs, &alike(rate, &|_| weight, &|_| failure));
            demand(found.trips(GUARD) == 0, "no false alarm with equal rates");
            rows.push(vec![
                format!("{} fail, {rate} requests/s, {} green", percent(failure), percent(weight)),
                of(found.trips(GUARD), runs),
                format!("{:.1e}", found.evidence()),
                of(found.trips(WINDOW), runs),
            ]);
        }
    }
    page.table(&["", "guard", "its largest evidence", "window"], &rows);
}

pub fn bound(page: &mut Page, form: Form) {
    page.section(
        "The bound",
        "The same with `at_most: 0.1` within the time of a run, 2,000 seconds, and with limits that \
         are reached exactly: green fails as often as blue, and `margin` and `above` are 0. Fewer \
         than 10 % of the runs may end with a false alarm.",
    );
    let threshold = Threshold::new(0.1, Duration::from_secs(2000), 1);
    let question = Question { margin: 0.0, above: 0.0, threshold };
    let runs = form.runs(200);
    let mut rows = Vec::new();
    for failure in [0.001, 0.01, 0.05, 0.3] {
        let found = Runs::with(runs, &alike(500.0, &|_| 0.1, &|_| failure), &question);
        let trips = found.trips(GUARD);
        demand(trips as u64 <= runs / 10, "false alarms within the bound");
        rows.push(vec![format!("{} fail", percent(failure)), of(trips, runs)]);
    }
    page.table(&["", "guard"], &rows);
}

pub fn users_who_always_fail(page: &mut Page, form: Form) {
    page.section(
        "Users who always fail",
        "A split by users, 10 % green, a million requests. Some users come ten times as often as \
         others. A part of them fails with every version; 1 % of all other answers fail. *All \
         answers* is the guard's test without the rule that a user counts once. Of 50 users about \
         five are on green, and sometimes all of these always fail.",
    );
    let runs = form.runs(300);
    let mut rows = Vec::new();
    for (rate, count, always_failing) in [
        (500.0, 1000, 0.01),
        (500.0, 200, 0.01),
        (500.0, 1000, 0.05),
        (20.0, 1000, 0.05),
        (500.0, 50, 0.05),
    ] {
        let crowd = Crowd::Users { count, always_failing };
        let found = Runs::new(runs, &Traffic { crowd, ..alike(rate, &|_| 0.1, &|_| 0.01) });
        let is_crowd = count >= 200;
        demand(!is_crowd || found.trips(GUARD) == 0, "users who always fail raise no alarm");
        rows.push(vec![
            format!("{count} users, {} always fail, {rate} requests/s", percent(always_failing)),
            of(found.trips(GUARD), runs),
            of(found.trips(ALL_ANSWERS), runs),
            of(found.trips(WINDOW), runs),
        ]);
    }
    page.table(&["", "guard", "all answers", "window"], &rows);
}

pub fn together(page: &mut Page, form: Form) {
    page.section(
        "Both variants fail together",
        "What both depend on fails. 500 requests a second, 10 % green, a million requests.",
    );
    let runs = form.runs(100);
    let outage = |every: f64, length: f64, rate: f64| {
        move |time: f64| if time % every > every - length { rate } else { 0.01 }
    };
    let minute = outage(300.0, 60.0, 0.5);
    let second = outage(20.0, 1.0, 1.0);
    let drift = |time: f64| 0.01 + 0.29 * (1.0 - (time / 300.0 % 2.0 - 1.0).abs());
    let cases: [(&str, OverTime); 3] = [
        ("half fails for a minute, every 5 minutes", &minute),
        ("all fails for a second, every 20 seconds", &second),
        ("from 1 % to 30 % and back in 10 minutes", &drift),
    ];
    let mut rows = Vec::new();
    for (name, failure) in cases {
        let found = Runs::new(runs, &alike(500.0, &|_| 0.1, failure));
        demand(found.trips(GUARD) == 0, "what both share raises no alarm");
        let (guard, window) = (found.trips(GUARD), found.trips(WINDOW));
        let evidence = format!("{:.1e}", found.evidence());
        rows.push(vec![name.to_owned(), of(guard, runs), evidence, of(window, runs)]);
    }
    page.table(&["", "guard", "its largest evidence", "window"], &rows);
}

pub fn blips(page: &mut Page, form: Form) {
    page.section(
        "Green alone fails for a moment",
        "Every 250 seconds, 20 times in a run; 10 % green, 1 % of all other answers fail. This is no \
         false alarm: green did fail. It shows how long a fault must last.",
    );
    let runs = form.runs(25);
    let mut rows = Vec::new();
    for (rate, length) in [(0.5, 1.0), (0.3, 2.0), (1.0, 0.25), (1.0, 0.5), (1.0, 1.0)] {
        let mut row = vec![format!("{} fail for {length} s", percent(rate))];
        for requests in [200.0, 500.0, 2000.0] {
            // Blips begin anywhere in a tick.
            let green = |time: f64| {
                let begin = 200.0 + (time / 250.0).floor() * 0.0617 % 0.25;
                if (begin..begin + length).contains(&(time % 250.0)) { rate } else { 0.01 }
            };
            let traffic =
                Traffic { seconds: 5000.0, green: &green, ..alike(requests, &|_| 0.1, &|_| 0.01) };
            let found = Runs::new(runs, &traffic);
            row.push(of(found.trips(GUARD), runs));
            row.push(of(found.trips(WINDOW), runs));
        }
        rows.push(row);
    }
    let heads =
        ["", "guard, 200/s", "window", "guard, 500/s", "window", "guard, 2,000/s", "window"];
    page.table(&heads, &rows);
}

pub fn weight_ramp(page: &mut Page, form: Form) {
    page.section(
        "The weight rises",
        "From 1 % to 100 % in 1,000 seconds, then 1,000 seconds without blue, at 500 requests a \
         second. Both variants fail equally often.",
    );
    let runs = form.runs(200);
    let weight = |time: f64| (0.01 + 0.99 * time / 1000.0).min(1.0);
    let mut rows = Vec::new();
    for failure in [0.001, 0.01, question().above] {
        let found = Runs::new(runs, &alike(500.0, &weight, &|_| failure));
        demand(found.trips(GUARD) == 0, "a rising weight raises no alarm");
        rows.push(vec![
            format!("{} fail", percent(failure)),
            of(found.trips(GUARD), runs),
            of(found.trips(WINDOW), runs),
        ]);
    }
    page.table(&["", "guard", "window"], &rows);
}
