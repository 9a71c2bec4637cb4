//! A `pattern` as `regex-syntax` reads it.
//!
//! JSON Schema's patterns are regular expressions of ECMA-262 with Unicode (JSON Schema Core
//! 2020-12 section 6.4). `jsonschema-regex`, which the validator translates them with as well,
//! turns ECMA-262's spelling into Rust's: `\d` and `\w` are ASCII's, `\s` is ECMA-262's set of
//! blanks, `.` stops at its four line terminators, `\cX` is a control character, and what looks
//! like an operation on sets within a class is not one. What is left to see to here is what Rust
//! reads otherwise than ECMA-262 without a word.

use regex_syntax::ast::{self, Ast, Flag, FlagsItemKind, GroupKind, Visitor};
use regex_syntax::hir::Hir;
use regex_syntax::hir::translate::Translator;

/// The longest pattern, in bytes, that is looked into.
const LONGEST: usize = 8_192;

/// What the pattern means; `None` where it is not regular (look-around, back-references), is no
/// valid expression, or is one of which ECMA-262 and Rust have different opinions.
pub(super) fn parse(pattern: &str) -> Option<Hir> {
    if pattern.len() > LONGEST {
        return None;
    }
    let translated = jsonschema_regex::to_rust_regex(pattern).ok()?;
    let ast = ast::parse::Parser::new().parse(&translated).ok()?;
    ast::visit(&ast, OwnFlags).ok()?;
    Translator::new().translate(&translated, &ast).ok()
}

/// Refuses every flag but `i`: the lines and dots of the others are not ECMA-262's.
struct OwnFlags;

impl Visitor for OwnFlags {
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
        let known = flags.items.iter().all(|item| match item.kind {
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
        if known { Ok(()) } else { Err(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn what_is_not_regular_or_not_ecmas_is_refused() {
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
