//! The rules of a comparison, for people, programs and documentation.

use std::io::{self, Write};

use anstyle::Style;

use super::text::style_of;
use crate::diff::{Class, Documented};

/// Writes the rules as plain text, with ANSI escapes that a writer strips if it is not a terminal.
///
/// # Errors
///
/// When the writer fails.
pub fn text(out: &mut dyn Write, rules: &[Documented]) -> io::Result<()> {
    let bold = Style::new().bold();
    for documented in rules {
        write!(out, "{bold}{}{bold:#}", documented.rule)?;
        for class in documented.classes {
            let style = style_of(*class);
            write!(out, " {style}{}{style:#}", class.name())?;
        }
        writeln!(out, "\n    {}\n    {}\n", documented.means, documented.why)?;
    }
    match rules {
        [_] => Ok(()),
        _ => writeln!(out, "{} rules", rules.len()),
    }
}

/// Writes the rules as one JSON list, followed by a newline.
///
/// # Errors
///
/// When the writer fails.
pub fn json(out: &mut dyn Write, rules: &[Documented]) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, rules)?;
    writeln!(out)
}

/// Writes the rules as one table of GitHub's Markdown.
///
/// # Errors
///
/// When the writer fails.
pub fn markdown(out: &mut dyn Write, rules: &[Documented]) -> io::Result<()> {
    writeln!(out, "| Rule | Class | What it means | Why |")?;
    writeln!(out, "| --- | --- | --- | --- |")?;
    for Documented {
        rule,
        classes,
        means,
        why,
    } in rules
    {
        let classes: Vec<&str> = classes.iter().copied().map(Class::name).collect();
        let classes = classes.join(", ");
        writeln!(out, "| `{rule}` | {classes} | {means} | {why} |")?;
    }
    Ok(())
}
