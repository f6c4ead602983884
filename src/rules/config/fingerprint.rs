//! A hash of a JSON value by which a change is told, however the text is laid out.

use std::hash::Hasher;

use twox_hash::XxHash64;

use super::json_text::{Part, members, parts};

/// The hash of the text of a value. White space and the order of an object's members do not count,
/// for whoever hands a configuration on may change both.
#[must_use]
pub fn fingerprint(value: Part<'_>) -> u64 {
    let mut hash = XxHash64::with_seed(0);
    match value.first() {
        Some(b'{') => {
            let members = members(value).into_iter();
            let sum = members.fold(0, |sum: u64, (key, value)| {
                sum.wrapping_add(both(fingerprint(key), fingerprint(value)))
            });
            hash.write(b"{");
            hash.write(&sum.to_le_bytes());
        }
        Some(b'[') => {
            hash.write(b"[");
            parts(value).for_each(|part| hash.write(&fingerprint(part).to_le_bytes()));
        }
        _ => return self::hash(value),
    }
    hash.finish()
}

/// The hash of a text as it is.
#[must_use]
pub fn hash(text: &[u8]) -> u64 {
    let mut hash = XxHash64::with_seed(0);
    hash.write(text);
    hash.finish()
}

/// The hash of two hashes, in this order.
#[must_use]
pub(super) fn both(one: u64, other: u64) -> u64 {
    let mut hash = XxHash64::with_seed(one);
    hash.write(&other.to_le_bytes());
    hash.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_and_order_of_members_do_not_count_and_all_else_does() {
        let of = |text: &str| fingerprint(text.as_bytes());
        let whole = of(r#"{"a": [1, {"b": "x y"}], "c": null}"#);
        assert_eq!(of("{\"c\":null ,\n\"a\":[1,{\"b\":\"x y\"}]}"), whole);
        for other in [
            r#"{"a": [1, {"b": "xy"}], "c": null}"#,
            r#"{"a": [{"b": "x y"}, 1], "c": null}"#,
            r#"{"a": [1, {"c": "x y"}], "b": null}"#,
            r#"{"a": [1, {"b": "x y"}]}"#,
            r#"{"a": [1.0, {"b": "x y"}], "c": null}"#,
            r#"{"a": [1, {"b": "x y"}], "c": null, "d": []}"#,
        ] {
            assert_ne!(of(other), whole, "{other}");
        }
        assert_ne!(of("[]"), of("{}"));
        assert_ne!(of("[[1], 2]"), of("[[1, 2]]"));
    }
}
