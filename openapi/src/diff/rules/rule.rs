//! Names of the kinds of differences, on three axes: where, what, and what happened to it.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::schema::Direction;

/// The kind of a difference. Written `area-kind-action`: `response-property-removed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rule {
    /// Where.
    pub area: Area,
    /// What.
    pub kind: Kind,
    /// What happened to it.
    pub action: Action,
}

impl Rule {
    pub(crate) fn new(area: Area, kind: Kind, action: Action) -> Self {
        Self { area, kind, action }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind.name();
        if kind.is_empty() {
            write!(formatter, "{}-{}", self.area.name(), self.action.name())
        } else {
            write!(
                formatter,
                "{}-{kind}-{}",
                self.area.name(),
                self.action.name()
            )
        }
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

macro_rules! axis {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            /// Returns the word in a rule's id.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }
    };
}

axis! {
    /// Where in a document.
    Area {
        /// What is around the operations: info, tags, what belongs to no operation.
        Document = "document",
        /// The operation itself.
        Operation = "operation",
        /// A webhook.
        Webhook = "webhook",
        /// A callback of an operation.
        Callback = "callback",
        /// A parameter of a request.
        Parameter = "parameter",
        /// A request's body.
        Request = "request",
        /// A response and its body.
        Response = "response",
        /// A header of a response.
        Header = "header",
        /// Who may call.
        Security = "security",
        /// A component.
        Component = "component",
    }
}

impl Area {
    /// Returns the area of the messages that go this way.
    pub(crate) fn of(direction: Direction) -> Self {
        match direction {
            Direction::Request => Self::Request,
            Direction::Response => Self::Response,
        }
    }
}

axis! {
    /// What of it.
    Kind {
        /// The thing as a whole.
        Whole = "",
        /// Title, summary, description, external documentation.
        Text = "text",
        /// An example.
        Example = "example",
        /// An extension (`x-…`).
        Extension = "extension",
        /// A link to the operation that may follow.
        Link = "link",
        /// `operationId`.
        Id = "id",
        /// The tags.
        Tags = "tags",
        /// The servers.
        Server = "server",
        /// `deprecated`.
        Deprecation = "deprecation",
        /// Until when something deprecated is served.
        Sunset = "sunset",
        /// How stable something is.
        Stability = "stability",
        /// A default value.
        Default = "default",
        /// A body.
        Body = "body",
        /// A media type of a body.
        MediaType = "media-type",
        /// A status of a response.
        Status = "status",
        /// How a parameter or header is written: style, explode, encoding.
        Style = "style",
        /// An optional property of an object.
        Property = "property",
        /// A property that messages may already lack.
        OptionalProperty = "optional-property",
        /// A required property of an object.
        RequiredProperty = "required-property",
        /// Whether something is required.
        Required = "required",
        /// The JSON types.
        Type = "type",
        /// Whether null is among the values.
        Null = "null",
        /// Enumerated values.
        Enum = "enum",
        /// Bounds of a number.
        Range = "range",
        /// Bounds on the length of a string, an array or an object.
        Length = "length",
        /// The regular expression of a string.
        Pattern = "pattern",
        /// The format.
        Format = "format",
        /// Properties beyond the declared ones.
        AdditionalProperties = "additional-properties",
        /// One of several alternatives.
        Alternative = "alternative",
        /// More than one keyword of a schema at once.
        Schema = "schema",
        /// `readOnly` or `writeOnly`.
        Access = "access",
        /// The discriminator.
        Discriminator = "discriminator",
        /// How a value is written in XML.
        Xml = "xml",
        /// A security requirement, or a scheme that it names.
        Requirement = "requirement",
        /// A name.
        Name = "name",
        /// Keywords that have no effect where they are.
        Inert = "inert",
        /// A reference of the base that cannot be followed.
        DanglingReference = "dangling-reference",
        /// A reference where OpenAPI has none.
        MisplacedReference = "misplaced-reference",
        /// A schema that no value satisfies.
        UnsatisfiableSchema = "unsatisfiable-schema",
        /// A field that the comparison has no rule for.
        Field = "field",
    }
}

axis! {
    /// What happened to it.
    Action {
        /// It did not exist in the base.
        Added = "added",
        /// It does not exist in the revision.
        Removed = "removed",
        /// It is different.
        Changed = "changed",
        /// It accepts more than it did.
        Widened = "widened",
        /// It accepts less than it did.
        Narrowed = "narrowed",
    }
}
