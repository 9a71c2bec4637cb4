//! The programs for Windows: their crates use nothing of Unix alone. It is read in their sources, because no standard library
//! for Windows is at hand where these tests run; the release builds them.

use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use testbed::cargo::workspace_root;

/// What `std`, `tokio` and others call `unix`, crates that Windows does not have, and a method of `tokio`.
const OF_UNIX: [&str; 5] = ["unix", "nix", "rustix", "libc", "process_group"];

/// Adds the names of Unix that are used outside of what `#[cfg(unix)]` is before.
fn add_uses(tokens: TokenStream, uses: &mut Vec<String>) {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(sign) if sign.as_char() == '#' => {
                let attribute = tokens.next_if(|next| matches!(next, TokenTree::Group(_)));
                if attribute.is_some_and(|one| one.to_string().replace(' ', "") == "[cfg(unix)]") {
                    // An item or a statement: to its body or its semicolon.
                    let is_end = |token: &TokenTree| match token {
                        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
                        TokenTree::Punct(sign) => sign.as_char() == ';',
                        TokenTree::Ident(_) | TokenTree::Literal(_) => false,
                    };
                    tokens.by_ref().find(is_end);
                }
            }
            TokenTree::Group(group) => add_uses(group.stream(), uses),
            TokenTree::Ident(name) if OF_UNIX.contains(&name.to_string().as_str()) => {
                uses.push(name.to_string());
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// Adds the uses in the sources of a folder, each with its file.
fn add_of_folder(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            add_of_folder(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = std::fs::read_to_string(&path).expect("Rust is text");
            let mut uses = Vec::new();
            add_uses(text.parse().expect("Rust"), &mut uses);
            found.extend(
                uses.iter()
                    .map(|name| format!("{}: {name}", path.display())),
            );
        }
    }
}

#[test]
fn programs_for_windows_use_nothing_of_unix_alone() {
    let mut found = Vec::new();
    for folder in [
        "openapi/src",
        "openapi/validator/src",
        "conformance/src",
        "xtask/manual/src",
    ] {
        add_of_folder(&workspace_root().join(folder), &mut found);
    }
    assert!(
        found.is_empty(),
        "put `#[cfg(unix)]` before them: {found:#?}"
    );
}

#[test]
fn uses_are_found_unless_they_are_for_unix_alone() {
    for (source, expected) in [
        ("use std::os::unix::fs::symlink;", 1),
        ("use std::{fs, os::unix};", 1),
        ("fn f() { vec![libc::getpid()]; }", 1),
        (
            "#[cfg(unix)] use std::os::unix::fs::symlink; use tokio::signal::unix::signal;",
            1,
        ),
        (
            "#[cfg(unix)] fn f() { nix::unistd::getpid(); } fn g() { rustix::process::getpid(); }",
            1,
        ),
        ("#[cfg(not(unix))] fn f() {}", 0),
        (
            "fn f() { #[cfg(unix)] { tokio::signal::unix::signal(); } g(); }",
            0,
        ),
        ("fn f() { #[cfg(unix)] std::os::unix::g(&mut a, 0); }", 0),
    ] {
        let mut uses = Vec::new();
        add_uses(source.parse().expect("Rust"), &mut uses);
        assert_eq!(uses.len(), expected, "{source}: {uses:?}");
    }
}
