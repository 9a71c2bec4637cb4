//! Waivers: what they cover, what they do not, and when they are stale.

use chrono::NaiveDate;
use openapi::diff::{Class, Diff, Operations, Verdict, Waivers, compare};
use openapi::{Document, render};
use serde_json::{Value, json};

use crate::documents::{referring_to, with_files};
use crate::reports::rendered;
use crate::schemas::{Body, document};

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

/// Returns a comparison in which the response loses its required member `a`, and `b` gets another text.
fn breaking() -> Diff {
    let (base, revision) = breaking_pair();
    compare(&base, &revision)
}

fn breaking_pair() -> (Document, Document) {
    let schema = |properties: Value, required: &[&str]| json!({"type": "object", "properties": properties, "required": required});
    let base = schema(
        json!({"a": {"type": "string"}, "b": {"type": "string"}}),
        &["a"],
    );
    let revision = schema(json!({"b": {"type": "string", "title": "B"}}), &[]);
    (
        document(Body::Response, &base),
        document(Body::Response, &revision),
    )
}

const SCHEMA: &str = "/paths/~1things/post/responses/200/content/application~1json/schema";

fn waiver(rule: &str, location: &str, more: &str) -> String {
    format!(
        "[[waiver]]\nrule = \"{rule}\"\nlocation = \"{location}\"\nreason = \"nobody reads it\"\nexpires = 2027-01-31\n{more}\n"
    )
}

fn applied(text: &str, diff: &mut Diff, today: &str) -> Vec<String> {
    let mut waivers = Waivers::parse("waivers.toml", text).expect("waivers");
    waivers.apply(diff, &Operations::default(), day(today));
    let stale = waivers.stale(day(today));
    stale.iter().map(ToString::to_string).collect()
}

const REMOVED: &str = "response-required-property-removed";

#[test]
fn a_waived_change_is_listed_and_not_counted() {
    let mut diff = breaking();
    assert_eq!(diff.verdict(), Verdict::Breaking);
    let text = waiver(REMOVED, &format!("{SCHEMA}/properties/a"), "");
    assert_eq!(applied(&text, &mut diff, "2027-01-31"), [""; 0]);
    assert_eq!(diff.verdict(), Verdict::Docs);
    assert_eq!(diff.changes.len(), 2);
    assert_eq!(diff.changes[0].class, Class::Breaking);
    let (base, revision) = breaking_pair();
    let written = rendered(render::text::write, &base, &revision, &diff);
    assert!(
        written.contains("waived until 2027-01-31: nobody reads it"),
        "{written}"
    );
    let written = rendered(render::json::write, &base, &revision, &diff);
    let report: Value = serde_json::from_str(&written).expect("JSON");
    assert_eq!(report["verdict"], "docs");
    assert_eq!(
        report["changes"][0]["waived"],
        json!({"reason": "nobody reads it", "expires": "2027-01-31"})
    );
    assert!(report["changes"][1].get("waived").is_none());
}

#[test]
fn all_changes_waived_is_a_separate_verdict() {
    let mut diff = breaking();
    let all = waiver(REMOVED, "/**", "") + &waiver("response-text-added", "/paths/**", "");
    assert_eq!(applied(&all, &mut diff, "2026-06-01"), [""; 0]);
    assert_eq!(diff.verdict(), Verdict::Waived);
}

#[test]
fn a_location_covers_one_place_or_everything_below_it() {
    let inside = format!("{SCHEMA}/properties/a");
    for (location, waives) in [
        (inside.clone(), true),
        (format!("{inside}/**"), true),
        (format!("{SCHEMA}/properties/**"), true),
        ("/**".to_owned(), true),
        (format!("{SCHEMA}/properties"), false),
        // Only the beginning of the name is the same.
        (format!("{SCHEMA}/prop/**"), false),
        ("/components/**".to_owned(), false),
        (String::new(), false),
        ("/".to_owned(), false),
    ] {
        let mut diff = breaking();
        let stale = applied(&waiver(REMOVED, &location, ""), &mut diff, "2026-06-01");
        assert_eq!(diff.changes[0].waived.is_some(), waives, "{location}");
        assert_eq!(stale.is_empty(), waives, "{location}: {stale:?}");
    }
}

