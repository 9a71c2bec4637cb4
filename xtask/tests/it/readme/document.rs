//! README.md as a list of its reader's actions, in order.

use pulldown_cmark::{CodeBlockKind, Event, LinkType, Parser, Tag, TagEnd};

/// An action of the reader.
#[derive(Debug)]
pub(super) enum Step {
    /// Runs a command, whose output is shown below it. If nothing is shown, the command may print anything.
    Command {
        command: String,
        shown: Vec<String>,
        /// The exit code: zero, unless the text after the block begins with "Exit code 1".
        exit: i32,
    },
    /// Writes a file, whose name is the last code in the text above it.
    File { name: String, text: String },
    /// Opens an address in a browser.
    Address(String),
    /// Reads about a command within the text.
    Mention(String),
}

/// Returns the actions of a text's reader.
pub(super) fn steps(text: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut block: Option<(String, String)> = None;
    let mut name = String::new();
    for event in Parser::new(text) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                block = Some((language.to_string(), String::new()));
            }
            Event::End(TagEnd::CodeBlock) => match block.take() {
                Some((language, text)) if language == "console" => steps.extend(commands(&text)),
                Some((language, text)) if language == "toml" => steps.push(Step::File {
                    name: name.clone(),
                    text,
                }),
                // A diagram.
                Some((language, _)) if language == "text" => {}
                other => panic!("a block of an unknown language: {other:?}"),
            },
            Event::Text(text) => {
                if let Some((_, block)) = &mut block {
                    block.push_str(&text);
                } else if let Some(code) = text.strip_prefix("Exit code ")
                    && let Some(Step::Command { exit, .. }) = steps.last_mut()
                {
                    let digits = code.trim_end_matches(|end: char| !end.is_ascii_digit());
                    *exit = digits.parse().expect("an exit code");
                }
            }
            Event::Code(code) => {
                name = code.to_string();
                if ["cargo ", "oasproof ", "conformance "]
                    .iter()
                    .any(|program| code.starts_with(program))
                {
                    steps.push(Step::Mention(code.to_string()));
                }
            }
            Event::Start(Tag::Link {
                link_type: LinkType::Autolink,
                dest_url,
                ..
            }) => steps.push(Step::Address(dest_url.to_string())),
            _ => {}
        }
    }
    steps
}

/// Returns the commands of a block, each with the lines below it.
fn commands(block: &str) -> Vec<Step> {
    let mut steps: Vec<(String, Vec<String>)> = Vec::new();
    let mut continues = false;
    for line in block.lines() {
        if continues {
            let (command, _) = steps.last_mut().expect("it began");
            command.push('\n');
            command.push_str(line);
        } else if let Some(command) = line.strip_prefix("$ ") {
            steps.push((command.to_owned(), Vec::new()));
        } else {
            let (_, shown) = steps.last_mut().expect("a block begins with a command");
            shown.push(line.to_owned());
            continue;
        }
        continues = line.ends_with('\\');
    }
    (steps.into_iter())
        .map(|(command, shown)| Step::Command {
            command,
            shown,
            exit: 0,
        })
        .collect()
}
