//! Hostile texts of documents in reports: they are shown as they are and have no effect.

use openapi::Document;
use openapi::diff::{Diff, Message, Part, compare};
use openapi::render;
use pulldown_cmark::{Event, Options, Parser, Tag};
use serde_json::{Value, json};

use crate::reports::{FORMATS, rendered};

/// The names and texts that have a special meaning in one of the formats.
const HOSTILE: &[&str] = &[
    "</script><script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "</code></pre></details><h1>",
    "```\n# heading",
    "a`b``c",
    "| a | b |",
    "**bold** _it_ [link](http://example.com) ![i](x) ~~s~~",
    "]]> <!-- &amp; & &#60;",
    "::error file=x,line=1::gotcha",
    "line\n::error::gotcha\r\n::stop-commands::x",
    "100% of a:b,c",
    "\u{1b}[31mred\u{1b}]0;title\u{7}\u{9b}2J",
    "\u{202e}txt.exe\u{2066}",
    "\u{0}\u{8}\u{fffe}\u{ffff}\u{85}\u{2028}",
    "@everyone #1",
    "",
];

/// Returns a pair of documents with the hostile text in every name and text.
fn pair(hostile: &str) -> (Document, Document, Diff) {
    let document = |summary: &str, kind: &str, keep: bool| {
        let property = json!({"type": "object", "properties": {hostile: {"type": kind}},
            "required": [hostile]});
        let body = json!({"application/json": {"schema": {"$ref": "#/components/schemas/S"}}});
        let mut responses = json!({"200": {"description": "ok", "content": body}});
        if keep {
            responses[&format!("x-{hostile}")] = json!(hostile);
        }
        let operation = json!({"summary": summary, "responses": responses});
        let removed = json!({"get": {"responses": {}}});
        let path = format!("/{hostile}");
        let mut paths = json!({"/things": {"get": operation}});
        if keep {
            paths[&path] = removed;
        }
        let document = json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"},
            "paths": paths, "components": {"schemas": {"S": property}}});
        let name = if keep { "base.json" } else { "revision.json" };
        Document::parse(name, &document.to_string()).expect("a valid document")
    };
    let base = document("before", "string", true);
    let revision = document(&format!("after {hostile}"), "integer", false);
    let diff = compare(&base, &revision);
    assert!(diff.changes.len() >= 3, "{:?}", diff.changes);
    (base, revision, diff)
}

/// Returns a text as a report shows it, with invisible characters written out.
fn visible(text: &str) -> String {
    let hidden =
        |c: char| c.is_control() || "\u{2028}\u{2029}\u{202e}\u{2066}\u{fffe}\u{ffff}".contains(c);
    text.chars()
        .map(|c| {
            if hidden(c) {
                c.escape_default().to_string()
            } else {
                c.to_string()
            }
        })
        .collect()
}

/// Returns a message without the backticks around code, as formats with their own markup show it.
fn unmarked(message: &Message) -> String {
    let parts = message.parts().iter().map(|part| match part {
        Part::Code(name) => name.to_string(),
        text => text.to_string(),
    });
    parts.collect()
}

#[test]
fn no_report_contains_an_invisible_character() {
    for hostile in HOSTILE {
        let (base, revision, diff) = pair(hostile);
        let text = rendered(render::text::write, &base, &revision, &diff);
        // The report has its own escapes for styles.
        let mut all = vec![text.replace('\u{1b}', "")];
        let not_sarif = FORMATS.into_iter().filter(|(name, _)| *name != "sarif");
        all.extend(not_sarif.map(|(_, writer)| rendered(writer, &base, &revision, &diff)));
        for report in all {
            let shown: String = report.chars().filter(|c| *c != '\n').collect();
            assert_eq!(shown, visible(&shown));
        }
    }
}

