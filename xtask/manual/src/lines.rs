//! Lines broken between words, so that a terminal does not break them within one.

use std::io::{self, Write};

/// How much further the rest of a broken line begins than the line itself.
const HANG: usize = 2;

/// A writer that breaks lines between words at a width. Escapes of styles take no room. A word that is wider than a line
/// stays whole.
pub struct Lines<'w> {
    out: &'w mut dyn Write,
    width: Option<usize>,
    line: Vec<u8>,
    verbatim: bool,
}

impl<'w> Lines<'w> {
    /// Builds a writer; without a width it leaves all lines as they are.
    #[must_use]
    pub fn new(out: &'w mut dyn Write, width: Option<usize>) -> Self {
        Self {
            out,
            width,
            line: Vec::new(),
            verbatim: false,
        }
    }

    /// Returns the width of a line, if it has one.
    #[must_use]
    pub fn width(&self) -> Option<usize> {
        self.width
    }

    /// Writes a line as it is, for a reader who copies it, such as a command.
    ///
    /// # Errors
    ///
    /// When the writer fails.
    pub fn verbatim(&mut self, line: &str) -> io::Result<()> {
        self.verbatim = true;
        let written = writeln!(self, "{line}");
        self.verbatim = false;
        written
    }

    fn end_line(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        let text = String::from_utf8_lossy(&line);
        match self.width {
            Some(width) if !self.verbatim && shown_width(&text) > width => {
                self.out.write_all(broken(&text, width).as_bytes())
            }
            Some(_) | None => self.out.write_all(&line),
        }
    }
}

impl Write for Lines<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(part);
            if part.ends_with(b"\n") {
                self.end_line()?;
            }
        }
        Ok(bytes.len())
    }

    /// Writes what is not yet a line.
    fn flush(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        self.out.write_all(&line)?;
        self.out.flush()
    }
}

/// Counts the characters that a terminal shows.
fn shown_width(text: &str) -> usize {
    let mut in_escape = false;
    let shown = text.chars().filter(|character| {
        let hidden = in_escape || character.is_control();
        in_escape = match character {
            '\u{1b}' => true,
            // The end of a style's escape. The bracket after the escape character is a part of it.
            '@'..='Z' | '\\'..='~' => false,
            _ => in_escape,
        };
        !hidden
    });
    shown.count()
}

/// Breaks a line. What follows columns of labels stays in its column.
fn broken(line: &str, width: usize) -> String {
    let line = line.trim_end_matches('\n');
    let indent = line.len() - line.trim_start_matches(' ').len();
    let mut hang = indent + HANG;
    let (mut text, mut used) = (" ".repeat(indent), indent);
    let mut rest = &line[indent..];
    while !rest.is_empty() {
        let end = rest.find(' ').unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let gap = after.len() - after.trim_start_matches(' ').len();
        let needed = shown_width(word);
        // A word that is too wide for any line gains nothing by one of its own.
        if used + needed > width && used > hang && hang + needed <= width {
            text.truncate(text.trim_end_matches(' ').len());
            text.push('\n');
            text.push_str(&" ".repeat(hang));
            used = hang;
        }
        text.push_str(word);
        text.push_str(&after[..gap]);
        used += needed + gap;
        if gap > 1 && used < width / 2 {
            hang = used;
        }
        rest = &after[gap..];
    }
    text.truncate(text.trim_end_matches(' ').len());
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::Lines;

    fn written(text: &str, width: Option<usize>) -> String {
        let mut out = Vec::new();
        let mut lines = Lines::new(&mut out, width);
        lines.write_all(text.as_bytes()).expect("memory");
        lines.flush().expect("memory");
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn lines_are_broken_between_words_and_hang() {
        let text = "    in one two three four\nshort\n  label    one two three\n";
        assert_eq!(written(text, None), text);
        assert_eq!(
            written(text, Some(20)),
            "    in one two three\n      four\nshort\n  label    one two\n    three\n"
        );
        assert_eq!(
            written("  label  one two three four\n", Some(18)),
            "  label  one two\n    three four\n"
        );
        assert_eq!(
            written("  on   one two three four\n", Some(16)),
            "  on   one two\n       three\n       four\n"
        );
    }

    #[test]
    fn words_and_styles_stay_whole() {
        let word = "/components/schemas/Token";
        assert_eq!(
            written(&format!("at {word} end\n"), Some(10)),
            format!("at {word}\n  end\n")
        );
        assert_eq!(
            written("\u{1b}[1m\u{1b}[31mred\u{1b}[0m text\n", Some(8)),
            "\u{1b}[1m\u{1b}[31mred\u{1b}[0m text\n"
        );
        assert_eq!(written("no end of line", Some(4)), "no end of line");
    }

    #[test]
    fn what_is_copied_is_not_broken() {
        let mut out = Vec::new();
        let mut lines = Lines::new(&mut out, Some(8));
        lines
            .verbatim("  curl -sS -i http://127.0.0.1")
            .expect("memory");
        writeln!(lines, "one two three").expect("memory");
        assert_eq!(
            String::from_utf8(out).expect("UTF-8"),
            "  curl -sS -i http://127.0.0.1\none two\n  three\n"
        );
    }
}
