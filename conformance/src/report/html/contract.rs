//! The contract: each line in the colour of the cases that cite it, followed by the other sources that cases cite, such as
//! RFCs.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use super::case::Listing;
use super::parts::{badge, link, severity, worst};
use crate::contract::summary::{Kind, Member, Operation, Part};
use crate::event::{CaseRecord, ClauseRecord, Verdict};
use crate::report::{Report, summary};
use openapi::shown::visible;

/// The fewest words by which a clause and a line are matched. Fewer words could match anywhere.
const LEAST_WORDS: usize = 2;

/// The most cases that a line names where not all cases are shown whole.
const NAMED: usize = 12;

/// The most clauses that a line quotes.
const QUOTED: usize = 3;

/// The most properties on the page. Beyond, those of an answer or a body are counted.
const MEMBERS: usize = 2000;

/// A clause with the cases that cite it.
struct Clause<'a> {
    record: &'a ClauseRecord,
    words: String,
    cases: Vec<&'a CaseRecord>,
}

/// The clauses of a report. Where not all cases are shown whole, those of derived cases are left out: they repeat the part that
/// the case covers.
struct Clauses<'a> {
    clauses: Vec<Clause<'a>>,
    listing: &'a Listing<'a>,
    /// Whether a covered part was observed, by its operation and name.
    observed: BTreeMap<(&'a str, &'a str), bool>,
    /// Whether there is room for every property of the contract.
    names_members: bool,
    /// The indices of the clauses that the page already shows.
    shown: BTreeSet<usize>,
    /// The operation that is being rendered, as the sources of clauses name it.
    operation: String,
}

