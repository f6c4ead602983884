//! Tests of the program `bluegreen`, each of which runs it.
