//! Chromium, driven by `chromedriver`. Both end with their value, also when a test panics.
//!
//! Only with the feature `chromium`, so that what only starts servers is built without a client for browsers.

use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use url::Url;

use crate::listening::await_line;
use crate::reaper::{self, How};

/// How long the driver may take to start, and a page to come to what is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// A running driver.
#[derive(Debug)]
pub struct Chromium {
    driver: Child,
    url: String,
    /// Where browsers keep what they keep.
    folder: TempDir,
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // The browsers are in the driver's process group; a test that panicked has not closed them.
        let group = format!("-{}", self.driver.id());
        let _ = Command::new("kill")
            .args(["-KILL", "--", &group])
            .stderr(Stdio::null())
            .status();
        let _ = self.driver.wait();
    }
}

impl Chromium {
    /// Starts a driver.
    ///
    /// # Panics
    ///
    /// When it is not installed, or does not start.
    pub fn start() -> Chromium {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("chromedriver runs: `cargo xtask test` installs Debian's chromium-driver");
        reaper::end(&driver, How::Kill);
        let stdout = driver.stdout.take().expect("a pipe");
        let found = await_line(stdout, PATIENCE * 3, |line| {
            let (_, port) = line.split_once("successfully on port ")?;
            port.trim().trim_end_matches('.').parse::<u16>().ok()
        });
        let mut started = Chromium {
            driver,
            url: String::new(),
            folder: crate::folder().expect("a folder"),
        };
        // What has started is ended with its value, also where it does not say what is waited for.
        let (port, _) = found.expect("chromedriver says which port it listens on");
        started.url = format!("http://127.0.0.1:{port}");
        started
    }

    /// A browser of its own that shows an address.
    ///
    /// # Panics
    ///
    /// When there is no Chromium that starts, or it cannot show that.
    pub async fn open(&self, address: &str) -> Page {
        let kept = tempfile::tempdir_in(self.folder.path())
            .expect("a folder")
            .keep();
        let options = json!({
            "args": [
                "--headless=new", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage",
                // The tests may be run by root in a container, where Chromium's sandbox does not start; what it opens
                // is a file that this very test wrote.
                "--no-sandbox",
                format!("--user-data-dir={}", kept.display()),
            ],
        });
        let capabilities = json!({
            "goog:chromeOptions": options,
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        });
        let Value::Object(capabilities) = capabilities else {
            unreachable!("an object stands above")
        };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&self.url)
            .await
            .expect("Chromium starts");
        let page = Page { client };
        page.look(1280, 900, false).await;
        page.go(address).await;
        page
    }
}

/// A browser with its one page.
#[derive(Debug)]
pub struct Page {
    client: Client,
}

impl Page {
    /// Shows another address.
    ///
    /// # Panics
    ///
    /// When it cannot.
    pub async fn go(&self, address: &str) {
        self.client.goto(address).await.expect("it is shown");
    }

