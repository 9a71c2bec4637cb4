//! What the help says below the options of a command: exit codes and examples.

/// How options are set, for the help.
const CONFIGURATION: &str = "\
Configuration: defaults < file (--config) < environment < flags. The flag
--some-option is the environment variable DZ_SOME_OPTION and the key some_option
of the file, which is TOML.";

/// Returns that help for the program as a whole.
pub(super) fn program() -> String {
    let text = below(
        "done, or stopped by a signal",
        "the address is taken, or the store or standard output does not work",
        &[
            "bootstrap --business Acme --email ada@acme.example",
            "serve",
            "serve --listen 127.0.0.1:0 --database sqlite:/var/lib/dz/tokens.db",
            "openapi > openapi.json",
            "config --config server.toml",
            "help serve",
        ],
    );
    format!("{text}\n\n{CONFIGURATION}")
}

/// Returns that help for `serve`.
pub(super) fn serve() -> String {
    let text = below(
        "stopped by a signal, after the requests in progress",
        "the address is taken, the store does not work, or a part has failed",
        &[
            "serve",
            "serve --listen 0.0.0.0:8443 --tls-cert chain.pem --tls-key key.pem",
            "serve --config server.toml",
        ],
    );
    format!("{text}\n\n{CONFIGURATION}")
}

/// Returns that help for `doctor`.
pub(super) fn doctor() -> String {
    below(
        "a server would start",
        "a server would not start: the address, the store or the disk",
        &["doctor", "doctor --config server.toml"],
    )
}

/// Returns that help for a command on the store.
pub(super) fn on_store(examples: &[&str]) -> String {
    below(
        "done",
        "the store or standard output does not work",
        examples,
    )
}

/// Returns that help for a command that only prints.
pub(super) fn prints(examples: &[&str]) -> String {
    below("printed", "standard output does not work", examples)
}

fn below(success: &str, unavailable: &str, examples: &[&str]) -> String {
    let examples: String = (examples.iter())
        .map(|example| format!("\n  server {example}"))
        .collect();
    format!(
        "\
Exit codes:
  0  {success}
  2  wrong arguments, configuration or key file
  3  {unavailable}

Examples:{examples}"
    )
}