#[test]
fn a_change_that_reaches_other_operations_is_not_waived_for_one() {
    let inside = format!("{SCHEMA}/properties/a");
    for (operation, waives) in [("POST /things", true), ("POST /others", false)] {
        let mut diff = breaking();
        let more = format!("operation = \"{operation}\"");
        let stale = applied(&waiver(REMOVED, &inside, &more), &mut diff, "2026-06-01");
        assert_eq!(diff.changes[0].waived.is_some(), waives, "{operation}");
        assert_eq!(stale.is_empty(), waives, "{operation}: {stale:?}");
    }
    // A change that reaches two operations, waived for one of them; and a change that reaches none.
    for operations in [&["POST /things", "GET /things"][..], &[]] {
        let mut diff = breaking();
        diff.changes[0].operations = operations.iter().map(ToString::to_string).collect();
        let more = "operation = \"POST /things\"";
        let stale = applied(&waiver(REMOVED, &inside, more), &mut diff, "2026-06-01");
        assert_eq!(diff.changes[0].waived, None, "{operations:?}");
        assert_eq!(stale.len(), 1);
        assert!(stale[0].contains("leave out `operation`"), "{stale:?}");
    }
}

#[test]
fn expired_and_unused_waivers_are_reported_with_place_and_remedy() {
    let mut diff = breaking();
    let inside = format!("{SCHEMA}/properties/a");
    let text = waiver(REMOVED, &inside, "") + &waiver("response-status-removed", "/paths/**", "");
    let stale = applied(&text, &mut diff, "2027-02-01");
    assert_eq!(
        diff.verdict(),
        Verdict::Breaking,
        "an expired waiver waived"
    );
    insta::assert_snapshot!(stale.join("\n"), @"
    waivers.toml:1:1: the waiver of `response-required-property-removed` at `/paths/~1things/post/responses/200/content/application~1json/schema/properties/a` expired after 2027-01-31: remove it, or review the change again and give a later day
    waivers.toml:7:1: the waiver of `response-status-removed` at `/paths/**` expired after 2027-01-31: remove it, or review the change again and give a later day
    ");
    let mut diff = breaking();
    let stale = applied(&text, &mut diff, "2027-01-31");
    insta::assert_snapshot!(stale.join("\n"), @"waivers.toml:7:1: the waiver of `response-status-removed` at `/paths/**` waives nothing: remove it, or copy rule and location from the report");
}

#[test]
fn one_file_serves_several_comparisons() {
    let inside = format!("{SCHEMA}/properties/a");
    let text = waiver(REMOVED, &inside, "");
    let mut waivers = Waivers::parse("waivers.toml", &text).expect("waivers");
    let today = day("2026-06-01");
    let mut other = Diff::default();
    waivers.apply(&mut other, &Operations::default(), today);
    assert_eq!(waivers.stale(today).len(), 1);
    waivers.apply(&mut breaking(), &Operations::default(), today);
    waivers.apply(&mut other, &Operations::default(), today);
    assert_eq!(waivers.stale(today), []);
}

#[test]
fn an_expiry_may_be_a_string() {
    let text = waiver(REMOVED, "/**", "").replace("2027-01-31", "\"2027-01-31\"");
    assert_eq!(applied(&text, &mut breaking(), "2026-06-01"), [""; 0]);
}

#[test]
fn errors_of_a_file_name_line_and_key() {
    let good = waiver(REMOVED, "/paths/**", "");
    let with = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replace(from, to)
    };
    let wrong = [
        with("[[waiver]]", "[[waiver"),
        with("[[waiver]]", "[[waivers]]"),
        with("reason = \"nobody reads it\"", ""),
        with("nobody reads it", "  "),
        with("reason", "because"),
        with(REMOVED, "response-property-vanished"),
        with("/paths/**", "#/paths"),
        with("/paths/**", "/paths/a~b"),
        with("2027-01-31", "2027-02-30"),
        with("2027-01-31", "\"2027-1-31\""),
        with("2027-01-31", "2027-01-31T00:00:00Z"),
        with("2027-01-31", "20270131"),
        with("expires", "operation = \"things\"\nexpires"),
        // Of several mistakes the first is reported, in this order: reason, operation, location, expiry.
        with("nobody reads it", "  ").replace("2027-01-31", "\"soon\""),
        with("/paths/**", "#/paths").replace("2027-01-31", "\"soon\""),
        good.clone() + &good,
    ];
    let errors: Vec<String> = wrong
        .iter()
        .map(|text| {
            Waivers::parse("waivers.toml", text)
                .expect_err(text)
                .to_string()
        })
        .collect();
    insta::assert_snapshot!(errors.join("\n"), @"
    waivers.toml:1:9: unclosed array table, expected `]]`
    waivers.toml:1:3: unknown field `waivers`, expected `waiver`
    waivers.toml:1:1: missing field `reason`
    waivers.toml:4:10: `reason` is empty: say why the change is waived
    waivers.toml:4:1: unknown field `because`, expected one of `rule`, `location`, `operation`, `path`, `method`, `tag`, `extension`, `reason`, `expires`
    waivers.toml:2:8: `rule`: there is no rule `response-property-vanished`: a report has the rule of each change in brackets, and `oasproof rules` lists all
    waivers.toml:3:12: `location`: `#/paths` is not a JSON pointer: copy the place from the report, `/components/schemas/Token/properties/id`, with `/**` at its end for everything below
    waivers.toml:3:12: `location`: `/paths/a~b` is not a JSON pointer: copy the place from the report, `/components/schemas/Token/properties/id`, with `/**` at its end for everything below
    waivers.toml:5:11: invalid date, expected day between 01 and 28
    waivers.toml:5:11: `expires`: `2027-1-31` is not a day: give the last one on which the waiver applies, `2027-01-31`
    waivers.toml:5:11: `expires`: `2027-01-31T00:00:00Z` is not a day: give the last one on which the waiver applies, `2027-01-31`
    waivers.toml:5:11: `expires`: `20270131` is not a day: give the last one on which the waiver applies, `2027-01-31`
    waivers.toml:5:13: `operation`: `things` is not an operation: write it as the report does, `POST /tokens`
    waivers.toml:4:10: `reason` is empty: say why the change is waived
    waivers.toml:3:12: `location`: `#/paths` is not a JSON pointer: copy the place from the report, `/components/schemas/Token/properties/id`, with `/**` at its end for everything below
    waivers.toml:7:1: this waives the same as the waiver in line 1: remove one of them
    ");
    assert!(Waivers::parse("waivers.toml", "").is_ok());
}

#[test]
fn a_place_in_another_file_may_be_written_as_the_report_shows_it() {
    let read = |kind: &str| {
        let file = format!("Token: {{type: object, properties: {{name: {{type: {kind}}}}}}}\n");
        with_files(
            &referring_to("schemas/token.yaml#/Token"),
            &[("schemas/token.yaml", &file)],
        )
        .expect("a valid document")
    };
    let (base, revision) = (read("string"), read("integer"));
    for place in [
        "/$files/schemas~1token.yaml/Token/properties/name",
        "schemas/token.yaml#/Token/properties/name",
        "schemas/token.yaml#/Token/**",
    ] {
        let mut diff = compare(&base, &revision);
        let rule = diff.changes[0].rule.to_string();
        assert_eq!(
            applied(&waiver(&rule, place, ""), &mut diff, "2027-01-31"),
            [""; 0]
        );
        assert!(diff.changes[0].waived.is_some(), "{place}");
    }
}
