//! Files, folders, standard input and revisions of git.

use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::process::Command;
use std::rc::Rc;

use walkdir::WalkDir;

use super::Text;

/// What is looked at in a folder.
const EXTENSIONS: [&str; 3] = ["json", "yaml", "yml"];

/// A text that was asked for.
pub struct Input {
    pub text: Rc<Text>,
    /// Whether it was named, and not only found in a folder.
    pub is_named: bool,
}

/// Reads what the arguments name: files, folders (what ends in `.json`, `.yaml` or `.yml`), `-`
/// for standard input, and `REV:PATH` where no such file is there.
///
/// # Errors
/// What could not be read, with the system's reason.
pub fn read_all(arguments: &[String]) -> Result<Vec<Input>, String> {
    let mut inputs = Vec::new();
    for argument in arguments {
        let path = Path::new(argument);
        if argument == "-" {
            let mut bytes = Vec::new();
            io::stdin().read_to_end(&mut bytes).map_err(|error| format!("stdin: {error}"))?;
            inputs.push(named("stdin", bytes)?);
        } else if path.is_dir() {
            read_folder(path, &mut inputs)?;
        } else {
            match (fs::read(path), argument.split_once(':')) {
                (Ok(bytes), _) => inputs.push(named(argument, bytes)?),
                (Err(_), Some((revision, path))) => read_revision(revision, path, &mut inputs)?,
                (Err(error), None) => return Err(format!("{argument}: {error}")),
            }
        }
    }
    Ok(inputs)
}

fn named(name: &str, bytes: Vec<u8>) -> Result<Input, String> {
    let text = String::from_utf8(bytes).map_err(|error| {
        format!("{name}: is not UTF-8, at byte {}", error.utf8_error().valid_up_to())
    })?;
    Ok(Input { text: Text::of_file(name, text), is_named: true })
}

fn is_wanted(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| EXTENSIONS.contains(&extension))
}

fn read_folder(folder: &Path, inputs: &mut Vec<Input>) -> Result<(), String> {
    let is_visible = |entry: &walkdir::DirEntry| {
        entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.')
    };
    let files = WalkDir::new(folder).sort_by_file_name().into_iter().filter_entry(is_visible);
    for file in files {
        let file = file.map_err(|error| error.to_string())?;
        if !file.file_type().is_file() || !is_wanted(file.path()) {
            continue;
        }
        let name = file.path().to_string_lossy().into_owned();
        let bytes = fs::read(file.path()).map_err(|error| format!("{name}: {error}"))?;
        // Of what was not named nobody promised that it is a text.
        if let Ok(input) = named(&name, bytes) {
            inputs.push(Input { is_named: false, ..input });
        }
    }
    Ok(())
}

/// A file or a folder as it was in a revision.
fn read_revision(revision: &str, path: &str, inputs: &mut Vec<Input>) -> Result<(), String> {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).output();
        let output = output.map_err(|error| format!("git: {error}"))?;
        if output.status.success() {
            Ok(output.stdout)
        } else {
            let reason = String::from_utf8_lossy(&output.stderr);
            Err(format!("{revision}:{path}: {}", reason.trim()))
        }
    };
    let object = |path: &str| format!("{revision}:{path}");
    let kind = git(&["cat-file", "-t", &object(path)])?;
    if kind.trim_ascii() != b"tree" {
        inputs.push(named(&object(path), git(&["cat-file", "blob", &object(path)])?)?);
        return Ok(());
    }
    let list = git(&["ls-tree", "-r", "-z", "--name-only", &object(path)])?;
    for file in String::from_utf8_lossy(&list).split('\0').filter(|file| !file.is_empty()) {
        if !is_wanted(Path::new(file)) {
            continue;
        }
        let folder = path.trim_end_matches('/');
        let whole = if folder.is_empty() { file.to_owned() } else { format!("{folder}/{file}") };
        let bytes = git(&["cat-file", "blob", &object(&whole)])?;
        if let Ok(input) = named(&object(&whole), bytes) {
            inputs.push(Input { is_named: false, ..input });
        }
    }
    Ok(())
}
