//! Shares that `diff` computes are those that keys have.

use serde_json::{Value, json};

use crate::program;

const KEYS: usize = 200_000;

#[test]
fn shares_that_are_computed_are_those_of_simulated_keys() {
    let folder = program::folder("shares");
    let keys: Vec<String> = (0..KEYS).map(|number| format!("user-{number}")).collect();
    let keys = keys.join("\n");
    let file = |name: &str, config: &Value| {
        let file = folder.join(name);
        std::fs::write(&file, config.to_string()).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let config = |weight: f64, salt: &str| {
        json!({"deployments": [{"name": "a", "green_weight": weight,
            "sticky": {"keys": [{"header": "x-user-id"}], "salt": salt}}]})
    };
    for (old, new) in [
        (config(10.0, "s"), config(25.5, "s")),
        (config(60.0, "s"), config(0.0, "s")),
        (config(30.0, "s"), config(30.0, "t")),
        (config(5.0, "s"), config(80.0, "t")),
    ] {
        let (old, new) = (file("old.json", &old), file("new.json", &new));
        let report = program::json(
            &["diff", &old, &new, "--keys", "-", "--format", "json"],
            keys.as_bytes(),
        );
        let change = &report["configurations"][0]["changes"][0];
        for way in ["to_green", "to_blue"] {
            let computed: f64 = change[format!("{way}_percent")].as_str().unwrap().parse().unwrap();
            let moved = change["keys"][way].as_array().unwrap().len();
            #[expect(clippy::cast_precision_loss, reason = "small numbers")]
            let counted = moved as f64 / KEYS as f64 * 100.0;
            // Five times the largest sampling error.
            assert!((computed - counted).abs() < 0.6, "{change}: {way} {counted}");
            assert_eq!(computed == 0.0, moved == 0, "{change}: {way}");
        }
    }
}
