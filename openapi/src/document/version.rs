//! The versions of OpenAPI that are read.

/// The OpenAPI version that a document declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// Swagger 2.0: lifted to 3.0 on reading.
    V2_0,
    /// 3.0.x: schemas are an extended subset of JSON Schema, lifted to 3.1's on reading.
    V3_0,
    /// 3.1.x: schemas are JSON Schema 2020-12.
    V3_1,
    /// 3.2.x: 3.1 with more methods and media types.
    V3_2,
}
