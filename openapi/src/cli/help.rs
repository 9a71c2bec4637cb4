//! What the help says below the options: exit codes and examples, by the name under which a program is called.

/// Exit codes 2 to 4, which all commands that compare have in common.
pub const FURTHER_EXIT_CODES: &str = "  2  wrong usage, or an invalid file of waivers or policy
  3  a document cannot be read, parsed or resolved
  4  only unproven differences";

/// Returns the help above the options of `diff` for the program that is called by this name: the common case.
#[must_use]
pub fn diff_about(program: &str) -> String {
    format!(
        "\
Compare two documents by meaning

What the working tree changes, against a branch:
  {program} diff main:openapi.json openapi.json"
    )
}

/// Returns the exit codes of `diff`.
pub(super) fn diff_exit_codes() -> String {
    format!(
        "\
Exit codes:
  0  nothing at or above the threshold
  1  something is, or a waiver is stale
{FURTHER_EXIT_CODES}"
    )
}

/// Returns the help below `diff` for the program that is called by this name.
#[must_use]
pub fn diff_help(program: &str) -> String {
    format!(
        "\
{}

Examples:
  {program} diff published.json ours.yaml
  {program} diff old.json new.json --format json --fail-on additive
  {program} diff old.json new.json --format html --output diff.html
  {program} diff main:api.yaml api.yaml --format github
  {program} diff old.json new.json --format markdown --group-by operation
  {program} diff old.json new.json --waivers waivers.toml
  {program} diff old.json new.json --include 'path=/v1/*'
  {program} diff old.json new.json --exclude extension=x-internal
  {program} diff https://example.com/api.json new.json --allow-network
  {program} diff --all 'apis/**/openapi.yaml' main:
  {program} diff --all 'apis/**/openapi.yaml' main: feature:

{}

{POLICY_HELP}",
        diff_exit_codes(),
        waivers_help(program)
    )
}

/// Returns the help below `list` for the program that is called by this name.
#[must_use]
pub fn list_help(program: &str) -> String {
    format!(
        "\
{LISTED}

Examples:
  {program} list
  {program} list --format json"
    )
}

/// Returns the help below `rules` for the program that is called by this name.
#[must_use]
pub fn rules_help(program: &str) -> String {
    format!(
        "\
{LISTED}

Examples:
  {program} rules
  {program} rules response-required-property-removed
  {program} rules --format markdown"
    )
}

/// The exit codes of commands that list something.
const LISTED: &str = "\
Exit codes:
  0  written
  2  wrong usage
  3  not written";

const POLICY_HELP: &str = "\
A policy decides how changes count; what was proven stays in the report:
  fail-on = \"warning\"                      # as --fail-on
  ignored-extensions = [\"x-internal-*\"]
  [rules]                                  # a class, or off
  response-optional-property-removed = \"additive\"
  [stability]
  promised-from = \"beta\"                   # what is less stable may change
  [deprecation]
  grace-days = { beta = 30, stable = 180 } # a sunset is so far ahead";

/// Returns the help on waivers for the program that is called by this name.
#[must_use]
pub fn waivers_help(program: &str) -> String {
    format!(
        "\
Waivers are TOML tables; one that waives nothing or has expired is an error (1):
  [[waiver]]
  # Both as in the report; `{program} rules` lists all rules:
  rule = \"response-required-property-removed\"
  location = \"/components/schemas/Token/**\"    # /** for everything below
  # Optional, as are path, method, tag and extension; * is any text.
  # Only if no other operation is affected:
  operation = \"POST /tokens\"
  reason = \"no client reads it: see the log of March\"
  expires = 2027-01-31                         # the last day (UTC)"
    )
}
