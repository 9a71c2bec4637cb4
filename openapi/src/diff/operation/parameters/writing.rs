//! Values as the texts that a request or a response contains: in a style, or in the media type of `content`.

use serde_json::Value;

use crate::diff::message::{Message, message};
use crate::media_type::MediaType;
use crate::parameter_style::{default_style, encoded, in_style, scalar};

/// How a value is written; what is absent has its default.
#[derive(PartialEq, Eq)]
pub(super) enum Writing<'a> {
    Style {
        style: &'a str,
        /// Whether the parts of a value are written one by one rather than joined; `None` where that makes no
        /// difference.
        explode: Option<bool>,
    },
    /// In the one media type of `content`.
    Content(&'a str),
}

impl Writing<'_> {
    pub(super) fn name(&self) -> Message {
        match self {
            Self::Style { style, explode } => match explode {
                Some(true) => message!("{}, explode true", *style),
                Some(false) => message!("{}, explode false", *style),
                None => message!("{}", *style),
            },
            Self::Content(media_type) => message!("`{}`", *media_type),
        }
    }

    /// Returns the value as the text of the parameter or header `name`; `None` for what cannot be written this way.
    pub(super) fn text(&self, value: &Value, place: &str, name: &str) -> Option<String> {
        match self {
            Self::Style { style, explode } => {
                let explode = explode.unwrap_or_default();
                in_style(value, (style, explode), place, name)
            }
            Self::Content(media_type) => {
                let media_type = MediaType::of(media_type);
                let text = if media_type.is_json() {
                    value.to_string()
                } else if media_type.essence() == "text/plain" {
                    scalar(value)?
                } else {
                    return None;
                };
                let text = encoded(&text, place, "");
                Some(match place {
                    "query" | "cookie" | "form" => format!("{name}={text}"),
                    _ => text,
                })
            }
        }
    }

    /// Returns whether every value of these types is written as the style of its place writes a scalar: a number is
    /// the same text in JSON.
    pub(super) fn is_plain_for(&self, types: &[&str], place: &str) -> bool {
        let allowed: &[&str] = match self {
            Self::Style { style, .. } if *style == default_style(place) => SCALARS,
            Self::Style { .. } => &[],
            Self::Content(media_type) => {
                let media_type = MediaType::of(media_type);
                match media_type.essence().as_str() {
                    "text/plain" => SCALARS,
                    _ if media_type.is_json() => &SCALARS[1..],
                    _ => &[],
                }
            }
        };
        !types.is_empty() && types.iter().all(|kind| allowed.contains(kind))
    }
}

const SCALARS: &[&str] = &["string", "integer", "number", "boolean"];