#[test]
fn markdown_contains_only_its_own_markup() {
    for hostile in HOSTILE {
        let (base, revision, diff) = pair(hostile);
        let markdown = rendered(render::markdown::write, &base, &revision, &diff);
        let extensions = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
        let mut text = String::new();
        let mut spans = Vec::new();
        let mut headings = 0;
        for event in Parser::new_ext(&markdown, extensions) {
            match event {
                Event::Text(part) => text.push_str(&part),
                Event::Code(part) => {
                    text.push_str(&part);
                    spans.push(part.to_string());
                }
                Event::Html(html) | Event::InlineHtml(html) => {
                    panic!("{html} of {hostile:?} is markup in {markdown}")
                }
                Event::Start(Tag::Heading { .. }) => headings += 1,
                Event::Start(
                    tag @ (Tag::Link { .. }
                    | Tag::Image { .. }
                    | Tag::Emphasis
                    | Tag::Strong
                    | Tag::Strikethrough
                    | Tag::Table(_)
                    | Tag::BlockQuote(_)),
                ) => panic!("{tag:?} of {hostile:?} is markup in {markdown}"),
                _ => {}
            }
        }
        let classes: std::collections::HashSet<_> =
            diff.changes.iter().map(|change| change.class).collect();
        assert_eq!(headings, 1 + classes.len(), "{markdown}");
        let text = text.replace('\u{200b}', "");
        for change in &diff.changes {
            let message = visible(&unmarked(&change.message));
            assert!(text.contains(&message), "{message} is not in {text}");
            assert!(spans.contains(&visible(&change.location)), "{spans:?}");
            for operation in &change.operations {
                assert!(spans.contains(&visible(operation)), "{spans:?}");
            }
        }
    }
}

/// Returns the texts between the tags of a page, and the names of the tags.
fn read_html(page: &str) -> (String, Vec<String>) {
    let mut text = String::new();
    let mut tags = Vec::new();
    let mut rest = page;
    while let Some(start) = rest.find('<') {
        text.push_str(&rest[..start]);
        let end = rest[start..].find('>').expect("a tag that ends") + start;
        let tag = rest[start + 1..end].trim_start_matches('/');
        tags.push(tag.split([' ', '>']).next().unwrap_or_default().to_owned());
        rest = &rest[end + 1..];
    }
    text.push_str(rest);
    let text = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"");
    (text.replace("&amp;", "&"), tags)
}

/// Removes the page's own script, which is its only one.
fn without_script(page: &str) -> String {
    let script = concat!(
        "<script>",
        include_str!("../../src/render/page/search.js"),
        include_str!("../../src/render/html.js"),
        "</script>"
    );
    let (before, after) = page.split_once(script).expect("the script");
    before.to_owned() + after
}

#[test]
fn html_contains_only_its_own_elements() {
    const OWN: &[&str] = &[
        "!DOCTYPE", "html", "head", "meta", "title", "style", "body", "header", "h1", "strong",
        "p", "code", "nav", "ul", "li", "a", "main", "section", "h2", "article", "h3", "dl", "dt",
        "dd", "br", "pre", "details", "summary", "div", "fieldset", "legend", "label", "input",
        "span", "button",
    ];
    for hostile in HOSTILE {
        let (base, revision, diff) = pair(hostile);
        let page = rendered(render::html::write, &base, &revision, &diff);
        let (text, tags) = read_html(&without_script(&page));
        for tag in &tags {
            assert!(OWN.contains(&tag.as_str()), "<{tag}> of {hostile:?}");
        }
        let count = |name: &str| tags.iter().filter(|tag| *tag == name).count();
        assert_eq!(count("h1"), 2, "{hostile:?}");
        assert_eq!(count("article"), 2 * diff.changes.len(), "{hostile:?}");
        for change in &diff.changes {
            let message = visible(&unmarked(&change.message));
            assert!(text.contains(&message), "{message} is not in {text}");
            assert!(
                text.contains(&visible(&change.location)),
                "{}",
                change.location
            );
        }
    }
}

#[test]
fn html_is_self_contained_and_its_policy_allows_its_style_and_script() {
    let (base, revision, diff) = pair("x");
    let page = rendered(render::html::write, &base, &revision, &diff);
    for outside in [
        "http:", "https:", "src=", "url(", "@import", "<link", "style=", "fetch(",
    ] {
        assert!(!page.contains(outside), "{outside}");
    }
    for (element, source) in [("style", "style-src"), ("script", "script-src")] {
        let start = format!("<{element}>");
        let (_, own) = page.split_once(&start).expect("the element");
        let (own, _) = own.split_once(&format!("</{element}>")).expect("its end");
        let hash = ring::digest::digest(&ring::digest::SHA256, own.as_bytes());
        let hash = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, hash);
        let allowed = format!("{source} 'sha256-{hash}'");
        assert!(page.contains(&allowed), "{allowed}");
    }
}

