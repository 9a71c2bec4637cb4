//! The path parameter `token_id`.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use uuid::Uuid;

use crate::error::ApiError;
use crate::state::AppState;
use crate::validation::ValidationError;

/// The path parameter `token_id`: a UUID in its canonical form, so that a token has only one URL.
pub(crate) struct TokenId(pub(crate) Uuid);

impl FromRequestParts<AppState> for TokenId {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let loc = ["path", "token_id"];
        // The only rejection is a percent-encoding that is not UTF-8.
        let params = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| ValidationError::not_a_uuid(&loc, "\u{fffd}"))?;
        let text = params
            .iter()
            .find(|(name, _)| *name == "token_id")
            .map(|(_, value)| value)
            .unwrap_or_default();
        match Uuid::try_parse(text) {
            Ok(id) if id.hyphenated().to_string() == text => Ok(Self(id)),
            Ok(_) | Err(_) => Err(ValidationError::not_a_uuid(&loc, text).into()),
        }
    }
}

impl IntoParams for TokenId {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![
            ParameterBuilder::new()
                .name("token_id")
                .parameter_in(ParameterIn::Path)
                .required(Required::True)
                .schema(Some(
                    ObjectBuilder::new()
                        .schema_type(Type::String)
                        .title(Some("Token Id")),
                ))
                .build(),
        ]
    }
}
