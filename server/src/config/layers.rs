//! The layers of configuration: defaults < file < environment < flags.
//!
//! A value of the file becomes the default of its option, so that clap alone does the rest: parsing, the environment, flags and
//! messages.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command, CommandFactory, FromArgMatches};

use super::Cli;
use super::file::{self, FileError, Setting};
use crate::domain::keys;
use crate::redact;

/// The option that names a key file.
const KEY_FILE: &str = "keys";

/// A parsed command line, and where each value came from.
pub struct Configured {
    /// The command and its options.
    pub cli: Cli,
    /// Where the values of the options came from.
    pub origins: Origins,
}

/// The values of the options of the chosen command, and where each came from.
pub struct Origins {
    matches: ArgMatches,
    options: Vec<Arg>,
    file: Option<(PathBuf, Vec<Setting>)>,
}

/// Where the value of an option came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The option's default.
    Default,
    /// This line of the configuration file.
    File(PathBuf, usize),
    /// This environment variable.
    Environment(String),
    /// A flag.
    Flag,
}

/// An option and its value in effect.
pub(crate) struct Effective {
    /// The option's key in a configuration file.
    pub(crate) key: String,
    /// The value as text; nothing when none was given and the option has no default.
    pub(crate) value: Option<String>,
    /// Where the value came from.
    pub(crate) origin: Origin,
}

/// Reads the command line, the environment and, if one of these names it, the configuration file.
///
/// Invalid arguments and variables end the process with exit code 2, as clap does it; `--help` and `--version` end it with 0.
///
/// # Errors
///
/// [`FileError`].
pub fn load(arguments: impl IntoIterator<Item = OsString>) -> Result<Configured, FileError> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let options = configurable_options();
    // The first parse checks everything that does not come from the file, and yields the file's path.
    let mut matches = matches(Cli::command(), &arguments);
    let mut file = None;
    if let Some(path) = parsed(&matches).config {
        let settings = file::read(&path, &options)?;
        let command = with_defaults(Cli::command(), &settings);
        matches = self::matches(command, &arguments);
        file = Some((path, settings));
    }
    refuse_keys_given_twice(&matches);
    let cli = parsed(&matches);
    let matches = match matches.remove_subcommand() {
        Some((_, matches)) => matches,
        None => matches,
    };
    Ok(Configured {
        cli,
        origins: Origins {
            matches,
            options,
            file,
        },
    })
}

/// Reads the command line, the environment and the configuration file again, in a running process. Returns what is wrong as a text.
pub(crate) fn load_again(arguments: impl IntoIterator<Item = OsString>) -> Result<Cli, String> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let parse = |command: Command| {
        let matches = command.try_get_matches_from(&arguments);
        let cli = matches.and_then(|matches| Cli::from_arg_matches(&matches));
        cli.map_err(|error| redacted(error).to_string())
    };
    let cli = parse(Cli::command())?;
    let Some(path) = &cli.config else {
        return Ok(cli);
    };
    let settings = file::read(path, &configurable_options()).map_err(|error| error.to_string())?;
    parse(with_defaults(Cli::command(), &settings))
}

/// Removes the password of a URL from the message.
fn redacted(mut error: clap::Error) -> clap::Error {
    if let Some(ContextValue::String(value)) = error.get(ContextKind::InvalidValue) {
        let shown = redact::url(value);
        error.insert(ContextKind::InvalidValue, ContextValue::String(shown));
    }
    error
}

impl Origins {
    /// Returns every option of `serve` with its value in effect, in the order of `server serve --help`.
    pub(crate) fn effective(&self) -> Vec<Effective> {
        let options = self.options.iter();
        options
            .filter_map(|option| {
                let key = file::key_of(option)?;
                let id = option.get_id().as_str();
                let raw = self.matches.try_get_raw(id).ok().flatten();
                let value = raw.map(|values| {
                    let values: Vec<_> = values.map(|value| value.to_string_lossy()).collect();
                    values.join(",")
                });
                let origin = self.origin(option, &key);
                if id == KEY_FILE && std::env::var_os(keys::VARIABLE).is_some() {
                    // This overrides a key file that the configuration file names; any other was refused.
                    let origin = Origin::Environment(keys::VARIABLE.to_owned());
                    let value = None;
                    return Some(Effective { key, value, origin });
                }
                Some(Effective { key, value, origin })
            })
            .collect()
    }

