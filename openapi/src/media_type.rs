//! Media types and media ranges (RFC 9110 sections 8.3.1 and 12.5.1).
//!
//! The parsers on crates.io (`mime`, `mediatype`) reject what is not a media type; a key of `content` is compared
//! whatever it is. They have no relation between ranges either, which is most of what is here.

/// A media type or a range of them, as far as it tells messages apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaType {
    kind: String,
    subtype: String,
    /// `None` where none is named: a text may then have any.
    charset: Option<String>,
    /// `name=value`, sorted. What a parameter means, a media type defines for itself (RFC 9110 section 8.3.1).
    parameters: Vec<String>,
}

impl MediaType {
    /// Reads a media type from any text. The order of parameters does not matter, nor does the case of names and of a
    /// charset.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut parts = text.split(';').map(str::trim);
        let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
        let (kind, subtype) = essence.split_once('/').unwrap_or((&essence, ""));
        let mut charset = None;
        let mut parameters = Vec::new();
        for part in parts.filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
            let value = value.trim_matches('"');
            if name == "charset" {
                charset = Some(value.to_ascii_lowercase());
            } else {
                parameters.push(format!("{name}={value}"));
            }
        }
        parameters.sort_unstable();
        let is_utf_8 = charset.as_deref() == Some("utf-8");
        Self {
            charset: charset.filter(|_| !(is_utf_8 && is_always_utf_8(kind, subtype))),
            kind: kind.to_owned(),
            subtype: subtype.to_owned(),
            parameters,
        }
    }

    /// Returns whether messages are XML (RFC 7303).
    #[must_use]
    pub fn is_xml(&self) -> bool {
        self.subtype == "xml" || self.subtype.ends_with("+xml")
    }

    /// Returns type and subtype, without parameters.
    #[must_use]
    pub fn essence(&self) -> String {
        format!("{}/{}", self.kind, self.subtype)
    }

    /// Returns whether every message of the other media type is of this one, which is wider: a range, or a media type
    /// without a charset (RFC 9110 section 12.5.1). Other parameters may tell formats apart, as `profile` does.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        let within = |range: &str, one: &str| range == "*" || range == one;
        let has_parameters_of_this = if self.is_range() {
            let mut parameters = self.parameters.iter();
            parameters.all(|part| other.parameters.contains(part))
        } else {
            self.parameters == other.parameters
        };
        self != other
            && within(&self.kind, &other.kind)
            && within(&self.subtype, &other.subtype)
            && (self.charset.is_none() || self.charset == other.charset)
            && has_parameters_of_this
    }

    /// Returns whether every message of the other media type is of this one, which is the same or wider.
    #[must_use]
    pub fn includes(&self, other: &Self) -> bool {
        self == other || self.covers(other)
    }

    /// Returns whether it is a range: more than one media type, of which it names none.
    #[must_use]
    pub fn is_range(&self) -> bool {
        self.subtype == "*" || self.kind == "*"
    }

    /// Returns whether its messages are JSON (RFC 6839 section 3.1).
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.subtype == "json" || self.subtype.ends_with("+json")
    }

    /// Returns how much it leaves open; the narrowest of several that cover one media type leaves the least open.
    pub fn breadth(&self) -> impl Ord + use<> {
        let wildcards = usize::from(self.kind == "*") + usize::from(self.subtype == "*");
        let parameters = self.parameters.len() + usize::from(self.charset.is_some());
        (wildcards, std::cmp::Reverse(parameters))
    }

    /// Returns a media type that is in this range and in none of the others.
    pub(crate) fn example_besides(&self, others: &[Self]) -> String {
        let kind = if self.kind == "*" {
            "application"
        } else {
            &self.kind
        };
        let names = ["octet-stream", "json", "xml", "plain", "x-other"];
        names
            .iter()
            .map(|subtype| format!("{kind}/{subtype}"))
            .find(|name| {
                let one = Self::of(name);
                !others.iter().any(|other| other.includes(&one))
            })
            .unwrap_or_else(|| format!("{kind}/x-other"))
    }
}

/// Returns whether texts of this media type have one charset, so that naming it says nothing: JSON (RFC 8259 section
/// 8.1), its streams, and events that a server sends (the HTML standard, section 9.2.6).
fn is_always_utf_8(kind: &str, subtype: &str) -> bool {
    let suffix = subtype.rsplit('+').next().unwrap_or_default();
    matches!(suffix, "json" | "json-seq" | "jsonl" | "x-ndjson")
        || (kind, subtype) == ("text", "event-stream")
}

#[cfg(test)]
mod tests {
    use super::MediaType;

    #[test]
    fn spelling_does_not_matter() {
        for other in [
            "Application/JSON",
            "application/json ; charset=\"UTF-8\"",
            "application/json;",
            "application/json; Charset = utf-8",
        ] {
            assert_eq!(MediaType::of(other), MediaType::of("application/json"));
        }
        assert_ne!(
            MediaType::of("text/plain; charset=utf-8"),
            MediaType::of("text/plain")
        );
        assert_ne!(
            MediaType::of("application/json; profile=\"https://a.example/A\""),
            MediaType::of("application/json; profile=\"https://a.example/a\"")
        );
    }

    #[test]
    fn ranges_cover_what_they_contain() {
        let covers = |range: &str, one: &str| MediaType::of(range).covers(&MediaType::of(one));
        assert!(covers("*/*", "text/html"));
        assert!(covers("text/*", "text/html; level=1"));
        assert!(covers("text/html", "text/html; charset=utf-8"));
        assert!(!covers("text/html; charset=utf-8", "text/html"));
        assert!(!covers("text/html", "text/html; level=1"));
        assert!(!covers("text/*", "application/json"));
        assert!(!covers("text/html", "text/html"));
    }
}
