//! A user counts once.

use bluegreen::rollback::guard::{Ending, GROUPS, IN_A_ROW, Users};
use bluegreen::split::Bucket;
use proptest::collection::vec;
use proptest::prelude::*;

/// How a watched answer counts that begins and ends at once.
fn answer(users: &mut Users, user: u64, ending: Ending) -> bool {
    let counts = users.begin(Bucket(user));
    users.end(Bucket(user), counts, ending);
    counts
}

#[test]
fn a_user_who_always_fails_counts_once_among_others_who_do_not() {
    let mut users = Users::default();
    let counted = (0..1000_u64).filter(|n| {
        if n % 10 == 9 {
            assert!(answer(&mut users, 8, Ending::Succeeded));
        }
        answer(&mut users, 7, Ending::Failed)
    });
    assert_eq!(counted.count(), 1);
}

#[test]
fn a_variant_that_fails_wholly_is_seen_also_with_one_user() {
    let mut users = Users::default();
    let counted: Vec<u32> =
        (0..3 * IN_A_ROW).filter(|_| answer(&mut users, 7, Ending::Failed)).collect();
    assert_eq!(counted, [0, IN_A_ROW, 2 * IN_A_ROW]);
}

#[test]
fn a_user_counts_again_after_a_success_that_did_not_count() {
    let mut users = Users::default();
    assert!(answer(&mut users, 7, Ending::Failed));
    assert!(!answer(&mut users, 7, Ending::Nothing));
    assert!(!answer(&mut users, 7, Ending::Succeeded));
    assert!(answer(&mut users, 7, Ending::Failed));
}

#[test]
fn requests_of_one_user_that_run_at_once_count_as_one() {
    let mut users = Users::default();
    let counted: Vec<bool> = (0..5).map(|_| users.begin(Bucket(7))).collect();
    assert_eq!(counted, [true, false, false, false, false]);
}

#[test]
fn an_answer_that_shows_nothing_leaves_its_user_as_before() {
    let mut users = Users::default();
    assert!(answer(&mut users, 7, Ending::Nothing));
    assert!(answer(&mut users, 7, Ending::Succeeded));
    assert!(answer(&mut users, 7, Ending::Failed));
    assert!(!answer(&mut users, 7, Ending::Nothing));
    assert!(!answer(&mut users, 7, Ending::Failed));
}

#[test]
fn neighbours_in_the_split_are_told_apart() {
    let mut users = Users::default();
    let groups = GROUPS as u64;
    let counted = (0..groups).filter(|user| users.begin(Bucket(*user))).count();
    assert_eq!(counted, GROUPS);
    assert!(!users.begin(Bucket(groups)), "so many groups and no more");
}

proptest! {
    /// The rule once more, with a list in place of bits.
    #[test]
    fn a_user_counts_unless_the_last_that_counted_did_not_end_well(
        answers in vec((0..6_u64, prop_oneof![0..3_usize, Just(1)]), 0..200),
    ) {
        let endings = [Ending::Succeeded, Ending::Failed, Ending::Nothing];
        let mut users = Users::default();
        let (mut failed, mut in_a_row) = (Vec::new(), 0);
        for (user, ending) in answers {
            let expected = !failed.contains(&user);
            prop_assert_eq!(answer(&mut users, user, endings[ending]), expected);
            match endings[ending] {
                Ending::Succeeded => in_a_row = 0,
                Ending::Failed => in_a_row += 1,
                Ending::Nothing => {}
            }
            match endings[ending] {
                _ if in_a_row == IN_A_ROW => {
                    failed.clear();
                    in_a_row = 0;
                }
                Ending::Succeeded => failed.retain(|other| *other != user),
                Ending::Failed if expected => failed.push(user),
                Ending::Failed | Ending::Nothing => {}
            }
        }
    }
}
