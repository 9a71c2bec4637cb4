//! Log lines as JSON, one object a line.
//!
//! The formatter that tracing-subscriber brings keeps the fields of a span as JSON text, which it parses and writes again for
//! each field that is added later and for each line within the span: a third of what a request cost. This one only appends.
//! The objects are the same.

use std::fmt::{self, Debug, Write};

use tracing::field::{Field, Visit};
use tracing::span::Record;
use tracing::{Event, Subscriber};
use tracing_log::NormalizeEvent;
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

/// Fields of a span: `"name":value,` for each, in the order in which they were recorded. A field is recorded once.
pub(super) struct JsonFields;

impl<'writer> FormatFields<'writer> for JsonFields {
    fn format_fields<R: RecordFields>(
        &self,
        mut writer: Writer<'writer>,
        fields: R,
    ) -> fmt::Result {
        let mut members = Members::to(&mut writer);
        fields.record(&mut members);
        members.result
    }

    fn add_fields(
        &self,
        current: &'writer mut FormattedFields<Self>,
        fields: &Record<'_>,
    ) -> fmt::Result {
        self.format_fields(current.as_writer(), fields)
    }
}

/// Lines: the instant, the level, the event's own fields, where it happened, and the fields of the span that it lies in.
pub(super) struct JsonLine;

impl<S> FormatEvent<S, JsonFields> for JsonLine
where
    S: Subscriber + for<'lookup> LookupSpan<'lookup>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, JsonFields>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        // What came over the `log` facade says by itself from where.
        let normalized = event.normalized_metadata();
        let metadata = normalized.as_ref().unwrap_or_else(|| event.metadata());
        writer.write_str("{\"timestamp\":\"")?;
        SystemTime.format_time(&mut writer)?;
        // The names of levels are plain words.
        write!(writer, "\",\"level\":\"{}\",", metadata.level())?;
        let mut members = Members::to(&mut writer);
        event.record(&mut members);
        members.result?;
        writer.write_str("\"target\":")?;
        string(&mut writer, metadata.target())?;
        let named = event.parent().and_then(|id| context.span(id));
        // Also of an event that says that it has none: what it happened in is worth knowing.
        if let Some(span) = named.or_else(|| context.lookup_current()) {
            writer.write_str(",\"span\":{")?;
            if let Some(fields) = span.extensions().get::<FormattedFields<JsonFields>>() {
                writer.write_str(fields)?;
            }
            writer.write_str("\"name\":")?;
            string(&mut writer, span.name())?;
            writer.write_char('}')?;
        }
        writer.write_str("}\n")
    }
}

/// Writes members of an object, each with a comma behind it.
struct Members<'a> {
    out: &'a mut dyn Write,
    result: fmt::Result,
}

impl<'a> Members<'a> {
    fn to(out: &'a mut dyn Write) -> Self {
        Self {
            out,
            result: Ok(()),
        }
    }

    fn member(&mut self, field: &Field, value: impl FnOnce(&mut dyn Write) -> fmt::Result) {
        let write = |out: &mut dyn Write| {
            string(out, field.name())?;
            out.write_char(':')?;
            value(out)?;
            out.write_char(',')
        };
        if self.result.is_ok() {
            self.result = write(&mut *self.out);
        }
    }
}

impl Visit for Members<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.member(field, |out| {
            if value.is_finite() {
                // With a fraction or an exponent, always: `1.0`.
                write!(out, "{value:?}")
            } else {
                out.write_str("null")
            }
        });
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.member(field, |out| write!(out, "{value}"));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.member(field, |out| write!(out, "{value}"));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.member(field, |out| write!(out, "{value}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.member(field, |out| string(out, value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.member(field, |out| {
            out.write_char('"')?;
            write!(Escaped(out), "{value:?}")?;
            out.write_char('"')
        });
    }
}

/// A string with its quotes.
fn string(out: &mut dyn Write, text: &str) -> fmt::Result {
    out.write_char('"')?;
    Escaped(out).write_str(text)?;
    out.write_char('"')
}

/// Writes what stands between the quotes of a JSON string (RFC 8259, section 7).
struct Escaped<'a>(&'a mut dyn Write);

impl Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // Nearly all text has nothing to escape, which is found out many bytes at a time.
        let escapes = text
            .bytes()
            .fold(false, |found, byte| found | must_be_escaped(byte));
        if !escapes {
            return self.0.write_str(text);
        }
        let mut written = 0;
        for (at, byte) in text.bytes().enumerate() {
            if !must_be_escaped(byte) {
                continue;
            }
            // What is escaped is one byte long, so that both sides of it are whole characters.
            self.0.write_str(&text[written..at])?;
            written = at + 1;
            match byte {
                b'"' => self.0.write_str("\\\"")?,
                b'\\' => self.0.write_str("\\\\")?,
                b'\n' => self.0.write_str("\\n")?,
                b'\r' => self.0.write_str("\\r")?,
                b'\t' => self.0.write_str("\\t")?,
                _ => write!(self.0, "\\u{byte:04x}")?,
            }
        }
        self.0.write_str(&text[written..])
    }
}

fn must_be_escaped(byte: u8) -> bool {
    byte < b' ' || byte == b'"' || byte == b'\\'
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use serde_json::{Value, json};
    use tracing::field::Empty;
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    /// What is logged in `work`, by this formatter or by the library's own.
    fn logged(ours: bool, work: impl FnOnce()) -> Vec<Value> {
        #[derive(Clone, Default)]
        struct Lines(Arc<Mutex<Vec<u8>>>);
        impl io::Write for Lines {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0.lock().unwrap().write(bytes)
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }

        let lines = Lines::default();
        let writer = lines.clone();
        let layer = tracing_subscriber::fmt::layer()
            .with_ansi(false)
            .with_writer(move || writer.clone());
        if ours {
            let layer = layer.fmt_fields(JsonFields).event_format(JsonLine);
            let subscriber = tracing_subscriber::registry().with(layer);
            tracing::subscriber::with_default(subscriber, work);
        } else {
            let layer = layer
                .json()
                .flatten_event(true)
                .with_current_span(true)
                .with_span_list(false);
            let subscriber = tracing_subscriber::registry().with(layer);
            tracing::subscriber::with_default(subscriber, work);
        }
        let bytes = lines.0.lock().unwrap().clone();
        let text = String::from_utf8(bytes).unwrap();
        text.lines()
            .map(|line| {
                let mut line: Value = serde_json::from_str(line).unwrap();
                assert!(line["timestamp"].as_str().unwrap().ends_with('Z'), "{line}");
                line["timestamp"] = json!("then");
                line
            })
            .collect()
    }

    #[test]
    fn lines_are_those_of_the_library_s_own_formatter() {
        let work = || {
            tracing::info!(number = -1, "outside");
            let span = tracing::info_span!("request", id = %"a\"b\\c", later = Empty, last = Empty);
            let _entered = span.enter();
            span.record("later", "\u{1}\n\r\t\u{8}é\u{7f}😀");
            tracing::warn!(
                status = 200_u64,
                milliseconds = 1.0,
                small = 1.5e-9,
                large = 1e300,
                endless = f64::INFINITY,
                whether = true,
                debug = ?Some("quoted \"text\"\n"),
                error = &io::Error::other("a \"problem\"") as &dyn std::error::Error,
                "answered {}", "well"
            );
            span.record("last", tracing::field::debug(["x"]));
            tracing::error!("end");
            tracing::info!(parent: None, "elsewhere");
        };
        let (ours, library) = (logged(true, work), logged(false, work));
        assert_eq!(ours.len(), 4);
        assert_eq!(ours, library);
    }
}
