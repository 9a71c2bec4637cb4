//! `junit.xml` by the rules of Jenkins, whose schema is `junit-10.xsd`: for each element its attributes and its children.

use conformance::report::Format;

use crate::sample;

/// An element: its name, the attributes that it must have, those that it may have, and its children.
type Rule = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
    &'static [&'static str],
);

const RULES: [Rule; 8] = [
    (
        "testsuites",
        &[],
        &["name", "time", "tests", "failures", "errors"],
        &["testsuite"],
    ),
    (
        "testsuite",
        &["name", "tests", "failures", "errors"],
        &[
            "group",
            "time",
            "skipped",
            "timestamp",
            "hostname",
            "id",
            "package",
            "file",
            "log",
            "url",
        ],
        &[
            "testsuite",
            "properties",
            "testcase",
            "system-out",
            "system-err",
        ],
    ),
    (
        "testcase",
        &["name"],
        &["time", "classname", "group"],
        &["skipped", "error", "failure", "system-out", "system-err"],
    ),
    ("failure", &[], &["type", "message"], &[]),
    ("error", &[], &["type", "message"], &[]),
    ("skipped", &[], &["type", "message"], &[]),
    ("system-out", &[], &[], &[]),
    ("system-err", &[], &[], &[]),
];

/// Returns the names of the attributes of a start tag. Their values are in double quotes.
fn attributes(tag: &str) -> Vec<&str> {
    let parts: Vec<&str> = tag.split('"').collect();
    let names = parts.chunks(2).filter(|chunk| chunk.len() == 2);
    names
        .filter_map(|chunk| chunk[0].strip_suffix('=')?.split_whitespace().next_back())
        .collect()
}

/// Returns the violations of the rules.
fn problems(xml: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let mut open: Vec<&str> = Vec::new();
    for piece in xml
        .split('<')
        .skip(1)
        .filter(|piece| !piece.starts_with('?'))
    {
        let Some((tag, _)) = piece.split_once('>') else {
            problems.push(format!("a tag that does not end: {piece}"));
            continue;
        };
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name) {
                problems.push(format!("</{name}> closes another element"));
            }
            continue;
        }
        let name = tag.split([' ', '/']).next().unwrap_or_default();
        let Some((_, required, optional, _)) = RULES.iter().find(|rule| rule.0 == name) else {
            problems.push(format!("no element {name}"));
            continue;
        };
        let given = attributes(tag);
        for missing in required.iter().filter(|one| !given.contains(one)) {
            problems.push(format!("{name} without {missing}"));
        }
        for extra in given
            .iter()
            .filter(|one| !required.contains(one) && !optional.contains(one))
        {
            problems.push(format!("{name} with {extra}"));
        }
        let parent = open
            .last()
            .map(|parent| RULES.iter().find(|rule| rule.0 == *parent));
        let is_child = match parent {
            None => name == "testsuites",
            Some(rule) => rule.is_some_and(|rule| rule.3.contains(&name)),
        };
        if !is_child {
            problems.push(format!("{name} below {:?}", open.last()));
        }
        if !tag.ends_with('/') {
            open.push(name);
        }
    }
    problems
}

#[test]
fn report_is_valid_by_the_rules_of_jenkins() {
    let xml = sample::rendered(Format::Junit, &sample::report());
    assert_eq!(problems(&xml), Vec::<String>::new(), "{xml}");
    let mut cut = sample::report();
    cut.end = None;
    cut.complete = false;
    let xml = sample::rendered(Format::Junit, &cut);
    assert_eq!(problems(&xml), Vec::<String>::new(), "{xml}");
    // The rules do find violations.
    let wrong = xml.replacen("<testsuites ", "<testsuites timestamp=\"2026\" ", 1);
    assert_eq!(problems(&wrong), ["testsuites with timestamp"]);
    let wrong = xml.replacen("<testcase ", "<failure/><testcase ", 1);
    assert_eq!(problems(&wrong), ["failure below Some(\"testsuite\")"]);
}

#[test]
fn classname_is_the_operation_and_has_one_dot() {
    let xml = sample::rendered(Format::Junit, &sample::report());
    let expected = "classname=\"conformance.POST /api/v1/tokens/{token_id}/revoke\"";
    assert_eq!(
        xml.matches(expected).count(),
        xml.matches("<testcase ").count()
    );
    let mut report = sample::report();
    for case in &mut report.cases {
        case.operation = Some("GET /v1.0/users".to_owned());
    }
    let xml = sample::rendered(Format::Junit, &report);
    assert!(
        xml.contains("classname=\"conformance.GET /v1_0/users\""),
        "{xml}"
    );
}
