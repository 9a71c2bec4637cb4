//! Ends the processes and removes the folders of this process after it has ended, for whatever reason.
//!
//! `Drop` does so when a test or a benchmark returns or panics. A signal runs no `Drop`: Ctrl-C, a CI system that cancels a
//! job, the kernel when memory runs out. So a shell reads from a pipe what to end, and acts when the pipe is closed. The system
//! closes it when this process ends. The shell is in a separate process group, which the terminal's signals do not reach.
//! A process is identified by its number and the time of its start, because numbers are reused.
//!
//! This needs Linux's `/proc` and a shell. Without them only `Drop` cleans up.

use std::fs;
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Output, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

/// The way in which a process and its children are ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// SIGKILL: at once.
    Kill,
    /// SIGQUIT, on which PostgreSQL shuts down immediately and frees its shared memory; SIGKILL after five seconds.
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

/// The POSIX shell script. It continues in the background, so that nothing has to wait for it.
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

/// Ends this child and its children after this process has ended, if they still run.
pub fn end(child: &Child, how: How) {
    let Some(began) = start_of(child.id()) else {
        return;
    };
    register(&format!(
        "process {}:{began}:{}\n",
        child.id(),
        how.signal()
    ));
}

/// Runs a program until it ends. It is killed if this process ends first.
///
/// # Errors
///
/// The system's error.
pub fn run(command: &mut Command) -> io::Result<ExitStatus> {
    let mut child = command.spawn()?;
    end(&child, How::Kill);
    child.wait()
}

/// Runs a program until it ends, without input, and returns what it printed. It is killed if this process ends first.
///
/// # Errors
///
/// The system's error.
pub fn output(command: &mut Command) -> io::Result<Output> {
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    end(&child, How::Kill);
    child.wait_with_output()
}

/// Removes this folder and its contents after this process has ended. A file system that is mounted there is unmounted.
pub fn remove(folder: &Path) {
    // The script reads a path a line.
    if let Some(path) = folder.to_str().filter(|path| !path.contains('\n')) {
        register(&format!("folder {path}\n"));
    }
}

/// Returns when a process was started, in the kernel's ticks: the 22nd field of `/proc/PID/stat` (proc(5)). The second field
/// may hold any character, but ends with the last parenthesis.
fn start_of(process: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, fields) = stat.rsplit_once(") ")?;
    fields.split(' ').nth(19).map(str::to_owned)
}

/// Writes a line to the shell.
fn register(line: &str) {
    static REAPER: OnceLock<Option<Mutex<ChildStdin>>> = OnceLock::new();
    if let Some(reaper) = REAPER.get_or_init(start) {
        let mut reaper = reaper.lock().unwrap_or_else(PoisonError::into_inner);
        // `Drop` still works without it.
        let _ = reaper.write_all(line.as_bytes());
    }
}

/// Starts the shell. Other children do not inherit the pipe: the standard library opens it close-on-exec.
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
    // Only its background part continues.
    let _ = shell.wait();
    pipe.map(Mutex::new)
}
