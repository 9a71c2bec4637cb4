//! Rules of operations, servers, security, parameters, bodies, responses and headers.

use crate::diff::rules::class::Class::{Additive, Breaking, Docs, Unproven, Warning};
use crate::diff::rules::row::{Row, row};
use crate::diff::rules::rule::Action::{Added, Changed, Narrowed, Removed, Widened};
use crate::diff::rules::rule::Area::{
    Callback, Document, Header, Operation, Parameter, Request, Response, Security, Webhook,
};
use crate::diff::rules::rule::Kind;

/// The rules of operations and of what their messages consist of.
pub(super) const ROWS: &[Row] = &[
    row(&[Operation], Kind::Whole, &[Removed], &[Breaking, Docs])
        .means("An operation was removed.")
        .why("Calls of it no longer work. Docs: it was deprecated, and its sunset has come."),
    row(&[Operation], Kind::Whole, &[Narrowed], &[Breaking, Warning])
        .means("Some calls of an operation reach a new one, whose path is written out where the other has parameters.")
        .why("Paths without parameters are matched first (OpenAPI 3.1 section 4.8.8). Breaking: the document lists the value of the parameter, which the witness shows. Warning: the parameter may have the value."),
    row(&[Operation], Kind::Whole, &[Added], &[Additive])
        .means("An operation is new.")
        .why("No client called it."),
    row(&[Webhook], Kind::Whole, &[Removed], &[Breaking, Docs])
        .means("A webhook was removed.")
        .why("A receiver that waits for it is no longer called. Docs: it was deprecated, and its sunset has come."),
    row(&[Webhook], Kind::Whole, &[Added], &[Additive])
        .means("A webhook is new.")
        .why("Only receivers that ask for it are called."),
    row(&[Callback], Kind::Whole, &[Removed], &[Breaking])
        .means("A callback of an operation, or one operation of a callback, was removed.")
        .why("A receiver that waits for it is no longer called."),
    row(&[Callback], Kind::Whole, &[Added], &[Additive])
        .means("A callback of an operation, or one operation of a callback, is new.")
        .why("Only receivers that ask for it are called."),
    row(&[Document], Kind::Whole, &[Removed], &[Breaking])
        .means("A document was removed (`--all`).")
        .why("Calls of its operations no longer work, unless another document has them: that is not looked for."),
    row(&[Document], Kind::Whole, &[Added], &[Additive])
        .means("A document is new (`--all`).")
        .why("No client called its operations."),
    row(&[Document, Operation], Kind::Server, &[Removed], &[Breaking])
        .means("A server of {where} is no longer listed.")
        .why("Clients that use its address may reach no server."),
    row(&[Document, Operation], Kind::Server, &[Added], &[Additive])
        .means("A server of {where} is new.")
        .why("The servers that were listed still serve."),
    row(&[Document, Operation], Kind::Server, &[Changed], &[Breaking])
        .means("All servers of {where} changed their addresses alike.")
        .why("Clients that use an address that was listed, as the witness is, may reach no server."),
    row(&[Document, Operation], Kind::Server, &[Narrowed], &[Breaking])
        .means("A variable in the address of a server of {where} may no longer have some of its values.")
        .why("Clients that use one of them may reach no server; the witness is such an address."),
    row(&[Document, Operation], Kind::Server, &[Widened], &[Additive])
        .means("A variable in the address of a server of {where} may have more values.")
        .why("The addresses that were possible still serve."),
    row(&[Security], Kind::Requirement, &[Narrowed], &[Breaking])
        .means("Credentials that sufficed for an operation no longer do, or can no longer be obtained.")
        .why("Callers that have only these are refused; the witness lists them."),
    row(&[Security], Kind::Requirement, &[Widened], &[Additive])
        .means("Credentials that did not suffice for an operation now do.")
        .why("Callers that were accepted still are."),
    row(&[Security], Kind::Server, &[Changed], &[Breaking])
        .means("An address at which a client obtains credentials changed (`tokenUrl`, `authorizationUrl`, `refreshUrl`, `deviceAuthorizationUrl`, `oauth2MetadataUrl`).")
        .why("Clients that use the address, which is the witness, may reach no server."),
    row(&[Parameter], Kind::Whole, &[Removed], &[Breaking, Additive, Docs])
        .means("A parameter is no longer declared.")
        .why("Requests that carry it are not covered: a server may refuse or ignore it. What the server sends to callbacks and webhooks breaks only if the parameter was required. Docs: it was deprecated, and its sunset has come."),
    row(&[Parameter], Kind::Whole, &[Added], &[Additive])
        .means("An optional parameter is new.")
        .why("Requests without it still work."),
    row(&[Parameter], Kind::Required, &[Added], &[Breaking, Additive])
        .means("A parameter is required that was optional or not declared.")
        .why("Requests without it, which worked, are refused. What the server sends to callbacks and webhooks may always contain more."),
    row(&[Parameter], Kind::Required, &[Removed], &[Breaking, Additive])
        .means("A parameter that was required is optional.")
        .why("Requests that carry it still work. It breaks callbacks and webhooks, whose receivers relied on it."),
    row(&[Parameter, Header], Kind::Type, &[Widened], &[Additive])
        .means("The single value of {where} has become a list.")
        .why("A value written as text is also the list of that one value; the value itself is compared with the items."),
    row(&[Parameter, Header], Kind::Style, &[Changed], &[Breaking, Unproven, Docs])
        .means("The value of {where} is written in another style (`style`, `explode`), or as `content` instead; or parameters are now the fields of one object, or the reverse.")
        .why("What is written in one style is misread in the other; the witness is such a text. Unproven: no value was found that is written differently. Docs: every value is written as before."),
    row(&[Request, Response], Kind::Style, &[Changed], &[Breaking, Unproven, Docs])
        .means("A field of a form in {where} is written in another style (`style`, `explode`).")
        .why("What is written in one style is misread in the other; the witness is such a text. Unproven: no value was found that is written differently. Docs: every value is written as before."),
    row(&[Parameter], Kind::Style, &[Widened, Narrowed], &[Breaking, Additive])
        .means("A parameter may be written in more ways, or in fewer (`allowReserved`, `allowEmptyValue`).")
        .why("It breaks where a request that was written in one of these ways is refused; the witness is such a text."),
    row(&[Request], Kind::Body, &[Removed], &[Breaking, Additive])
        .means("The body of a request is no longer declared.")
        .why("Requests that carry one are not covered. What the server sends to callbacks and webhooks breaks only if the body was required."),
    row(&[Request], Kind::Body, &[Added], &[Breaking, Additive])
        .means("A request that had no body has one.")
        .why("It breaks if the body is required: requests without one are refused. What the server sends to callbacks and webhooks may always contain more."),
    row(&[Request], Kind::Required, &[Added], &[Breaking, Unproven, Additive])
        .means("The body of a request, or a property that a request carries, is now required.")
        .why("Messages without it, which worked, are refused; the witness is one. What the server sends to callbacks and webhooks may always contain more. Unproven: no message without it was found."),
    row(&[Request], Kind::Required, &[Removed], &[Breaking, Additive])
        .means("The body of a request, or a property that a request carries, is no longer required.")
        .why("Senders may still send it. It breaks callbacks and webhooks, whose receivers relied on it."),
    row(&[Request, Response], Kind::Xml, &[Changed], &[Breaking, Unproven])
        .means("A value in an XML body of {where} is written by another name, in another namespace, or as another kind of node.")
        .why("A reader does not find it where it was; the witness is how it is written. Unproven: only the prefix of the namespace changed."),
    row(&[Request, Response], Kind::MediaType, &[Removed], &[Breaking, Additive])
        .means("A media type of the body of {where} was removed.")
        .why("Clients that send only this one, or ask for it, are refused. What the server sends to webhooks and callbacks only has fewer forms."),
    row(&[Request, Response], Kind::MediaType, &[Added], &[Breaking, Additive])
        .means("A media type of the body of {where} is new.")
        .why("The media types that were listed still work. It breaks where the server sends the body to a webhook or a callback, whose receiver may not read it."),
    row(&[Request, Response], Kind::MediaType, &[Widened], &[Breaking, Additive])
        .means("A media type of the body of {where}, or of a part of one, has become a range or a list that contains it, or no longer names its charset.")
        .why("The media type that was listed is in it. It breaks where the sender chooses and the client reads; the witness is another that may be sent. A client that reads a text needs to know its charset."),
    row(&[Request], Kind::MediaType, &[Narrowed], &[Breaking])
        .means("A range of media types of the body of a request, or a list of those of a part, contains fewer, or a media type now names its charset.")
        .why("Clients that send one of the others are refused; the witness is one."),
    row(&[Response], Kind::MediaType, &[Narrowed], &[Additive])
        .means("A range of media types of the body of a response contains fewer, or a media type now names its charset.")
        .why("Clients had to expect everything that may still be sent."),
    row(&[Response], Kind::Status, &[Removed], &[Breaking, Docs])
        .means("A status of a response is no longer documented.")
        .why("Clients that handle it cannot handle what replaces it, which is not documented. Docs: its range or `default` covers it."),
    row(&[Response], Kind::Status, &[Added], &[Additive, Docs])
        .means("A status of a response is new.")
        .why("The statuses that were documented still are. Docs: its range or `default` covered it."),
    row(&[Header], Kind::Whole, &[Removed], &[Breaking, Warning, Additive])
        .means("A header of a response, or of a part of a body, is no longer documented.")
        .why("It breaks if the server always sent the header: clients relied on it. Warning: the header was optional, and many clients rely on it all the same. Additive: clients sent it."),
    row(&[Header], Kind::Whole, &[Added], &[Breaking, Additive])
        .means("A header of a response, or of a part of a body, is new.")
        .why("Receivers ignore a header that they do not know. It breaks if the server requires it in what a client sends: in a part of a request, or in the answer to a callback."),
    row(&[Header], Kind::Required, &[Removed], &[Breaking, Additive])
        .means("A header of a response, or of a part of a body, is no longer required.")
        .why("It breaks clients that relied on the server to send it."),
    row(&[Header], Kind::Required, &[Added], &[Breaking, Additive])
        .means("A header of a response, or of a part of a body, is now required.")
        .why("Clients that did not need it still do not. It breaks if the server requires it in what a client sends: in a part of a request, or in the answer to a callback."),
];
