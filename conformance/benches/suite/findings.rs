//! What the suite shows as one finding: cases that have a cause or a fault in common, as the terminal groups them.

use std::collections::BTreeSet;

use serde_json::Value;

struct Finding {
    causes: BTreeSet<String>,
    faults: BTreeSet<String>,
}

/// Returns the findings among the cases of a report that failed, are blocked or ended in an error, each by its causes. Without a
/// cause, cases that ended for the same reason are one: no request got an answer.
pub(super) fn of(cases: &[Value]) -> Vec<BTreeSet<String>> {
    let mut findings: Vec<Finding> = Vec::new();
    for case in cases {
        let named = |key: &str| {
            let named = case[key].as_str().filter(|named| !named.is_empty());
            named.map(str::to_owned)
        };
        let verdict = case["verdict"].as_str().unwrap_or_default();
        if !["fail", "blocked", "error"].contains(&verdict) {
            continue;
        }
        let Some(cause) = named("cause").or_else(|| named("reason")) else {
            continue;
        };
        let mut finding = Finding {
            causes: BTreeSet::from([cause]),
            faults: named("fault").into_iter().collect(),
        };
        findings.retain_mut(|other| {
            let apart = other.causes.is_disjoint(&finding.causes)
                && other.faults.is_disjoint(&finding.faults);
            if !apart {
                finding.causes.append(&mut other.causes);
                finding.faults.append(&mut other.faults);
            }
            apart
        });
        findings.push(finding);
    }
    findings.into_iter().map(|one| one.causes).collect()
}
