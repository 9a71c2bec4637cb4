//! `/healthz` and `/readyz`, for whatever restarts the process and whatever sends it traffic.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::error::ApiError;
use crate::state::AppState;
use crate::telemetry::metrics::METRICS;

/// How long the store may take to answer before the process counts as not ready.
const READY_WITHIN: Duration = Duration::from_secs(2);

/// The process is up. Says nothing of the store: restarting does not mend one.
pub(crate) async fn healthz() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

/// The store answers, so that traffic may come; 503 otherwise.
pub(crate) async fn readyz(State(state): State<AppState>) -> Result<Json<Value>, ApiError> {
    let answer = match timeout(READY_WITHIN, state.store().ping()).await {
        Ok(answer) => answer.map_err(ApiError::from),
        Err(_) => Err(ApiError::Unavailable),
    };
    METRICS.ready(answer.is_ok());
    answer?;
    Ok(Json(json!({ "status": "ready" })))
}