impl<'a> Clauses<'a> {
    fn new(report: &'a Report, listing: &'a Listing<'a>) -> Clauses<'a> {
        let mut clauses: Vec<Clause<'a>> = Vec::new();
        let written = report
            .cases
            .iter()
            .filter(|case| listing.is_whole() || !case.is_derived());
        for case in written {
            match (clauses.iter_mut()).find(|clause| *clause.record == case.clause) {
                Some(clause) => clause.cases.push(case),
                None => clauses.push(Clause {
                    record: &case.clause,
                    words: words(&case.clause.text),
                    cases: vec![case],
                }),
            }
        }
        let coverage = report.end.as_ref().map(|end| &end.coverage.parts);
        let mut observed = BTreeMap::new();
        for part in coverage.into_iter().flatten() {
            // Of parts with the same name, the first counts.
            (observed.entry((part.operation.as_str(), part.name.as_str())))
                .or_insert(part.observed);
        }
        let parts = report.run.operations.iter().flat_map(|one| &one.parts);
        Clauses {
            clauses,
            listing,
            observed,
            names_members: parts.map(|part| part.members.len()).sum::<usize>() <= MEMBERS,
            shown: BTreeSet::new(),
            operation: String::new(),
        }
    }

    /// Finds the clauses that quote a line of the contract or are quoted in it.
    fn find(&mut self, line: &str) -> Vec<usize> {
        if line.ends_with(':') {
            // A heading states no requirement.
            return Vec::new();
        }
        let found = self.matching(line);
        match line.split_once(": ") {
            // A clause may quote the line without its heading, such as `Note:`.
            Some((_, rest)) if found.is_empty() => self.matching(rest),
            Some(_) | None => found,
        }
    }

    /// Finds the clauses whose words include the line, or are included in it.
    fn matching(&mut self, line: &str) -> Vec<usize> {
        let line = words(line);
        if line.split(' ').count() < LEAST_WORDS {
            return Vec::new();
        }
        let found: Vec<usize> = (0..self.clauses.len())
            .filter(|&index| {
                let Clause { record, words, .. } = &self.clauses[index];
                // A clause about another operation does not match, even if the words do.
                let is_elsewhere =
                    record.source.contains(" /") && !record.source.ends_with(&self.operation);
                if is_elsewhere {
                    return false;
                }
                contains_words(words, &line)
                    || (words.split(' ').count() >= LEAST_WORDS && contains_words(&line, words))
            })
            .collect();
        self.shown.extend(&found);
        found
    }
}

/// Returns whether a text contains another as whole words.
fn contains_words(text: &str, part: &str) -> bool {
    format!(" {text} ").contains(&format!(" {part} "))
}

/// Returns the words of a text in lower case, separated by spaces and without punctuation.
fn words(text: &str) -> String {
    let words = text.split(|character: char| !character.is_alphanumeric());
    let words = words.filter(|word| !word.is_empty()).map(str::to_lowercase);
    words.collect::<Vec<_>>().join(" ")
}

pub(super) fn section(report: &Report, listing: &Listing<'_>) -> Markup {
    let mut clauses = Clauses::new(report, listing);
    let operations: Vec<Markup> = (report.run.operations.iter())
        .map(|one| operation(report, one, &mut clauses))
        .collect();
    let mut sources: Vec<(&str, Vec<usize>)> = Vec::new();
    for (index, clause) in clauses.clauses.iter().enumerate() {
        if clauses.shown.contains(&index) {
            continue;
        }
        match (sources.iter_mut()).find(|(source, _)| *source == clause.record.source) {
            Some((_, indices)) => indices.push(index),
            None => sources.push((&clause.record.source, vec![index])),
        }
    }
    html! {
        section id="contract" aria-labelledby="contract-title" {
            h2 id="contract-title" { "Contract" }
            p { "The colour of a line shows the worst verdict of the cases that cite it." }
            @for operation in operations { (operation) }
            @if !sources.is_empty() {
                h3 { "Other sources that cases cite" }
                @for (source, indices) in &sources {
                    h4 { (visible(source)) }
                    ul class="clauses" {
                        @for &index in indices {
                            @let clause = &clauses.clauses[index];
                            (line(&html! { (visible(&clause.record.text)) }, &clause.cases, &[], listing))
                        }
                    }
                }
            }
        }
    }
}

fn operation(report: &Report, operation: &Operation, clauses: &mut Clauses<'_>) -> Markup {
    clauses.operation = format!("{} {}", operation.method, operation.path);
    let parts = |kind: Kind| operation.parts.iter().filter(move |part| part.kind == kind);
    let sentences = sentences(&operation.description);
    html! {
        article class="operation" {
            h3 { code { (visible(&operation.method)) " " (visible(&operation.path)) } " " (visible(&operation.summary)) }
            @if !sentences.is_empty() {
                ul class="clauses" { @for sentence in &sentences { (quoted(&html! { (visible(sentence)) }, sentence, None, report, clauses)) } }
            }
            @for (kind, title) in [(Kind::Parameter, "Parameters"), (Kind::Body, "Request body"), (Kind::Response, "Responses")] {
                @if parts(kind).next().is_some() {
                    h4 { (title) }
                    ul class="clauses" { @for one in parts(kind) { (part(report, one, clauses)) } }
                }
            }
        }
    }
}

fn part(report: &Report, part: &Part, clauses: &mut Clauses<'_>) -> Markup {
    let text = html! {
        strong { (visible(&part.name)) } " "
        (visible(&part.description))
        @if !part.type_name.is_empty() { " " code class="quiet" { (visible(&part.type_name)) } }
        @if part.required { " " span class="quiet" { "required" } }
    };
    let quotable = match part.kind {
        Kind::Response => format!("{} {}", part.name, part.description),
        Kind::Parameter | Kind::Body => part.description.clone(),
    };
    let whole = quoted(&text, &quotable, Some(&part.pointer), report, clauses);
    let observed = |name: &str, clauses: &Clauses<'_>| {
        let name = format!("{} {name}", part.name);
        let key = (clauses.operation.as_str(), name.as_str());
        clauses.observed.get(&key).copied()
    };
    if !clauses.names_members {
        let seen = |member: &&Member| observed(&member.name, clauses) == Some(true);
        let seen = part.members.iter().filter(seen).count();
        return html! {
            (whole)
            @if !part.members.is_empty() {
                li class="none" { div class="bare" { span class="quiet" { (seen) " of " (part.members.len()) " properties observed" } } }
            }
        };
    }
    let members: Vec<Markup> = (part.members.iter())
        .map(|member| {
            let text = html! {
                code { (visible(&member.name)) } " "
                @if !member.description.is_empty() { (visible(&member.description)) " " }
                code class="quiet" { (visible(&member.type_name)) }
                @if member.required { " " span class="quiet" { "required" } }
                @match observed(&member.name, clauses) {
                    Some(true) => { " " span class="quiet" { "observed" } }
                    Some(false) => { " " span class="quiet" { "not observed" } }
                    None => {}
                }
            };
            quoted(&text, &member_text(member), None, report, clauses)
        })
        .collect();
    html! {
        (whole)
        @if !members.is_empty() {
            li class="members none" { ul class="clauses" aria-label={ "Properties of " (visible(&part.name)) } { @for member in members { (member) } } }
        }
    }
}

/// Returns the text of a member that clauses quote: its description, or else its name and the first word of its type.
fn member_text(member: &Member) -> String {
    if !member.description.is_empty() {
        return member.description.clone();
    }
    let name = member.name.rsplit('.').next().unwrap_or_default();
    let kind = member.type_name.split(' ').next().unwrap_or_default();
    format!("{name} {kind}")
}

