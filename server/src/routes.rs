//! The operations. A handler authorises the caller, makes one call to the store, and wraps the result in the envelope.

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::openapi;
use crate::state::AppState;

pub(crate) mod create;
pub(crate) mod docs;
pub(crate) mod health;
pub(crate) mod list;
pub(crate) mod metrics;
pub(crate) mod revoke;

/// Returns the documented operations: their routes and their descriptions come from the same annotations.
pub(crate) fn operations() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(openapi::base())
        .routes(routes!(list::list_tokens, create::create_token))
        .routes(routes!(revoke::revoke_token))
}
