//! What the command lines of the programs have in common: manual pages, shell completions, and the width of their output.
//!
//! Pages and completions are generated from the program's [`Command`], so that neither can be stale. A program adds the two
//! commands to its own, and runs them with its command line:
//!
//! ```
//! use clap::{CommandFactory, Parser, Subcommand};
//! use manual::Manual;
//!
//! #[derive(Parser)]
//! #[command(name = "tally", term_width = manual::help_columns())]
//! struct Arguments {
//!     #[command(subcommand)]
//!     command: Command,
//! }
//!
//! #[derive(Subcommand)]
//! enum Command {
//!     /// Counts.
//!     Count,
//!     #[command(flatten)]
//!     Manual(Manual),
//! }
//!
//! let arguments = Arguments::parse_from(["tally", "completions", "bash"]);
//! if let Command::Manual(manual) = arguments.command {
//!     manual.run(Arguments::command())?;
//! }
//! # Ok::<(), manual::Error>(())
//! ```

mod columns;
mod lines;
mod print;

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::{Command, Subcommand};
use clap_complete::Shell;
use clap_mangen::Man;

pub use columns::{columns, help_columns};
pub use lines::Lines;
pub use print::{eprint_line, print_line};

/// The commands that each program has in addition to its own; clap's `flatten` adds them.
#[derive(Debug, Clone, Subcommand)]
pub enum Manual {
    /// Print a shell's completions for this program
    #[command(after_help = completions_help())]
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print this program's manual page, or write the pages of all its commands to a folder
    #[command(after_help = man_help())]
    Man {
        /// The folder, such as ~/.local/share/man/man1; created if it does not exist
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
    },
}

/// The exit codes of both commands, which are the same in all programs.
const EXIT_CODES: &str = "\
Exit codes:
  0  written
  2  wrong usage
  3  not written";

fn completions_help() -> String {
    let program = program();
    format!(
        "\
{EXIT_CODES}

Examples:
  {program} completions bash > {program}.bash
  {program} completions fish > ~/.config/fish/completions/{program}.fish

Where shells look for them:
  bash  ~/.local/share/bash-completion/completions/{program}
  zsh   _{program} in a folder of $fpath
  fish  ~/.config/fish/completions/{program}.fish"
    )
}

fn man_help() -> String {
    let program = program();
    format!(
        "\
{EXIT_CODES}

Examples:
  {program} man | man -l -
  {program} man ~/.local/share/man/man1"
    )
}

/// Returns the name by which the program was started.
fn program() -> String {
    let path = std::env::args_os().next().map(PathBuf::from);
    let name = path.as_deref().and_then(Path::file_stem);
    name.map_or_else(
        || "PROGRAM".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

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
            // The pages say what `help` would.
            Self::Man { folder: None } => {
                print(page(program.disable_help_subcommand(true)).as_bytes())
            }
            Self::Man {
                folder: Some(folder),
            } => {
                std::fs::create_dir_all(folder).map_err(|source| Error::File {
                    path: folder.clone(),
                    source,
                })?;
                // Building gives the commands their full names: `program-command`.
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
