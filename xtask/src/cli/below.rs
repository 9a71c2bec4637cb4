//! What the help says below the options of a command: exit codes and examples.

/// Returns that help: what it means that the command succeeds, or fails, and how to call it.
pub(super) fn below(success: &str, failure: &str, examples: &[&str]) -> String {
    let examples: String = (examples.iter())
        .map(|example| format!("\n  cargo xtask {example}"))
        .collect();
    format!(
        "\
Exit codes:
  0  {success}
  1  {failure}
  2  wrong usage
  3  something that is needed cannot be built, installed or read

Examples:{examples}"
    )
}