#[test]
fn junit_is_parsed_back_to_the_changes() {
    for hostile in HOSTILE {
        let (base, revision, diff) = pair(hostile);
        let xml = rendered(render::junit::write, &base, &revision, &diff);
        let report = quick_junit::Report::deserialize_from_str(&xml).expect("JUnit XML");
        let [suite] = &report.test_suites[..] else {
            panic!("one suite: {xml}");
        };
        assert_eq!(suite.test_cases.len(), diff.changes.len());
        let mut failures = 0;
        for (case, change) in suite.test_cases.iter().zip(&diff.changes) {
            let name = format!("{} {}", change.rule, change.location);
            assert_eq!(case.name.as_str(), visible(&name));
            if let quick_junit::TestCaseStatus::NonSuccess { message, .. } = &case.status {
                let message = message.as_ref().expect("a message").as_str();
                assert_eq!(message, visible(&change.message.to_string()));
                failures += 1;
            }
        }
        assert!(failures > 0, "no failure to read: {xml}");
    }
}

#[test]
fn a_workflow_command_is_one_line_with_separate_properties() {
    let unescape = |text: &str| {
        let text = text.replace("%3A", ":").replace("%2C", ",");
        text.replace("%0D", "\r")
            .replace("%0A", "\n")
            .replace("%25", "%")
    };
    for hostile in HOSTILE {
        let (base, revision, diff) = pair(hostile);
        let text = rendered(render::github::write, &base, &revision, &diff);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), diff.changes.len() + 1, "{text}");
        for (line, change) in lines.iter().zip(&diff.changes) {
            let command = line.strip_prefix("::").expect("a command");
            let (head, message) = command.split_once("::").expect("a message");
            let (_, properties) = head.split_once(' ').expect("properties");
            let names: Vec<&str> = (properties.split(','))
                .map(|property| property.split('=').next().unwrap_or_default())
                .collect();
            assert_eq!(names, ["file", "line", "col", "title"], "{line}");
            let message = unescape(message);
            let first = message.lines().next().unwrap_or_default();
            assert_eq!(first, visible(&change.message.to_string()));
        }
        let verdict = lines.last().expect("a verdict");
        assert!(verdict.starts_with("breaking: "), "{verdict}");
    }
}

#[test]
fn a_file_with_any_name_is_one_property_and_one_uri() {
    let (base, revision, diff) = pair("x");
    let report = render::Report {
        diff: &diff,
        base: &base,
        revision: &revision,
        file: Some("a b/c:d,e#f?100%\n.yaml"),
        policy: None,
        grouping: render::Grouping::default(),
    };
    let mut out = Vec::new();
    render::github::write(&mut out, &report).expect("memory");
    let text = String::from_utf8(out).expect("UTF-8");
    let expected = "::error file=a b/c%3Ad%2Ce#f?100%25%0A.yaml,line=";
    assert!(text.starts_with(expected), "{text}");
    let mut out = Vec::new();
    render::sarif::write(&mut out, &report).expect("memory");
    let log: Value = serde_json::from_slice(&out).expect("JSON");
    let uri = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
    assert_eq!(uri["uri"], "a%20b/c%3Ad%2Ce%23f%3F100%25%0A.yaml");
}

#[test]
fn sarif_keeps_every_text() {
    for hostile in HOSTILE {
        let (base, revision, diff) = pair(hostile);
        let sarif = rendered(render::sarif::write, &base, &revision, &diff);
        let log: Value = serde_json::from_str(&sarif).expect("JSON");
        let results = log["runs"][0]["results"].as_array().expect("a list");
        assert_eq!(results.len(), diff.changes.len());
        let rules = log["runs"][0]["tool"]["driver"]["rules"]
            .as_array()
            .expect("a list");
        for (result, change) in results.iter().zip(&diff.changes) {
            assert_eq!(result["message"]["text"], change.message.to_string());
            assert_eq!(result["properties"]["operations"], json!(change.operations));
            let index = result["ruleIndex"].as_u64().expect("an index");
            let index = usize::try_from(index).expect("a small number");
            assert_eq!(rules[index]["id"], result["ruleId"]);
        }
    }
}
