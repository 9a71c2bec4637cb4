//! Files of a revision, read from git.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::exit::Failure;
use super::suggestion::nearest;
use crate::shown::visible;

/// The files of all revisions. One process of git reads them.
#[derive(Default)]
pub(super) struct Objects {
    reader: Option<Reader>,
}

/// A running `git cat-file --batch`.
struct Reader {
    process: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Objects {
    /// Reads a file of a revision by its path from the repository's top folder, without filters and conversions.
    ///
    /// # Errors
    ///
    /// [`Exit::Unreadable`](super::Exit::Unreadable), with what git says of it.
    pub(super) fn read(&mut self, revision: &str, path: &str) -> Result<Vec<u8>, Failure> {
        let object = format!("{revision}:{path}");
        let does_not_run = |error: io::Error| {
            Failure::unreadable(format!(
                "cannot read {}: no such file exists, and git, which could have a revision of \
                 that name, does not run: {error}",
                visible(&object)
            ))
        };
        let reader = match &mut self.reader {
            Some(reader) => reader,
            None => self.reader.insert(Reader::start().map_err(does_not_run)?),
        };
        // A line is an object, so that no name may have two. What git cannot read it explains to a command of its own.
        let found = if object.contains('\n') {
            None
        } else {
            reader.read(&object).ok().flatten()
        };
        found.map_or_else(
            || from_command(&object).map_err(|said| refusal(&object, &said)),
            Ok,
        )
    }
}

impl Reader {
    fn start() -> io::Result<Self> {
        let mut process = Command::new("git")
            .args(["cat-file", "--batch=%(objecttype) %(objectsize)"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let pipes = process.stdin.take().zip(process.stdout.take());
        let (requests, answers) = pipes.ok_or(io::ErrorKind::BrokenPipe)?;
        Ok(Self {
            process,
            requests,
            answers: BufReader::new(answers),
        })
    }

    /// Returns the content of a file; `None` for what is not there or is not a file.
    fn read(&mut self, object: &str) -> io::Result<Option<Vec<u8>>> {
        writeln!(self.requests, "{object}")?;
        self.requests.flush()?;
        let mut header = String::new();
        self.answers.read_line(&mut header)?;
        let known = header.trim_end().rsplit_once(' ');
        let Some((kind, Ok(size))) = known.map(|(kind, size)| (kind, size.parse::<usize>())) else {
            return Ok(None);
        };
        // A newline follows.
        let mut content = vec![0; size + 1];
        self.answers.read_exact(&mut content)?;
        content.pop();
        Ok((kind == "blob").then_some(content))
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // It waits for the next request. An error means that it has ended.
        let _ended = self.process.kill().and_then(|()| self.process.wait());
    }
}

/// Reads an object with a process of its own. The error is what git says.
fn from_command(object: &str) -> Result<Vec<u8>, String> {
    output(None, &["cat-file", "blob", object])
}

/// Returns what a command of git writes. The error is what it says.
fn output(folder: Option<&Path>, arguments: &[&str]) -> Result<Vec<u8>, String> {
    let mut command = Command::new("git");
    command.args(arguments).env("LC_ALL", "C");
    if let Some(folder) = folder {
        command.current_dir(folder);
    }
    let output = command.output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(said.trim().lines().next().unwrap_or_default().to_owned())
}

/// Returns the error for an object that git does not have.
fn refusal(object: &str, said: &str) -> Failure {
    let (shown, said) = (visible(object), visible(said));
    let (revision, inside) = shown.split_once(':').unwrap_or((&shown, ""));
    // Messages of git: `LC_ALL` above keeps them in English.
    let why = if said.contains("not a git repository") {
        format!(
            "and this folder is not in a git repository, which could have `{inside}` at \
             `{revision}`: run this in one, or name a file"
        )
    } else if said.contains("invalid object name") {
        let meant = nearest(revision, references().into_iter());
        let meant = meant.map_or_else(String::new, |name| format!(", did you mean `{name}`?"));
        format!(
            "and git has no revision `{revision}`{meant}\n\
             `git branch --all` and `git tag` list the revisions; a shallow clone lacks some until \
             `git fetch` gets them"
        )
    } else {
        format!(
            "and git has no `{inside}` at `{revision}`: {said}\n\
             `git ls-tree -r --name-only {revision}` lists the paths there, relative to the \
             repository's top folder"
        )
    };
    Failure::unreadable(format!("cannot read {shown}: no such file exists, {why}"))
}

/// Returns the paths of the files below a folder of a revision, relative to that folder.
///
/// # Errors
///
/// [`Exit::Unreadable`](super::Exit::Unreadable), with what git says.
pub(super) fn files(revision: &str, folder: &str) -> Result<Vec<String>, Failure> {
    let tree = format!("{revision}:{folder}");
    let listed = output(None, &["ls-tree", "-r", "-z", "--full-tree", &tree]);
    // What is wrong with it is better said of a file.
    let listed = listed.map_err(|said| {
        let said = from_command(&tree).err().unwrap_or(said);
        refusal(&tree, &said)
    })?;
    let listed = String::from_utf8_lossy(&listed);
    let entries = listed
        .split('\0')
        .filter_map(|entry| entry.split_once('\t'));
    // Links and other repositories have no text of their own.
    let files = entries.filter(|(kind, _)| kind.starts_with("100"));
    Ok(files.map(|(_, path)| path.to_owned()).collect())
}

/// Returns the paths of the files in a folder of the working tree that git does not ignore, relative to that folder.
///
/// # Errors
///
/// What git says.
pub(super) fn working_files(folder: &Path) -> Result<Vec<String>, String> {
    let arguments = [
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
        "--deduplicate",
    ];
    let listed = output(Some(folder), &arguments)?;
    let listed = String::from_utf8_lossy(&listed);
    let paths = listed.split('\0').filter(|path| !path.is_empty());
    Ok(paths.map(str::to_owned).collect())
}

/// Returns the branches and tags of the repository.
fn references() -> Vec<String> {
    let listed = output(None, &["for-each-ref", "--format=%(refname:short)"]).unwrap_or_default();
    let listed = String::from_utf8_lossy(&listed);
    listed.lines().map(str::to_owned).collect()
}
