"""Writes weights.json: the JSON text of weights and their exact thresholds, by Python's fractions."""

import json
import math
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

WEIGHTS = """
    0 0.0 -0 -0.0 0e0 0E+5 0.000000000000000000000000000000000000
    5e-36 1e-36 0.000000000000000000000000000000000001 9.999999999999999999e-18 1e-18 1e-17 5e-18 5.5e-18
    1e-16 1e-15 1e-9 0.000001 0.001 0.01 0.05 0.1 0.1e1 0.10 0.25 0.5 5e-1 500e-3
    1 1.0 1e0 1.5 2.5 3 5 7 9.999999999999999999 10 1E1 1e+1 1e01 12.5 12.5e0 0.125e2 12.345678901234567890
    0.30000000000000004 0.3 25 29.000000000000001 33 33.3 33.30 33.33 33.333333333333333 33.33333333333333333
    49.99999999999999999 50 50.0 50.00000000000000001 66.6 66.66666666666666667 75 90 99 99.9 99.99
    99.99999999999999 99.9999999999999999 99.99999999999999999 1e2 1E+2 100 100.0 100.000 1000e-1 0.1e3
    100.00000000000000000000000000000000000000
""".split()

# Out of range, too many digits, too many decimals, or no JSON number at all.
REFUSED = """
    100.00000000000000001 100.0000000000000001 100.1 101 120 1e3 1e999 1e99999999999999999999 0.1e4
    -1 -0.1 -5e-36 -1e999 -100
    12.345678901234567891 1.2345678901234567891 33.333333333333333333 0.12345678901234567891 10.000000000000000001
    1e-37 5e-37 1.5e-36 0.0000000000000000000000000000000000001 1e-999 1e-99999999999999999999
    NaN Infinity -Infinity +1 .5 5. 1.e1 1e 01 0x10 1_0 1,5 10% "10" true [10] {}
""".split()


def main() -> None:
    rows = [json.dumps({"weight": text, "threshold": str(threshold(text))}) for text in WEIGHTS]
    content = {"weights": rows, "refused": [json.dumps(text) for text in REFUSED]}
    lists = [f'"{name}": [\n' + ",\n".join(each) + "\n]" for name, each in content.items()]
    path = Path(__file__).with_name("weights.json")
    path.write_text("{\n" + ",\n".join(lists) + "\n}\n", encoding="utf-8")


def threshold(text: str) -> int:
    """How many of the 2^64 buckets are green: those with bucket/2^64 < weight/100."""
    weight = Fraction(text)
    digits = Decimal(text).as_tuple().digits
    significant = "".join(map(str, digits)).strip("0")
    assert 0 <= weight <= 100 and len(significant) <= 19 and (weight * 10**36).denominator == 1, text
    return math.ceil(weight / 100 * 2**64)


if __name__ == "__main__":
    main()
