//! The envelope of every successful answer.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::json;
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

/// A successful answer: `{"success": true, "message": …, "code": …, "data": …}` (contract, 201).
#[derive(Debug, Serialize)]
pub(crate) struct SuccessEnvelope<T> {
    success: bool,
    message: &'static str,
    code: &'static str,
    data: T,
}

impl<T> SuccessEnvelope<T> {
    /// Wraps `data`. `code` is what programs branch on and never changes; `message` is for people and may.
    pub(crate) fn new(code: &'static str, message: &'static str, data: T) -> Self {
        Self {
            success: true,
            message,
            code,
            data,
        }
    }
}

// Written by hand, because utoipa's names of generic types differ from the published ones, which are pydantic's: the component
// is `SuccessEnvelope_T_`, its title `SuccessEnvelope[T]`.
impl<T: ToSchema> ToSchema for SuccessEnvelope<T> {
    fn name() -> Cow<'static, str> {
        Cow::Owned(format!("SuccessEnvelope_{}_", T::name()))
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}

impl<T: ToSchema> PartialSchema for SuccessEnvelope<T> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .property(
                "success",
                ObjectBuilder::new()
                    .schema_type(Type::Boolean)
                    .title(Some("Success"))
                    .default(Some(json!(true))),
            )
            .property("message", nullable_string("Message"))
            .property("code", nullable_string("Code"))
            .property(
                "data",
                OneOfBuilder::new()
                    .item(Ref::from_schema_name(T::name()))
                    .item(ObjectBuilder::new().schema_type(Type::Null)),
            )
            .title(Some(format!("SuccessEnvelope[{}]", T::name())))
            .into()
    }
}

/// Returns the schema of a string or null.
fn nullable_string(title: &str) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
        .title(Some(title))
}
