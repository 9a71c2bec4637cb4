//! `oasproof.toml`: how changes count by policy, with what was proven beside it.

use serde_json::{Value, json};
use testbed::files::Folder;
use testbed::output::{stderr, stdout};

use super::{oasproof, oasproof_in};

/// Returns a document with one GET on `/a` that has these members, and a response with this schema.
fn document(members: &Value, schema: &Value) -> String {
    let mut get = json!({"responses": {"200": {"description": "ok",
        "content": {"application/json": {"schema": schema}}}}});
    let get_members = get.as_object_mut().expect("an object");
    get_members.extend(members.as_object().expect("members").clone());
    json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {"/a": {"get": get}}})
        .to_string()
}

/// A folder with two documents, of which the second lost the required property `id`, and a policy.
struct Project {
    folder: Folder,
    base: String,
    revision: String,
}

impl Project {
    fn new(policy: &str, base: &str, revision: &str) -> Self {
        let folder = Folder::new();
        let (base, revision) = (
            folder.file("base.json", base),
            folder.file("new.json", revision),
        );
        folder.file("oasproof.toml", policy);
        Self {
            folder,
            base,
            revision,
        }
    }

    /// Returns a project whose document lost a required property.
    fn losing_a_property(policy: &str) -> Self {
        let schema =
            json!({"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]});
        let plain = json!({"type": "object"});
        Self::new(
            policy,
            &document(&json!({}), &schema),
            &document(&json!({}), &plain),
        )
    }

    fn diff(&self, more: &[&str]) -> (i32, String, String) {
        let arguments = [&["diff", &self.base, &self.revision], more].concat();
        let output = oasproof_in(self.folder.path(), &arguments);
        let code = output.status.code().expect("an exit code");
        (code, stdout(&output), stderr(&output))
    }

    fn report(&self, more: &[&str]) -> (i32, Value) {
        let (code, report, errors) = self.diff(&[&["--format", "json"], more].concat());
        let report = serde_json::from_str(&report);
        (
            code,
            report.unwrap_or_else(|error| panic!("{error}: {errors}")),
        )
    }
}

const FORMATS: [&str; 7] = [
    "text", "json", "markdown", "html", "junit", "github", "sarif",
];

const REMOVED: &str = "response-required-property-removed";

#[test]
fn a_break_that_the_policy_lets_pass_is_shown_as_proven() {
    let project = Project::losing_a_property(&format!("[rules]\n{REMOVED} = \"off\"\n"));
    let (code, text, errors) = project.diff(&[]);
    assert_eq!(code, 0, "{text}{errors}");
    assert!(text.starts_with("breaking, let pass by policy: "), "{text}");
    assert!(
        text.contains(&format!("by rules.{REMOVED} in oasproof.toml")),
        "{text}"
    );
    assert!(text.contains("for example {}"), "{text}");
    let (code, report) = project.report(&["--fail-on", "docs"]);
    assert_eq!(code, 0);
    assert_eq!(report["verdict"], "waived");
    assert_eq!(report["counts"]["breaking"], 0);
    assert_eq!(report["counts"]["off"], 1);
    let change = &report["changes"][0];
    assert_eq!(change["class"], "breaking");
    assert_eq!(change["witness"], json!({}));
    assert_eq!(
        change["policy"],
        json!({"class": "off", "why": format!("rules.{REMOVED} in oasproof.toml")})
    );
}

#[test]
fn a_rule_counts_as_the_class_that_the_policy_gives_it() {
    for (class, fails_from) in [
        ("breaking", "breaking"),
        ("warning", "warning"),
        ("additive", "additive"),
        ("docs", "docs"),
    ] {
        let project = Project::losing_a_property(&format!("[rules]\n{REMOVED} = \"{class}\"\n"));
        let thresholds = ["breaking", "warning", "additive", "docs", "none"];
        let first = thresholds.iter().position(|known| *known == fails_from);
        for (index, threshold) in thresholds.iter().enumerate() {
            let (code, report) = project.report(&["--fail-on", threshold]);
            let fails = Some(index) >= first && *threshold != "none";
            assert_eq!(code, i32::from(fails), "{class}, {threshold}");
            assert_eq!(report["verdict"], class);
            assert_eq!(report["counts"][class], 1);
            assert_eq!(report["changes"][0]["class"], "breaking");
        }
    }
}

#[test]
fn what_is_harmless_can_be_held_to_more() {
    let reworded = |text: &str| document(&json!({"description": text}), &json!({"type": "object"}));
    let rule = "[rules]\noperation-text-changed = \"breaking\"\n";
    let project = Project::new(rule, &reworded("one"), &reworded("two"));
    let (code, text, _) = project.diff(&[]);
    assert_eq!(code, 1, "{text}");
    assert!(text.starts_with("docs, breaking by policy: "), "{text}");
    assert!(
        text.ends_with("new.json\nexit 1: 1 change is breaking\n")
            && text.contains("\nbreaking: 1 breaking"),
        "{text}"
    );
}

#[test]
fn the_threshold_is_the_policys_unless_the_command_line_has_one() {
    let project = Project::losing_a_property("fail-on = \"none\"\n");
    assert_eq!(project.diff(&[]).0, 0);
    assert_eq!(project.diff(&["--fail-on", "breaking"]).0, 1);
    let schema = |properties: Value| json!({"type": "object", "properties": properties});
    let [base, revision] = [json!({"id": {"type": "string"}}), json!({})]
        .map(|properties| document(&json!({}), &schema(properties)));
    for (policy, expected) in [("", 0), ("fail-on = \"warning\"\n", 1)] {
        let project = Project::new(policy, &base, &revision);
        assert_eq!(project.diff(&[]).0, expected, "{policy}");
    }
}

#[test]
fn the_policy_is_the_next_one_upwards_from_the_revision() {
    let project = Project::losing_a_property(&format!("[rules]\n{REMOVED} = \"off\"\n"));
    let inner = project.folder.path().join("apis/things");
    std::fs::create_dir_all(&inner).expect("folders");
    std::fs::copy(&project.revision, inner.join("new.json")).expect("a copy");
    let repository = project.folder.path().join(".git");
    std::fs::create_dir(&repository).expect("a repository");
    let diff = |more: &[&str]| {
        let arguments = [&["diff", &project.base, "apis/things/new.json"], more].concat();
        oasproof_in(project.folder.path(), &arguments).status.code()
    };
    assert_eq!(diff(&[]), Some(0));
    std::fs::write(project.folder.path().join("apis/oasproof.toml"), "").expect("a policy");
    assert_eq!(diff(&[]), Some(1), "the nearer policy counts alone");
    assert_eq!(diff(&["--config", "oasproof.toml"]), Some(0));
    // Above the top folder of a repository is nobody's policy.
    std::fs::remove_file(project.folder.path().join("apis/oasproof.toml")).expect("removed");
    std::fs::create_dir(inner.join(".git")).expect("a repository");
    assert_eq!(diff(&[]), Some(1));
    // Nor is what is above a document that is in none.
    std::fs::remove_dir(inner.join(".git")).expect("removed");
    std::fs::remove_dir(&repository).expect("removed");
    assert_eq!(diff(&[]), Some(1));
    std::fs::write(inner.join("oasproof.toml"), "fail-on = \"none\"").expect("a policy");
    assert_eq!(diff(&[]), Some(0), "beside the document");
}

#[test]
fn every_report_names_the_policy_that_was_read() {
    for (threshold, fails) in [
        ("none", "which fails nothing"),
        ("docs", "which fails from docs on"),
    ] {
        let policy = format!("fail-on = \"{threshold}\"\n");
        let broken = Project::losing_a_property(&policy);
        let plain = document(&json!({}), &json!({"type": "object"}));
        let same = Project::new(&policy, &plain, &plain);
        for project in [&broken, &same] {
            for format in FORMATS {
                let (_, report, _) = project.diff(&["--format", format]);
                assert!(report.contains("oasproof.toml"), "{format}: {report}");
                let is_for_programs = matches!(format, "json" | "sarif");
                assert!(
                    is_for_programs || report.contains(fails),
                    "{format}: {report}"
                );
            }
            let (_, report) = project.report(&[]);
            assert_eq!(report["policy_file"], "oasproof.toml");
        }
        let arguments = ["suggest", &broken.base, &broken.revision];
        let output = stdout(&oasproof_in(broken.folder.path(), &arguments));
        assert!(
            output.contains(&format!("policy: oasproof.toml, {fails}")),
            "{output}"
        );
        let arguments = [&arguments[..], &["--format", "json"]].concat();
        let output = stdout(&oasproof_in(broken.folder.path(), &arguments));
        let suggestion: Value = serde_json::from_str(&output).expect("JSON");
        assert_eq!(suggestion["policy_file"], "oasproof.toml");
    }
    let unruled = Project::losing_a_property("");
    std::fs::remove_file(unruled.folder.path().join("oasproof.toml")).expect("removed");
    let (_, report) = unruled.report(&[]);
    assert_eq!(report.get("policy_file"), None);
}

#[test]
fn changes_of_what_is_less_stable_than_promised_are_for_readers() {
    for (level, promised_from, breaks) in [
        ("alpha", None, false),
        ("alpha", Some("draft"), true),
        ("alpha", Some("alpha"), true),
        ("beta", None, true),
        ("beta", Some("stable"), false),
    ] {
        let policy = promised_from
            .map(|from| format!("[stability]\npromised-from = \"{from}\"\n"))
            .unwrap_or_default();
        let of_level = |schema| document(&json!({"x-stability-level": level}), &schema);
        let project = Project::new(
            &policy,
            &of_level(json!({"type": "string"})),
            &of_level(json!({"type": "integer"})),
        );
        let (code, text, errors) = project.diff(&[]);
        assert_eq!(
            code,
            i32::from(breaks),
            "{level} {promised_from:?}: {text}{errors}"
        );
    }
}

#[test]
fn an_end_is_announced_as_long_ahead_as_the_policy_grants() {
    let today = chrono::Utc::now().date_naive();
    let in_days = |days| (today + chrono::Days::new(days)).to_string();
    let plain = json!({"type": "object"});
    let deprecated = |level: &str, sunset: Option<&str>| {
        let mut members = json!({"deprecated": true, "x-stability-level": level});
        if let Some(day) = sunset {
            members["x-sunset"] = json!(day);
        }
        document(&members, &plain)
    };
    let of_level = |level: &str| document(&json!({"x-stability-level": level}), &plain);
    let table = "[deprecation]\ngrace-days = { beta = 30, stable = 180 }\n";
    for (policy, level, sunset, breaks) in [
        ("", "stable", None, None),
        (
            "[deprecation]\ngrace-days = 90\n",
            "stable",
            Some(100),
            None,
        ),
        (
            "[deprecation]\ngrace-days = 90\n",
            "stable",
            Some(89),
            Some("89 are left"),
        ),
        (
            "[deprecation]\ngrace-days = 90\n",
            "stable",
            None,
            Some("no `x-sunset` says until when"),
        ),
        (table, "beta", Some(31), None),
        (
            table,
            "beta",
            Some(29),
            Some("30 days are granted, and 29 are left"),
        ),
        (
            table,
            "stable",
            Some(31),
            Some("180 days are granted, and 31 are left"),
        ),
        (table, "alpha", None, None),
    ] {
        let sunset = sunset.map(in_days);
        let revision = deprecated(level, sunset.as_deref());
        let project = Project::new(policy, &of_level(level), &revision);
        let (code, text, errors) = project.diff(&[]);
        assert_eq!(
            code,
            i32::from(breaks.is_some()),
            "{policy} {level} {sunset:?}: {text}{errors}"
        );
        if let Some(why) = breaks {
            assert!(text.contains("docs, breaking by policy: "), "{text}");
            assert!(text.contains(why), "{text}");
        }
    }
}

#[test]
fn ignored_extensions_do_not_count() {
    let with = |name: &str, value: u32| document(&json!({name: value}), &json!({"type": "object"}));
    let policy = "ignored-extensions = [\"x-internal-*\", \"x-owner\"]\n";
    for (name, expected) in [
        ("x-internal-cost", 0),
        ("x-owner", 0),
        ("x-owners", 1),
        ("x-intern", 1),
    ] {
        let project = Project::new(policy, &with(name, 1), &with(name, 2));
        let (code, report) = project.report(&["--fail-on", "docs"]);
        assert_eq!(code, expected, "{name}");
        assert_eq!(report["changes"][0]["rule"], "operation-extension-changed");
    }
}

#[test]
fn a_wrong_policy_is_refused_with_place_and_remedy() {
    for (policy, expected) in [
        (
            "fail_on = \"docs\"\n",
            "oasproof.toml:1:1: there is no setting `fail_on`: did you mean `fail-on`?",
        ),
        (
            "\n[rule]\n",
            "oasproof.toml:2:2: there is no setting `rule`: did you mean `rules`?",
        ),
        (
            "[stability]\npromised-form = \"beta\"\n",
            "oasproof.toml:2:1: there is no setting `stability.promised-form`: did you mean `promised-from`?",
        ),
        (
            "colour = 1\n",
            "oasproof.toml:1:1: there is no setting `colour`: write one of `fail-on`, ",
        ),
        (
            "[rules]\nresponse-required-property-remove = \"off\"\n",
            "oasproof.toml:2:1: `rules`: there is no rule `response-required-property-remove`: did you mean `response-required-property-removed`?",
        ),
        (
            "[rules]\nresponse-required-property-removed = \"error\"\n",
            "oasproof.toml:2:38: `rules.response-required-property-removed`: there is no class `error`: write one of `breaking`, `warning`, `additive`, `docs`, `off`",
        ),
        (
            "fail-on = \"off\"\n",
            "oasproof.toml:1:11: `fail-on`: there is no class `off`: ",
        ),
        (
            "[stability]\npromised-from = \"bete\"\n",
            "oasproof.toml:2:17: `stability.promised-from`: there is no level `bete`: did you mean `beta`?",
        ),
        (
            "[deprecation]\ngrace-days = -1\n",
            "oasproof.toml:2:14: `deprecation.grace-days` is a number of days",
        ),
        (
            "[deprecation]\ngrace-days = { gamma = 1 }\n",
            "there is no level `gamma`",
        ),
        (
            "ignored-extensions = [\"internal\"]\n",
            "oasproof.toml:1:23: `ignored-extensions`: `internal` is not the name of extensions",
        ),
        ("rules = 1\n", "oasproof.toml:1:9: "),
        ("[rules\n", "oasproof.toml:1:7: "),
    ] {
        let project = Project::losing_a_property(policy);
        let (code, text, errors) = project.diff(&[]);
        assert_eq!(code, 2, "{policy}: {text}{errors}");
        assert!(errors.contains(expected), "{policy}: {errors}");
    }
    let project = Project::losing_a_property("");
    let (code, _, errors) = project.diff(&["--config", "oasprof.toml"]);
    assert_eq!(code, 3);
    assert!(errors.contains("did you mean oasproof.toml?"), "{errors}");
}

#[test]
fn every_format_shows_what_the_policy_decided() {
    let project = Project::losing_a_property(&format!("[rules]\n{REMOVED} = \"off\"\n"));
    let why = format!("rules.{REMOVED} in oasproof.toml");
    for format in FORMATS {
        let (code, report, _) = project.diff(&["--format", format]);
        assert_eq!(code, 0, "{format}");
        assert!(report.contains(&why), "{format}: {report}");
        assert!(report.contains("breaking"), "{format}: {report}");
    }
    let (_, annotations, _) = project.diff(&["--format", "github"]);
    assert!(annotations.starts_with("::notice "), "{annotations}");
    let (_, suite, _) = project.diff(&["--format", "junit"]);
    assert!(
        suite.contains("failures=\"0\"") && suite.contains("<skipped"),
        "{suite}"
    );
    let (_, log, _) = project.diff(&["--format", "sarif"]);
    let log: Value = serde_json::from_str(&log).expect("JSON");
    let result = &log["runs"][0]["results"][0];
    assert_eq!(result["suppressions"][0]["status"], "accepted");
    assert_eq!(result["properties"]["policy"]["class"], "off");
}

#[test]
fn check_knows_no_policy() {
    let folder = Folder::new();
    folder.file(
        "oasproof.toml",
        "fail-on = \"none\"\n[rules]\noperation-text-changed = \"off\"\n",
    );
    let published = "openapi/published/revoke-token.earlier.json";
    let output = oasproof(&["check", "--document", published]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
}
