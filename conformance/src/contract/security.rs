//! The security of a contract: its schemes, and which of them a request of an operation must satisfy.

use std::collections::BTreeMap;

use base64::Engine as _;
use openapi::{Document, Operation, pointer};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::case::sample::Location;
use crate::percent::percent_encoded;
use crate::redact::Secrets;

/// A security scheme: how a request carries a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// A key in a header, a query parameter or a cookie.
    ApiKey { location: Location, name: String },
    /// The `authorization` header with a name user and a password (RFC 7617).
    Basic,
    /// The `authorization` header with a token after this word: `Bearer` (RFC 6750), or that of another HTTP scheme.
    Token { word: String },
    /// A certificate of the client, which `[tls]` of the profile names. The request itself carries nothing.
    MutualTls,
    /// A scheme that this suite cannot follow, such as one that signs each request.
    Unsupported { kind: String },
}

/// The schemes that one request must satisfy together, by name.
pub(crate) type Alternative = Vec<String>;

/// What an operation demands of its callers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Security {
    /// Neither the operation nor the document says anything.
    Undeclared,
    /// Any of these alternatives is enough. An empty alternative, or an empty list, admits anonymous callers.
    AnyOf(Vec<Alternative>),
}

/// A credential as a request carries it. Its `Debug` does not show the value.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Placed {
    pub(crate) location: Location,
    /// The name of the header (in lower case), of the query parameter or of the cookie.
    pub(crate) name: String,
    /// The text that is sent: whole for a header, percent-encoded for a query parameter.
    pub(crate) text: String,
}

impl std::fmt::Debug for Placed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {}", self.location.name(), self.name)
    }
}

/// A user's credential for a scheme. Its `Debug` does not show the value.
#[derive(Debug, Clone)]
pub(crate) struct Credential {
    /// The name of the scheme.
    pub(crate) name: String,
    pub(crate) scheme: Scheme,
    pub(crate) secret: SecretString,
    /// The word in front of it, in place of the usual one.
    pub(crate) prefix: Option<String>,
    /// The environment variable by which reports name it.
    pub(crate) variable: String,
}

impl Placed {
    /// Returns the name and the text as a query or a cookie has them.
    pub(crate) fn pair(&self) -> String {
        match self.location {
            Location::Query => format!("{}={}", percent_encoded(&self.name), self.text),
            Location::Path | Location::Header | Location::Cookie => {
                format!("{}={}", self.name, self.text)
            }
        }
    }
}

impl Credential {
    /// Returns the value.
    pub(crate) fn secret(&self) -> &str {
        self.secret.expose_secret()
    }

    /// Returns the credential as a request carries it.
    pub(crate) fn placed(&self) -> Option<Placed> {
        self.with(self.secret())
    }

    /// Returns another value as a request carries it in place of this one.
    pub(crate) fn with(&self, value: &str) -> Option<Placed> {
        self.scheme.placed(value, self.prefix.as_deref())
    }

    /// Registers the credential as a secret, in each form in which a request carries it.
    pub(crate) fn register(&self, secrets: &Secrets) {
        let variable = &self.variable;
        secrets.register(self.secret(), variable);
        for (text, name) in self.forms(self.secret(), &format!("printf %s \"${variable}\"")) {
            secrets.register(&text, &name);
        }
        if let (Scheme::Basic, Some((_, password))) = (&self.scheme, self.secret().split_once(':'))
        {
            secrets.register(password, &format!("{{{variable}#*:}}"));
        }
    }

    /// Conceals a value that a script of `sed` makes of this one.
    pub(crate) fn conceal(&self, secrets: &Secrets, value: &str, script: &str) {
        let print = format!("printf %s \"${}\" | sed '{script}'", self.variable);
        secrets.conceal(value, &format!("({print})"));
        for (text, name) in self.forms(value, &print) {
            secrets.conceal(&text, &name);
        }
    }

