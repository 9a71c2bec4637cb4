//! Clients generated from the served document compile, and create, list and revoke tokens.

use std::path::Path;
use std::process::Command;

use super::tools::{node, python, succeed};
use super::write;
use crate::harness::Server;

/// Starts a server, and makes a folder with the document that it serves.
async fn server_and_folder() -> (Server, tempfile::TempDir) {
    let server = Server::start();
    let folder = testbed::folder().expect("a folder");
    let served = server.request("GET", "/openapi.json").send().await;
    write(&folder.path().join("openapi.json"), served.body.as_bytes());
    (server, folder)
}

/// Runs a program of the client's user, with an administrator's credential.
fn use_client(command: &mut Command, server: &Server, folder: &Path) {
    let admin = server.admin();
    succeed(
        command
            .current_dir(folder)
            .env("URL", &server.url)
            .env("TOKEN", &admin.token)
            .env("BUSINESS", &admin.business_id),
    );
}

#[tokio::test]
#[ignore = "cargo xtask test --clients"]
async fn openapi_python_client_is_typed_and_works() {
    let (server, folder) = server_and_folder().await;
    let folder = folder.path();
    let path = std::env::join_paths([python().to_owned()].into_iter().chain(
        std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()),
    ));
    succeed(
        Command::new(python().join("openapi-python-client"))
            .args(["generate", "--fail-on-warning", "--path", "openapi.json"])
            .args(["--meta", "none", "--output-path", "tokens_client"])
            .current_dir(folder)
            // It runs ruff.
            .env("PATH", path.expect("a path")),
    );
    write(
        &folder.join("use_client.py"),
        include_bytes!("use_client.py"),
    );
    // The class of the connection is the generator's own, and not of the document.
    write(
        &folder.join("mypy.ini"),
        b"[mypy]\nstrict = True\n[mypy-tokens_client.client]\nignore_errors = True\n",
    );
    succeed(
        Command::new(python().join("mypy"))
            .arg("use_client.py")
            .current_dir(folder),
    );
    use_client(
        Command::new(python().join("python")).arg("use_client.py"),
        &server,
        folder,
    );
}

#[tokio::test]
#[ignore = "cargo xtask test --clients"]
async fn openapi_typescript_and_openapi_fetch_are_typed_and_work() {
    let (server, folder) = server_and_folder().await;
    let folder = folder.path();
    let modules = node().join("node_modules");
    std::os::unix::fs::symlink(&modules, folder.join("node_modules")).expect("the folder is ours");
    write(&folder.join("package.json"), br#"{ "type": "module" }"#);
    write(
        &folder.join("use_client.ts"),
        include_bytes!("use_client.ts"),
    );
    let program = |name: &str| {
        let mut command = Command::new(modules.join(".bin").join(name));
        command.current_dir(folder);
        command
    };
    succeed(program("openapi-typescript").args(["openapi.json", "--output", "schema.d.ts"]));
    let strict = ["--strict", "--target", "es2022", "--module", "nodenext"];
    succeed(program("tsc").args(strict).arg("use_client.ts"));
    use_client(Command::new("node").arg("use_client.js"), &server, folder);
}