    /// Runs a script in the page and gives what it returns.
    ///
    /// # Panics
    ///
    /// When the script fails.
    pub async fn run(&self, script: &str) -> Value {
        let outcome = self.client.execute(script, Vec::new()).await;
        outcome.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Waits until an expression holds in the page.
    ///
    /// # Panics
    ///
    /// When it does not come to hold.
    pub async fn wait_until(&self, expression: &str) {
        let started = Instant::now();
        while self.run(&format!("return {expression}")).await != true {
            assert!(
                started.elapsed() < PATIENCE,
                "it never came about that {expression}"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Clicks as a person does: on what is to be seen, and not below what stays at the top.
    ///
    /// # Panics
    ///
    /// When it is not there, or cannot be clicked.
    pub async fn click(&self, selector: &str) {
        let quoted = Value::from(selector);
        self.run(&format!(
            "document.querySelector({quoted})?.scrollIntoView({{ block: 'center' }})"
        ))
        .await;
        let element = self.client.find(Locator::Css(selector)).await;
        let element = element.unwrap_or_else(|error| panic!("{selector}: {error}"));
        let clicked = element.click().await;
        clicked.unwrap_or_else(|error| panic!("{selector}: {error}"));
    }

    /// Types into an element.
    ///
    /// # Panics
    ///
    /// When it is not there, or takes no text.
    pub async fn keys(&self, selector: &str, text: &str) {
        let element = self.client.find(Locator::Css(selector)).await;
        let element = element.unwrap_or_else(|error| panic!("{selector}: {error}"));
        element.send_keys(text).await.expect("it takes text");
    }

    /// Presses a key, wherever the focus is.
    ///
    /// # Panics
    ///
    /// When nothing takes it.
    pub async fn press(&self, key: &str) {
        let element = self.client.active_element().await.expect("there is one");
        element.send_keys(key).await.expect("it takes keys");
    }

    /// The text that an element shows.
    ///
    /// # Panics
    ///
    /// When it is not there.
    pub async fn text(&self, selector: &str) -> String {
        let element = self.client.find(Locator::Css(selector)).await;
        element.expect("it is there").text().await.expect("a text")
    }

    /// Makes the screen of a size, in light or in dark.
    ///
    /// # Panics
    ///
    /// When Chromium refuses.
    pub async fn look(&self, width: u32, height: u32, dark: bool) {
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics)
            .await;
        let scheme = if dark { "dark" } else { "light" };
        // Without motion: nothing is clicked while it still glides.
        let features = json!({ "features": [
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ] });
        self.devtools("Emulation.setEmulatedMedia", features).await;
    }

    /// Sends a command of Chromium's developer tools.
    ///
    /// # Panics
    ///
    /// When Chromium refuses.
    pub async fn devtools(&self, command: &'static str, parameters: Value) -> Value {
        let body = json!({ "cmd": command, "params": parameters });
        let outcome = self
            .client
            .issue_cmd(Vendor {
                path: "goog/cdp/execute",
                body,
            })
            .await;
        outcome.unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    /// What was written to the console since it was last asked for, by the page or by the browser about it.
    ///
    /// # Panics
    ///
    /// When Chromium refuses.
    pub async fn console(&self) -> Vec<String> {
        let entries = self.log("browser").await;
        let texts = entries.iter().map(|entry| entry["message"].as_str());
        texts.map(|text| text.expect("a text").to_owned()).collect()
    }

    /// The addresses that the page asked for since this was last called, its own among them.
    ///
    /// # Panics
    ///
    /// When it asked for nothing at all: then the log is of no use.
    pub async fn asked_for(&self) -> Vec<String> {
        let mut asked = Vec::new();
        for entry in self.log("performance").await {
            let message = entry["message"].as_str().expect("a text");
            let message: Value = serde_json::from_str(message).expect("JSON");
            let sent = &message["message"];
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            // A browser that starts shows a page of its own first.
            if sent["method"] == "Network.requestWillBeSent"
                && !text(&sent["params"]["documentURL"]).starts_with("chrome:")
            {
                asked.push(text(&sent["params"]["request"]["url"]));
            }
        }
        assert!(
            !asked.is_empty(),
            "not even the page itself was asked for: the log is of no use"
        );
        asked
    }

    async fn log(&self, kind: &str) -> Vec<Value> {
        let body = json!({ "type": kind });
        let log = self
            .client
            .issue_cmd(Vendor {
                path: "se/log",
                body,
            })
            .await;
        log.expect("a log").as_array().expect("entries").clone()
    }

    /// Closes the browser.
    ///
    /// # Panics
    ///
    /// When it does not close.
    pub async fn close(self) {
        self.client.close().await.expect("it closes");
    }
}

/// A command that chromedriver has beyond the standard's.
#[derive(Debug)]
struct Vendor {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Vendor {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, url::ParseError> {
        base.join(&format!(
            "session/{}/{}",
            session.unwrap_or_default(),
            self.path
        ))
    }

    fn method_and_body(&self, _: &Url) -> (hyper::Method, Option<String>) {
        (hyper::Method::POST, Some(self.body.to_string()))
    }
}
