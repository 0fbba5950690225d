//! Ends the programs of a suite when the suite itself is killed.
//!
//! Each program runs in a process group of its own, so that it can be ended with its children. A Ctrl-C
//! in the terminal therefore does not reach it, and a killed suite ends nothing. One small shell process a
//! suite stands by: it is told which groups run, and ends them when its standard input closes, which happens
//! however the suite dies.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

use rustix::process::Pid;

/// Keeps the groups in `$g` between blanks; a line `+ GROUP` adds one, `- GROUP` takes it out.
/// One that is not there is looked for first: what `${g%% …}` does not find it leaves whole, and `$g` would double.
const SCRIPT: &str = r#"
g=" "
while read -r op id; do
  case $op in
    +) g="$g$id " ;;
    -) case $g in *" $id "*) g="${g%% $id *} ${g#* $id }" ;; esac ;;
  esac
done
for id in $g; do kill -s KILL -- "-$id" 2>/dev/null; done
"#;

static WATCHDOG: OnceLock<Option<Mutex<Child>>> = OnceLock::new();

/// Tells the watchdog that a process group runs now.
pub(crate) fn guard(group: Pid) {
    tell('+', group);
}

/// Tells the watchdog that a process group has ended and its number may be used again.
pub(crate) fn release(group: Pid) {
    tell('-', group);
}

fn tell(operation: char, group: Pid) {
    // Without a shell there is no watchdog, and the checks work as well.
    let Some(watchdog) = WATCHDOG.get_or_init(|| start().ok().map(Mutex::new)) else { return };
    let mut child = watchdog.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(input) = child.stdin.as_mut() {
        let _ = writeln!(input, "{operation} {}", group.as_raw_nonzero());
    }
}

fn start() -> std::io::Result<Child> {
    Command::new("/bin/sh")
        .args(["-c", SCRIPT])
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No process group has this number: it is above the highest that Linux gives (proc(5), pid_max).
    const NOBODY: u32 = 99_999_999;

    #[test]
    fn taking_out_what_is_not_there_costs_nothing() {
        let mut child = start().unwrap();
        let mut input = child.stdin.take().unwrap();
        // If each of these doubled the list, the shell would be busy for ever.
        for _ in 0..200 {
            writeln!(input, "- {NOBODY}").unwrap();
        }
        writeln!(input, "+ {NOBODY}\n- {NOBODY}").unwrap();
        drop(input);
        child.wait().unwrap();
    }
}
