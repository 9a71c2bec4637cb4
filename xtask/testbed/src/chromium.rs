//! Chromium, driven by `chromedriver`. Both end when their values are dropped, also when a test panics.
//!
//! The feature `chromium` is off by default, so that other users of this crate are built without a client for browsers.

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

/// The time limit for the driver's start, and for a page to reach an expected state.
const PATIENCE: Duration = Duration::from_secs(10);

/// A script that returns the lowest contrast ratio of a text to its background, as WCAG defines it, and the text's element.
const CONTRAST: &str = r"
const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
const colour = text => {
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = text;
  canvas.fillRect(0, 0, 1, 1);
  return [...canvas.getImageData(0, 0, 1, 1).data];
};
const luminance = rgb => {
  const [r, g, b] = rgb.map(part => part / 255).map(part => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const background = element => {
  const layers = [];
  for (let one = element; one; one = one.parentElement) {
    const layer = colour(getComputedStyle(one).backgroundColor);
    layers.unshift(layer);
    if (layer[3] === 255) break;
  }
  return layers.reduce((under, [r, g, b, a]) => under.map((part, i) => part + ([r, g, b][i] - part) * a / 255), [255, 255, 255]);
};
let least = [21, ''];
for (const one of document.querySelectorAll('body *')) {
  if (![...one.childNodes].some(node => node.nodeType === 3 && node.data.trim()) || !one.checkVisibility()) continue;
  const both = [luminance(colour(getComputedStyle(one).color).slice(0, 3)), luminance(background(one))];
  const ratio = (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
  if (ratio < least[0]) least = [ratio, one.outerHTML.slice(0, 200)];
}
return least;
";

/// The roles of what a person works with.
const CONTROLS: [&str; 6] = [
    "button",
    "link",
    "checkbox",
    "searchbox",
    "textbox",
    "DisclosureTriangle",
];

/// A running driver.
#[derive(Debug)]
pub struct Chromium {
    driver: Child,
    url: String,
    /// The folder for the browsers' profiles.
    folder: TempDir,
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // The browsers are in the driver's process group. A test that panics does not close them.
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
    /// If it is not installed, or does not start.
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
        // `started` ends the driver also if it does not print its port.
        let (port, _) = found.expect("chromedriver prints its port");
        started.url = format!("http://127.0.0.1:{port}");
        started
    }

    /// Opens an address in a new browser.
    ///
    /// # Panics
    ///
    /// If Chromium does not start, or cannot open the address.
    pub async fn open(&self, address: &str) -> Page {
        let kept = tempfile::tempdir_in(self.folder.path())
            .expect("a folder")
            .keep();
        let options = json!({
            "args": [
                "--headless=new", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage",
                // Chromium's sandbox does not start for root in a container. The page is the test's.
                "--no-sandbox",
                format!("--user-data-dir={}", kept.display()),
            ],
        });
        let capabilities = json!({
            "goog:chromeOptions": options,
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        });
        let Value::Object(capabilities) = capabilities else {
            unreachable!("it is an object above")
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

/// A browser with one page.
#[derive(Debug)]
pub struct Page {
    client: Client,
}

impl Page {
    /// Opens another address.
    ///
    /// # Panics
    ///
    /// If it cannot be opened.
    pub async fn go(&self, address: &str) {
        self.client.goto(address).await.expect("it opens");
    }

    /// Runs a script in the page and returns its result.
    ///
    /// # Panics
    ///
    /// If the script fails.
    pub async fn run(&self, script: &str) -> Value {
        let outcome = self.client.execute(script, Vec::new()).await;
        outcome.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Waits until an expression is true in the page.
    ///
    /// # Panics
    ///
    /// If it does not become true in time.
    pub async fn wait_until(&self, expression: &str) {
        let started = Instant::now();
        while self.run(&format!("return {expression}")).await != true {
            assert!(
                started.elapsed() < PATIENCE,
                "{expression} did not become true"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Returns the lowest contrast ratio of a text to its background, and the element of the text. WCAG 2.2 demands 4.5 (success
    /// criterion 1.4.3).
    ///
    /// # Panics
    ///
    /// If the script fails.
    pub async fn lowest_contrast(&self) -> Value {
        self.run(CONTRAST).await
    }

    /// Asserts that each control has a name in the accessibility tree, which screen readers use, and that the tree has these roles.
    ///
    /// # Panics
    ///
    /// If one has none, or a role is missing.
    pub async fn assert_accessible(&self, expected: &[&str]) {
        let tree = self
            .devtools("Accessibility.getFullAXTree", json!({}))
            .await;
        let mut roles = Vec::new();
        for node in tree["nodes"].as_array().expect("nodes") {
            let role = node["role"]["value"].as_str().unwrap_or_default();
            let name = node["name"]["value"].as_str().unwrap_or_default();
            if CONTROLS.contains(&role) && node["ignored"] == false {
                assert!(!name.is_empty(), "a {role} without a name: {node}");
            }
            roles.push(role);
        }
        for role in expected {
            assert!(roles.contains(role), "no {role} in {roles:?}");
        }
    }

    /// Clicks an element as a person does: scrolled into view, and not below a fixed header.
    ///
    /// # Panics
    ///
    /// If it does not exist, or cannot be clicked.
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
    /// If it does not exist, or accepts no text.
    pub async fn keys(&self, selector: &str, text: &str) {
        let element = self.client.find(Locator::Css(selector)).await;
        let element = element.unwrap_or_else(|error| panic!("{selector}: {error}"));
        element.send_keys(text).await.expect("it accepts text");
    }

    /// Presses a key in the focused element.
    ///
    /// # Panics
    ///
    /// If nothing has the focus.
    pub async fn press(&self, key: &str) {
        let element = self
            .client
            .active_element()
            .await
            .expect("an element has the focus");
        element.send_keys(key).await.expect("it accepts keys");
    }

    /// Returns the visible text of an element.
    ///
    /// # Panics
    ///
    /// If it does not exist.
    pub async fn text(&self, selector: &str) -> String {
        let element = self.client.find(Locator::Css(selector)).await;
        element.expect("it is there").text().await.expect("a text")
    }

    /// Sets the screen's size and its colour scheme.
    ///
    /// # Panics
    ///
    /// If Chromium refuses.
    pub async fn look(&self, width: u32, height: u32, dark: bool) {
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics)
            .await;
        let scheme = if dark { "dark" } else { "light" };
        // Without animations, so that no moving element is clicked.
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
    /// If Chromium refuses.
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

    /// Returns the console's messages since the last call.
    ///
    /// # Panics
    ///
    /// If Chromium refuses.
    pub async fn console(&self) -> Vec<String> {
        let entries = self.log("browser").await;
        let texts = entries.iter().map(|entry| entry["message"].as_str());
        texts.map(|text| text.expect("a text").to_owned()).collect()
    }

    /// Returns the addresses that the page requested since the last call, including its own.
    ///
    /// # Panics
    ///
    /// If the log contains no address, which means that it is unusable.
    pub async fn requested(&self) -> Vec<String> {
        let mut asked = Vec::new();
        for entry in self.log("performance").await {
            let message = entry["message"].as_str().expect("a text");
            let message: Value = serde_json::from_str(message).expect("JSON");
            let sent = &message["message"];
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            // A browser opens an internal page first.
            if sent["method"] == "Network.requestWillBeSent"
                && !text(&sent["params"]["documentURL"]).starts_with("chrome:")
            {
                asked.push(text(&sent["params"]["request"]["url"]));
            }
        }
        assert!(
            !asked.is_empty(),
            "not even the page itself was requested: the log is unusable"
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
    /// If it does not close.
    pub async fn close(self) {
        self.client.close().await.expect("it closes");
    }
}

/// A command of chromedriver that is not in the WebDriver standard.
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