/// Renders a line of the contract with the cases that quote it, and those that cover the part at `pointer`.
fn quoted(
    text: &Markup,
    quotable: &str,
    pointer: Option<&str>,
    report: &Report,
    clauses: &mut Clauses<'_>,
) -> Markup {
    let found = clauses.find(quotable);
    let mut cases: Vec<&CaseRecord> = (found.iter())
        .flat_map(|&index| clauses.clauses[index].cases.clone())
        .collect();
    if let Some(pointer) = pointer {
        let covering =
            (report.cases.iter()).filter(|case| case.covers_within(&clauses.operation, pointer));
        cases.extend(covering);
    }
    let mut seen = BTreeSet::new();
    cases.retain(|case| seen.insert(case.id.as_str()));
    let quotes: Vec<&ClauseRecord> = (found.iter().take(QUOTED))
        .map(|&index| clauses.clauses[index].record)
        .collect();
    line(text, &cases, &quotes, clauses.listing)
}

fn line(
    text: &Markup,
    cases: &[&CaseRecord],
    quotes: &[&ClauseRecord],
    listing: &Listing<'_>,
) -> Markup {
    let verdict = worst(cases.iter().map(|case| case.verdict));
    let mut named: Vec<&CaseRecord> = cases.to_vec();
    if !listing.is_whole() && named.len() > NAMED {
        named.sort_by_key(|case| Reverse(severity(case.verdict)));
        named.truncate(NAMED);
    }
    html! {
        li class=(verdict.map_or("none", Verdict::name)) {
            @match verdict {
                None => div class="bare" { span class="text" { (text) } }
                Some(verdict) => details {
                    summary {
                        (badge(verdict))
                        span class="text" { (text) }
                        span class="quiet" { (tally(cases)) }
                    }
                    div class="inner" {
                        @for quote in quotes {
                            blockquote { p { (visible(&quote.text)) } footer { (visible(&quote.source)) } }
                        }
                        ul class="links" {
                            @for case in &named {
                                li class=(case.verdict.name()) {
                                    @if listing.has(&case.id) { a href=(link(&case.id)) { (visible(&case.id)) } } @else { (visible(&case.id)) }
                                    " " span class="word" { (case.verdict.name()) }
                                }
                            }
                            @if named.len() < cases.len() { li class="none" { "and " (cases.len() - named.len()) " more" } }
                        }
                    }
                }
            }
        }
    }
}

/// Returns `12 cases`, or `10 of 12 cases passed` if some did not pass.
fn tally(cases: &[&CaseRecord]) -> String {
    let passed = (cases.iter())
        .filter(|case| case.verdict == Verdict::Pass)
        .count();
    let all = summary::count(cases.len(), "case");
    if passed == cases.len() {
        all
    } else {
        format!("{passed} of {all} passed")
    }
}

/// Splits a description in Markdown into sentences without markup. A clause may quote a single sentence.
fn sentences(description: &str) -> Vec<String> {
    let mut sentences = Vec::new();
    let mut paragraph = String::new();
    let flush = |paragraph: &mut String, sentences: &mut Vec<String>| {
        for sentence in paragraph.split_inclusive(". ") {
            let sentence = sentence.trim();
            if !sentence.is_empty() {
                sentences.push(sentence.to_owned());
            }
        }
        paragraph.clear();
    };
    for line in description.lines() {
        let line = line.trim();
        let item = line.strip_prefix("- ").or_else(|| line.strip_prefix("* "));
        if line.is_empty() || item.is_some() {
            flush(&mut paragraph, &mut sentences);
        }
        let text = item.unwrap_or(line).replace("**", "").replace('`', "");
        if !paragraph.is_empty() {
            paragraph.push(' ');
        }
        paragraph.push_str(&text);
        if item.is_some() || text.ends_with(':') {
            flush(&mut paragraph, &mut sentences);
        }
    }
    flush(&mut paragraph, &mut sentences);
    sentences
}

#[cfg(test)]
mod tests {
    use super::{contains_words, sentences, words};

    #[test]
    fn description_is_split_into_sentences_without_markup() {
        let description = "Revoke an API token.\n\n**Path Parameters:**\n- `token_id`: UUID of the token\n\n**Note:** Once revoked,\nit is refused. For ever.";
        let expected = [
            "Revoke an API token.",
            "Path Parameters:",
            "token_id: UUID of the token",
            "Note: Once revoked, it is refused.",
            "For ever.",
        ];
        assert_eq!(sentences(description), expected);
    }

    #[test]
    fn quotes_are_found_regardless_of_punctuation() {
        let clause = words("Revoke an API token. Path parameters: token_id: UUID of the token.");
        assert!(contains_words(
            &clause,
            &words("`token_id` - UUID of the token")
        ));
        assert!(!contains_words(&clause, &words("ID of the token")));
    }
}