    fn origin(&self, option: &Arg, key: &str) -> Origin {
        match self.matches.value_source(option.get_id().as_str()) {
            Some(ValueSource::CommandLine) => Origin::Flag,
            Some(ValueSource::EnvVariable) => {
                let name = option.get_env().unwrap_or_default();
                Origin::Environment(name.to_string_lossy().into_owned())
            }
            // The enum is not exhaustive. The remaining values are defaults: ours, or those of the file.
            Some(_) | None => self
                .file
                .as_ref()
                .and_then(|(path, settings)| {
                    let setting = settings.iter().find(|setting| setting.key == key)?;
                    Some(Origin::File(path.clone(), setting.line))
                })
                .unwrap_or(Origin::Default),
        }
    }
}

/// Returns the options that a file may set: those of `serve` and of logging.
fn configurable_options() -> Vec<Arg> {
    let mut command = Cli::command();
    command.build();
    let serve = command.find_subcommand("serve").expect("there is `serve`");
    serve
        .get_arguments()
        .filter(|option| {
            option
                .get_long()
                .is_some_and(|long| !["help", "version", "config"].contains(&long))
        })
        .cloned()
        .collect()
}

/// Makes each setting of the file the default of its option, in the command and its subcommands.
fn with_defaults(command: Command, settings: &[Setting]) -> Command {
    let command = command.mut_args(|option| {
        let key = file::key_of(&option);
        match settings
            .iter()
            .find(|setting| Some(&setting.key) == key.as_ref())
        {
            Some(setting) => option.default_value(setting.value.clone()),
            None => option,
        }
    });
    command.mut_subcommands(|subcommand| with_defaults(subcommand, settings))
}

/// Parses the arguments and the environment, or prints what is wrong and ends the process.
fn matches(command: Command, arguments: &[OsString]) -> ArgMatches {
    let options = configurable_options();
    command
        .try_get_matches_from(arguments)
        .unwrap_or_else(|error| {
            let error = redacted(error);
            // Printed above clap's message, which names only the flag.
            if let Some(name) = variable_at_fault(&error, arguments, &options) {
                // There is nowhere to report that standard error is closed.
                let _ = writeln!(std::io::stderr(), "in the environment variable {name}:");
            }
            error.exit()
        })
}

/// Ends the process with exit code 2 when the keys are given twice, as a ring in the environment and as a file named by the
/// environment or a flag: with the wrong ones of the two, the server would refuse every token.
fn refuse_keys_given_twice(matches: &ArgMatches) {
    let Some((_, matches)) = matches.subcommand() else {
        return;
    };
    if std::env::var_os(keys::VARIABLE).is_none()
        || !matches.try_contains_id(KEY_FILE).unwrap_or_default()
    {
        return;
    }
    let file = match matches.value_source(KEY_FILE) {
        Some(ValueSource::CommandLine) => "--keys",
        Some(ValueSource::EnvVariable) => "DZ_KEYS",
        // The enum is not exhaustive. The configuration file's value is a default here.
        Some(_) | None => return,
    };
    let message = format!(
        "{} holds the keys, and {file} names a key file. Give only one of the two",
        keys::VARIABLE
    );
    Cli::command()
        .error(ErrorKind::ArgumentConflict, message)
        .exit()
}

/// Returns the environment variable that an invalid value came from, if it came from one.
fn variable_at_fault(
    error: &clap::Error,
    arguments: &[OsString],
    options: &[Arg],
) -> Option<String> {
    match error.kind() {
        ErrorKind::ValueValidation | ErrorKind::InvalidValue => {}
        // The enum is not exhaustive. No other kind is about a value.
        _ => return None,
    }
    let ContextValue::String(flag) = error.get(ContextKind::InvalidArg)? else {
        return None;
    };
    let flag = flag.split_whitespace().next()?;
    let given = arguments.iter().any(|argument| {
        let argument = argument.to_string_lossy();
        argument == flag || argument.starts_with(&format!("{flag}="))
    });
    if given {
        return None;
    }
    let option = options.iter().find(|option| {
        Some(flag) == option.get_long().map(|long| format!("--{long}")).as_deref()
    })?;
    let name = option.get_env()?;
    std::env::var_os(name).map(|_| name.to_string_lossy().into_owned())
}

/// Reads the command and its options from the matches of clap.
fn parsed(matches: &ArgMatches) -> Cli {
    Cli::from_arg_matches(matches).unwrap_or_else(|error| error.exit())
}
