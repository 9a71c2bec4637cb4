//! README.md: every command in it is run, and every link followed.

mod document;
mod session;
mod shown;

use std::fs;
use std::path::{Path, PathBuf};

use document::Step;
use pulldown_cmark::{Event, Parser, Tag};
use session::Session;
use testbed::cargo::workspace_root;

#[test]
fn every_command_of_the_readme_does_what_is_shown() {
    build_what_is_run();
    let readme = fs::read_to_string(workspace_root().join("README.md")).expect("a README");
    let mut session = Session::new();
    let mut commands = 0;
    for step in document::steps(&readme) {
        match step {
            Step::Command {
                command,
                shown,
                exit,
            } => {
                session.run(&command, &shown, exit);
                commands += 1;
            }
            Step::File { name, text } => session.write(&name, &text),
            Step::Address(address) => session.open(&address),
            Step::Mention(command) => session.ask_for_help(&command),
        }
    }
    assert!(commands >= 10, "README.md has {commands} commands only");
    // Without `--into`, as in the text, it would write to this checkout.
    session.run("cargo xtask pictures --into pictures", &[], 0);
    let pictures = session.folder().join("pictures");
    assert_small_pictures([&pictures.join("diff.png"), &pictures.join("report.png")]);
}

/// Builds the suite and its example. Built for all packages, they are what `cargo test --workspace` has built already.
fn build_what_is_run() {
    let built = (testbed::cargo::command().current_dir(workspace_root()))
        .args([
            "build",
            "--quiet",
            "--locked",
            "--workspace",
            "--bins",
            "--examples",
        ])
        .status();
    assert!(built.expect("cargo runs").success());
}

#[test]
fn pictures_of_the_readme_are_small() {
    let picture = |path| workspace_root().join(path);
    assert_small_pictures([
        &picture("openapi/pictures/diff.png"),
        &picture("conformance/pictures/report.png"),
    ]);
}

/// Asserts that pictures are PNG files of a reasonable size.
fn assert_small_pictures(pictures: [&Path; 2]) {
    for picture in pictures {
        let name = picture.display();
        let bytes = fs::read(picture).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(
            bytes.starts_with(b"\x89PNG\r\n\x1a\n"),
            "{name} is not a PNG"
        );
        assert!(
            (10_000..150_000).contains(&bytes.len()),
            "{name} has {} bytes",
            bytes.len()
        );
    }
}

#[test]
fn links_resolve_and_pictures_are_described() {
    let mut links = 0;
    for name in [
        "README.md",
        "CHANGELOG.md",
        "SECURITY.md",
        "server/deploy/README.md",
        "openapi/README.md",
        "openapi/published/README.md",
        "openapi/validator/README.md",
        "server/README.md",
        "server/OPERATING.md",
        "conformance/README.md",
        "xtask/README.md",
        "xtask/testbed/README.md",
        "xtask/manual/README.md",
        ".github/actions/contract/README.md",
    ] {
        let file = workspace_root().join(name);
        let text = fs::read_to_string(&file).expect("readable");
        let mut events = Parser::new(&text);
        while let Some(event) = events.next() {
            let target = match event {
                Event::Start(Tag::Link { dest_url, .. }) => dest_url,
                Event::Start(Tag::Image { dest_url, .. }) => {
                    assert!(
                        matches!(events.next(), Some(Event::Text(text)) if text.len() > 20),
                        "{name}: {dest_url} is not described"
                    );
                    dest_url
                }
                _ => continue,
            };
            if !target.contains("://") {
                assert_resolves(name, &file, &target);
                links += 1;
            }
        }
    }
    assert!(links > 8, "{links}");
}

/// Asserts that a link within the project has a file, and the heading in it.
fn assert_resolves(name: &str, file: &Path, target: &str) {
    let (path, heading) = target.split_once('#').unwrap_or((target, ""));
    let path: PathBuf = match path {
        "" => file.to_owned(),
        path => file.with_file_name(path),
    };
    assert!(path.exists(), "{name}: {target} does not resolve");
    if !heading.is_empty() {
        let text = fs::read_to_string(&path).expect("readable");
        let headings = text.lines().filter(|line| line.starts_with('#'));
        // The anchors, as GitHub and GitLab derive them.
        let mut anchors = headings.map(|line| {
            let words = line.trim_start_matches('#').trim().to_lowercase();
            words.replace(' ', "-").replace(['`', ',', '.', ':'], "")
        });
        assert!(
            anchors.any(|anchor| anchor == heading),
            "{name}: {target} does not resolve"
        );
    }
}
