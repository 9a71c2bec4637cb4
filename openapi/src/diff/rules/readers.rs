//! Rules of promises, and of what only a reader sees.

use crate::diff::rules::class::Class::{Breaking, Docs, Unproven};
use crate::diff::rules::row::{Row, row};
use crate::diff::rules::rule::Action::{Added, Changed, Narrowed, Removed, Widened};
use crate::diff::rules::rule::Area::{
    Callback, Component, Document, Header, Operation, Parameter, Request, Response,
};
use crate::diff::rules::rule::Kind;

/// The rules of promises, and of what only a reader sees.
pub(super) const ROWS: &[Row] = &[
    row(&[Operation, Parameter, Request, Response], Kind::Sunset, &[Removed], &[Breaking, Docs])
        .means("The sunset (`x-sunset`) of {where} or of a part of it was removed.")
        .why("It breaks the promise to serve it until then if it is still deprecated; otherwise the sunset is withdrawn."),
    row(&[Operation, Parameter, Request, Response], Kind::Sunset, &[Changed], &[Breaking])
        .means("The sunset (`x-sunset`) of {where} or of a part of it is no longer a date.")
        .why("Clients do not know until when it is served."),
    row(&[Operation, Parameter, Request, Response], Kind::Sunset, &[Narrowed], &[Breaking])
        .means("The sunset (`x-sunset`) of {where} or of a part of it is earlier.")
        .why("It was promised to be served for longer."),
    row(&[Operation, Parameter, Request, Response], Kind::Sunset, &[Added], &[Docs])
        .means("A sunset (`x-sunset`) of {where} or of a part of it is announced.")
        .why("No message fails until that day."),
    row(&[Operation, Parameter, Request, Response], Kind::Sunset, &[Widened], &[Docs])
        .means("The sunset (`x-sunset`) of {where} or of a part of it is later, or has another spelling.")
        .why("The promise is kept."),
    row(&[Operation, Parameter, Request, Response], Kind::Stability, &[Changed], &[Breaking])
        .means("The stability level (`x-stability-level`) of {where} or of a part of it is not, or was not, one of draft, alpha, beta and stable.")
        .why("Clients do not know what they may rely on."),
    row(&[Operation, Parameter, Request, Response], Kind::Stability, &[Narrowed], &[Breaking])
        .means("The stability level (`x-stability-level`) of {where} or of a part of it was lowered.")
        .why("Clients may no longer rely on what they relied on."),
    row(&[Operation, Parameter, Request, Response], Kind::Stability, &[Widened], &[Docs])
        .means("The stability level (`x-stability-level`) of {where} or of a part of it was raised.")
        .why("More is promised than before."),
    row(&[Operation, Parameter, Request, Response, Header], Kind::Deprecation, &[Added, Removed, Changed], &[Docs])
        .means("The mark `deprecated` of {where} or of a part of it {did}.")
        .why("It still works; readers learn not to start using it."),
    row(&[Operation], Kind::Id, &[Added, Removed, Changed], &[Docs])
        .means("The id of an operation {did}.")
        .why("No message contains it; generated clients name their functions after it."),
    row(&[Operation], Kind::Tags, &[Added, Removed, Changed], &[Docs])
        .means("The tags of an operation differ in more than their order: a list of tags {did}.")
        .why("Tags group operations for a reader."),
    row(&[Operation, Callback, Parameter, Request, Response, Header, Document, Component], Kind::Text, &[Added, Removed, Changed], &[Docs])
        .means("A text of {where} {did}: a title, a summary, a description, external documentation.")
        .why("Nothing in a message depends on it."),
    row(&[Parameter, Request, Response, Header], Kind::Example, &[Added, Removed, Changed], &[Docs])
        .means("An example of what {where} carries {did}.")
        .why("Nothing in a message depends on it."),
    row(&[Response], Kind::Link, &[Added, Removed, Changed], &[Docs])
        .means("A link of {where} to an operation that may follow {did}.")
        .why("Readers learn which request may follow; no message depends on it."),
    row(&[Request, Response], Kind::Default, &[Added, Removed, Changed], &[Docs])
        .means("A default of a value in {where} {did}.")
        .why("Readers learn what is assumed where the value is missing; no message is accepted or refused by it."),
    row(&[Request, Response], Kind::Access, &[Added, Removed, Changed], &[Docs])
        .means("The mark `readOnly` or `writeOnly` of a value in {where} {did}, or a property that is not carried there for such a mark.")
        .why("What a mark means for messages is reported at the properties that are added or removed."),
    row(&[Request, Response], Kind::Discriminator, &[Added, Removed], &[Docs])
        .means("The discriminator of alternatives in {where} {did}.")
        .why("It only helps to choose an alternative; what is accepted is decided by the alternatives."),
    row(&[Request, Response], Kind::Discriminator, &[Changed], &[Breaking, Docs])
        .means("The discriminator of alternatives in {where} uses another property, or other values.")
        .why("Receivers that read by it cannot read a value that it does not map, or maps to another alternative; the witness is one."),
    row(&[Request, Response], Kind::Format, &[Added, Removed], &[Unproven, Docs])
        .means("An encoding or media type of a string in {where} (`contentEncoding`, `contentMediaType`) {did}.")
        .why("Validators do not assert it; readers learn how to decode the string. Unproven: it is not known whether the string is encoded on both sides."),
    row(&[Request, Response], Kind::Inert, &[Changed], &[Docs])
        .means("A keyword of a schema in {where} that has no effect there differs, such as `minLength` of a number.")
        .why("It accepts and rejects nothing; mostly a mistake."),
    row(&[Operation, Callback, Parameter, Request, Response, Header, Document, Component], Kind::Extension, &[Added, Removed, Changed], &[Docs])
        .means("An extension (`x-…`) of {where} {did}.")
        .why("The specification gives it no meaning."),
    row(&[Parameter], Kind::Name, &[Changed], &[Docs])
        .means("A parameter of the path has another name.")
        .why("Its position in the path is the same, and the name is not sent."),
    row(&[Component], Kind::Name, &[Changed], &[Docs])
        .means("A component was renamed, or is written out in place, or no longer is; reported only where names count.")
        .why("No message contains it; generated clients name their types after it."),
    row(&[Component], Kind::Whole, &[Added, Removed], &[Docs])
        .means("A component that no message needs {did}.")
        .why("Nothing that a message needs refers to it."),
    row(&[Component], Kind::Whole, &[Changed], &[Unproven, Docs])
        .means("A component that no message needs, or not as a whole, {did}.")
        .why("Nothing that a message needs refers to it. Unproven: a mapping of a discriminator, a dynamic reference or a link names it, and a person must look what that means."),
    row(&[Operation, Callback, Parameter, Request, Response, Header, Document], Kind::Field, &[Added, Removed, Changed], &[Unproven, Docs])
        .means("A field of {where} for which there is no rule {did}.")
        .why("Its meaning for messages is not known here; a person must look. Docs: no version of OpenAPI has a field of this name, and tools ignore it."),
    row(&[Document], Kind::DanglingReference, &[Changed], &[Unproven])
        .means("A reference (`$ref`) of the base does not resolve.")
        .why("What it stands for is not known, so nothing is proven of what the revision has there. In a revision, such a reference is an error."),
    row(&[Document], Kind::MisplacedReference, &[Changed], &[Docs])
        .means("The revision has references (`$ref`) where strict OpenAPI has none, and something else in the document differs.")
        .why("Each is read as if its target stood there, as most tools do; a strict one refuses the document."),
    row(&[Document], Kind::UnsatisfiableSchema, &[Added, Removed, Changed], &[Docs])
        .means("No value satisfies a schema, because two of its keywords exclude each other. Added: of the revision alone; removed: of the base alone; changed: of both, and something that differs depends on it.")
        .why("It is a mistake of the document. Messages do not follow such a schema, so nothing is proven from it."),
    row(&[Operation, Callback, Document], Kind::Example, &[Added, Removed, Changed], &[Docs])
        .means("`example` or `examples`, which is out of place in {where}, {did}.")
        .why("OpenAPI gives this keyword no meaning at this place."),
    row(&[Callback, Document], Kind::Deprecation, &[Added, Removed, Changed], &[Docs])
        .means("`deprecated`, which is out of place in {where}, {did}.")
        .why("OpenAPI gives this keyword no meaning at this place."),
    row(&[Operation, Callback, Parameter, Header, Document], Kind::Default, &[Added, Removed, Changed], &[Docs])
        .means("The default of a variable in a server's address, or a `default` that is out of place in {where}, {did}.")
        .why("The default address is for readers: every address that may be chosen is served. Elsewhere OpenAPI gives the keyword no meaning."),
    row(&[Callback, Parameter, Request, Response, Header, Document], Kind::Tags, &[Added, Removed, Changed], &[Docs])
        .means("`tags`, which is out of place in {where}, {did}.")
        .why("OpenAPI gives this keyword no meaning at this place."),
    row(&[Operation, Callback, Parameter, Header, Document], Kind::Access, &[Added, Removed, Changed], &[Docs])
        .means("`readOnly` or `writeOnly`, which is out of place in {where}, {did}.")
        .why("OpenAPI gives this keyword no meaning at this place."),
    row(&[Operation, Callback, Parameter, Header, Document], Kind::Discriminator, &[Added, Removed, Changed], &[Docs])
        .means("`discriminator`, which is out of place in {where}, {did}.")
        .why("OpenAPI gives this keyword no meaning at this place."),
    row(&[Operation, Callback, Parameter, Header, Document], Kind::Format, &[Added, Removed, Changed], &[Docs])
        .means("`format` or one like it, which is out of place in {where}, {did}.")
        .why("OpenAPI gives this keyword no meaning at this place."),
];