    /// Returns the other forms in which a request carries a value, each with the command of the shell that makes it of what
    /// `print` prints: so a printed command line runs as is.
    fn forms(&self, value: &str, print: &str) -> Vec<(String, String)> {
        let mut forms = Vec::new();
        if self.scheme == Scheme::Basic {
            let encoded = base64::engine::general_purpose::STANDARD.encode(value);
            forms.push((encoded, format!("({print} | base64 | tr -d '\\n')")));
        }
        if let Some(placed) = self.with(value)
            && placed.location == Location::Query
            && placed.text != value
        {
            forms.push((placed.text, format!("({print} | jq -sRr @uri)")));
        }
        forms
    }
}

impl Scheme {
    /// Reads a scheme (OpenAPI 3.1, section 4.8.27).
    fn read(scheme: &Value) -> Scheme {
        let text = |key: &str| scheme[key].as_str().unwrap_or_default();
        match text("type") {
            "apiKey" => {
                let location = match text("in") {
                    "header" => Location::Header,
                    "query" => Location::Query,
                    "cookie" => Location::Cookie,
                    other => {
                        let kind = format!("apiKey in {other:?}");
                        return Scheme::Unsupported { kind };
                    }
                };
                let name = match location {
                    Location::Header => text("name").to_ascii_lowercase(),
                    Location::Path | Location::Query | Location::Cookie => text("name").to_owned(),
                };
                Scheme::ApiKey { location, name }
            }
            "http" => match text("scheme").to_ascii_lowercase().as_str() {
                "basic" => Scheme::Basic,
                "bearer" => Scheme::bearer(),
                // Each of these computes its value from the request or from a challenge.
                kind @ ("digest" | "hoba" | "mutual" | "negotiate" | "scram-sha-1"
                | "scram-sha-256" | "vapid" | "dpop" | "gnap") => Scheme::Unsupported {
                    kind: format!("http {kind}"),
                },
                _ => Scheme::Token {
                    word: text("scheme").to_owned(),
                },
            },
            "oauth2" | "openIdConnect" => Scheme::bearer(),
            "mutualTLS" => Scheme::MutualTls,
            other => Scheme::Unsupported {
                kind: format!("type {other:?}"),
            },
        }
    }

    fn bearer() -> Scheme {
        Scheme::Token {
            word: "Bearer".to_owned(),
        }
    }

    /// Returns where a request carries the credential; `None` for a scheme whose requests carry none.
    pub(crate) fn place(&self) -> Option<(Location, &str)> {
        match self {
            Scheme::ApiKey { location, name } => Some((*location, name)),
            Scheme::Basic | Scheme::Token { .. } => Some((Location::Header, "authorization")),
            Scheme::MutualTls | Scheme::Unsupported { .. } => None,
        }
    }

    /// Returns a credential as a request carries it. `prefix` is the word in front of it, in place of the usual one. `None`
    /// for a scheme whose requests carry no credential.
    pub(crate) fn placed(&self, value: &str, prefix: Option<&str>) -> Option<Placed> {
        let (location, name) = self.place()?;
        let after = |word: &str| {
            // A value that has its word already is taken as is.
            let begins = value
                .split_once(' ')
                .is_some_and(|(first, _)| first.eq_ignore_ascii_case(word));
            match word.is_empty() || begins {
                true => value.to_owned(),
                false => format!("{word} {value}"),
            }
        };
        let text = match self {
            Scheme::Basic => {
                let encoded = base64::engine::general_purpose::STANDARD.encode(value);
                format!("{} {encoded}", prefix.unwrap_or("Basic"))
            }
            Scheme::Token { word } => after(prefix.unwrap_or(word)),
            Scheme::ApiKey { .. } | Scheme::MutualTls | Scheme::Unsupported { .. } => {
                after(prefix.unwrap_or_default())
            }
        };
        Some(Placed {
            location,
            name: name.to_owned(),
            text: match location {
                Location::Query => percent_encoded(&text),
                Location::Path | Location::Header | Location::Cookie => text,
            },
        })
    }
}

