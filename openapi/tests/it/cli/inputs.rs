//! What `diff` reads and where it writes: files, revisions of git, standard input, a file for the report.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use testbed::files::Folder;
use testbed::git;
use testbed::output::{stderr, stdout};

/// Returns a document whose only response is a string of at most `most` characters.
pub(super) fn document(most: u32) -> String {
    format!(
        "openapi: 3.1.0\ninfo: {{title: t, version: '1'}}\npaths:\n  /a:\n    get:\n      responses:\n        '200':\n          description: ok\n          content:\n            application/json:\n              schema: {{type: string, maxLength: {most}}}\n"
    )
}

/// Makes a repository whose branch `main` limits strings to 9 in `api/openapi.yaml`, and whose working tree limits
/// them to 5.
pub(super) fn repository() -> Folder {
    let folder = Folder::new();
    let root = folder.path();
    git::run(root, &["init", "--quiet", "--initial-branch", "main"]);
    std::fs::create_dir(root.join("api")).expect("a folder");
    folder.file("api/openapi.yaml", &document(9));
    git::run(root, &["add", "."]);
    git::run(root, &["commit", "--quiet", "--message", "nine"]);
    folder.file("api/openapi.yaml", &document(5));
    folder
}

fn diff_in(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_oasproof"))
        .args(["diff"])
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("oasproof runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    // A program that does not read its input closes it, which is fine here.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    child.wait_with_output().expect("oasproof ends")
}

#[test]
fn a_revision_of_git_is_read_if_no_such_file_exists() {
    let folder = repository();
    let root = folder.path();
    let narrower = diff_in(root, &["main:api/openapi.yaml", "api/openapi.yaml"], "");
    assert_eq!(narrower.status.code(), Some(0), "{}", stderr(&narrower));
    assert!(
        stdout(&narrower).contains("1 additive from main:api/openapi.yaml to api/openapi.yaml"),
        "{}",
        stdout(&narrower)
    );
    let wider = diff_in(root, &["api/openapi.yaml", "HEAD:api/openapi.yaml"], "");
    assert_eq!(wider.status.code(), Some(1), "{}", stderr(&wider));
    // The staged file, from a folder below the top.
    git::run(root, &["add", "."]);
    let staged = diff_in(
        &root.join("api"),
        &[":api/openapi.yaml", "openapi.yaml", "--fail-on", "docs"],
        "",
    );
    assert_eq!(staged.status.code(), Some(0), "{}", stderr(&staged));
}

#[test]
fn files_beside_a_document_are_read_from_its_folder() {
    let folder = repository();
    let root = folder.path();
    let split = document(9).replace(
        "{type: string, maxLength: 9}",
        "{$ref: 'parts/name.yaml#/Name'}",
    );
    std::fs::create_dir(root.join("api/parts")).expect("a folder");
    folder.file("api/openapi.yaml", &split);
    folder.file(
        "api/parts/name.yaml",
        "Name: {type: string, maxLength: 9}\n",
    );
    // The branch has it in one file, the working tree in two.
    let same = diff_in(
        root,
        &[
            "main:api/openapi.yaml",
            "api/openapi.yaml",
            "--fail-on",
            "docs",
        ],
        "",
    );
    assert_eq!(
        same.status.code(),
        Some(0),
        "{}{}",
        stdout(&same),
        stderr(&same)
    );
    git::run(root, &["add", "."]);
    git::run(root, &["commit", "--quiet", "--message", "split"]);
    folder.file(
        "api/parts/name.yaml",
        "Name: {type: string, maxLength: 20}\n",
    );
    let wider = diff_in(root, &["main:api/openapi.yaml", "api/openapi.yaml"], "");
    assert_eq!(
        wider.status.code(),
        Some(1),
        "{}{}",
        stdout(&wider),
        stderr(&wider)
    );
    // A link can lead out of the folder as well.
    let elsewhere = Folder::new();
    let secret = elsewhere.file("secret.yaml", "Name: {type: string}\n");
    std::fs::remove_file(root.join("api/parts/name.yaml")).expect("the file is there");
    std::os::unix::fs::symlink(secret, root.join("api/parts/name.yaml")).expect("a link");
    let linked = diff_in(root, &["api/openapi.yaml", "api/openapi.yaml"], "");
    assert_eq!(linked.status.code(), Some(3));
    assert!(
        stderr(&linked).contains("it is a link that leaves the folder below which files are read"),
        "{}",
        stderr(&linked)
    );
}

/// Makes a repository with two documents that share a file above both folders, limited to 9 on `main` and to 20 in the
/// working tree.
fn sharing() -> Folder {
    let folder = Folder::new();
    let root = folder.path();
    git::run(root, &["init", "--quiet", "--initial-branch", "main"]);
    for inner in ["apis/one", "apis/two/v1", "common"] {
        std::fs::create_dir_all(root.join(inner)).expect("folders");
    }
    let schema = "{type: string, maxLength: 9}";
    for (file, reference) in [
        ("apis/one/openapi.yaml", "../../common/name.yaml#/Name"),
        (
            "apis/two/v1/openapi.yaml",
            "../../../apis/two/v1/../../../common/name.yaml#/Name",
        ),
    ] {
        let reference = format!("{{$ref: '{reference}'}}");
        folder.file(file, &document(9).replace(schema, &reference));
    }
    // A file may refer to another one, and back to the document.
    folder.file(
        "common/name.yaml",
        "Name: {$ref: 'text.yaml#/Text'}\nOwn: {$ref: '../apis/one/openapi.yaml#/paths'}\n",
    );
    folder.file("common/text.yaml", "Text: {type: string, maxLength: 9}\n");
    git::run(root, &["add", "."]);
    git::run(root, &["commit", "--quiet", "--message", "nine"]);
    folder.file("common/text.yaml", "Text: {type: string, maxLength: 20}\n");
    folder
}

#[test]
fn files_above_the_documents_folder_are_read_within_the_repository() {
    let folder = sharing();
    for (document, at) in [
        ("apis/one/openapi.yaml", folder.path().to_owned()),
        ("apis/two/v1/openapi.yaml", folder.path().to_owned()),
        ("one/openapi.yaml", folder.path().join("apis")),
        ("openapi.yaml", folder.path().join("apis/one")),
    ] {
        // Of git, the path is that from the top folder.
        let in_git = format!(
            "main:apis/{}",
            document.strip_prefix("apis/").unwrap_or(document)
        );
        let in_git = match document {
            "openapi.yaml" => "main:./openapi.yaml".to_owned(),
            _ => in_git,
        };
        let output = diff_in(&at, &[&in_git, document, "--format", "github"], "");
        let text = stdout(&output);
        assert_eq!(output.status.code(), Some(1), "{text}{}", stderr(&output));
        assert!(
            text.contains("::error file=common/text.yaml,line=1,col=7,"),
            "{document}: {text}"
        );
        let same = diff_in(&at, &[&in_git, &in_git], "");
        assert!(stdout(&same).starts_with("identical"), "{same:?}");
    }
    let shown = diff_in(
        folder.path(),
        &["main:apis/one/openapi.yaml", "apis/one/openapi.yaml"],
        "",
    );
    let text = stdout(&shown);
    assert!(
        text.contains("    at ../../common/text.yaml#/Text\n"),
        "{text}"
    );
    assert!(
        text.contains("    in main:common/text.yaml:1:7 → common/text.yaml:1:7\n"),
        "{text}"
    );
}

#[test]
fn nothing_is_read_above_the_folder_of_the_files() {
    let folder = sharing();
    let document = "apis/one/openapi.yaml";
    let refused = [
        // The folder that the command line names.
        (
            vec!["--root", "apis"],
            "leaves the folder below which files are read",
        ),
        (
            vec!["--root", "common"],
            "apis/one/openapi.yaml is not below ",
        ),
    ];
    for (more, expected) in refused {
        for base in [document, "main:apis/one/openapi.yaml"] {
            let arguments = [&[base, document][..], &more].concat();
            let output = diff_in(folder.path(), &arguments, "");
            assert!(matches!(output.status.code(), Some(2 | 3)), "{output:?}");
            assert!(stderr(&output).contains(expected), "{}", stderr(&output));
        }
    }
    // Outside of a repository, and up to its top folder.
    let plain = Folder::new();
    std::fs::create_dir_all(plain.path().join("api")).expect("a folder");
    let outside = |reference: &str| {
        let reference = format!("{{$ref: '{reference}'}}");
        self::document(9).replace("{type: string, maxLength: 9}", &reference)
    };
    plain.file("api/openapi.yaml", &outside("../name.yaml"));
    plain.file("name.yaml", "type: string\n");
    let own = ["api/openapi.yaml", "api/openapi.yaml"];
    let output = diff_in(plain.path(), &own, "");
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("leaves the folder below which files are read"));
    let rooted = diff_in(plain.path(), &[&own[..], &["--root", "."]].concat(), "");
    assert_eq!(rooted.status.code(), Some(0), "{}", stderr(&rooted));
    folder.file("apis/one/openapi.yaml", &outside("../../../name.yaml"));
    let output = diff_in(folder.path(), &[document, document], "");
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("leaves the folder below which files are read"));
}

