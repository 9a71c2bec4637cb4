//! The help of `cargo xtask`.

use std::path::Path;

use testbed::output::stdout;

use crate::xtask;

#[test]
fn the_help_of_every_command_has_exit_codes_and_examples_and_fits_a_terminal() {
    let commands = testbed::help::assert_complete(Path::new(env!("CARGO_BIN_EXE_xtask")));
    for command in ["verify", "openapi pull", "bench faults", "pictures"] {
        assert!(commands.iter().any(|one| one == command), "{commands:?}");
    }
}

#[test]
fn commands_are_listed_by_what_a_contributor_wants_to_do() {
    let help = stdout(&xtask(&["--help"]));
    let mut place = 0;
    for expected in [
        "See that the project works:\n  verify ",
        "Change the code:\n  test ",
        "Change the contract:\n  openapi ",
        "Find out how good and how fast it is:\n  bench ",
        "Options:\n",
    ] {
        let found = help[place..].find(expected);
        place += found.unwrap_or_else(|| panic!("{expected:?} is not next in {help}"));
    }
}
