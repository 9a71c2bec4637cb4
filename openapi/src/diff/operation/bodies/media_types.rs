//! Media types and their ranges (RFC 9110 section 8.3.1 and 12.5.1): which entry of `content` stands
//! for which messages.

use crate::diff::walk::Node;

/// A key of `content`, as far as it tells messages apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MediaType {
    kind: String,
    subtype: String,
    /// `name=value`, sorted. JSON has one charset, so to name it says nothing (RFC 8259 section 8.1).
    parameters: Vec<String>,
}

impl MediaType {
    pub(crate) fn of(key: &str) -> Self {
        let mut parts = key.split(';').map(str::trim);
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

    /// Whether every message of the other media type is of this one, which is wider.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        let within = |range: &str, one: &str| range == "*" || range == one;
        self != other
            && within(&self.kind, &other.kind)
            && within(&self.subtype, &other.subtype)
            && self
                .parameters
                .iter()
                .all(|part| other.parameters.contains(part))
    }

    /// Whether it is a range: more than one media type, of which it names none.
    pub(crate) fn is_range(&self) -> bool {
        self.subtype == "*" || self.kind == "*"
    }

    /// A media type that is in this range and in none of the others.
    pub(crate) fn one_besides(&self, others: &[Self]) -> String {
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
                !others
                    .iter()
                    .any(|other| other == &one || other.covers(&one))
            })
            .unwrap_or_else(|| format!("{kind}/x-other"))
    }

    fn breadth(&self) -> usize {
        usize::from(self.kind == "*") + usize::from(self.subtype == "*")
    }
}

/// An entry of `content`.
#[derive(Debug, Clone)]
pub(crate) struct Entry<'a> {
    pub(crate) key: &'a str,
    pub(crate) media_type: MediaType,
    pub(crate) node: Node<'a>,
}

/// The entries of a `content` object.
pub(crate) fn entries<'a>(content: &Node<'a>) -> Vec<Entry<'a>> {
    let members = content.members().into_iter();
    members
        .map(|(key, node)| Entry {
            key,
            media_type: MediaType::of(key),
            node,
        })
        .collect()
}

/// The entry for the same messages, by its spelling where two are for the same.
pub(crate) fn same<'e, 'a>(entry: &Entry<'_>, among: &'e [Entry<'a>]) -> Option<&'e Entry<'a>> {
    among
        .iter()
        .find(|other| other.key == entry.key)
        .or_else(|| {
            among
                .iter()
                .find(|other| other.media_type == entry.media_type)
        })
}

/// The narrowest entry that stands for the messages of this one among others.
pub(crate) fn covering<'e, 'a>(entry: &Entry<'_>, among: &'e [Entry<'a>]) -> Option<&'e Entry<'a>> {
    among
        .iter()
        .filter(|other| other.media_type.covers(&entry.media_type))
        .min_by_key(|other| other.media_type.breadth())
}

/// Who chooses the media type of a message among those that are declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    /// Who reads it, by asking for one (`Accept`, RFC 9110 section 12.5.1): an answer of the server.
    Reader,
    /// Who sends it.
    Sender,
}
