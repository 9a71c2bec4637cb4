//! The list of commands in the help, by what a contributor wants to do.

use std::io::Write as _;

use clap::Command;
use clap::builder::Styles;
use manual::Lines;

/// The commands by purpose.
const GROUPS: &[(&str, &[&str])] = &[
    ("See that the project works", &["verify"]),
    ("Change the code", &["test", "ci"]),
    ("Change the contract", &["openapi"]),
    ("Find out how good and how fast it is", &["bench"]),
    ("Release it", &["dist", "pictures"]),
    ("Learn more", &["help"]),
];

/// Lists the commands of the help by purpose.
pub(super) fn grouped(mut command: Command) -> Command {
    // Adds clap's own `help`.
    command.build();
    let mut text = Vec::new();
    let mut lines = Lines::new(&mut text, Some(manual::help_columns()));
    let names = command.get_subcommands().map(|one| one.get_name().len());
    let width = names.max().unwrap_or_default();
    let heading = *Styles::styled().get_header();
    for (purpose, names) in GROUPS {
        let _ = writeln!(lines, "{heading}{purpose}:{heading:#}");
        for name in *names {
            let Some(one) = command.find_subcommand(name) else {
                continue;
            };
            let about = one.get_about().map(ToString::to_string);
            let about = about.unwrap_or_default();
            let _ = writeln!(lines, "  {name:width$}  {about}");
        }
        let _ = writeln!(lines);
    }
    let list = String::from_utf8_lossy(&text);
    command.help_template(format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{list}{heading}Options:{heading:#}\n{{options}}{{after-help}}"
    ))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::GROUPS;
    use crate::cli::Arguments;

    #[test]
    fn every_command_is_listed() {
        let command = Arguments::command();
        let listed: Vec<&str> = GROUPS
            .iter()
            .flat_map(|(_, names)| *names)
            .copied()
            .collect();
        let missing: Vec<&str> = (command.get_subcommands())
            .map(clap::Command::get_name)
            .filter(|name| !listed.contains(name))
            .collect();
        assert_eq!(missing, Vec::<&str>::new());
    }
}
