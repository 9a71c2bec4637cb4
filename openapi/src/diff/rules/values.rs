//! Rules of the sets of values that schemas stand for, one trait at a time.

use super::row::Row;
use crate::diff::rules::class::Class::{Additive, Breaking, Docs, Unproven};
use crate::diff::rules::rule::Action::{Changed, Narrowed, Widened};
use crate::diff::rules::rule::Area::{Request, Response};
use crate::diff::rules::rule::Kind;

/// What a schema says of one kind of a value's traits, compared as a set of values.
macro_rules! of_values {
    ($($kind:ident: $what:literal;)*) => {
        &[$(
            Row {
                areas: &[Request],
                kind: Kind::$kind,
                actions: &[Narrowed],
                classes: &[Breaking, Unproven, Additive],
                means: concat!($what, " takes in less than it did, in what a request carries."),
                why: "Clients send values that are now refused; the witness is one. Additive: what is around it, as another alternative, takes them in, or refused them before. Unproven: no whole message with one was found.",
            },
            Row {
                areas: &[Request],
                kind: Kind::$kind,
                actions: &[Widened],
                classes: &[Additive],
                means: concat!($what, " takes in more than it did, in what a request carries."),
                why: "Every value that was accepted still is.",
            },
            Row {
                areas: &[Response],
                kind: Kind::$kind,
                actions: &[Widened],
                classes: &[Breaking, Unproven, Additive],
                means: concat!($what, " takes in more than it did, in what a response carries."),
                why: of_values!(@sent $kind),
            },
            Row {
                areas: &[Response],
                kind: Kind::$kind,
                actions: &[Narrowed],
                classes: &[Additive],
                means: concat!($what, " takes in less than it did, in what a response carries."),
                why: "Every value that may still be sent was to be expected before.",
            },
            Row {
                areas: &[Request, Response],
                kind: Kind::$kind,
                actions: &[Changed],
                classes: of_values!(@changed $kind),
                means: concat!($what, " is another, in what {where} carries."),
                why: of_values!(@why $kind),
            },
        )*]
    };
    (@sent Enum) => {
        "Clients are sent values that they were never told of; the witness is one. Additive: the list \
         was open (`x-extensible-enum`), or what is around it, as another alternative, told of them, or \
         forbids them. Unproven: no whole message with one was found."
    };
    (@sent $kind:ident) => {
        "Clients are sent values that they were never told of; the witness is one. Additive: what is \
         around it, as another alternative, told of them, or forbids them. Unproven: no whole message \
         with one was found."
    };
    (@changed Format) => { &[Breaking, Unproven, Docs] };
    (@changed $kind:ident) => { &[Unproven] };
    (@why Format) => {
        "A format that no validator asserts, such as `int64`, only tells a reader. Breaking: what was encoded \
         by one `contentEncoding` or `contentMediaType` is misread by another; the witness is such a text. Unproven: the \
         format is asserted, and neither compatibility nor a breaking value was found."
    };
    (@why $kind:ident) => { "Neither compatibility nor a breaking value was found; a person must look." };
}

pub(super) const ROWS: &[Row] = of_values! {
    Type: "What is said of the JSON type";
    Enum: "The list of values";
    Range: "What is said of the range of a number";
    Length: "What is said of the length of a string, an array or an object";
    Pattern: "The pattern of a string";
    Format: "The format of a string";
    Schema: "The set of values that a schema stands for, compared as a whole,";
};
