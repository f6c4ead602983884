//! Instructions of a piece of work, by callgrind: this program runs itself under it.

use std::collections::HashMap;
use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::rc::Rc;

const CHILD: &str = "HOSTILE_CHILD";

/// Something to count: what is prepared does not count, what that returns does.
#[derive(Clone)]
pub struct Work {
    pub name: String,
    pub prepare: Rc<dyn Fn() -> Box<dyn FnOnce()>>,
}

impl Work {
    pub fn new(name: String, prepare: impl Fn() -> Box<dyn FnOnce()> + 'static) -> Self {
        Self { name, prepare: Rc::new(prepare) }
    }
}

/// Where callgrind writes down what it has counted since the last time: before a function of the C
/// library, whose name it finds in any build.
const MARK: &str = "--dump-before=getpid";

fn mark() {
    let _: u32 = std::process::id();
}

/// Whether this process is the one that is counted.
pub fn is_child() -> bool {
    env::var_os(CHILD).is_some()
}

/// Does all work, in its order.
pub fn perform(all: Vec<Work>) {
    for work in all {
        let work = (work.prepare)();
        mark();
        work();
        mark();
    }
}

/// The system's, or the copy that the Makefile unpacks where the system has none.
fn valgrind() -> Command {
    let copy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/valgrind/usr");
    let program = copy.join("bin/valgrind.bin");
    if !program.exists() {
        return Command::new("valgrind");
    }
    let mut command = Command::new(program);
    command.env("VALGRIND_LIB", copy.join("libexec/valgrind"));
    command
}

/// Instructions of each piece of work, by its name.
pub fn count(all: &[Work]) -> HashMap<String, u64> {
    let folder = env::temp_dir().join(format!("bluegreen-hostile-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let ended = valgrind()
        .args(["--tool=callgrind", "--quiet", MARK])
        .arg(format!("--callgrind-out-file={}", folder.join("counts").display()))
        .arg(env::current_exe().unwrap())
        .env(CHILD, "1")
        .status()
        .expect("valgrind is installed");
    assert!(ended.success(), "{ended}");
    let counts = all.iter().enumerate().map(|(index, work)| {
        let text = fs::read_to_string(folder.join(format!("counts.{}", 2 * index + 2))).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix("totals: "));
        (work.name.clone(), line.unwrap().trim().parse().unwrap())
    });
    let counts = counts.collect();
    fs::remove_dir_all(folder).unwrap();
    counts
}
