//! Swagger UI in Chromium, against the real binary: what an integrator reads and does there.

use base64::Engine as _;
use serde_json::{Value, json};
use testbed::chromium::{Chromium, Page};

use crate::harness::{Credential, Server};

/// The selectors of the operations.
const LIST: &str = "#operations-api-tokens-list_tokens_api_v1_tokens_get";
const CREATE: &str = "#operations-api-tokens-create_token_api_v1_tokens_post";
const REVOKE: &str = "#operations-api-tokens-revoke_token_api_v1_tokens__token_id__revoke_post";

/// The end of Chromium's own console message about a 401.
const REFUSED: &str =
    "Failed to load resource: the server responded with a status of 401 (Unauthorized)";

/// Opens the page, and waits for its operations.
async fn open(browser: &Chromium, server: &Server) -> Page {
    let page = browser.open(&format!("{}/docs", server.url)).await;
    wait_for(&page, REVOKE).await;
    page
}

/// Waits for an element.
async fn wait_for(page: &Page, selector: &str) {
    let quoted = Value::from(selector);
    page.wait_until(&format!("document.querySelector({quoted}) !== null"))
        .await;
}

/// Unfolds an operation, and waits for its content.
async fn unfold(page: &Page, operation: &str) {
    page.click(&format!("{operation} .opblock-summary-control"))
        .await;
    wait_for(page, &format!("{operation} .responses-wrapper")).await;
}

/// Enters a credential in the one form of the Authorize dialogue, in place of an earlier one.
async fn authorize(page: &Page, credential: &Credential) {
    page.click(".auth-wrapper .authorize").await;
    wait_for(page, ".modal-ux").await;
    let is_set = "return document.querySelector('#auth-bearer-value') === null";
    if page.run(is_set).await == true {
        page.click(".modal-ux button[aria-label='Remove authorization']")
            .await;
    }
    for (field, value) in [
        ("#auth-bearer-value", &credential.token),
        ("#api_key_value", &credential.business_id),
    ] {
        wait_for(page, field).await;
        page.keys(field, value).await;
    }
    page.click(".modal-ux button[aria-label='Apply credentials']")
        .await;
    page.click(".modal-ux .btn-done").await;
}

/// Presses Execute; returns the status and the body that the page shows.
async fn execute(page: &Page, operation: &str) -> (String, Value) {
    let answer = format!("{operation} .live-responses-table");
    let clear = format!("{operation} .btn-clear");
    if page
        .run(&format!(
            "return document.querySelector('{clear}') !== null"
        ))
        .await
        == true
    {
        page.click(&clear).await;
        let removed = format!("document.querySelector('{answer}') === null");
        page.wait_until(&removed).await;
    }
    page.click(&format!("{operation} .execute")).await;
    wait_for(page, &format!("{answer} .response-col_status")).await;
    let status = page
        .text(&format!("{answer} tbody .response-col_status"))
        .await;
    let body = page
        .text(&format!("{answer} tbody .highlight-code code"))
        .await;
    let body = serde_json::from_str(&body).unwrap_or_else(|error| panic!("{body}: {error}"));
    (status, body)
}

/// Asserts that the page requested nothing from other servers, and that the console has only the expected entries.
async fn assert_isolated(page: &Page, server: &Server, expected: &[&str]) {
    let console = page.console().await;
    assert_eq!(console.len(), expected.len(), "{console:?}");
    for (entry, end) in console.iter().zip(expected) {
        assert!(entry.ends_with(end), "{entry}");
    }
    for url in page.requested().await {
        // Swagger UI's style sheet contains its pictures.
        let is_ours = url.starts_with(&format!("{}/", server.url)) || url.starts_with("data:");
        assert!(is_ours, "{url}");
    }
}