#[test]
fn a_file_takes_precedence_over_a_revision_of_the_same_name() {
    let folder = repository();
    let root = folder.path();
    std::fs::create_dir(root.join("main:api")).expect("a folder");
    folder.file("main:api/openapi.yaml", &document(5));
    let arguments = ["main:api/openapi.yaml", "api/openapi.yaml"];
    let output = diff_in(root, &arguments, "");
    assert!(stdout(&output).starts_with("identical"), "{output:?}");
}

#[test]
fn a_missing_revision_is_named_with_a_remedy() {
    let folder = repository();
    let outside = Folder::new();
    let rows = [
        (
            folder.path(),
            "absent:api/openapi.yaml",
            "and git has no revision `absent`\n`git branch --all`",
        ),
        (
            folder.path(),
            "main:openapi.yaml",
            "`git ls-tree -r --name-only main` lists the paths",
        ),
        (folder.path(), "main:api", "git has no `api` at `main`"),
        (
            outside.path(),
            "main:api/openapi.yaml",
            "this folder is not in a git repository",
        ),
        (folder.path(), "--output:x", "unexpected argument"),
        (
            folder.path(),
            "https://example.com/openapi.json",
            "cannot read https://example.com/openapi.json: nothing is fetched unless `--allow-network` is given",
        ),
    ];
    for (at, name, expected) in rows {
        let output = diff_in(at, &[name, "api/openapi.yaml"], "");
        let code = if name.starts_with('-') { 2 } else { 3 };
        assert_eq!(output.status.code(), Some(code), "{name}");
        let said = stderr(&output);
        assert!(said.contains(expected), "{name}: {said}");
        assert_eq!(stdout(&output), "");
    }
}

