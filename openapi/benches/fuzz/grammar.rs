//! Random documents in the shape of OpenAPI, some with values of wrong types.

use rand::RngExt as _;
use rand::rngs::SmallRng;
use serde_json::{Map, Value, json};

use crate::wild;

/// The value of a field.
#[derive(Debug, Clone, Copy)]
enum Shape {
    One(Part),
    List(Part),
    /// Members with names of the author's choice.
    Map(Part),
    Text,
    Flag,
    Number,
    /// A JSON value of any kind.
    Any,
    /// One of these.
    Word(&'static [&'static str]),
    /// A list of these.
    Words(&'static [&'static str]),
}

/// The objects of OpenAPI (3.1 section 4.8, with 3.2's additions).
#[derive(Debug, Clone, Copy)]
enum Part {
    Document,
    Info,
    PathItem,
    Operation,
    Parameter,
    Body,
    MediaType,
    Encoding,
    Response,
    Header,
    Link,
    Schema,
    Discriminator,
    Components,
    Scheme,
    Flows,
    Flow,
    Requirement,
    Server,
    Variable,
    Tag,
    Callback,
    Example,
}

use Part::{
    Body, Callback, Components, Discriminator, Document, Encoding, Example, Flow, Flows, Header,
    Info, Link, MediaType, Operation, Parameter, PathItem, Requirement, Response, Schema, Scheme,
    Server, Tag, Variable,
};
use Shape::{Any, Flag, List, Map as Named, Number, One, Text, Word, Words};

/// A small set of names, so that names collide; some are those of fields.
const NAMES: &[&str] = &[
    "a", "b", "A", "B", "default", "example", "$ref", "x-a", "type", "a/b", "m~n", "é", "",
];

const TYPES: &[&str] = &[
    "string", "integer", "number", "boolean", "object", "array", "null",
];

