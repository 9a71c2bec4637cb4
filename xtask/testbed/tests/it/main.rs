//! Processes end and folders are removed when the process that started them ends, also by a signal. A server has started
//! when it prints its address.

use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use testbed::listening::{ListenError, Listening};
use testbed::postgres::{Cluster, StartError};
use testbed::reaper::{self, How};

/// The variable that is set for the process that will be killed.
const VICTIM: &str = "TESTBED_VICTIM";

/// The time limit of the reaper: five seconds for a process that ignores the signal, and more on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// The same test in another process, which is killed at the latest when the test ends.
struct Victim {
    child: Child,
    /// The lines that it printed about what it started: `process PID` or `folder PATH`.
    started: Vec<String>,
}

impl Victim {
    fn start(test: &str) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture"])
            .env(VICTIM, "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let started = stdout
            .lines()
            .map(|line| line.unwrap())
            .skip_while(|line| !line.ends_with("begin"))
            .skip(1)
            .take_while(|line| line != "end")
            .collect();
        Self { child, started }
    }

    fn processes(&self) -> Vec<PathBuf> {
        let ids = self
            .started
            .iter()
            .filter_map(|line| line.strip_prefix("process "));
        ids.map(|id| Path::new("/proc").join(id)).collect()
    }

    fn folders(&self) -> Vec<PathBuf> {
        let paths = self
            .started
            .iter()
            .filter_map(|line| line.strip_prefix("folder "));
        paths.map(PathBuf::from).collect()
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Prints, in the victim, what was started, and waits to be killed.
fn print_and_wait(processes: &[u32], folders: &[&Path]) {
    println!("begin");
    for process in processes {
        println!("process {process}");
    }
    for folder in folders {
        println!("folder {}", folder.display());
    }
    println!("end");
    std::thread::sleep(PATIENCE * 4);
}

/// Returns whether a process has ended, even if its new parent has not waited for it yet.
fn has_ended(process: &Path) -> bool {
    let stat = std::fs::read_to_string(process.join("stat")).unwrap_or_default();
    stat.rsplit_once(") ")
        .is_none_or(|(_, fields)| fields.starts_with('Z'))
}

fn eventually(what: &str, holds: impl Fn() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn kill_and_check(mut victim: Victim, signal: &str) {
    assert!(!victim.started.is_empty());
    let (processes, folders) = (victim.processes(), victim.folders());
    // PostgreSQL's workers start and end; the postmaster stays.
    assert!(!has_ended(&processes[0]), "{:?}", victim.started);
    assert!(folders.iter().all(|folder| folder.exists()));
    let id = victim.child.id().to_string();
    let sent = Command::new("kill").args([signal, &id]).status().unwrap();
    assert!(sent.success());
    victim.child.wait().unwrap();
    eventually(&format!("processes remain: {processes:?}"), || {
        processes.iter().all(|process| has_ended(process))
    });
    eventually(&format!("folders remain: {folders:?}"), || {
        folders.iter().all(|folder| !folder.exists())
    });
}

#[test]
fn processes_with_their_children_and_folders_end_when_their_starter_is_killed() {
    let name = "processes_with_their_children_and_folders_end_when_their_starter_is_killed";
    if std::env::var_os(VICTIM).is_some() {
        let folder = testbed::folder().unwrap();
        // A stopped process, and one that has a child.
        let stopped = Command::new("sleep").arg("100").spawn().unwrap();
        let parent = Command::new("sh")
            .args(["-c", "sleep 100; true"])
            .spawn()
            .unwrap();
        reaper::end(&stopped, How::Kill);
        reaper::end(&parent, How::Kill);
        let stop = Command::new("kill")
            .args(["-STOP", &stopped.id().to_string()])
            .status();
        assert!(stop.unwrap().success());
        let children = || {
            let id = parent.id();
            std::fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap()
        };
        eventually("the shell has a child", || !children().is_empty());
        let child: u32 = children().trim().parse().unwrap();
        print_and_wait(&[stopped.id(), parent.id(), child], &[folder.path()]);
        for mut child in [stopped, parent] {
            let _ = child.kill();
            let _ = child.wait();
        }
        return;
    }
    for signal in ["-KILL", "-TERM", "-INT"] {
        kill_and_check(Victim::start(name), signal);
    }
}

#[test]
fn postgres_ends_when_its_starter_is_killed_also_after_a_restart() {
    let name = "postgres_ends_when_its_starter_is_killed_also_after_a_restart";
    if std::env::var_os(VICTIM).is_some() {
        let cluster = Cluster::start(&[]).unwrap();
        cluster.kill();
        cluster.restart();
        cluster.pause(true);
        let folder = std::fs::read_link(format!("/proc/{}/cwd", cluster.processes()[0])).unwrap();
        print_and_wait(&cluster.processes(), &[folder.parent().unwrap()]);
        return;
    }
    match Cluster::start(&[]) {
        Err(error @ StartError::Missing) => return testbed::skip(&error),
        started => drop(started.unwrap()),
    }
    let victim = Victim::start(name);
    assert!(victim.processes().len() > 3, "{:?}", victim.started);
    kill_and_check(victim, "-KILL");
}

#[test]
fn a_server_has_started_when_it_prints_its_address() {
    let shell = |script: &str| {
        let mut server = Command::new("sh");
        server.args(["-c", script]);
        server
    };
    let mut server = shell("echo listening on http://127.0.0.1:9; exec sleep 100");
    let listening = Listening::start(&mut server).unwrap();
    assert_eq!(listening.url(), "http://127.0.0.1:9");
    let stopped = listening.stop().unwrap();
    assert_eq!(stopped.signal(), Some(15), "{stopped}");
    for (script, expected, ended) in [
        (
            "echo the port is taken; exec sleep 100",
            "the port is taken\n",
            (None, Some(9)),
        ),
        ("exit 3", "", (Some(3), None)),
        // It never prints anything.
        ("exec sleep 100", "", (None, Some(9))),
    ] {
        let begun = Instant::now();
        let refused = Listening::start_within(&mut shell(script), Duration::from_secs(1));
        let Err(ListenError::NoAddress { said, status }) = &refused else {
            panic!("{script}: {refused:?}");
        };
        assert_eq!(
            (said.as_str(), (status.code(), status.signal())),
            (expected, ended),
            "{script}"
        );
        assert!(begun.elapsed() < PATIENCE, "{script}");
    }
    let missing = Listening::start(&mut Command::new("/nowhere/server"));
    assert!(matches!(missing, Err(ListenError::Io(_))), "{missing:?}");
}

#[test]
fn a_server_is_paused_waited_for_and_killed() {
    let start = |script: &str| {
        let mut server = Command::new("sh");
        Listening::start(server.args(["-c", script])).unwrap()
    };
    let paused = start("echo listening on http://127.0.0.1:9; exec sleep 100");
    let state = || {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", paused.id())).unwrap();
        stat.rsplit_once(") ").unwrap().1.chars().next()
    };
    paused.pause(true).unwrap();
    eventually("it is stopped", || state() == Some('T'));
    paused.pause(false).unwrap();
    eventually("it continues", || state() != Some('T'));
    let process = PathBuf::from(format!("/proc/{}", paused.id()));
    assert_eq!(paused.kill().unwrap().signal(), Some(9));
    assert!(!process.exists());

    let mut ends = start("echo listening on http://127.0.0.1:9; sleep 0.1; exit 4");
    assert_eq!(ends.wait().unwrap().code(), Some(4));

    let mut asked = start(
        "trap 'exit 5' TERM; echo listening on http://127.0.0.1:9; while :; do sleep 0.01; done",
    );
    asked.terminate().unwrap();
    assert_eq!(asked.wait().unwrap().code(), Some(5));
}

#[test]
fn a_skipped_test_is_reported_and_fails_under_the_variable() {
    let name = "a_skipped_test_is_reported_and_fails_under_the_variable";
    if std::env::var_os(VICTIM).is_some() {
        return testbed::skip(&StartError::Missing);
    }
    let again = |variable: &str| {
        let test = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name])
            .env_remove(testbed::COMPLETE)
            .env(VICTIM, "1")
            .env(variable, "1")
            .output();
        test.unwrap()
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let skipped = again("NOTHING");
    let said = text(&skipped.stdout);
    assert!(skipped.status.success(), "{said}");
    assert!(
        said.contains(&format!("skipped: {name}: there is no PostgreSQL")),
        "{said}"
    );
    let refused = again(testbed::COMPLETE);
    assert!(!refused.status.success());
    let said = text(&refused.stdout);
    assert!(
        said.contains("DZ_TEST_COMPLETE is set, and there is no PostgreSQL"),
        "{said}"
    );
}
