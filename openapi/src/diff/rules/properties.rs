//! Rules of null, of the properties of objects, of alternatives.

use crate::diff::rules::class::Class::{Additive, Breaking, Docs, Unproven, Warning};
use crate::diff::rules::row::{Row, row};
use crate::diff::rules::rule::Action::{Added, Changed, Narrowed, Removed, Widened};
use crate::diff::rules::rule::Area::{Request, Response};
use crate::diff::rules::rule::Kind;

/// The rules of null, of the properties of objects, of alternatives.
pub(super) const ROWS: &[Row] = &[
    row(&[Request], Kind::Null, &[Removed], &[Breaking, Unproven, Additive])
        .means("A value that a request carries may no longer be null.")
        .why("Clients that send null are refused. Additive: something around it, such as another alternative, compensates. Unproven: no whole message was found."),
    row(&[Request], Kind::Null, &[Added], &[Additive])
        .means("A value that a request carries may now be null.")
        .why("Every value that was accepted still is."),
    row(&[Response], Kind::Null, &[Added], &[Breaking, Unproven, Additive])
        .means("A value that a response carries may now be null.")
        .why("Clients receive a null that they did not have to expect. Additive: something around it, such as another alternative, compensates. Unproven: no whole message was found."),
    row(&[Response], Kind::Null, &[Removed], &[Additive])
        .means("A value that a response carries may no longer be null.")
        .why("Clients that expect null only receive none."),
    row(&[Request], Kind::RequiredProperty, &[Added], &[Breaking, Unproven, Additive])
        .means("A required property was added to what a request carries.")
        .why("Requests without it, which worked, are refused; the witness is one. Where its name was required without being declared, it breaks if other values were sent under that name. Additive: everything that was sent is accepted. Unproven: no such message was found."),
    row(&[Request], Kind::Property, &[Added], &[Breaking, Unproven, Additive])
        .means("An optional property was added to what a request carries.")
        .why("Requests without it still work; undeclared properties count as not sent. It breaks if undeclared properties had a schema, or its name was required, and other values were sent under that name."),
    row(&[Request], Kind::RequiredProperty, &[Removed], &[Breaking, Unproven, Additive, Docs])
        .means("A required property was removed from what a request carries.")
        .why("It breaks if a request that still carries it is refused, as by `additionalProperties: false`; otherwise it is ignored. Docs: it was deprecated, and its sunset has come."),
    row(&[Request], Kind::Property, &[Removed], &[Breaking, Unproven, Additive, Docs])
        .means("An optional property was removed from what a request carries.")
        .why("It breaks if a request that still carries it is refused, as by `additionalProperties: false`; otherwise it is ignored. Docs: it was deprecated, and its sunset has come."),
    row(&[Response], Kind::RequiredProperty, &[Removed], &[Breaking, Unproven, Additive, Docs])
        .means("A required property was removed from what a response carries.")
        .why("Clients relied on it; the witness is a response without it. Where its name is still required, it breaks if other values may be sent under that name. Additive: clients had to expect everything that is sent. Unproven: no such response was found. Docs: it was deprecated, and its sunset has come."),
    row(&[Response], Kind::OptionalProperty, &[Removed], &[Warning])
        .means("An optional property was removed from what a response carries, and no response breaks.")
        .why("Clients already had to expect responses without it, and many rely on it all the same. The default threshold lets it pass; `--fail-on warning` does not."),
    row(&[Response], Kind::Property, &[Removed], &[Breaking, Unproven, Docs])
        .means("An optional property was removed from what a response carries, and responses may break.")
        .why("It breaks if undeclared properties have a schema, or its name is now required, and other values may be sent under that name. Docs: it was deprecated, and its sunset has come."),
    row(&[Response], Kind::RequiredProperty, &[Added], &[Breaking, Unproven, Additive])
        .means("A required property was added to what a response carries.")
        .why("Clients ignore what they do not know. It breaks if the response did not allow it, as by `additionalProperties: false`."),
    row(&[Response], Kind::Property, &[Added], &[Breaking, Unproven, Additive])
        .means("An optional property was added to what a response carries.")
        .why("Clients ignore what they do not know. It breaks if the response did not allow it, as by `additionalProperties: false`."),
    row(&[Response], Kind::Required, &[Removed], &[Breaking, Unproven, Additive])
        .means("A property that a response carries is no longer required.")
        .why("Clients relied on it; the witness is a response without it. Additive: something around it, such as another alternative, already allowed that. Unproven: no such response was found."),
    row(&[Response], Kind::Required, &[Added], &[Additive])
        .means("A property that a response carries is now required.")
        .why("Clients that did not need it still do not."),
    row(&[Request], Kind::Alternative, &[Removed], &[Breaking, Unproven, Additive])
        .means("One of several alternatives of what a request carries was removed.")
        .why("It breaks if the other alternatives do not accept all of its values."),
    row(&[Request], Kind::Alternative, &[Added], &[Additive])
        .means("An alternative was added to what a request may carry.")
        .why("Every value that was accepted still is."),
    row(&[Response], Kind::Alternative, &[Added], &[Breaking, Unproven, Additive])
        .means("An alternative was added to what a response may carry.")
        .why("It breaks if clients did not have to expect its values; the witness is one."),
    row(&[Response], Kind::Alternative, &[Removed], &[Additive])
        .means("One of several alternatives of what a response carries was removed.")
        .why("Clients already had to expect every value that may still be sent."),
    row(&[Request, Response], Kind::Alternative, &[Changed], &[Docs])
        .means("An alternative of what {where} carries changed, and all together accept the same values.")
        .why("What one alternative no longer accepts, another does."),
    row(&[Request], Kind::AdditionalProperties, &[Narrowed], &[Breaking, Unproven, Additive])
        .means("A request may carry fewer properties beyond the declared ones.")
        .why("Clients that send them are refused; the witness is such a request. Additive: something around it, such as another alternative, compensates. Unproven: no whole message was found."),
    row(&[Request], Kind::AdditionalProperties, &[Widened], &[Additive])
        .means("A request may carry more properties beyond the declared ones.")
        .why("Every value that was accepted still is."),
    row(&[Response], Kind::AdditionalProperties, &[Narrowed], &[Additive])
        .means("A response may carry fewer properties beyond the declared ones.")
        .why("Clients already had to expect every value that may still be sent."),
    row(&[Response], Kind::AdditionalProperties, &[Widened], &[Breaking, Unproven, Additive])
        .means("A response may carry more properties beyond the declared ones.")
        .why("Clients receive properties that they did not have to expect; the witness is such a response. Additive: something around it, such as another alternative, compensates. Unproven: no whole message was found."),
    row(&[Request, Response], Kind::AdditionalProperties, &[Changed], &[Unproven])
        .means("The schema of properties beyond the declared ones in {where} differs.")
        .why("Neither compatibility nor a breaking value was found."),
];
