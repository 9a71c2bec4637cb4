//! The entries of `content`: which of them is for which messages.

use crate::diff::walk::Node;
use crate::media_type::MediaType;

/// Who chooses the media type of a message among those that are declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    /// The reader, by asking for one (`Accept`, RFC 9110 section 12.5.1): the answer of a server.
    Reader,
    /// The sender.
    Sender,
}

/// An entry of `content`.
#[derive(Debug, Clone)]
pub(crate) struct Entry<'a> {
    pub(crate) key: &'a str,
    pub(crate) media_type: MediaType,
    pub(crate) node: Node<'a>,
}

/// Returns a media type that `key` names and that is none of the others: itself, unless it is a range.
pub(crate) fn example_besides(key: &str, media_type: &MediaType, others: &[MediaType]) -> String {
    if media_type.is_range() {
        media_type.example_besides(others)
    } else {
        key.to_owned()
    }
}

/// Returns the entries of a `content` object.
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

/// Returns the entry for the same messages; of two such entries the one that is spelled alike.
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

/// Returns the narrowest entry for the messages of this one among others.
pub(crate) fn covering<'e, 'a>(entry: &Entry<'_>, among: &'e [Entry<'a>]) -> Option<&'e Entry<'a>> {
    among
        .iter()
        .filter(|other| other.media_type.covers(&entry.media_type))
        .min_by_key(|other| other.media_type.breadth())
}
