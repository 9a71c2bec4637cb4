//! The last look at a report before it is written: redaction has been done by then, so whatever is found here is a
//! defect, and the report is not written.

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::{Secrets, unregistered_jwt};
use crate::wire::percent_encoded;

/// How many letters and digits a secret needs to be looked for by those alone. Fewer could be an ordinary word.
const ENOUGH: usize = 16;

/// Looks for the credentials of a run in texts of any format.
#[derive(Debug)]
pub struct Scan {
    names: Vec<String>,
    /// The values as formats spell them; each pattern with the index of its name.
    spelled: AhoCorasick,
    spelled_names: Vec<usize>,
    /// The letters and digits of the values, which no escape with backslashes or other marks can hide.
    reduced: AhoCorasick,
    reduced_names: Vec<usize>,
    /// Whether anything of the shape of a JSON Web Token is a find, since the credentials themselves are not known.
    shapes: bool,
}

impl Scan {
    /// Looks for the registered credentials, as they are now.
    #[must_use]
    pub fn of(secrets: &Secrets) -> Scan {
        let entries = secrets.entries();
        let credentials = entries.iter().filter(|entry| entry.credential);
        Scan::new(
            credentials.map(|entry| (entry.value.as_str(), entry.name.as_str())),
            false,
        )
    }

    /// Looks for given values, and for whatever has the shape of a JSON Web Token: for a report of a run whose
    /// credentials are not at hand.
    #[must_use]
    pub fn of_values<'a>(values: impl IntoIterator<Item = (&'a str, &'a str)>) -> Scan {
        Scan::new(values, true)
    }

    /// Looks for the credentials that a saved run's profile names by variable, as far as they are set here, and for
    /// whatever has the shape of a JSON Web Token.
    #[must_use]
    pub fn of_profile(profile: &serde_json::Value) -> Scan {
        let mut named = Vec::new();
        variables(profile, &mut named);
        let set: Vec<(String, &str)> = (named.into_iter())
            .filter_map(|name| Some((std::env::var(name).ok()?.trim().to_owned(), name)))
            // What is shorter is no credential, and would be found in ordinary text.
            .filter(|(value, _)| value.len() >= 8)
            .collect();
        Scan::of_values(set.iter().map(|(value, name)| (value.as_str(), *name)))
    }

    fn new<'a>(values: impl IntoIterator<Item = (&'a str, &'a str)>, shapes: bool) -> Scan {
        let mut names = Vec::new();
        let (mut spelled, mut spelled_names) = (Vec::new(), Vec::new());
        let (mut reduced, mut reduced_names) = (Vec::new(), Vec::new());
        for (value, name) in values.into_iter().filter(|(value, _)| !value.is_empty()) {
            for spelling in spellings(value) {
                spelled.push(spelling);
                spelled_names.push(names.len());
            }
            let letters = reduce(value.as_bytes());
            if letters.len() >= ENOUGH {
                reduced.push(letters);
                reduced_names.push(names.len());
            }
            names.push(name.to_owned());
        }
        Scan {
            names,
            spelled: automaton(&spelled),
            spelled_names,
            reduced: automaton(&reduced),
            reduced_names,
            shapes,
        }
    }

    /// The name of the first credential that a text holds, if it holds one.
    #[must_use]
    pub fn first_in(&self, content: &[u8]) -> Option<String> {
        if let Some(found) = self.spelled.find(content) {
            let name = self.spelled_names[found.pattern().as_usize()];
            return self.names.get(name).cloned();
        }
        if !self.reduced_names.is_empty()
            && let Some(found) = self.reduced.find(&reduce(content))
        {
            let name = self.reduced_names[found.pattern().as_usize()];
            return self.names.get(name).cloned();
        }
        let text = || String::from_utf8_lossy(content);
        (self.shapes && unregistered_jwt(&text()).is_some())
            .then(|| "UNREGISTERED_TOKEN".to_owned())
    }
}

/// The environment variables that a profile names, wherever it does: `{ "env": "NAME" }`.
fn variables<'a>(profile: &'a serde_json::Value, out: &mut Vec<&'a str>) {
    let Some(table) = profile.as_object() else {
        return;
    };
    for (key, value) in table {
        match value.as_str() {
            Some(name) if key == "env" => out.push(name),
            Some(_) | None => variables(value, out),
        }
    }
}

/// How a value may stand in a report: as it is, in JSON, in HTML or XML, in a URL.
fn spellings(value: &str) -> Vec<String> {
    let json = serde_json::Value::from(value).to_string();
    let json = json[1..json.len() - 1].to_owned();
    let html = value
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let quoted = html.replace('"', "&quot;");
    let xml = quoted.replace('\'', "&apos;");
    let url = percent_encoded(value);
    let mut spellings = vec![value.to_owned(), json, html, quoted, xml, url];
    spellings.sort_unstable();
    spellings.dedup();
    spellings
}

fn reduce(text: &[u8]) -> Vec<u8> {
    let bytes = text.iter().copied();
    bytes.filter(u8::is_ascii_alphanumeric).collect()
}

fn automaton(patterns: &[impl AsRef<[u8]>]) -> AhoCorasick {
    // The compact kind: a few hundred tokens of a few hundred bytes would make the fast one take megabytes.
    AhoCorasick::builder()
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .build(patterns)
        .expect("credentials of a run are far below what the automaton can hold")
}

#[cfg(test)]
mod tests {
    use super::Scan;
    use crate::redact::Secrets;

    #[test]
    fn value_is_found_however_a_format_spells_it() {
        let secrets = Secrets::default();
        secrets.register("dz_a\"b<c>&d'e_0123456789abcdef", "CANARY");
        let scan = Scan::of(&secrets);
        for text in [
            r#"x dz_a"b<c>&d'e_0123456789abcdef y"#,
            r#"{"x":"dz_a\"b<c>&d'e_0123456789abcdef"}"#,
            "<p>dz_a&quot;b&lt;c&gt;&amp;d'e_0123456789abcdef</p>",
            "<p a='dz_a\"b&lt;c&gt;&amp;d'e_0123456789abcdef'>",
            "?t=dz_a%22b%3Cc%3E%26d%27e_0123456789abcdef",
            r#"dz\_a"b\<c\>&d'e\_0123456789abcdef"#,
        ] {
            assert_eq!(
                scan.first_in(text.as_bytes()).as_deref(),
                Some("CANARY"),
                "{text}"
            );
        }
        assert_eq!(scan.first_in(b"$CANARY and dz_another"), None);
    }

    #[test]
    fn shape_of_a_token_is_found_where_values_are_not_known() {
        let scan = Scan::of_values([("dz_canary_value", "OPERATOR_TOKEN")]);
        assert_eq!(
            scan.first_in(b"Bearer eyJhbGciOiJIUzI1NiJ9.e30.c2ln")
                .as_deref(),
            Some("UNREGISTERED_TOKEN")
        );
        assert_eq!(
            scan.first_in(b"dz_canary_value").as_deref(),
            Some("OPERATOR_TOKEN")
        );
        assert_eq!(scan.first_in(b"Bearer $OPERATOR_TOKEN"), None);
    }
}
