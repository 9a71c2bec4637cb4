//! The scan of a rendered report for credentials. Redaction has removed them earlier, so a credential that is found here is
//! a defect, and the report is not written.

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::{Secrets, unregistered_jwt};
use crate::percent::percent_encoded;

/// The fewest letters and digits of a secret that are searched for alone. Fewer could be an ordinary word.
const LEAST_LETTERS: usize = 16;

/// A search for the credentials of a run in a report of any format.
#[derive(Debug)]
pub struct Scan {
    names: Vec<String>,
    /// The values in the spellings of the formats.
    spelled: AhoCorasick,
    /// The index in `names` of each pattern in `spelled`.
    spelled_names: Vec<usize>,
    /// The letters and digits of the values: backslashes and other escapes do not change these.
    reduced: AhoCorasick,
    /// The index in `names` of each pattern in `reduced`.
    reduced_names: Vec<usize>,
    /// Whether every text of the form of a JSON Web Token counts, because the credentials are not registered.
    any_jwt: bool,
}

impl Scan {
    /// Creates a scan for the credentials that are registered now.
    #[must_use]
    pub fn from_secrets(secrets: &Secrets) -> Scan {
        let entries = secrets.entries();
        // A short value may be an ordinary word of the contract; redaction has removed it where it stood alone.
        let credentials = (entries.iter()).filter(|entry| entry.credential && !entry.is_short());
        Scan::new(
            credentials.map(|entry| (entry.value.as_str(), entry.name.as_str())),
            false,
        )
    }

    /// Creates a scan for the given values with their names, and for every text of the form of a JSON Web Token. It is for
    /// saved runs, whose credentials are not registered.
    #[must_use]
    pub fn from_values<'a>(values: impl IntoIterator<Item = (&'a str, &'a str)>) -> Scan {
        Scan::new(values, true)
    }

    /// Creates a scan for the values of the environment variables that a saved profile names, and for every text of the form
    /// of a JSON Web Token.
    #[must_use]
    pub fn from_profile(profile: &serde_json::Value) -> Scan {
        let mut named = Vec::new();
        variables(profile, &mut named);
        let set: Vec<(String, &str)> = (named.into_iter())
            .filter_map(|name| Some((std::env::var(name).ok()?.trim().to_owned(), name)))
            // A shorter value is not a credential, and occurs in ordinary text.
            .filter(|(value, _)| value.len() >= 8)
            .collect();
        Scan::from_values(set.iter().map(|(value, name)| (value.as_str(), *name)))
    }

    fn new<'a>(values: impl IntoIterator<Item = (&'a str, &'a str)>, any_jwt: bool) -> Scan {
        let mut names = Vec::new();
        let (mut spelled, mut spelled_names) = (Vec::new(), Vec::new());
        let (mut reduced, mut reduced_names) = (Vec::new(), Vec::new());
        for (value, name) in values.into_iter().filter(|(value, _)| !value.is_empty()) {
            for spelling in spellings(value) {
                spelled.push(spelling);
                spelled_names.push(names.len());
            }
            let letters = reduce(value.as_bytes());
            if letters.len() >= LEAST_LETTERS {
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
            any_jwt,
        }
    }

    /// Returns the name of the first credential in a text.
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
        (self.any_jwt && unregistered_jwt(&text()).is_some())
            .then(|| "UNREGISTERED_TOKEN".to_owned())
    }
}

/// Collects the environment variables that a profile names at any depth: `{ "env": "NAME" }`.
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

/// Returns the spellings of a value in a report: as is, in JSON, in HTML or XML, and in a URL.
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
    // The compact kind: for a few hundred tokens, the fastest kind would take megabytes.
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
    fn value_is_found_in_the_spelling_of_every_format() {
        let secrets = Secrets::default();
        secrets.register("dz_a\"b<c>&d'e_0123456789abcdef", "CANARY");
        let scan = Scan::from_secrets(&secrets);
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
    fn scan_from_values_finds_unregistered_jwts() {
        let scan = Scan::from_values([("dz_canary_value", "OPERATOR_TOKEN")]);
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
