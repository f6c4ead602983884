//! The program `bluegreen`.

mod arguments;
mod bucket;
mod check;
mod clock;
mod diff;
mod explain;
mod find;
mod finding;
mod keys;
mod output;
mod rules;
mod schema;
mod select;
mod sign;
mod simulate;
mod source;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use arguments::{Arguments, Check, Command};
use finding::Level;

/// How a command ends, as its exit code says.
enum End {
    /// 0.
    Good,
    /// 1.
    Found,
}

/// Why a command could not do what it was asked for: exit code 2.
enum Failure {
    /// Nobody reads what it writes any more, so there is nothing left to do.
    ClosedPipe,
    Told(String),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::ClosedPipe,
            _ => Self::Told(error.to_string()),
        }
    }
}

impl From<String> for Failure {
    fn from(reason: String) -> Self {
        Self::Told(reason)
    }
}

fn main() -> ExitCode {
    let mut out = io::BufWriter::new(anstream::stdout().lock());
    let end = run(Arguments::parse().command, &mut out);
    match end.and_then(|end| Ok(out.flush().map(|()| end)?)) {
        Ok(End::Good) | Err(Failure::ClosedPipe) => ExitCode::SUCCESS,
        Ok(End::Found) => ExitCode::from(1),
        Err(Failure::Told(reason)) => {
            let _ = writeln!(anstream::stderr(), "error: {reason}");
            ExitCode::from(2)
        }
    }
}

fn run(command: Command, out: &mut dyn Write) -> Result<End, Failure> {
    match command {
        Command::Check(arguments) => check_files(&arguments, out),
        Command::Explain(arguments) => explain::explain(&arguments, out),
        Command::Bucket(arguments) => bucket::bucket(&arguments, out),
        Command::Simulate(arguments) => simulate::simulate(&arguments, out),
        Command::Diff(arguments) => diff::diff(&arguments, out),
        Command::Sign(arguments) => sign::sign(&arguments, out),
        Command::Completions { shell } => {
            let mut page = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "bluegreen", &mut page);
            out.write_all(&page)?;
            Ok(End::Good)
        }
        Command::Man { folder } => man(folder.as_deref(), out),
        Command::Schema => {
            let schema = schema::schema().map_err(|error| error.to_string())?;
            writeln!(out, "{schema:#}")?;
            Ok(End::Good)
        }
    }
}

fn check_files(arguments: &Check, out: &mut dyn Write) -> Result<End, Failure> {
    let inputs = source::read_all(&arguments.files)?;
    let inventory = find::find(&inputs, arguments.bare);
    let judged: Vec<_> = inventory
        .configurations
        .iter()
        .map(|found| check::judge(found, rules::Secrets::StandIn))
        .collect();
    let findings = check::check(&inventory, &judged, arguments.allow_none);
    let report = output::Report {
        configurations: &inventory.configurations,
        findings: &findings,
        is_quiet: arguments.quiet,
    };
    report.write(arguments.format, out)?;
    let limit = if arguments.deny.is_some() { Level::Warning } else { Level::Error };
    let is_found = check::worst(&findings).is_some_and(|worst| worst >= limit);
    Ok(if is_found { End::Found } else { End::Good })
}

/// The manual: one page of all commands to `out`, or a file for each into a folder.
fn man(folder: Option<&Path>, out: &mut dyn Write) -> Result<End, Failure> {
    let command = Arguments::command();
    match folder {
        Some(folder) => {
            std::fs::create_dir_all(folder)?;
            clap_mangen::generate_to(command, folder)?;
        }
        None => clap_mangen::Man::new(command).render(&mut &mut *out)?,
    }
    Ok(End::Good)
}
