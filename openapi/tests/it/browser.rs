//! The HTML report in a real Chromium.

use openapi::Document;
use openapi::diff::{Diff, compare};
use openapi::render;
use serde_json::{Value, json};
use testbed::chromium::{Chromium, Page};
use testbed::files::Folder;

use crate::reports::{orders, rendered};

/// Writes the report on a comparison to a folder; returns its address.
fn report(folder: &Folder, (base, revision, diff): &(Document, Document, Diff)) -> String {
    let page = rendered(render::html::write, base, revision, diff);
    format!("file://{}", folder.file("report.html", &page))
}

/// Returns the sentences of the changes that the page shows.
async fn shown(page: &Page) -> Vec<String> {
    let script = "return [...document.querySelectorAll('article')].filter(one => one.checkVisibility()).map(one => one.querySelector('h3').textContent)";
    let sentences = page.run(script).await;
    let sentences = sentences.as_array().expect("a list").iter();
    sentences
        .map(|sentence| sentence.as_str().expect("a text").to_owned())
        .collect()
}

/// Asserts that the page wrote nothing to the console and requested nothing except its own file.
async fn assert_quiet(page: &Page) {
    assert_eq!(page.console().await, Vec::<String>::new());
    for url in page.requested().await {
        assert!(url.starts_with("file:///"), "{url}");
    }
}

#[tokio::test]
async fn changes_are_found_by_class_and_by_words() {
    let folder = Folder::new();
    let browser = Chromium::start();
    let page = browser.open(&report(&folder, &orders())).await;
    let all = shown(&page).await;
    assert_eq!(all.len(), 10);
    assert_eq!(page.text("#found").await, "10 of 10 changes shown");

    page.click("input[value=breaking]").await;
    assert_eq!(page.text("#found").await, "6 of 10 changes shown");
    let visible = "return document.getElementById('breaking').checkVisibility()";
    assert_eq!(page.run(visible).await, false);
    // A link to what is hidden shows it.
    page.click("nav a[href='#breaking']").await;
    assert_eq!(shown(&page).await, all);

    // By a word of the sentence, and one of the operations.
    page.keys("#search", "REMOVED delete").await;
    page.wait_until("document.getElementById('found').textContent.startsWith('1 of')")
        .await;
    assert_eq!(
        shown(&page).await,
        ["DELETE /orders/{id} was removed: calls of it no longer work"]
    );
    page.click("#all").await;
    assert_eq!(shown(&page).await, all);
    assert_eq!(page.run("return document.activeElement.id").await, "search");
    assert_quiet(&page).await;
    page.close().await;
}

#[tokio::test]
async fn the_page_shows_everything_without_its_script() {
    let folder = Folder::new();
    let browser = Chromium::start();
    let page = browser.open("about:blank").await;
    let disabled = json!({ "value": true });
    page.devtools("Emulation.setScriptExecutionDisabled", disabled)
        .await;
    page.go(&report(&folder, &orders())).await;
    let text = page.text("body").await;
    let (_, _, diff) = orders();
    for change in &diff.changes {
        assert!(text.contains(&change.rule.to_string()), "{text}");
    }
    // The filters need the script, and are hidden.
    assert!(!text.contains("Search"), "{text}");
    page.close().await;
}

#[tokio::test]
async fn the_page_can_be_used_by_keyboard_and_by_screen_readers_and_on_a_phone() {
    let folder = Folder::new();
    let browser = Chromium::start();
    let page = browser.open(&report(&folder, &orders())).await;
    page.press("/").await;
    assert_eq!(page.run("return document.activeElement.id").await, "search");
    assert_eq!(page.run("return document.activeElement.value").await, "");
    page.assert_accessible(&[
        "banner",
        "navigation",
        "search",
        "searchbox",
        "status",
        "main",
    ])
    .await;
    for dark in [false, true] {
        page.look(360, 800, dark).await;
        let contrast = page.lowest_contrast().await;
        assert!(
            contrast[0].as_f64().is_some_and(|ratio| ratio >= 4.5),
            "{contrast}"
        );
    }
    let beyond =
        "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
    assert_eq!(page.run(beyond).await, 0);
    assert_quiet(&page).await;
    page.close().await;
}

/// Returns a document with one operation, whose answer has a text of any length and a number that must be there, or need not.
fn document(required: &[&str], text: &str) -> Document {
    let schema = json!({"type": "object", "required": required, "properties": {
        "text": {"type": "string", "const": text},
        "deep": {"type": "object", "required": ["number"], "properties": {"number": {"type": "integer"}}},
    }});
    let content = json!({"application/json": {"schema": schema}});
    let answers = json!({"200": {"description": "ok", "content": content}});
    let root = json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"},
        "paths": {"/things": {"get": {"responses": answers}}}});
    Document::parse("things.json", &root.to_string()).expect("a valid document")
}

/// Compares such documents with this text, of which the second may lack the number.
fn optional_number(text: &str) -> (Document, Document, Diff) {
    let (base, revision) = (document(&["text", "deep"], text), document(&["text"], text));
    let diff = compare(&base, &revision);
    (base, revision, diff)
}

#[tokio::test]
async fn a_long_example_is_elided_and_unfolds() {
    let compared = optional_number(&"long ".repeat(60));
    let folder = Folder::new();
    let browser = Chromium::start();
    let page = browser.open(&report(&folder, &compared)).await;
    let elided = page.text("article pre").await;
    assert!(elided.contains('…') && elided.len() < 200, "{elided}");
    let whole = "return document.querySelector('article details pre').checkVisibility()";
    assert_eq!(page.run(whole).await, false);
    page.click("article details summary").await;
    assert_eq!(page.run(whole).await, true);
    let unfolded = page.text("article details pre").await;
    let value: Value = serde_json::from_str(&unfolded).expect("JSON");
    let (_, _, diff) = compared;
    assert_eq!(Some(&value), diff.changes[0].witness.as_ref());
    page.close().await;
}

#[tokio::test]
async fn hostile_texts_neither_run_nor_break_the_filters() {
    let hostile = "</script><script>document.title = 'taken'</script><img src=x onerror=alert(1)>";
    let folder = Folder::new();
    let browser = Chromium::start();
    let page = browser
        .open(&report(&folder, &optional_number(hostile)))
        .await;
    let elements = "return [document.images.length, document.scripts.length]";
    assert_eq!(page.run(elements).await, json!([0, 1]));
    assert_ne!(page.run("return document.title").await, "taken");
    assert_eq!(page.text("#found").await, "1 of 1 changes shown");
    // Even an injected script does not run: the page's policy allows only its own.
    page.run("const script = document.createElement('script'); script.textContent = 'document.title = \"taken\"'; document.body.append(script)").await;
    assert_ne!(page.run("return document.title").await, "taken");
    page.close().await;
}