/// Returns the fields of an object; one that appears twice is chosen more often.
fn fields(part: Part) -> &'static [(&'static str, Shape)] {
    match part {
        Document => &[
            ("info", One(Info)),
            ("paths", Named(PathItem)),
            ("paths", Named(PathItem)),
            ("webhooks", Named(PathItem)),
            ("components", One(Components)),
            ("components", One(Components)),
            ("security", List(Requirement)),
            ("servers", List(Server)),
            ("tags", List(Tag)),
            ("jsonSchemaDialect", Text),
            ("$self", Text),
        ],
        Info => &[("title", Text), ("version", Text), ("license", Any)],
        PathItem => &[
            ("get", One(Operation)),
            ("post", One(Operation)),
            ("query", One(Operation)),
            ("additionalOperations", Named(Operation)),
            ("parameters", List(Parameter)),
            ("servers", List(Server)),
            ("summary", Text),
        ],
        Operation => &[
            ("operationId", Text),
            ("tags", List(Tag)),
            ("parameters", List(Parameter)),
            ("requestBody", One(Body)),
            ("responses", Named(Response)),
            ("responses", Named(Response)),
            ("callbacks", Named(Callback)),
            ("deprecated", Flag),
            ("security", List(Requirement)),
            ("servers", List(Server)),
            ("x-sunset", Text),
        ],
        Parameter => &[
            ("name", Text),
            ("name", Text),
            (
                "in",
                Word(&["query", "header", "path", "cookie", "querystring"]),
            ),
            ("required", Flag),
            ("deprecated", Flag),
            ("schema", One(Schema)),
            ("content", Named(MediaType)),
            ("style", Word(&["form", "simple", "matrix", "deepObject"])),
            ("explode", Flag),
            ("example", Any),
        ],
        Body => &[
            ("content", Named(MediaType)),
            ("required", Flag),
            ("description", Text),
        ],
        MediaType => &[
            ("schema", One(Schema)),
            ("schema", One(Schema)),
            ("itemSchema", One(Schema)),
            ("encoding", Named(Encoding)),
            ("examples", Named(Example)),
        ],
        Encoding => &[("contentType", Text), ("headers", Named(Header))],
        Response => &[
            ("description", Text),
            ("headers", Named(Header)),
            ("content", Named(MediaType)),
            ("links", Named(Link)),
        ],
        Header => &[
            ("schema", One(Schema)),
            ("required", Flag),
            ("content", Named(MediaType)),
        ],
        Link => &[
            ("operationId", Text),
            ("operationRef", Text),
            ("parameters", Any),
        ],
        Schema => &[
            ("type", Word(TYPES)),
            ("type", Word(TYPES)),
            ("type", Words(TYPES)),
            ("properties", Named(Schema)),
            ("properties", Named(Schema)),
            ("required", Words(NAMES)),
            ("additionalProperties", One(Schema)),
            ("additionalProperties", Flag),
            ("patternProperties", Named(Schema)),
            ("propertyNames", One(Schema)),
            ("unevaluatedProperties", Flag),
            ("items", One(Schema)),
            ("prefixItems", List(Schema)),
            ("contains", One(Schema)),
            ("allOf", List(Schema)),
            ("anyOf", List(Schema)),
            ("oneOf", List(Schema)),
            ("not", One(Schema)),
            ("if", One(Schema)),
            ("then", One(Schema)),
            ("$defs", Named(Schema)),
            ("dependentSchemas", Named(Schema)),
            ("enum", Words(NAMES)),
            ("enum", Any),
            ("const", Any),
            ("minimum", Number),
            ("maximum", Number),
            ("exclusiveMinimum", Number),
            ("exclusiveMaximum", Flag),
            ("multipleOf", Number),
            ("minLength", Number),
            ("maxLength", Number),
            ("minItems", Number),
            ("maxItems", Number),
            ("uniqueItems", Flag),
            ("minProperties", Number),
            ("maxProperties", Number),
            (
                "pattern",
                Word(&["^a+$", "(", "\\p{L}", "^(a|b)*$", "(?=x)", "[", "a{99999}"]),
            ),
            (
                "format",
                Word(&["date-time", "uuid", "int32", "email", "other"]),
            ),
            ("nullable", Flag),
            ("readOnly", Flag),
            ("writeOnly", Flag),
            ("deprecated", Flag),
            ("default", Any),
            ("example", Any),
            ("title", Text),
            ("description", Text),
            ("discriminator", One(Discriminator)),
            ("$dynamicRef", Text),
            ("x-extensible-enum", Words(NAMES)),
        ],
        Discriminator => &[("propertyName", Text), ("mapping", Any)],
        Components => &[
            ("schemas", Named(Schema)),
            ("schemas", Named(Schema)),
            ("responses", Named(Response)),
            ("parameters", Named(Parameter)),
            ("requestBodies", Named(Body)),
            ("headers", Named(Header)),
            ("securitySchemes", Named(Scheme)),
            ("callbacks", Named(Callback)),
            ("pathItems", Named(PathItem)),
            ("mediaTypes", Named(MediaType)),
            ("examples", Named(Example)),
            ("links", Named(Link)),
        ],
        Scheme => &[
            (
                "type",
                Word(&["apiKey", "http", "oauth2", "openIdConnect", "mutualTLS"]),
            ),
            ("scheme", Text),
            ("in", Word(&["query", "header", "cookie"])),
            ("name", Text),
            ("flows", One(Flows)),
            ("openIdConnectUrl", Text),
        ],
        Flows => &[
            ("implicit", One(Flow)),
            ("password", One(Flow)),
            ("deviceAuthorization", One(Flow)),
        ],
        Flow => &[("tokenUrl", Text), ("scopes", Any)],
        Requirement => &[("a", Words(NAMES)), ("b", Words(NAMES))],
        Server => &[
            ("url", Text),
            ("variables", Named(Variable)),
            ("description", Text),
        ],
        Variable => &[("default", Text), ("enum", Words(NAMES))],
        Tag => &[("name", Text), ("description", Text)],
        Callback => &[
            ("{$request.body#/url}", One(PathItem)),
            ("a", One(PathItem)),
        ],
        Example => &[("value", Any), ("summary", Text)],
    }
}

