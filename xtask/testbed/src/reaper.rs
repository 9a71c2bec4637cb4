//! Ends what this process has started when this process has ended, however it did.
//!
//! `Drop` ends things when a test or a benchmark ends by itself or panics. A signal runs no `Drop`: Ctrl-C, a CI system that
//! cancels, the kernel out of memory. So a shell beside this process — in a process group of its own, which the terminal's
//! signals do not reach — reads the ends of things from a pipe, and acts when the pipe is closed, which the system does
//! for every process that ends. Processes are named with the time of their start, so that nothing is ended that got the
//! same number later.
//!
//! It needs Linux's `/proc`; elsewhere, and where there is no shell, nothing is done, and `Drop` is all there is.

use std::fs;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

/// How a process is ended. Its children are ended with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// SIGKILL: at once.
    Kill,
    /// SIGQUIT, which PostgreSQL takes as an immediate shutdown and gives its shared memory back; SIGKILL after five seconds.
    Quit,
}

impl How {
    fn signal(self) -> &'static str {
        match self {
            Self::Kill => "KILL",
            Self::Quit => "QUIT",
        }
    }
}

/// In POSIX's shell. It goes on in the background, so that nobody has to wait for it.
const SCRIPT: &str = r#"
exec 3<&0
(
    began() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }
    ended() { case $(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) in ''|Z*) true;; *) false;; esac; }
    tree() {
        for child in $(cat /proc/"$1"/task/*/children 2>/dev/null); do tree "$child"; done
        echo "$1"
    }
    processes= folders=
    while read -r kind what; do
        case $kind in
            process) processes="$processes $what";;
            folder) folders="$folders$what
";;
        esac
    done
    for entry in $processes; do
        process=${entry%%:*} rest=${entry#*:}
        [ "$(began "$process")" = "${rest%%:*}" ] || continue
        all=$(tree "$process")
        kill -CONT $all
        kill "-${rest#*:}" $all
        for turn in 1 2 3 4 5 6 7 8 9 10; do
            ended "$process" && break
            sleep 0.5
        done
        kill -KILL $all
    done
    printf %s "$folders" | while read -r folder; do
        umount --lazy "$folder"
        rm -rf "$folder"
    done
) <&3 3<&- >/dev/null 2>&1 &
"#;

/// Ends this child and its children when this process has ended, if they still run.
pub fn end(child: &Child, how: How) {
    let Some(began) = start_of(child.id()) else {
        return;
    };
    tell(&format!(
        "process {}:{began}:{}\n",
        child.id(),
        how.signal()
    ));
}

/// Removes this folder, with all that is in it, when this process has ended; a file system that is mounted there first.
pub fn remove(folder: &Path) {
    // The path of a temporary folder; one with a line break would be another's.
    if let Some(path) = folder.to_str().filter(|path| !path.contains('\n')) {
        tell(&format!("folder {path}\n"));
    }
}

/// When a process was started, in the kernel's ticks: the 22nd field of `/proc/PID/stat` (proc(5)), of which the second may
/// hold anything but ends with the last parenthesis.
fn start_of(process: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, fields) = stat.rsplit_once(") ")?;
    fields.split(' ').nth(19).map(str::to_owned)
}

fn tell(line: &str) {
    static REAPER: OnceLock<Option<Mutex<ChildStdin>>> = OnceLock::new();
    if let Some(reaper) = REAPER.get_or_init(start) {
        let mut reaper = reaper.lock().unwrap_or_else(PoisonError::into_inner);
        // Without it there is still `Drop`.
        let _ = reaper.write_all(line.as_bytes());
    }
}

/// Other children do not get the pipe's end: the standard library opens it to be closed when they begin.
fn start() -> Option<Mutex<ChildStdin>> {
    let mut shell = Command::new("sh")
        .args(["-c", SCRIPT])
        .current_dir("/")
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let pipe = shell.stdin.take();
    // The shell in front ends at once.
    let _ = shell.wait();
    pipe.map(Mutex::new)
}
