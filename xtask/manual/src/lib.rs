//! Manual pages and shell completions of a program. Both are generated from its [`Command`], so that neither can
//! be stale.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::{Command, Subcommand};
use clap_complete::Shell;
use clap_mangen::Man;

/// The commands that each program has in addition to its own; clap's `flatten` adds them.
#[derive(Debug, Clone, Subcommand)]
pub enum Manual {
    /// Print a shell's completions for this program
    #[command(after_help = COMPLETIONS_HELP)]
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print this program's manual page, or write the pages of all its commands to a folder
    #[command(after_help = MAN_HELP)]
    Man {
        /// The folder, such as ~/.local/share/man/man1; created if it does not exist
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
    },
}

const COMPLETIONS_HELP: &str = "\
Where shells look for them:
  bash  ~/.local/share/bash-completion/completions/PROGRAM
  zsh   _PROGRAM in a folder of $fpath
  fish  ~/.config/fish/completions/PROGRAM.fish";

const MAN_HELP: &str = "\
To read it now: PROGRAM man | man -l -";

/// Why a page or a script was not written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Standard output cannot be written to, though its reader has not closed it.
    #[error("cannot write to standard output: {0}")]
    Stdout(#[source] io::Error),
    /// A folder or a file in it cannot be written.
    #[error("cannot write {path}: {source}: name a writable folder", path = path.display())]
    File {
        /// The folder or file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
}

impl Manual {
    /// Runs the command, for the program with this command line.
    ///
    /// # Errors
    ///
    /// [`Error`], when something cannot be written.
    pub fn run(&self, mut program: Command) -> Result<(), Error> {
        match self {
            Self::Completions { shell } => {
                let name = program.get_name().to_owned();
                let mut script = Vec::new();
                clap_complete::generate(*shell, &mut program, name, &mut script);
                print(&script)
            }
            Self::Man { folder: None } => print(page(program).as_bytes()),
            Self::Man {
                folder: Some(folder),
            } => {
                std::fs::create_dir_all(folder).map_err(|source| Error::File {
                    path: folder.clone(),
                    source,
                })?;
                // Gives the commands their full names: `program-command`.
                let mut program = program.disable_help_subcommand(true);
                program.build();
                write_pages(&program, folder)
            }
        }
    }
}

/// Writes the pages of a command and of all its subcommands.
fn write_pages(command: &Command, folder: &Path) -> Result<(), Error> {
    for below in command
        .get_subcommands()
        .filter(|below| !below.is_hide_set())
    {
        write_pages(below, folder)?;
    }
    let name = command
        .get_display_name()
        .unwrap_or_else(|| command.get_name());
    let path = folder.join(format!("{name}.1"));
    std::fs::write(&path, page(command.clone())).map_err(|source| Error::File { path, source })
}

/// Renders the manual page. The text below the help (exit codes, examples) keeps its lines, because it consists
/// of commands and tables.
fn page(command: Command) -> String {
    let mut page = Vec::new();
    Man::new(command)
        .render(&mut page)
        .expect("a write to memory does not fail");
    String::from_utf8_lossy(&page)
        .replace(".SH EXTRA\n", ".SH NOTES\n.nf\n")
        .replace(".SH VERSION\n", ".fi\n.SH VERSION\n")
}

/// Writes to standard output. A reader that closes the pipe early is not an error.
fn print(text: &[u8]) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    match out.write_all(text).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Error::Stdout(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}
