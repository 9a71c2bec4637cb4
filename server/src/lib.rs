//! The token service: annotated handlers that emit the published contract and keep it.
