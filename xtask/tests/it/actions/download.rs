//! The tools, downloaded from a release.

use std::path::{Path, PathBuf};
use std::process::Command;

use testbed::files::Folder;
use testbed::git;
use testbed::output::{stderr, stdout};

use super::github::GitHub;
use super::job::Job;
use super::{DOCUMENT, checkout};
use crate::dist::{VERSION, dist, stripped, succeed};

/// A release of o/r on a server, as `cargo xtask dist` makes it, and the commit of its tag.
struct Release {
    github: GitHub,
    files: PathBuf,
    commit: String,
    _folder: Folder,
}

fn release() -> Release {
    let folder = Folder::new();
    let repository = folder.path().join("o/r");
    std::fs::create_dir_all(&repository).expect("a folder");
    git::run(&repository, &["init", "--quiet"]);
    for message in ["released", "later"] {
        let commit = ["commit", "--quiet", "--allow-empty", "--message", message];
        git::run(&repository, &commit);
        if message == "released" {
            let tag = format!("v{VERSION}");
            git::run(&repository, &["tag", "--annotate", "--message=m", &tag]);
        }
    }
    // What git needs to read a repository from a server of files.
    git::run(&repository, &["update-server-info"]);
    for name in ["info", "objects", "refs", "HEAD"] {
        let link = repository.join(name);
        std::os::unix::fs::symlink(repository.join(".git").join(name), link).expect("a link");
    }
    let tagged = format!("v{VERSION}^{{commit}}");
    let mut commit = Command::new("git");
    let commit = succeed(commit.current_dir(&repository).args(["rev-parse", &tagged]));
    let files = repository.join(format!("releases/download/v{VERSION}"));
    let (_programs, programs) = stripped();
    let programs = programs.to_str().expect("UTF-8");
    let arguments = ["--only=archive", "--program=oasproof", "--built", programs];
    succeed(&mut dist(&files, &arguments));
    Release {
        github: GitHub::start(folder.path()),
        files,
        commit: commit.trim().to_owned(),
        _folder: folder,
    }
}

impl Release {
    fn archive(&self) -> PathBuf {
        let files = std::fs::read_dir(&self.files).expect("a folder");
        let mut paths = files.map(|file| file.expect("an entry").path());
        let archive = paths.find(|path| path.extension().is_some_and(|end| end == "gz"));
        archive.expect("an archive")
    }

    /// Makes a job that uses the action at `at`, with the input `release`.
    fn job(&self, work: &Path, at: &str, release: &str) -> Job {
        let mut job = Job::new(work, &[DOCUMENT, ("release", release)]);
        job.github("action_repository", "o/r");
        job.github("action_ref", at);
        job.variable("GITHUB_SERVER_URL", &self.github.url);
        job.variable("GITHUB_BASE_REF", "main");
        job.step("tools");
        job
    }
}

/// Returns the SHA-256 of a file.
fn sha256(file: &Path) -> String {
    let printed = succeed(Command::new("sha256sum").arg(file));
    printed.split(' ').next().expect("a sum").to_owned()
}

#[test]
fn the_tools_of_the_actions_version_are_downloaded_checked_and_used() {
    let release = release();
    let (_folder, work) = checkout(20);
    let sums = sha256(&release.files.join("SHA256SUMS"));
    let tag = format!("v{VERSION}");
    for (at, pinned) in [(&tag, ""), (&release.commit, ""), (&tag, &sums)] {
        let mut job = release.job(&work, at, pinned);
        let output = job.step("download");
        assert!(output.status.success(), "{}", stdout(&output));
        assert_eq!(job.output("download", "done"), "true");
        assert_eq!(job.step("compare").status.code(), Some(1));
        assert_eq!(job.output("compare", "exit-code"), "1");
    }
}

#[test]
fn the_tools_are_built_if_there_is_no_release_of_the_actions_commit() {
    let release = release();
    let (_folder, work) = checkout(9);
    let tag = format!("v{VERSION}");
    let other = "0123456789012345678901234567890123456789";
    let assert_built = |at: &str, input: &str, why: &str| {
        let mut job = release.job(&work, at, input);
        let output = job.step("download");
        let said = stdout(&output);
        assert!(output.status.success(), "{said}{}", stderr(&output));
        assert_eq!(job.output("download", "done"), "false", "{said}");
        assert!(said.contains(why), "{said}");
        assert!(!job.tools().exists());
    };
    assert_built(other, "", &format!("{other} is not {tag}"));
    assert_built("main", "", &format!("main is not {tag}"));
    assert_built(&tag, "build", "as the input release says");
    std::fs::remove_file(release.archive()).expect("the folder is ours");
    assert_built(&tag, "", &format!("the release {tag} has no oasproof-"));
    std::fs::remove_file(release.files.join("SHA256SUMS")).expect("the folder is ours");
    assert_built(&tag, "", &format!("there is no release {tag}"));
}

#[test]
fn tools_with_another_checksum_are_refused() {
    let release = release();
    let (_folder, work) = checkout(9);
    let tag = format!("v{VERSION}");
    let assert_refused = |input: &str, why: &str| {
        let mut job = release.job(&work, &tag, input);
        let output = job.step("download");
        let said = stdout(&output);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(
            said.starts_with("::error title=OpenAPI contract::"),
            "{said}"
        );
        assert!(said.contains(why), "{said}");
        assert!(!job.tools().exists());
    };
    assert_refused("always", "neither `build` nor a SHA-256");
    assert_refused(
        &"0".repeat(64),
        "is not the one that the input release names",
    );
    let archive = release.archive();
    let mut bytes = std::fs::read(&archive).expect("an archive");
    bytes.push(0);
    std::fs::write(&archive, bytes).expect("the folder is ours");
    assert_refused("", "does not have its checksum in SHA256SUMS");
    let sums = release.files.join("SHA256SUMS");
    std::fs::write(sums, "").expect("the folder is ours");
    assert_refused("", "does not have its checksum in SHA256SUMS");
}
