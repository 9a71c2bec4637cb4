//! `report.html` in a real Chromium: the report of a real run against a deployment that breaks the contract.

use conformance::report::Format;
use serde_json::{Value, json};
use testbed::chromium::{Chromium, Page};
use tokio::sync::OnceCell;

use crate::deployment::Deployment;
use crate::proxy::Proxy;
use crate::sample;
use crate::suite::run;

/// Asserts that the page wrote nothing to the console and requested nothing except its own file.
async fn assert_quiet(page: &Page) {
    assert_eq!(page.console().await, Vec::<String>::new());
    for url in page.requested().await {
        assert!(
            url.starts_with("file:///") && url.contains("report.html"),
            "{url}"
        );
    }
}

/// Returns the report of a run in which cases pass, fail, warn and are skipped.
async fn report() -> &'static Report {
    static REPORT: OnceCell<Report> = OnceCell::const_new();
    REPORT.get_or_init(Report::of_a_broken_deployment).await
}

struct Report {
    /// The folder with `report.html`.
    folder: tempfile::TempDir,
    cases: Vec<Value>,
}

impl Report {
    async fn of_a_broken_deployment() -> Report {
        let deployment = Deployment::start();
        let broken = Proxy::start(&deployment, |exchange| {
            Box::pin(async move {
                let mut answer = exchange.forward().await.without("www-authenticate");
                if answer.status == 404 {
                    answer.status = 410;
                }
                answer
            })
        })
        .await;
        let profile = deployment.profile();
        let text = std::fs::read_to_string(&profile).expect("readable");
        let (before, rest) = text.split_once("[outsider]").expect("an outsider");
        let (_, after) = rest.split_once("[fixtures]").expect("fixtures");
        std::fs::write(&profile, format!("{before}[fixtures]{after}")).expect("written");
        let filters = ["status.", "authentication.", "tenancy."];
        let filters = filters.iter().flat_map(|area| ["--filter", area]);
        let more: Vec<&str> = ["--allow", "revokes"].into_iter().chain(filters).collect();
        let run = run(&broken.url, &profile, &more).await;
        assert_eq!(run.code, 1, "{}", run.stdout);
        for verdict in ["pass", "fail", "warn", "skip"] {
            assert!(!run.with_verdict(verdict).is_empty(), "none is {verdict}");
        }
        // The deployment's folder is removed when this function returns.
        let folder = testbed::folder().expect("a folder");
        std::fs::copy(
            run.folder.join("report.html"),
            folder.path().join("report.html"),
        )
        .expect("copied");
        let report = run.report.expect("a report");
        Report {
            folder,
            cases: report["cases"].as_array().expect("cases").clone(),
        }
    }

    fn url(&self) -> String {
        format!(
            "file://{}",
            self.folder.path().join("report.html").display()
        )
    }

    /// Counts the matching cases.
    fn count(&self, matches: impl Fn(&Value) -> bool) -> usize {
        self.cases.iter().filter(|case| matches(case)).count()
    }

    /// Returns the id of the first case with a verdict.
    fn first(&self, verdict: &str) -> &str {
        let case = self.cases.iter().find(|case| case["verdict"] == verdict);
        case.and_then(|case| case["id"].as_str()).expect("a case")
    }
}

/// Returns the number of visible cases, and the text in which the page gives that number.
async fn shown(page: &Page) -> (usize, String) {
    let script = "return [[...document.querySelectorAll('.case')].filter(one => one.checkVisibility()).length, document.getElementById('found').textContent]";
    let shown = page.run(script).await;
    (
        usize::try_from(shown[0].as_u64().expect("a number")).expect("small"),
        shown[1].as_str().expect("a text").to_owned(),
    )
}

