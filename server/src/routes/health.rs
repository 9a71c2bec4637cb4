//! `/healthz`, for what restarts the process, and `/readyz`, for what routes traffic to it.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::error::ApiError;
use crate::state::AppState;
use crate::telemetry::metrics::METRICS;

/// The longest time that the store may take to answer if the process is ready.
const READY_WITHIN: Duration = Duration::from_secs(2);

/// Reports that the process is up. It does not check the store, which a restart would not fix.
pub(crate) async fn healthz() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

/// Reports that the process is ready for traffic, or 503 when the store does not answer.
pub(crate) async fn readyz(State(state): State<AppState>) -> Result<Json<Value>, ApiError> {
    let answer = match timeout(READY_WITHIN, state.store().ping()).await {
        Ok(answer) => answer.map_err(ApiError::from),
        Err(_) => Err(ApiError::Unavailable),
    };
    METRICS.ready(answer.is_ok());
    answer?;
    Ok(Json(json!({ "status": "ready" })))
}
