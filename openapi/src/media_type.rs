//! Media types and media ranges (RFC 9110 sections 8.3.1 and 12.5.1).
//!
//! The parsers on crates.io (`mime`, `mediatype`) reject what is not a media type; a key of `content` is compared
//! whatever it is. They have no relation between ranges either, which is most of what is here.

/// A media type or a range of them, as far as it tells messages apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaType {
    kind: String,
    subtype: String,
    /// `name=value`, sorted.
    parameters: Vec<String>,
}

impl MediaType {
    /// Reads a media type from any text: case and spaces do not matter, nor does the order of parameters. JSON has one
    /// charset, so its name is dropped (RFC 8259 section 8.1).
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut parts = text.split(';').map(str::trim);
        let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
        let (kind, subtype) = essence.split_once('/').unwrap_or((&essence, ""));
        let is_json = subtype == "json" || subtype.ends_with("+json");
        let mut parameters: Vec<String> = parts
            .filter(|part| !part.is_empty())
            .map(|part| part.replace([' ', '"'], "").to_ascii_lowercase())
            .filter(|part| !(is_json && part == "charset=utf-8"))
            .collect();
        parameters.sort_unstable();
        Self {
            kind: kind.to_owned(),
            subtype: subtype.to_owned(),
            parameters,
        }
    }

    /// Returns type and subtype, without parameters.
    #[must_use]
    pub fn essence(&self) -> String {
        format!("{}/{}", self.kind, self.subtype)
    }

    /// Returns whether every message of the other media type is of this one, which is wider.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        let within = |range: &str, one: &str| range == "*" || range == one;
        self != other
            && within(&self.kind, &other.kind)
            && within(&self.subtype, &other.subtype)
            && self
                .parameters
                .iter()
                .all(|part| other.parameters.contains(part))
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

    /// Returns how many of type and subtype are wildcards.
    pub(crate) fn breadth(&self) -> usize {
        usize::from(self.kind == "*") + usize::from(self.subtype == "*")
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

#[cfg(test)]
mod tests {
    use super::MediaType;

    #[test]
    fn spelling_does_not_matter() {
        for other in [
            "Application/JSON",
            "application/json ; charset=\"UTF-8\"",
            "application/json;",
        ] {
            assert_eq!(MediaType::of(other), MediaType::of("application/json"));
        }
        assert_ne!(
            MediaType::of("text/plain; charset=utf-8"),
            MediaType::of("text/plain")
        );
    }

    #[test]
    fn ranges_cover_what_they_contain() {
        let covers = |range: &str, one: &str| MediaType::of(range).covers(&MediaType::of(one));
        assert!(covers("*/*", "text/html"));
        assert!(covers("text/*", "text/html; level=1"));
        assert!(covers("text/html", "text/html; level=1"));
        assert!(!covers("text/*", "application/json"));
        assert!(!covers("text/html", "text/html"));
    }
}
