//! Agreement with oasdiff over the documents of its tests. For each disagreement, a line of
//! `openapi/tests/corpus-disagreements.md` says why.

use std::collections::BTreeMap;
use std::path::Path;

use openapi::cli::{Exit, Failure, Outcome, read};
use openapi::diff::{Verdict, compare};
use serde::Deserialize;
use testbed::cargo::workspace_root;

use crate::documents;

/// A pair of documents, and the highest level that oasdiff reports of it.
#[derive(Debug, Deserialize)]
struct Pair {
    base: String,
    revision: String,
    verdict: String,
}

/// Compares every pair; prints the figures and the disagreements that are not accounted for.
pub(super) fn run() -> Outcome {
    let Some(corpus) = documents::given("OPENAPI_CORPUS", "../shared/specdiff-corpus")? else {
        return Ok(Exit::Success);
    };
    let pairs = pairs(&corpus)?;
    let accounts = accounts()?;
    let mut agree = 0;
    let mut silent = (0, 0);
    let mut by_kind: BTreeMap<(String, &str), usize> = BTreeMap::new();
    let mut unaccounted = Vec::new();
    let mut accounted = 0;
    for pair in &pairs {
        let base = read(&corpus.join(&pair.base))?;
        let revision = read(&corpus.join(&pair.revision))?;
        let verdict = compare(&base, &revision).verdict();
        let agrees = match pair.verdict.as_str() {
            "error" => verdict == Verdict::Breaking,
            "warning" => matches!(verdict, Verdict::Breaking | Verdict::Warning),
            "info" => matches!(verdict, Verdict::Additive | Verdict::Docs),
            // oasdiff reports nothing for a pair that differs: any change of ours is right.
            _ => verdict != Verdict::Identical,
        };
        if pair.verdict == "unreported-diff" {
            silent = (silent.0 + usize::from(agrees), silent.1 + 1);
        }
        if agrees {
            agree += 1;
            continue;
        }
        *by_kind
            .entry((pair.verdict.clone(), verdict.name()))
            .or_default() += 1;
        let key = format!("{} → {}", pair.base, pair.revision);
        if accounts
            .get(&key)
            .is_some_and(|ours| ours == verdict.name())
        {
            accounted += 1;
        } else {
            unaccounted.push(format!(
                "{key}: oasdiff says {}, we say {}",
                pair.verdict,
                verdict.name()
            ));
        }
    }
    let total = pairs.len();
    anstream::println!("agreement with oasdiff over {total} pairs of its own tests");
    #[allow(clippy::cast_precision_loss)]
    let percent = 100.0 * agree as f64 / total as f64;
    anstream::println!("  {agree} agree ({percent:.1} %; at least 95 % is the aim)");
    anstream::println!(
        "  {} of {} pairs that differ while oasdiff is silent get an entry",
        silent.0,
        silent.1
    );
    for ((theirs, ours), count) in by_kind {
        anstream::println!("  {count:>3} where oasdiff says {theirs} and we say {ours}");
    }
    anstream::println!(
        "  {accounted} disagreements accounted for, {} not",
        unaccounted.len()
    );
    for line in &unaccounted {
        anstream::println!("    {line}");
    }
    Ok(if unaccounted.is_empty() {
        Exit::Success
    } else {
        Exit::Failed
    })
}

/// Reads the corpus's list of pairs.
fn pairs(corpus: &Path) -> Result<Vec<Pair>, Failure> {
    let path = corpus.join("manifest.jsonl");
    let text = std::fs::read_to_string(&path)
        .map_err(|error| Failure::unreadable(format!("cannot read {}: {error}", path.display())))?;
    let pairs: Vec<Pair> = text
        .lines()
        .enumerate()
        .map(|(index, line)| {
            serde_json::from_str(line).map_err(|error| {
                Failure::unreadable(format!("{}:{}: {error}", path.display(), index + 1))
            })
        })
        .collect::<Result<_, _>>()?;
    if pairs.is_empty() {
        let path = path.display();
        return Err(Failure::unreadable(format!(
            "{path} names no pair of documents: nothing can be compared"
        )));
    }
    Ok(pairs)
}

/// Returns the pairs that the file of disagreements accounts for, as `base → revision`, with our verdict.
fn accounts() -> Result<BTreeMap<String, String>, Failure> {
    let path = workspace_root().join("openapi/tests/corpus-disagreements.md");
    let text = match std::fs::read_to_string(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            let path = path.display();
            return Err(Failure::unreadable(format!("cannot read {path}: {error}")));
        }
        text => text.unwrap_or_default(),
    };
    let rows = text.lines().filter_map(|line| {
        let mut columns = line.strip_prefix("| `")?.split(" | ");
        let pair = columns.next()?.strip_suffix('`')?;
        Some((pair.to_owned(), columns.nth(1)?.to_owned()))
    });
    Ok(rows.collect())
}