#[test]
fn one_document_comes_from_standard_input() {
    let folder = repository();
    let root = folder.path();
    let output = diff_in(root, &["api/openapi.yaml", "-"], &document(9));
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(
        stdout(&output).contains("from api/openapi.yaml to standard input"),
        "{}",
        stdout(&output)
    );
    let broken = diff_in(root, &["-", "api/openapi.yaml"], "openapi: [");
    assert_eq!(broken.status.code(), Some(3));
    assert!(
        stderr(&broken).contains("standard input:1:"),
        "{}",
        stderr(&broken)
    );
    let both = diff_in(root, &["-", "-"], &document(9));
    assert_eq!(both.status.code(), Some(2));
    assert!(stderr(&both).contains("not both"), "{}", stderr(&both));
}

#[test]
fn the_report_is_written_to_the_output_file() {
    let folder = repository();
    let root = folder.path();
    let arguments = ["api/openapi.yaml", "main:api/openapi.yaml"];
    let shown = stdout(&diff_in(root, &arguments, ""));
    let arguments = [&arguments[..], &["--output", "report.txt"]].concat();
    let output = diff_in(root, &arguments, "");
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let last = "exit 1: 1 change is breaking\n";
    let said = format!("breaking: written to report.txt\n{last}");
    assert_eq!(stdout(&output), said);
    let written = std::fs::read_to_string(root.join("report.txt")).expect("the report");
    assert_eq!(written + last, shown);

    let nowhere = diff_in(
        root,
        &["-", "api/openapi.yaml", "--output", "no/a"],
        &document(5),
    );
    assert_eq!(nowhere.status.code(), Some(3));
    assert!(
        stderr(&nowhere).contains("cannot write the differences to no/a: "),
        "{}",
        stderr(&nowhere)
    );
}

#[test]
fn annotations_name_the_file_from_the_repositorys_top_folder() {
    let folder = repository();
    let root = folder.path();
    let absolute = root.join("api/openapi.yaml");
    let rows = [
        (root.join("api"), "openapi.yaml"),
        (root.join("api"), "../api/./openapi.yaml"),
        (root.to_owned(), absolute.to_str().expect("UTF-8")),
        (root.to_owned(), "HEAD:api/openapi.yaml"),
        (root.join("api"), "HEAD:api/openapi.yaml"),
        (root.join("api"), "HEAD:./openapi.yaml"),
    ];
    for (at, revision) in rows {
        let arguments = ["-", revision, "--format", "github"];
        let output = diff_in(&at, &arguments, &document(7));
        let said = stdout(&output);
        assert!(
            said.contains(" file=api/openapi.yaml,line=11,col=23,title="),
            "{revision}: {said}"
        );
    }
    let arguments = ["api/openapi.yaml", "-", "--format", "github"];
    let said = stdout(&diff_in(root, &arguments, &document(7)));
    assert!(said.starts_with("::error title="), "{said}");
}
