//! Configurations that grow in one way.

use bluegreen_tests::environment::configured;
use bluegreen_tests::hostile::HOSTILE;

use crate::Goal;
use crate::counted::Work;

const SIZES: [usize; 2] = [1_000, 4_000];
/// Sorting takes more than four times as much for four times as many, and a table of hashes grows in steps.
const MOST: f64 = 5.0;

pub fn all() -> (Vec<Work>, Vec<Goal>) {
    let name = |what: &str, size| format!("configuration, {what}: {size}");
    let work = HOSTILE.iter().flat_map(|hostile| {
        SIZES.map(|size| {
            let text = hostile.text;
            Work::new(name(hostile.name, size), move || {
                let text = text(size);
                Box::new(move || {
                    drop(configured(&text));
                })
            })
        })
    });
    let goals = HOSTILE.iter().map(|hostile| {
        let [less, more] = SIZES.map(|size| name(hostile.name, size));
        Goal { what: more.clone(), more, less, times: MOST }
    });
    (work.collect(), goals.collect())
}