impl Security {
    /// Reads what an operation demands: its own list, or that of the document (OpenAPI 3.1, section 4.8.10).
    pub(super) fn read(document: &Document, operation: &Operation) -> Security {
        let own = pointer::join(&operation.pointer, "security");
        let listed = (document.at(&own)).or_else(|| document.value().get("security"));
        let Some(listed) = listed.and_then(Value::as_array) else {
            return Security::Undeclared;
        };
        let alternatives = listed.iter().map(|alternative| {
            let schemes = alternative.as_object().into_iter().flatten();
            schemes.map(|(scheme, _)| scheme.clone()).collect()
        });
        Security::AnyOf(alternatives.collect())
    }

    /// Returns the alternatives if an anonymous caller is not admitted.
    pub(crate) fn demanded(&self) -> Option<&[Alternative]> {
        match self {
            Security::AnyOf(alternatives)
                if !alternatives.is_empty() && alternatives.iter().all(|one| !one.is_empty()) =>
            {
                Some(alternatives)
            }
            Security::AnyOf(_) | Security::Undeclared => None,
        }
    }
}

/// Reads the schemes of a document, by name.
pub(super) fn schemes(document: &Document) -> BTreeMap<String, Scheme> {
    const PLACE: &str = "/components/securitySchemes";
    let named = document.at(PLACE).and_then(Value::as_object);
    let names = named.into_iter().flat_map(serde_json::Map::keys);
    let read = |name: &String| {
        let scheme = document.resolve(&pointer::join(PLACE, name))?;
        Some((name.clone(), Scheme::read(scheme)))
    };
    names.filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Placed, Scheme};
    use crate::case::sample::Location;

    fn sent(scheme: &serde_json::Value, value: &str, prefix: Option<&str>) -> String {
        let placed = Scheme::read(scheme).placed(value, prefix);
        let Placed {
            location,
            name,
            text,
        } = placed.expect("a place");
        format!("{} {name}: {text}", location.name())
    }

    #[test]
    fn each_scheme_has_its_place_and_its_form() {
        let key = json!({ "type": "apiKey", "in": "header", "name": "X-Api-Key" });
        assert_eq!(sent(&key, "a b", None), "header x-api-key: a b");
        assert_eq!(sent(&key, "a", Some("Token")), "header x-api-key: Token a");
        let key = json!({ "type": "apiKey", "in": "query", "name": "key" });
        assert_eq!(sent(&key, "a b&c", None), "query key: a%20b%26c");
        let basic = json!({ "type": "http", "scheme": "Basic" });
        assert_eq!(
            sent(&basic, "Aladdin:open sesame", None),
            "header authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
        );
        for bearer in [
            json!({ "type": "http", "scheme": "bearer" }),
            json!({ "type": "oauth2", "flows": {} }),
            json!({ "type": "openIdConnect", "openIdConnectUrl": "https://a.example" }),
        ] {
            assert_eq!(sent(&bearer, "t", None), "header authorization: Bearer t");
            assert_eq!(
                sent(&bearer, "t", Some("JWT")),
                "header authorization: JWT t"
            );
            assert_eq!(
                sent(&bearer, "bearer t", None),
                "header authorization: bearer t"
            );
        }
        let other = json!({ "type": "http", "scheme": "Token" });
        assert_eq!(sent(&other, "t", None), "header authorization: Token t");
        let signed = json!({ "type": "http", "scheme": "digest" });
        assert_eq!(Scheme::read(&signed).placed("t", None), None);
        let cookie = json!({ "type": "apiKey", "in": "cookie", "name": "Session" });
        assert_eq!(
            Scheme::read(&cookie).place(),
            Some((Location::Cookie, "Session"))
        );
    }
}
