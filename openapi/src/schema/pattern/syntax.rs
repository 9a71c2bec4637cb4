//! The parser of a `pattern`.
//!
//! JSON Schema's patterns are regular expressions of ECMA-262 with Unicode (JSON Schema Core 2020-12
//! section 6.4). `jsonschema-regex`, which the validator uses as well, translates them into Rust's syntax:
//! `\d` and `\w` are ASCII's, `\s` is ECMA-262's white space, `.` excludes its four line terminators, `\cX`
//! is a control character, and a class has no set operations. This file refuses the rest that Rust accepts
//! and reads differently.

use regex_syntax::ast::{self, Ast, Flag, FlagsItemKind, GroupKind, Visitor};
use regex_syntax::hir::Hir;
use regex_syntax::hir::translate::Translator;

/// The longest pattern, in bytes, that is parsed.
const LONGEST: usize = 8_192;

/// Parses a pattern; `None` where it is not regular (look-around, back-references), is not valid, or
/// means different things in ECMA-262 and in Rust.
pub(super) fn parse(pattern: &str) -> Option<Hir> {
    if pattern.len() > LONGEST {
        return None;
    }
    let translated = jsonschema_regex::to_rust_regex(pattern).ok()?;
    let ast = ast::parse::Parser::new().parse(&translated).ok()?;
    ast::visit(&ast, RefuseFlags).ok()?;
    Translator::new().translate(&translated, &ast).ok()
}

/// The visitor that refuses every flag but `i`: the others change lines and dots as ECMA-262 does not.
struct RefuseFlags;

impl Visitor for RefuseFlags {
    type Output = ();
    type Err = ();

    fn finish(self) -> Result<(), ()> {
        Ok(())
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), ()> {
        let flags = match ast {
            Ast::Flags(set) => &set.flags,
            Ast::Group(group) => match &group.kind {
                GroupKind::NonCapturing(flags) => flags,
                GroupKind::CaptureIndex(_) | GroupKind::CaptureName { .. } => return Ok(()),
            },
            Ast::Empty(_)
            | Ast::Literal(_)
            | Ast::Dot(_)
            | Ast::Assertion(_)
            | Ast::ClassUnicode(_)
            | Ast::ClassPerl(_)
            | Ast::ClassBracketed(_)
            | Ast::Repetition(_)
            | Ast::Alternation(_)
            | Ast::Concat(_) => return Ok(()),
        };
        let are_allowed = flags.items.iter().all(|item| match item.kind {
            FlagsItemKind::Negation | FlagsItemKind::Flag(Flag::CaseInsensitive) => true,
            FlagsItemKind::Flag(
                Flag::MultiLine
                | Flag::DotMatchesNewLine
                | Flag::SwapGreed
                | Flag::Unicode
                | Flag::CRLF
                | Flag::IgnoreWhitespace,
            ) => false,
        });
        if are_allowed { Ok(()) } else { Err(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn patterns_that_are_not_regular_or_not_ecma_262_are_refused() {
        for pattern in [
            r"^(?=a)a$",
            r"(a)\1",
            r"(?<x>a)\k<x>",
            r"(?m)^a$",
            r"(?s:.)",
            r"[",
            r"a{2,1}",
        ] {
            assert!(parse(pattern).is_none(), "{pattern}");
        }
        for pattern in [
            r"^\/a\-b$",
            r"\u0041\x42\cJ",
            r"(?i)^a$",
            r"(?<x>a)",
            r"[\w.-]+\b",
        ] {
            assert!(parse(pattern).is_some(), "{pattern}");
        }
    }
}
