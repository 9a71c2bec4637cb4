//! Rules of the set of values that a schema accepts, by its keywords.

use crate::diff::rules::class::Class::{Additive, Breaking, Docs, Unproven};
use crate::diff::rules::row::{Row, row};
use crate::diff::rules::rule::Action::{Changed, Narrowed, Widened};
use crate::diff::rules::rule::Area::{Request, Response};
use crate::diff::rules::rule::Kind;

/// Builds the rules of one kind of keywords, which restrict a set of values.
macro_rules! of_values {
    ($($kind:ident: $what:literal;)*) => {
        &[$(
            row(&[Request], Kind::$kind, &[Narrowed], &[Breaking, Unproven, Additive])
                .means(concat!($what, " allows fewer values than it did, in what a request carries."))
                .why("Clients send values that are now refused; the witness is one. Additive: something around it, such as another alternative, accepts them, or rejected them already. Unproven: no whole message with one was found."),
            row(&[Request], Kind::$kind, &[Widened], &[Additive])
                .means(concat!($what, " allows more values than it did, in what a request carries."))
                .why("Every value that was accepted still is."),
            row(&[Response], Kind::$kind, &[Widened], &[Breaking, Unproven, Additive])
                .means(concat!($what, " allows more values than it did, in what a response carries."))
                .why(of_values!(@sent $kind)),
            row(&[Response], Kind::$kind, &[Narrowed], &[Additive])
                .means(concat!($what, " allows fewer values than it did, in what a response carries."))
                .why("Clients already had to expect every value that may still be sent."),
            row(&[Request, Response], Kind::$kind, &[Changed], of_values!(@changed $kind))
                .means(concat!($what, " is different, in what {where} carries."))
                .why(of_values!(@why $kind)),
        )*]
    };
    (@sent Enum) => {
        "Clients receive values that they did not have to expect; the witness is one. Additive: the list was open (`x-extensible-enum`), or something around it, such as another alternative, listed them, or rejects them. Unproven: no whole message with one was found."
    };
    (@sent $kind:ident) => {
        "Clients receive values that they did not have to expect; the witness is one. Additive: something around it, such as another alternative, included them, or rejects them. Unproven: no whole message with one was found."
    };
    (@changed Format) => { &[Breaking, Unproven, Docs] };
    (@changed $kind:ident) => { &[Unproven] };
    (@why Format) => {
        "A format that no validator asserts, such as `int64`, is only for readers. Breaking: what was encoded by one `contentEncoding` or `contentMediaType` is misread by another; the witness is such a text. Unproven: one format has replaced another, and it is not known which texts both allow."
    };
    (@why $kind:ident) => { "Neither compatibility nor a breaking value was found; a person must look." };
}

pub(super) const ROWS: &[Row] = of_values! {
    Type: "The JSON type";
    Enum: "The list of values";
    Range: "The range of a number";
    Length: "The length of a string, an array or an object";
    Pattern: "The pattern of a string";
    Format: "The format of a string";
    Schema: "A schema, compared as a whole,";
};
