//! Which answers are watched.

use bluegreen::rollback::guard::{BLUE_FOR_GREEN, BUDGET, Sampling};
use bluegreen::variant::Variant;
use proptest::collection::vec;
use proptest::prelude::*;

/// How many of each variant are watched in each of some ticks of these requests.
fn watched(ticks: &[Vec<Variant>]) -> Vec<(u32, u32)> {
    let mut sampling = Sampling::default();
    let mut watched = Vec::new();
    for requests in ticks {
        let (mut green, mut blue) = (0, 0);
        for variant in requests {
            let one = u32::from(sampling.watches(*variant));
            match variant {
                Variant::Green => green += one,
                Variant::Blue => blue += one,
            }
        }
        sampling.tick();
        watched.push((green, blue));
    }
    watched
}

/// A tick in which every `n`th of some requests goes to green.
fn every(n: usize, requests: usize) -> Vec<Variant> {
    let variant = |k| if k % n == 0 { Variant::Green } else { Variant::Blue };
    (0..requests).map(variant).collect()
}

proptest! {
    #[test]
    fn a_worker_watches_no_more_than_the_budget_and_of_blue_no_more_than_four_for_green(
        ticks in vec(vec(prop_oneof![Just(Variant::Blue), Just(Variant::Green)], 0..200), 0..20),
    ) {
        let (mut greens, mut blues) = (0, 0);
        for (green, blue) in watched(&ticks) {
            prop_assert!(green <= BUDGET && blue <= BUDGET);
            (greens, blues) = (greens + green, blues + blue);
            prop_assert!(blues <= BLUE_FOR_GREEN * greens);
        }
    }
}

#[test]
fn rare_answers_of_green_are_all_watched() {
    let ticks = vec![every(10, 60); 8];
    assert!(watched(&ticks).iter().all(|(green, blue)| *green == 6 && *blue >= 20));
}

#[test]
fn many_requests_are_watched_evenly_over_a_tick() {
    let mut sampling = Sampling::default();
    for _ in 0..2 {
        let watched: Vec<bool> = (0..250).map(|_| sampling.watches(Variant::Green)).collect();
        sampling.tick();
        if watched[249] {
            let gaps = watched.chunks(10).map(|ten| ten.iter().filter(|is| **is).count());
            assert!(gaps.into_iter().all(|count| count == 1));
            return;
        }
    }
    panic!("the last request of a tick is never watched");
}

#[test]
fn blue_is_not_watched_while_green_serves_nobody() {
    let blue = vec![vec![Variant::Blue; 100]; 3];
    assert!(watched(&blue).iter().all(|watched| *watched == (0, 0)));
}

#[test]
fn a_deployment_that_is_wholly_green_is_watched() {
    let green = vec![vec![Variant::Green; 100]; 3];
    assert!(watched(&green).iter().all(|watched| *watched == (BUDGET, 0)));
}
