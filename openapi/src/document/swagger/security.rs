//! Security schemes.

use serde_json::{Map, Value, json};

use super::Lifting;
use super::written::{Written, Wrong};
use crate::pointer;

impl<'v> Lifting<'v> {
    /// Lifts a security scheme, which is to be at `place`.
    pub(super) fn security_scheme(
        &mut self,
        scheme: &Written<'v>,
        place: &str,
    ) -> Result<Value, Wrong> {
        scheme.refuse(&["flows", "scheme", "bearerFormat", "openIdConnectUrl"])?;
        let mut lifted = scheme.object.clone();
        match scheme.text("type") {
            Some("apiKey") => {}
            Some("basic") => {
                self.moved
                    .note(pointer::join(place, "scheme"), scheme.member("type"));
                lifted.insert("type".to_owned(), "http".into());
                lifted.insert("scheme".to_owned(), "basic".into());
            }
            Some("oauth2") => self.flow(scheme, place, &mut lifted)?,
            _ => {
                let message = "`type` of a security scheme must be `basic`, `apiKey` or `oauth2`";
                return Err((scheme.member("type"), message.to_owned()));
            }
        }
        Ok(Value::Object(lifted))
    }

    /// Makes the fields of a scheme those of its only flow.
    fn flow(
        &mut self,
        scheme: &Written<'v>,
        place: &str,
        lifted: &mut Map<String, Value>,
    ) -> Result<(), Wrong> {
        let flow = match scheme.text("flow") {
            Some("implicit") => "implicit",
            Some("password") => "password",
            Some("application") => "clientCredentials",
            Some("accessCode") => "authorizationCode",
            _ => {
                let message =
                    "`flow` must be `implicit`, `password`, `application` or `accessCode`";
                return Err((scheme.member("flow"), message.to_owned()));
            }
        };
        lifted.shift_remove("flow");
        let mut members = Map::new();
        for key in ["authorizationUrl", "tokenUrl", "scopes"] {
            if let Some(value) = lifted.shift_remove(key) {
                members.insert(key.to_owned(), value);
            }
        }
        members.entry("scopes").or_insert_with(|| json!({}));
        let flows = pointer::join(place, "flows");
        self.moved.note(&flows, scheme.member("flow"));
        self.moved.note(pointer::join(&flows, flow), &scheme.at);
        lifted.insert("flows".to_owned(), json!({ flow: members }));
        Ok(())
    }
}