#[tokio::test]
async fn filters_work_by_verdict_level_text_and_status() {
    let report = report().await;
    let browser = Chromium::start();
    let page = browser.open(&report.url()).await;
    let all = report.cases.len();
    assert_eq!(
        shown(&page).await,
        (all, format!("{all} of {all} cases shown"))
    );

    page.click("input[name=verdict][value=pass]").await;
    let not_passed = report.count(|case| case["verdict"] != "pass");
    assert_eq!(
        shown(&page).await,
        (not_passed, format!("{not_passed} of {all} cases shown"))
    );
    page.click("input[name=level][value=MUST]").await;
    let other = report.count(|case| case["verdict"] != "pass" && case["level"] != "MUST");
    assert!(other > 0 && other < not_passed, "{other}");
    assert_eq!(shown(&page).await.0, other);
    // An area without visible cases is hidden.
    let headings = "return [...document.querySelectorAll('.area')].filter(one => one.checkVisibility()).every(one => [...one.querySelectorAll('.case')].some(one => one.checkVisibility()))";
    assert_eq!(page.run(headings).await, true);

    page.click("#all").await;
    assert_eq!(shown(&page).await.0, all);
    page.keys("#search", "TENANCY.unknown_business must").await;
    page.wait_until(&format!(
        "!document.getElementById('found').textContent.startsWith('{all} of')"
    ))
    .await;
    let found = "return [...document.querySelectorAll('.case')].filter(one => one.checkVisibility()).map(one => [one.id, one.textContent.includes('tenancy.unknown_business')])";
    let found = page.run(found).await;
    let found = found.as_array().expect("cases");
    assert!(found.contains(&json!(["tenancy.unknown_business", true])));
    assert!(found.len() < all && found.iter().all(|case| case[1] == true));
    page.click("#all").await;
    assert_eq!(shown(&page).await.0, all);
    page.keys("#search", "no such text anywhere").await;
    page.wait_until("document.getElementById('found').textContent.startsWith('0 of')")
        .await;
    assert_eq!(shown(&page).await.0, 0);

    // A number in the matrix shows the cases with such a response of that operation, and resets the filters.
    let cell = "return [...document.querySelectorAll('.matrix button')].find(one => one.dataset.name.startsWith('410 from POST /api/v1/tokens/{token_id}/revoke')).click()";
    page.run(cell).await;
    let expected = report.count(|case| {
        (case["exchanges"].as_array().into_iter().flatten()).any(|exchange| {
            exchange["response"]["status"] == 410
                && exchange["request"]["method"] == "POST"
                && exchange["request"]["url"].as_str().is_some_and(|url| {
                    url.split('?')
                        .next()
                        .is_some_and(|path| path.ends_with("/revoke"))
                })
        })
    });
    assert!(expected > 0 && expected < all, "{expected}");
    let (count, text) = shown(&page).await;
    assert_eq!(count, expected);
    assert!(text.contains("410 from POST"), "{text}");
    assert_quiet(&page).await;
    page.close().await;
}

#[tokio::test]
async fn links_show_their_case_even_when_a_filter_hides_it() {
    let report = report().await;
    let browser = Chromium::start();
    let landed = |id: &str| {
        format!(
            "(() => {{ const one = document.getElementById('{id}'); const top = one.getBoundingClientRect().top; return one.checkVisibility() && one.querySelector('details').open && one.contains(document.activeElement) && top >= 0 && top < innerHeight; }})()"
        )
    };
    // From another page, such as a comment on a pull request.
    let id = report.first("pass");
    let page = browser.open(&format!("{}#{id}", report.url())).await;
    page.wait_until(&landed(id)).await;
    page.close().await;

    let page = browser.open(&report.url()).await;
    let failed = report.first("fail");
    page.click("input[name=verdict][value=fail]").await;
    assert_eq!(
        page.run(&format!(
            "return document.getElementById('{failed}').checkVisibility()"
        ))
        .await,
        false
    );
    page.click(&format!("#findings a[href='#{failed}']")).await;
    page.wait_until(&landed(failed)).await;
    // A second time, although the address does not change.
    page.click("input[name=verdict][value=fail]").await;
    page.click(&format!("#findings a[href='#{failed}']")).await;
    page.wait_until(&landed(failed)).await;
    // From a line of the contract, which is unfolded first.
    let link = format!("#contract a[href='#{id}']");
    page.run(&format!(
        "document.querySelector(\"{link}\").closest('details').open = true"
    ))
    .await;
    page.click(&link).await;
    page.wait_until(&landed(id)).await;
    // Every link within the page resolves.
    let dead = "return [...document.querySelectorAll('a')].map(one => one.getAttribute('href')).filter(href => !href.startsWith('#') || !document.getElementById(decodeURIComponent(href.slice(1))))";
    assert_eq!(page.run(dead).await, json!([]));
    assert_quiet(&page).await;
    page.close().await;
}

#[tokio::test]
async fn every_clause_of_the_contract_has_the_verdict_of_its_cases() {
    let report = report().await;
    let browser = Chromium::start();
    let page = browser.open(&report.url()).await;
    let lines = "return [...document.querySelectorAll('#contract .clauses > li:not(.members)')].map(one => [one.className, one.querySelector('.text').innerText, [...one.querySelectorAll('.links a')].map(link => link.textContent)])";
    let lines = page.run(lines).await;
    let lines = lines.as_array().expect("lines");
    let rank = |verdict: &str| {
        [
            "pass",
            "warn",
            "skip",
            "inconclusive",
            "blocked",
            "error",
            "fail",
        ]
        .iter()
        .position(|one| *one == verdict)
    };
    let mut linked: Vec<&str> = Vec::new();
    for line in lines {
        let ids: Vec<&str> = (line[2].as_array().expect("ids").iter())
            .filter_map(Value::as_str)
            .collect();
        let verdicts = ids.iter().filter_map(|id| {
            let case = report.cases.iter().find(|case| case["id"] == *id)?;
            case["verdict"].as_str()
        });
        let worst = verdicts
            .max_by_key(|verdict| rank(verdict))
            .unwrap_or("none");
        assert_eq!(line[0], worst, "{line}");
        linked.extend(ids);
    }
    for case in &report.cases {
        assert!(
            linked.contains(&case["id"].as_str().expect("an id")),
            "{} is not linked from the contract",
            case["id"]
        );
    }
    // Each response of the published operation is a separate line.
    for status in ["201", "400", "401", "403", "404", "422"] {
        assert!(
            lines.iter().any(|line| line[1]
                .as_str()
                .is_some_and(|text| text.starts_with(status))),
            "{status}"
        );
    }
    page.close().await;
}

