//! The steps from a text to a checked document.

use super::dangling_references::DanglingReferences;
use super::embed::embed;
use super::files::Loader;
use super::moved::Moved;
use super::reading::Reading;
use super::source::Source;
use super::version::Version;
use super::{
    Document, anchors, checks, dangling, families, lift, reference_siblings, swagger, text,
};
use crate::text_error::TextError;

impl Document {
    /// Reads a document from `text`; `name` is its name in errors.
    ///
    /// # Errors
    ///
    /// When the text is neither JSON nor YAML, is not a document of Swagger 2.0 or OpenAPI 3.0 to 3.2, lacks what
    /// the specification requires of the parts read here, or has a reference that does not resolve.
    pub fn parse(name: &str, text: &str) -> Result<Self, TextError> {
        Self::parse_with_files(name, text, |_| {
            Err("this document is read without its folder".to_owned())
        })
    }

    /// Reads a document that may refer to files below its own folder. `read_file` returns the text of
    /// such a file, or the reason why there is none. It gets the path from that folder, with `/` between the
    /// parts and no part `..`.
    ///
    /// # Errors
    ///
    /// As [`Self::parse`], for the files as well.
    pub fn parse_with_files(
        name: &str,
        text: &str,
        read_file: impl FnMut(&str) -> Result<String, String>,
    ) -> Result<Self, TextError> {
        Self::parse_with(name, text, Reading::default(), read_file)
    }

    /// Reads a document as [`Self::parse_with_files`] does. Where `reading` names a folder, files above it are read as
    /// well, up to the top folder: their paths begin with a part `..` for each step.
    ///
    /// # Errors
    ///
    /// As [`Self::parse_with_files`], for dangling references only where those are refused.
    pub fn parse_with(
        name: &str,
        text: impl Into<String>,
        reading: Reading<'_>,
        mut read_file: impl FnMut(&str) -> Result<String, String>,
    ) -> Result<Self, TextError> {
        let text = text.into();
        let (mut value, format) = text::parse(name, &text)?;
        let source = Source::new(text, format);
        let loader = Loader::new(name, &source, reading, &mut read_file, &value);
        let (files, misplaced) = embed(loader, &mut value)?;
        let mut document = Self {
            name: name.to_owned(),
            source,
            version: Version::V3_1,
            value,
            files,
            misplaced,
            moved: Moved::default(),
            dangling: Vec::new(),
        };
        if document
            .sources()
            .any(|source| source.has(anchors::ANCHORS))
        {
            anchors::replace_by_pointers(&mut document.value);
        }
        document.version = checks::version(&document)?;
        reference_siblings::merge_path_items(&mut document.value);
        let is_2_0 = document.version == Version::V2_0;
        if is_2_0 {
            let lifted = swagger::lift(&document.value);
            let lifted = lifted.map_err(|(pointer, message)| document.error(&pointer, message))?;
            (document.value, document.moved) = lifted;
        }
        // A file of Swagger 2.0 is lifted to a binary text.
        let has_binary = is_2_0
            || document
                .sources()
                .any(|source| source.has(&["binary", "byte"]));
        match document.version {
            Version::V2_0 | Version::V3_0 => lift::to_3_1(&mut document.value, has_binary),
            Version::V3_1 | Version::V3_2 => {
                reference_siblings::merge_texts(&mut document.value, document.version);
                if has_binary {
                    lift::replace_binary_formats(&mut document.value);
                }
            }
        }
        match reading.dangling {
            DanglingReferences::Refused => dangling::check(&document)?,
            DanglingReferences::Kept => dangling::keep(&mut document),
        }
        checks::shape(&document)?;
        if document
            .sources()
            .any(|source| source.has(&["discriminator"]))
        {
            families::add(&mut document.value);
        }
        Ok(document)
    }

    pub(super) fn sources(&self) -> impl Iterator<Item = &Source> {
        std::iter::once(&self.source).chain(self.files.values())
    }
}