/// Saves a picture of the whole page below cargo's target folder.
async fn photograph(page: &Page, name: &str) {
    let whole = json!({ "format": "png", "captureBeyondViewport": true });
    let taken = page.devtools("Page.captureScreenshot", whole).await;
    let encoded = taken["data"].as_str().expect("a picture");
    let picture = base64::engine::general_purpose::STANDARD.decode(encoded);
    let path = format!("{}/swagger-ui-{name}.png", env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(path, picture.expect("base64")).expect("written");
}

#[tokio::test]
async fn operations_are_shown_with_their_descriptions_responses_and_examples() {
    let server = Server::start();
    let browser = Chromium::start();
    let page = open(&browser, &server).await;
    let document = server.request("GET", "/openapi.json").send().await.json();
    for (element, path, method, success) in [
        (LIST, "/api/v1/tokens", "get", "200"),
        (CREATE, "/api/v1/tokens", "post", "201"),
        (REVOKE, "/api/v1/tokens/{token_id}/revoke", "post", "201"),
    ] {
        unfold(&page, element).await;
        let operation = &document["paths"][path][method];
        let text = page.text(element).await;
        // The page shows Markdown without its markup.
        let description = operation["description"].as_str().expect("a description");
        for line in description.lines().map(|line| line.replace(['*', '`'], "")) {
            let line = line.strip_prefix("- ").unwrap_or(&line).trim();
            assert!(text.contains(line), "{element}: {line}\n{text}");
        }
        for parameter in operation["parameters"].as_array().expect("parameters") {
            let name = parameter["name"].as_str().expect("a name");
            let row = format!("{element} tr[data-param-name={name}]");
            let fields =
                format!("return document.querySelectorAll('{row} :is(input, select)').length");
            let expected = match name {
                // Authorize asks for them, once.
                "authorization" | "x-business-id" => 0,
                _ => 1,
            };
            assert_eq!(page.run(&fields).await, expected, "{name}");
        }
        for (status, answer) in operation["responses"].as_object().expect("answers") {
            let row = format!("{element} tr.response[data-code='{status}']");
            let shown = page.text(&row).await;
            assert!(shown.contains(answer["description"].as_str().expect("a text")));
            let media = &answer["content"]["application/json"];
            let example = page.text(&format!("{row} .example code")).await;
            let example: Value = serde_json::from_str(&example).expect("JSON");
            match media.get("example") {
                Some(documented) => assert_eq!(&example, documented),
                // Swagger UI generates it from the schema.
                None if status == success => assert_eq!(example["success"], true),
                None => assert!(example["detail"][0]["loc"].is_array(), "{example}"),
            }
        }
        let statuses = operation["responses"].as_object().map(serde_json::Map::len);
        assert_eq!(statuses, Some(6));
    }
    photograph(&page, "wide").await;
    let phone = json!({ "width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": true });
    page.devtools("Emulation.setDeviceMetricsOverride", phone)
        .await;
    photograph(&page, "phone").await;
    let width = "return document.documentElement.scrollWidth";
    assert_eq!(page.run(width).await, 390, "a phone has to scroll sideways");
    assert_isolated(&page, &server, &[]).await;
    page.close().await;
}

#[tokio::test]
async fn token_that_try_it_out_revokes_is_refused() {
    let server = Server::start();
    let admin = server.admin();
    let lost = server.create(&admin, "laptop").await;
    let browser = Chromium::start();
    let page = open(&browser, &server).await;

    authorize(&page, &admin).await;
    unfold(&page, REVOKE).await;
    page.click(&format!("{REVOKE} .try-out__btn")).await;
    page.keys(
        &format!("{REVOKE} tr[data-param-name=token_id] input"),
        &lost.token_id,
    )
    .await;
    let body = format!("{REVOKE} textarea.body-param__text");
    let filled_in = format!("return JSON.parse(document.querySelector('{body}').value)");
    assert_eq!(page.run(&filled_in).await, json!({ "reason": null }));
    // Control+A selects it, and the body then replaces it.
    page.keys(&body, "\u{e009}a\u{e000}").await;
    page.keys(&body, r#"{"reason": "left on the train"}"#).await;
    let (status, first) = execute(&page, REVOKE).await;
    assert_eq!(
        (status.as_str(), &first["code"]),
        ("201", &json!("TOKEN_REVOKED")),
        "{first}"
    );
    assert_eq!(first["data"]["id"], json!(lost.token_id));
    assert_eq!(first["data"]["revocation_reason"], "left on the train");
    assert_eq!(server.probe(&lost).await, 401);
    photograph(&page, "revoked").await;

    let (status, again) = execute(&page, REVOKE).await;
    assert_eq!(status, "201");
    assert_eq!(again["code"], "TOKEN_ALREADY_REVOKED");
    assert_eq!(again["data"], first["data"], "the record is unchanged");
    assert_isolated(&page, &server, &[]).await;

    authorize(&page, &lost).await;
    unfold(&page, LIST).await;
    page.click(&format!("{LIST} .try-out__btn")).await;
    let (status, refused) = execute(&page, LIST).await;
    assert_eq!(
        (status.as_str(), refused),
        ("401", json!({ "detail": "Not authenticated" }))
    );
    assert_isolated(&page, &server, &[REFUSED]).await;
    page.close().await;
}

/// The Content-Security-Policy isolates the page even if a document or a library tries to load something.
#[tokio::test]
async fn page_cannot_reach_another_origin_nor_run_injected_scripts() {
    let server = Server::start();
    let elsewhere = Server::start();
    let browser = Chromium::start();
    let page = open(&browser, &server).await;
    assert_isolated(&page, &server, &[]).await;
    let reach = format!(
        "return fetch('{}/openapi.json', {{ mode: 'no-cors' }}).then(() => 'reached', () => 'refused')",
        elsewhere.url
    );
    assert_eq!(page.run(&reach).await, "refused");
    let write = "const script = document.createElement('script'); script.textContent = 'document.title = \"taken\"'; document.body.append(script); return document.title";
    assert_eq!(page.run(write).await, "Token service – API");
    let console = page.console().await;
    let refusals = ["connect-src", "script-src"]
        .map(|directive| console.iter().any(|entry| entry.contains(directive)));
    assert_eq!(refusals, [true, true], "{console:?}");
    page.close().await;
}

#[tokio::test]
async fn published_operation_can_be_shown_alone() {
    let server = Server::start();
    let browser = Chromium::start();
    let page = open(&browser, &server).await;
    wait_for(&page, LIST).await;
    page.run(
        "const choice = document.querySelector('.topbar select');
        choice.value = '/openapi/revoke-token.json';
        choice.dispatchEvent(new Event('change', { bubbles: true }));",
    )
    .await;
    let removed = format!("document.querySelector('{LIST}') === null");
    page.wait_until(&removed).await;
    wait_for(&page, REVOKE).await;
    assert_eq!(
        page.text(".info .title").await.lines().next(),
        Some("Revoke token")
    );
    assert_isolated(&page, &server, &[]).await;
    page.close().await;
}
