//! The published contract slices, and the library that reads, compares and samples OpenAPI documents.