/// Returns the section of the components object that holds parts of this kind.
fn section(part: Part) -> Option<&'static str> {
    Some(match part {
        Schema => "schemas",
        Response => "responses",
        Parameter => "parameters",
        Body => "requestBodies",
        Header => "headers",
        Callback => "callbacks",
        PathItem => "pathItems",
        MediaType => "mediaTypes",
        Example => "examples",
        Link => "links",
        Document | Info | Operation | Encoding | Discriminator | Components | Scheme | Flows
        | Flow | Requirement | Server | Variable | Tag => return None,
    })
}

/// Makes a document in which `wildness` of a thousand values have a wrong type.
pub(super) fn document(random: &mut SmallRng, wildness: u32) -> Value {
    let mut generator = Generator { random, wildness };
    let mut document = generator.object(Document, 0);
    let version = *wild::pick(generator.random, &["3.0.3", "3.1.0", "3.1.1", "3.2.0"]);
    let root = document.as_object_mut();
    if let Some(root) = root
        && generator.random.random_bool(0.98)
    {
        root.insert("openapi".to_owned(), json!(version));
    }
    document
}

/// A document that is being made.
struct Generator<'r> {
    random: &'r mut SmallRng,
    wildness: u32,
}

impl Generator<'_> {
    fn object(&mut self, part: Part, depth: usize) -> Value {
        if depth > 0
            && let Some(section) = section(part)
            && self.random.random_ratio(1, 6)
        {
            let name = wild::pick(self.random, &["a", "b", "A", "B"]);
            return json!({"$ref": format!("#/components/{section}/{name}")});
        }
        if matches!(part, Schema) && self.random.random_ratio(1, 30) {
            return json!(self.random.random_bool(0.5));
        }
        let fields = fields(part);
        let wanted = match part {
            Document => 9,
            Schema if depth > 9 => self.random.random_range(0..2),
            Schema => self.random.random_range(0..5),
            _ if depth > 9 => self.random.random_range(0..2),
            _ => self.random.random_range(1..7),
        };
        let mut object = Map::new();
        for _ in 0..wanted {
            let (name, shape) = *wild::pick(self.random, fields);
            let value = self.value(shape, depth + 1);
            object.insert(name.to_owned(), value);
        }
        if matches!(part, Parameter | Scheme) {
            for (name, shape) in fields.iter().take(3) {
                let value = self.value(*shape, depth + 1);
                object.entry(*name).or_insert(value);
            }
        }
        Value::Object(object)
    }

    fn value(&mut self, shape: Shape, depth: usize) -> Value {
        if self.random.random_ratio(self.wildness, 1000) {
            return wild::value(self.random, 3);
        }
        match shape {
            One(part) => self.object(part, depth),
            List(part) => {
                let length = self.random.random_range(0..4);
                Value::Array((0..length).map(|_| self.object(part, depth)).collect())
            }
            Named(part) => {
                let length = self.random.random_range(0..4);
                let members = (0..length).map(|_| (self.name(part), self.object(part, depth)));
                Value::Object(members.collect())
            }
            Text => json!(wild::pick(self.random, NAMES)),
            Flag => json!(self.random.random_bool(0.5)),
            Number => wild::number(self.random),
            Any => wild::value(self.random, 2),
            Word(words) => json!(wild::pick(self.random, words)),
            Words(words) => {
                let length = self.random.random_range(0..4);
                let words = (0..length).map(|_| json!(wild::pick(self.random, words)));
                Value::Array(words.collect())
            }
        }
    }

    /// Picks a name for a member of a map that holds parts of this kind.
    fn name(&mut self, part: Part) -> String {
        let names: &[&str] = match part {
            PathItem => &["/a", "/a/{b}", "/a/{c}", "/{x}/{y}", "/b", "a", "b"],
            Response => &["200", "201", "4XX", "default", "404", "a", "x-a"],
            MediaType => &[
                "application/json",
                "text/*",
                "*/*",
                "application/json; charset=utf-8",
                "a",
            ],
            _ => NAMES,
        };
        (*wild::pick(self.random, names)).to_owned()
    }
}