#[tokio::test]
async fn page_can_be_read_on_a_phone_in_light_and_in_dark() {
    let report = report().await;
    let browser = Chromium::start();
    let page = browser.open(&report.url()).await;
    let colour = "return getComputedStyle(document.body).backgroundColor";
    let light = page.run(colour).await;
    page.look(360, 800, true).await;
    assert_ne!(page.run(colour).await, light);
    for dark in [false, true] {
        page.look(360, 800, dark).await;
        let contrast = page.lowest_contrast().await;
        // WCAG 2.2, success criterion 1.4.3.
        assert!(
            contrast[0].as_f64().is_some_and(|ratio| ratio >= 4.5),
            "{contrast}"
        );
    }
    // With everything unfolded, nothing is wider than the screen.
    page.run("for (const one of document.querySelectorAll('details')) one.open = true")
        .await;
    let beyond =
        "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
    assert_eq!(page.run(beyond).await, 0);
    let clipped = "return [...document.querySelectorAll('main *')].filter(one => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && !one.closest('.scroll')).map(one => one.outerHTML.slice(0, 200))";
    assert_eq!(page.run(clipped).await, json!([]));
    assert_quiet(&page).await;
    page.close().await;
}

#[tokio::test]
async fn page_can_be_used_by_keyboard_and_by_screen_readers() {
    let report = report().await;
    let browser = Chromium::start();
    let page = browser.open(&report.url()).await;
    page.press("\u{e004}").await;
    assert_eq!(
        page.run("return document.activeElement.className").await,
        "skip-link"
    );
    page.press("/").await;
    assert_eq!(page.run("return document.activeElement.id").await, "search");
    assert_eq!(page.run("return document.activeElement.value").await, "");
    let id = report.first("pass");
    page.run(&format!(
        "document.querySelector('[id=\"{id}\"] summary').focus()"
    ))
    .await;
    page.press("\u{e007}").await;
    page.wait_until(&format!(
        "document.querySelector('[id=\"{id}\"] details').open"
    ))
    .await;
    page.assert_accessible(&["banner", "navigation", "main", "search", "status"])
        .await;
    // No level of headings is skipped.
    let levels = page.run("return [...document.querySelectorAll('h1, h2, h3, h4, h5')].map(one => Number(one.tagName[1]))").await;
    let levels: Vec<u64> = (levels.as_array().expect("levels").iter())
        .filter_map(Value::as_u64)
        .collect();
    assert!(
        levels.windows(2).all(|pair| pair[1] <= pair[0] + 1),
        "{levels:?}"
    );
    page.close().await;
}

#[tokio::test]
async fn page_shows_everything_without_its_script() {
    let report = report().await;
    let browser = Chromium::start();
    let page = browser.open("about:blank").await;
    page.devtools(
        "Emulation.setScriptExecutionDisabled",
        json!({ "value": true }),
    )
    .await;
    page.go(&report.url()).await;
    let text = page.text("main").await;
    for case in &report.cases {
        assert!(
            text.contains(case["id"].as_str().expect("an id")),
            "{}",
            case["id"]
        );
    }
    // The filters need the script, and are hidden.
    assert!(!text.contains("Verdict\n"), "{text}");
    page.close().await;
}

#[tokio::test]
async fn hostile_texts_are_shown_as_text() {
    let hostile = "</script></style><img src=x onerror=alert(1)><script>document.title = 'taken'</script>\" onfocus=\"alert(1)\u{202e}\u{1b}[31m";
    let mut run = sample::report();
    run.run.target = format!("https://example.com/{hostile}");
    run.run.profile["operator"]["email"] = hostile.into();
    for operation in &mut run.run.operations {
        operation.path.push_str(hostile);
        operation.description.push_str(hostile);
    }
    for case in &mut run.cases {
        case.reason = hostile.to_owned();
        case.clause.text = hostile.to_owned();
        for step in &mut case.steps {
            step.actual = hostile.to_owned();
        }
        for exchange in &mut case.exchanges {
            exchange.curl = hostile.to_owned();
            exchange.request.url.push_str(hostile);
        }
    }
    run.cases[0].id = format!("hostile.{hostile}");
    let folder = testbed::folder().expect("a folder");
    let path = folder.path().join("report.html");
    std::fs::write(&path, sample::rendered(Format::Html, &run)).expect("written");
    let browser = Chromium::start();
    let page = browser.open(&format!("file://{}", path.display())).await;
    let elements = "return [document.images.length, document.scripts.length, document.querySelectorAll('[onfocus], [onerror]').length]";
    assert_eq!(page.run(elements).await, json!([0, 1, 0]));
    assert_ne!(page.run("return document.title").await, "taken");
    // Even an injected script does not run: the page's policy allows only its own script.
    page.run("const script = document.createElement('script'); script.textContent = 'document.title = \"taken\"'; document.body.append(script)").await;
    assert_ne!(page.run("return document.title").await, "taken");
    page.close().await;
}
