//! What a program tells of itself beside its help: manual pages, and what shells need to complete its
//! command lines. Both are made from the program's own [`Command`], so that neither can be stale.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::{Command, Subcommand};
use clap_complete::Shell;
use clap_mangen::Man;

/// The commands that each program has beside its own; clap's `flatten` puts them among those.
#[derive(Debug, Clone, Subcommand)]
pub enum Manual {
    /// Print what a shell needs to complete this program's command lines
    #[command(after_help = COMPLETIONS_HELP)]
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print this program's manual page, or write those of all its commands to a folder
    #[command(after_help = MAN_HELP)]
    Man {
        /// The folder, such as ~/.local/share/man/man1; made where it is missing
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
    },
}

const COMPLETIONS_HELP: &str = "\
Where shells look for it:
  bash  ~/.local/share/bash-completion/completions/PROGRAM
  zsh   _PROGRAM in a folder of $fpath
  fish  ~/.config/fish/completions/PROGRAM.fish";

const MAN_HELP: &str = "\
To read it at once: PROGRAM man | man -l -";

/// Why nothing, or not all, was written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Standard output takes no more, though its reader has not gone.
    #[error("cannot write to standard output: {0}")]
    Stdout(#[source] io::Error),
    /// A folder or a file in it cannot be made.
    #[error("cannot write {path}: {source}: name a folder that can be written to", path = path.display())]
    File {
        /// The folder or file.
        path: PathBuf,
        /// What the system answered.
        source: io::Error,
    },
}

impl Manual {
    /// Does what was asked for, for the program with this command line.
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
                // Names the commands in full: `program-command`.
                let mut program = program.disable_help_subcommand(true);
                program.build();
                write_pages(&program, folder)
            }
        }
    }
}

/// Writes the page of the command, and those of all below it.
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

/// The manual page, with what stands below the help (exit codes, examples) in lines as they are written
/// there: it is commands and tables, which no paragraph is to be made of.
fn page(command: Command) -> String {
    let mut page = Vec::new();
    Man::new(command)
        .render(&mut page)
        .expect("memory takes everything");
    String::from_utf8_lossy(&page)
        .replace(".SH EXTRA\n", ".SH NOTES\n.nf\n")
        .replace(".SH VERSION\n", ".fi\n.SH VERSION\n")
}

/// Writes to standard output. Whoever reads may stop reading.
fn print(text: &[u8]) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    match out.write_all(text).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Error::Stdout(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}
