//! The program `bluegreen`.

mod schema;

use std::error::Error;

use clap::{Parser, Subcommand};

/// Blue-green traffic for ML models behind Envoy and Istio.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Prints the JSON Schema of the routing configuration, for editors.
    Schema,
}

fn main() -> Result<(), Box<dyn Error>> {
    match Arguments::parse().command {
        Command::Schema => println!("{:#}", schema::schema()?),
    }
    Ok(())
}
